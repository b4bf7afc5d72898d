//! What a programme that uses a city's broker relies on.

use declic_common::InstallId;
use declic_common::command::{Action, Command};
use declic_common::envelope::{Number, UpKind};
use declic_common::receipt::Receipt;
use declic_common::settings::Settings;
use declic_common::status::WILL;
use declic_common::topic::{Leaf, Topic};
use rumqttc::{AsyncClient, Event, EventLoop, LastWill, Packet, QoS};
use tokio::time::{Duration, timeout};

use super::site::{Site, drive, is_there};
use crate::app::{command, retire};
use crate::ingest::testing::{Gate, report, topic, until};

const REPORT: Leaf = Leaf::Up(UpKind::Report);

/// Polls until an event is what is looked for.
async fn seen<T>(events: &mut EventLoop, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
    timeout(Duration::from_secs(20), async {
        loop {
            let event = events.poll().await.expect("the session goes on");
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    })
    .await
    .expect("it never came")
}

fn down(event: &Event) -> Option<(Leaf, &[u8])> {
    match event {
        Event::Incoming(Packet::Publish(publish)) => Some((
            publish.topic.parse::<Topic>().ok()?.leaf,
            publish.payload.as_ref(),
        )),
        _ => None,
    }
}

fn number(seq: u64) -> Number {
    Number {
        install: InstallId::from_bits(7),
        boot: 1,
        seq,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_through_the_broker_is_receipted() {
    let site = Site::open().await;
    let home = site.enrol(1).await;
    let (client, mut events) = home.connect().await;
    home.say(&client, REPORT, &report(1)).await;
    let receipt = seen(&mut events, |event| match down(event) {
        Some((Leaf::Receipt, payload)) => Some(Receipt::parse(payload).unwrap()),
        _ => None,
    })
    .await;
    assert!(receipt.covers(number(1)));
    assert!(site.app.hub.is_connected(home.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_comes_finds_its_settings_and_its_commands() {
    let site = Site::open().await;
    let home = site.enrol(1).await;
    let now = jiff::Timestamp::now().as_millisecond();
    command::send(&site.app, home.id, Action::Refresh, None, "test", now)
        .await
        .unwrap();
    let (_client, mut events) = home.connect().await;
    let (mut settings, mut order) = (None, None);
    seen(&mut events, |event| {
        match down(event) {
            Some((Leaf::Settings, payload)) => settings = Some(Settings::parse(payload).unwrap()),
            Some((Leaf::Command, payload)) => order = Some(Command::parse(payload).unwrap()),
            _ => {}
        }
        (settings.is_some() && order.is_some()).then_some(())
    })
    .await;
    assert_eq!(order.unwrap().action, Action::Refresh);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_stored_comes_again() {
    let mut site = Site::open().await;
    let home = site.enrol(1).await;
    let (client, mut events) = home.connect().await;
    seen(&mut events, |event| down(event).map(drop)).await;
    let polled = drive(events);
    site.store.set(Gate::Full);
    home.say(&client, REPORT, &report(1)).await;
    until("the store refuses it", || {
        site.app.counters.failed_groups.get() > 0
    })
    .await;
    // The controller loses its power with the message in its hands.
    site.vanish().await;
    site.store.set(Gate::Open);
    assert_eq!(site.app.counters.reports.get(), 0);
    site.join().await;
    until("the broker brings it again", || {
        site.app.counters.reports.get() == 1
    })
    .await;
    polled.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_while_we_are_away_waits() {
    let mut site = Site::open().await;
    let home = site.enrol(1).await;
    let (client, events) = home.connect().await;
    let polled = drive(events);
    is_there(&site, home.id).await;
    site.leave().await;
    assert!(!site.app.hub.is_connected(home.id), "nothing is known now");
    for seq in 1..=40 {
        home.say(&client, REPORT, &report(seq)).await;
    }
    site.join().await;
    until("all of it is stored", || {
        site.app.counters.reports.get() == 40
    })
    .await;
    assert!(
        site.app.hub.is_connected(home.id),
        "it spoke, so it is there"
    );
    polled.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_the_broker_is_survived() {
    let mut site = Site::open().await;
    let home = site.enrol(1).await;
    site.restart_broker().await;
    let (client, events) = home.connect().await;
    let polled = drive(events);
    home.say(&client, REPORT, &report(1)).await;
    until("it is stored", || site.app.counters.reports.get() == 1).await;
    polled.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_follows_the_last_words() {
    let site = Site::open().await;
    let home = site.enrol(1).await;
    let (client, events) = home.connect().await;
    let polled = drive(events);
    is_there(&site, home.id).await;
    home.say(&client, Leaf::Status, br#"{"state":"off"}"#).await;
    until("it is off", || !site.app.hub.is_connected(home.id)).await;
    polled.abort();
    let _ = polled.await;
    until("its will is heard", || {
        site.last_state(home.id).as_deref() == Some("lost")
    })
    .await;
    let (_client, events) = home.connect().await;
    let polled = drive(events);
    is_there(&site, home.id).await;
    polled.abort();
    let _ = polled.await;
    until("it is lost", || !site.app.hub.is_connected(home.id)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_has_no_part_in_another() {
    let site = Site::open().await;
    let (good, bad) = (site.enrol(1).await, site.enrol(2).await);
    let (client, mut events) = good.connect().await;
    seen(&mut events, |event| down(event).map(drop)).await;
    let polled = drive(events);

    // It takes the other's name, and speaks, listens and dies as the other.
    let mut options = bad.options();
    options.set_client_id(good.id.to_string());
    let victim = topic(good.id, Leaf::Status);
    options.set_last_will(LastWill::new(&victim, WILL, QoS::AtLeastOnce, false));
    let (forger, mut forged) = AsyncClient::new(options, 100);
    for leaf in [Leaf::Command, Leaf::Settings, Leaf::Receipt] {
        forger
            .subscribe(topic(good.id, leaf), QoS::AtLeastOnce)
            .await
            .unwrap();
    }
    for (leaf, payload) in [(REPORT, report(1)), (Leaf::Status, WILL.to_vec())] {
        forger
            .publish(topic(good.id, leaf), QoS::AtLeastOnce, false, payload)
            .await
            .unwrap();
    }
    // Three subscriptions and two messages, all answered: Mosquitto says no to
    // neither, it just does not pass them on.
    let mut answers = 0;
    seen(&mut forged, |event| {
        let answer = matches!(
            event,
            Event::Incoming(Packet::PubAck(_) | Packet::SubAck(_))
        );
        answers += usize::from(answer);
        (answers == 5).then_some(())
    })
    .await;
    // What is meant for the other comes to the other alone.
    let own = topic(bad.id, Leaf::Command);
    forger.subscribe(own, QoS::AtLeastOnce).await.unwrap();
    seen(&mut forged, |event| {
        matches!(event, Event::Incoming(Packet::SubAck(_))).then_some(())
    })
    .await;
    let on = br#"{"state":"on"}"#.to_vec();
    let word = topic(bad.id, Leaf::Status);
    forger
        .publish(word, QoS::AtLeastOnce, false, on)
        .await
        .unwrap();
    seen(&mut forged, |event| {
        matches!(event, Event::Incoming(Packet::PubAck(_))).then_some(())
    })
    .await;
    until("it is there", || site.app.hub.is_connected(bad.id)).await;
    let now = jiff::Timestamp::now().as_millisecond();
    command::send(&site.app, good.id, Action::Refresh, None, "test", now)
        .await
        .unwrap();
    command::send(&site.app, bad.id, Action::Refresh, None, "test", now)
        .await
        .unwrap();
    let heard = seen(&mut forged, |event| match event {
        Event::Incoming(Packet::Publish(publish)) => Some(publish.topic.clone()),
        _ => None,
    })
    .await;
    assert_eq!(heard.parse::<Topic>().unwrap().device, bad.id);
    drop(forged);
    // The victim is still connected and served, and nothing was said in its name.
    good.say(&client, REPORT, &report(9)).await;
    until("it is stored", || site.app.counters.reports.get() == 1).await;
    assert_eq!(site.last_state(good.id).as_deref(), Some("on"));
    assert!(site.app.hub.is_connected(good.id));
    assert!(!polled.is_finished());
    polled.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_not_heard_and_not_let_in_again() {
    let site = Site::open().await;
    let (gone, kept) = (site.enrol(1).await, site.enrol(2).await);
    let (client, events) = gone.connect().await;
    let polled = drive(events);
    is_there(&site, gone.id).await;
    let now = jiff::Timestamp::now().as_millisecond();
    retire::revoke(&site.app, gone.id, "test", now)
        .await
        .unwrap();
    assert!(!site.app.hub.is_connected(gone.id));
    // The broker does not cut it, but nobody listens to it.
    gone.say(&client, REPORT, &report(1)).await;
    until("its message is dropped", || {
        site.app.counters.strangers.get() > 0
    })
    .await;
    assert!(!site.app.hub.is_connected(gone.id));
    site.publish_list().await;
    site.reload_broker();
    polled.abort();
    until_refused(&site, &gone).await;
    let (client, events) = kept.connect().await;
    let polled = drive(events);
    kept.say(&client, REPORT, &report(1)).await;
    until("the others are served", || {
        site.app.counters.reports.get() == 1
    })
    .await;
    polled.abort();
}

/// The reload is not answered, so connections are tried until one is refused.
async fn until_refused(site: &Site, home: &super::site::Home) {
    let tries = async {
        loop {
            let (_client, mut events) = AsyncClient::new(home.options(), 1);
            let refused = loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::ConnAck(_))) => break false,
                    Ok(_) => {}
                    Err(_) => break true,
                }
            };
            if refused {
                return;
            }
        }
    };
    timeout(Duration::from_secs(20), tries)
        .await
        .expect("a revoked device is refused after a reload");
    assert_eq!(site.app.counters.reports.get(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_message_does_not_hold_up_the_others() {
    let site = Site::open().await;
    let home = site.enrol(1).await;
    let (client, events) = home.connect().await;
    let polled = drive(events);
    home.say(&client, REPORT, b"not json").await;
    home.say(&client, REPORT, &report(1)).await;
    until("the next one is stored", || {
        site.app.counters.reports.get() == 1
    })
    .await;
    assert_eq!(site.app.counters.unreadable.get(), 1);
    polled.abort();
}

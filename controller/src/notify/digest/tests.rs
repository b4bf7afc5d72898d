//! Mornings of a controller: what is told, when, and how often.

use declic_common::ticket::body::NewTicket;
use declic_common::ticket::{Change, Priority, TicketId};
use declic_tests::MailServer;
use declic_tests::process::free_port;
use insta::assert_snapshot;

use super::super::tests::{settings, webhook};
use super::*;
use crate::app::{notice, ticket};
use crate::http::tests::world::{World, device};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Two homes of which one has two tickets, opened the day before.
async fn busy(channels: &Channels) -> World {
    let world = World::start().await;
    let _ = world.app.channels.set(channels.words());
    world.enrol(1, Some("BDX-001"), Some("aubiers")).await;
    world.enrol(2, None, None).await;
    let opened = at("2027-03-27T09:00:00Z").as_millisecond();
    world.place_at(1, "AUB-017", opened - 1).await;
    for (n, priority) in [
        (1, Priority::Normal),
        (1, Priority::High),
        (2, Priority::Low),
    ] {
        let new = NewTicket {
            device: device(n),
            text: "Mot du foyer".to_owned(),
            origin: None,
            category: None,
            priority: Some(priority),
            six_words: None,
        };
        ticket::open(&world.app, new, "ana", opened).await.unwrap();
    }
    world
}

fn by_mail(port: u16) -> Channels {
    Channels::new(&settings(&format!(
        "[mail]\nserver = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n\
         from = \"declic@example.org\"\nto = [\"a@example.org\"]"
    )))
    .unwrap()
}

/// One round of the way out, as it comes every few seconds.
async fn out(world: &World, channels: &Channels, now: &str) {
    round(&world.app, channels, at(now)).await;
    channels.round(&world.app, at(now)).await;
}

#[test]
fn the_digest_is_due_from_its_time_of_the_local_day_until_midnight() {
    let seven = Time::constant(7, 0, 0, 0);
    for (now, due) in [
        // Winter, summer, and the two days on which the clocks change.
        ("2027-01-15T05:59:59Z", None),
        ("2027-01-15T06:00:00Z", Some("2027-01-15")),
        ("2027-01-15T22:59:59Z", Some("2027-01-15")),
        ("2027-01-15T23:00:00Z", None),
        ("2027-07-01T04:59:59Z", None),
        ("2027-07-01T05:00:00Z", Some("2027-07-01")),
        ("2027-03-28T04:59:59Z", None),
        ("2027-03-28T05:00:00Z", Some("2027-03-28")),
        ("2027-10-31T05:59:59Z", None),
        ("2027-10-31T06:00:00Z", Some("2027-10-31")),
    ] {
        let due: Option<Date> = due.map(|day| day.parse().unwrap());
        assert_eq!(begun(seven, at(now)), due, "{now}");
    }
    // A time that the clocks skip comes an hour later, and one that they repeat first.
    let night = Time::constant(2, 30, 0, 0);
    assert_eq!(begun(night, at("2027-03-28T01:29:59Z")), None);
    assert!(begun(night, at("2027-03-28T01:30:00Z")).is_some());
    assert_eq!(begun(night, at("2027-10-31T00:29:59Z")), None);
    assert!(begun(night, at("2027-10-31T00:30:00Z")).is_some());
}

#[tokio::test]
async fn each_morning_one_mail_says_what_is_due_even_across_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (maildir, port) = (dir.path().join("mail"), free_port());
    let server = MailServer::start(&maildir, port);
    let channels = by_mail(port);
    let world = busy(&channels).await;
    let count = || server.mails().len();
    // The clocks go forward on this day.
    out(&world, &channels, "2027-03-28T04:59:59Z").await;
    assert_eq!(count(), 0);
    out(&world, &channels, "2027-03-28T05:00:00Z").await;
    out(&world, &channels, "2027-03-28T05:00:05Z").await;
    assert_eq!(count(), 1);
    let mail = &server.mails()[0];
    assert!(
        mail.contains("BDX-001") && mail.contains("T-1002"),
        "{mail}"
    );

    let world = World::again(world.stop().await).await;
    out(&world, &channels, "2027-03-28T12:00:00Z").await;
    // A clock that is set back over midnight is no new morning.
    out(&world, &channels, "2027-03-27T20:00:00Z").await;
    assert_eq!(count(), 1, "once each day, whatever is started again");

    // Off at seven, it tells the same day when it is back; a day that passed is over.
    out(&world, &channels, "2027-03-30T17:00:00Z").await;
    assert_eq!(count(), 2);
    out(&world, &channels, "2027-03-30T22:30:00Z").await;
    assert_eq!(count(), 2, "the next day has not begun to be told");
}

#[tokio::test]
async fn a_day_on_which_nobody_needs_anybody_brings_no_mail_and_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let (maildir, port) = (dir.path().join("mail"), free_port());
    let server = MailServer::start(&maildir, port);
    let channels = by_mail(port);
    let world = busy(&channels).await;
    let now = at("2027-03-28T04:00:00Z").as_millisecond();
    for id in [1001, 1002, 1003] {
        let (app, id) = (&world.app, TicketId(id));
        ticket::change(app, id, 2, Change::Close, "ana", now)
            .await
            .unwrap();
    }
    out(&world, &channels, "2027-03-28T05:00:00Z").await;
    assert!(server.mails().is_empty());
    let later = Timestamp::from_millisecond(now + 7_200_000).unwrap();
    let reopen = Change::Reopen;
    let id = TicketId(1001);
    ticket::change(&world.app, id, 3, reopen, "ana", later.as_millisecond())
        .await
        .unwrap();
    out(&world, &channels, "2027-03-28T07:00:00Z").await;
    assert!(
        server.mails().is_empty(),
        "one a morning, not one for each ticket"
    );
}

#[tokio::test]
async fn a_digest_that_could_not_leave_on_its_day_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let (maildir, port) = (dir.path().join("mail"), free_port());
    let channels = by_mail(port);
    let world = busy(&channels).await;
    out(&world, &channels, "2027-03-28T05:00:00Z").await;
    out(&world, &channels, "2027-03-28T21:00:00Z").await;
    let server = MailServer::start(&maildir, port);
    out(&world, &channels, "2027-03-28T22:00:00Z").await;
    assert_eq!(server.mails().len(), 0, "it is tomorrow in Paris");
    assert_eq!(world.app.counters.notices_given_up.get(), 1);
    out(&world, &channels, "2027-03-29T05:00:00Z").await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_webhook_gets_the_digest_as_json() {
    let (url, mut posted) = webhook().await;
    let channels = Channels::new(&settings(&format!("[webhook]\nurl = \"{url}\""))).unwrap();
    let world = busy(&channels).await;
    out(&world, &channels, "2027-03-28T05:00:00Z").await;
    // The first answer of this one is a failure.
    out(&world, &channels, "2027-03-28T05:02:00Z").await;
    let (first, _) = posted.recv().await.unwrap();
    let (again, body) = posted.recv().await.unwrap();
    assert_eq!(first["declic-notice"], again["declic-notice"]);
    let json: Value = serde_json::from_str(&body).unwrap();
    insta::assert_json_snapshot!("digest_json", json);
}

#[tokio::test]
async fn the_digest_reads_well_and_holds_no_more_than_other_notices() {
    let channels = by_mail(free_port());
    let world = busy(&channels).await;
    round(&world.app, &channels, at("2027-03-28T05:00:00Z")).await;
    let due = notice::due(&world.app, at("2027-03-28T05:00:00Z"))
        .await
        .unwrap();
    assert_eq!(due.len(), 1);
    let row = &due[0].row;
    assert!(!row.urgent);
    assert_snapshot!("digest_text", format!("{}\n\n{}", row.subject, row.text));
    for word in ["AUB-017", "Mot du foyer", "ana", "quiet"] {
        assert!(
            !row.text.contains(word) && !row.json.contains(word),
            "{word}"
        );
    }
}

#[tokio::test]
async fn a_controller_that_has_just_started_first_takes_up_what_came_in() {
    let channels = by_mail(free_port());
    let world = busy(&channels).await;
    let all_day = Channels {
        digest: super::super::settings::DigestAt(Some(Time::midnight())),
        ..channels
    };
    let told = async |after: SignedDuration| {
        let now = world.app.started_at + after;
        round(&world.app, &all_day, now).await;
        !notice::due(&world.app, now).await.unwrap().is_empty()
    };
    assert!(!told(SignedDuration::from_secs(60)).await);
    assert!(told(SignedDuration::from_secs(120)).await);
}

#[tokio::test]
async fn the_digest_can_be_turned_off() {
    let mut channels = by_mail(free_port());
    channels.digest = settings("digest = \"off\"").digest;
    let world = busy(&channels).await;
    round(&world.app, &channels, at("2027-03-28T05:00:00Z")).await;
    let due = notice::due(&world.app, at("2027-03-28T05:00:00Z"))
        .await
        .unwrap();
    assert!(due.is_empty());
}

//! Tickets on a real store: calls, conflicts, and what is kept of people's words.

use declic_common::UpBody;
use declic_common::envelope::Help;
use declic_common::ticket::body::{NewTicket, TicketDetail};
use declic_common::ticket::{Repair, TicketState};
use jiff::Timestamp;

use super::*;
use crate::app::notice;
use crate::http::tests::world::{World, device};
use crate::store::{Space, keys};

const DAY: i64 = 86_400_000;

async fn world() -> (World, i64) {
    let world = World::start().await;
    world.enrol(1, Some("BDX-001"), Some("aubiers")).await;
    (world, Timestamp::now().as_millisecond())
}

async fn call(world: &World, now: i64, seq: u64, text: &str) {
    let help = Help {
        text: text.to_owned(),
    };
    world.hear(1, now, seq, UpBody::Help(help)).await;
}

async fn detail(world: &World, id: TicketId, now: i64) -> TicketDetail {
    let now = Timestamp::from_millisecond(now).unwrap();
    view::detail(&world.app, id, now).await.unwrap()
}

fn bell() -> NewTicket {
    NewTicket {
        device: device(1),
        text: "Le PC fait du bruit".to_owned(),
        origin: Some(Origin::Phone),
        category: None,
        priority: None,
        six_words: None,
    }
}

fn solve() -> Change {
    Change::Solve {
        repair: Repair::Fixed,
        barrier: None,
    }
}

#[tokio::test]
async fn each_call_is_taken_once_and_calls_share_the_ticket_that_is_open() {
    let (world, now) = world().await;
    call(&world, now, 1, "Plus de son").await;
    for expected in [1, 0, 0] {
        assert_eq!(calls::take(&world.app, now).await.unwrap(), expected);
    }
    // The message that comes again, and another call.
    call(&world, now, 1, "Plus de son").await;
    call(&world, now + 1, 2, "").await;
    assert_eq!(calls::take(&world.app, now).await.unwrap(), 1);
    let ticket = detail(&world, TicketId(1001), now).await;
    let words: Vec<_> = ticket.events.iter().map(|e| e.change.word()).collect();
    assert_eq!(words, ["opened", "called", "called"]);
    assert_eq!(
        ticket.events[1].change,
        Change::Called {
            text: "Plus de son".to_owned()
        }
    );
    assert!(!ticket.summary.responded);
    // Solved, it opens again at the next call; closed, the next call is another matter.
    change(&world.app, TicketId(1001), 3, solve(), "ana", now)
        .await
        .unwrap();
    call(&world, now, 3, "Toujours pas").await;
    calls::take(&world.app, now).await.unwrap();
    let again = detail(&world, TicketId(1001), now).await.summary;
    assert_eq!((again.state, again.returns), (TicketState::New, 1));
    change(
        &world.app,
        TicketId(1001),
        again.version,
        Change::Close,
        "ana",
        now,
    )
    .await
    .unwrap();
    call(&world, now, 4, "Merci").await;
    calls::take(&world.app, now).await.unwrap();
    assert!(detail(&world, TicketId(1002), now).await.summary.version == 2);
}

#[tokio::test]
async fn of_two_technicians_at_once_one_is_told_and_nothing_is_lost() {
    let (world, now) = world().await;
    let id = open(&world.app, bell(), "ana", now).await.unwrap();
    let comment = |text: &str| Change::Comment {
        text: text.to_owned(),
    };
    let mut tasks = Vec::new();
    for n in 0..8 {
        let app = Arc::clone(&world.app);
        let made = comment(&format!("Mot {n}"));
        tasks.push(tokio::spawn(async move {
            change(&app, id, 2, made, &format!("tech-{n}"), now).await
        }));
    }
    let mut done = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => done += 1,
            Err(TicketError::Refused(Refused::Stale { seen, version, .. })) => {
                assert_eq!((seen, version), (2, 3));
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(done, 1);
    let ticket = detail(&world, id, now).await;
    assert_eq!((ticket.summary.version, ticket.events.len()), (3, 3));
}

#[tokio::test]
async fn an_urgent_ticket_is_told_by_every_channel_without_anybodys_words() {
    let (world, now) = world().await;
    world.app.channels.set(vec!["mail", "webhook"]).unwrap();
    let urgent = NewTicket {
        priority: Some(Priority::Urgent),
        ..bell()
    };
    open(&world.app, bell(), "ana", now).await.unwrap();
    let id = open(&world.app, urgent, "ana", now).await.unwrap();
    let later = Timestamp::from_millisecond(now + 1).unwrap();
    let due = notice::due(&world.app, later).await.unwrap();
    let channels: Vec<&str> = due.iter().map(|d| d.row.channel.as_str()).collect();
    assert_eq!(
        channels.len(),
        2,
        "one urgent ticket, two channels: {channels:?}"
    );
    for waiting in &due {
        let said = format!("{} {}", waiting.row.text, waiting.row.json);
        assert!(
            said.contains(&id.to_string()) && said.contains("BDX-001"),
            "{said}"
        );
        assert!(!said.contains("bruit"), "{said}");
    }
}

#[tokio::test]
async fn two_tickets_opened_at_once_have_two_numbers() {
    let (world, now) = world().await;
    let opened = (0..6).map(|_| open(&world.app, bell(), "ana", now));
    let mut ids = Vec::new();
    for id in futures_util::future::join_all(opened).await {
        ids.push(id.unwrap().0);
    }
    ids.sort_unstable();
    assert_eq!(ids, [1001, 1002, 1003, 1004, 1005, 1006]);
}

#[tokio::test]
async fn an_old_ticket_opens_again_only_while_no_newer_one_is_open() {
    let (world, now) = world().await;
    for seq in [1, 2] {
        call(&world, now, seq, "Allô").await;
        calls::take(&world.app, now).await.unwrap();
        if seq == 1 {
            change(&world.app, TicketId(1001), 2, Change::Close, "ana", now)
                .await
                .unwrap();
        }
    }
    let refused = change(&world.app, TicketId(1001), 3, Change::Reopen, "ana", now).await;
    assert!(matches!(
        refused,
        Err(TicketError::OtherIsOpen(TicketId(1002)))
    ));
    change(&world.app, TicketId(1002), 2, Change::Close, "ana", now)
        .await
        .unwrap();
    change(&world.app, TicketId(1001), 3, Change::Reopen, "ana", now)
        .await
        .unwrap();
    // From now on it is the one that calls are added to.
    call(&world, now, 3, "Allô").await;
    calls::take(&world.app, now).await.unwrap();
    assert_eq!(detail(&world, TicketId(1001), now).await.summary.version, 5);
}

#[tokio::test]
async fn the_words_of_people_stand_in_one_place_and_go_ninety_days_after_closing() {
    let (world, now) = world().await;
    call(&world, now, 1, "Secret du foyer").await;
    calls::take(&world.app, now).await.unwrap();
    change(&world.app, TicketId(1001), 2, Change::Close, "ana", now)
        .await
        .unwrap();
    let holds = |word: &str| {
        let mut found = Vec::new();
        for space in [Space::Core, Space::Audit, Space::Health] {
            let rows = world.app.store.range(&crate::store::Range {
                space,
                from: vec![],
                to: None,
                descending: false,
                limit: 10_000,
            });
            for (key, value) in rows.unwrap() {
                let word = word.as_bytes();
                if value.windows(word.len()).any(|part| part == word) {
                    found.push(key[0]);
                }
            }
        }
        found
    };
    assert_eq!(holds("Secret"), [keys::core::TICKET_TEXT]);
    assert_eq!(age::purge(&world.app, now + 89 * DAY).await.unwrap(), 0);
    assert_eq!(age::purge(&world.app, now + 91 * DAY).await.unwrap(), 1);
    assert_eq!(age::purge(&world.app, now + 91 * DAY).await.unwrap(), 0);
    assert_eq!(holds("Secret"), Vec::<u8>::new());
    let ticket = detail(&world, TicketId(1001), now).await;
    assert_eq!(ticket.events.len(), 3, "what happened stays");
    let proof = crate::app::audit::list(&world.app, None, 1).await.unwrap();
    assert_eq!(
        (proof[0].what.as_str(), proof[0].detail.as_deref()),
        ("ticket.purge", Some("1 texts"))
    );
}

#[tokio::test]
async fn what_stays_solved_for_a_week_is_closed() {
    let (world, now) = world().await;
    let id = open(&world.app, bell(), "ana", now).await.unwrap();
    change(&world.app, id, 2, solve(), "ana", now)
        .await
        .unwrap();
    assert_eq!(
        age::close_solved(&world.app, now + 6 * DAY).await.unwrap(),
        0
    );
    assert_eq!(
        age::close_solved(&world.app, now + 7 * DAY).await.unwrap(),
        1
    );
    assert_eq!(
        age::close_solved(&world.app, now + 7 * DAY).await.unwrap(),
        0
    );
}

#[tokio::test]
async fn a_ticket_that_waits_until_a_day_is_taken_up_again_on_it_once() {
    let (world, _) = world().await;
    let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
    let opened = at("2026-11-26T08:00:00Z");
    let id = open(&world.app, bell(), "ana", opened).await.unwrap();
    let wait = Change::Wait {
        waits_for: declic_common::ticket::WaitsFor::Part,
        until: Some("2026-12-01".parse().unwrap()),
    };
    let hour = 3_600_000;
    change(&world.app, id, 2, Change::Start, "ana", opened)
        .await
        .unwrap();
    change(&world.app, id, 3, wait, "ana", opened + hour)
        .await
        .unwrap();
    // Words said meanwhile change nothing of it.
    let said = Change::Comment {
        text: "Commandé".to_owned(),
    };
    change(&world.app, id, 4, said, "ana", opened + 2 * hour)
        .await
        .unwrap();
    let resumed = async |now: &str| age::resume(&world.app, at(now)).await.unwrap();
    // The day begins at midnight in Paris, an hour before it does in UTC.
    assert_eq!(resumed("2026-11-30T22:59:59Z").await, 0);
    assert_eq!(resumed("2026-11-30T23:00:00Z").await, 1);
    assert_eq!(resumed("2026-11-30T23:00:30Z").await, 0);
    let ticket = detail(&world, id, at("2026-12-01T01:00:00Z")).await;
    assert_eq!(ticket.summary.state, TicketState::InProgress);
    assert_eq!(ticket.summary.wait_until, None);
    let ran = ticket.summary.resolution_ms as i64;
    assert_eq!(ran, 3 * hour, "one before it waited, and two since");
    let proof = crate::app::audit::list(&world.app, None, 1).await.unwrap();
    let proof = (
        proof[0].who.as_str(),
        proof[0].what.as_str(),
        proof[0].detail.as_deref(),
    );
    assert_eq!(proof, ("rule", "ticket.resumed", Some("in_progress")));
}

#[tokio::test]
async fn every_change_is_in_the_audit_without_anybodys_words() {
    let (world, now) = world().await;
    let id = open(&world.app, bell(), "ana", now).await.unwrap();
    let assign = Change::Assign {
        to: "luc".to_owned(),
    };
    change(&world.app, id, 2, assign, "ana", now).await.unwrap();
    let entries = crate::app::audit::list(&world.app, None, 10).await.unwrap();
    let entries: Vec<_> = entries.iter().filter(|e| e.who == "ana").collect();
    let told: Vec<_> = entries
        .iter()
        .rev()
        .map(|e| (e.who.as_str(), e.what.as_str(), e.detail.as_deref()))
        .collect();
    let about = format!("{} reported", device(1));
    assert_eq!(
        told,
        [
            ("ana", "ticket.opened", Some(about.as_str())),
            ("ana", "ticket.comment", None),
            ("ana", "ticket.assign", Some("luc")),
        ]
    );
    assert!(entries.iter().all(|entry| entry.subject == "T-1001"));
}

use proptest::prelude::*;

use super::*;

const DAY: i64 = 86_400_000;
const START: i64 = 1_790_000_000_000;

fn ticket() -> Ticket {
    let opening = Opening {
        id: TicketId(1001),
        device: DeviceId::from_bits(1),
        household: None,
        cause: Cause::DiskFull,
        origin: Origin::Rule,
        category: Category::Storage,
        priority: Priority::High,
        evidence: None,
    };
    Ticket::open(opening, START)
}

fn assign(to: &str) -> Change {
    Change::Assign { to: to.to_owned() }
}

fn wait() -> Change {
    Change::Wait {
        waits_for: WaitsFor::Part,
        until: None,
    }
}

fn solve() -> Change {
    Change::Solve {
        repair: Repair::Fixed,
        barrier: None,
    }
}

/// What becomes of a ticket after these changes of ana, one day apart.
fn after(changes: &[Change]) -> Ticket {
    let mut ticket = ticket();
    for (n, change) in changes.iter().enumerate() {
        let now = START + (n as i64 + 1) * DAY;
        ticket = ticket.apply(change, "ana", now).unwrap();
    }
    ticket
}

#[test]
fn a_ticket_goes_from_new_to_closed_and_back() {
    use TicketState::*;
    let path = [
        (assign("ana"), Assigned),
        (Change::Start, InProgress),
        (wait(), Waiting),
        (Change::Start, InProgress),
        (solve(), Solved),
        (Change::Close, Closed),
        (Change::Reopen, Assigned),
        (Change::Gone, Closed),
        (Change::Returned, Assigned),
    ];
    let mut ticket = ticket();
    for (change, state) in path {
        ticket = ticket.apply(&change, "ana", START).unwrap();
        assert_eq!(ticket.state, state, "{change:?}");
    }
    assert_eq!((ticket.version, ticket.returns), (10, 1));
    assert_eq!((ticket.solved_at, ticket.closed_at), (None, None));
}

#[test]
fn who_begins_a_ticket_that_nobody_has_takes_it() {
    let ticket = ticket().change(1, &Change::Start, "ana", START).unwrap();
    assert_eq!(ticket.assignee.as_deref(), Some("ana"));
    let given = after(&[assign("luc"), Change::Start]);
    assert_eq!(given.assignee.as_deref(), Some("luc"));
    let nobodys = after(&[solve(), Change::Reopen]);
    assert_eq!(nobodys.state, TicketState::New);
}

#[test]
fn what_is_done_is_reopened_before_anybody_works_on_it() {
    let solved = after(&[solve()]);
    let closed = after(&[Change::Close]);
    for ticket in [solved, closed] {
        for change in [
            assign("ana"),
            Change::Start,
            wait(),
            solve(),
            Change::Documents {
                choice: Documents::Copied,
            },
        ] {
            let refused = ticket.apply(&change, "ana", START).unwrap_err();
            assert!(matches!(refused, Refused::State { .. }), "{change:?}");
        }
        let comment = Change::Comment {
            text: "Il a rappelé".to_owned(),
        };
        assert!(ticket.apply(&comment, "ana", START).is_ok());
    }
    assert!(ticket().apply(&Change::Reopen, "ana", START).is_err());
    assert!(
        after(&[Change::Close])
            .apply(&Change::Close, "ana", START)
            .is_err()
    );
}

#[test]
fn a_change_that_saw_another_version_is_refused_and_says_how_things_are() {
    let taken = ticket().change(1, &assign("ana"), "ana", START).unwrap();
    let refused = taken.change(1, &assign("luc"), "luc", START).unwrap_err();
    let said = refused.to_string();
    assert!(said.contains("version 2, assigned, with ana"), "{said}");
}

#[test]
fn only_rules_and_calls_say_that_a_cause_is_gone_or_back() {
    for change in [
        Change::Opened,
        Change::Returned,
        Change::Gone,
        Change::Resumed {
            to: TicketState::New,
        },
        Change::Called {
            text: String::new(),
        },
    ] {
        let refused = ticket().change(1, &change, "ana", START).unwrap_err();
        assert_eq!(refused, Refused::NotAPersons(change.word()));
    }
}

#[test]
fn the_clocks_stand_still_while_a_ticket_waits_or_is_done() {
    // Days 1 and 2 run, 3 waits, 4 runs, 5 is solved, 6 runs again.
    let ticket = after(&[
        Change::Start,
        wait(),
        Change::Start,
        solve(),
        Change::Reopen,
    ]);
    let now = START + 6 * DAY;
    assert_eq!(ticket.resolution.read(now), 4 * DAY as u64);
    let waiting = after(&[Change::Start, wait()]);
    let years = START + 700 * DAY;
    assert_eq!(waiting.resolution.read(years), 2 * DAY as u64);
}

#[test]
fn what_has_waited_goes_on_where_it_was_with_its_clocks() {
    use TicketState::*;
    let resumed = |to| Change::Resumed { to };
    // Days 1 and 2 run, 3 waits, 4 runs again.
    let begun = after(&[Change::Start, wait(), resumed(InProgress)]);
    assert_eq!((begun.state, begun.waits_for), (InProgress, None));
    assert_eq!(begun.resolution.read(START + 4 * DAY), 3 * DAY as u64);
    let nobodys = after(&[wait(), resumed(New)]);
    assert_eq!(nobodys.state, New);
    let given_meanwhile = after(&[wait(), assign("ana"), resumed(New)]);
    assert_eq!(given_meanwhile.state, Assigned);
    let done = after(&[solve()]).apply(&resumed(New), "rule", START);
    assert!(matches!(done, Err(Refused::State { .. })));
}

#[test]
fn a_wait_without_a_day_has_no_end_of_its_own() {
    let day: Date = "2026-12-01".parse().unwrap();
    let until = |until| {
        after(&[Change::Wait {
            waits_for: WaitsFor::Household,
            until,
        }])
    };
    assert!(!until(None).has_waited(day));
    assert!(!until(Some(day.tomorrow().unwrap())).has_waited(day));
    assert!(until(Some(day)).has_waited(day));
    assert!(until(Some(day.yesterday().unwrap())).has_waited(day));
    assert!(!ticket().has_waited(day));
}

#[test]
fn the_first_answer_of_a_person_stops_its_clock_and_a_rule_does_not() {
    let hours = |n: i64| START + n * 3_600_000;
    let again = ticket()
        .apply(&Change::Gone, "rule", hours(1))
        .and_then(|t| t.apply(&Change::Returned, "rule", hours(5)))
        .unwrap();
    assert!(!again.responded);
    assert_eq!(again.first_response.read(hours(6)), 2 * 3_600_000);
    let comment = Change::Comment {
        text: "J’appelle".to_owned(),
    };
    let answered = again.change(3, &comment, "ana", hours(7)).unwrap();
    assert!(answered.responded);
    assert_eq!(answered.first_response.read(hours(99)), 3 * 3_600_000);
}

#[test]
fn a_pc_is_exchanged_only_after_the_household_has_chosen_for_its_documents() {
    let swap = Change::Swap {
        with: DeviceId::from_bits(2),
    };
    let choice = Change::Documents {
        choice: Documents::Transferred,
    };
    let apply = |ticket: &Ticket, change: &Change| ticket.apply(change, "ana", START);
    assert_eq!(apply(&ticket(), &swap), Err(Refused::NoChoice));
    let chosen = apply(&ticket(), &choice).unwrap();
    let itself = Change::Swap {
        with: DeviceId::from_bits(1),
    };
    assert_eq!(apply(&chosen, &itself), Err(Refused::SameDevice));
    let swapped = apply(&chosen, &swap).unwrap();
    assert_eq!(swapped.swapped_with, Some(DeviceId::from_bits(2)));
    assert_eq!(apply(&swapped, &swap), Err(Refused::AlreadySwapped));
    assert_eq!(apply(&swapped, &choice), Err(Refused::AlreadySwapped));
}

#[test]
fn a_visit_is_planned_then_done_and_its_time_counts() {
    let on = "2026-12-02".parse().unwrap();
    let planned = after(&[Change::Visit { on }]);
    assert_eq!(planned.visit_on, Some(on));
    let done = planned
        .apply(&Change::Visited { minutes: 40 }, "ana", START)
        .and_then(|t| t.apply(&Change::Spend { minutes: 5 }, "ana", START))
        .unwrap();
    assert_eq!((done.visit_on, done.minutes), (None, 45));
}

#[test]
fn a_fixed_pc_has_no_barrier() {
    let odd = Change::Solve {
        repair: Repair::Fixed,
        barrier: Some(Barrier::WornOut),
    };
    assert_eq!(
        ticket().apply(&odd, "ana", START),
        Err(Refused::BarrierOfFixed)
    );
    let over = after(&[Change::Solve {
        repair: Repair::EndOfLife,
        barrier: Some(Barrier::WornOut),
    }]);
    assert_eq!(over.barrier, Some(Barrier::WornOut));
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(assign("ana")),
        Just(Change::Start),
        Just(wait()),
        Just(solve()),
        Just(Change::Close),
        Just(Change::Reopen),
        Just(Change::Gone),
        Just(Change::Returned),
        Just(Change::Resumed {
            to: TicketState::InProgress
        }),
        Just(Change::Spend { minutes: 5 }),
        Just(Change::Documents {
            choice: Documents::Erased
        }),
        Just(Change::Swap {
            with: DeviceId::from_bits(2)
        }),
    ]
}

proptest! {
    /// Whatever happens in whatever order, and however the clock jumps, a ticket
    /// keeps saying things that fit together.
    #[test]
    fn a_ticket_never_contradicts_itself(steps in prop::collection::vec((any_change(), -DAY..3 * DAY), 0..40)) {
        let mut ticket = ticket();
        let mut now = START;
        let mut forward = 0;
        for (change, step) in steps {
            now += step;
            forward += step.max(0) as u64;
            match ticket.apply(&change, "ana", now) {
                Ok(next) => {
                    prop_assert_eq!(next.version, ticket.version + 1);
                    ticket = next;
                }
                Err(refused) => prop_assert!(!refused.to_string().is_empty()),
            }
            let runs = matches!(
                ticket.state,
                TicketState::New | TicketState::Assigned | TicketState::InProgress
            );
            prop_assert_eq!(ticket.resolution.since.is_some(), runs);
            prop_assert!(ticket.resolution.read(now) <= forward);
            prop_assert_eq!(ticket.closed_at.is_some(), ticket.state == TicketState::Closed);
            let done = matches!(ticket.state, TicketState::Solved | TicketState::Closed);
            prop_assert_eq!(ticket.solved_at.is_some(), done);
            prop_assert_eq!(ticket.waits_for.is_some(), ticket.state == TicketState::Waiting);
            prop_assert!(ticket.swapped_with.is_none() || ticket.documents.is_some());
        }
    }
}

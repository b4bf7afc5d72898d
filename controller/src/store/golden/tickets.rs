//! The records of tickets and of rules.

use declic_common::DeviceId;
use declic_common::report::Smart;
use declic_common::ticket::{
    Barrier, Bound, Category, Cause, Documents, Fact, Origin, Priority, Repair, TicketState,
    WaitsFor,
};

use super::{DEVICE, check, check_in};
use crate::store::records::programme::SealedText;
use crate::store::records::tickets::*;

fn ticket() -> Ticket {
    Ticket {
        number: 1042,
        version: 7,
        device: DeviceId::from_bits(DEVICE),
        household: Some("F-017".to_owned()),
        cause: Cause::DiskFailing,
        origin: Origin::Rule,
        category: Category::Storage,
        priority: Priority::Urgent,
        state: TicketState::Waiting,
        assignee: Some("ana".to_owned()),
        times: TicketTimes {
            opened_at: 1_790_000_000_000,
            changed_at: 1_790_000_000_001,
            solved_at: Some(1_790_000_000_002),
            closed_at: Some(1_790_000_000_003),
        },
        clocks: TicketClocks {
            first_response: (60_000, None),
            resolution: (120_000, Some(1_790_000_000_004)),
            responded: true,
        },
        evidence: Some(Evidence {
            at: 1_789_999_999_999,
            facts: vec![Fact {
                name: "smart_reallocated".to_owned(),
                value: 24,
                limit: Some(13),
                before: Some(12),
                disk: Some("deadbeef".to_owned()),
                bound: None,
            }],
        }),
        waiting: Some(Waiting {
            waits_for: WaitsFor::Part,
            until: Some("2026-12-01".to_owned()),
        }),
        visit_on: Some("2026-12-02".to_owned()),
        minutes: 45,
        documents: Some(Documents::Copied),
        swapped_with: Some(DeviceId::from_bits(1)),
        repair: Some(Repair::EndOfLife),
        barrier: Some(Barrier::WornOut),
        returns: 2,
    }
}

#[test]
fn records_of_tickets_read_and_are_written_the_same() {
    check("ticket", &ticket());
    let heard = Evidence {
        at: 1_789_999_999_999,
        facts: vec![Fact::bounded(
            "disk_home_free_bytes",
            2_000_000_000,
            Bound::Under,
        )],
    };
    let by_phone = Ticket {
        evidence: Some(heard),
        ..ticket()
    };
    check_in("v2", "ticket", &by_phone);
    let event = TicketEvent {
        at: 1_790_000_000_005,
        who: "ana".to_owned(),
        state: TicketState::Assigned,
        change_json: r#"{"change":"comment","text":""}"#.to_owned(),
    };
    check("ticket_event", &event);
    let text = TicketText {
        text: "L’écran reste noir".to_owned(),
        sealed: None,
    };
    check("ticket_text", &text);
    let text = TicketText {
        text: String::new(),
        sealed: Some(SealedText {
            programme: "clic-2010".to_owned(),
            household: "AUB-017".to_owned(),
            bytes: (0..60).collect(),
        }),
    };
    check_in("v4", "ticket_text", &text);
    check("cause_ticket", &CauseTicket { number: 1042 });
    let watches = Watches {
        watches: vec![CauseWatch {
            cause: Cause::DiskFull,
            bad: true,
            since: 1_790_000_000_006,
            last: 1_790_000_900_006,
            count: 2,
            covered_ms: 900_000,
        }],
    };
    check("watches", &watches);
    let baseline = Baseline {
        disks: vec![Smart {
            disk: Some("deadbeef".to_owned()),
            passed: Some(true),
            reallocated: Some(12),
            ..Smart::default()
        }],
    };
    check("baseline", &baseline);
    let silence = Silence {
        device: Some(DeviceId::from_bits(DEVICE)),
        site: Some("aubiers".to_owned()),
        cause: Some(Cause::Overdue),
        until: 1_790_000_000_007,
        who: "ana".to_owned(),
        since: 1_790_000_000_008,
    };
    check("silence", &silence);
    let absence = Absence {
        device: Some(DeviceId::from_bits(DEVICE)),
        site: Some("aubiers".to_owned()),
        first: 20_640,
        last: 20_655,
        who: "ana".to_owned(),
        declared_at: 1_790_000_000_009,
    };
    check("absence", &absence);
    // A call that a ticket has taken: the field came after the first version.
    let taken = crate::store::records::HelpRow {
        received_at: 1_790_000_000_040,
        estimated: true,
        text: String::new(),
        ticket: Some(1042),
        sealed: None,
    };
    check("help_taken", &taken);
}

//! Values of every kind, changed in every way, under a checksum that is right: what a newer or a
//! faulty program may have written. Each is read as something that is written the same again, or
//! refused.

use std::path::Path;

use declic_tests::fuzz::{examples, fuzz};

use super::record::{Record, decode, encode};
use super::records::tickets::{
    Absence, Baseline, CauseTicket, Silence, Ticket, TicketEvent, TicketText, Watches,
};
use super::records::*;

/// The values of all released versions.
fn golden() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records");
    let hex = examples(&folder).into_iter();
    let bytes = hex.map(|file| {
        let text: Vec<u8> = file
            .into_iter()
            .filter(|b| !b.is_ascii_whitespace())
            .collect();
        data_encoding::HEXLOWER.decode(&text).unwrap()
    });
    bytes.collect()
}

/// What this version makes of a value that says it is an `R`.
fn read<R: Record>(value: &[u8]) -> bool {
    let mut value = value.to_vec();
    let Some(body) = value.len().checked_sub(4).filter(|body| *body >= 2) else {
        return decode::<R>(&value).is_ok();
    };
    value[..2].copy_from_slice(&[R::KIND, R::VERSION]);
    let crc = crc32c::crc32c(&value[..body]);
    value[body..].copy_from_slice(&crc.to_be_bytes());
    let Ok(record) = decode::<R>(&value) else {
        return false;
    };
    let written = encode(&record);
    let again = decode::<R>(&written).expect("it was just written");
    assert_eq!(encode(&again), written, "kind {}", R::KIND);
    true
}

#[test]
fn a_value_in_any_state_is_read_the_same_again_or_refused() {
    let values = golden();
    assert!(values.len() > 20);
    fuzz("record", values, |value| {
        [
            read::<Device>(value),
            read::<Enrolment>(value),
            read::<Latest>(value),
            read::<Mark>(value),
            read::<Inventory>(value),
            read::<JournalRow>(value),
            read::<HelpRow>(value),
            read::<CommandRow>(value),
            read::<HealthRow>(value),
            read::<AuditEntry>(value),
            read::<AuditHead>(value),
            read::<Meta>(value),
            read::<Revoked>(value),
            read::<Account>(value),
            read::<ApiToken>(value),
            read::<Login>(value),
            read::<NoticeRow>(value),
            read::<FactsRow>(value),
            read::<Life>(value),
            read::<Placements>(value),
            read::<DayRow>(value),
            read::<Folded>(value),
            read::<Ticket>(value),
            read::<TicketEvent>(value),
            read::<TicketText>(value),
            read::<CauseTicket>(value),
            read::<Watches>(value),
            read::<Baseline>(value),
            read::<Silence>(value),
            read::<Absence>(value),
        ]
    });
}

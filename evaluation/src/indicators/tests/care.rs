use jiff::civil::date;

use super::Village;
use super::village::key;
use crate::dataset::{Attendance, Session};
use crate::vocabulary::*;

#[test]
fn tickets_are_counted_per_hundred_device_months() {
    let mut village = Village::default();
    village.equipped(1, date(2026, 1, 1));
    village.ticket(1, 1, date(2026, 2, 1));
    village.ticket(2, 1, date(2026, 3, 1)).visits = 2;
    village.ticket(3, 1, date(2026, 4, 1)).household = None;
    // 365 days are 11.9918 device-months; the third ticket is the workshop's own.
    let rate = village.answer("ticket_rate").value("value", "").unwrap();
    assert!((rate - 200.0 / (365.0 / 30.4375)).abs() < 1e-9);
    let visits = village.answer("home_visits").value("value", "").unwrap();
    assert!((visits - rate).abs() < 1e-9);
    assert_eq!(
        village
            .answer("tickets_by_category")
            .value("value", "network"),
        Some(2.0)
    );
}

#[test]
fn a_fault_returns_if_it_is_back_within_30_days() {
    let mut village = Village::default();
    village.ticket(1, 1, date(2026, 2, 1)).resolved_on = Some(date(2026, 2, 3));
    village.ticket(2, 1, date(2026, 3, 4)).resolved_on = Some(date(2026, 3, 10));
    village.ticket(3, 1, date(2026, 4, 9)).resolved_on = Some(date(2026, 12, 20));
    // 3 February + 30 days is 5 March: the second, of the 4th, is a return. 10 March + 30 days is
    // 9 April: the third is none. Of the third, solved 12 days before the end, nobody knows.
    let answer = village.answer("repeat_30d_rate");
    assert_eq!(answer.value("value", ""), Some(0.5));
    assert_eq!(answer.figures[0].missing.as_ref().unwrap().value, 1.0);
}

#[test]
fn a_ticket_without_an_answer_is_missing_from_the_times() {
    let mut village = Village::default();
    village
        .ticket(1, 1, date(2026, 2, 1))
        .first_response_minutes = Some(90);
    village
        .ticket(2, 1, date(2026, 2, 1))
        .first_response_minutes = Some(30);
    village.ticket(3, 1, date(2026, 2, 1));
    // 0.5 and 1.5 hours: median 1, p90 = 0.5 + 0.9.
    let answer = village.answer("first_response");
    assert_eq!(answer.value("median", ""), Some(1.0));
    assert!((answer.value("p90", "").unwrap() - 1.4).abs() < 1e-9);
    assert_eq!(answer.figures[0].missing.as_ref().unwrap().value, 1.0);
}

fn session(village: &mut Village, number: u32, day: jiff::civil::Date) {
    village.data.sessions.push(Session {
        session: key('s', number),
        site: "A".into(),
        day,
        kind: SessionKind::Group,
        place: MediationPlace::Workplace,
        level: Some(Level::Beginner),
        length_minutes: 120,
        seats: 10,
    });
}

fn came(village: &mut Village, session: u32, person: u32, home: Option<u32>, minutes: u32) {
    village.data.attendance.push(Attendance {
        session: key('s', session),
        participant: key('p', person),
        household: home.map(|home| key('h', home)),
        attended_minutes: Some(minutes),
        autonomy: Some(Autonomy::Partly),
    });
}

#[test]
fn somebody_who_came_before_the_period_is_not_new_in_it() {
    let mut village = Village::default();
    village.home(1, Some(date(2026, 1, 1)));
    session(&mut village, 1, date(2025, 12, 1));
    session(&mut village, 2, date(2026, 1, 8));
    session(&mut village, 3, date(2026, 1, 15));
    session(&mut village, 4, date(2026, 1, 22));
    came(&mut village, 1, 1, Some(1), 120);
    for number in 2..=4 {
        came(&mut village, number, 1, Some(1), 120);
    }
    came(&mut village, 2, 2, None, 30);
    // In 2026: persons 1 and 2, of whom 2 is new; 3 × 2 h + 0.5 h; 4 seats of 30; home 1 came three times.
    let people = village.answer("participants");
    assert_eq!(people.value("value", ""), Some(2.0));
    assert_eq!(people.value("new", ""), Some(1.0));
    assert_eq!(village.answer("person_hours").value("value", ""), Some(6.5));
    let seats = village.answer("seat_fill_rate").value("value", "").unwrap();
    assert!((seats - 4.0 / 30.0).abs() < 1e-9);
    let trained = village.answer("households_trained");
    assert_eq!(trained.value("at_least_1", ""), Some(1.0));
    assert_eq!(trained.value("at_least_3", ""), Some(1.0));
    assert_eq!(
        village.answer("sessions").value("value", "collectif"),
        Some(3.0)
    );
    assert_eq!(
        village
            .answer("autonomy")
            .value("value", "partiellement_autonome"),
        Some(4.0)
    );
}

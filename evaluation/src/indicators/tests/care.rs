use jiff::civil::date;

use super::Village;
use super::village::key;
use crate::dataset::{
    Assistance, AssistanceTheme, Attendance, Key, Lot, Repair, Session, SessionTheme,
};
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
        cycle: None,
        day,
        kind: SessionKind::Group,
        place: Some(MediationPlace::Workplace),
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

#[test]
fn one_help_may_be_about_several_themes_and_counts_in_each() {
    let mut village = Village::default();
    session(&mut village, 1, date(2026, 1, 8));
    village.data.session_themes.push(SessionTheme {
        session: key('s', 1),
        theme: Theme::Email,
    });
    for (number, day) in [(1, date(2026, 2, 1)), (2, date(2025, 12, 31))] {
        let assistance = key('q', number);
        village.data.assistance.push(Assistance {
            assistance,
            site: "A".into(),
            day,
            household: None,
            place: None,
            given_minutes: None,
            autonomy: None,
            equipment: None,
        });
        let about = [Theme::Email, Theme::Taxes].map(|theme| AssistanceTheme { assistance, theme });
        village.data.assistance_themes.extend(about);
    }
    // A session and a help of the period were about mail, the help about taxes too.
    let themes = village.answer("themes");
    assert_eq!(themes.value("value", "email"), Some(2.0));
    assert_eq!(themes.value("value", "argent_impots"), Some(1.0));
}

#[test]
fn repairs_count_by_what_became_of_the_pc_wherever_it_was() {
    let mut village = Village::default();
    let repair = |number, home: Option<u32>, begun_on, outcome, barrier| Repair {
        repair: key('r', number),
        device: key('d', number),
        household: home.map(|home| key('h', home)),
        ticket: None::<Key>,
        category: None,
        begun_on,
        ended_on: None,
        outcome,
        barrier,
        worked_minutes: None,
    };
    let (fixed, end) = (Some(RepairOutcome::Fixed), Some(RepairOutcome::EndOfLife));
    village.data.repairs = vec![
        repair(1, Some(1), date(2026, 2, 1), fixed, None),
        repair(2, None, date(2026, 2, 1), fixed, None),
        repair(3, None, date(2026, 3, 1), end, Some(Barrier::WornOut)),
        repair(4, None, date(2026, 12, 31), None, None),
        repair(5, None, date(2025, 12, 31), end, Some(Barrier::WornOut)),
    ];
    // The fourth goes on, the fifth began the year before.
    let answer = village.answer("repair_outcome");
    assert_eq!(answer.value("repairs", ""), Some(3.0));
    assert_eq!(answer.value("value", "Fixed"), Some(2.0));
    assert_eq!(answer.value("value", "End of life"), Some(1.0));
    assert_eq!(answer.value("value", "Item too worn out"), Some(1.0));
}

#[test]
fn pcs_that_were_announced_and_never_counted_are_missing_from_the_yield() {
    let mut village = Village::default();
    let lot = |number, received_on, announced, accepted, rejected| Lot {
        lot: key('l', number),
        received_on,
        announced,
        accepted,
        rejected,
    };
    village.data.lots = vec![
        lot(1, date(2026, 1, 5), Some(20), 12, 3),
        lot(2, date(2026, 2, 5), None, 3, 2),
        lot(3, date(2025, 2, 5), Some(9), 9, 0),
    ];
    // 15 accepted of 20 judged; 5 of the first lot never counted.
    let figure = village.answer("device_yield").figures.remove(0);
    assert_eq!(figure.value, Some(0.75));
    assert_eq!(figure.denominator.unwrap().value, 20.0);
    assert_eq!(figure.missing.unwrap().value, 5.0);
}

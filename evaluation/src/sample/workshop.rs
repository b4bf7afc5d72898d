//! Two sessions a week in each workshop, and help in between.

use jiff::civil::Weekday;

use super::{Home, Maker, period};
use crate::dataset::{Assistance, AssistanceTheme, Attendance, Key, Session, SessionTheme};
use crate::vocabulary::{Autonomy, Equipment, Level, MediationPlace, SessionKind, Theme, Word};

const AUTONOMY: [(Autonomy, u32); 3] = [
    (Autonomy::Accompanied, 3),
    (Autonomy::Partly, 5),
    (Autonomy::Autonomous, 2),
];

pub(super) fn make(maker: &mut Maker, homes: &[Home]) {
    for site in maker.sites() {
        let near: Vec<&Home> = homes.iter().filter(|home| home.site == site).collect();
        for day in period().each_day() {
            match day.weekday() {
                Weekday::Tuesday | Weekday::Saturday => session(maker, &site, day, &near),
                Weekday::Thursday if maker.dice.chance(60) => help(maker, &site, day, &near),
                _ => {}
            }
        }
    }
}

fn session(maker: &mut Maker, site: &str, day: jiff::civil::Date, near: &[&Home]) {
    let key = maker.key('s', maker.data.sessions.len());
    let group = maker.dice.chance(88);
    maker.data.sessions.push(Session {
        session: key,
        site: site.to_owned(),
        cycle: None,
        day,
        kind: if group {
            SessionKind::Group
        } else {
            SessionKind::Individual
        },
        place: Some(maker.dice.pick(&[
            (MediationPlace::Workplace, 18),
            (MediationPlace::Home, 1),
            (MediationPlace::Remote, 1),
        ])),
        level: maker.dice.chance(95).then(|| {
            maker.dice.pick(&[
                (Level::Beginner, 6),
                (Level::Intermediate, 3),
                (Level::Advanced, 1),
            ])
        }),
        length_minutes: 120,
        seats: if group { 10 } else { 1 },
    });
    let first = maker.dice.between(0, 29) as usize;
    for theme in [first, (first + 7) % 30].into_iter().take(1 + first % 2) {
        maker.data.session_themes.push(SessionTheme {
            session: key,
            theme: Theme::ALL[theme],
        });
    }
    let seats = if group { maker.dice.between(4, 10) } else { 1 };
    let mut here: Vec<Key> = Vec::new();
    for _ in 0..seats {
        let (participant, household) = somebody(maker, near);
        if here.contains(&participant) {
            continue;
        }
        here.push(participant);
        maker.data.attendance.push(Attendance {
            session: key,
            participant,
            household,
            attended_minutes: maker.dice.chance(98).then(|| maker.dice.between(60, 120)),
            autonomy: maker.dice.chance(92).then(|| maker.dice.pick(&AUTONOMY)),
        });
    }
}

/// Mostly somebody of the first two thirds of the homes: a third never comes.
fn somebody(maker: &mut Maker, near: &[&Home]) -> (Key, Option<Key>) {
    if near.is_empty() || maker.dice.chance(8) {
        let visitor = maker.dice.between(0, 30) as usize;
        return (maker.key('p', 1_000_000 + visitor), None);
    }
    let home = near[maker
        .dice
        .between(0, (near.len() as u32 * 2 / 3).max(1) - 1) as usize];
    let person = home.persons[maker.dice.between(0, home.persons.len() as u32 - 1) as usize];
    (person, Some(home.key))
}

fn help(maker: &mut Maker, site: &str, day: jiff::civil::Date, near: &[&Home]) {
    let (_, household) = somebody(maker, near);
    let theme = Theme::ALL[maker.dice.between(0, 29) as usize];
    let assistance = maker.key('q', maker.data.assistance.len());
    maker
        .data
        .assistance_themes
        .push(AssistanceTheme { assistance, theme });
    maker.data.assistance.push(Assistance {
        assistance,
        site: site.to_owned(),
        day,
        household,
        place: Some(maker.dice.pick(&[
            (MediationPlace::Workplace, 6),
            (MediationPlace::Home, 2),
            (MediationPlace::Remote, 2),
        ])),
        given_minutes: Some(maker.dice.between(10, 60)),
        autonomy: maker.dice.chance(90).then(|| maker.dice.pick(&AUTONOMY)),
        equipment: Some(
            maker
                .dice
                .pick(&[(Equipment::Computer, 7), (Equipment::Phone, 3)]),
        ),
    });
}

//! The workshop of a demonstration: two courses, three groups, a session for each group and week,
//! who came, and the help that was given in between.

use declic_common::programme::{
    Assistance, Attendance, Cycle, Group, Member, Noun, Session, Sheet,
};
use jiff::ToSpan;
use jiff::civil::Date;

use super::homes::Someone;
use super::{Days, dice, line, word};
use crate::demo::enrolling::SITE;

/// Code, name, level, themes.
const CYCLES: [(&str, &str, &str, &str); 2] = [
    (
        "premiers-pas",
        "Premiers pas",
        "debutant",
        "prendre_en_main_du_materiel|navigation_sur_internet|email",
    ),
    (
        "aller-plus-loin",
        "Aller plus loin",
        "intermediaire",
        "bureautique|aide_aux_demarches_administratives|securite_numerique",
    ),
];

/// A group that meets once a week.
struct Circle {
    code: &'static str,
    name: &'static str,
    cycle: &'static str,
    /// Days after Monday.
    weekday: i32,
    start: &'static str,
    minutes: u32,
    members: usize,
}

const CIRCLES: [Circle; 3] = [
    Circle {
        code: "mardi",
        name: "Mardi matin",
        cycle: "premiers-pas",
        weekday: 1,
        start: "09:30",
        minutes: 90,
        members: 9,
    },
    Circle {
        code: "jeudi",
        name: "Jeudi après-midi",
        cycle: "premiers-pas",
        weekday: 3,
        start: "14:00",
        minutes: 90,
        members: 8,
    },
    Circle {
        code: "samedi",
        name: "Samedi matin",
        cycle: "aller-plus-loin",
        weekday: 5,
        start: "10:00",
        minutes: 120,
        members: 8,
    },
];

/// The workshop opened so many days before the first home was equipped, and half a year is shown
/// at most.
const BEFORE_DAYS: i32 = 42;
const SHOWN_DAYS: i32 = 182;
/// Weeks that are planned.
const AHEAD: i32 = 3;
/// Of a hundred who are awaited, so many come.
const COME: u64 = 79;
/// One who came at first, and stays away from the last so many sessions.
const LOST_SINCE: usize = 3;
/// Posts to sit at: the fourth and the seventh are down.
const SEATS: [u16; 8] = [1, 2, 3, 5, 6, 8, 9, 10];

/// A session, and who may be awaited there.
struct Meeting {
    code: String,
    circle: usize,
    on: Date,
    /// Held, to come, cancelled, or over without a roll.
    state: &'static str,
    /// How many the group has still to come, this one counted: 1 for the last that was held.
    left: usize,
}

/// The tables of the workshop, what is named before what names it.
pub(super) fn tables(people: &[Someone], days: Days) -> Vec<(&'static Sheet, String)> {
    let groups = groups(people);
    let meetings = meetings(days);
    vec![
        (Cycle::SHEET, cycles(days)),
        (Group::SHEET, circles()),
        (Member::SHEET, members(&groups, days)),
        (Session::SHEET, sessions(&meetings)),
        (Attendance::SHEET, attendances(&groups, &meetings)),
        (Assistance::SHEET, assistances(people, days)),
    ]
}

fn opens(days: Days) -> Date {
    let shown = days.today.saturating_sub(SHOWN_DAYS.days());
    days.before(BEFORE_DAYS).max(shown)
}

fn person(n: usize) -> String {
    format!("P-{:04}", n + 1)
}

/// Who is in which group: adults, and children whose parents said yes, some of each.
fn groups(people: &[Someone]) -> [Vec<usize>; 3] {
    let may = |(n, someone): &(usize, &Someone)| {
        let willing = dice(*n, 90) < 40;
        willing && (!someone.is_child || someone.authorised.is_some())
    };
    let mut willing = people.iter().enumerate().filter(may).map(|(n, _)| n);
    CIRCLES.map(|circle| willing.by_ref().take(circle.members).collect())
}

fn cycles(days: Days) -> String {
    let mut csv = "code,site,name,begins_on,ends_on,level,themes\n".to_owned();
    let (from, to) = (opens(days), days.today.saturating_add((AHEAD * 7).days()));
    for (code, name, level, themes) in CYCLES {
        let (from, to) = (from.to_string(), to.to_string());
        line(&mut csv, &[code, SITE, name, &from, &to, level, themes]);
    }
    csv
}

fn circles() -> String {
    let mut csv = "code,cycle,name\n".to_owned();
    for circle in CIRCLES {
        line(&mut csv, &[circle.code, circle.cycle, circle.name]);
    }
    csv
}

fn members(groups: &[Vec<usize>; 3], days: Days) -> String {
    let mut csv = "code,group,person,joined_on\n".to_owned();
    let joined = opens(days).to_string();
    let mut number = 0;
    for (circle, group) in CIRCLES.iter().zip(groups) {
        for n in group {
            number += 1;
            let code = format!("M-{number:04}");
            line(&mut csv, &[&code, circle.code, &person(*n), &joined]);
        }
    }
    csv
}

/// Week by week, in the order of days. The last session of the second group waits for its roll.
fn meetings(days: Days) -> Vec<Meeting> {
    let first = opens(days);
    let monday = first.saturating_sub(i32::from(first.weekday().to_monday_zero_offset()).days());
    let last = days.today.saturating_add((AHEAD * 7).days());
    let mut meetings = Vec::new();
    let mut week = monday;
    while week <= last {
        for (circle, group) in CIRCLES.iter().enumerate() {
            let on = week.saturating_add(group.weekday.days());
            if on < first || on > last {
                continue;
            }
            let number = meetings.len();
            let is_over = on < days.today;
            let state = match is_over {
                true if dice(number, 91) < 4 => "cancelled",
                true => "held",
                false => "planned",
            };
            meetings.push(Meeting {
                code: format!("W-{:04}", number + 1),
                circle,
                on,
                state,
                left: 0,
            });
        }
        week = week.saturating_add(7.days());
    }
    let waits = meetings
        .iter_mut()
        .rfind(|meeting| meeting.circle == 1 && meeting.state == "held");
    if let Some(meeting) = waits {
        meeting.state = "planned";
    }
    for circle in 0..CIRCLES.len() {
        let held = meetings
            .iter_mut()
            .rev()
            .filter(|meeting| meeting.circle == circle && meeting.state == "held");
        for (n, meeting) in held.enumerate() {
            meeting.left = n + 1;
        }
    }
    meetings
}

fn sessions(meetings: &[Meeting]) -> String {
    let mut csv =
        "code,site,cycle,group,on,start,minutes,kind,place,level,themes,seats,state\n".to_owned();
    for (n, meeting) in meetings.iter().enumerate() {
        let circle = &CIRCLES[meeting.circle];
        let (.., level, themes) = CYCLES[usize::from(circle.cycle == CYCLES[1].0)];
        let themes: Vec<_> = themes.split('|').collect();
        line(
            &mut csv,
            &[
                &meeting.code,
                SITE,
                circle.cycle,
                circle.code,
                &meeting.on.to_string(),
                circle.start,
                &circle.minutes.to_string(),
                "collectif",
                "lieu_activite",
                level,
                themes[n / CIRCLES.len() % themes.len()],
                "10",
                meeting.state,
            ],
        );
    }
    csv
}

fn attendances(groups: &[Vec<usize>; 3], meetings: &[Meeting]) -> String {
    let head = "code,session,person,age,gender,status,with_parent,seat,autonomy,signed\n";
    let mut csv = head.to_owned();
    let mut number = 0;
    for (n, meeting) in meetings.iter().enumerate() {
        if meeting.state != "held" {
            continue;
        }
        let mut seats = SEATS.iter().map(u16::to_string);
        let group = &groups[meeting.circle];
        for (place, who) in group.iter().enumerate() {
            // The third of each group came, and was lost on the way.
            let lost = place == 2 && meeting.left <= LOST_SINCE;
            if lost || dice(n * 64 + place, 92) >= COME {
                continue;
            }
            number += 1;
            // People need less help as the weeks go by.
            let learnt = dice(*who, 93) + (n as u64 / 3) * 2;
            let autonomy = match learnt {
                0..45 => "entierement_accompagne",
                45..95 => "partiellement_autonome",
                _ => "autonome",
            };
            let signed = if dice(n * 64 + place, 94) < 96 {
                "oui"
            } else {
                ""
            };
            line(
                &mut csv,
                &[
                    &format!("V-{number:04}"),
                    &meeting.code,
                    &person(*who),
                    "",
                    "",
                    "",
                    "",
                    &seats.next().unwrap_or_default(),
                    autonomy,
                    signed,
                ],
            );
        }
        if dice(n, 95) < 35 {
            number += 1;
            let age = word(
                dice(n, 96),
                &[
                    (30, "quarante_cinquante_neuf"),
                    (30, "soixante_soixante_neuf"),
                    (25, "soixante_dix_plus"),
                    (15, "moins_de_douze"),
                ],
            );
            let is_child = age == "moins_de_douze";
            let gender = word(dice(n, 97), &[(60, "feminin"), (40, "masculin")]);
            line(
                &mut csv,
                &[
                    &format!("V-{number:04}"),
                    &meeting.code,
                    "",
                    age,
                    gender,
                    if is_child { "scolarise" } else { "" },
                    if is_child { "oui" } else { "" },
                    &seats.next().unwrap_or_default(),
                    "entierement_accompagne",
                    "",
                ],
            );
        }
    }
    csv
}

/// Four in ten homes were helped once outside the sessions; some had walked in.
fn assistances(people: &[Someone], days: Days) -> String {
    let head = "code,site,on,minutes,person,age,place,equipment,themes,autonomy,redirected_to\n";
    let mut csv = head.to_owned();
    let from = opens(days);
    let span = from
        .until(days.today)
        .map_or(1, |span| span.get_days())
        .max(1);
    let mut number = 0;
    for (n, _) in people.iter().enumerate().filter(|(_, one)| !one.is_child) {
        if dice(n, 98) >= 22 {
            continue;
        }
        number += 1;
        let after = i32::try_from(dice(n, 99)).unwrap_or(0) * span / 100;
        let on = from.saturating_add(after.days()).to_string();
        let walked_in = dice(n, 100) < 15;
        let place = word(
            dice(n, 101),
            &[(58, "lieu_activite"), (27, "domicile"), (15, "a_distance")],
        );
        let theme = word(
            dice(n, 102),
            &[
                (24, "aide_aux_demarches_administratives"),
                (18, "email"),
                (16, "prendre_en_main_du_materiel"),
                (14, "sante"),
                (14, "travail_formation"),
                (14, "scolarite_et_numerique"),
            ],
        );
        let on_to = word(
            dice(n, 103),
            &[(86, ""), (8, "administration"), (6, "aide_sociale")],
        );
        line(
            &mut csv,
            &[
                &format!("Q-{number:04}"),
                SITE,
                &on,
                &(10 + dice(n, 104) / 5 * 2).to_string(),
                &if walked_in { String::new() } else { person(n) },
                if walked_in { "soixante_dix_plus" } else { "" },
                place,
                "ordinateur",
                theme,
                word(
                    dice(n, 105),
                    &[
                        (48, "entierement_accompagne"),
                        (38, "partiellement_autonome"),
                        (14, "autonome"),
                    ],
                ),
                on_to,
            ],
        );
    }
    csv
}

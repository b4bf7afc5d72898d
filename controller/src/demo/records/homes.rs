//! The homes of a demonstration: their people, their lines, whom to reach, what they answered.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{BUILDINGS, Days, YEAR_DAYS, application_of, dice, kind, line, people, word};
use crate::demo::enrolling::SITE;

const OPERATORS: [&str; 3] = ["Opérateur A", "Opérateur B", "Opérateur C"];

pub(super) fn households(homes: usize, code: fn(usize) -> String, days: Days) -> String {
    let mut csv = "code,site,building,staircase,kind,application,charter_on\n".to_owned();
    for n in 0..homes {
        let (building, ..) = BUILDINGS[n % BUILDINGS.len()];
        let staircase = ["A", "B", "C"][n / BUILDINGS.len() % 3];
        let signed = days.before(14 - i32::try_from(n % 13).unwrap_or(0));
        line(
            &mut csv,
            &[
                &code(n),
                SITE,
                building,
                staircase,
                kind(n),
                &format!("A-{:04}", application_of(n) + 1),
                &signed.to_string(),
            ],
        );
    }
    csv
}

/// Somebody of a home.
pub(super) struct Someone {
    /// The number of the home, from 0.
    pub(super) home: usize,
    pub(super) age: &'static str,
    pub(super) gender: &'static str,
    pub(super) status: &'static str,
    pub(super) is_child: bool,
    /// The day of a parent's word.
    pub(super) authorised: Option<Date>,
}

/// The people of all homes, in the order in which they are numbered.
pub(super) fn everybody(homes: usize, days: Days) -> Vec<Someone> {
    let of_home = |home: usize| {
        let (persons, children) = people(home);
        (0..persons).map(move |person| {
            let is_child = person >= persons - children;
            someone(home, home * 16 + person, is_child, days)
        })
    };
    (0..homes).flat_map(of_home).collect()
}

fn someone(home: usize, seed: usize, is_child: bool, days: Days) -> Someone {
    let ages: &[(u64, &'static str)] = match is_child {
        true => &[(55, "moins_de_douze"), (45, "douze_dix_huit")],
        false => &[
            (8, "dix_huit_vingt_quatre"),
            (34, "vingt_cinq_trente_neuf"),
            (33, "quarante_cinquante_neuf"),
            (13, "soixante_soixante_neuf"),
            (9, "soixante_dix_plus"),
            (3, "non_communique"),
        ],
    };
    let age = word(dice(seed, 20), ages);
    let status = match age {
        _ if is_child => "scolarise",
        "soixante_soixante_neuf" | "soixante_dix_plus" => "retraite",
        _ => word(
            dice(seed, 21),
            &[
                (48, "sans_emploi"),
                (45, "en_emploi"),
                (7, "non_communique"),
            ],
        ),
    };
    Someone {
        home,
        age,
        gender: word(
            dice(seed, 22),
            &[(54, "feminin"), (44, "masculin"), (2, "non_communique")],
        ),
        status,
        is_child,
        // Asked for with the application, so that children come to the workshop from the first day.
        authorised: (is_child && dice(seed, 23) < 82).then(|| days.before(60)),
    }
}

pub(super) fn persons(people: &[Someone], code: fn(usize) -> String) -> String {
    let mut csv = "household,first_name,age,gender,status,authorised_on\n".to_owned();
    for (n, someone) in people.iter().enumerate() {
        let name = format!("Prénom {:03}", n + 1);
        let authorised = someone.authorised.map(|on| on.to_string());
        line(
            &mut csv,
            &[
                &code(someone.home),
                &name,
                someone.age,
                someone.gender,
                someone.status,
                &authorised.unwrap_or_default(),
            ],
        );
    }
    csv
}

pub(super) fn lines(homes: usize, code: fn(usize) -> String, days: Days) -> String {
    let head = "household,operator,box_model,holder,payer,hotline,cents_per_month,activated_on,kept_after_12\n";
    let mut csv = head.to_owned();
    for n in 0..homes {
        let operator = usize::try_from(dice(n, 30) % 3).unwrap_or(0);
        let holder = word(
            dice(n, 31),
            &[(62, "household"), (30, "carrier"), (8, "landlord")],
        );
        let kept = match days.a_year_was_lived() {
            true => word(dice(n, 32), &[(71, "oui"), (29, "non")]),
            false => "",
        };
        line(
            &mut csv,
            &[
                &code(n),
                OPERATORS[operator],
                &format!("Box {}", operator + 1),
                holder,
                "carrier",
                // A range that is kept for fiction.
                &format!("01 99 00 00 1{operator}"),
                "1990",
                &days.before(2).to_string(),
                kept,
            ],
        );
    }
    csv
}

pub(super) fn contacts(homes: usize, code: fn(usize) -> String) -> String {
    let mut csv = "household,name,phone\n".to_owned();
    for n in 0..homes {
        let number = n + 1;
        let (name, phone) = (
            format!("Nom {number:03}"),
            format!("06 39 98 {:02} {:02}", number / 100, number % 100),
        );
        line(&mut csv, &[&code(n), &name, &phone]);
    }
    csv
}

const SKILLS: [&str; 10] = [
    "information_1",
    "information_2",
    "communication_1",
    "communication_2",
    "creation_1",
    "creation_2",
    "protection_1",
    "protection_2",
    "environment_1",
    "environment_2",
];
const OUTCOMES: [&str; 6] = ["job", "cv", "procedures", "family", "school", "spending"];

/// A first survey of nearly every home; a second one of about half, where a year was lived.
pub(super) fn surveys(homes: usize, code: fn(usize) -> String, days: Days) -> String {
    let mut csv = format!(
        "household,moment,answered_on,no_answer,{},frequency,no_home_line,procedures_alone,{}\n",
        SKILLS.join(","),
        OUTCOMES.join(",")
    );
    let mut moments = vec![("start", days.before(1))];
    if days.a_year_was_lived() {
        moments.push((
            "end",
            days.first.saturating_add(YEAR_DAYS.days()).min(days.today),
        ));
    }
    for n in 0..homes {
        for (moment, day) in &moments {
            let at_end = *moment == "end";
            let gone = super::left(n, days).filter(|left| left.on <= *day);
            let share = if at_end { 53 } else { 92 };
            let answers = gone.is_none() && dice(n, 40 + u64::from(at_end)) < share;
            let mut cells = vec![code(n), (*moment).to_owned()];
            if !answers {
                let why = match gone {
                    Some(left) if left.reason == "moved" => "moved",
                    Some(_) => "not_reached",
                    None => word(
                        dice(n, 43),
                        &[
                            (60, "not_reached"),
                            (25, "refused"),
                            (10, "moved"),
                            (5, "other"),
                        ],
                    ),
                };
                cells.extend([String::new(), why.to_owned()]);
                cells.extend(vec![String::new(); SKILLS.len() + 3 + OUTCOMES.len()]);
                line(
                    &mut csv,
                    &cells.iter().map(String::as_str).collect::<Vec<_>>(),
                );
                continue;
            }
            cells.extend([day.to_string(), String::new()]);
            let level = dice(n, 44) / 34 + u64::from(at_end && dice(n, 45) < 70);
            for skill in 0..SKILLS.len() as u64 {
                // One home in twenty leaves an answer out: what is missing stays missing.
                let left_out = dice(n, 60 + skill) >= 99;
                let answer = (level + dice(n, 70 + skill) / 50).min(4);
                cells.push(if left_out {
                    String::new()
                } else {
                    answer.to_string()
                });
            }
            let often: [(u64, &str); 4] = match at_end {
                false => [(50, "daily"), (15, "weekly"), (13, "rare"), (22, "never")],
                true => [(80, "daily"), (11, "weekly"), (4, "rare"), (5, "never")],
            };
            cells.push(word(dice(n, 46), &often).to_owned());
            cells.push(if dice(n, 47) < 46 { "oui" } else { "non" }.to_owned());
            let alone = if at_end { 62 } else { 31 };
            cells.push(if dice(n, 48) < alone { "oui" } else { "non" }.to_owned());
            for matter in 0..OUTCOMES.len() as u64 {
                let shares = [
                    (34, "yes"),
                    (26, "partly"),
                    (22, "no"),
                    (18, "not_concerned"),
                ];
                let outcome = if at_end {
                    word(dice(n, 50 + matter), &shares)
                } else {
                    ""
                };
                cells.push(outcome.to_owned());
            }
            line(
                &mut csv,
                &cells.iter().map(String::as_str).collect::<Vec<_>>(),
            );
        }
    }
    csv
}

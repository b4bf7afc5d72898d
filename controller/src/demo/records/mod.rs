//! The programme of a demonstration: who applied, who came in, whose line it is, what they
//! answered and what it cost, through the same register as a real one.
//!
//! Nobody is invented: first names are numbers, and phone numbers are of a range that is kept
//! for fiction. The figures are near those of comparable programmes.

mod bench;
mod homes;
mod left;
mod means;
#[cfg(test)]
mod tests;
mod workshop;

use std::fmt::Write;
use std::sync::Arc;

use anyhow::{Context, bail};
use declic_common::programme::body::NewImport;
use declic_common::programme::{
    Application, Building, Contact, Handover, Household, Line, Noun, Person, Programme, Sheet,
    Site, Survey,
};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

pub(super) use self::bench::Handed;
use self::homes::{contacts, everybody, households, lines, persons, surveys};
pub(super) use self::left::{Left, leave, left};
use super::enrolling::SITE;
use crate::app::App;
use crate::app::programme::{self, By, RegisterError, Sight};
use crate::domain::rights::Reach;

/// Its code.
pub(super) const PROGRAMME: &str = "clic-et-declic";
/// More homes than this have no records: their codes are taken as they are.
pub(super) const HOMES_MAX: usize = 200;
/// Lines of one import.
const LINES: usize = 900;
/// A home that was lived in for so many days is asked a second time.
const YEAR_DAYS: i32 = 365;

/// Buildings, each with its landlord.
const BUILDINGS: [(&str, &str, &str); 8] = [
    ("B1", "Tour 1", "Domofrance"),
    ("B2", "Tour 2", "Domofrance"),
    ("B3", "Tour 3", "Domofrance"),
    ("B4", "Barre Nord", "Domofrance"),
    ("B5", "Barre Sud", "Domofrance"),
    ("B6", "Résidence A", "Aquitanis"),
    ("B7", "Résidence B", "Aquitanis"),
    ("B8", "Résidence C", "Aquitanis"),
];

/// When things happened: homes were equipped from `first` on, and it is `today`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    pub(super) first: Date,
    pub(super) today: Date,
}

impl Days {
    fn before(self, days: i32) -> Date {
        self.first.saturating_sub(days.days())
    }

    pub(super) fn a_year_was_lived(self) -> bool {
        self.first.saturating_add(YEAR_DAYS.days()) <= self.today
    }
}

/// Writes the programme, unless it is there. `code` names the household of the `n`th home.
pub(super) async fn write(
    app: &Arc<App>,
    homes: usize,
    code: fn(usize) -> String,
    days: Days,
    now_ms: i64,
) -> anyhow::Result<bool> {
    let homes = homes.min(HOMES_MAX);
    let by = by();
    let whole = whole(homes, days);
    match programme::create(app, Programme::SHEET, None, whole, &by, now_ms).await {
        Ok(_) => {}
        Err(RegisterError::Taken { .. }) => return Ok(false),
        Err(error) => return Err(error).context("failed to open the programme"),
    }
    let people = everybody(homes, days);
    let mut tables: Vec<(&'static Sheet, String)> = vec![
        (Site::SHEET, site()),
        (Building::SHEET, buildings()),
        (Application::SHEET, applications(homes, days)),
        (Household::SHEET, households(homes, code, days)),
        (Person::SHEET, persons(&people, code)),
        (Line::SHEET, lines(homes, code, days)),
        (Contact::SHEET, contacts(homes, code)),
        (Survey::SHEET, surveys(homes, code, days)),
    ];
    tables.extend(means::tables(homes, days));
    tables.extend(bench::tables(homes, days));
    tables.extend(workshop::tables(&people, days));
    for (sheet, csv) in tables {
        import(app, sheet, &csv, &by, now_ms).await?;
    }
    Ok(true)
}

/// Notes the sheets of the PCs that changed hands. A few are not signed yet.
pub(super) async fn sign(
    app: &Arc<App>,
    handed: &[Handed],
    code: fn(usize) -> String,
    now_ms: i64,
) -> anyhow::Result<()> {
    import(
        app,
        Handover::SHEET,
        &bench::handovers(handed, code),
        &by(),
        now_ms,
    )
    .await
}

/// Whoever writes a demonstration.
fn by() -> By {
    By {
        who: "demo".to_owned(),
        reach: Reach::Everywhere,
        sight: Sight {
            contacts: Some(Reach::Everywhere),
            first_names: Some(Reach::Everywhere),
        },
    }
}

/// Takes a table, however long: an import has at most so many lines.
async fn import(
    app: &Arc<App>,
    sheet: &'static Sheet,
    csv: &str,
    by: &By,
    now_ms: i64,
) -> anyhow::Result<()> {
    let (head, rest) = csv.split_once('\n').unwrap_or((csv, ""));
    let lines: Vec<&str> = rest.lines().collect();
    for some in lines.chunks(LINES) {
        let asked = NewImport {
            csv: format!("{head}\n{}\n", some.join("\n")),
            ..NewImport::default()
        };
        let done = programme::import(app, sheet, PROGRAMME, asked, by, now_ms).await?;
        if let Some(bad) = done.bad.first() {
            bail!(
                "the {} of the demonstration are wrong: {bad:?}",
                sheet.plural
            );
        }
    }
    Ok(())
}

/// Chance that is the same at each demonstration: 0 to 99, for this home and this matter.
pub(super) fn dice(n: usize, matter: u64) -> u64 {
    let mut z = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ matter.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % 100
}

/// The word whose share, in hundredths, the dice fell on.
fn word(dice: u64, shares: &[(u64, &'static str)]) -> &'static str {
    let mut rest = dice;
    for (share, word) in shares {
        match rest.checked_sub(*share) {
            Some(left) => rest = left,
            None => return word,
        }
    }
    shares.last().map_or("", |(_, word)| word)
}

fn whole(homes: usize, days: Days) -> serde_json::Value {
    let scaled = |euros: usize| euros * homes;
    json!({
        "code": PROGRAMME,
        "name": "Clic et Déclic",
        "carrier": "Association de démonstration",
        "begins_on": days.before(90),
        "ends_on": days.before(90).saturating_add(462.days()),
        "target_homes": homes.max(1),
        "quarters": ["Les Aubiers"],
        // As many doors as were knocked on elsewhere for each home that came in.
        "approached": [{"quarter": "Les Aubiers", "households": (homes * 596 / 100).max(1)}],
        "funders": [
            {"name": "Ville", "cap_cents": scaled(42_000)},
            {"name": "Bailleurs", "cap_cents": scaled(20_000)},
            {"name": "État", "cap_cents": scaled(18_000)},
        ],
        "partners": [
            {"name": "Centre social", "brings": "la salle de l’atelier", "letter_on": days.before(120), "kind": "association"},
            {"name": "Régie de quartier", "brings": "deux techniciens", "letter_on": days.before(112), "kind": "association"},
            {"name": "Atelier de réemploi", "brings": "les PC reconditionnés", "letter_on": days.before(104), "kind": "company"},
            {"name": "Mission locale", "brings": "des volontaires", "kind": "other"},
        ],
        "premises": "Atelier au pied de la tour 1",
        "staff_hours_per_week": 56,
        "tariff": "PC prêté ; 5 € par mois pour la ligne la première année",
        "tariff_cents": 500,
        "demonstration": true,
    })
}

/// An address that nobody has: a demonstration sends nobody anywhere.
fn site() -> String {
    let fields = [
        ("code", SITE),
        ("name", "Les Aubiers"),
        ("workshop", "Atelier Déclic"),
        ("workshop_address", "1 place de l’Exemple"),
        ("seats", "10"),
        ("surface_m2", "85"),
        ("pivot", "00000000000000"),
        ("commune", "Bordeaux"),
        ("postal_code", "33300"),
        ("insee_code", "33063"),
        ("opening_hours", "Mo-Sa 14:00-18:00"),
        ("landlords", "Domofrance|Aquitanis"),
    ];
    let mut csv = String::new();
    line(&mut csv, &fields.map(|(name, _)| name));
    line(&mut csv, &fields.map(|(_, value)| value));
    csv
}

fn buildings() -> String {
    let mut csv = "code,site,name,landlord,staircases\n".to_owned();
    for (code, name, landlord) in BUILDINGS {
        line(&mut csv, &[code, SITE, name, landlord, "A|B|C"]);
    }
    csv
}

/// One line of a table; none of our cells has a comma or a quote in it.
fn line(csv: &mut String, cells: &[&str]) {
    let _ = writeln!(csv, "{}", cells.join(","));
}

/// Seven applications for five homes; those that came in are scattered among them.
fn all_applications(homes: usize) -> usize {
    homes * 7 / 5
}

/// The number of the application that the `n`th home came in by.
fn application_of(n: usize) -> usize {
    n / 5 * 7 + n % 5
}

fn applications(homes: usize, days: Days) -> String {
    let head = "code,site,quarter,received_on,state,decided_on,reason,near_workshop,digitally_excluded,volunteer,persons,children\n";
    let mut csv = head.to_owned();
    let chosen: std::collections::BTreeMap<usize, usize> =
        (0..homes).map(|n| (application_of(n), n)).collect();
    let last = chosen.keys().last().map_or(0, |last| last + 1);
    for n in 0..all_applications(homes).max(last) {
        let received =
            days.before(80 - i32::try_from(n * 40 / all_applications(homes).max(1)).unwrap_or(0));
        let decided = days.before(30 - i32::try_from(n % 12).unwrap_or(0));
        let home = chosen.get(&n);
        let (state, reason) = match home {
            Some(_) => ("selected", ""),
            None => match dice(n, 1) {
                0..55 => ("waiting_list", ""),
                55..75 => (
                    "declined",
                    word(dice(n, 2), &[(60, "other"), (40, "moved")]),
                ),
                // As they told it elsewhere: 53 %, 34 %, 21 %, several being given at once.
                _ => (
                    "withdrawn",
                    word(
                        dice(n, 2),
                        &[
                            (45, "no_interest"),
                            (25, "cost"),
                            (17, "skills"),
                            (8, "privacy"),
                            (5, "moved"),
                        ],
                    ),
                ),
            },
        };
        let yes = |matter, chance| {
            if dice(n, matter) < chance {
                "oui"
            } else {
                "non"
            }
        };
        let (persons, children) = match home {
            Some(home) => people(*home),
            None => people(n + 1_000),
        };
        let met = home.is_some();
        line(
            &mut csv,
            &[
                &format!("A-{:04}", n + 1),
                SITE,
                "Les Aubiers",
                &received.to_string(),
                state,
                &decided.to_string(),
                reason,
                if met { "oui" } else { yes(3, 70) },
                if met { "oui" } else { yes(4, 75) },
                if met { "oui" } else { yes(5, 80) },
                &persons.to_string(),
                &children.to_string(),
            ],
        );
    }
    csv
}

fn kind(n: usize) -> &'static str {
    word(
        dice(n, 10),
        &[
            (27, "alone"),
            (24, "single_parent"),
            (12, "couple"),
            (32, "couple_with_children"),
            (5, "other"),
        ],
    )
}

/// Persons of a home, and children among them.
fn people(n: usize) -> (usize, usize) {
    let children = 1 + usize::try_from(dice(n, 11) / 40).unwrap_or(0);
    match kind(n) {
        "alone" => (1, 0),
        "single_parent" => (1 + children, children),
        "couple" | "other" => (2, 0),
        _ => (2 + children, children),
    }
}

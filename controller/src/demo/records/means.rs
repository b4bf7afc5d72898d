//! What a demonstration is made with: money, hours of work, what it says of itself.

use declic_common::programme::{Cost, Factor, Noun, Sheet, Statement, Timesheet};
use jiff::ToSpan;

use super::{Days, dice, line};

/// Item, euros, days after the beginning, funder.
const COSTS: [(&str, i64, i32, &str); 18] = [
    ("equipment", 9_400, 5, "Ville"),
    ("equipment", 4_150, 20, "Ville"),
    ("refurbishing", 5_200, 25, "Ville"),
    ("refurbishing", 4_350, 60, "Ville"),
    ("premises", 2_400, 3, "Bailleurs"),
    ("premises", 2_400, 70, "Bailleurs"),
    ("connection", 11_940, 75, "Bailleurs"),
    ("connection", 5_970, 80, "État"),
    ("connection", 3_600, 85, ""),
    ("staff", 6_200, 30, "État"),
    ("staff", 6_200, 60, "Ville"),
    ("staff", 5_900, 88, "Ville"),
    ("training", 3_800, 50, "État"),
    ("training", 2_300, 82, "Ville"),
    ("maintenance", 2_650, 78, "Ville"),
    ("communication", 1_450, 10, "Ville"),
    ("evaluation", 1_200, 40, "État"),
    ("other", 640, 45, "Bailleurs"),
];

/// Kind of work, and hours a month for a hundred homes.
const HOURS: [(&str, usize); 4] = [
    ("coordination", 62),
    ("technical", 88),
    ("training", 74),
    ("volunteer", 26),
];

/// Kind of PC, and grams of CO2 equivalent: low, central, high. Made up, and named so.
const FACTORS: [(&str, u32, u32, u32); 3] = [
    ("desktop", 100_000, 160_000, 220_000),
    ("laptop", 90_000, 150_000, 210_000),
    ("all_in_one", 120_000, 190_000, 260_000),
];

/// Criterion, language, text; without commas, which part the cells of our tables.
const STATEMENTS: [(&str, &str, &str); 6] = [
    (
        "3",
        "fr",
        "Les habitants ont choisi les jours et les thèmes de l’atelier au pied de la tour.",
    ),
    (
        "3",
        "en",
        "Residents chose the days and themes of the workshop at the foot of the tower.",
    ),
    (
        "6",
        "fr",
        "Après la dernière séance la salle reste ouverte deux après-midi par semaine.",
    ),
    (
        "6",
        "en",
        "After the last session the room stays open two afternoons a week.",
    ),
    (
        "7",
        "fr",
        "Chaque PC dit lui-même s’il marche et ne dit rien de ce que l’on en fait.",
    ),
    (
        "7",
        "en",
        "Each PC says itself whether it works and nothing of what is done with it.",
    ),
];

pub(super) fn tables(homes: usize, days: Days) -> Vec<(&'static Sheet, String)> {
    vec![
        (Cost::SHEET, costs(homes, days)),
        (Timesheet::SHEET, hours(homes, days)),
        (Factor::SHEET, factors()),
        (Statement::SHEET, statements()),
    ]
}

/// Near 80 000 € for a hundred homes.
fn costs(homes: usize, days: Days) -> String {
    let mut csv = "item,amount_cents,paid_on,funder,label,in_kind\n".to_owned();
    for (item, euros, after, funder) in COSTS {
        let cents = euros * i64::try_from(homes).unwrap_or(0);
        let paid = days.before(90).saturating_add(after.days());
        line(
            &mut csv,
            &[
                item,
                &cents.to_string(),
                &paid.to_string(),
                funder,
                "",
                "non",
            ],
        );
    }
    let cents = (6_500 * homes).to_string();
    let day = days.before(60).to_string();
    line(
        &mut csv,
        &["equipment", &cents, &day, "", "Écrans donnés", "oui"],
    );
    csv
}

/// Each month from the beginning up to today, its days of rest and of rush.
fn hours(homes: usize, days: Days) -> String {
    let mut csv = "month,kind,hours\n".to_owned();
    let mut month = days.before(90).first_of_month();
    let mut n = 0;
    while month <= days.today {
        for (kind, hours) in HOURS {
            let percent = 80 + usize::try_from(dice(n, 90)).unwrap_or(0) * 40 / 100;
            let hours = (hours * homes * percent).div_ceil(10_000);
            line(&mut csv, &[&month.to_string(), kind, &hours.to_string()]);
            n += 1;
        }
        month = month.saturating_add(1.month());
    }
    csv
}

fn factors() -> String {
    let mut csv = "kind,source,edition,low_g,central_g,high_g\n".to_owned();
    for (kind, low, central, high) in FACTORS {
        let grams = [low, central, high].map(|grams| grams.to_string());
        let [low, central, high] = grams.each_ref().map(String::as_str);
        let source = "Valeur de démonstration";
        line(&mut csv, &[kind, source, "1", low, central, high]);
    }
    csv
}

fn statements() -> String {
    let mut csv = "criterion,language,text\n".to_owned();
    for (criterion, language, text) in STATEMENTS {
        line(&mut csv, &[criterion, language, text]);
    }
    csv
}

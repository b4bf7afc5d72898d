//! How figures read: numbers, units, parts and categories, in French and English.

use declic_common::Lang;
use jiff::civil::Date;

use crate::disclosure::Line;
use crate::indicators::{self, Unit};
use crate::vocabulary::*;

/// A number with its unit, as people read it.
pub fn number(value: f64, unit: &str, lang: Lang) -> String {
    let say = |fr: &str, en: &str| lang.say(fr, en).to_owned();
    let close = "\u{a0}";
    match unit {
        "ratio" => {
            let percent = plain(value * 100.0, 1, lang);
            format!("{percent}{}%", lang.say(close, ""))
        }
        "euros" => {
            let digits = if value.abs() < 1000.0 { 2 } else { 0 };
            lang.say(
                format!("{}{close}€", plain(value, digits, lang)),
                format!("€{}", plain(value, digits, lang)),
            )
        }
        "count" => plain(value, 0, lang),
        "years" => format!("{}{close}{}", plain(value, 1, lang), say("ans", "years")),
        "days" => format!("{}{close}{}", plain(value, 1, lang), say("jours", "days")),
        "hours" => format!("{}{close}h", plain(value, 1, lang)),
        "kilograms" => format!("{}{close}kg", plain(value, 0, lang)),
        "device_days" => format!(
            "{}{close}{}",
            plain(value, 0, lang),
            say("jours-appareils", "device-days")
        ),
        "points" => format!(
            "{}{close}{}",
            plain(value, 1, lang),
            say("points", "points")
        ),
        "square_metres" => format!("{}{close}m²", plain(value, 0, lang)),
        _ => format!(
            "{} {}",
            plain(value, 1, lang),
            say("pour 100 mois-appareils", "per 100 device-months")
        ),
    }
}

/// A day in words: `1er mars 2026`, `1 March 2026`.
pub fn day(day: Date, lang: Lang) -> String {
    let months = lang.say(
        [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    );
    let month = months[day.month().unsigned_abs() as usize - 1];
    let first = match day.day() {
        1 => lang.say("er", ""),
        _ => "",
    };
    let close = '\u{a0}';
    format!("{}{first}{close}{month}{close}{}", day.day(), day.year())
}

/// Digits grouped by three, a comma or a point before the decimals; no decimals of zeros.
pub fn plain(value: f64, decimals: usize, lang: Lang) -> String {
    let text = format!("{:.*}", decimals, value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push_str(lang.say("\u{202f}", ","));
        }
        grouped.push(digit);
    }
    let zero = grouped == "0" && part.bytes().all(|digit| digit == b'0');
    let sign = if value < 0.0 && !zero { "−" } else { "" };
    if part.bytes().all(|digit| digit == b'0') {
        format!("{sign}{grouped}")
    } else {
        format!("{sign}{grouped}{}{part}", lang.say(",", "."))
    }
}

/// What a category of a split is called.
pub fn category(dimension: &str, word: &str, lang: Lang) -> String {
    fn find<W: Word>(word: &str, lang: Lang) -> Option<&'static str> {
        W::from_word(word).map(|one| one.label(lang))
    }
    let say = |fr: &'static str, en: &'static str| Some(lang.say(fr, en));
    let found = match dimension {
        "age" => find::<Minority>(word, lang),
        "age_band" => find::<AgeBand>(word, lang),
        "gender" => find::<Gender>(word, lang),
        "social_status" => find::<SocialStatus>(word, lang),
        "household_type" => find::<HouseholdType>(word, lang),
        "reason" => find::<Reason>(word, lang),
        "grade" => find::<Grade>(word, lang),
        "outcome" => find::<Exit>(word, lang).or_else(|| outcome(word, lang)),
        "cause" => find::<OutageCause>(word, lang).or_else(|| find::<NoAnswer>(word, lang)),
        "silent_7_days" | "silent_14_days" | "silent_30_days" => find::<SilenceCause>(word, lang),
        "category" => find::<Category>(word, lang),
        "verdict" => find::<DiskVerdict>(word, lang),
        "status" => find::<RepairOutcome>(word, lang),
        "barrier" => find::<Barrier>(word, lang),
        "kind" => find::<SessionKind>(word, lang)
            .or_else(|| find::<PartnerKind>(word, lang))
            .or_else(|| find::<StaffKind>(word, lang)),
        "state" => find::<ApplicationState>(word, lang),
        "place" => find::<MediationPlace>(word, lang),
        "level" => find::<Level>(word, lang).or_else(|| find::<ConsentLevel>(word, lang)),
        "theme" => find::<Theme>(word, lang),
        "autonomy" => find::<Autonomy>(word, lang),
        "before" | "after" => find::<Frequency>(word, lang),
        "item" => find::<CostItem>(word, lang),
        "act" => find::<GovernanceAct>(word, lang),
        "hours" => match word {
            "under_1" => say("moins de 1 h", "under 1 h"),
            "1_to_2" => say("1 à 2 h", "1 to 2 h"),
            "2_to_4" => say("2 à 4 h", "2 to 4 h"),
            "4_to_8" => say("4 à 8 h", "4 to 8 h"),
            _ => say("8 h et plus", "8 h and more"),
        },
        "month" => return format!("{} {word}", lang.say("mois", "month")),
        _ => None,
    };
    found.map_or_else(|| word.to_owned(), str::to_owned)
}

fn outcome(word: &str, lang: Lang) -> Option<&'static str> {
    let (fr, en) = match word {
        "found_work" => ("emploi ou formation trouvés", "work or training found"),
        "made_cv" => ("CV rédigé", "CV made"),
        "family_links" => ("liens familiaux renforcés", "closer family links"),
        "school_help" => ("sert pour l’école", "serves for school"),
        "spends_less" => ("dépense moins", "spends less"),
        "technical_trouble" => ("a eu des ennuis techniques", "had technical trouble"),
        _ => return None,
    };
    Some(lang.say(fr, en))
}

/// What a part of an indicator is called; nothing for the figure itself.
pub fn part(part: &str, lang: Lang) -> &'static str {
    let (fr, en) = match part {
        "median" => ("médiane", "median"),
        "p90" => ("90e centile", "90th percentile"),
        "age_median" => ("âge, médiane", "age, median"),
        "age_p90" => ("âge, 90e centile", "age, 90th percentile"),
        "power_on_median" => ("heures du disque, médiane", "disk hours, median"),
        "power_on_p90" => (
            "heures du disque, 90e centile",
            "disk hours, 90th percentile",
        ),
        "low" => ("borne basse", "low bound"),
        "high" => ("borne haute", "high bound"),
        "handovers" => (
            "remises ayant atteint 12 mois",
            "handovers that reached month 12",
        ),
        "repairs" => ("réparations", "repairs"),
        "barriers" => ("obstacles", "barriers"),
        "new" => ("nouveaux", "new"),
        "at_least_1" => ("au moins 1 séance", "at least 1 session"),
        "at_least_3" => ("au moins 3 séances", "at least 3 sessions"),
        "attrition" => ("perdus", "lost"),
        "never_to_regular" => ("de « jamais » à régulier", "from never to regular"),
        "skill_mean_change" => ("compétences, changement moyen", "skills, mean change"),
        "skill_low_95" => ("intervalle à 95 %, bas", "95% interval, low"),
        "skill_high_95" => ("intervalle à 95 %, haut", "95% interval, high"),
        "skill_worst" => (
            "si les absents étaient au pire",
            "if the missing were worst",
        ),
        "skill_best" => (
            "si les absents étaient au mieux",
            "if the missing were best",
        ),
        "alone_before" => ("démarches seules, au début", "procedures alone, at start"),
        "alone_after" => ("démarches seules, à la fin", "procedures alone, at end"),
        "line_kept" => ("ligne gardée après 12 mois", "line kept after month 12"),
        "per_household_installed" => ("par foyer équipé", "per household installed"),
        "per_household_active_at_month_12" => (
            "par foyer actif à 12 mois",
            "per household active at month 12",
        ),
        "per_training_person_hour" => (
            "par heure-personne de formation",
            "per training person-hour",
        ),
        "per_active_device_day" => ("par jour-appareil actif", "per active device-day"),
        "letters" => ("lettres d’intention", "letters of intent"),
        "sites" => ("ateliers", "workshops"),
        "seats" => ("postes", "seats"),
        "surface" => ("surface", "surface"),
        "rights_delay_median" => (
            "délai médian des demandes de droits",
            "median delay of rights requests",
        ),
        _ => ("", ""),
    };
    lang.say(fr, en)
}

/// A dimension whose heading must be said beside the category.
pub fn dimension(dimension: &str, lang: Lang) -> &'static str {
    let (fr, en) = match dimension {
        "before" => ("avant", "before"),
        "after" => ("après", "after"),
        "silent_7_days" => ("7 jours et plus", "7 days and more"),
        "silent_14_days" => ("14 jours et plus", "14 days and more"),
        "silent_30_days" => ("30 jours et plus", "30 days and more"),
        _ => ("", ""),
    };
    lang.say(fr, en)
}

/// The value of a figure, or why there is none.
pub fn value(line: &Line, lang: Lang) -> String {
    match line.value {
        _ if is_unknown(line) => lang.say("inconnu", "unknown").to_owned(),
        Some(value) => number(value, &line.unit, lang),
        None => suppressed(lang).to_owned(),
    }
}

/// Nobody knows it: there is no value, or it is none of none while something is missing.
pub fn is_unknown(line: &Line) -> bool {
    let missing = line.missing.is_some_and(|missing| missing > 0.0);
    match line.value {
        None => !line.is_suppressed("value"),
        Some(value) => value == 0.0 && line.denominator == Some(0.0) && missing,
    }
}

/// What stands in the place of a number that is left out.
pub fn suppressed(lang: Lang) -> &'static str {
    lang.say("masqué", "suppressed")
}

/// What a figure rests on: numerator and denominator; empty where it is a plain count.
pub fn basis(line: &Line, lang: Lang) -> String {
    let count = |field: &str, count: Option<f64>| match count {
        Some(value) => plain(value, if value.fract() == 0.0 { 0 } else { 1 }, lang),
        None if line.is_suppressed(field) => suppressed(lang).to_owned(),
        None => "–".to_owned(),
    };
    let has = |field: &str, value: Option<f64>| value.is_some() || line.is_suppressed(field);
    let (over, under) = (line.numerator, line.denominator);
    match (has("numerator", over), has("denominator", under)) {
        (_, false) => String::new(),
        (true, true) => format!(
            "{} / {}",
            count("numerator", over),
            count("denominator", under)
        ),
        (false, true) => format!("n = {}", count("denominator", under)),
    }
}

/// How much is not known; empty where nothing can be missing.
pub fn missing(line: &Line, lang: Lang) -> String {
    match line.missing {
        Some(value) => plain(value, 0, lang),
        None if line.is_suppressed("missing") => suppressed(lang).to_owned(),
        None => String::new(),
    }
}

/// How a figure is called within its indicator; empty for the figure itself.
pub fn label(line: &Line, lang: Lang) -> String {
    let of_category = match line.category.is_empty() {
        true => String::new(),
        false => category(&line.dimension, &line.category, lang),
    };
    let parts = [
        part(&line.part, lang).to_owned(),
        dimension(&line.dimension, lang).to_owned(),
        of_category,
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// The title of an indicator.
pub(super) fn title(code: &str, lang: Lang) -> &'static str {
    indicators::of(code).map_or("", |one| one.title(lang))
}

/// The word of a unit in files.
pub(super) fn ratio() -> &'static str {
    Unit::Ratio.word()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_writes_them() {
        assert_eq!(number(0.3136, "ratio", Lang::Fr), "31,4\u{a0}%");
        assert_eq!(number(0.31, "ratio", Lang::En), "31%");
        assert_eq!(number(36140.4, "count", Lang::Fr), "36\u{202f}140");
        assert_eq!(number(150.25, "euros", Lang::En), "€150.25");
        assert_eq!(plain(-7.5, 1, Lang::Fr), "−7,5");
        assert_eq!(plain(-0.01, 1, Lang::Fr), "0");
    }
}

//! What is missing in the figures, and how to get it.

use askama::Template;
use axum::extract::State;
use declic_common::programme::vocabulary::Moment;
use declic_common::programme::{Household, Survey};
use declic_evaluation::disclosure::Line;
use declic_evaluation::indicators;
use declic_evaluation::report::words;

use super::super::plate::Tab;
use super::{EVALUATION, basis, read, stamp, tabs};
use crate::domain::rights::Permission::KeepProgramme;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "evaluation_gaps.html")]
struct Gaps {
    v: View,
    tabs: Vec<Tab>,
    basis: String,
    read_at: String,
    /// Households that have not answered: address, how many, at which moment.
    surveys: Vec<(String, String, &'static str)>,
    gaps: Vec<Gap>,
}

/// Something that is missing in some figures.
#[derive(Debug)]
struct Gap {
    indicators: Vec<String>,
    name: &'static str,
    what: &'static str,
    /// Where it is filled in, if this person may.
    href: Option<String>,
}

/// Indicators that lack the same, what to do, and where.
struct Hint {
    codes: &'static [&'static str],
    name: (&'static str, &'static str),
    what: (&'static str, &'static str),
    /// Below the programme, and whether only who keeps it may.
    place: Option<(&'static str, bool)>,
}

const HINTS: [Hint; 13] = [
    Hint {
        codes: &["households_approached", "take_up_rate"],
        name: ("Approche", "Reach"),
        what: (
            "Écrire dans le programme combien de foyers de chaque quartier ont été approchés.",
            "Write into the programme how many households of each quarter were approached.",
        ),
        place: Some(("changer", true)),
    },
    Hint {
        codes: &[
            "first_time_connected",
            "autonomy_online",
            "use_and_skill_change",
            "outcomes",
            "paired_response_rate",
        ],
        name: ("Questionnaires", "Surveys"),
        what: (
            "Revoir les foyers qui n’ont pas répondu, ou dire pourquoi ils ne répondront pas : les bornes se resserrent à chaque réponse.",
            "See the households that have not answered, or say why they will not: the bounds close with each answer.",
        ),
        place: Some(("questionnaires", false)),
    },
    Hint {
        codes: &[
            "device_yield",
            "intake_to_home",
            "device_age",
            "mass_reused",
            "grade_at_handover",
        ],
        name: ("Registre des PC", "Register of PCs"),
        what: (
            "Tenir une fiche par PC reçu, même écarté : lot, jour de réception, année, masse, essai et classe.",
            "Keep a record for each PC received, rejected ones too: lot, day of intake, year, mass, trial and grade.",
        ),
        place: Some(("pc", false)),
    },
    Hint {
        codes: &["erasure_proof_rate", "handover_signed_rate"],
        name: ("Preuves et signatures", "Proofs and signatures"),
        what: (
            "Noter l’effacement avant chaque remise et les deux signatures de sa feuille.",
            "Note the wipe before each handover, and both signatures of its sheet.",
        ),
        place: Some(("pc", false)),
    },
    Hint {
        codes: &["co2e_avoided"],
        name: ("CO₂e", "CO₂e"),
        what: (
            "Nommer un facteur d’émission par forme de PC, avec sa source, et la forme de chaque PC : sans eux ce chiffre ne se publie pas.",
            "Name an emission factor for each kind of PC, with its source, and the kind of each PC: without them this figure is not published.",
        ),
        place: Some(("facteurs", false)),
    },
    Hint {
        codes: &[
            "consent_levels",
            "active_days",
            "weekly_active_rate",
            "never_started",
            "retention",
            "powered_hours",
            "connected_days",
            "connectivity_when_on",
        ],
        name: ("Accord des foyers", "Consent of households"),
        what: (
            "Des foyers n’ont pas donné leur accord pour les données d’usage, ou leur PC n’a rien envoyé. L’accord ne se donne que sur le PC, par le foyer : il compte comme manquant, et non comme inactif.",
            "Some households have not agreed to usage data, or their PC sent nothing. They agree on the PC alone, themselves: they count as missing, not as inactive.",
        ),
        place: None,
    },
    Hint {
        codes: &[
            "exit_outcome",
            "restore_time",
            "repeat_30d_rate",
            "first_response",
            "resolution_time",
        ],
        name: ("Patience", "Patience"),
        what: (
            "Attendre : ce n’est pas encore fini. Un PC de moins de douze mois, un ticket ouvert, une panne qui dure.",
            "Wait: it is not over yet. A PC of less than twelve months, an open ticket, an outage that lasts.",
        ),
        place: None,
    },
    Hint {
        codes: &["device_availability"],
        name: ("Jours sans nouvelles", "Days without news"),
        what: (
            "De ces jours rien n’est arrivé du PC. Le rallumer les fait arriver : il garde ce qu’il n’a pas pu envoyer.",
            "Of these days nothing arrived from the PC. Switching it on makes them arrive: it keeps what it could not send.",
        ),
        place: None,
    },
    Hint {
        codes: &["sessions", "person_hours", "autonomy"],
        name: ("Séances", "Sessions"),
        what: (
            "Compléter les séances : lieu, niveau, durée de chacun, autonomie en fin de séance.",
            "Complete the sessions: place, level, time of each person, autonomy at the end.",
        ),
        place: Some(("ateliers", false)),
    },
    Hint {
        codes: &[
            "age_band",
            "gender",
            "social_status",
            "children_concerned",
            "household_type",
        ],
        name: ("Foyers et personnes", "Households and persons"),
        what: (
            "Compléter les foyers et leurs personnes : composition, tranche d’âge, genre, statut.",
            "Complete households and their persons: who lives together, age band, gender, status.",
        ),
        place: Some(("foyers", false)),
    },
    Hint {
        codes: &["staff_hours"],
        name: ("Heures de travail", "Hours of work"),
        what: (
            "Noter les heures de chaque mois, par nature de travail, bénévoles compris.",
            "Note the hours of each month, by kind of work, volunteers too.",
        ),
        place: Some(("heures", false)),
    },
    Hint {
        codes: &["premises"],
        name: ("Locaux", "Premises"),
        what: (
            "Écrire la surface de l’atelier sur la fiche de chaque site.",
            "Write the surface of the workshop into the record of each site.",
        ),
        place: Some(("sites", false)),
    },
    Hint {
        codes: &["cost"],
        name: ("Dépenses", "Costs"),
        what: (
            "Écrire les dépenses, avec leur poste et leur financeur.",
            "Write the costs, with their item and funder.",
        ),
        place: Some(("depenses", false)),
    },
];

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
) -> Page {
    let found = read(&desk, &pass, &programme, None).await?;
    let households: Vec<Household> = super::super::read(&desk, &pass, &programme).await?;
    let surveys: Vec<Survey> = super::super::read(&desk, &pass, &programme).await?;
    let title = view.say("Ce qui manque", "What is missing");
    let v = view.titled(title, EVALUATION);
    let silent = |moment: Moment| {
        let answers = |home: &Household| {
            let mut theirs = surveys.iter().filter(|one| one.household == home.code);
            theirs.any(|one| one.moment == Some(moment))
        };
        let missing = households.iter();
        let missing = missing.filter(|home| home.left_on.is_none() && !answers(home));
        let n = missing.count();
        let word = moment.as_str();
        (
            v.url(format!(
                "/programmes/{programme}/questionnaires?manque={word}"
            )),
            v.count(n, ["foyer", "foyers"], ["household", "households"]),
            match moment {
                Moment::Start => v.say(
                    "sans questionnaire de début",
                    "without a survey at the start",
                ),
                Moment::End => v.say("sans questionnaire de fin", "without a survey at the end"),
            },
        )
    };
    let lacks = |code: &&'static str| {
        let lines: Vec<&Line> = found.inside.of(code).collect();
        let unknown = |line: &&Line| line.value.is_none() && !line.is_suppressed("value");
        let missing = lines
            .iter()
            .filter_map(|line| line.missing)
            .fold(0.0, f64::max);
        let title = indicators::of(code).map_or("", |one| one.title(v.lang()));
        match (missing > 0.0, lines.iter().any(unknown)) {
            (true, _) => {
                let number = words::plain(missing, 0, v.lang());
                Some(v.say(
                    format!("{title} : {number} en manque"),
                    format!("{title}: {number} missing"),
                ))
            }
            (false, true) => Some(v.say(format!("{title} : inconnu"), format!("{title}: unknown"))),
            (false, false) => None,
        }
    };
    let gaps = HINTS.iter().filter_map(|hint| {
        let indicators: Vec<String> = hint.codes.iter().filter_map(lacks).collect();
        let href = hint
            .place
            .filter(|(_, keeps)| !keeps || v.may(KeepProgramme));
        (!indicators.is_empty()).then(|| Gap {
            indicators,
            name: v.say(hint.name.0, hint.name.1),
            what: v.say(hint.what.0, hint.what.1),
            href: href.map(|(below, _)| v.url(format!("/programmes/{programme}/{below}"))),
        })
    });
    page(&Gaps {
        tabs: tabs(&v, &programme, "manques"),
        basis: basis(&v, &found),
        read_at: stamp(&v, found.read_at),
        surveys: Moment::ALL.iter().map(|moment| silent(*moment)).collect(),
        gaps: gaps.collect(),
        v,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hint_is_of_indicators_that_there_are_and_each_has_one_at_most() {
        let mut seen = std::collections::BTreeSet::new();
        for code in HINTS.iter().flat_map(|hint| hint.codes) {
            assert!(indicators::of(code).is_some(), "{code}");
            assert!(seen.insert(code), "{code} has two");
        }
    }
}

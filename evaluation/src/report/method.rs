//! Method and limits, and the annex.

use super::html::Page;
use super::words::plain;
use crate::dataset::manifest::Manifest;
use crate::indicators::{Chapter, all};

const METHOD: [(&str, &str); 9] = [
    (
        "Les périodes sont en jours locaux de Paris : le premier jour compte, le dernier non. Les jours de changement d’heure ont 23 ou 25 heures.",
        "Periods are local days of Paris: the first day counts, the last does not. Days of clock changes have 23 or 25 hours.",
    ),
    (
        "Chaque part porte ce qui a été compté, sur combien, et combien manquent. L’inconnu n’est jamais un zéro.",
        "Each share carries what was counted, out of how many, and how many are missing. Unknown is never zero.",
    ),
    (
        "Les foyers qui n’ont pas consenti aux données d’usage manquent dans les indicateurs 25 à 31, tous les jours où ils n’y consentaient pas.",
        "Homes that did not consent to usage data are missing from indicators 25 to 31, on every day without consent.",
    ),
    (
        "Les parts au mois n ne portent que sur les foyers qui ont pu atteindre ce mois et n’étaient pas partis ; leurs bornes supposent que tous les inconnus étaient inactifs, puis actifs.",
        "Shares at month n are of homes that could have reached that month and had not left; their bounds suppose that all unknown ones were inactive, then active.",
    ),
    (
        "Médianes et centiles sont interpolés entre les deux rangs voisins.",
        "Medians and percentiles are interpolated between the two nearest ranks.",
    ),
    (
        "Le changement de compétences est apparié foyer par foyer ; son intervalle à 95 % est celui de Student. Il ne dit rien de ceux qui n’ont pas répondu : les bornes disent ce que leurs réponses pourraient en faire.",
        "The change of skills is paired home by home; its 95% interval is Student’s. It says nothing of those who did not answer: the bounds say what their answers could make of it.",
    ),
    (
        "Il n’y a pas de groupe témoin : ce qui a changé n’est pas tout dû au programme.",
        "There is no control group: not all that changed is due to the programme.",
    ),
    (
        "Un ordinateur allumé n’est pas un ordinateur utile : ce que l’on en fait n’est pas observé, et n’a pas à l’être.",
        "A computer that is on is not one that serves: what is done with it is not observed, and need not be.",
    ),
    (
        "« Masqué » : le nombre porte sur trop peu de foyers, ou permettrait d’en calculer un tel. Il peut être nul. Un calcul vérifie avant publication qu’aucun ne peut être retrouvé à partir de tous les autres.",
        "Suppressed: the number describes too few households, or would let one that does be worked out. It may be zero. A computation checks before publication that none can be found from all the others.",
    ),
];

pub(super) fn write(page: &mut Page, manifest: &Manifest) {
    let title = page.say("Méthode et limites", "Method and limits");
    page.heading(2, "method", title);
    page.raw("<ul>");
    for (fr, en) in METHOD {
        let text = page.say(fr, en);
        page.element("li", text);
    }
    page.raw("</ul>");
    let (k, shown, cells) = (page.figures.k, page.figures.shown, page.figures.cells);
    let count = |number: u64| plain(number as f64, 0, page.lang);
    let text = if page.lang == declic_common::Lang::Fr {
        format!(
            "Seuil : {k} foyers. {} nombres publiés sur {}.",
            count(shown),
            count(cells)
        )
    } else {
        format!(
            "Threshold: {k} households. {} numbers shown of {}.",
            count(shown),
            count(cells)
        )
    };
    page.element("p", &text);
    let text = format!(
        "{} {}",
        page.say(
            "Pour tout recalculer : declic verify, avec le jeu de données figé et ce rapport. Pseudonymes :",
            "To recompute everything: declic verify, with the frozen dataset and this report. Pseudonyms:"
        ),
        manifest.about.pseudonyms
    );
    page.element("p", &text);
    annex(page);
}

/// The annex: every figure, by chapter, with its definition.
fn annex(page: &mut Page) {
    let title = page.say(
        "Annexe : tous les chiffres et leurs définitions",
        "Annex: every figure and its definition",
    );
    page.heading(2, "annex", title);
    for chapter in Chapter::ALL {
        page.heading(
            3,
            &format!("annex-{}", chapter as u8),
            chapter.title(page.lang),
        );
        page.raw("<dl>");
        let indicators: Vec<_> = all().filter(|one| one.chapter == chapter).collect();
        for one in &indicators {
            let number = one
                .number
                .map_or(String::new(), |number| format!("{number}. "));
            page.element(
                "dt",
                &format!(
                    "{number}{} ({}, {})",
                    one.title(page.lang),
                    one.code,
                    one.source
                ),
            );
            page.element("dd", one.definition(page.lang));
        }
        page.raw("</dl>");
        let codes: Vec<&str> = indicators.iter().map(|one| one.code).collect();
        // Told apart from a table of the story that is called as its chapter is.
        let all = page.say("Tous les chiffres\u{a0}: ", "All figures: ");
        page.all(&format!("{all}{}", chapter.title(page.lang)), &codes);
    }
}

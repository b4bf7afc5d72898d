//! The short report for the municipal council and the public: aggregates alone.

use super::chart::Bar;
use super::html::Page;
use crate::dataset::Dataset;

/// The six mentions of Villes Internet, and the indicators that speak to them.
const MENTIONS: [(&str, &str, &[&str]); 6] = [
    (
        "Éducation",
        "Education",
        &["children_concerned", "person_hours"],
    ),
    (
        "Quartiers populaires",
        "Working-class quarters",
        &["households_installed", "persons_reached"],
    ),
    (
        "Innovation",
        "Innovation",
        &["proactive_share", "device_availability"],
    ),
    (
        "Coopération décentralisée",
        "Decentralised cooperation",
        &[],
    ),
    ("Ruralité", "Rural life", &[]),
    ("Santé", "Health", &[]),
];

/// The axes of the motion of 2019 that a programme serves, and by which indicators it shows.
const AXES: [(&str, &str, &[&str]); 8] = [
    ("Égalité d’accès", "Equal access", &["first_time_connected"]),
    ("Démocratie interactive", "Interactive democracy", &[]),
    (
        "Moyens humains et financiers",
        "Human and financial means",
        &["staff_hours", "cost"],
    ),
    (
        "Formation de tous à tout âge",
        "Training of all at every age",
        &["participants", "person_hours"],
    ),
    (
        "Proximité et médiation",
        "Proximity and mediation",
        &["sessions", "households_trained"],
    ),
    (
        "Cohésion territoriale",
        "Territorial cohesion",
        &["partners"],
    ),
    (
        "Maîtrise publique des données",
        "Public strategy for data",
        &["consent_levels"],
    ),
    (
        "Numérique et transition écologique",
        "Digital serving the ecological transition",
        &["mass_reused", "co2e_avoided"],
    ),
];

pub(super) fn write(page: &mut Page, data: &Dataset) {
    let title = page.say("En bref", "In short");
    page.heading(2, "short", title);
    let main = |line: &crate::disclosure::Line| line.part == "value" && line.category.is_empty();
    let caption = page.say("Les chiffres du programme", "The figures of the programme");
    let codes = [
        "households_approached",
        "households_enrolled",
        "households_installed",
        "persons_reached",
        "children_concerned",
        "first_time_connected",
        "participants",
        "person_hours",
        "paired_response_rate",
        "cost",
    ];
    page.table(caption, &codes, main);
    let bars: Vec<Bar> = (1..=12)
        .filter_map(|month: i32| {
            let line = page
                .figures
                .line_any("retention", "value", &month.to_string())?;
            Some(Bar {
                label: page.label(line),
                value: line.value,
                text: page.value(line),
                second: false,
            })
        })
        .collect();
    let title = page.say(
        "Foyers actifs n mois après l’installation",
        "Homes active n months after installation",
    );
    page.bars(title, &bars);
    let caption = page.say("Ce que les foyers en disent", "What the homes say");
    page.table(
        caption,
        &["outcomes", "autonomy_online", "use_and_skill_change"],
        |line| {
            !matches!(line.dimension.as_str(), "before" | "after")
                && !line.part.starts_with("skill_low")
                && !line.part.starts_with("skill_high")
        },
    );
    served(
        page,
        "mentions",
        (
            "Les six mentions de Villes Internet",
            "The six mentions of Villes Internet",
        ),
        &MENTIONS,
    );
    served(
        page,
        "axes",
        (
            "Les axes de la motion de 2019",
            "The axes of the motion of 2019",
        ),
        &AXES,
    );
    sheet(page, data);
}

/// What the programme shows under each heading; a heading that it does not serve says so.
fn served(
    page: &mut Page,
    id: &str,
    title: (&'static str, &'static str),
    list: &[(&'static str, &'static str, &[&str])],
) {
    let title = page.say(title.0, title.1);
    page.heading(2, id, title);
    page.raw("<dl>");
    for (fr, en, codes) in list {
        let name = page.say(fr, en);
        page.element("dt", name);
        let shown: Vec<String> = codes
            .iter()
            .filter_map(|code| {
                let line = page
                    .figures
                    .line_any(code, "value", "")
                    .or_else(|| page.figures.of(code).next())?;
                let label = page.label(line);
                let what = super::words::title(code, page.lang);
                let what = if label.is_empty() {
                    what.to_owned()
                } else {
                    format!("{what} ({label})")
                };
                Some(format!(
                    "{what}{} {}",
                    page.say("\u{a0}:", ":"),
                    page.value(line)
                ))
            })
            .collect();
        let none = page.say(
            "Le programme n’y contribue pas.",
            "The programme does not serve it.",
        );
        let text = if shown.is_empty() {
            none.to_owned()
        } else {
            shown.join(" ; ")
        };
        page.element("dd", &text);
    }
    page.raw("</dl>");
}

/// The sheet for the label: what an authority copies into its dossier.
fn sheet(page: &mut Page, data: &Dataset) {
    let title = page.say(
        "Fiche pour le dossier du label",
        "Sheet for the label dossier",
    );
    page.heading(2, "sheet", title);
    page.raw("<dl>");
    let Some(programme) = data.programme.first() else {
        page.raw("</dl>");
        return;
    };
    let sites: Vec<&str> = data.sites.iter().map(|site| site.name.as_str()).collect();
    let partners: Vec<&str> = data.partners.iter().map(|one| one.name.as_str()).collect();
    for (fr, en, text) in [
        ("Initiative", "Initiative", programme.name.clone()),
        ("Porteur", "Carrier", programme.carrier.clone()),
        ("Lieux", "Places", sites.join(", ")),
        ("Partenaires", "Partners", partners.join(", ")),
        (
            "Service",
            "Service",
            page.say(
                "équipement, connexion, formation et maintenance à domicile",
                "equipment, connection, training and maintenance at home",
            )
            .to_owned(),
        ),
        (
            "Enjeu",
            "Stake",
            page.say("inclusion numérique", "digital inclusion")
                .to_owned(),
        ),
    ] {
        let name = page.say(fr, en);
        page.element("dt", name);
        page.element("dd", &text);
    }
    page.raw("</dl>");
    let k = page.figures.k;
    let text = if page.lang == declic_common::Lang::Fr {
        format!(
            "Aucun nombre de cette page ne décrit un groupe de 1 à {} foyers.",
            k - 1
        )
    } else {
        format!(
            "No number on this page describes a group of 1 to {} households.",
            k - 1
        )
    };
    page.element("p class=\"note\"", &text);
}

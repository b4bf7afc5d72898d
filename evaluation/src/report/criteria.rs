//! The story in the order of the seven criteria of the call.

use super::chart::Bar;
use super::html::Page;
use super::words;
use crate::dataset::Dataset;

/// Title and what the call asks, in French and English.
const CRITERIA: [(&str, &str, &str, &str); 7] = [
    (
        "Efficience et résultats",
        "Efficiency and results",
        "Qui a été touché, combien d’enfants, quelles formations, et qu’est-ce que cela a apporté ?",
        "Who was reached, how many children, what training, and what did it bring?",
    ),
    (
        "Ressources mobilisées",
        "Resources",
        "Quels locaux, quelles personnes, quels moyens techniques, pour quel coût ?",
        "Which premises, which people, which technical means, at what cost?",
    ),
    (
        "Mobilisation des bénéficiaires et tarification",
        "Mobilisation of beneficiaries and tariff",
        "Comment les habitants ont-ils été associés, et que paient-ils ?",
        "How were residents involved, and what do they pay?",
    ),
    (
        "Capacité à évaluer",
        "Capacity to evaluate",
        "Que sait-on, de combien de foyers, et que ne sait-on pas ?",
        "What is known, of how many homes, and what is not?",
    ),
    (
        "Partenariat",
        "Partnership",
        "Qui s’est engagé, et comment ?",
        "Who committed, and how?",
    ),
    (
        "Pérennité",
        "Lasting effect",
        "Que reste-t-il au bout d’un an ?",
        "What remains after a year?",
    ),
    (
        "Innovation",
        "Innovation",
        "Qu’est-ce qui est nouveau dans la méthode ?",
        "What is new in the method?",
    ),
];

pub(super) fn write(page: &mut Page, data: &Dataset) {
    contents(page);
    type Section = fn(&mut Page, &Dataset);
    let sections: [Section; 7] = [
        results,
        resources,
        mobilisation,
        evaluation,
        partnership,
        lasting,
        innovation,
    ];
    for (at, (section, (fr, en, asks_fr, asks_en))) in sections.iter().zip(CRITERIA).enumerate() {
        let (title, asks) = (page.say(fr, en), page.say(asks_fr, asks_en));
        page.raw(&format!("<section aria-labelledby=\"k{}\">", at + 1));
        page.heading(2, &format!("k{}", at + 1), &format!("{}. {title}", at + 1));
        page.element("p class=\"lead\"", asks);
        own_words(page, data, at as u8 + 1);
        section(page, data);
        page.raw("</section>");
    }
}

fn contents(page: &mut Page) {
    let title = page.say("Sommaire", "Contents");
    page.raw(&format!("<nav aria-label=\"{title}\"><ol>"));
    for (at, (fr, en, _, _)) in CRITERIA.iter().enumerate() {
        let html = format!("<li><a href=\"#k{}\">{}</a></li>", at + 1, page.say(fr, en));
        page.raw(&html);
    }
    page.raw("</ol></nav>");
}

/// What the programme says of itself, marked as its own.
fn own_words(page: &mut Page, data: &Dataset, criterion: u8) {
    let language = page.say("fr", "en");
    let rows = data.statements.iter();
    for row in rows.filter(|row| row.criterion == criterion && row.language == language) {
        page.element("blockquote", &row.text);
    }
}

fn results(page: &mut Page, _: &Dataset) {
    let funnel: Vec<Bar> = [
        "households_approached",
        "applications",
        "households_enrolled",
        "households_installed",
    ]
    .iter()
    .filter_map(|code| bar(page, code, "value", "", words::title(code, page.lang)))
    .chain(active_at_month_12(page))
    .collect();
    let title = page.say(
        "Des foyers informés aux foyers actifs",
        "From households told to active homes",
    );
    page.bars(title, &funnel);
    let caption = page.say("Personnes touchées", "People reached");
    let codes = [
        "households_installed",
        "persons_reached",
        "children_concerned",
        "first_time_connected",
    ];
    page.all(caption, &codes);
    let title = page.say("Personnes par tranche d’âge", "Persons by age band");
    page.bars_of(title, "age_band", "value", "age_band");
    let title = page.say(
        "Formation : présences par autonomie",
        "Training: attendance by autonomy",
    );
    page.bars_of(title, "autonomy", "value", "autonomy");
    let caption = page.say("Formation", "Training");
    page.table(
        caption,
        &[
            "sessions",
            "seat_fill_rate",
            "participants",
            "person_hours",
            "households_trained",
        ],
        |line| line.dimension.is_empty() || line.dimension == "kind",
    );
    let title = page.say(
        "Fréquence d’usage avant (plein) et après (hachuré)",
        "Use before (solid) and after (hatched)",
    );
    let bars = before_after(page);
    page.bars(title, &bars);
    let caption = page.say(
        "Ce qui a changé dans les foyers",
        "What changed in the homes",
    );
    page.table(
        caption,
        &["use_and_skill_change", "autonomy_online", "outcomes"],
        |line| line.dimension != "before" && line.dimension != "after",
    );
}

fn bar(page: &Page, code: &str, part: &str, category: &str, label: &str) -> Option<Bar> {
    let line = page.figures.line_any(code, part, category)?;
    Some(Bar {
        label: label.to_owned(),
        value: line.value,
        text: page.value(line),
        second: false,
    })
}

/// Homes active at month 12, as a number.
fn active_at_month_12(page: &Page) -> Option<Bar> {
    let line = page.figures.line_any("retention", "value", "12")?;
    let label = page
        .say("Actifs à 12 mois (connus)", "Active at month 12 (known)")
        .to_owned();
    let text = match line.numerator {
        Some(homes) => words::plain(homes, 0, page.lang),
        None => page.say("masqué", "suppressed").to_owned(),
    };
    Some(Bar {
        label,
        value: line.numerator,
        text,
        second: false,
    })
}

fn before_after(page: &Page) -> Vec<Bar> {
    let mut bars = Vec::new();
    for often in ["daily", "weekly", "rare", "never"] {
        for dimension in ["before", "after"] {
            let lines = page.figures.of("use_and_skill_change");
            let mut lines =
                lines.filter(|line| line.dimension == dimension && line.category == often);
            if let Some(line) = lines.next() {
                bars.push(Bar {
                    label: page.label(line),
                    value: line.value,
                    text: page.value(line),
                    second: dimension == "after",
                });
            }
        }
    }
    bars
}

fn resources(page: &mut Page, _: &Dataset) {
    let caption = page.say("Moyens", "Means");
    page.all(
        caption,
        &[
            "premises",
            "staff_hours",
            "device_yield",
            "device_age",
            "grade_at_handover",
        ],
    );
    let title = page.say("Coût par poste", "Cost by item");
    page.bars_of(title, "cost", "value", "item");
    let caption = page.say("Coût et financement", "Cost and funding");
    page.table(caption, &["cost", "funding"], |line| {
        line.dimension != "item"
    });
}

fn mobilisation(page: &mut Page, data: &Dataset) {
    if let Some(programme) = data.programme.first() {
        let target = words::plain(f64::from(programme.target_applications), 0, page.lang);
        let text = format!(
            "{} {target}.",
            page.say("Candidatures demandées :", "Applications asked for:")
        );
        page.element("p", &text);
        if let Some(cents) = programme.tariff_cents {
            let euros = words::number(f64::from(cents) / 100.0, "euros", page.lang);
            let text = format!(
                "{} {euros}.",
                page.say(
                    "Ce qu’un foyer paie par mois :",
                    "What a household pays a month:"
                )
            );
            page.element("p", &text);
        }
    }
    let caption = page.say(
        "Adhésion, refus et départs",
        "Take-up, refusals and withdrawals",
    );
    page.all(
        caption,
        &[
            "applications",
            "households_approached",
            "households_enrolled",
            "take_up_rate",
            "refusals_withdrawals",
            "household_type",
        ],
    );
}

fn evaluation(page: &mut Page, _: &Dataset) {
    let caption = page.say(
        "Ce que l’on sait et ce qui manque",
        "What is known and what is missing",
    );
    page.all(
        caption,
        &[
            "paired_response_rate",
            "data_completeness",
            "active_days",
            "consent_levels",
        ],
    );
    let title = page.say(
        "Part des ordinateurs actifs, par semaine",
        "Share of computers active, by week",
    );
    let lines = page.figures.of("weekly_active_rate");
    let points: Vec<_> = lines
        .map(|line| (line.category.clone(), line.value))
        .collect();
    page.course(title, &points);
    super::precedents::write(page);
}

fn partnership(page: &mut Page, data: &Dataset) {
    let caption = page.say("Partenaires", "Partners");
    page.all(caption, &["partners"]);
    if !data.partners.is_empty() {
        page.raw("<ul>");
        for partner in &data.partners {
            let role = partner.role.as_deref().unwrap_or_default();
            let letter = if partner.letter {
                page.say(" (lettre signée)", " (signed letter)")
            } else {
                ""
            };
            page.element("li", &format!("{}{letter} – {role}", partner.name));
        }
        page.raw("</ul>");
    }
}

fn lasting(page: &mut Page, _: &Dataset) {
    let title = page.say(
        "Foyers actifs n mois après l’installation",
        "Homes active n months after installation",
    );
    page.bars_of(title, "retention", "value", "month");
    let caption = page.say("À 12 mois", "At month 12");
    page.table(
        caption,
        &[
            "retention",
            "exit_outcome",
            "autonomy_online",
            "never_started",
        ],
        |line| match line.code.as_str() {
            "retention" => line.category == "12",
            "autonomy_online" => line.part == "line_kept",
            _ => true,
        },
    );
    let title = page.say(
        "Causes des silences de 7 jours et plus",
        "Causes of silences of 7 days and more",
    );
    page.bars_of(title, "silent_devices", "value", "silent_7_days");
    let title = page.say("Tickets par sujet", "Tickets by category");
    page.bars_of(title, "tickets_by_category", "value", "category");
    let caption = page.say("Maintenance et délais", "Maintenance and delays");
    page.all(
        caption,
        &[
            "ticket_rate",
            "first_response",
            "resolution_time",
            "restore_time",
            "device_availability",
            "repeat_30d_rate",
        ],
    );
}

fn innovation(page: &mut Page, _: &Dataset) {
    let caption = page.say("Ce que la méthode apporte", "What the method brings");
    page.all(
        caption,
        &[
            "proactive_share",
            "remote_resolution_rate",
            "disk_warnings",
            "erasure_proof_rate",
            "co2e_avoided",
            "mass_reused",
        ],
    );
}

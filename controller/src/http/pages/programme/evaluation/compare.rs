//! What changed between the start and the end, for households that answered at both.

use askama::Template;
use axum::extract::State;
use declic_evaluation::disclosure::Line;
use declic_evaluation::report::words;
use declic_evaluation::vocabulary::{Frequency, NoAnswer, Word};

use super::super::plate::Tab;
use super::{EVALUATION, Shown, Table, basis, read, shown, stamp, tabs};
use crate::app::evaluation::figures::Figures;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "evaluation_compare.html")]
struct Compare {
    v: View,
    tabs: Vec<Tab>,
    basis: String,
    read_at: String,
    k: u32,
    /// Households that answered at both moments.
    paired: Option<Shown>,
    rows: Vec<Row>,
    skills: Vec<Shown>,
    lost: Vec<Shown>,
    outcomes: Vec<Shown>,
    surveys: String,
    definition: &'static str,
}

impl Compare {
    fn skills(&self) -> Option<Table<'_>> {
        Some(Table {
            name: self.v.say("Compétences", "Skills"),
            lines: &self.skills,
        })
    }

    fn outcomes(&self) -> Option<Table<'_>> {
        Some(Table {
            name: self.v.say("Effets", "Effects"),
            lines: &self.outcomes,
        })
    }
}

/// One thing, at the start and at the end.
#[derive(Debug)]
struct Row {
    name: String,
    before: String,
    after: String,
}

const CHANGE: &str = "use_and_skill_change";

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
) -> Page {
    let found = read(&desk, &pass, &programme, None).await?;
    let title = view.say("Début et fin", "Start and end");
    let v = view.titled(title, EVALUATION);
    let lang = v.lang();
    let one = |code, part, dimension, category| line(&found, code, part, dimension, category);
    let value =
        |line: Option<&Line>| line.map_or_else(|| "–".to_owned(), |line| words::value(line, lang));
    let mut rows: Vec<Row> = Frequency::ALL
        .iter()
        .map(|often| {
            let at = |dimension| value(one(CHANGE, "value", dimension, often.word()));
            let name = often.label(lang);
            Row {
                name: v.say(
                    format!("Internet {name}, foyers"),
                    format!("Internet {name}, households"),
                ),
                before: at("before"),
                after: at("after"),
            }
        })
        .collect();
    let alone = |part| value(one("autonomy_online", part, "", ""));
    rows.push(Row {
        name: v
            .say("Démarches en ligne, seuls", "Procedures online, alone")
            .to_owned(),
        before: alone("alone_before"),
        after: alone("alone_after"),
    });
    let all = |code: &'static str, parts: &[&str]| -> Vec<Shown> {
        let lines = found.inside.of(code);
        lines
            .filter(|line| parts.is_empty() || parts.contains(&line.part.as_str()))
            .map(|line| shown(line, &v))
            .collect()
    };
    let lost = NoAnswer::ALL.iter().filter_map(|cause| {
        let line = one("paired_response_rate", "attrition", "cause", cause.word())?;
        Some(Shown {
            label: v.capital(cause.label(lang)),
            ..shown(line, &v)
        })
    });
    page(&Compare {
        tabs: tabs(&v, &programme, "comparaison"),
        basis: basis(&v, &found),
        read_at: stamp(&v, found.read_at),
        k: found.inside.k,
        paired: one("paired_response_rate", "value", "", "").map(|line| shown(line, &v)),
        lost: lost.collect(),
        skills: all(
            CHANGE,
            &[
                "never_to_regular",
                "skill_mean_change",
                "skill_low_95",
                "skill_high_95",
                "skill_worst",
                "skill_best",
            ],
        ),
        outcomes: all("outcomes", &[]),
        rows,
        surveys: v.url(format!("/programmes/{programme}/questionnaires")),
        definition: declic_evaluation::indicators::of(CHANGE)
            .map_or("", |one| one.definition(lang)),
        v,
    })
}

fn line<'a>(
    found: &'a Figures,
    code: &'a str,
    part: &str,
    dimension: &str,
    category: &str,
) -> Option<&'a Line> {
    found
        .inside
        .of(code)
        .find(|line| line.part == part && line.dimension == dimension && line.category == category)
}

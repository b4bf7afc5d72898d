//! The indicators of one chapter, each with its definition, its basis and what is missing.

use askama::Template;
use axum::extract::State;
use declic_evaluation::disclosure::Line;
use declic_evaluation::indicators::{self, Chapter, Indicator};

use super::super::input::Choice;
use super::super::plate::Tab;
use super::{
    Asked, EVALUATION, Quarter, Shown, Table, asked_quarter, basis, path, read, shown, stamp, tabs,
};
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// Lines of an indicator beyond which they are folded away.
const IN_SIGHT: usize = 12;

#[derive(Debug, Template)]
#[template(path = "evaluation.html")]
struct Chapters {
    v: View,
    tabs: Vec<Tab>,
    action: String,
    basis: String,
    read_at: String,
    k: u32,
    chapter: &'static str,
    chapters: Vec<Choice>,
    quarters: Vec<Choice>,
    sites: Vec<Choice>,
    indicators: Vec<Told>,
    filtered: bool,
    /// Something of this chapter is left out.
    hides: bool,
}

/// An indicator, as it is told.
#[derive(Debug)]
struct Told {
    code: &'static str,
    number: Option<u8>,
    title: &'static str,
    definition: &'static str,
    sources: String,
    lines: Vec<Shown>,
    folded: bool,
}

impl Told {
    /// Its one figure, where it has no more.
    fn alone(&self) -> Option<&Shown> {
        match self.lines.as_slice() {
            [line] if line.label.is_empty() => Some(line),
            _ => None,
        }
    }

    /// Its name and figures, where it has several.
    fn table(&self) -> Option<Table<'_>> {
        match self.alone() {
            Some(_) => None,
            None => Some(Table {
                name: self.title,
                lines: &self.lines,
            }),
        }
    }
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let quarter = asked_quarter(&asked);
    let found = read(&desk, &pass, &programme, quarter).await?;
    let quarter = quarter.filter(|one| Quarter::within(found.whole).contains(one));
    let title = view.say("Évaluation", "Evaluation");
    let v = view.titled(title, EVALUATION);
    let word = asked.get("chapitre").map_or("", String::as_str);
    let chapter = Chapter::ALL.into_iter().find(|one| slug(*one) == word);
    let chapter = chapter.unwrap_or(Chapter::People);
    let site = asked.get("site").map_or("", String::as_str);
    let site = found
        .sites
        .iter()
        .find(|(code, _)| code == site && found.sites.len() > 1)
        .map_or("", |(code, _)| code.as_str());
    let chosen = indicators::all().filter(|one| one.chapter == chapter);
    let told: Vec<Told> = chosen
        .filter_map(|one| {
            let lines = found.inside.lines.iter();
            let lines = lines.filter(|line| line.code == one.code && line.site == site);
            told(one, lines, &v)
        })
        .collect();
    let choice = |word: String, name: String, chosen: bool| Choice { word, name, chosen };
    let whole = v.say("Tout le programme", "The whole programme").to_owned();
    let mut quarters = vec![choice(String::new(), whole, quarter.is_none())];
    quarters.extend(Quarter::within(found.whole).into_iter().map(|one| {
        let (n, year) = (one.n, one.year);
        let name = v.say(format!("{n}ᵉ trimestre {year}"), format!("Q{n} {year}"));
        let name = name.replace("1ᵉ ", "1ᵉʳ ");
        choice(one.word(), name, quarter == Some(one))
    }));
    let mut sites = Vec::new();
    if found.sites.len() > 1 {
        let all = v.say("Tous les sites", "All sites").to_owned();
        sites.push(choice(String::new(), all, site.is_empty()));
        let each = found.sites.iter();
        sites.extend(each.map(|(code, name)| choice(code.clone(), name.clone(), code == site)));
    }
    page(&Chapters {
        tabs: tabs(&v, &programme, ""),
        action: v.url(path(&programme, "")),
        basis: basis(&v, &found),
        read_at: stamp(&v, found.read_at),
        k: found.inside.k,
        chapter: chapter.title(v.lang()),
        chapters: Chapter::ALL
            .iter()
            .map(|one| {
                let name = one.title(v.lang()).to_owned();
                choice(slug(*one).to_owned(), name, *one == chapter)
            })
            .collect(),
        quarters,
        sites,
        hides: told
            .iter()
            .flat_map(|one| &one.lines)
            .any(|line| line.hidden),
        indicators: told,
        filtered: quarter.is_some() || !site.is_empty(),
        v,
    })
}

fn told<'a>(
    one: &'static Indicator,
    lines: impl Iterator<Item = &'a Line>,
    v: &View,
) -> Option<Told> {
    let lines: Vec<Shown> = lines.map(|line| shown(line, v)).collect();
    // Of one site there is none where it belongs to the whole programme.
    (!lines.is_empty()).then(|| Told {
        code: one.code,
        number: one.number,
        title: one.title(v.lang()),
        definition: one.definition(v.lang()),
        sources: sources(one.source, v),
        folded: lines.len() > IN_SIGHT,
        lines,
    })
}

/// Who observed it.
fn sources(letters: &str, v: &View) -> String {
    let name = |letter: &str| match letter {
        "A" => v.say("les PC", "the PCs"),
        "T" => v.say(
            "les techniciens et le registre",
            "technicians and the register",
        ),
        "M" => v.say("l’atelier", "the workshop"),
        "S" => v.say("les questionnaires", "the surveys"),
        _ => v.say("les dépenses", "the costs"),
    };
    let names: Vec<&str> = letters.split(',').map(name).collect();
    names.join(", ")
}

/// A chapter, as an address writes it.
fn slug(chapter: Chapter) -> &'static str {
    match chapter {
        Chapter::People => "personnes",
        Chapter::Machines => "ordinateurs",
        Chapter::Usage => "usage",
        Chapter::Care => "maintenance",
        Chapter::Workshop => "atelier",
        Chapter::Impact => "effets",
        Chapter::Annex => "annexes",
    }
}

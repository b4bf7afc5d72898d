//! What may be published: which tables survive, the files that leave, and the freezing.

use askama::Template;
use axum::extract::State;
use declic_evaluation::disclosure::{Audience, Publication};
use declic_evaluation::indicators::{self, Chapter, Indicator};

use super::super::plate::Tab;
use super::{EVALUATION, basis, path, read, stamp, tabs};
use crate::app::evaluation::leave::Leaving;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "evaluation_publish.html")]
struct Publish {
    v: View,
    tabs: Vec<Tab>,
    basis: String,
    read_at: String,
    freeze: String,
    shares: Vec<(String, String)>,
    chapters: Vec<(&'static str, Vec<Table>)>,
    files: Vec<Download>,
    k_inside: u32,
    k_public: u32,
    today: String,
}

/// A table of an indicator, as it would be published.
#[derive(Debug)]
struct Table {
    title: String,
    tone: &'static str,
    state: &'static str,
    /// Figures that are left, of all.
    kept: String,
}

#[derive(Debug)]
struct Download {
    name: &'static str,
    about: &'static str,
    inside: String,
    public: Option<String>,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
) -> Page {
    let found = read(&desk, &pass, &programme, None).await?;
    let title = view.say("Publier et figer", "Publish and freeze");
    let v = view.titled(title, EVALUATION);
    let public = found.public.as_ref().unwrap_or(&found.inside);
    let share = |one: &Publication, name: &str| {
        let kept = match one.cells {
            0 => "–".to_owned(),
            cells => v.unit(&(one.shown * 100 / cells).to_string(), "%"),
        };
        let (shown, cells) = (one.shown, one.cells);
        let of = v.say(
            format!("{name} : {shown} cases sur {cells}"),
            format!("{name}: {shown} of {cells} cells"),
        );
        (kept, of)
    };
    let chapters = Chapter::ALL.into_iter().map(|chapter| {
        let these = indicators::all().filter(|one| one.chapter == chapter);
        let tables = these.map(|one| table(one, public, &v));
        (chapter.title(v.lang()), tables.collect())
    });
    page(&Publish {
        tabs: tabs(&v, &programme, "publier"),
        basis: basis(&v, &found),
        read_at: stamp(&v, found.read_at),
        freeze: v.url(path(&programme, "figer")),
        shares: vec![
            share(public, v.say("pour tout le monde", "for everybody")),
            share(
                &found.inside,
                v.say("pour ceux qui évaluent", "for those who evaluate"),
            ),
        ],
        chapters: chapters.collect(),
        files: files(&programme, &v),
        k_inside: Audience::Inside.k(),
        k_public: Audience::Public.k(),
        today: v.today().to_string(),
        v,
    })
}

fn table(one: &Indicator, public: &Publication, v: &View) -> Table {
    let (mut kept, mut all) = (0, 0);
    for line in public.of(one.code) {
        all += 1;
        kept += usize::from(!line.is_suppressed("value"));
    }
    let (tone, state) = match kept {
        0 if all > 0 => ("bad", v.say("rien ne reste", "nothing is left")),
        kept if kept < all => ("warn", v.say("en partie", "in part")),
        _ => ("good", v.say("entier", "whole")),
    };
    let number = one.number.map_or(String::new(), |n| format!("{n}. "));
    Table {
        title: format!("{number}{}", one.title(v.lang())),
        tone,
        state,
        kept: v.say(format!("{kept} sur {all}"), format!("{kept} of {all}")),
    }
}

fn files(programme: &str, v: &View) -> Vec<Download> {
    let about = |leaving: Leaving| match leaving {
        Leaving::Package => v.say(
            "paquet de données (Frictionless), pour recalculer",
            "data package (Frictionless), to recompute",
        ),
        Leaving::Csv => v.say(
            "les chiffres, pour un tableur",
            "the figures, for a spreadsheet",
        ),
        Leaving::Json => v.say(
            "les chiffres, pour des programmes et declic verify",
            "the figures, for programs and declic verify",
        ),
        Leaving::Xlsx => v.say(
            "classeur : une feuille par table",
            "workbook: one sheet a table",
        ),
        Leaving::Parquet => v.say(
            "une table par fichier, pour calculer",
            "one table a file, to compute",
        ),
        Leaving::OpenMetrics => v.say(
            "les chiffres, pour un tableau de bord",
            "the figures, for a dashboard",
        ),
        Leaving::Activities => v.say(
            "activité de médiation (CRA), une ligne par séance ou par aide",
            "activity of mediation (CRA), one line a session or a help",
        ),
        Leaving::Places => v.say(
            "lieux de médiation, pour la carte nationale",
            "places of mediation, for the national map",
        ),
        Leaving::ReportFr => v.say("le rapport, en français", "the report, in French"),
        Leaving::ReportEn => v.say("le rapport, en anglais", "the report, in English"),
        Leaving::Folder | Leaving::Dataset => "",
    };
    Leaving::ALL
        .into_iter()
        // They are frozen, by the form.
        .filter(|leaving| !matches!(leaving, Leaving::Folder | Leaving::Dataset))
        .map(|leaving| {
            let address = path(programme, &format!("fichiers/{}", leaving.name()));
            Download {
                name: leaving.name(),
                about: about(leaving),
                public: leaving
                    .may_be_public()
                    .then(|| v.url(format!("{address}?public=oui"))),
                inside: v.url(address),
            }
        })
        .collect()
}

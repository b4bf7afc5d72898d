//! `declic evaluation`, `declic verify` and the exports of a programme: what it changed, frozen,
//! published, and worked out again.
//!
//! Only freezing asks a controller. Everything else needs the dataset alone, on any machine.

mod export;
mod pdf;
mod source;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use declic_common::{Lang, tr};
use declic_evaluation::disclosure::{Audience, Publication, publish};
use declic_evaluation::report::{Kind, report};

use super::client::{Controller, Target};
use super::exit::{Exit, Failure};
use super::output::{Format, Said, json};
use super::record::{Within, aside, write_private};
use super::words::Voice;

pub(super) use self::export::What;
pub(crate) use self::export::{Form, to_files};
pub(super) use self::source::DatasetArgs;
pub(crate) use self::source::{Source, freeze, open};
pub(super) use self::verify::VerifyArgs;
pub(crate) use self::verify::run as verify;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct EvaluationArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub within: Within,
    #[command(subcommand)]
    pub command: EvaluationCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum EvaluationCommand {
    #[command(about = tr(
        "Figer un jeu de données signé et pseudonyme, d’où tout se recalcule",
        "Freeze a signed, pseudonymous dataset, from which everything is worked out again"
    ))]
    Freeze {
        #[arg(
            long, value_name = "start|end|DATE",
            help = tr(
                "start : ce qui est connu aujourd’hui ; end : tout, une fois fini ; ou jusqu’à ce jour exclu [aujourd’hui inclus]",
                "start: what is known today; end: all of it, once it is over; or up to this day, not included [today included]"
            )
        )]
        at: Option<String>,
        #[arg(long, short, value_name = "DATASET", help = tr("Fichier à écrire", "File to write"))]
        output: PathBuf,
    },
    #[command(about = tr("Les indicateurs", "The indicators"))]
    Figures {
        #[command(flatten)]
        dataset: DatasetArgs,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr(
        "Le rapport : une page HTML qui se suffit, à lire ou à imprimer en A4",
        "The report: one self-contained HTML page, to be read or printed on A4"
    ))]
    Report {
        #[command(flatten)]
        dataset: DatasetArgs,
        #[arg(long, value_enum, help = tr("Langue du rapport", "Language of the report"))]
        lang: Option<Tongue>,
        #[arg(
            long,
            help = tr(
                "Un PDF en A4, imprimé par Chromium s’il est installé",
                "A PDF on A4, printed by Chromium where it is installed"
            )
        )]
        pdf: bool,
        #[arg(long, short, value_name = "FILE", help = tr("Fichier à écrire", "File to write"))]
        output: PathBuf,
    },
}

/// A language of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    Fr,
    En,
}

impl EvaluationCommand {
    /// Whether it can be done without asking a controller.
    pub(crate) fn is_alone(&self) -> bool {
        match self {
            EvaluationCommand::Freeze { .. } => false,
            EvaluationCommand::Figures { dataset, .. }
            | EvaluationCommand::Report { dataset, .. } => dataset.file.is_some(),
        }
    }
}

/// Does what needs no controller, or asks it. `controller` is there unless
/// [`EvaluationCommand::is_alone`].
pub(crate) async fn run(
    within: &Within,
    command: &EvaluationCommand,
    controller: Option<&Controller>,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        EvaluationCommand::Freeze { at, output } => {
            let bytes = freeze(controller, within, at.as_deref()).await?;
            let opened = open(&bytes)?;
            write_private(output, &bytes)?;
            let about = &opened.manifest.about;
            let (file, from, to) = (output.display(), about.period.from, about.period.to);
            let rows: u64 = opened.manifest.tables.iter().map(|table| table.rows).sum();
            let signer = &opened.signature.public_key;
            Ok(aside(&v.say(
                format!("{file} : {rows} lignes, du {from} au {to} exclu, signé par {signer}\n"),
                format!("{file}: {rows} rows, from {from} to before {to}, signed by {signer}\n"),
            )))
        }
        EvaluationCommand::Figures { dataset, format } => {
            let source = Source::take(dataset, within, controller).await?;
            let figures = published(&source, dataset.public)?;
            table(&figures, *format, v)
        }
        EvaluationCommand::Report {
            dataset,
            lang,
            pdf,
            output,
        } => {
            let source = Source::take(dataset, within, controller).await?;
            let figures = published(&source, dataset.public)?;
            let kind = match dataset.public {
                true => Kind::Public,
                false => Kind::Full,
            };
            let lang = match lang {
                Some(Tongue::Fr) => Lang::Fr,
                Some(Tongue::En) => Lang::En,
                None => Lang::current(),
            };
            let opened = &source.opened;
            let page = report(kind, &figures, &opened.dataset, &opened.manifest, lang);
            match pdf {
                true => pdf::print(&page, output)?,
                false => write_private(output, page.as_bytes())?,
            }
            Ok(aside(&kept(&figures, v)))
        }
    }
}

/// The figures of a dataset, without what would tell of too few households.
pub(crate) fn published(source: &Source, public: bool) -> Result<Publication, Failure> {
    let audience = match public {
        true => Audience::Public,
        false => Audience::Inside,
    };
    let opened = &source.opened;
    let period = opened.manifest.about.period;
    publish(&opened.dataset, period, audience, !public)
        .map_err(|error| Failure::new(Exit::Refused, error.to_string()))
}

/// How much of the figures may be shown.
pub(crate) fn kept(figures: &Publication, v: &Voice) -> String {
    let (shown, cells, k) = (figures.shown, figures.cells, figures.k);
    v.say(
        format!("{shown} cases sur {cells} montrées ; les autres décriraient moins de {k} foyers, ou y mèneraient\n"),
        format!("{shown} of {cells} cells shown; the others would describe fewer than {k} households, or lead to them\n"),
    )
}

fn table(figures: &Publication, format: Format, v: &Voice) -> Result<Said, Failure> {
    use declic_evaluation::export::{Figures, text};
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, error.to_string());
    let out = match format {
        Format::Json => {
            let value = serde_json::to_value(figures).expect("a publication has text keys");
            json(&value)
        }
        Format::Csv => {
            let mut bytes = Vec::new();
            text::csv(&Figures(figures), &mut bytes).map_err(failed)?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Format::Table => lines(figures, v),
    };
    Ok(Said {
        out,
        aside: kept(figures, v),
        no: false,
    })
}

/// One figure a line, for a terminal.
fn lines(figures: &Publication, v: &Voice) -> String {
    use std::fmt::Write as _;
    let lang = v.lang();
    let mut text = String::new();
    let mut before = String::new();
    for line in &figures.lines {
        if line.code != before {
            let title = declic_evaluation::indicators::of(&line.code)
                .map_or(line.code.as_str(), |found| found.title(lang));
            let number = line.number.map_or(String::new(), |n| format!("{n} "));
            let _ = writeln!(text, "{number}{title}");
            before.clone_from(&line.code);
        }
        let parts = [&line.site, &line.part, &line.dimension, &line.category];
        let parts: Vec<&str> = parts
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        let value = match (line.value, line.suppressed.contains("value")) {
            (Some(value), _) => format!("{value} {}", line.unit),
            (None, true) => v.say("masqué", "left out").to_owned(),
            (None, false) => v.say("inconnu", "unknown").to_owned(),
        };
        let count = |value: Option<f64>| value.map_or("–".to_owned(), |n| n.to_string());
        let _ = writeln!(
            text,
            "   {}: {value} ({} / {}, {} {})",
            parts.join(" · "),
            count(line.numerator),
            count(line.denominator),
            v.say("manquants", "missing"),
            count(line.missing),
        );
    }
    text
}

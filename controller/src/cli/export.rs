//! `declic export`: data as a stream, for other programs.

mod glpi;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use declic_common::tr;
use jiff::{SignedDuration, Timestamp};

use self::glpi::GlpiArgs;
use super::client::{Controller, Target};
use super::evaluation::{Form, What, to_files};
use super::exit::{Exit, Failure};
use super::output::Said;
use super::period::{Period, metrics};
use super::words::Voice;

/// A part of a long period that is asked for at once, in hours.
const PART_HOURS: i64 = 7 * 24;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct ExportArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: ExportCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum ExportCommand {
    #[command(about = tr(
        "Tous les relevés, un par ligne ; `declic import history` les relit",
        "Every report, one a line; `declic import history` reads them back"
    ))]
    History(HistoryArgs),
    #[command(about = tr(
        "Les indicateurs et leurs lignes, en Data Package (Frictionless)",
        "The indicators and their rows, as a Data Package (Frictionless)"
    ))]
    Package(What),
    #[command(about = tr("Les mêmes, en CSV dans un dossier", "The same, as CSV in a folder"))]
    Csv(What),
    #[command(about = tr("Les indicateurs, en JSON", "The indicators, as JSON"))]
    Json(What),
    #[command(about = tr("Les mêmes, en un classeur", "The same, as a workbook"))]
    Xlsx(What),
    #[command(about = tr("Les mêmes, en Parquet dans un dossier", "The same, as Parquet in a folder"))]
    Parquet(What),
    #[command(about = tr("L’activité des médiateurs, dans les mots du CRA", "The activity of mediators, in the words of the CRA"))]
    Cra(What),
    #[command(about = tr("Les lieux de médiation, au format national", "The mediation places, in the national format"))]
    Mediation(What),
    #[command(name = "openmetrics", about = tr("Les indicateurs, pour Grafana", "The indicators, for Grafana"))]
    OpenMetrics(What),
    #[command(about = tr(
        "De quoi les PC sont faits, pour GLPI : sans utilisateur ni logiciel",
        "What PCs are made of, for GLPI: no user and no software"
    ))]
    Glpi(GlpiArgs),
}

impl ExportCommand {
    /// Whether it can be done without asking a controller.
    pub(crate) fn is_alone(&self) -> bool {
        self.evaluation()
            .is_some_and(|(_, what)| what.dataset.file.is_some())
    }

    /// What of an evaluation is exported, and how; `None` for the history and the PCs.
    pub(crate) fn evaluation(&self) -> Option<(Form, &What)> {
        match self {
            ExportCommand::History(_) | ExportCommand::Glpi(_) => None,
            ExportCommand::Package(what) => Some((Form::Package, what)),
            ExportCommand::Csv(what) => Some((Form::Csv, what)),
            ExportCommand::Json(what) => Some((Form::Json, what)),
            ExportCommand::Xlsx(what) => Some((Form::Xlsx, what)),
            ExportCommand::Parquet(what) => Some((Form::Parquet, what)),
            ExportCommand::Cra(what) => Some((Form::Cra, what)),
            ExportCommand::Mediation(what) => Some((Form::Mediation, what)),
            ExportCommand::OpenMetrics(what) => Some((Form::OpenMetrics, what)),
        }
    }
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct HistoryArgs {
    #[command(flatten)]
    pub period: Period,
    #[arg(
        long = "metric", value_name = "METRIC", value_parser = metrics(), hide_possible_values = true,
        help = tr("Seulement cette mesure ; peut être répété [toutes]", "Only this metric; may be repeated [all]")
    )]
    pub metrics: Vec<String>,
    #[arg(long, help = tr("Seulement ce site", "Only this site"))]
    pub site: Option<String>,
    #[arg(long, value_enum, default_value_t, help = tr("Forme des lignes", "Form of the lines"))]
    pub format: Lines,
    #[arg(
        long, short, value_name = "FILE",
        help = tr("Fichier à écrire [sortie standard]", "File to write [standard output]")
    )]
    pub output: Option<PathBuf>,
}

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Lines {
    #[default]
    Jsonl,
    Csv,
}

pub(crate) async fn run(
    command: ExportCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    if let Some((form, what)) = command.evaluation() {
        return to_files(form, what, Some(controller), v).await;
    }
    match command {
        ExportCommand::Glpi(args) => glpi::run(&args, controller, v).await,
        ExportCommand::History(args) => history(&args, controller, v).await,
        _ => unreachable!("all others are of an evaluation"),
    }
}

async fn history(args: &HistoryArgs, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let (from, to) = args.period.ends(24);
    let mut out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(BufWriter::new(File::create(path).map_err(|error| {
            let path = path.display();
            Failure::new(
                Exit::Failed,
                v.say(
                    format!("{path} ne s’écrit pas ({error})"),
                    format!("{path} cannot be written ({error})"),
                ),
            )
        })?)),
        None => Box::new(io::stdout().lock()),
    };
    // A week at a time: an answer that breaks off is asked for again from there, and no
    // connection has to live for hours.
    let mut begin = from;
    while begin < to {
        let part = begin.checked_add(SignedDuration::from_hours(PART_HOURS));
        let end = part.map_or(to, |part| part.min(to));
        let query = query(args, begin, end, begin == from);
        controller
            .stream("history/export", &query, &mut out)
            .await?;
        begin = end;
    }
    out.flush()
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    Ok(Said::default())
}

fn query(
    args: &HistoryArgs,
    from: Timestamp,
    to: Timestamp,
    head: bool,
) -> Vec<(&'static str, String)> {
    let format = match args.format {
        Lines::Jsonl => "json_lines",
        Lines::Csv => "csv",
    };
    let mut query = vec![
        ("from", from.to_string()),
        ("to", to.to_string()),
        ("format", format.to_owned()),
        ("head", head.to_string()),
    ];
    query.extend(args.site.clone().map(|site| ("site", site)));
    if !args.metrics.is_empty() {
        query.push(("metrics", args.metrics.join(",")));
    }
    query
}

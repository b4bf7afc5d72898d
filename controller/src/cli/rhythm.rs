//! `declic rhythm`: how well the rule of presence does, on simulated years or on homes
//! brought from elsewhere. No running controller is asked.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use declic_common::tr;
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::output::{Format, Said, csv, json as json_text, table};
use super::words::Voice;
use crate::domain::rhythm::Calendar;
use crate::rhythm::home::{self, Home};
use crate::rhythm::score::{self, Row};
use crate::rhythm::{watch, world};

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum RhythmCommand {
    #[command(about = tr(
        "Mesurer fausses alertes et délais, à côté de seuils fixes",
        "Measure false alarms and delays, beside fixed thresholds"
    ))]
    Evaluate(EvaluateArgs),
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct EvaluateArgs {
    #[arg(
        long, value_name = "N", default_value_t = 1000, conflicts_with = "input",
        help = tr("Graine des foyers simulés", "Seed of the simulated homes")
    )]
    pub seed: u64,
    #[arg(
        long, value_name = "H", default_value_t = 200, conflicts_with = "input",
        value_parser = clap::value_parser!(u32).range(1..=20_000),
        help = tr("Nombre de foyers simulés", "Number of simulated homes")
    )]
    pub homes: u32,
    #[arg(
        long, value_name = "FILE",
        help = tr(
            "Juger les foyers de ce fichier (un objet JSON par ligne) au lieu d’en simuler",
            "Judge the homes of this file (one JSON object per line) instead of simulating"
        )
    )]
    pub input: Option<PathBuf>,
    #[arg(
        long, value_name = "FILE", conflicts_with = "input",
        help = tr("Écrire aussi les foyers simulés dans ce fichier", "Write the simulated homes into this file as well")
    )]
    pub output: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

pub(crate) fn run(command: &RhythmCommand, v: &Voice) -> Result<Said, Failure> {
    let RhythmCommand::Evaluate(args) = command;
    let homes = match &args.input {
        Some(file) => read(file, v)?,
        None => world::world(args.seed, args.homes),
    };
    let mut said = Said::default();
    if let Some(file) = &args.output {
        fs::write(file, home::write(&homes)).map_err(|error| {
            let place = file.display();
            let text = v.say(
                format!("impossible d’écrire {place} : {error}"),
                format!("cannot write {place}: {error}"),
            );
            Failure::new(Exit::Failed, text)
        })?;
        let place = file.display();
        said.aside = v.say(
            format!("les foyers simulés sont dans {place}\n"),
            format!("the simulated homes are in {place}\n"),
        );
    }
    let lived = watch::watch(&homes, &Calendar::paris());
    said.out = show(&score::score(&homes, &lived), args.format, v);
    Ok(said)
}

fn read(file: &Path, v: &Voice) -> Result<Vec<Home>, Failure> {
    let place = file.display();
    let text = fs::read_to_string(file).map_err(|error| {
        let text = v.say(
            format!("impossible de lire {place} : {error}"),
            format!("cannot read {place}: {error}"),
        );
        Failure::new(Exit::Failed, text)
    })?;
    home::read(&text).map_err(|error| Failure::new(Exit::Usage, format!("{place}: {error}")))
}

fn show(rows: &[Row], format: Format, v: &Voice) -> String {
    let values: Vec<Value> = rows.iter().map(|row| json!(row)).collect();
    match format {
        Format::Json => json_text(&json!({ "rows": values })),
        Format::Csv => csv(&values, &COLUMNS),
        Format::Table => as_table(rows, v),
    }
}

const COLUMNS: [&str; 9] = [
    "rule",
    "kind",
    "device_months",
    "false_alarms_per_100_device_months",
    "failures",
    "found",
    "median_delay_days",
    "p90_delay_days",
    "threshold_days",
];

fn as_table(rows: &[Row], v: &Voice) -> String {
    let head = v.say(
        [
            "règle",
            "panne",
            "PC-mois",
            "fausses alertes/100",
            "pannes",
            "trouvées",
            "médiane (j)",
            "p90 (j)",
        ],
        [
            "rule",
            "failure",
            "device-months",
            "false alarms/100",
            "failures",
            "found",
            "median (d)",
            "p90 (d)",
        ],
    );
    let days = |days: Option<f64>| days.map_or("–".to_owned(), |days| v.decimal(days));
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                rule(row, v),
                v.failure(row.kind).to_owned(),
                v.number(row.device_months.round() as i64),
                v.hundredths(row.false_alarms_per_100_device_months),
                v.number(row.failures as i64),
                v.number(row.found as i64),
                days(row.median_delay_days),
                days(row.p90_delay_days),
            ]
        })
        .collect();
    table(&head, &lines)
}

fn rule(row: &Row, v: &Voice) -> String {
    match (row.rule, row.threshold_days) {
        ("declic", _) => v.say("la nôtre", "ours").to_owned(),
        ("fixed_same_rate", Some(days)) => {
            let days = v.decimal(days);
            v.say(
                format!("fixe, autant d’alertes ({days} j)"),
                format!("fixed, same rate ({days} d)"),
            )
        }
        (_, Some(days)) => {
            let span = v.span((days * 86_400_000.0) as u64);
            v.say(format!("fixe {span}"), format!("fixed {span}"))
        }
        (other, None) => other.to_owned(),
    }
}

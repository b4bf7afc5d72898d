//! `declic device history`: metrics as they were reported, for a chart, or by the day.

use clap::Args;
use declic_common::api::{Bucket, HistoryDay, HistoryRow, Point};
use declic_common::tr;
use serde_json::{Value, json};

use super::args::Named;
use super::{path, tables};
use crate::cli::client::{Controller, read};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, Format, Said, csv, table};
use crate::cli::period::{Period, metrics};
use crate::cli::words::Voice;
use crate::domain::metric::{self, Metric};

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct HistoryArgs {
    #[command(flatten)]
    pub device: Named,
    #[arg(
        required = true, num_args = 1.., value_name = "METRIC", value_parser = metrics(),
        hide_possible_values = true,
        help = tr("Mesures, par exemple cpu_mean_permille", "Metrics, such as cpu_mean_permille")
    )]
    pub metrics: Vec<String>,
    #[command(flatten)]
    pub period: Period,
    #[arg(
        long, value_name = "N", conflicts_with = "by_day",
        value_parser = clap::value_parser!(u32).range(1..=10_000),
        help = tr("En N morceaux, avec le plus bas et le plus haut de chacun", "In N buckets, with the least and the greatest of each")
    )]
    pub points: Option<u32>,
    #[arg(long, help = tr("Par jour, avec les minutes de marche et de connexion", "By day, with the minutes on and connected"))]
    pub by_day: bool,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

pub(super) async fn run(
    args: HistoryArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let hours = if args.by_day { 14 * 24 } else { 24 };
    let (from, to) = args.period.ends(hours);
    let names = args.metrics.join(",");
    let mut query = vec![("from", from.to_string()), ("to", to.to_string())];
    let found: Vec<&'static Metric> = args
        .metrics
        .iter()
        .filter_map(|name| metric::find(name))
        .collect();
    let one = || match found[..] {
        [metric] => Ok(metric),
        _ => Err(Failure::new(
            Exit::Usage,
            v.say(
                "une seule mesure à la fois, ici",
                "one metric at a time, here",
            ),
        )),
    };
    if args.by_day || args.points.is_some() {
        let metric = one()?;
        query.push(("metric", metric.name.to_owned()));
        let rest = match args.points {
            Some(points) => {
                query.push(("buckets", points.to_string()));
                "/history/buckets"
            }
            None => "/history/days",
        };
        let path = path(controller, &args.device, rest).await?;
        let items = controller.items(&path, &query).await?;
        return Ok(Said::out(match (args.format, args.by_day) {
            (Format::Json, _) => output::json(&items.into()),
            (Format::Csv, true) => csv(&items, &DAYS),
            (Format::Csv, false) => csv(&items, &BUCKETS),
            (Format::Table, true) => days(&read::<Vec<HistoryDay>>(items.into())?, metric, v),
            (Format::Table, false) => buckets(&read::<Vec<Bucket>>(items.into())?, metric, v),
        }));
    }
    query.push(("limit", "10000".to_owned()));
    if let Ok(metric) = one() {
        query.push(("metric", names));
        let path = path(controller, &args.device, "/history").await?;
        let items = controller.items(&path, &query).await?;
        return Ok(Said::out(match args.format {
            Format::Json => output::json(&items.into()),
            Format::Csv => csv(&items, &["at", "value"]),
            Format::Table => tables::points(&read::<Vec<Point>>(items.into())?, metric, v),
        }));
    }
    query.push(("metrics", names));
    let path = path(controller, &args.device, "/history/rows").await?;
    let items = controller.items(&path, &query).await?;
    let rows: Vec<HistoryRow> = read(items.into())?;
    Ok(Said::out(match args.format {
        Format::Table => side_by_side(&rows, &found, v),
        Format::Json => output::json(&named(&rows, &found).into()),
        Format::Csv => {
            let columns: Vec<&str> = ["at"]
                .into_iter()
                .chain(found.iter().map(|m| m.name))
                .collect();
            csv(&named(&rows, &found), &columns)
        }
    }))
}

const DAYS: [&str; 8] = [
    "day",
    "least",
    "greatest",
    "mean",
    "count",
    "active_minutes",
    "connected_minutes",
    "known_minutes",
];
const BUCKETS: [&str; 8] = [
    "from",
    "to",
    "least",
    "least_at",
    "greatest",
    "greatest_at",
    "mean",
    "count",
];

/// Each row with its values by name.
fn named(rows: &[HistoryRow], metrics: &[&'static Metric]) -> Vec<Value> {
    let row = |row: &HistoryRow| {
        let mut named = json!({"at": row.at});
        for (metric, value) in metrics.iter().zip(&row.values) {
            named[metric.name] = json!(value);
        }
        named
    };
    rows.iter().map(row).collect()
}

fn side_by_side(rows: &[HistoryRow], metrics: &[&'static Metric], v: &Voice) -> String {
    let when = v.say("QUAND", "WHEN");
    let head: Vec<&str> = [when]
        .into_iter()
        .chain(metrics.iter().map(|m| m.name))
        .collect();
    let row = |row: &HistoryRow| {
        let values = metrics.iter().zip(&row.values);
        let values = values.map(|(metric, value)| shown(*value, metric, v));
        [v.moment(row.at)].into_iter().chain(values).collect()
    };
    table(&head, &rows.iter().map(row).collect::<Vec<Vec<String>>>())
}

fn buckets(buckets: &[Bucket], metric: &Metric, v: &Voice) -> String {
    let head = v.say(
        ["DÉBUT", "MINIMUM", "MAXIMUM", "MOYENNE", "RELEVÉS"],
        ["FROM", "LEAST", "GREATEST", "MEAN", "REPORTS"],
    );
    let row = |bucket: &Bucket| {
        vec![
            v.moment(bucket.from),
            v.value(bucket.least, metric.unit),
            v.value(bucket.greatest, metric.unit),
            v.value(bucket.mean.round() as i64, metric.unit),
            v.number(bucket.count),
        ]
    };
    table(&head, &buckets.iter().map(row).collect::<Vec<_>>())
}

fn days(days: &[HistoryDay], metric: &Metric, v: &Voice) -> String {
    let head = v.say(
        [
            "JOUR",
            "MINIMUM",
            "MAXIMUM",
            "MOYENNE",
            "RELEVÉS",
            "EN MARCHE",
            "CONNECTÉ",
        ],
        [
            "DAY",
            "LEAST",
            "GREATEST",
            "MEAN",
            "REPORTS",
            "ON",
            "CONNECTED",
        ],
    );
    let minutes = |minutes: Option<u32>| {
        minutes.map_or("–".to_owned(), |minutes| {
            v.unit(&v.number(minutes), "min")
        })
    };
    let row = |day: &HistoryDay| {
        vec![
            day.day.clone(),
            shown(day.least, metric, v),
            shown(day.greatest, metric, v),
            shown(day.mean.map(|mean| mean.round() as i64), metric, v),
            v.number(day.count),
            minutes(day.active_minutes),
            minutes(day.connected_minutes),
        ]
    };
    table(&head, &days.iter().map(row).collect::<Vec<_>>())
}

fn shown(value: Option<i64>, metric: &Metric, v: &Voice) -> String {
    value.map_or("–".to_owned(), |value| v.value(value, metric.unit))
}

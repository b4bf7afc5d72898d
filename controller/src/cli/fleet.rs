//! `declic fleet`: all devices at once.

use clap::{Args, Subcommand, ValueEnum};
use declic_common::api::{FleetBucket, FleetHistory, FleetLatest};
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{Format, Said, csv, json, table};
use super::period::{Period, metrics};
use super::words::Voice;
use crate::domain::metric::{self, METRICS};

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct FleetArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: FleetCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum FleetCommand {
    #[command(about = tr("Une mesure de tous les PC, par heure ou par jour", "A metric of all devices, by hour or by day"))]
    History {
        #[arg(
            value_name = "METRIC", value_parser = metrics(), hide_possible_values = true,
            help = tr("Mesure, par exemple cpu_mean_permille", "Metric, such as cpu_mean_permille")
        )]
        metric: String,
        #[arg(long, value_enum, default_value_t, help = tr("Par heure ou par jour", "By hour or by day"))]
        by: By,
        #[command(flatten)]
        period: Period,
        #[arg(long, help = tr("Seulement ce site", "Only this site"))]
        site: Option<String>,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Les dernières valeurs de tous les PC", "The newest values of all devices"))]
    Latest {
        #[arg(
            value_name = "METRIC", value_parser = metrics(), hide_possible_values = true,
            help = tr("Mesures [toutes]", "Metrics [all]")
        )]
        metrics: Vec<String>,
        #[arg(long, help = tr("Seulement ce site", "Only this site"))]
        site: Option<String>,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum By {
    Hour,
    #[default]
    Day,
}

pub(crate) async fn run(
    command: FleetCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        FleetCommand::History {
            metric,
            by,
            period,
            site,
            format,
        } => {
            let (from, to) = period.ends(7 * 24);
            let word = match by {
                By::Hour => "hour",
                By::Day => "day",
            };
            let mut query = vec![
                ("metric", metric.clone()),
                ("by", word.to_owned()),
                ("from", from.to_string()),
                ("to", to.to_string()),
            ];
            query.extend(site.map(|site| ("site", site)));
            let value = controller.get("fleet/history", &query).await?;
            Ok(Said::out(match format {
                Format::Json => json(&value),
                Format::Csv => {
                    let items = value["items"].as_array().cloned().unwrap_or_default();
                    csv(
                        &items,
                        &["at", "mean", "lowest", "highest", "devices", "count"],
                    )
                }
                Format::Table => history(&read(value)?, &metric, by, v),
            }))
        }
        FleetCommand::Latest {
            metrics,
            site,
            format,
        } => {
            let mut query: Vec<(&str, String)> = Vec::new();
            query.extend(site.map(|site| ("site", site)));
            if !metrics.is_empty() {
                query.push(("metrics", metrics.join(",")));
            }
            let items = controller.items("fleet/latest", &query).await?;
            let names: Vec<&str> = match metrics[..] {
                [] => METRICS.iter().map(|metric| metric.name).collect(),
                _ => metrics.iter().map(String::as_str).collect(),
            };
            Ok(Said::out(match format {
                Format::Json => json(&items.into()),
                Format::Csv => {
                    let values: Vec<String> =
                        names.iter().map(|name| format!("values.{name}")).collect();
                    let columns = ["device", "asset", "at"].into_iter();
                    let columns: Vec<&str> =
                        columns.chain(values.iter().map(String::as_str)).collect();
                    csv(&items, &columns)
                }
                Format::Table => latest(&read::<Vec<FleetLatest>>(items.into())?, &names, v),
            }))
        }
    }
}

fn history(found: &FleetHistory, name: &str, by: By, v: &Voice) -> String {
    let metric = metric::find(name).expect("checked by the parser");
    let head = v.say(
        [
            "QUAND",
            "MOYENNE",
            "PC LE PLUS BAS",
            "PC LE PLUS HAUT",
            "PC",
            "RELEVÉS",
        ],
        [
            "WHEN",
            "MEAN",
            "LOWEST DEVICE",
            "HIGHEST DEVICE",
            "DEVICES",
            "REPORTS",
        ],
    );
    let shown = |value: f64| v.value(value.round() as i64, metric.unit);
    let row = |item: &FleetBucket| {
        let (own, all) = (v.number(item.devices), v.number(found.devices));
        vec![
            match by {
                By::Hour => v.moment(item.at),
                By::Day => v.day(item.at),
            },
            shown(item.mean),
            shown(item.lowest),
            shown(item.highest),
            format!("{own}/{all}"),
            v.number(item.count),
        ]
    };
    table(&head, &found.items.iter().map(row).collect::<Vec<_>>())
}

fn latest(found: &[FleetLatest], names: &[&str], v: &Voice) -> String {
    let head = v.say(
        ["PC", "N° D’INVENTAIRE", "QUAND"],
        ["DEVICE", "ASSET", "WHEN"],
    );
    let head: Vec<&str> = head.into_iter().chain(names.iter().copied()).collect();
    let row = |one: &FleetLatest| {
        let value = |name: &&str| {
            let known = one.values.get(*name).zip(metric::find(name));
            known.map_or("–".to_owned(), |(value, metric)| {
                v.value(*value, metric.unit)
            })
        };
        let first = [
            one.device.to_string(),
            one.asset.clone().unwrap_or_else(|| "–".to_owned()),
            one.at.map_or("–".to_owned(), |at| v.moment(at)),
        ];
        first.into_iter().chain(names.iter().map(value)).collect()
    };
    table(&head, &found.iter().map(row).collect::<Vec<Vec<String>>>())
}

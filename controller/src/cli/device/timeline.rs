//! `declic device timeline`: what a PC was doing, for people and for programs.

use std::collections::BTreeMap;

use clap::Args;
use declic_common::api::{TimelineDay, TimelineInterval};
use declic_common::timeline::Activity;
use declic_common::tr;
use jiff::Timestamp;
use serde_json::Value;

use super::args::Named;
use super::path;
use crate::cli::client::{Controller, read};
use crate::cli::exit::Failure;
use crate::cli::output::{self, Format, Said, csv, table};
use crate::cli::period::moment;
use crate::cli::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct TimelineArgs {
    #[command(flatten)]
    pub device: Named,
    #[arg(
        long, value_parser = moment,
        help = tr("Début : 2026-11-01, 2026-11-01T08:00 ou RFC 3339 [il y a 14 jours]", "Begin: 2026-11-01, 2026-11-01T08:00 or RFC 3339 [14 days ago]")
    )]
    pub from: Option<Timestamp>,
    #[arg(long, value_parser = moment, help = tr("Fin, non comprise [maintenant]", "End, not included [now]"))]
    pub to: Option<Timestamp>,
    #[arg(long, help = tr("Les minutes de chaque jour", "The minutes of each day"))]
    pub days: bool,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

pub(super) async fn run(
    args: TimelineArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    // Fixed now, so that every page speaks of the same period.
    let to = args.to.unwrap_or_else(Timestamp::now);
    let mut query = vec![("to", to.to_string())];
    query.extend(args.from.map(|from| ("from", from.to_string())));
    if args.days {
        let path = path(controller, &args.device, "/timeline/days").await?;
        return Ok(Said::out(days(
            controller.items(&path, &query).await?,
            args.format,
            v,
        )?));
    }
    query.push(("limit", "10000".to_owned()));
    let path = path(controller, &args.device, "/timeline").await?;
    let items = controller.items(&path, &query).await?;
    Ok(Said::out(match args.format {
        Format::Json => output::json(&items.into()),
        Format::Csv => csv(&items, &["from", "to", "activity"]),
        Format::Table => intervals(&read::<Vec<TimelineInterval>>(items.into())?, v),
    }))
}

fn intervals(intervals: &[TimelineInterval], v: &Voice) -> String {
    let head = v.say(
        ["DÉBUT", "FIN", "DURÉE", "ÉTAT"],
        ["FROM", "TO", "FOR", "ACTIVITY"],
    );
    let row = |part: &TimelineInterval| {
        let length = part.to.as_millisecond() - part.from.as_millisecond();
        vec![
            v.moment(part.from),
            v.moment(part.to),
            v.span(length.unsigned_abs()),
            v.activity(part.activity).to_owned(),
        ]
    };
    table(&head, &intervals.iter().map(row).collect::<Vec<_>>())
}

fn days(items: Vec<Value>, format: Format, v: &Voice) -> Result<String, Failure> {
    match format {
        Format::Json => Ok(output::json(&items.into())),
        Format::Csv => {
            let minutes = Activity::ALL.iter().map(|one| format!("minutes.{one}"));
            let columns: Vec<String> = ["day", "activity"]
                .map(str::to_owned)
                .into_iter()
                .chain(minutes)
                .collect();
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            Ok(csv(&items, &columns))
        }
        Format::Table => {
            let days: Vec<TimelineDay> = read(items.into())?;
            let head = v.say(["JOUR", "ÉTAT", "DURÉES"], ["DAY", "ACTIVITY", "MINUTES"]);
            let row = |day: &TimelineDay| {
                let minutes = day.minutes.as_ref();
                vec![
                    day.day.clone(),
                    v.activity(day.activity).to_owned(),
                    minutes.map_or_else(|| "–".to_owned(), |minutes| spent(minutes, v)),
                ]
            };
            Ok(table(&head, &days.iter().map(row).collect::<Vec<_>>()))
        }
    }
}

/// The activities that the day saw, each with its minutes.
fn spent(minutes: &BTreeMap<Activity, u32>, v: &Voice) -> String {
    let seen = minutes.iter().filter(|(_, minutes)| **minutes > 0);
    let parts: Vec<String> = seen
        .map(|(activity, minutes)| {
            let minutes = v.unit(&v.number(*minutes), "min");
            format!("{} {minutes}", v.activity(*activity))
        })
        .collect();
    parts.join(", ")
}

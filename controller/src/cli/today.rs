//! `declic today`: who needs somebody, why, what to bring and where.

use clap::Args;
use declic_common::ticket::body::{Reason, TodayLine};
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{self, Format, Said, clean, csv};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct TodayArgs {
    #[command(flatten)]
    pub target: Target,
    #[arg(long, help = tr("Seulement ce site", "Only this site"))]
    pub site: Option<String>,
    #[arg(
        long, value_name = "ACCOUNT",
        help = tr("Ce que ce compte a pris, et ce que personne n’a pris", "What this account has, and what nobody has")
    )]
    pub assignee: Option<String>,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

const COLUMNS: [&str; 10] = [
    "device",
    "asset",
    "site",
    "household",
    "presence",
    "last_seen",
    "priority",
    "visit_on",
    "tickets",
    "bring",
];

pub(crate) async fn run(
    args: TodayArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let query: Vec<(&str, String)> = [("site", args.site), ("assignee", args.assignee)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    let items = controller.items("today", &query).await?;
    Ok(match args.format {
        Format::Json => Said::out(output::json(&items.into())),
        Format::Csv => Said::out(csv(&flat(items)?, &COLUMNS)),
        Format::Table => {
            let lines: Vec<TodayLine> = read(items.into())?;
            let nobody = v.say(
                "personne n’a besoin de vous aujourd’hui\n",
                "nobody needs you today\n",
            );
            Said {
                out: screen(&lines, v),
                aside: if lines.is_empty() { nobody } else { "" }.to_owned(),
                ..Said::default()
            }
        }
    })
}

/// One home a line: its tickets and what to bring in one cell each.
fn flat(items: Vec<serde_json::Value>) -> Result<Vec<serde_json::Value>, Failure> {
    let words = |words: Vec<String>| serde_json::Value::from(words.join(" "));
    items
        .into_iter()
        .map(|mut item| {
            let line: TodayLine = read(item.clone())?;
            let reasons = line.reasons.iter();
            let reasons = reasons.map(|reason| format!("{}:{}", reason.ticket, reason.cause));
            item["tickets"] = words(reasons.collect());
            item["bring"] = words(line.bring.iter().map(ToString::to_string).collect());
            Ok(item)
        })
        .collect()
}

/// A block for each home: where it is, why somebody should go, what to bring.
pub(super) fn screen(lines: &[TodayLine], v: &Voice) -> String {
    let blocks: Vec<String> = lines.iter().map(|line| block(line, v)).collect();
    blocks.join("\n")
}

fn block(line: &TodayLine, v: &Voice) -> String {
    let name = line.asset.clone();
    let seen = match line.last_seen {
        Some(at) => v.say(format!("vu {}", v.ago(at)), format!("seen {}", v.ago(at))),
        None => v.presence(line.presence).to_owned(),
    };
    let head = [
        Some(name.unwrap_or_else(|| line.device.to_string())),
        line.site.clone(),
        line.household.clone(),
        Some(v.priority(line.priority).to_uppercase()),
        Some(seen),
        line.visit_on.map(|day| {
            let day = v.date(day);
            v.say(format!("visite le {day}"), format!("visit on {day}"))
        }),
    ];
    let head: Vec<String> = head.into_iter().flatten().collect();
    let mut text = format!("{}\n", clean(&head.join(" · ")));
    for reason in &line.reasons {
        text.push_str(&format!("  {}\n", clean(&why(reason, v))));
    }
    if !line.bring.is_empty() {
        let bring = v.bring(&line.bring, &line.parts);
        text.push_str(&v.say(
            format!("  à emporter : {bring}\n"),
            format!("  bring: {bring}\n"),
        ));
    }
    text
}

fn why(reason: &Reason, v: &Voice) -> String {
    let mut text = format!("{}  {}", reason.ticket, v.cause(reason.cause));
    if let Some(facts) = reason.evidence.as_ref().and_then(|e| v.facts(&e.facts)) {
        text.push_str(&v.say(format!(" : {facts}"), format!(": {facts}")));
    }
    let since = v.ago(reason.opened_at);
    let state = v.ticket_state(reason.state);
    match &reason.assignee {
        Some(who) => text.push_str(&format!(" ({state}, {who}, {since})")),
        None => text.push_str(&format!(" ({state}, {since})")),
    }
    text
}

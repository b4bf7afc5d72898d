//! `declic today`: who needs somebody, why, what to bring and where.

use clap::Args;
use declic_common::ticket::body::TodayLine;
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{self, Format, Said, csv, table};
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

/// A block for each home: where, why, what to bring.
pub(super) fn screen(lines: &[TodayLine], v: &Voice) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let head = v.say(
        [
            "PC",
            "SITE",
            "PRIORITÉ",
            "TICKET",
            "POURQUOI",
            "QUI",
            "DEPUIS",
            "EMPORTER",
        ],
        [
            "DEVICE", "SITE", "PRIORITY", "TICKET", "WHY", "WHO", "SINCE", "BRING",
        ],
    );
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in lines {
        for (n, reason) in line.reasons.iter().enumerate() {
            // The home stands once, beside its first reason.
            let once = |text: String| if n == 0 { text } else { String::new() };
            let name = line
                .asset
                .clone()
                .unwrap_or_else(|| line.device.to_string());
            let mut why = v.cause(reason.cause).to_owned();
            if let Some(facts) = reason.evidence.as_ref().and_then(|e| v.facts(&e.facts)) {
                why.push_str(&format!(" ({facts})"));
            }
            rows.push(vec![
                once(name),
                once(line.site.clone().unwrap_or_else(|| "–".to_owned())),
                v.priority(reason.priority).to_owned(),
                reason.ticket.to_string(),
                why,
                reason.assignee.clone().unwrap_or_else(|| "–".to_owned()),
                v.ago(reason.opened_at),
                once(v.bring(&line.bring)),
            ]);
        }
    }
    table(&head, &rows)
}

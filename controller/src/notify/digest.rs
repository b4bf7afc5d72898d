//! The daily digest: what `declic today` says, once each morning, to people who have not
//! opened a terminal yet.
//!
//! Mail travels through the hands of others. So it names a PC by its tag and its site, as
//! every notice does, and holds neither the code of a household nor whether its PC is on.

use std::fmt::Write as _;
use std::sync::Arc;

use declic_common::Lang;
use declic_common::ticket::body::TodayLine;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Channels;
use crate::app::notice::Notice;
use crate::app::today::{self, TodayQuery};
use crate::app::{App, digest};
use crate::domain::days::{Day, paris};
use crate::store::StoreError;
use crate::words::Voice;

/// After a start, what came in while nobody listened becomes tickets first.
const SETTLE: SignedDuration = SignedDuration::from_mins(2);

/// Queues the digest of today once its time has come, unless that was done.
pub(super) async fn round(app: &Arc<App>, channels: &Channels, now: Timestamp) {
    let words = channels.words();
    let Some(day) = channels.digest.0.and_then(|at| begun(at, now)) else {
        return;
    };
    let up = now.duration_since(app.started_at);
    let settles = !up.is_negative() && up < SETTLE;
    if words.is_empty() || settles {
        return;
    }
    match tell(app, day, &words, now).await {
        Ok(None) => {}
        Ok(Some(homes)) => tracing::info!(%day, homes, "the digest of the day is told"),
        Err(error) => tracing::warn!(%error, "failed to tell the digest of the day"),
    }
}

/// The local day, if its digest is due: from its time on, until midnight. A time that
/// the clocks skip on that day comes an hour later; one that they repeat comes first.
fn begun(at: Time, now: Timestamp) -> Option<Date> {
    let day = now.to_zoned(paris()).date();
    let due = day.to_datetime(at).to_zoned(paris()).ok()?;
    (now >= due.timestamp()).then_some(day)
}

/// How many homes were told of; `None` if the day was dealt with before.
async fn tell(
    app: &Arc<App>,
    day: Date,
    channels: &[&str],
    now: Timestamp,
) -> Result<Option<usize>, StoreError> {
    let Some(untold) = digest::untold(app, day).await? else {
        return Ok(None);
    };
    let lines = today::list(app, &TodayQuery::default(), day, now).await?;
    let notice = (!lines.is_empty()).then(|| notice(&lines, day, now));
    let first = digest::tell(app, untold, notice.as_ref(), channels, now).await?;
    Ok(first.then_some(lines.len()))
}

fn notice(lines: &[TodayLine], day: Date, now: Timestamp) -> Notice {
    let v = Voice::new(Lang::current(), now);
    let tomorrow = Day::of(now.as_millisecond(), &paris())
        .next()
        .begins(&paris());
    Notice {
        urgent: false,
        subject: format!("Déclic · {} · {}", needs(lines.len(), &v), v.date(day)),
        text: text(lines, day, &v),
        json: json!({
            "kind": "digest",
            "day": day,
            "homes": lines.iter().map(home).collect::<Vec<Value>>(),
        })
        .to_string(),
        // Yesterday's is of no use: today's says what is still to be done.
        ends_at: Timestamp::from_millisecond(tomorrow).ok(),
    }
}

fn needs(homes: usize, v: &Voice) -> String {
    match homes {
        1 => v.say("1 PC a besoin de vous", "1 PC needs you").to_owned(),
        n => v.say(
            format!("{n} PC ont besoin de vous"),
            format!("{n} PCs need you"),
        ),
    }
}

fn text(lines: &[TodayLine], day: Date, v: &Voice) -> String {
    let mut text = format!("{} ({})\n", needs(lines.len(), v), v.date(day));
    for line in lines {
        text.push('\n');
        block(&mut text, line, v);
    }
    let more = v.say("Tout voir : declic today", "See it all: declic today");
    let _ = write!(text, "\n{more}\n");
    text
}

/// Who, why and where, and what to bring.
fn block(text: &mut String, line: &TodayLine, v: &Voice) {
    let device = line.device.to_string();
    let head = [
        Some(line.asset.clone().unwrap_or(device)),
        line.site.clone(),
        Some(v.priority(line.priority).to_uppercase()),
        line.visit_on.map(|on| {
            let on = v.date(on);
            v.say(format!("visite le {on}"), format!("visit on {on}"))
        }),
    ];
    let head: Vec<String> = head.into_iter().flatten().collect();
    let _ = writeln!(text, "{}", head.join(" · "));
    for reason in &line.reasons {
        let (cause, state) = (v.cause(reason.cause), v.ticket_state(reason.state));
        let since = v.ago(reason.opened_at);
        let _ = writeln!(text, "  {}  {cause} ({state}, {since})", reason.ticket);
    }
    if !line.bring.is_empty() {
        let bring = v.bring(&line.bring, &line.parts);
        let label = v.say("à emporter :", "bring:");
        let _ = writeln!(text, "  {label} {bring}");
    }
}

/// The same for programs.
fn home(line: &TodayLine) -> Value {
    let tickets = line.reasons.iter().map(|reason| {
        json!({
            "ticket": reason.ticket, "cause": reason.cause, "state": reason.state,
            "priority": reason.priority, "opened_at": reason.opened_at,
        })
    });
    json!({
        "device": line.device, "asset": line.asset, "site": line.site,
        "priority": line.priority, "visit_on": line.visit_on,
        "tickets": tickets.collect::<Vec<Value>>(), "bring": line.bring,
        "parts": line.parts,
    })
}

#[cfg(test)]
mod tests;

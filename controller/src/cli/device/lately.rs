//! What a technician asks of a device before its readings: what is open about it, when
//! it was last well, how it was used of late, and where it is in its life.

use declic_common::DeviceId;
use declic_common::api::TimelineInterval;
use declic_common::programme::life::PcLife;
use declic_common::programme::sheet::is_code;
use declic_common::ticket::body::TicketSummary;
use jiff::Timestamp;

use super::strip;
use crate::cli::client::{Controller, read};
use crate::cli::exit::{Exit, Failure};
use crate::cli::words::Voice;

/// Open tickets shown: the worst.
const TICKETS: usize = 3;

#[derive(Debug)]
pub(crate) struct Lately {
    pub(crate) now: Timestamp,
    /// Those that are open, worst first.
    pub(crate) tickets: Vec<TicketSummary>,
    /// The last two weeks, as far as may be seen.
    pub(crate) timeline: Vec<TimelineInterval>,
}

impl Lately {
    pub(super) async fn of(
        device: DeviceId,
        controller: &Controller,
        v: &Voice,
    ) -> Result<Self, Failure> {
        // Fixed now, by the controller's clock, so that every page speaks of the same period.
        let now = v.now();
        let path = format!("devices/{device}/timeline");
        let query = [("to", now.to_string()), ("limit", "10000".to_owned())];
        let timeline = controller.items(&path, &query).await?;
        let open = [("device", device.to_string()), ("limit", "500".to_owned())];
        let tickets = controller.items("tickets", &open).await?;
        Ok(Lately {
            now,
            tickets: read(tickets.into())?,
            timeline: read(timeline.into())?,
        })
    }

    /// Open tickets, the last good state, and the strip of two weeks.
    pub(super) fn lines(&self, v: &Voice) -> Vec<(&'static str, String)> {
        let mut tickets: Vec<String> = self.tickets.iter().map(|one| ticket(one, v)).collect();
        let more = tickets.len().saturating_sub(TICKETS);
        tickets.truncate(TICKETS);
        if let Some(last) = tickets.last_mut().filter(|_| more > 0) {
            last.push_str(&v.say(format!(", et {more} de plus"), format!(", and {more} more")));
        }
        if tickets.is_empty() {
            tickets.push(v.say("aucun d’ouvert", "none open").to_owned());
        }
        let good = match strip::last_good(&self.timeline) {
            Some(at) if at >= self.now => v.say("maintenant", "now").to_owned(),
            Some(at) => v.since(Some(at)),
            None => v
                .say("aucun depuis 14 jours", "none for 14 days")
                .to_owned(),
        };
        let mut lines = under("Tickets", tickets);
        lines.push((v.say("Dernier bon état", "Last good state"), good));
        if !self.timeline.is_empty() {
            let days = v.say("14 jours", "14 days");
            lines.extend(under(days, strip::lines(&self.timeline, self.now, v)));
        }
        lines
    }
}

/// Where a PC is in its life, in a line; `None` where no programme keeps it.
pub(super) async fn life(
    asset: Option<&str>,
    controller: &Controller,
    v: &Voice,
) -> Result<Option<String>, Failure> {
    let Some(asset) = asset.filter(|asset| is_code(asset)) else {
        return Ok(None);
    };
    for programme in controller.items("programmes", &[]).await? {
        let Some(code) = programme["record"]["code"].as_str() else {
            continue;
        };
        let path = format!("programmes/{code}/pcs/{asset}/life");
        let life: PcLife = match controller.get(&path, &[]).await {
            Ok(life) => read(life)?,
            Err(failure) if failure.exit == Exit::NotFound => continue,
            Err(failure) => return Err(failure),
        };
        let (state, since) = (v.life_state(life.summary.state), v.date(life.summary.since));
        let mut text = v.say(
            format!("{state} depuis le {since}"),
            format!("{state} since {since}"),
        );
        let faults = life.faults.len();
        if faults > 0 {
            text.push_str(&v.say(
                format!(" ; à voir : {faults} (`declic device life {asset}`)"),
                format!("; to see: {faults} (`declic device life {asset}`)"),
            ));
        }
        return Ok(Some(text));
    }
    Ok(None)
}

/// Several lines under one name.
fn under(name: &'static str, texts: Vec<String>) -> Vec<(&'static str, String)> {
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    names.zip(texts).collect()
}

fn ticket(ticket: &TicketSummary, v: &Voice) -> String {
    let (cause, priority) = (v.cause(ticket.cause), v.priority(ticket.priority));
    let state = v.ticket_state(ticket.state);
    let mut text = format!("{}  {cause} ({priority}, {state}", ticket.ticket);
    if let Some(who) = &ticket.assignee {
        text.push_str(&format!(", {who}"));
    }
    text + ")"
}

//! What people hear at once of a ticket that cannot wait.

use declic_common::ticket::Priority;
use declic_common::tr;
use jiff::Timestamp;
use serde_json::json;

use super::Ticket;
use crate::app::notice::{self, Notice};
use crate::app::{App, audit};

/// Queues the notices of a ticket that was just opened, if it is urgent, in the batch
/// that opens it. Only ids, cause and site stand in them.
pub(super) fn opened(app: &App, change: &mut audit::Change, ticket: &Ticket) {
    if ticket.priority != Priority::Urgent {
        return;
    }
    let entry = app.registry.get(ticket.device);
    let asset = entry.as_ref().and_then(|entry| entry.device.asset.clone());
    let site = entry
        .as_ref()
        .and_then(|entry| entry.site().map(str::to_owned));
    let (id, cause) = (ticket.id.to_string(), ticket.cause.as_str());
    let name = asset.clone().unwrap_or_else(|| ticket.device.to_string());
    let more = tr("En savoir plus", "More");
    let told = Notice {
        urgent: true,
        subject: format!("{id} · {name} · {cause}"),
        text: format!(
            "{}: {cause}\nPC: {name}\nSite: {}\n\n{more}: declic ticket show {id}\n",
            tr("Ticket urgent", "Urgent ticket"),
            site.as_deref().unwrap_or("–"),
        ),
        json: json!({
            "kind": "ticket_opened", "ticket": id, "device": ticket.device,
            "asset": asset, "site": site, "cause": cause, "priority": ticket.priority,
        })
        .to_string(),
        ends_at: None,
    };
    let now = Timestamp::from_millisecond(ticket.opened_at).unwrap_or(Timestamp::UNIX_EPOCH);
    for channel in app.channels.get().into_iter().flatten() {
        notice::queue(&mut change.batch, channel, &told, now);
    }
}

//! Tickets for people: the list, and all about one.

use declic_common::ticket::body::{Silence, TicketDetail, TicketEvent, TicketSummary};
use declic_common::ticket::{Change, TicketState};

use crate::cli::output::{sheet, table};
use crate::cli::words::Voice;

pub(crate) fn list(tickets: &[TicketSummary], v: &Voice) -> String {
    let head = v.say(
        [
            "TICKET",
            "PRIORITÉ",
            "CAUSE",
            "ÉTAT",
            "PC",
            "SITE",
            "QUI",
            "OUVERT",
            "VERSION",
        ],
        [
            "TICKET", "PRIORITY", "CAUSE", "STATE", "DEVICE", "SITE", "WHO", "OPENED", "VERSION",
        ],
    );
    let rows: Vec<Vec<String>> = tickets
        .iter()
        .map(|ticket| {
            vec![
                ticket.ticket.to_string(),
                v.priority(ticket.priority).to_owned(),
                v.cause(ticket.cause).to_owned(),
                v.ticket_state(ticket.state).to_owned(),
                device(ticket),
                or_dash(&ticket.site),
                or_dash(&ticket.assignee),
                v.ago(ticket.opened_at),
                ticket.version.to_string(),
            ]
        })
        .collect();
    table(&head, &rows)
}

/// Where a ticket stands after a change, in one line.
pub(crate) fn stands(ticket: &TicketSummary, v: &Voice) -> String {
    let (id, state) = (ticket.ticket, v.ticket_state(ticket.state));
    let mut text = v.say(format!("{id} : {state}"), format!("{id}: {state}"));
    if let Some(who) = &ticket.assignee {
        text.push_str(&v.say(format!(", pour {who}"), format!(", with {who}")));
    }
    text.push_str(&format!(" (version {})", ticket.version));
    text
}

pub(crate) fn ticket(detail: &TicketDetail, v: &Voice) -> String {
    let ticket = &detail.summary;
    let mut lines: Vec<(&str, String)> = vec![
        (
            "Ticket",
            format!("{} (version {})", ticket.ticket, ticket.version),
        ),
        (v.say("Cause", "Cause"), v.cause(ticket.cause).to_owned()),
        (v.say("État", "State"), state(ticket, v)),
        (
            v.say("Priorité", "Priority"),
            v.priority(ticket.priority).to_owned(),
        ),
        (
            v.say("Catégorie", "Category"),
            v.category(ticket.category).to_owned(),
        ),
        (v.say("Pour", "With"), or_dash(&ticket.assignee)),
        (v.say("PC", "Device"), device(ticket)),
        ("Site", or_dash(&ticket.site)),
        (v.say("Foyer", "Household"), or_dash(&ticket.household)),
        (v.say("Ouvert", "Opened"), v.since(Some(ticket.opened_at))),
    ];
    if let Some(evidence) = &detail.evidence {
        let facts = v.facts(&evidence.facts).unwrap_or_default();
        let text = format!("{facts} ({})", v.moment(evidence.at));
        lines.push((v.say("Constat", "Evidence"), text.trim_start().to_owned()));
    }
    if !detail.bring.is_empty() {
        let bring = v.bring(&detail.bring, &detail.parts);
        lines.push((v.say("Emporter", "Bring"), bring));
    }
    if let Some(day) = ticket.visit_on {
        lines.push((v.say("Visite prévue", "Visit planned"), v.date(day)));
    }
    lines.push((
        v.say("Première réponse", "First response"),
        clock(ticket.first_response_ms, ticket.responded, v),
    ));
    lines.push((
        v.say("Résolution", "Resolution"),
        clock(ticket.resolution_ms, ticket.solved_at.is_some(), v),
    ));
    if detail.minutes > 0 {
        let minutes = v.unit(&v.number(detail.minutes), "min");
        lines.push((v.say("Temps passé", "Time spent"), minutes));
    }
    if let Some(choice) = detail.documents {
        let text = v.documents(choice).to_owned();
        lines.push((v.say("Documents", "Documents"), text));
    }
    if let Some(spare) = detail.swapped_with {
        lines.push((v.say("Échangé contre", "Exchanged for"), spare.to_string()));
    }
    if let Some(repair) = detail.repair {
        let mut text = v.repair(repair).to_owned();
        if let Some(barrier) = detail.barrier {
            text.push_str(&format!(", {}", v.barrier(barrier)));
        }
        lines.push((v.say("Réparation", "Repair"), text));
    }
    let told = v.say(&detail.for_household.fr, &detail.for_household.en);
    lines.push((v.say("Pour le foyer", "For the household"), told.clone()));
    let rows: Vec<Vec<String>> = detail.events.iter().map(|e| event(e, v)).collect();
    let head = v.say(
        ["QUAND", "QUI", "QUOI", "ÉTAT"],
        ["WHEN", "WHO", "WHAT", "STATE"],
    );
    format!("{}\n{}", sheet(&lines), table(&head, &rows))
}

fn state(ticket: &TicketSummary, v: &Voice) -> String {
    let mut text = v.ticket_state(ticket.state).to_owned();
    if let (TicketState::Waiting, Some(waits_for)) = (ticket.state, ticket.waits_for) {
        text.push_str(&format!(" ({})", v.waits_for(waits_for)));
    }
    if let Some(day) = ticket.wait_until {
        let day = v.date(day);
        text.push_str(&v.say(format!(", à revoir le {day}"), format!(", again on {day}")));
    }
    if ticket.returns > 0 {
        let n = v.number(ticket.returns);
        text.push_str(&v.say(
            format!(", revenu {n} fois"),
            format!(", came back {n} times"),
        ));
    }
    text
}

fn clock(ms: u64, stopped: bool, v: &Voice) -> String {
    let span = v.span(ms);
    match stopped {
        true => span,
        false => v.say(format!("{span} jusqu’ici"), format!("{span} so far")),
    }
}

fn event(event: &TicketEvent, v: &Voice) -> Vec<String> {
    let mut what = v.change(&event.change);
    if let Change::Called { text } | Change::Comment { text } | Change::Part { text } =
        &event.change
        && !text.is_empty()
    {
        what.push_str(&v.say(format!(" : {text}"), format!(": {text}")));
    }
    vec![
        v.moment(event.at),
        event.who.clone(),
        what,
        v.ticket_state(event.state).to_owned(),
    ]
}

pub(crate) fn silences(silences: &[Silence], v: &Voice) -> String {
    let head = v.say(
        ["PC OU SITE", "CAUSE", "JUSQU’AU", "PAR"],
        ["DEVICE OR SITE", "CAUSE", "UNTIL", "BY"],
    );
    let rows: Vec<Vec<String>> = silences
        .iter()
        .map(|silence| {
            let device = silence.device.map(|device| device.to_string());
            vec![
                or_dash(&device.or_else(|| silence.site.clone())),
                silence
                    .cause
                    .map_or(v.say("toutes", "all"), |cause| v.cause(cause))
                    .to_owned(),
                v.moment(silence.until),
                silence.who.clone(),
            ]
        })
        .collect();
    table(&head, &rows)
}

fn device(ticket: &TicketSummary) -> String {
    let name = ticket.device.to_string();
    ticket.asset.clone().unwrap_or(name)
}

fn or_dash(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(|| "–".to_owned())
}

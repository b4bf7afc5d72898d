//! How the PCs were looked after: indicators 35 to 45. Tickets of homes; the workshop's own
//! devices are not among them. Disks and repairs are those of all PCs.

use std::collections::HashMap;

use super::answer::{Answer, Count, Figure, Sum, Tally, Unit, by_word, counts};
use super::ground::Ground;
use super::machines::{in_service, spread};
use super::people::none_missing;
use crate::calendar::days_after;
use crate::dataset::{Key, Ticket};
use crate::vocabulary::{Category, Origin};

/// Tickets of homes that opened in the period, with their household.
fn opened<'a>(ground: &'a Ground) -> impl Iterator<Item = (&'a Ticket, Key)> {
    let tickets = ground.data.tickets.iter();
    tickets.filter_map(|ticket| {
        let home = ticket
            .household
            .filter(|_| ground.period.holds(ticket.opened_on))?;
        Some((ticket, home))
    })
}

/// Tickets of homes that were solved in the period.
fn solved<'a>(ground: &'a Ground) -> impl Iterator<Item = (&'a Ticket, Key)> {
    let tickets = ground.data.tickets.iter();
    tickets.filter_map(|ticket| {
        let home = ticket
            .household
            .filter(|_| ground.period.holds_some(ticket.resolved_on))?;
        Some((ticket, home))
    })
}

fn count<'a>(each: impl Iterator<Item = (&'a Ticket, Key)>, name: &str) -> Count {
    let mut tally = Tally::default();
    for (_, home) in each {
        tally.add(1.0, home);
    }
    tally.count(name)
}

/// Per 100 device-months of 30.4375 days: a year has twelve.
fn per_hundred_months(ground: &Ground, number: Count, code: &str) -> Figure {
    let unit = Unit::PerHundredDeviceMonths;
    Figure::rate(
        unit,
        100.0 * 30.4375,
        number,
        in_service(ground),
        none_missing(code),
    )
}

pub(super) fn ticket_rate(ground: &Ground) -> Answer {
    let tickets = count(opened(ground), "tickets");
    Answer::of(per_hundred_months(ground, tickets, "ticket_rate"))
}

pub(super) fn tickets_by_category(ground: &Ground) -> Answer {
    let code = "tickets_by_category";
    let each = opened(ground).map(|(ticket, home)| (ticket.category, 1.0, home));
    let parts = counts(code, &by_word(each));
    let mut answer = Answer::default();
    let total = count(opened(ground), "tickets");
    answer.split("category", Unit::Count, &total, parts, None);
    answer
}

fn hours(ground: &Ground, code: &str, minutes: impl Fn(&Ticket) -> Option<u32>) -> Answer {
    let (mut seen, mut missing) = (Vec::new(), 0);
    for (ticket, home) in opened(ground) {
        match minutes(ticket) {
            Some(minutes) => seen.push((f64::from(minutes) / 60.0, home)),
            None => missing += 1,
        }
    }
    let figures = spread(code, ("median", "p90"), Unit::Hours, &seen, missing);
    Answer {
        figures,
        sums: Vec::new(),
    }
}

pub(super) fn first_response(ground: &Ground) -> Answer {
    hours(ground, "first_response", |ticket| {
        ticket.first_response_minutes
    })
}

pub(super) fn resolution_time(ground: &Ground) -> Answer {
    hours(ground, "resolution_time", |ticket| {
        ticket.resolution_minutes
    })
}

pub(super) fn remote_resolution_rate(ground: &Ground) -> Answer {
    let code = "remote_resolution_rate";
    let remote = count(
        solved(ground).filter(|(ticket, _)| ticket.visits == 0),
        code,
    );
    let all = count(solved(ground), "tickets_solved");
    let visited = solved(ground).filter(|(ticket, _)| ticket.visits > 0);
    let rest = count(visited, "remote_resolution_rate/rest");
    Answer::of(Figure::share(remote, all, none_missing(code), rest))
}

pub(super) fn home_visits(ground: &Ground) -> Answer {
    let code = "home_visits";
    let mut visits = Tally::default();
    for (ticket, home) in opened(ground).filter(|(ticket, _)| ticket.visits > 0) {
        visits.add(f64::from(ticket.visits), home);
    }
    Answer::of(per_hundred_months(ground, visits.count(code), code))
}

pub(super) fn proactive_share(ground: &Ground) -> Answer {
    let code = "proactive_share";
    let by_rule = opened(ground).filter(|(ticket, _)| ticket.origin == Origin::Rule);
    let all = count(opened(ground), "tickets");
    let others = opened(ground).filter(|(ticket, _)| ticket.origin != Origin::Rule);
    let rest = count(others, "proactive_share/rest");
    Answer::of(Figure::share(
        count(by_rule, code),
        all,
        none_missing(code),
        rest,
    ))
}

pub(super) fn repeat_30d_rate(ground: &Ground) -> Answer {
    let code = "repeat_30d_rate";
    let mut by_device: HashMap<(Key, Category), Vec<&Ticket>> = HashMap::new();
    for ticket in &ground.data.tickets {
        if let Some(device) = ticket.device {
            by_device
                .entry((device, ticket.category))
                .or_default()
                .push(ticket);
        }
    }
    let (mut again, mut once) = (Tally::default(), Tally::default());
    let (mut judged, mut missing) = (Tally::default(), 0.0);
    for (ticket, home) in solved(ground) {
        let (Some(device), Some(day)) = (ticket.device, ticket.resolved_on) else {
            missing += 1.0;
            continue;
        };
        let until = days_after(day, 30);
        // Whoever was solved less than 30 days before the end may still come back.
        if until > ground.period.to {
            missing += 1.0;
            continue;
        }
        judged.add(1.0, home);
        let others = by_device
            .get(&(device, ticket.category))
            .map_or(&[][..], Vec::as_slice);
        let returns = others.iter().any(|other| {
            other.ticket != ticket.ticket && day <= other.opened_on && other.opened_on < until
        });
        let side = if returns { &mut again } else { &mut once };
        side.add(1.0, home);
    }
    let judged = judged.count(format!("{code}/judged"));
    let missing = Count::plain(format!("{code}/missing"), missing);
    let total = count(solved(ground), "tickets_solved");
    let sum = Sum {
        total,
        parts: vec![judged.clone(), missing.clone()],
    };
    let rest = once.count(format!("{code}/rest"));
    let figure = Figure::share(again.count(code), judged, missing, rest);
    Answer {
        figures: vec![figure],
        sums: vec![sum],
    }
}

pub(super) fn device_availability(ground: &Ground) -> Answer {
    let code = "device_availability";
    let (mut usable, mut blocked) = (Tally::default(), Tally::default());
    let (mut known, mut missing) = (Tally::default(), 0.0);
    for day in &ground.service {
        match day.row {
            None => missing += 1.0,
            Some(row) => {
                known.add(1.0, day.home);
                let side = if row.blocked {
                    &mut blocked
                } else {
                    &mut usable
                };
                side.add(1.0, day.home);
            }
        }
    }
    let known = known.count(format!("{code}/known"));
    let missing = Count::plain(format!("{code}/missing"), missing);
    let sum = Sum {
        total: in_service(ground),
        parts: vec![known.clone(), missing.clone()],
    };
    let rest = blocked.count(format!("{code}/rest"));
    let figure = Figure::share(usable.count(code), known, missing, rest);
    Answer {
        figures: vec![figure],
        sums: vec![sum],
    }
}

pub(super) fn disk_warnings(ground: &Ground) -> Answer {
    let code = "disk_warnings";
    let checks = ground
        .data
        .disk_checks
        .iter()
        .filter(|check| ground.period.holds(check.day));
    // A disk is judged at the bench; what counts for disclosure is the device behind it.
    let each: Vec<_> = checks
        .map(|check| (check.verdict, 1.0, check.device))
        .collect();
    let mut total = Tally::default();
    for (_, _, device) in &each {
        total.add(1.0, *device);
    }
    let total = total.count(code);
    let mut answer = Answer::of(Figure::count(Unit::Count, total.clone()));
    answer.split(
        "verdict",
        Unit::Count,
        &total,
        counts(code, &by_word(each)),
        None,
    );
    answer
}

pub(super) fn repair_outcome(ground: &Ground) -> Answer {
    let code = "repair_outcome";
    let (mut outcomes, mut barriers) = (Vec::new(), Vec::new());
    let repairs = ground.data.repairs.iter();
    for repair in repairs.filter(|repair| ground.period.holds(repair.begun_on)) {
        // At the bench no household is behind it: the device counts, as for its disk.
        let behind = repair.household.unwrap_or(repair.device);
        outcomes.extend(repair.outcome.map(|outcome| (outcome, 1.0, behind)));
        barriers.extend(repair.barrier.map(|barrier| (barrier, 1.0, behind)));
    }
    let mut answer = Answer::default();
    let sum = |each: &[Key], name: String| {
        let mut tally = Tally::default();
        each.iter().for_each(|home| tally.add(1.0, *home));
        tally.count(name)
    };
    let homes: Vec<Key> = outcomes.iter().map(|(_, _, behind)| *behind).collect();
    let total = sum(&homes, format!("{code}/repairs"));
    answer.push(Figure::count(Unit::Count, total.clone()).part("repairs"));
    answer.split(
        "status",
        Unit::Count,
        &total,
        counts(code, &by_word(outcomes)),
        None,
    );
    let homes: Vec<Key> = barriers.iter().map(|(_, _, behind)| *behind).collect();
    let total = sum(&homes, format!("{code}/barriers"));
    answer.push(Figure::count(Unit::Count, total.clone()).part("barriers"));
    let parts = counts(&format!("{code}/barrier"), &by_word(barriers));
    answer.split("barrier", Unit::Count, &total, parts, None);
    answer
}

//! What went wrong in the homes in their past and was put right, as tickets tell it: the rules
//! open those of the machine, and these are the calls of people.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use declic_common::people::{Grant, NewAccount, Role};
use declic_common::ticket::body::NewTicket;
use declic_common::ticket::{Barrier, Category, Change, Origin, Repair, TicketId};

use super::enrolling::SITE;
use super::household::{Household, Present};
use super::records::dice;
use crate::app::App;
use crate::app::account::{self, AccountError};
use crate::app::device::time;
use crate::app::ticket::{self, stored};
use crate::domain::days::paris;
use crate::store::read;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Who takes the calls.
const ACCOUNTS: [&str; 2] = ["technique-1", "technique-2"];

/// One kind of trouble, and what it took.
struct Case {
    said: &'static str,
    category: Category,
    /// Somebody went there.
    visit: bool,
    part: &'static str,
    minutes: u32,
    outcome: (Repair, Option<Barrier>),
}

const fn case(
    said: &'static str,
    category: Category,
    visit: bool,
    part: &'static str,
    minutes: u32,
) -> Case {
    Case {
        said,
        category,
        visit,
        part,
        minutes,
        outcome: (Repair::Fixed, None),
    }
}

static CASES: [Case; 13] = [
    case(
        "Ne démarre plus.",
        Category::Hardware,
        true,
        "alimentation",
        45,
    ),
    case(
        "La souris ne répond plus.",
        Category::Hardware,
        false,
        "souris",
        15,
    ),
    case(
        "L’écran reste noir.",
        Category::Hardware,
        true,
        "câble vidéo",
        30,
    ),
    case(
        "Très lent depuis une semaine.",
        Category::Hardware,
        true,
        "barrette de 4 Gio",
        60,
    ),
    case(
        "Plus d’Internet depuis hier.",
        Category::Network,
        true,
        "",
        40,
    ),
    case(
        "Le Wi-Fi coupe souvent.",
        Category::Network,
        true,
        "clé Wi-Fi",
        35,
    ),
    case(
        "Le disque est plein de photos.",
        Category::Storage,
        false,
        "",
        25,
    ),
    Case {
        said: "Le disque fait du bruit, le PC s’arrête.",
        category: Category::Storage,
        visit: true,
        part: "",
        minutes: 70,
        outcome: (Repair::EndOfLife, Some(Barrier::PartsTooExpensive)),
    },
    case(
        "Des fenêtres s’ouvrent toutes seules.",
        Category::System,
        true,
        "",
        50,
    ),
    case(
        "Les mises à jour n’en finissent pas.",
        Category::System,
        false,
        "",
        20,
    ),
    case(
        "Ne retrouve plus ses courriels.",
        Category::Usage,
        false,
        "",
        15,
    ),
    case(
        "Voudrait imprimer une attestation.",
        Category::Usage,
        false,
        "",
        15,
    ),
    case(
        "Pas de son pour l’appel vidéo.",
        Category::Usage,
        false,
        "",
        20,
    ),
];

/// Somebody does something for a home; `trouble` tells the troubles of all homes apart.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) at: i64,
    home: usize,
    trouble: usize,
    deed: Deed,
}

#[derive(Clone, Debug)]
enum Deed {
    Open(usize),
    Change(Change),
}

/// Everything that people did for these homes before `to` (ms UTC), in order. What is not over by
/// then was never begun where the clock runs fast: there, whoever needs somebody has just failed.
pub(super) fn all(homes: &[Household], present: Present, to: i64) -> Vec<Step> {
    let mut steps = Vec::new();
    for (n, home) in homes.iter().enumerate() {
        let troubles = match dice(n, 60) {
            0..35 => 0,
            35..70 => 1,
            70..90 => 2,
            _ => 3,
        };
        let from = home.handover + 3 * DAY_MS;
        let end = home.leaves.map_or(to, |(at, _)| at - 8 * DAY_MS);
        for k in 0..troubles {
            let whole = trouble(n, 4 * n + k, (from, end));
            let is_over = whole.iter().all(|step| step.at < to);
            if is_over || present == Present::AtOurSpeed {
                steps.extend(whole);
            }
        }
    }
    steps.retain(|step| step.at < to);
    steps.sort_by_key(|step| step.at);
    steps
}

/// One trouble of the `home`th home, somewhere between two moments.
fn trouble(home: usize, trouble: usize, (from, end): (i64, i64)) -> Vec<Step> {
    let chance = |matter, below: u64| (dice(trouble, matter) % below).cast_signed();
    let drawn = from + (end - from).max(0) / 100 * chance(61, 100);
    // People call by day.
    let called = at_hour(drawn, 9) + chance(62, 540) * 60_000;
    let which = usize::try_from(chance(63, 100)).unwrap_or(0) * CASES.len() / 100;
    let case = &CASES[which];
    let taken = called + HOUR_MS / 2 + chance(64, 100) * chance(65, 100) * 60_000 / 2;
    let ended = match case.visit {
        true => at_hour(taken + (1 + chance(66, 6)) * DAY_MS, 14) + chance(67, 180) * 60_000,
        false => taken + HOUR_MS + chance(66, 30) * HOUR_MS,
    };
    let step = |at, deed| Step {
        at,
        home,
        trouble,
        deed,
    };
    let (repair, barrier) = case.outcome;
    let to = account_of(trouble).to_owned();
    let minutes = case.minutes + u32::try_from(chance(68, 20)).unwrap_or(0);
    let mut changes = vec![(taken, Change::Assign { to })];
    if case.visit {
        let on = time(ended).to_zoned(paris()).date();
        changes.push((taken, Change::Visit { on }));
        changes.push((ended, Change::Visited { minutes }));
    } else {
        changes.push((ended, Change::Spend { minutes }));
    }
    if !case.part.is_empty() {
        let text = case.part.to_owned();
        changes.push((ended, Change::Part { text }));
    }
    changes.push((ended, Change::Solve { repair, barrier }));
    let mut steps = vec![step(called, Deed::Open(which))];
    steps.extend(
        changes
            .into_iter()
            .map(|(at, change)| step(at, Deed::Change(change))),
    );
    steps
}

/// Who takes a trouble; a home has its four in a row.
fn account_of(trouble: usize) -> &'static str {
    ACCOUNTS[(trouble / 4 + trouble) % ACCOUNTS.len()]
}

/// The local day of a moment, at this hour.
fn at_hour(at: i64, hour: i8) -> i64 {
    let day = time(at).to_zoned(paris()).date();
    let there = day.at(hour, 0, 0, 0).to_zoned(paris());
    there.map_or(at, |there| there.timestamp().as_millisecond())
}

/// The tickets that were opened so far.
#[derive(Debug, Default)]
pub(super) struct Tickets(HashMap<usize, TicketId>);

impl Tickets {
    /// Does what people did, at that moment.
    pub(super) async fn take(
        &mut self,
        app: &Arc<App>,
        homes: &[Household],
        step: Step,
    ) -> anyhow::Result<()> {
        let who = account_of(step.trouble);
        match step.deed {
            Deed::Open(which) => {
                let case = &CASES[which];
                let new = NewTicket {
                    device: homes[step.home].device,
                    text: case.said.to_owned(),
                    origin: Some(Origin::Phone),
                    category: Some(case.category),
                    priority: None,
                    six_words: None,
                };
                let ticket = ticket::open(app, new, who, step.at).await?;
                self.0.insert(step.trouble, ticket);
            }
            Deed::Change(change) => {
                let id = *self
                    .0
                    .get(&step.trouble)
                    .context("a ticket is opened first")?;
                let kept = read(&app.store, move |store| stored::load(store, id)).await?;
                let seen = kept
                    .context("a ticket that was opened is there")?
                    .ticket
                    .version;
                ticket::change(app, id, seen, change, who, step.at).await?;
            }
        }
        Ok(())
    }
}

/// Makes the accounts of those who take the calls; they have no password.
pub(super) async fn accounts(app: &Arc<App>, now_ms: i64) -> anyhow::Result<()> {
    for name in ACCOUNTS {
        let account = NewAccount {
            name: name.to_owned(),
            grants: vec![Grant {
                role: Role::Technician,
                site: Some(SITE.to_owned()),
                programme: None,
            }],
            password: None,
        };
        match account::create(app, account, "demo", now_ms).await {
            Ok(_) | Err(AccountError::Taken) => {}
            Err(error) => return Err(error).context("failed to make an account"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_is_told_then_taken_then_solved_by_day() {
        let (from, end) = (1_790_000_000_000, 1_810_000_000_000);
        for n in 0..200 {
            let steps = trouble(n / 4, n, (from, end));
            assert!(steps.is_sorted_by_key(|step| step.at), "{steps:?}");
            assert!(matches!(steps[0].deed, Deed::Open(_)));
            let last = steps.last().map(|step| &step.deed);
            assert!(matches!(last, Some(Deed::Change(Change::Solve { .. }))));
            let hour = time(steps[0].at).to_zoned(paris()).hour();
            assert!((9..18).contains(&hour), "somebody called at {hour}");
        }
    }
}

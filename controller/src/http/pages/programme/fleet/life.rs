//! The life of a PC in words: what happened, what may come next, and what stands in the way.

use declic_common::DeviceId;
use declic_common::programme::life::{LifeEvent, NextStep, PcLife};
use declic_common::programme::vocabulary::{LifeState, LifeStep};

use super::super::plate::{HOUSEHOLD, PC, plate};
use super::plainly;
use crate::domain::rights::Permission;
use crate::http::pages::view::View;

/// What the page of a PC shows of its life, whether an agent runs on it or not.
#[derive(Debug)]
pub(in crate::http::pages) struct Life {
    pub(in crate::http::pages) state: String,
    pub(in crate::http::pages) tone: &'static str,
    pub(in crate::http::pages) since: String,
    /// The page of this PC among those of its programme.
    pub(in crate::http::pages) address: String,
    /// Oldest first.
    pub(in crate::http::pages) steps: Vec<Step>,
    pub(in crate::http::pages) next: Vec<Next>,
    /// What may not come now, and why.
    pub(in crate::http::pages) refused: Vec<(String, String)>,
    /// What should not be as it is: its day, and what to do.
    pub(in crate::http::pages) faults: Vec<(String, String)>,
}

#[derive(Debug)]
pub(in crate::http::pages) struct Step {
    pub(in crate::http::pages) on: String,
    pub(in crate::http::pages) what: String,
    /// Household, or that it failed.
    pub(in crate::http::pages) detail: Option<String>,
    /// The record that tells it: address and code.
    pub(in crate::http::pages) record: Option<(String, String)>,
    pub(in crate::http::pages) bad: bool,
}

/// A step that may come, and where it is noted by whoever keeps PCs.
#[derive(Debug)]
pub(in crate::http::pages) struct Next {
    pub(in crate::http::pages) step: String,
    pub(in crate::http::pages) way: Option<String>,
}

/// The colour of a state: what waits for somebody is yellow, what is lost is red.
pub(in crate::http::pages) fn tone(state: LifeState) -> &'static str {
    match state {
        LifeState::Ready | LifeState::Connected => "good",
        LifeState::Received | LifeState::Erased | LifeState::Tested | LifeState::Deployed => "calm",
        LifeState::InRepair | LifeState::Returned => "warn",
        LifeState::Lost => "bad",
        LifeState::Rejected | LifeState::Recycled => "gone",
    }
}

impl Life {
    pub(in crate::http::pages) fn of(programme: &str, life: &PcLife, v: &View) -> Self {
        let keeps = v.may(PC.keep);
        let next = life.next.iter().filter(|next| next.refused.is_none());
        let refused = life.next.iter().filter_map(|next| {
            let why = next.refused.as_ref()?;
            let step = v.capital(doing(next.step, v));
            Some((step, plainly(v.say(&why.fr, &why.en))))
        });
        let faults = life.faults.iter().map(|fault| {
            let why = plainly(v.say(&fault.why.fr, &fault.why.en));
            (v.date(fault.on), v.capital(why))
        });
        Life {
            state: v.capital(v.life_state(life.summary.state)),
            tone: tone(life.summary.state),
            since: v.date(life.summary.since),
            address: v.url(format!("{}/{}", PC.path(programme), life.summary.pc)),
            steps: life
                .events
                .iter()
                .map(|event| step(event, programme, v))
                .collect(),
            next: next
                .map(|next| Next {
                    step: v.capital(doing(next.step, v)),
                    way: keeps
                        .then(|| way(next, programme, life))
                        .map(|way| v.url(way)),
                })
                .collect(),
            refused: refused.collect(),
            faults: faults.collect(),
        }
    }
}

/// A step as something to be done.
fn doing(step: LifeStep, v: &View) -> &'static str {
    match step {
        LifeStep::Received => v.say("recevoir", "receive"),
        LifeStep::Rejected => v.say("écarter à l’arrivée", "reject at intake"),
        LifeStep::Erased => v.say("effacer", "erase"),
        LifeStep::Tested => v.say("essayer", "try"),
        LifeStep::Ready => v.say("dire prêt, avec sa classe", "make ready, with its grade"),
        LifeStep::Deployed => v.say("remettre à un foyer", "hand over to a household"),
        LifeStep::Connected => v.say("entendre dans le foyer", "hear at home"),
        LifeStep::RepairBegun => v.say("commencer une réparation", "begin a repair"),
        LifeStep::RepairEnded => v.say("finir la réparation", "end the repair"),
        LifeStep::Returned => v.say("reprendre", "take back"),
        LifeStep::Lost => v.say("noter perdu", "note as lost"),
        LifeStep::Recycled => v.say("recycler", "recycle"),
    }
}

/// Where a step is noted, so that one is back on the page of the PC afterwards.
fn way(next: &NextStep, programme: &str, life: &PcLife) -> String {
    let (pc, base) = (&life.summary.pc, format!("/programmes/{programme}"));
    let back = format!("retour={base}/pc/{pc}");
    let add = |slug: &str| format!("{base}/ajouter/{slug}?pc={pc}&{back}");
    match next.step {
        LifeStep::Erased => add("effacements"),
        LifeStep::Tested => add("essais"),
        LifeStep::Ready => {
            let passed = life.trials.iter().filter(|trial| trial.passed);
            match passed.max_by(|a, b| (a.on, &a.code).cmp(&(b.on, &b.code))) {
                Some(trial) => format!("{base}/essais/{}/changer?{back}", trial.code),
                None => add("essais"),
            }
        }
        LifeStep::RepairBegun => add("reparations"),
        LifeStep::RepairEnded => {
            let open = life.repairs.iter().find(|repair| repair.ended_on.is_none());
            match open {
                Some(repair) => format!("{base}/reparations/{}/changer?{back}", repair.code),
                None => add("reparations"),
            }
        }
        LifeStep::Deployed => format!("{base}/foyers?pc=non"),
        LifeStep::Returned => match &life.summary.household {
            Some(household) => format!("{}/{household}", HOUSEHOLD.path(programme)),
            None => HOUSEHOLD.path(programme),
        },
        _ => format!("{base}/pc/{pc}/changer?{back}"),
    }
}

fn step(event: &LifeEvent, programme: &str, v: &View) -> Step {
    let failed = event.good == Some(false);
    let detail = match (&event.household, failed) {
        (Some(code), _) => Some(v.say(format!("foyer {code}"), format!("household {code}"))),
        (None, true) => Some(v.say("sans succès", "without success").to_owned()),
        (None, false) => None,
    };
    Step {
        on: v.date(event.on),
        what: v.capital(v.life_step(event.step)),
        detail,
        record: record(&event.told_by, programme, v),
        bad: failed,
    }
}

/// The way to what tells a step: `wipe X-0001`, or a placement of a device.
fn record(told_by: &str, programme: &str, v: &View) -> Option<(String, String)> {
    let (word, code) = told_by.rsplit_once(' ')?;
    if let Some(plate) = plate(word) {
        let path = format!("{}/{code}", plate.path(programme));
        // The page of the PC itself tells nothing more.
        return (plate.slug != PC.slug).then(|| (v.url(path), code.to_owned()));
    }
    let device: DeviceId = code.parse().ok()?;
    let way = v.url(format!("/postes/{device}"));
    let words = v.say("le poste", "the PC").to_owned();
    v.may(Permission::SeeDevices).then_some((way, words))
}

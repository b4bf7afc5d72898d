//! The timeline of a device, out of all that is known of it.

use std::collections::BTreeMap;

use declic_common::InstallId;
use declic_common::timeline::Activity;

use super::Interval;
use super::boot::{Lived, live};
use super::facts::Facts;
use super::strip::Strip;

/// Everything that a timeline is made of. Times are ms UTC, controller clock.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Where it begins: enrolment, or handover to a household.
    pub since: i64,
    /// Where it ends.
    pub now: i64,
    pub boots: Vec<Boot>,
    /// When the controller itself was not there.
    pub absences: Vec<Absence>,
    /// What is left of the days that were folded.
    pub carried: Option<Carried>,
    pub live: Live,
}

/// One start of the machine.
#[derive(Clone, Debug)]
pub struct Boot {
    pub install: InstallId,
    pub boot: u32,
    /// When it began, if a message of it was dated.
    pub zero: Option<i64>,
    pub facts: Facts,
}

/// A time in which the controller did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    pub from: i64,
    pub to: i64,
}

/// What a device was doing at the end of the last folded day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    pub at: i64,
    pub activity: Activity,
}

/// What is seen of a device at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// When the session that goes on began.
    pub connected_since: Option<i64>,
    /// When its last session ended without a goodbye.
    pub lost_at: Option<i64>,
}

/// A boot and where it stands in the controller's time.
struct Placed {
    install: InstallId,
    boot: u32,
    zero: i64,
    /// It ended before this, whatever it says.
    limit: i64,
    lived: Lived,
}

impl Placed {
    fn at(&self, uptime: i64) -> i64 {
        self.zero.saturating_add(uptime).min(self.limit)
    }

    fn first(&self) -> i64 {
        self.at(self.lived.first)
    }

    fn last(&self) -> i64 {
        self.at(self.lived.last)
    }
}

/// Works out the timeline: no gap, no overlap, from `since` to `now`.
pub fn derive(evidence: &Evidence) -> Vec<Interval> {
    let boots = place(&evidence.boots);
    let mut strip = Strip::new(evidence.since, evidence.now);
    for boot in &boots {
        // What is filled in later begins where a part begins already.
        strip.split(boot.zero);
        for part in &boot.lived.parts {
            if part.activity != Activity::Unknown {
                strip.paint(boot.at(part.from), boot.at(part.to), part.activity);
            }
        }
    }
    if let Some(carried) = evidence.carried {
        let starts = boots.iter().map(|boot| match boot.zero >= carried.at {
            true => boot.zero,
            false => boot.first(),
        });
        let next = starts.filter(|at| *at >= carried.at).min();
        let known = strip.known_from(carried.at);
        let until = next.into_iter().chain(known).min();
        strip.fill(carried.at, until.unwrap_or(evidence.now), carried.activity);
    }
    if boots.is_empty()
        && let Some(since) = evidence.live.connected_since
    {
        strip.fill(since, evidence.now, Activity::On);
    }
    for (n, boot) in boots.iter().enumerate() {
        strip.fill(boot.zero, boot.first(), boot.lived.before);
        match boots.get(n + 1) {
            // The boots in between have told nothing yet.
            Some(next) if next.install == boot.install && next.boot > boot.boot + 1 => {}
            Some(next) => strip.fill(boot.last(), next.zero, boot.lived.after),
            None => tail(&mut strip, boot, evidence),
        }
    }
    pause(&mut strip, &boots, evidence.now);
    for absence in &evidence.absences {
        strip.repaint(absence.from, absence.to, ours);
    }
    strip.intervals()
}

/// Beyond the box of a home nothing that failed while the controller was away is
/// blamed on the home: names and hosts that it tries may have been away as well.
fn ours(activity: Activity) -> Activity {
    match activity {
        Activity::DnsDown | Activity::InternetDown => Activity::ControllerDown,
        other => other,
    }
}

/// What follows the last that was heard.
fn tail(strip: &mut Strip, boot: &Placed, evidence: &Evidence) {
    let (last, now) = (boot.last(), evidence.now);
    let after = boot.lived.after;
    if let Some(since) = evidence.live.connected_since
        // A goodbye is the last of its session, which may take a moment to end.
        && (since > last || after == Activity::Unknown)
    {
        strip.fill(last, since, after);
        strip.fill(last.max(since), now, Activity::On);
        return;
    }
    if after != Activity::Unknown {
        strip.fill(last, now, after);
        return;
    }
    // For as long as the next report is not late, it is believed to be coming.
    let due = last.saturating_add(boot.lived.reach_ms);
    if now <= due {
        let until = evidence.live.lost_at.filter(|lost| *lost >= last);
        strip.fill(last, until.unwrap_or(now), Activity::On);
    }
}

/// Paints the pauses that the household asked for; each ends with the next one.
fn pause(strip: &mut Strip, boots: &[Placed], now: i64) {
    let asked = boots.iter().flat_map(|boot| {
        let pauses = boot.lived.pauses.iter();
        pauses.map(|(at, until)| {
            (
                boot.at(*at),
                until.map(|until| boot.zero.saturating_add(until)),
            )
        })
    });
    // A pause may outlast the boot in which it was asked for.
    let mut asked: Vec<(i64, Option<i64>)> = asked.collect();
    asked.sort_unstable();
    for (n, (at, until)) in asked.iter().enumerate() {
        let next = asked.get(n + 1).map_or(now, |(next, _)| *next);
        if let Some(until) = until {
            strip.paint(*at, next.min(*until), Activity::Paused);
        }
    }
}

/// When each boot began: as a message told, or so that it ended before the next one.
pub fn zeros(boots: &[Boot]) -> BTreeMap<(InstallId, u32), i64> {
    let placed = place(boots).into_iter();
    placed
        .map(|boot| ((boot.install, boot.boot), boot.zero))
        .collect()
}

/// Places the boots in the controller's time, in their order.
fn place(boots: &[Boot]) -> Vec<Placed> {
    let mut installs: BTreeMap<InstallId, Vec<&Boot>> = BTreeMap::new();
    for boot in boots {
        installs.entry(boot.install).or_default().push(boot);
    }
    let mut placed = Vec::new();
    for mut install in installs.into_values() {
        install.sort_unstable_by_key(|boot| boot.boot);
        let mut next: Option<i64> = None;
        for boot in install.into_iter().rev() {
            let Some(lived) = live(&boot.facts) else {
                continue;
            };
            // Without a date of its own it ended just before the next one began.
            let before_next = next.map(|next| next.saturating_sub(lived.last));
            let Some(zero) = boot.zero.or(before_next) else {
                continue;
            };
            // Boots of one install follow each other.
            let zero = next.map_or(zero, |next| zero.min(next));
            placed.push(Placed {
                install: boot.install,
                boot: boot.boot,
                zero,
                limit: next.unwrap_or(i64::MAX),
                lived,
            });
            next = Some(zero);
        }
    }
    placed.sort_by_key(|boot| (boot.zero, boot.install, boot.boot));
    placed
}

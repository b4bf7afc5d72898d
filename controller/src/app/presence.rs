//! Whether a device is with us, and why: the judge of the domain, given all that the
//! controller knows at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::api::PresenceReason;
use declic_common::limits::INTERVAL_DEFAULT_S;
use declic_common::settings::Settings;
use declic_common::status::State;

use super::App;
use super::device::time;
use super::registry::Entry;
use super::rhythm::Learnt;
use crate::domain::presence::{self, Circumstances, Judgement, Programme, Reason, Signs};

/// Sessions that end within this time of each other fell together, in ms: it takes an
/// endpoint a keep-alive and a half to notice.
const TOGETHER_MS: i64 = 150_000;
/// So many other homes of a site must have fallen: a few power strips are no outage.
const TOGETHER_MIN: usize = 4;

/// All that is needed to judge any device at one moment.
#[derive(Debug)]
pub struct Judge<'a> {
    app: &'a App,
    now: i64,
    learnt: Arc<Learnt>,
    warned: Arc<BTreeSet<DeviceId>>,
    /// When devices of each site fell silent without a goodbye, in order.
    fallen: BTreeMap<String, Vec<i64>>,
}

impl<'a> Judge<'a> {
    pub fn at(app: &'a App, now: i64) -> Self {
        let mut fallen: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for entry in app.registry.all() {
            let Some(site) = entry.site() else { continue };
            let signs = signs(&entry, app.hub.is_connected(entry.device.id));
            if let Some(at) = signs.last_seen
                && !signs.connected
                && !signs.said_goodbye
                && !signs.retired
            {
                fallen.entry(site.to_owned()).or_default().push(at);
            }
        }
        for times in fallen.values_mut() {
            times.sort_unstable();
        }
        Judge {
            app,
            now,
            learnt: app.rhythms.learnt(),
            warned: app.rhythms.warned(),
            fallen,
        }
    }

    pub fn of(&self, entry: &Entry) -> Judgement {
        let signs = signs(entry, self.app.hub.is_connected(entry.device.id));
        let absences = self.excuses(entry, signs.last_seen);
        let ladder = entry.report().and_then(|row| row.report.ladder.as_ref());
        let circumstances = Circumstances {
            paused_until: entry.latest.paused_until,
            absences: &absences,
            ladder_failing: ladder.is_some_and(|ladder| ladder.failing().is_some()),
            neighbours_fell: self.fell_together(entry, signs.last_seen),
            disk_warned: self.warned.contains(&entry.device.id),
            call_after_days: self.app.programme.call_after_days,
        };
        let programme = Programme {
            fleet: &self.learnt.fleet,
            caution: &self.learnt.caution,
            calendar: &self.learnt.calendar,
        };
        let rhythm = self.learnt.rhythm(entry);
        presence::judge(&signs, &circumstances, &rhythm, &programme, self.now)
    }

    /// What takes the weight from a silence: declared absences, a pause that is over, and the
    /// controller's own long absences.
    fn excuses(&self, entry: &Entry, last_seen: Option<i64>) -> Vec<(i64, i64)> {
        let Some(since) = last_seen else {
            return Vec::new();
        };
        let mut excuses = self.app.absences.of(entry);
        let pause = entry.latest.paused_until.map(|until| (since, until));
        excuses.extend(pause.filter(|(from, to)| from < to));
        let outages = self.learnt.outages.iter().copied();
        excuses.extend(outages.filter(|(_, to)| *to > since));
        excuses.sort_unstable();
        excuses
    }

    fn fell_together(&self, entry: &Entry, last_seen: Option<i64>) -> bool {
        let times = entry.site().and_then(|site| self.fallen.get(site));
        let (Some(at), Some(times)) = (last_seen, times) else {
            return false;
        };
        let from = times.partition_point(|other| *other < at.saturating_sub(TOGETHER_MS));
        let to = times.partition_point(|other| *other <= at.saturating_add(TOGETHER_MS));
        // The device itself is among them.
        to - from > TOGETHER_MIN
    }
}

/// What presence is judged by.
fn signs(entry: &Entry, connected: bool) -> Signs {
    let Entry { device, latest, .. } = entry;
    let goodbye = |word: &String| {
        matches!(
            State::from_word(word),
            Some(State::Off | State::Asleep | State::Stopped)
        )
    };
    let promised = entry.report().and_then(|row| row.report.interval_s);
    let set = || {
        let settings: Settings = serde_json::from_str(device.settings.as_ref()?).ok()?;
        Some(settings.interval_s)
    };
    Signs {
        retired: device.retired_at.is_some(),
        awaited: entry.is_awaited(),
        connected,
        last_seen: entry.heard_in_place(),
        // The end of the session is heard after the goodbye and takes nothing from it.
        said_goodbye: latest.last_state.as_ref().is_some_and(goodbye),
        interval_s: promised.or_else(set).unwrap_or(INTERVAL_DEFAULT_S),
    }
}

/// A reason as the API tells it.
pub fn told(reason: Reason) -> PresenceReason {
    let seconds = |ms: i64| ms.max(0).unsigned_abs() / 1000;
    // Nobody's rhythm is known to the hundredth of a day.
    let tenth = |days: f64| (days * 10.0).round() / 10.0;
    match reason {
        Reason::Retired => PresenceReason::Retired,
        Reason::NeverHeard => PresenceReason::NeverHeard,
        Reason::Here => PresenceReason::Here,
        Reason::NotAwaited => PresenceReason::NotAwaited,
        Reason::PausedUntil(until) => PresenceReason::PausedUntil { until: time(until) },
        Reason::AwayUntil(until) => PresenceReason::AwayUntil { until: time(until) },
        Reason::Ordinary {
            silent_ms,
            days_per_week,
        } => PresenceReason::Ordinary {
            silent_s: seconds(silent_ms),
            days_per_week: tenth(days_per_week),
        },
        Reason::Unusual {
            silent_ms,
            days_per_week,
            cut,
        } => PresenceReason::Unusual {
            silent_s: seconds(silent_ms),
            days_per_week: tenth(days_per_week),
            cut,
        },
        Reason::CutOff { silent_ms } => PresenceReason::CutOff {
            silent_s: seconds(silent_ms),
        },
        Reason::LineFailed { silent_ms } => PresenceReason::LineFailed {
            silent_s: seconds(silent_ms),
        },
        Reason::FellTogether { silent_ms } => PresenceReason::FellTogether {
            silent_s: seconds(silent_ms),
        },
        Reason::CallAfter { days, silent_ms } => PresenceReason::CallAfter {
            days,
            silent_s: seconds(silent_ms),
        },
    }
}

#[cfg(test)]
mod tests;

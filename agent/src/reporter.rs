//! Makes a report every interval: what the machine says, and how the agent is.

use declic_common::limits::SLOW_INTERVAL_S;
use declic_common::report::{
    ActiveMinutes, AgentHealth, Consent, HealthReport, Ladder, Slow, Usage,
};

use crate::probe::{Clocks, Probe, SlowJob};
use crate::spool::Stats;

/// What a report needs besides the machine's readings.
#[derive(Clone, Debug)]
pub struct Circumstances {
    pub interval_s: u32,
    pub consent: Consent,
    pub ladder: Option<Ladder>,
    pub stats: Stats,
}

/// Keeps what belongs to the next report.
#[derive(Debug, Default)]
pub struct Reporter {
    /// Slow readings that no report has carried yet.
    slow: Option<Slow>,
    /// The newest slow readings, carried or not.
    known: Option<Slow>,
    /// Uptime at which slow readings were last begun.
    slow_begun: Option<u64>,
    /// Usage that was read to show it, and must still be counted.
    usage: Option<Usage>,
    /// The greatest load that was read to show it.
    cpu_max: Option<u16>,
}

impl Reporter {
    /// Slow readings to be run where blocking is allowed, if they are due `now`, in ms since boot.
    pub fn slow_job(&mut self, probe: &mut dyn Probe, now: u64) -> Option<SlowJob> {
        let due = self
            .slow_begun
            .is_none_or(|begun| now.saturating_sub(begun) >= u64::from(SLOW_INTERVAL_S) * 1000);
        due.then(|| {
            self.slow_begun = Some(now);
            probe.slow()
        })
    }

    /// Takes slow readings that have just been made.
    pub fn take_slow(&mut self, slow: Slow, now: &Clocks) {
        self.slow = Some(Slow {
            slow_at: Some(now.wall_ms).filter(|wall| *wall >= 0),
            ..slow
        });
        self.known.clone_from(&self.slow);
    }

    /// The newest slow readings there are.
    pub fn known_slow(&self) -> Option<&Slow> {
        self.known.as_ref()
    }

    /// Slow readings are to be made again at the next occasion.
    pub fn refresh(&mut self) {
        self.slow_begun = None;
    }

    /// The report of this interval.
    pub fn report(&mut self, probe: &mut dyn Probe, about: &Circumstances) -> HealthReport {
        let report = self.preview(probe, about);
        self.slow = None;
        self.usage = None;
        self.cpu_max = None;
        report
    }

    /// The report that would be made now. Looking loses no peak and no usage; the
    /// mean load of the next report begins here.
    pub fn preview(&mut self, probe: &mut dyn Probe, about: &Circumstances) -> HealthReport {
        let usage = about.consent == Consent::Usage;
        let mut report = probe.readings(usage);
        self.usage = if usage {
            add(self.usage.take(), report.usage.take())
        } else {
            None
        };
        report.usage = self.usage.clone();
        if let Some(cpu) = &mut report.cpu {
            self.cpu_max = self.cpu_max.max(cpu.max_permille);
            cpu.max_permille = self.cpu_max;
        }
        report.interval_s = Some(about.interval_s);
        report.consent = Some(about.consent);
        report.ladder = about.ladder.clone();
        report.agent = Some(AgentHealth {
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            dropped: Some(about.stats.dropped),
            refused: Some(about.stats.refused),
            damaged: Some(about.stats.damaged),
            disk_full: Some(about.stats.disk_full),
            waiting: Some(about.stats.waiting),
            resident_bytes: report.agent.and_then(|agent| agent.resident_bytes),
        });
        report.slow = self.slow.clone();
        report
    }
}

/// Usage of two stretches of one interval.
fn add(before: Option<Usage>, after: Option<Usage>) -> Option<Usage> {
    let (Some(a), Some(b)) = (before.clone(), after.clone()) else {
        return after.or(before);
    };
    Some(Usage {
        rx_bytes: sum(a.rx_bytes, b.rx_bytes, u64::saturating_add),
        tx_bytes: sum(a.tx_bytes, b.tx_bytes, u64::saturating_add),
        active_minutes: match (a.active_minutes, b.active_minutes) {
            (Some(a), Some(b)) => Some(ActiveMinutes {
                night: sum(a.night, b.night, u16::saturating_add),
                morning: sum(a.morning, b.morning, u16::saturating_add),
                afternoon: sum(a.afternoon, b.afternoon, u16::saturating_add),
                evening: sum(a.evening, b.evening, u16::saturating_add),
            }),
            (a, b) => b.or(a),
        },
    })
}

fn sum<T: Copy>(a: Option<T>, b: Option<T>, add: fn(T, T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(add(a, b)),
        (a, b) => b.or(a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Home;

    fn about(consent: Consent) -> Circumstances {
        Circumstances {
            interval_s: 900,
            consent,
            ladder: None,
            stats: Stats::default(),
        }
    }

    #[test]
    fn looking_at_the_next_report_takes_nothing_from_it() {
        let mut home = Home::new(1, 1);
        let mut reporter = Reporter::default();
        let now = home.clocks();
        let slow = reporter.slow_job(&mut home, now.uptime_ms).unwrap()();
        reporter.take_slow(slow, &now);
        let seen = reporter.preview(&mut home, &about(Consent::Usage));
        let made = reporter.report(&mut home, &about(Consent::Usage));
        assert!(made.slow.is_some());
        let rx = |report: &HealthReport| report.usage.as_ref().unwrap().rx_bytes.unwrap();
        assert!(rx(&made) >= rx(&seen), "what was shown is still counted");
        assert!(
            reporter
                .report(&mut home, &about(Consent::Usage))
                .slow
                .is_none()
        );
    }

    #[test]
    fn without_consent_no_usage_is_read_and_none_is_kept() {
        let mut home = Home::new(1, 1);
        let mut reporter = Reporter::default();
        reporter.preview(&mut home, &about(Consent::Usage));
        assert_eq!(
            reporter
                .report(&mut home, &about(Consent::Maintenance))
                .usage,
            None
        );
        assert_eq!(reporter.usage, None);
    }

    #[test]
    fn slow_readings_are_made_at_most_hourly() {
        let mut home = Home::new(1, 1);
        let mut reporter = Reporter::default();
        let now = home.clocks().uptime_ms;
        assert!(reporter.slow_job(&mut home, now).is_some());
        assert!(reporter.slow_job(&mut home, now + 3_599_000).is_none());
        assert!(reporter.slow_job(&mut home, now + 3_600_000).is_some());
    }
}

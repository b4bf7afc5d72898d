//! What fails for good, and what it looks like.

use declic_common::timeline::Activity;

use super::super::home::{Failure, FailureKind};
use super::super::noise::Noise;
use super::life::{Life, Outage};
use crate::domain::rhythm::LocalDay;

/// Share of the homes in which something fails within the year. Far more than in
/// truth, so that delays can be measured; false alarms are counted before the failure.
const FAILS: f64 = 0.45;

/// What will happen to a home, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    kind: Option<FailureKind>,
    pub(super) day: LocalDay,
    /// Moment of that day, as a share of it.
    share: f64,
    /// Days over which interest fades before it is gone.
    fades_days: i32,
    /// The PC breaks while it runs, or does not start again; the line falls while
    /// the PC runs, or at any hour.
    running: bool,
}

impl Plan {
    pub(super) fn draw(noise: &mut Noise, from: LocalDay, to: LocalDay) -> Self {
        let kind = noise.happens(FAILS).then(|| {
            noise.pick(&[
                (0.40, FailureKind::Dead),
                (0.35, FailureKind::Cut),
                (0.25, FailureKind::GaveUp),
            ])
        });
        Plan {
            kind,
            day: from.plus(noise.whole(3, to.since(from) - 1)),
            share: noise.share(),
            fades_days: noise.pick(&[(0.5, 0), (0.3, 21), (0.2, 60)]),
            running: match kind {
                Some(FailureKind::Dead) => noise.happens(0.5),
                Some(FailureKind::Cut) => noise.happens(0.5),
                _ => false,
            },
        }
    }

    /// The same chances drawn, and nothing fails.
    pub(super) fn called_off(self) -> Self {
        Plan { kind: None, ..self }
    }

    /// How much of the usual use is left on a day.
    pub(super) fn interest(&self, day: LocalDay) -> f64 {
        if self.kind != Some(FailureKind::GaveUp) {
            return 1.0;
        }
        let left = self.day.since(day);
        match left {
            ..=0 => 0.0,
            _ if left < self.fades_days => {
                0.25 + 0.75 * f64::from(left) / f64::from(self.fades_days)
            }
            _ => 1.0,
        }
    }

    /// Does it to a life; nothing, if the home's year ends first.
    pub(super) fn strike(
        &self,
        noise: &mut Noise,
        life: &mut Life,
        day_start: i64,
    ) -> Option<Failure> {
        let kind = self.kind?;
        let any_time = day_start + (self.share * 86_400_000.0) as i64;
        let next = life.uses.iter().position(|one| one.from >= day_start);
        let at = match kind {
            FailureKind::GaveUp => life.uses.last()?.to,
            FailureKind::Dead | FailureKind::Cut if self.running => {
                let one = life.uses[next?];
                one.from + (self.share * (one.to - one.from) as f64) as i64
            }
            FailureKind::Dead => life.uses[next?].from,
            FailureKind::Cut => any_time,
        };
        if at >= life.to {
            return None;
        }
        match kind {
            FailureKind::GaveUp => {}
            FailureKind::Dead => {
                life.uses.retain(|one| one.from < at);
                let last = life.uses.last_mut()?;
                if last.to > at {
                    last.to = at;
                    last.then = Activity::Unknown;
                }
            }
            FailureKind::Cut => {
                let state = noise.pick(&[
                    (0.3, Activity::LinkDown),
                    (0.35, Activity::GatewayDown),
                    (0.35, Activity::InternetDown),
                ]);
                life.outages.retain(|outage| outage.from < at);
                for outage in &mut life.outages {
                    outage.to = outage.to.min(at);
                }
                life.outages.push(Outage {
                    from: at,
                    to: i64::MAX,
                    state,
                });
            }
        }
        Some(Failure { kind, at })
    }
}

//! Uses of the PC, day after day, and what the network did meanwhile.

use declic_common::timeline::Activity;

use super::super::home::Stretch;
use super::super::noise::Noise;
use super::character::{Character, Ends, Kind};
use super::failure::Plan;
use super::trips::Trip;
use crate::domain::rhythm::{Calendar, LocalDay};

const HOUR_MS: f64 = 3_600_000.0;
const DAY_MS: i64 = 86_400_000;

/// The PC runs from `from` to `to`, and is then put into the state `then`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) then: Activity,
}

/// Time in which a rung of the ladder fails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) state: Activity,
}

/// An outage that hits part of the quarter at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Storm {
    outage: Outage,
    hits: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) uses: Vec<Use>,
    pub(super) outages: Vec<Outage>,
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Outages of a building or of an operator.
pub(super) fn storms(noise: &mut Noise, first: LocalDay, days: i32) -> Vec<Storm> {
    let calendar = Calendar::paris();
    (0..noise.times(4.0))
        .map(|_| {
            let day = first.plus(noise.whole(0, days));
            let from = calendar.start_of(day) + noise.between(0.0, 24.0 * HOUR_MS) as i64;
            Storm {
                outage: Outage {
                    from,
                    to: from + (noise.around(5.0, 0.8) * HOUR_MS) as i64,
                    state: Activity::InternetDown,
                },
                hits: noise.between(0.1, 0.6),
            }
        })
        .collect()
}

impl Life {
    pub(super) fn draw(
        noise: &mut Noise,
        character: &Character,
        trips: &[Trip],
        plan: &Plan,
        from: LocalDay,
        to: LocalDay,
        calendar: &Calendar,
    ) -> Self {
        let mut life = Life {
            uses: Vec::new(),
            outages: Vec::new(),
            from: calendar.hour_start(from, 10),
            to: calendar.start_of(to),
        };
        // The technician starts it at the handover.
        life.add(life.from, life.from + HOUR_MS as i64, Ends::Off);
        let cycle = noise.whole(0, 13);
        let mut mood = 1.0;
        for n in from.0 + 1..to.0 {
            let day = LocalDay(n);
            if n % 7 == 4 {
                // Exams, visitors, a new telephone: some weeks are unlike the others.
                mood = noise.pick(&[(0.95, 1.0), (0.05, 0.7)]);
            }
            let away = trips
                .iter()
                .any(|trip| (trip.first..=trip.last).contains(&day));
            let kind = calendar.kind(day);
            let used = character.used[kind as usize] * mood * plan.interest(day);
            if !away && !works(character, cycle, n) && noise.happens(used) {
                life.day(noise, character, day, calendar);
            }
        }
        life
    }

    fn day(
        &mut self,
        noise: &mut Noise,
        character: &Character,
        day: LocalDay,
        calendar: &Calendar,
    ) {
        let mut hour = character.first_hour + character.spread_hours * noise.normal();
        for _ in 0..=noise.times(character.more) {
            let start = calendar.start_of(day) + (hour.clamp(0.1, 23.0) * HOUR_MS) as i64;
            let length = noise.around(character.length_hours, 0.6).clamp(0.1, 12.0);
            let ends = noise.pick(&character.ends);
            self.add(start, start + (length * HOUR_MS) as i64, ends);
            hour += length + noise.between(0.5, 4.0);
            if hour > 23.0 {
                break;
            }
        }
    }

    fn add(&mut self, from: i64, to: i64, ends: Ends) {
        if let Some(last) = self.uses.last_mut() {
            if last.then == Activity::On {
                // It was left on: at most for two days, then somebody turns it off.
                last.to = from.min(last.to + 2 * DAY_MS);
                last.then = Activity::Off;
                if last.to == from {
                    last.then = Activity::Asleep;
                    last.to -= 1;
                }
            }
            if from < last.to {
                return;
            }
        }
        let then = match ends {
            Ends::Off => Activity::Off,
            Ends::Asleep => Activity::Asleep,
            Ends::Unplugged => Activity::PowerCut,
            Ends::LeftOn => Activity::On,
        };
        self.uses.push(Use { from, to, then });
    }

    /// The line's own moments of weakness, and those of the quarter.
    pub(super) fn outages(&mut self, noise: &mut Noise, per_year: f64, storms: &[Storm]) {
        let length = self.to - self.from;
        let years = length as f64 / (365.0 * DAY_MS as f64);
        for _ in 0..noise.times(per_year * years) {
            let from = self.from + (noise.share() * length as f64) as i64;
            let state = noise.pick(&[
                (0.15, Activity::LinkDown),
                (0.35, Activity::GatewayDown),
                (0.1, Activity::DnsDown),
                (0.4, Activity::InternetDown),
            ]);
            let to = from + (noise.around(2.5, 1.5).min(240.0) * HOUR_MS) as i64;
            self.outages.push(Outage { from, to, state });
        }
        for storm in storms {
            if noise.happens(storm.hits) {
                self.outages.push(storm.outage);
            }
        }
    }

    /// The timeline as it is known in the end.
    pub(super) fn intervals(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut push = |from: i64, to: i64, state: Activity| {
            let (from, to) = (from.max(self.from), to.min(self.to));
            if from >= to {
                return;
            }
            match stretches.last_mut() {
                Some(last) if last.state == state && last.to == from => last.to = to,
                _ => stretches.push(Stretch { from, to, state }),
            }
        };
        let mut outages = self.outages.clone();
        outages.sort_unstable_by_key(|outage| outage.from);
        for (n, one) in self.uses.iter().enumerate() {
            let mut at = one.from;
            for outage in outages
                .iter()
                .filter(|o| o.from < one.to && o.to > one.from)
            {
                push(at, outage.from, Activity::On);
                push(outage.from.max(at), outage.to.min(one.to), outage.state);
                at = at.max(outage.to.min(one.to));
            }
            push(at, one.to, Activity::On);
            let next = self.uses.get(n + 1).map_or(self.to, |next| next.from);
            let then = match one.then {
                Activity::On => Activity::Off,
                other => other,
            };
            push(one.to, next, then);
        }
        stretches
    }
}

/// Two weeks of shifts: five days of early, two off, three of late or night, four off.
/// On working days the PC is hardly touched.
fn works(character: &Character, cycle: i32, day: i32) -> bool {
    character.kind == Kind::Shift && matches!((day + cycle).rem_euclid(14), 0..4 | 7..10)
}

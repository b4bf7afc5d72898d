//! What happens to a PC, moment by moment: a home's timeline read as acts.

use declic_common::timeline::Activity;

use crate::rhythm::home::Stretch;

/// Something that happens to a PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    SwitchOn,
    ShutDown,
    Sleep,
    Wake,
    /// The power goes, or the machine dies.
    PullPlug,
    /// The line ends at this rung (0 for the link, 3 for the internet), or is well.
    Line(Option<usize>),
    /// The PC reaches us, and nothing beyond.
    LoseInternet,
    FillDisk,
    LoseSectors,
}

/// An act and when it happens, ms UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: i64,
    pub(super) act: Act,
}

/// The acts of a home, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Script(pub(super) Vec<Moment>);

impl Act {
    fn begins_use(self) -> bool {
        matches!(self, Act::SwitchOn | Act::Wake)
    }

    fn ends_use(self) -> bool {
        matches!(self, Act::ShutDown | Act::Sleep | Act::PullPlug)
    }
}

/// Whether a PC runs, and which rung of its ladder fails then.
fn runs(activity: Activity) -> Option<Option<usize>> {
    match activity {
        Activity::On => Some(None),
        Activity::LinkDown => Some(Some(0)),
        Activity::GatewayDown => Some(Some(1)),
        Activity::DnsDown => Some(Some(2)),
        Activity::InternetDown => Some(Some(3)),
        _ => None,
    }
}

impl Script {
    /// Reads intervals that are in order.
    pub(super) fn of(intervals: &[Stretch]) -> Self {
        let mut acts = Vec::new();
        let (mut before, mut line) = (Activity::Off, None);
        for stretch in intervals {
            let mut push = |act| {
                acts.push(Moment {
                    at: stretch.from,
                    act,
                })
            };
            match (runs(before), runs(stretch.state)) {
                (was, Some(rung)) => {
                    // The line first: a PC that starts finds it as it is.
                    if rung != line {
                        line = rung;
                        push(Act::Line(rung));
                    }
                    match was {
                        Some(_) => {}
                        None if before == Activity::Asleep => push(Act::Wake),
                        None => push(Act::SwitchOn),
                    }
                }
                (Some(_), None) => push(match stretch.state {
                    Activity::Off => Act::ShutDown,
                    Activity::Asleep => Act::Sleep,
                    _ => Act::PullPlug,
                }),
                (None, None) => {}
            }
            before = stretch.state;
        }
        Script(acts)
    }

    /// Cuts it at a moment: what was before, and what comes. A PC that runs then is switched on
    /// then; one that sleeps had been shut down.
    pub(super) fn split(&self, at: i64) -> (Script, Script) {
        let cut = self.0.partition_point(|moment| moment.at < at);
        let (mut before, mut after) = (self.0[..cut].to_vec(), self.0[cut..].to_vec());
        let turns = |moment: &Moment| moment.act.begins_use() || moment.act.ends_use();
        if let Some(last) = before.iter().rposition(turns)
            && before[last].act.begins_use()
        {
            before.remove(last);
            let act = Act::SwitchOn;
            after.insert(0, Moment { at, act });
        }
        if let Some(last) = before.iter_mut().rfind(|moment| turns(moment))
            && last.act == Act::Sleep
        {
            last.act = Act::ShutDown;
        }
        if let Some(first) = after.iter_mut().find(|moment| turns(moment))
            && first.act == Act::Wake
        {
            first.act = Act::SwitchOn;
        }
        (Script(before), Script(after))
    }

    /// How the line is at the end of it.
    pub(super) fn line(&self) -> Option<usize> {
        let mut lines = self.0.iter().rev().filter_map(|moment| match moment.act {
            Act::Line(rung) => Some(rung),
            _ => None,
        });
        lines.next().flatten()
    }

    /// Adds an act where it belongs in time, before whatever else happens then.
    pub(super) fn insert(&mut self, at: i64, act: Act) {
        let place = self.0.partition_point(|moment| moment.at < at);
        self.0.insert(place, Moment { at, act });
    }

    /// The household gives its PC back, shut down.
    pub(super) fn end(&mut self, at: i64) {
        self.die(at);
        if let Some(last) = self.0.last_mut()
            && last.act == Act::PullPlug
        {
            last.act = Act::ShutDown;
        }
    }

    /// The PC dies: nothing happens to it any more.
    pub(super) fn die(&mut self, at: i64) {
        self.0.retain(|moment| moment.at < at);
        let turns = |moment: &&Moment| moment.act.begins_use() || moment.act.ends_use();
        if self
            .0
            .iter()
            .rfind(turns)
            .is_some_and(|last| last.act != Act::ShutDown)
        {
            let act = Act::PullPlug;
            self.0.push(Moment { at, act });
        }
    }

    /// The line is as `act` makes it, for good.
    pub(super) fn lose_line(&mut self, at: i64, act: Act) {
        self.0
            .retain(|moment| moment.at < at || !matches!(moment.act, Act::Line(_)));
        if self.line().is_some() {
            self.insert(at, Act::Line(None));
        }
        let place = self.0.partition_point(|moment| moment.at <= at);
        self.0.insert(place, Moment { at, act });
    }

    /// When the PC is next started, ms UTC.
    pub(super) fn next_use(&self, from: i64) -> Option<i64> {
        let mut uses = self.0.iter().filter(|moment| moment.act.begins_use());
        uses.find(|moment| moment.at >= from)
            .map(|moment| moment.at)
    }

    /// How long the PC runs between two moments, in ms.
    pub(super) fn runs_between(&self, from: i64, to: i64) -> i64 {
        let (mut total, mut since) = (0, None);
        for moment in &self.0 {
            if moment.act.begins_use() {
                since = Some(moment.at);
            } else if moment.act.ends_use()
                && let Some(since) = since.take()
            {
                total += (moment.at.min(to) - i64::max(since, from)).max(0);
            }
        }
        total + since.map_or(0, |since| (to - i64::max(since, from)).max(0))
    }

    /// On how many spans of `day_ms` between two moments it is used.
    pub(super) fn days_used(&self, from: i64, to: i64, day_ms: i64) -> usize {
        let mut days: Vec<i64> = self
            .0
            .iter()
            .filter(|moment| moment.act.begins_use() && (from..to).contains(&moment.at))
            .map(|moment| (moment.at - from) / day_ms)
            .collect();
        days.dedup();
        days.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(states: &[(i64, Activity)], end: i64) -> Script {
        let ends = states.iter().skip(1).map(|(from, _)| *from).chain([end]);
        let stretches = states.iter().zip(ends).map(|((from, state), to)| Stretch {
            from: *from,
            to,
            state: *state,
        });
        Script::of(&stretches.collect::<Vec<_>>())
    }

    fn acts(script: &Script) -> Vec<(i64, Act)> {
        script
            .0
            .iter()
            .map(|moment| (moment.at, moment.act))
            .collect()
    }

    fn day() -> Script {
        script(
            &[
                (10, Activity::On),
                (20, Activity::GatewayDown),
                (30, Activity::On),
                (40, Activity::Asleep),
                (50, Activity::On),
                (60, Activity::PowerCut),
                (70, Activity::InternetDown),
                (80, Activity::Off),
            ],
            90,
        )
    }

    #[test]
    fn a_timeline_is_read_as_what_was_done_to_the_pc() {
        let expected = [
            (10, Act::SwitchOn),
            (20, Act::Line(Some(1))),
            (30, Act::Line(None)),
            (40, Act::Sleep),
            (50, Act::Wake),
            (60, Act::PullPlug),
            (70, Act::Line(Some(3))),
            (70, Act::SwitchOn),
            (80, Act::ShutDown),
        ];
        assert_eq!(acts(&day()), expected);
        assert_eq!(day().runs_between(15, 75), 25 + 10 + 5);
    }

    #[test]
    fn a_pc_that_runs_at_the_cut_is_switched_on_there_and_none_sleeps_across_it() {
        let (before, after) = day().split(55);
        assert_eq!(acts(&before).last(), Some(&(40, Act::ShutDown)));
        assert_eq!(
            acts(&after)[..2],
            [(55, Act::SwitchOn), (60, Act::PullPlug)]
        );
        let (before, after) = day().split(45);
        assert_eq!(acts(&before).last(), Some(&(40, Act::ShutDown)));
        assert_eq!(acts(&after)[0], (50, Act::SwitchOn));
        let (before, after) = day().split(25);
        assert_eq!(
            (acts(&before), before.line()),
            (vec![(20, Act::Line(Some(1)))], Some(1))
        );
        assert_eq!(
            acts(&after)[..2],
            [(25, Act::SwitchOn), (30, Act::Line(None))]
        );
    }

    #[test]
    fn what_died_does_nothing_any_more() {
        let mut dead = day();
        dead.die(55);
        assert_eq!(acts(&dead).last(), Some(&(55, Act::PullPlug)));
        let mut dead = day();
        dead.die(85);
        assert_eq!(acts(&dead).last(), Some(&(80, Act::ShutDown)), "it was off");
        let mut given_back = day();
        given_back.end(55);
        assert_eq!(acts(&given_back).last(), Some(&(55, Act::ShutDown)));
    }

    #[test]
    fn a_line_that_is_lost_does_not_come_back() {
        let mut lost = day();
        lost.lose_line(25, Act::LoseInternet);
        assert_eq!(
            acts(&lost)[1..4],
            [
                (20, Act::Line(Some(1))),
                (25, Act::Line(None)),
                (25, Act::LoseInternet)
            ]
        );
        assert_eq!(lost.line(), None);
    }
}

//! What is left of a boot when the days before a moment keep one activity each.

use std::collections::BTreeMap;

use super::facts::{Facts, Run, slice_of};
use super::told::{Told, What};

impl Run {
    /// The part from a moment on (ms since boot), if there is one.
    pub fn after(&self, cut: i64) -> Option<Run> {
        (self.to >= cut).then(|| Run {
            from: self.from.max(cut),
            ..*self
        })
    }
}

impl Facts {
    /// What is known from a moment on (ms since boot). What was said last before it and
    /// still holds is said again at that moment; nothing tells when it was said first.
    pub fn after(&self, cut: i64) -> Facts {
        let Ok(at) = u64::try_from(cut) else {
            // The boot began later.
            return self.clone();
        };
        let begins = Told {
            at,
            what: What::Start,
        };
        let kept = self.told.range(begins..).map(|told| told.after(at));
        let mut facts = Facts {
            runs: self.runs.iter().filter_map(|run| run.after(cut)).collect(),
            told: kept.collect(),
        };
        if facts.is_empty() {
            return facts;
        }
        for holding in self.holding(at) {
            let said = |told: &&Told| told.at == at && told.kind() == holding.kind();
            if !facts.told.iter().any(|told| said(&told)) {
                facts.told.insert(Told { at, ..holding });
            }
        }
        facts
    }

    /// The newest word of each kind before a moment, where it still holds then.
    fn holding(&self, at: u64) -> Vec<Told> {
        let begins = Told {
            at,
            what: What::Start,
        };
        let mut newest: BTreeMap<Kind, Told> = BTreeMap::new();
        for told in self.told.range(..begins) {
            newest.insert(told.kind(), *told);
        }
        let holds = |told: &Told| match told.what {
            What::Rung(_) | What::Suspend | What::Stop => true,
            What::Pause { until } => until.is_some_and(|until| until > at),
            // An agent that runs needs no word; a boot that ended has none later.
            What::Start | What::Resume { .. } | What::LinkUp => false,
            What::Shutdown | What::PowerCut => false,
        };
        newest.into_values().filter(holds).collect()
    }

    /// The facts slice by slice, as they are stored.
    pub fn slices(&self) -> BTreeMap<u32, Facts> {
        let mut slices: BTreeMap<u32, Facts> = BTreeMap::new();
        for run in &self.runs {
            slices.entry(run.slice()).or_default().runs.push(*run);
        }
        for told in &self.told {
            let slice = slices.entry(slice_of(told.at)).or_default();
            slice.told.insert(*told);
        }
        slices
    }

    /// The last sign, in ms since boot.
    pub fn last(&self) -> Option<i64> {
        let told = self.told.last().map(|told| told.at);
        let told = told.map(|at| i64::try_from(at).unwrap_or(i64::MAX));
        told.max(self.runs.iter().map(|run| run.to).max())
    }
}

/// Words of one kind replace each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Network,
    Machine,
    Pause,
}

impl Told {
    fn kind(&self) -> Kind {
        match self.what {
            What::Rung(_) | What::LinkUp => Kind::Network,
            What::Pause { .. } => Kind::Pause,
            _ => Kind::Machine,
        }
    }

    /// The same without what it tells of the time before a moment.
    fn after(&self, at: u64) -> Told {
        let what = match self.what {
            What::Resume { slept_ms: Some(ms) } => What::Resume {
                slept_ms: Some(ms.min(self.at - at)),
            },
            what => what,
        };
        Told { at: self.at, what }
    }
}

#[cfg(test)]
mod tests {
    use declic_common::timeline::Activity;

    use super::*;

    fn facts(words: &[(u64, What)]) -> Facts {
        let mut facts = Facts::default();
        for (at, what) in words {
            facts.add_told(Told {
                at: *at,
                what: *what,
            });
        }
        facts.add_run(Run::of_report(9_000_000, Some(900), Activity::On));
        facts
    }

    fn words(facts: &Facts) -> Vec<(u64, What)> {
        facts.told.iter().map(|told| (told.at, told.what)).collect()
    }

    #[test]
    fn what_still_holds_is_said_again_and_nothing_else_is_left() {
        let slept_ms = Some(5_000_000);
        let before = facts(&[
            (30_000, What::Start),
            (60_000, What::Rung(Activity::DnsDown)),
            (1_000_000, What::Suspend),
            (6_000_000, What::Resume { slept_ms }),
            (8_500_000, What::Rung(Activity::On)),
        ]);
        let after = before.after(5_000_000);
        let slept_ms = Some(1_000_000);
        assert_eq!(
            words(&after),
            [
                (5_000_000, What::Rung(Activity::DnsDown)),
                (5_000_000, What::Suspend),
                (6_000_000, What::Resume { slept_ms }),
                (8_500_000, What::Rung(Activity::On)),
            ]
        );
        assert_eq!(after.after(5_000_000), after, "twice is once");
        assert!(before.after(9_000_001).is_empty());
        assert_eq!(before.after(-5), before);
    }

    #[test]
    fn a_late_word_does_not_replace_what_held_later() {
        let mut folded = facts(&[(60_000, What::Rung(Activity::LinkDown))]).after(5_000_000);
        folded.add_told(Told {
            at: 40_000,
            what: What::Rung(Activity::DnsDown),
        });
        let again = folded.after(5_000_000);
        assert_eq!(words(&again), [(5_000_000, What::Rung(Activity::LinkDown))]);
    }

    #[test]
    fn slices_joined_are_the_whole() {
        let whole = facts(&[
            (0, What::Start),
            (90_000_000, What::Stop),
            (90_000_001, What::Start),
        ]);
        let slices = whole.slices();
        assert_eq!(slices.keys().copied().collect::<Vec<_>>(), [0, 1]);
        let mut joined = Facts::default();
        slices
            .values()
            .for_each(|slice| joined.merge(slice.clone()));
        assert_eq!(joined, whole);
    }
}

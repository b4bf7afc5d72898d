//! A stretch of time that is painted, layer over layer, and read as intervals.

use declic_common::timeline::Activity;

use super::Interval;

/// Every moment from one to another has exactly one activity, `unknown` at first.
#[derive(Clone, Debug)]
pub(super) struct Strip {
    to: i64,
    /// What begins where, ascending; it lasts until the next one begins. A list, because
    /// layers come in the order of time: what is put in stands near the end.
    begins: Vec<(i64, Activity)>,
}

impl Strip {
    pub(super) fn new(from: i64, to: i64) -> Self {
        let first = (from < to).then_some((from, Activity::Unknown));
        Strip {
            to,
            begins: first.into_iter().collect(),
        }
    }

    /// Covers whatever was there.
    pub(super) fn paint(&mut self, from: i64, to: i64, activity: Activity) {
        self.repaint(from, to, |_| activity);
    }

    /// Only where nothing is known yet.
    pub(super) fn fill(&mut self, from: i64, to: i64, activity: Activity) {
        self.repaint(from, to, |old| match old {
            Activity::Unknown => activity,
            known => known,
        });
    }

    /// Changes what lies between two moments; what is outside the strip is left out.
    pub(super) fn repaint(&mut self, from: i64, to: i64, new: impl Fn(Activity) -> Activity) {
        let Some(&(first, _)) = self.begins.first() else {
            return;
        };
        let (from, to) = (from.max(first), to.min(self.to));
        if from >= to {
            return;
        }
        let from = self.split(from);
        let to = self.split(to);
        for (_, activity) in &mut self.begins[from..to] {
            *activity = new(*activity);
        }
    }

    /// Makes a part begin at this moment, within the strip. Gives its place.
    pub(super) fn split(&mut self, at: i64) -> usize {
        let place = self.begins.partition_point(|(begin, _)| *begin < at);
        let begins_there = self.begins.get(place).is_some_and(|part| part.0 == at);
        if at < self.to
            && !begins_there
            && let Some(before) = place.checked_sub(1)
        {
            let (_, activity) = self.begins[before];
            self.begins.insert(place, (at, activity));
        }
        place
    }

    /// The first moment from `at` on of which something is known.
    pub(super) fn known_from(&self, at: i64) -> Option<i64> {
        let intervals = self.intervals().into_iter();
        intervals
            .filter(|part| part.to > at && part.activity != Activity::Unknown)
            .map(|part| part.from.max(at))
            .next()
    }

    /// Neighbours that are alike become one.
    pub(super) fn intervals(&self) -> Vec<Interval> {
        let mut intervals: Vec<Interval> = Vec::new();
        for &(from, activity) in &self.begins {
            match intervals.last_mut() {
                Some(last) if last.activity == activity => continue,
                Some(last) => last.to = from,
                None => {}
            }
            intervals.push(Interval {
                from,
                to: self.to,
                activity,
            });
        }
        intervals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_layer_covers_an_earlier_one_and_a_filling_does_not() {
        let mut strip = Strip::new(0, 100);
        strip.paint(10, 50, Activity::On);
        strip.paint(20, 30, Activity::Asleep);
        strip.fill(0, 60, Activity::Off);
        strip.paint(90, 500, Activity::On);
        let parts: Vec<_> = strip
            .intervals()
            .iter()
            .map(|part| (part.from, part.to, part.activity))
            .collect();
        assert_eq!(
            parts,
            [
                (0, 10, Activity::Off),
                (10, 20, Activity::On),
                (20, 30, Activity::Asleep),
                (30, 50, Activity::On),
                (50, 60, Activity::Off),
                (60, 90, Activity::Unknown),
                (90, 100, Activity::On),
            ]
        );
        assert_eq!(strip.known_from(65), Some(90));
    }

    #[test]
    fn a_strip_without_length_has_no_parts() {
        let mut strip = Strip::new(5, 5);
        strip.paint(0, 10, Activity::On);
        assert!(strip.intervals().is_empty());
    }
}

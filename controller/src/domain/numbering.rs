//! Decides whether a numbered message is new, and what is known to be lost.
//!
//! Live messages overtake a backlog, so the numbers of one boot arrive as a few
//! growing ranges. Everything below the device's own `first_seq` that never came
//! is lost: the device has let go of it.

/// Ranges kept above `through`. A device that works well makes two or three.
pub const RANGES_MAX: usize = 256;

/// The numbers of one boot that are stored or declared lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Everything up to here.
    pub through: u64,
    /// And these (first, last): ascending, apart from each other and from `through`.
    pub stored: Vec<(u64, u64)>,
    /// Of those up to `through`, how many never came.
    pub lost: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    New,
    /// Already stored, or declared lost before; harmless.
    Repeat,
    /// The numbers are too scattered to keep; the device will send it again.
    TooScattered,
}

impl Numbers {
    /// Takes note of a message and of the oldest number that its device still holds.
    pub fn admit(&mut self, seq: u64, first_seq: u64) -> Admission {
        self.declare(first_seq);
        if seq <= self.through {
            return Admission::Repeat;
        }
        // The first range that ends at or after the number before `seq`.
        let at = self.stored.partition_point(|&(_, last)| last + 1 < seq);
        let full = self.stored.len() >= RANGES_MAX;
        match self.stored.get_mut(at) {
            Some((first, last)) if (*first..=*last).contains(&seq) => return Admission::Repeat,
            Some((_, last)) if *last + 1 == seq => *last = seq,
            Some((first, _)) if *first == seq + 1 => *first = seq,
            _ if seq == self.through + 1 => self.stored.insert(at, (seq, seq)),
            _ if full => return Admission::TooScattered,
            _ => self.stored.insert(at, (seq, seq)),
        }
        if let Some(&(next, last)) = self.stored.get(at + 1)
            && self.stored[at].1 + 1 == next
        {
            self.stored[at].1 = last;
            self.stored.remove(at + 1);
        }
        self.absorb();
        Admission::New
    }

    /// Raises `through` to just under `first_seq`; what was not stored there is lost.
    fn declare(&mut self, first_seq: u64) {
        let floor = first_seq.saturating_sub(1);
        if floor <= self.through {
            return;
        }
        let mut missing = floor - self.through;
        for &(first, last) in &self.stored {
            if first > floor {
                break;
            }
            missing -= last.min(floor) - first + 1;
        }
        self.lost += missing;
        self.through = floor;
        self.stored.retain_mut(|(first, last)| {
            *first = (*first).max(floor + 1);
            first <= last
        });
        self.absorb();
    }

    /// Joins to `through` the ranges that follow it without a gap.
    fn absorb(&mut self) {
        while let Some(&(first, last)) = self.stored.first()
            && first == self.through + 1
        {
            self.through = last;
            self.stored.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    #[test]
    fn a_live_message_may_overtake_a_backlog() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.admit(100, 1), Admission::New);
        assert_eq!(numbers.admit(1, 1), Admission::New);
        assert_eq!(
            (numbers.through, numbers.stored.as_slice()),
            (1, &[(100, 100)][..])
        );
        assert_eq!(numbers.admit(100, 1), Admission::Repeat);
        for seq in 2..100 {
            assert_eq!(numbers.admit(seq, 1), Admission::New);
        }
        assert_eq!(
            (numbers.through, numbers.stored.len(), numbers.lost),
            (100, 0, 0)
        );
    }

    #[test]
    fn what_a_device_has_let_go_is_counted_as_lost_once() {
        let mut numbers = Numbers::default();
        numbers.admit(1, 1);
        numbers.admit(5, 1);
        assert_eq!(numbers.admit(9, 8), Admission::New);
        // 2, 3, 4, 6 and 7 will never come.
        assert_eq!((numbers.lost, numbers.through), (5, 7));
        assert_eq!(numbers.admit(3, 8), Admission::Repeat);
        assert_eq!(numbers.lost, 5);
    }

    #[test]
    fn scattered_numbers_cost_no_memory_and_the_gap_still_closes() {
        let mut numbers = Numbers::default();
        for i in 1..=RANGES_MAX as u64 {
            assert_eq!(numbers.admit(i * 2, 1), Admission::New);
        }
        assert_eq!(
            numbers.admit(RANGES_MAX as u64 * 2 + 2, 1),
            Admission::TooScattered
        );
        assert_eq!(numbers.admit(1, 1), Admission::New);
        assert_eq!(numbers.through, 2);
    }

    proptest! {
        #[test]
        fn numbers_agree_with_a_plain_set(steps in prop::collection::vec((1u64..40, 0u64..12), 0..200)) {
            let mut numbers = Numbers::default();
            let mut stored = BTreeSet::new();
            let mut floor = 0;
            for (seq, back) in steps {
                let first_seq = seq.saturating_sub(back).max(1);
                let repeat = seq <= floor.max(first_seq - 1) || stored.contains(&seq);
                floor = floor.max(first_seq - 1);
                let admission = numbers.admit(seq, first_seq);
                prop_assert_eq!(admission == Admission::Repeat, repeat);
                if !repeat { stored.insert(seq); }
                while stored.contains(&(floor + 1)) { floor += 1; }
                prop_assert_eq!(numbers.through, floor);
                let lost = (1..=floor).filter(|n| !stored.contains(n)).count() as u64;
                prop_assert_eq!(numbers.lost, lost);
                let above: Vec<u64> = numbers.stored.iter().flat_map(|&(a, b)| a..=b).collect();
                let expected: Vec<u64> = stored.range(floor + 1..).copied().collect();
                prop_assert_eq!(above, expected);
                prop_assert!(numbers.stored.windows(2).all(|w| w[0].1 + 1 < w[1].0));
            }
        }
    }
}

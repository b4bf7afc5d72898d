//! Scales: a quantity as one of a few classes, so that it fits into words.

use serde::Serialize;

/// Where a quantity lies: at least `from`, and under `below` unless that is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Between {
    pub from: u64,
    pub below: Option<u64>,
}

impl Between {
    /// Surely under this limit.
    pub fn is_under(&self, limit: u64) -> bool {
        self.below.is_some_and(|below| below <= limit)
    }

    /// Surely at or over this limit.
    pub fn reaches(&self, limit: u64) -> bool {
        self.from >= limit
    }
}

/// Bounds in ascending order; each begins a class, and zero begins the first.
pub(super) struct Scale(pub(super) &'static [u64]);

/// Free room on a disk, in bytes.
pub(super) const ROOM: Scale = Scale(&[
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_000_000_000,
    5_000_000_000,
    10_000_000_000,
    20_000_000_000,
    50_000_000_000,
    100_000_000_000,
    200_000_000_000,
    500_000_000_000,
    1_000_000_000_000,
    2_000_000_000_000,
]);
/// Memory that programs could still get, in bytes.
pub(super) const MEMORY: Scale = Scale(&[
    64 << 20,
    128 << 20,
    256 << 20,
    512 << 20,
    1 << 30,
    2 << 30,
    4 << 30,
    8 << 30,
    16 << 30,
]);
/// Sectors that a disk gave up or could not read.
pub(super) const SECTORS: Scale = Scale(&[1, 10, 100, 1_000]);
pub(super) const UPDATES: Scale = Scale(&[1, 10, 50, 200]);
pub(super) const SECURITY: Scale = Scale(&[1, 5, 20]);
/// Messages that wait for a receipt.
pub(super) const WAITING: Scale = Scale(&[1, 10, 100, 1_000]);
/// Seconds since the last receipt: an hour, a day, a week, 30 days.
pub(super) const SILENCE: Scale = Scale(&[3_600, 86_400, 7 * 86_400, 30 * 86_400]);

impl Scale {
    /// Classes, and one more for a quantity that is not known.
    pub(super) fn symbols(&self) -> u64 {
        self.0.len() as u64 + 2
    }

    /// 0 for what is not known, then the classes from the smallest.
    pub(super) fn symbol(&self, quantity: Option<Between>) -> u64 {
        quantity.map_or(0, |quantity| {
            let begun = self.0.partition_point(|bound| *bound <= quantity.from);
            begun as u64 + 1
        })
    }

    /// What a symbol says; the greatest class for one that is out of bounds.
    pub(super) fn quantity(&self, symbol: u64) -> Option<Between> {
        let class = usize::try_from(symbol.checked_sub(1)?).ok()?;
        Some(Between {
            from: class
                .checked_sub(1)
                .and_then(|at| self.0.get(at))
                .copied()
                .unwrap_or(0),
            below: self.0.get(class).copied(),
        })
    }

    /// The class of an exact quantity.
    pub(super) fn place(&self, quantity: u64) -> Between {
        let exact = Between {
            from: quantity,
            below: None,
        };
        self.quantity(self.symbol(Some(exact)))
            .expect("a known quantity has a class")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Scale; 7] = [ROOM, MEMORY, SECTORS, UPDATES, SECURITY, WAITING, SILENCE];

    #[test]
    fn every_class_comes_back_from_its_symbol() {
        for scale in ALL {
            assert!(scale.0.is_sorted_by(|a, b| a < b));
            for symbol in 0..scale.symbols() {
                assert_eq!(scale.symbol(scale.quantity(symbol)), symbol);
            }
        }
    }

    #[test]
    fn a_quantity_lies_in_its_class_up_to_the_last_unit() {
        for scale in ALL {
            for bound in scale.0 {
                for quantity in [bound - 1, *bound, bound + 1] {
                    let class = scale.place(quantity);
                    assert!(class.from <= quantity, "{quantity} {class:?}");
                    assert!(class.below.is_none_or(|below| quantity < below));
                }
            }
            assert_eq!(scale.place(0).from, 0);
            assert_eq!(scale.place(u64::MAX).below, None);
        }
    }
}

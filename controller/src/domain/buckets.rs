//! A long series for a small picture: buckets of equal length that keep their extremes.

/// Buckets between two moments; only those that hold something are kept.
#[derive(Clone, Debug)]
pub struct Buckets {
    from: i64,
    to: i64,
    count: i64,
    filled: Vec<(i64, Sum)>,
}

/// What one bucket holds. Times are ms UTC; `to` is not inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    pub from: i64,
    pub to: i64,
    pub count: u64,
    pub least: i64,
    pub least_at: i64,
    pub greatest: i64,
    pub greatest_at: i64,
    total: i128,
}

impl Sum {
    pub fn mean(&self) -> f64 {
        self.total as f64 / self.count as f64
    }
}

impl Buckets {
    /// At least one bucket, and none shorter than a millisecond.
    pub fn new(from: i64, to: i64, count: usize) -> Self {
        let length = to.saturating_sub(from).max(1);
        let count = i64::try_from(count).unwrap_or(i64::MAX).clamp(1, length);
        Buckets {
            from,
            to,
            count,
            filled: Vec::new(),
        }
    }

    /// Takes a value in; values come in the order of their times, within the period.
    pub fn add(&mut self, at: i64, value: i64) {
        let n = self.place(at);
        match self.filled.last_mut().filter(|(last, _)| *last == n) {
            Some((_, sum)) => {
                sum.count += 1;
                sum.total += i128::from(value);
                if value < sum.least {
                    (sum.least, sum.least_at) = (value, at);
                }
                if value > sum.greatest {
                    (sum.greatest, sum.greatest_at) = (value, at);
                }
            }
            None => {
                let sum = Sum {
                    from: self.begins(n),
                    to: self.begins(n + 1),
                    count: 1,
                    least: value,
                    least_at: at,
                    greatest: value,
                    greatest_at: at,
                    total: value.into(),
                };
                self.filled.push((n, sum));
            }
        }
    }

    pub fn finish(self) -> Vec<Sum> {
        self.filled.into_iter().map(|(_, sum)| sum).collect()
    }

    fn length(&self) -> i128 {
        i128::from(self.to) - i128::from(self.from)
    }

    fn place(&self, at: i64) -> i64 {
        let passed = i128::from(at) - i128::from(self.from);
        let n = passed * i128::from(self.count) / self.length().max(1);
        i64::try_from(n).unwrap_or(0).clamp(0, self.count - 1)
    }

    /// The first millisecond of a bucket.
    fn begins(&self, n: i64) -> i64 {
        let passed = i128::from(n) * self.length();
        let begins = (passed + i128::from(self.count) - 1) / i128::from(self.count);
        self.from
            .saturating_add(i64::try_from(begins).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_peak_of_one_sample_is_still_there() {
        let mut buckets = Buckets::new(0, 1_000_000, 10);
        for at in 0..10_000 {
            let value = if at == 4_321 { 99 } else { at % 7 };
            buckets.add(at * 100, value);
        }
        let sums = buckets.finish();
        assert_eq!(sums.len(), 10);
        assert_eq!((sums[4].greatest, sums[4].greatest_at), (99, 432_100));
        assert_eq!((sums[4].from, sums[4].to), (400_000, 500_000));
        assert!(sums.iter().all(|sum| sum.least == 0 && sum.count == 1_000));
    }

    #[test]
    fn a_gap_has_no_bucket_and_a_millisecond_has_one() {
        let mut buckets = Buckets::new(0, 100, 10);
        buckets.add(5, 1);
        buckets.add(95, 3);
        assert_eq!(buckets.finish().len(), 2);
        let mut one = Buckets::new(7, 8, 500);
        one.add(7, -4);
        let sums = one.finish();
        assert_eq!((sums[0].from, sums[0].to, sums[0].mean()), (7, 8, -4.0));
    }

    proptest! {
        #[test]
        fn each_sample_is_in_the_one_bucket_that_it_lies_in(
            from in -1_000_i64..1_000, length in 1_i64..5_000, count in 1_usize..300,
            mut at in proptest::collection::vec(0_f64..1.0, 1..60),
        ) {
            at.sort_by(f64::total_cmp);
            let to = from + length;
            let mut buckets = Buckets::new(from, to, count);
            for (n, part) in at.iter().enumerate() {
                buckets.add(from + (part * length as f64) as i64, n as i64);
            }
            let sums = buckets.finish();
            prop_assert_eq!(sums.iter().map(|sum| sum.count).sum::<u64>(), at.len() as u64);
            prop_assert!(sums.windows(2).all(|pair| pair[0].to <= pair[1].from));
            for sum in sums {
                for at in [sum.least_at, sum.greatest_at] {
                    prop_assert!(sum.from <= at && at < sum.to);
                }
            }
        }
    }
}

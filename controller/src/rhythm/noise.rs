//! Chance that is the same on every machine.

/// SplitMix64 (Steele, Lea, Flood, 2014).
#[derive(Clone, Debug)]
pub(super) struct Noise(u64);

impl Noise {
    /// A stream of its own for each pair of numbers.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut noise = Noise(seed.rotate_left(32) ^ stream);
        noise.next();
        Noise(noise.next() ^ stream)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1, without 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(super) fn happens(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.share() * (high - low)
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn whole(&mut self, low: i32, high: i32) -> i32 {
        low + (self.share() * f64::from(high - low + 1)) as i32
    }

    /// A normal number: mean 0, deviation 1 (Box and Muller).
    pub(super) fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.share(), self.share());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    /// A positive number with this median; two thirds lie within a factor e^`spread` of it.
    pub(super) fn around(&mut self, median: f64, spread: f64) -> f64 {
        median * (spread * self.normal()).exp()
    }

    /// How often something happens that happens `mean` times on average (Knuth).
    pub(super) fn times(&mut self, mean: f64) -> u32 {
        let (floor, mut product, mut n) = ((-mean).exp(), self.share(), 0);
        while product > floor {
            product *= self.share();
            n += 1;
        }
        n
    }

    /// One of several things, by their weights.
    pub(super) fn pick<T: Copy>(&mut self, things: &[(f64, T)]) -> T {
        let total: f64 = things.iter().map(|(weight, _)| weight).sum();
        let mut left = self.share() * total;
        for (weight, thing) in things {
            left -= weight;
            if left < 0.0 {
                return *thing;
            }
        }
        things[things.len() - 1].1
    }
}

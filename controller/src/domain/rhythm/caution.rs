//! How sure one must be before somebody is called: as sure as the programme's own past asks
//! for, so that calls in vain stay rare in any quarter.
//!
//! Each silence that ended by itself had a moment at which failure looked likeliest. Had the
//! rule called at that doubt, it would have called in vain. The threshold is the
//! lowest doubt that would have kept such calls under the target.

/// Calls in vain per device-month that a programme puts up with. A little under the
/// promise (one in a hundred), because the future is not the past.
const TARGET: f64 = 0.006;
/// Device-months that the experience from simulated years is worth (`docs/rhythm.md`).
const PRIOR_MONTHS: f64 = 150.0;
/// Calls in vain per device-month at even odds, and how they thin out as the odds rise.
const PRIOR_AT_EVEN_ODDS: f64 = 0.03;
const PRIOR_SLOPE: f64 = 0.9;
/// Doubts are counted in steps of this ratio of the odds, from `LOWEST`.
const STEP: f64 = 1.1;
const LOWEST: f64 = 0.1;
const STEPS: usize = 96;

/// What the finished silences of a programme teach about doubt.
#[derive(Clone, Debug)]
pub struct Caution {
    /// Finished silences by their greatest doubt.
    peaks: [u32; STEPS],
    device_months: f64,
}

impl Default for Caution {
    fn default() -> Self {
        Caution {
            peaks: [0; STEPS],
            device_months: 0.0,
        }
    }
}

impl Caution {
    /// A home came back by itself, after the chance of a failure had once been `doubt`.
    pub fn came_back(&mut self, doubt: f64) {
        let odds = doubt / (1.0 - doubt).max(1e-9);
        if odds >= LOWEST {
            let step = (odds / LOWEST).ln() / STEP.ln();
            self.peaks[(step as usize).min(STEPS - 1)] += 1;
        }
    }

    /// Homes were watched for so long in all.
    pub fn watched(&mut self, device_months: f64) {
        self.device_months += device_months;
    }

    /// The chance of a failure at which somebody should call.
    pub fn call_at(&self) -> f64 {
        let allowed = TARGET * (self.device_months + PRIOR_MONTHS);
        let mut above = 0.0;
        let mut lowest = LOWEST * STEP.powi(STEPS as i32);
        for step in (0..STEPS).rev() {
            let odds = LOWEST * STEP.powi(step as i32);
            above += f64::from(self.peaks[step]);
            let prior = PRIOR_MONTHS * PRIOR_AT_EVEN_ODDS * odds.powf(-PRIOR_SLOPE);
            if above + prior > allowed {
                break;
            }
            lowest = odds;
        }
        lowest / (1.0 + lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_that_come_back_from_great_doubt_make_a_programme_slower_to_call() {
        let start = Caution::default().call_at();
        let mut calm = Caution::default();
        calm.watched(2_000.0);
        assert!(calm.call_at() < start, "nobody was ever in doubt");
        let mut wandering = calm.clone();
        for _ in 0..40 {
            wandering.came_back(0.9);
        }
        assert!(wandering.call_at() > 0.9);
        let mut harmless = calm.clone();
        for _ in 0..40 {
            harmless.came_back(0.05);
        }
        assert_eq!(harmless.call_at(), calm.call_at());
    }

    #[test]
    fn the_threshold_is_a_chance_whatever_came_before() {
        let mut caution = Caution::default();
        for _ in 0..100_000 {
            caution.came_back(1.0);
        }
        assert!((0.0..1.0).contains(&caution.call_at()));
    }
}

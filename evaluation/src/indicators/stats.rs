//! Medians, percentiles and the interval of a mean: defined here, once.

/// The percentile `p` (0 to 1) of values in any order, by linear interpolation between the
/// two nearest ranks: rank `p × (n − 1)`, counted from 0. So do most tables and R's default.
pub fn percentile(values: &[f64], p: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = p * (sorted.len() - 1) as f64;
    let below = sorted[rank.floor() as usize];
    let above = sorted[rank.ceil() as usize];
    Some(below + (above - below) * rank.fract())
}

pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The 95 % interval of the mean of a few measured differences, by Student's t; absent
/// below two values.
pub fn interval(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len();
    if n < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (squares / (n - 1) as f64 / n as f64).sqrt();
    let reach = t_975(n - 1) * error;
    Some((mean - reach, mean + reach))
}

/// The 97.5 % point of Student's t: the printed table up to 30 degrees of freedom, beyond it
/// the series in 1/ν around the normal law, which is right to five digits there.
pub fn t_975(freedom: usize) -> f64 {
    const TABLE: [f64; 30] = [
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157,
        2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922,
        2.093024, 2.085963, 2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831,
        2.048407, 2.045230, 2.042272,
    ];
    if let Some(t) = TABLE.get(freedom.wrapping_sub(1)) {
        return *t;
    }
    let z: f64 = 1.959_963_985;
    let v = freedom as f64;
    z + (z.powi(3) + z) / (4.0 * v)
        + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * v * v)
        + (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / (384.0 * v.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_lies_between_its_two_nearest_ranks() {
        // 90 % of the way along 4 steps is 3.6: between 40 and 50, six tenths of the way.
        let values = [50.0, 10.0, 20.0, 40.0, 30.0];
        assert_eq!(percentile(&values, 0.5), Some(30.0));
        assert!((percentile(&values, 0.9).unwrap() - 46.0).abs() < 1e-9);
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn the_interval_of_four_differences_is_that_of_a_textbook() {
        // 1, 2, 3, 4: mean 2.5, variance 5/3, error sqrt(5/12) = 0.645497; t(3) = 3.182446.
        let (low, high) = interval(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((low - 0.445_739_7).abs() < 1e-5, "{low}");
        assert!((high - 4.554_260_3).abs() < 1e-5, "{high}");
        assert_eq!(interval(&[7.0]), None);
    }

    #[test]
    fn the_series_goes_on_where_the_table_ends() {
        // Printed tables: t(40) = 2.021075, t(100) = 1.983972.
        assert!((t_975(40) - 2.021_075).abs() < 1e-5);
        assert!((t_975(100) - 1.983_972).abs() < 1e-5);
    }
}

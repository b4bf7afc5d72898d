//! A processor, graphics chip or disk that is too hot.

use declic_common::report::Sensor;
use declic_common::ticket::Fact;

use super::thresholds::Thresholds;
use super::{HOUR_MS, Reading, View};

/// Older than this, the temperature that a disk gave with its slow readings is
/// not that of the report.
const SAME_TIME_MS: i64 = 2 * HOUR_MS;

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let wanted = &thresholds.overheating;
    let Some(told) = view.told else {
        return Reading::Unsure;
    };
    let at = told.at;
    let mut readings: Vec<(&str, i32, i32)> = Vec::new();
    for reading in told.report.temperatures.iter().flatten() {
        let judged = match reading.sensor {
            Some(Sensor::Cpu) => ("temperature_cpu_millicelsius", wanted.cpu_celsius),
            Some(Sensor::Gpu) => ("temperature_gpu_millicelsius", wanted.gpu_celsius),
            Some(Sensor::Disk) => ("temperature_disk_millicelsius", wanted.disk_celsius),
            // Boards report sensors that are not even connected.
            _ => continue,
        };
        if let Some(value) = reading.millicelsius {
            readings.push((judged.0, value, judged.1.saturating_mul(1000)));
        }
    }
    if let Some((slow, slow_at)) = told.slow()
        && at - slow_at <= SAME_TIME_MS
    {
        let limit = wanted.disk_celsius.saturating_mul(1000);
        for celsius in slow.smart.iter().flatten().filter_map(|disk| disk.celsius) {
            let value = i32::from(celsius) * 1000;
            readings.push(("temperature_disk_millicelsius", value, limit));
        }
    }
    let facts: Vec<Fact> = readings
        .iter()
        .filter(|(_, value, limit)| value >= limit)
        .map(|(name, value, limit)| Fact::new(name, (*value).into()).limit((*limit).into()))
        .collect();
    if !facts.is_empty() {
        return Reading::Bad { at, facts };
    }
    let margin = wanted.clear_margin_celsius.saturating_mul(1000);
    let cool = |(_, value, limit): &(&str, i32, i32)| *value < limit - margin;
    match !readings.is_empty() && readings.iter().all(cool) {
        true => Reading::Good { at },
        false => Reading::Unsure,
    }
}

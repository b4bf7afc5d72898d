//! The PC's own battery, or its two taken together.

use declic_common::report::{Battery, BatteryState};

use super::files::Files;

const SUPPLIES: &str = "sys/class/power_supply";

/// One battery, as its driver's `uevent` tells it in a single read.
#[derive(Debug, Default)]
struct Cell {
    percent: Option<u64>,
    state: Option<BatteryState>,
    now: Option<u64>,
    full: Option<u64>,
    design: Option<u64>,
    cycles: Option<u32>,
}

pub(super) fn read(files: &mut Files) -> Option<Battery> {
    let names = files.names(SUPPLIES);
    let cells: Vec<Cell> = names
        .iter()
        .filter_map(|name| cell(files, &format!("{SUPPLIES}/{name}/uevent")))
        .collect();
    let all = |part: fn(&Cell) -> Option<u64>| cells.iter().map(part).sum::<Option<u64>>();
    let first = cells.first()?;
    let (now, full, design) = (all(|c| c.now), all(|c| c.full), all(|c| c.design));
    let percent = match cells.len() {
        1 => first.percent.or(share(now, full, 100)),
        _ => share(now, full, 100).or(first.percent),
    };
    let any = |state| cells.iter().any(|cell| cell.state == Some(state));
    let every = |state| cells.iter().all(|cell| cell.state == Some(state));
    let state = if any(BatteryState::Charging) {
        Some(BatteryState::Charging)
    } else if any(BatteryState::Discharging) {
        Some(BatteryState::Discharging)
    } else if every(BatteryState::Full) {
        Some(BatteryState::Full)
    } else {
        first.state.map(|_| BatteryState::Other)
    };
    let battery = Battery {
        percent: percent.and_then(|p| u8::try_from(p).ok()),
        state,
        health_permille: share(full, design, 1000)
            .filter(|health| (1..=2000).contains(health))
            .map(|health| health as u16),
        cycles: cells.iter().filter_map(|cell| cell.cycles).max(),
    };
    (battery != Battery::default()).then_some(battery)
}

/// `part` of `whole` in so many parts, never more than twice the whole.
fn share(part: Option<u64>, whole: Option<u64>, parts: u64) -> Option<u64> {
    let (part, whole) = (part?, whole.filter(|whole| *whole > 0)?);
    let share = part.checked_mul(parts)? / whole;
    (share <= 2 * parts).then(|| if parts == 100 { share.min(100) } else { share })
}

fn cell(files: &mut Files, path: &str) -> Option<Cell> {
    let mut cell = Cell::default();
    let mut is_battery = false;
    for line in files.lines(path)? {
        let Some((name, value)) = line
            .strip_prefix("POWER_SUPPLY_")
            .and_then(|line| line.split_once('='))
        else {
            continue;
        };
        let number = || value.parse::<u64>().ok();
        match name {
            "TYPE" => is_battery = value == "Battery",
            // A mouse or a keyboard has a battery of its own.
            "SCOPE" if value == "Device" => return None,
            "PRESENT" if value == "0" => return None,
            "STATUS" => {
                cell.state = Some(match value {
                    "Charging" => BatteryState::Charging,
                    "Discharging" => BatteryState::Discharging,
                    "Full" => BatteryState::Full,
                    _ => BatteryState::Other,
                });
            }
            "CAPACITY" => cell.percent = number().filter(|percent| *percent <= 100),
            // Zero is what a driver says when the battery does not count.
            "CYCLE_COUNT" => {
                cell.cycles = number()
                    .filter(|cycles| (1..=100_000).contains(cycles))
                    .map(|cycles| cycles as u32);
            }
            // µWh or µAh, by driver; never both in one battery.
            "ENERGY_NOW" | "CHARGE_NOW" => cell.now = number(),
            "ENERGY_FULL" | "CHARGE_FULL" => cell.full = number(),
            "ENERGY_FULL_DESIGN" | "CHARGE_FULL_DESIGN" => cell.design = number(),
            _ => {}
        }
    }
    is_battery.then_some(cell)
}

//! The hottest reading of each kind of sensor (hwmon, then thermal zones).

use declic_common::report::{Sensor, Temperature};

use super::files::Files;

const HWMON: &str = "sys/class/hwmon";
const ZONES: &str = "sys/class/thermal";

/// Sensors come and go with their drivers; look again after so many readings.
const LOOK_AGAIN: u32 = 12;

/// A connected sensor of a PC in a home reads something in between, in
/// thousandths of a degree; unconnected ones say 0, -128000 or 127000.
const BELIEVABLE: std::ops::Range<i32> = 1_000..120_000;

#[derive(Debug, Default)]
pub(super) struct Thermometers {
    inputs: Vec<(Sensor, String)>,
    readings_left: u32,
}

impl Thermometers {
    pub(super) fn read(&mut self, files: &mut Files) -> Option<Vec<Temperature>> {
        if self.readings_left == 0 {
            self.inputs = look(files);
            self.readings_left = LOOK_AGAIN;
        }
        self.readings_left -= 1;
        let mut hottest = [None; Sensor::ALL.len()];
        for (sensor, path) in &self.inputs {
            match files.number::<i32>(path) {
                Some(value) if BELIEVABLE.contains(&value) => {
                    let best = &mut hottest[*sensor as usize];
                    *best = (*best).max(Some(value));
                }
                Some(_) => {}
                // Gone, or asleep: see next time what there is.
                None => self.readings_left = 0,
            }
        }
        let list: Vec<Temperature> = Sensor::ALL
            .iter()
            .zip(hottest)
            .filter_map(|(sensor, hottest)| {
                Some(Temperature {
                    sensor: Some(*sensor),
                    millicelsius: Some(hottest?),
                })
            })
            .collect();
        (!list.is_empty()).then_some(list)
    }
}

fn look(files: &mut Files) -> Vec<(Sensor, String)> {
    let mut inputs = Vec::new();
    let mut drivers = Vec::new();
    for chip in files.names(HWMON) {
        let folder = format!("{HWMON}/{chip}");
        let Some(name) = files.word(format!("{folder}/name")).map(str::to_owned) else {
            continue;
        };
        let names = files.names(&folder);
        let mut chip_inputs = Vec::new();
        for input in &names {
            let Some(place) = input
                .strip_prefix("temp")
                .and_then(|rest| rest.strip_suffix("_input"))
            else {
                continue;
            };
            let faulty = files.word(format!("{folder}/temp{place}_fault")) == Some("1");
            let label = files
                .word(format!("{folder}/temp{place}_label"))
                .unwrap_or_default()
                .to_owned();
            if !faulty {
                chip_inputs.push((label, format!("{folder}/{input}")));
            }
        }
        // Tctl may carry an offset of up to 27 degrees that asks for more fan; where
        // Tdie is there too, it is the true one.
        if chip_inputs.iter().any(|(label, _)| label == "Tdie") {
            chip_inputs.retain(|(label, _)| label != "Tctl");
        }
        let sensor = of_driver(&name);
        inputs.extend(chip_inputs.into_iter().map(|(_, path)| (sensor, path)));
        drivers.push(name);
    }
    for zone in files.names(ZONES) {
        if !zone.starts_with("thermal_zone") {
            continue;
        }
        let folder = format!("{ZONES}/{zone}");
        let Some(kind) = files.word(format!("{folder}/type")).map(str::to_owned) else {
            continue;
        };
        // Most zones are in hwmon too, under the same name.
        let twin = drivers.contains(&kind)
            || kind == "x86_pkg_temp" && drivers.iter().any(|driver| driver == "coretemp");
        // These hold settings of the firmware, not a temperature.
        let policy = kind.starts_with("INT34");
        if !twin && !policy {
            inputs.push((of_driver(&kind), format!("{folder}/temp")));
        }
    }
    inputs
}

/// What a driver measures, by its name in hwmon or its type of thermal zone.
fn of_driver(name: &str) -> Sensor {
    const STARTS: &[(&str, Sensor)] = &[
        ("coretemp", Sensor::Cpu),
        ("k8temp", Sensor::Cpu),
        ("k10temp", Sensor::Cpu),
        ("zenpower", Sensor::Cpu),
        ("via_cputemp", Sensor::Cpu),
        ("x86_pkg_temp", Sensor::Cpu),
        ("cpu", Sensor::Cpu),
        ("B0D4", Sensor::Cpu),
        ("TCPU", Sensor::Cpu),
        ("drivetemp", Sensor::Disk),
        ("nvme", Sensor::Disk),
        ("amdgpu", Sensor::Gpu),
        ("radeon", Sensor::Gpu),
        ("nouveau", Sensor::Gpu),
        ("nvidia", Sensor::Gpu),
        ("i915", Sensor::Gpu),
        ("xe", Sensor::Gpu),
        ("iwlwifi", Sensor::Radio),
        ("ath", Sensor::Radio),
        ("mt7", Sensor::Radio),
        ("rtw", Sensor::Radio),
        ("acpitz", Sensor::Board),
        ("pch_", Sensor::Board),
        ("nct", Sensor::Board),
        ("it8", Sensor::Board),
        ("w83", Sensor::Board),
        ("f71", Sensor::Board),
        ("lm8", Sensor::Board),
        ("adt7", Sensor::Board),
        ("dell_smm", Sensor::Board),
        ("asus", Sensor::Board),
        ("atk0110", Sensor::Board),
        ("thinkpad", Sensor::Board),
        ("hp", Sensor::Board),
    ];
    STARTS
        .iter()
        .find(|(start, _)| name.starts_with(start))
        .map_or(Sensor::Other, |(_, sensor)| *sensor)
}

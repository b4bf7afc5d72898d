//! Agents of this machine, each in a network of its own, so that every byte that it causes is
//! counted at the interface: ours, and those that a city would use instead.

mod collectd;
mod exporter;
mod house;
mod ours;
mod zabbix;

use std::time::{Duration, Instant};

use self::house::House;
use super::table::Table;
use super::{peers, proc};

pub(crate) const VALUES: &str = "values in a report";
pub(crate) const CPU: &str = "CPU per report";
pub(crate) const BYTES: &str = "IP bytes per report, both ways";
pub(crate) const PACKETS: &str = "packets per report, both ways";
pub(crate) const MEMORY: &str = "resident memory";
pub(crate) const OWN: &str = "memory of its own (not shared files)";
pub(crate) const SIZE: &str = "size of the program";
pub(crate) const INSTALLED: &str = "size of its package, installed";

/// Between two reports: no keep-alive falls between, and every report settles.
const INTERVAL_S: u64 = 2;
/// Reports that are counted, after some that are not.
const REPORTS: u64 = 25;
const WARM: u64 = 5;
/// An agent that says nothing for so long does not work here.
const PATIENCE: Duration = Duration::from_secs(240);

pub(crate) fn measure(turns: u32) -> anyhow::Result<Table> {
    let mut table = Table::new("agent");
    for _ in 0..turns {
        ours::measure(&mut table)?;
        for (program, measure) in [
            (collectd::PROGRAM, collectd::measure as fn(&mut Table) -> _),
            (exporter::PROGRAM, exporter::measure),
            (zabbix::PROGRAM, zabbix::measure),
        ] {
            if peers::is_there(program) {
                peers::or_left_out(measure(&mut table));
            }
        }
    }
    Ok(table)
}

/// Lets an agent that runs in the house report, and notes what that cost.
fn watch(
    table: &mut Table,
    who: &'static str,
    house: &House,
    name: &str,
    reports: impl Fn() -> u64,
) -> anyhow::Result<()> {
    let until = |number: u64| -> anyhow::Result<()> {
        let began = Instant::now();
        while reports() < number {
            anyhow::ensure!(began.elapsed() < PATIENCE, "no report of {who} came");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    };
    until(WARM)?;
    // Between two reports: what one causes is not split.
    std::thread::sleep(Duration::from_millis(500 * INTERVAL_S));
    let pid = house.process_named(name)?;
    let (first, bytes, packets, cpu) = (
        reports(),
        house.bytes()?,
        house.packets()?,
        proc::cpu_seconds(pid)?,
    );
    until(first + REPORTS)?;
    std::thread::sleep(Duration::from_millis(500 * INTERVAL_S));
    let made = (reports() - first) as f64;
    let bytes = (house.bytes()? - bytes) as f64;
    let packets = (house.packets()? - packets) as f64;
    let cpu = proc::cpu_seconds(pid)? - cpu;
    table.note(who, CPU, "ms", cpu * 1e3 / made);
    // An Ethernet header of 14 bytes is not IP.
    table.note(who, BYTES, "bytes", (bytes - 14.0 * packets) / made);
    table.note(who, PACKETS, "packets", packets / made);
    table.note(who, MEMORY, "KiB", proc::status_kib(pid, "VmRSS")?);
    table.note(who, OWN, "KiB", proc::status_kib(pid, "RssAnon")?);
    Ok(())
}

//! What a stored report of twenty values costs a server: ours with TLS, numbering, judging and
//! a receipt; the others as their own documents say, durable where they can be.

mod influx;
mod load;
mod mosquitto;
mod ours;
mod postgres;

use std::time::{Duration, Instant};

use super::peers;
use super::peers::{influx as influxdb, postgres as postgresql};
use super::table::Table;

pub(crate) const CPU: &str = "CPU per stored report, 100 connections";
const RATE: &str = "reports stored a second";
const MEMORY: &str = "resident memory after the load";

const CONNECTIONS: usize = 100;
/// Of each connection, where the protocol can: MQTT.
const UNACKNOWLEDGED: u64 = 16;
const WARM: Duration = Duration::from_secs(3);
const MEASURED: Duration = Duration::from_secs(10);

pub(crate) fn measure(turns: u32) -> anyhow::Result<Table> {
    let mut table = Table::new("ingest");
    for _ in 0..turns {
        ours::measure(&mut table)?;
        if peers::is_there(mosquitto::PROGRAM) {
            peers::or_left_out(mosquitto::measure(&mut table));
        }
        if peers::is_there(postgresql::SERVER) {
            peers::or_left_out(postgres::measure(&mut table));
        }
        if peers::is_there(influxdb::SERVER) {
            peers::or_left_out(influx::measure(&mut table));
        }
    }
    Ok(table)
}

/// Notes what a load that runs costs: `stored` counts its reports, `cpu` the server's seconds.
fn watch(
    table: &mut Table,
    who: &'static str,
    stored: impl Fn() -> anyhow::Result<u64>,
    cpu: impl Fn() -> anyhow::Result<f64>,
) -> anyhow::Result<()> {
    std::thread::sleep(WARM);
    let (began, before, first) = (Instant::now(), stored()?, cpu()?);
    std::thread::sleep(MEASURED);
    let spent = cpu()? - first;
    let reports = (stored()? - before) as f64;
    anyhow::ensure!(reports > 0.0, "{who} stored nothing");
    table.note(who, CPU, "us", spent * 1e6 / reports);
    table.note(who, RATE, "1/s", reports / began.elapsed().as_secs_f64());
    Ok(())
}

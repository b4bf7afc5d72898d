//! Three questions about a year of a hundred homes, asked by one client over one connection,
//! warm; from the request to the last byte of the answer. The others answer about its last
//! thirty days, which is all that they hold.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::client::Client;
use super::history::{Archive, Others};
use super::peers::{influx, postgres, prometheus};
use super::proc;
use super::table::{OURS, Table};

pub(crate) const LATEST: &str = "last value of 100 devices, every metric";
pub(crate) const RAW: &str = "one device, one metric, 30 days raw";
const BUCKETS: &str = "one device, one metric, 30 days in 500 buckets";
pub(crate) const FLEET: &str = "fleet, hourly mean of one metric, 30 days";

/// The same in CPU of the server: what a busy machine tells as well.
fn cpu_of(what: &'static str) -> &'static str {
    match what {
        LATEST => "last value of 100 devices: CPU of the server",
        RAW => "one device, one metric, 30 days raw: CPU of the server",
        FLEET => "fleet, hourly mean, 30 days: CPU of the server",
        BUCKETS => "one device, 500 buckets: CPU of the server",
        _ => "fleet, daily mean: CPU of the server",
    }
}

/// Times that each question is asked in a turn, after some that are not counted.
const ROUNDS: usize = 21;
const WARM: usize = 5;
const METRIC: &str = "load1_centi";

pub(crate) fn measure(archive: &mut Archive, turns: u32) -> anyhow::Result<Table> {
    let mut table = Table::new("query");
    let (demo, others) = archive.both()?;
    let pid = demo.process.id();
    let mut client = Client::socket(&demo.data)?;
    let devices: Value = serde_json::from_slice(&client.get("/api/v1/devices?limit=500")?)?;
    let devices = devices["items"].as_array().context("a list of devices")?;
    let device = devices.get(7).context("a device")?["device"].as_str();
    let device = device.context("its name")?.to_owned();
    // Days that are sealed, and those that are not: all of them up to now.
    let to = Timestamp::now();
    let from = to.checked_sub(SignedDuration::from_hours(30 * 24))?;
    let span = format!("metric={METRIC}&from={from}&to={to}");
    let raw = format!("/api/v1/devices/{device}/history?{span}&limit=10000");
    let ours = [
        (LATEST, "/api/v1/fleet/latest".to_owned()),
        (RAW, raw.clone()),
        (
            BUCKETS,
            format!("/api/v1/devices/{device}/history/buckets?{span}&buckets=500"),
        ),
        (FLEET, format!("/api/v1/fleet/history?{span}&by=hour")),
        (
            "fleet, daily mean of one metric, 30 days",
            format!("/api/v1/fleet/history?{span}&by=day"),
        ),
    ];
    let points: Value = serde_json::from_slice(&client.get(&raw)?)?;
    let points = points["items"].as_array().map_or(0, Vec::len);
    table.ours(
        "points of one device, one metric, 30 days",
        "points",
        points as f64,
    );
    for _ in 0..turns {
        for (what, path) in &ours {
            ask(&mut table, (OURS, pid), what, &mut client, path)?;
        }
        ask_others(&mut table, others)?;
    }
    Ok(table)
}

/// Who is asked: a name, and the process that answers.
type Server = (&'static str, u32);

fn ask(
    table: &mut Table,
    (who, pid): Server,
    what: &'static str,
    client: &mut Client,
    path: &str,
) -> anyhow::Result<()> {
    for _ in 0..WARM {
        client.timed(path)?;
    }
    let cpu = proc::cpu_seconds(pid)?;
    let times = (0..ROUNDS).map(|_| client.timed(path));
    let times = times.collect::<anyhow::Result<Vec<_>>>()?;
    let cpu = proc::cpu_seconds(pid)? - cpu;
    table.note(who, cpu_of(what), "ms", cpu * 1e3 / ROUNDS as f64);
    note(table, who, what, times);
    Ok(())
}

fn note(table: &mut Table, who: &'static str, what: &'static str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    table.note(who, what, "ms", times[times.len() / 2]);
}

fn ask_others(table: &mut Table, others: &Others) -> anyhow::Result<()> {
    let (to_s, days) = (others.last_at as f64 / 1e3, 30);
    let from = others.last_at - days * 86_400_000;
    if let Some(server) = &others.prometheus {
        let mut client = Client::tcp(server.port)?;
        let from_s = to_s - 86_400.0 * days as f64;
        for (what, path) in [
            (
                LATEST,
                format!("query?query={}&time={to_s}", escaped("{device!=\"\"}")),
            ),
            (
                RAW,
                format!(
                    "query?query={}&time={to_s}",
                    escaped(&format!("{METRIC}{{device=\"7\"}}[30d]"))
                ),
            ),
            (
                FLEET,
                format!(
                    "query_range?query={}&start={from_s}&end={to_s}&step=3600",
                    escaped(&format!("avg(avg_over_time({METRIC}[1h]))"))
                ),
            ),
        ] {
            let path = format!("/api/v1/{path}");
            let server = (prometheus::NAME, server.process.id());
            ask(table, server, what, &mut client, &path)?;
        }
    }
    if let Some(server) = &others.influx {
        let mut client = Client::tcp(server.port)?;
        let span = format!("time >= {from}ms and time <= {}ms", others.last_at);
        for (what, question) in [
            (
                LATEST,
                "select last(*) from health group by device".to_owned(),
            ),
            (
                RAW,
                format!("select {METRIC} from health where device = '7' and {span}"),
            ),
            (
                FLEET,
                format!("select mean({METRIC}) from health where {span} group by time(1h)"),
            ),
        ] {
            let path = format!("/query?db=bench&epoch=ms&q={}", escaped(&question));
            let server = (influx::NAME, server.process.id());
            ask(table, server, what, &mut client, &path)?;
        }
    }
    if let Some(server) = &others.postgres {
        let span = format!(
            "at >= to_timestamp({}) and at <= to_timestamp({to_s})",
            from as f64 / 1e3
        );
        for (what, question) in [
            (
                LATEST,
                "select h.* from generate_series(0, 99) d cross join lateral (select * from health \
                 where device = d order by at desc limit 1) h;"
                    .to_owned(),
            ),
            (
                RAW,
                format!("select at, {METRIC} from health where device = 7 and {span} order by at;"),
            ),
            (
                FLEET,
                format!(
                    "select date_trunc('hour', at) h, avg({METRIC}) from health where {span} \
                     group by h order by h;"
                ),
            ),
        ] {
            let cpu = proc::cpu_seconds_of_tree(server.pid())?;
            let times = server.timed(&format!("{question}\n").repeat(WARM + ROUNDS))?;
            let cpu = proc::cpu_seconds_of_tree(server.pid())? - cpu;
            let each = cpu * 1e3 / (WARM + ROUNDS) as f64;
            table.note(postgres::NAME, cpu_of(what), "ms", each);
            anyhow::ensure!(times.len() == WARM + ROUNDS, "psql told {} times", times.len());
            note(table, postgres::NAME, what, times[WARM..].to_vec());
        }
    }
    Ok(())
}

/// A text as a part of an address.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

//! The last thirty days of the year, twenty metrics, in the files of others.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;
use declic_tests::process::{printed, program};
use jiff::Timestamp;

use crate::bench::peers;
use crate::bench::peers::influx::{self, Influx};
use crate::bench::peers::postgres::{self, Postgres};
use crate::bench::peers::prometheus::{self, Prometheus};
use crate::bench::proc;
use crate::run::say;

pub(crate) const DAYS: i64 = 30;
const METRICS: [&str; 20] = [
    "cpu_mean_permille",
    "cpu_max_permille",
    "load1_centi",
    "load5_centi",
    "load15_centi",
    "memory_total_bytes",
    "memory_available_bytes",
    "swap_total_bytes",
    "swap_free_bytes",
    "disk_system_total_bytes",
    "disk_system_free_bytes",
    "temperature_cpu_millicelsius",
    "temperature_disk_millicelsius",
    "link_signal_dbm",
    "ladder_rungs",
    "agent_waiting",
    "agent_resident_bytes",
    "usage_rx_bytes",
    "usage_tx_bytes",
    "usage_evening_minutes",
];
/// Lines of one write to InfluxDB, as its documents advise.
const LINES: usize = 5_000;
/// A folder that has not changed for so long is compacted.
const SETTLED: Duration = Duration::from_secs(30);

/// Servers that hold the month, with what it weighs there.
pub(crate) struct Others {
    pub(crate) postgres: Option<Postgres>,
    pub(crate) influx: Option<Influx>,
    pub(crate) prometheus: Option<Prometheus>,
    pub(crate) bytes: Vec<(&'static str, u64)>,
    pub(crate) reports: u64,
    pub(crate) samples: u64,
    /// Of the newest report, ms UTC.
    pub(crate) last_at: i64,
}

/// One line of the export.
struct Report<'a> {
    /// Small numbers instead of names: the others are used as they would be.
    device: usize,
    at: i64,
    values: Vec<(&'static str, &'a str)>,
}

impl Others {
    /// Gives everybody who is there the last days of a running demonstration.
    pub(crate) fn fill(data: &Path) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let csv = dir.path().join("month.csv");
        let mut command = Command::new(program("declic"));
        command
            .args([
                "export",
                "history",
                "--days",
                &DAYS.to_string(),
                "--format",
                "csv",
            ])
            .args(METRICS.map(|metric| format!("--metric={metric}")))
            .arg("--output")
            .arg(&csv)
            .arg("--data-dir")
            .arg(data);
        printed(&command.output()?);
        let mut others = Others {
            postgres: None,
            influx: None,
            prometheus: None,
            bytes: Vec::new(),
            reports: 0,
            samples: 0,
            last_at: 0,
        };
        each(&csv, |report| {
            others.reports += 1;
            others.samples += report.values.len() as u64;
            others.last_at = others.last_at.max(report.at);
            Ok(())
        })?;
        say(&format!("{} reports for the others", others.reports));
        if peers::is_there(postgres::SERVER) {
            peers::or_left_out(others.fill_postgres(&csv));
        }
        if peers::is_there(influx::SERVER) {
            peers::or_left_out(others.fill_influx(&csv));
        }
        if peers::is_there(prometheus::SERVER) {
            peers::or_left_out(others.fill_prometheus(&csv));
        }
        Ok(others)
    }

    fn fill_postgres(&mut self, csv: &Path) -> anyhow::Result<()> {
        let server = Postgres::start()?;
        let columns: String = METRICS.map(|metric| format!(", {metric} bigint")).concat();
        server.sql(&format!(
            "create table health (device int, at timestamptz{columns}, primary key (device, at))"
        ))?;
        server.copy("health", |into| {
            each(csv, |report| {
                let at = Timestamp::from_millisecond(report.at)?;
                write!(into, "{},{at}", report.device)?;
                for metric in METRICS {
                    let found = report.values.iter().find(|(name, _)| *name == metric);
                    write!(into, ",{}", found.map_or("", |(_, value)| value))?;
                }
                Ok(writeln!(into)?)
            })
        })?;
        server.sql("vacuum (analyze, freeze) health")?;
        let bytes = server.sql("select pg_total_relation_size('health')")?;
        self.bytes.push((postgres::NAME, bytes.parse()?));
        self.postgres = Some(server);
        Ok(())
    }

    fn fill_influx(&mut self, csv: &Path) -> anyhow::Result<()> {
        let server = Influx::start()?;
        let mut client = server.client()?;
        let (mut lines, mut count) = (Vec::new(), 0);
        let mut send = |lines: &mut Vec<u8>| -> anyhow::Result<()> {
            client.post("/write?db=bench&precision=ms", lines)?;
            lines.clear();
            Ok(())
        };
        each(csv, |report| {
            let values: Vec<String> = report
                .values
                .iter()
                .map(|(metric, value)| format!("{metric}={value}i"))
                .collect();
            let (device, at) = (report.device, report.at);
            writeln!(lines, "health,device={device} {} {at}", values.join(","))?;
            count += 1;
            if count % LINES == 0 {
                send(&mut lines)?;
            }
            Ok(())
        })?;
        send(&mut lines)?;
        let weigh = || anyhow::Ok(proc::bytes_of(&server.data())? + proc::bytes_of(&server.wal())?);
        let (mut bytes, mut since) = (weigh()?, Instant::now());
        while since.elapsed() < SETTLED {
            std::thread::sleep(Duration::from_secs(1));
            // A file that is compacted away meanwhile is weighed at the next look.
            if let Ok(now) = weigh()
                && now != bytes
            {
                (bytes, since) = (now, Instant::now());
            }
        }
        self.bytes.push((influx::NAME, bytes));
        self.influx = Some(server);
        Ok(())
    }

    fn fill_prometheus(&mut self, csv: &Path) -> anyhow::Result<()> {
        let file = csv.with_extension("openmetrics");
        let mut text = BufWriter::new(File::create(&file)?);
        each(csv, |report| {
            let (device, at) = (report.device, report.at as f64 / 1e3);
            for (metric, value) in &report.values {
                writeln!(text, "{metric}{{device=\"{device}\"}} {value} {at:.3}")?;
            }
            Ok(())
        })?;
        writeln!(text, "# EOF")?;
        text.flush()?;
        drop(text);
        let server = Prometheus::start(prometheus::backfill(&file)?)?;
        self.bytes
            .push((prometheus::NAME, proc::bytes_of(&server.data())?));
        self.prometheus = Some(server);
        Ok(())
    }
}

/// Shows each report of an export.
fn each(csv: &Path, mut see: impl FnMut(Report<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut lines = BufReader::new(File::open(csv)?).lines();
    let heads = lines.next().context("an export without a head")??;
    let heads: Vec<&str> = heads.split(',').collect();
    let place = |wanted: &str| {
        let found = heads.iter().position(|head| *head == wanted);
        found.with_context(|| format!("an export without the column {wanted}"))
    };
    let (device_at, time_at) = (place("device")?, place("at")?);
    let metric = |head: &&str| METRICS.iter().copied().find(|metric| metric == head);
    let metrics: Vec<Option<&'static str>> = heads.iter().map(metric).collect();
    let mut names = BTreeMap::new();
    for line in lines {
        let line = line?;
        let fields: Vec<&str> = line.split(',').collect();
        let name = *fields.get(device_at).context("no device")?;
        let device = match names.get(name) {
            Some(device) => *device,
            None => {
                names.insert(name.to_owned(), names.len());
                names.len() - 1
            }
        };
        let at: Timestamp = fields.get(time_at).context("no time")?.parse()?;
        let values = metrics.iter().zip(fields);
        let values = values.filter(|(_, value)| !value.is_empty());
        see(Report {
            device,
            at: at.as_millisecond(),
            values: values
                .filter_map(|(metric, value)| Some(((*metric)?, value)))
                .collect(),
        })?;
    }
    Ok(())
}

//! Three questions about a year of a hundred homes, asked over the controller's socket
//! by one client, warm; from the request to the last byte of the answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Figure;
use super::history::Year;

/// Times that each question is asked, after as many that are not counted.
const ROUNDS: usize = 41;

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let demo = Year::get()?.serve()?;
    let mut client = Client::connect(&demo.data)?;
    let devices: Value = serde_json::from_slice(&client.get("/api/v1/devices?limit=500")?)?;
    let devices = devices["items"].as_array().context("a list of devices")?;
    let device = devices.get(7).context("a device")?["device"].as_str();
    let device = device.context("its name")?.to_owned();
    // Days that are sealed, and those that are not: all of them up to now.
    let to = Timestamp::now();
    let from = to.checked_sub(SignedDuration::from_hours(30 * 24))?;
    let raw = format!(
        "/api/v1/devices/{device}/history?metric=load1_centi&from={from}&to={to}&limit=10000"
    );
    let fleet = format!("/api/v1/fleet/history?metric=load1_centi&by=hour&from={from}&to={to}");
    let days = format!("/api/v1/fleet/history?metric=load1_centi&by=day&from={from}&to={to}");
    let chart = format!(
        "/api/v1/devices/{device}/history/buckets?metric=load1_centi&from={from}&to={to}&buckets=500"
    );
    let points: Value = serde_json::from_slice(&client.get(&raw)?)?;
    let points = points["items"].as_array().map_or(0, Vec::len);
    let mut figures = vec![Figure {
        bench: "query",
        what: "points of one device, one metric, 30 days",
        unit: "points",
        ours: points as f64,
    }];
    for (what, path) in [
        (
            "last value of 100 devices, every metric",
            "/api/v1/fleet/latest",
        ),
        ("one device, one metric, 30 days raw", &raw),
        ("one device, one metric, 30 days in 500 buckets", &chart),
        ("fleet, hourly mean of one metric, 30 days", &fleet),
        ("fleet, daily mean of one metric, 30 days", &days),
    ] {
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..2 * ROUNDS {
            let began = Instant::now();
            client.get(path)?;
            if round >= ROUNDS {
                times.push(began.elapsed().as_secs_f64() * 1e3);
            }
        }
        times.sort_by(f64::total_cmp);
        figures.push(Figure {
            bench: "query",
            what,
            unit: "ms",
            ours: times[ROUNDS / 2],
        });
    }
    Ok(figures)
}

/// One connection that is kept: a client library would be measured as well.
struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    fn connect(data: &Path) -> anyhow::Result<Self> {
        let stream = UnixStream::connect(data.join("declic.sock"))?;
        Ok(Client {
            stream: BufReader::new(stream),
        })
    }

    /// The body of a good answer.
    fn get(&mut self, path: &str) -> anyhow::Result<Vec<u8>> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut length = None;
        let mut status = String::new();
        self.stream.read_line(&mut status)?;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let line = line.trim().to_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = Some(value.trim().parse::<usize>()?);
            }
        }
        let mut body = vec![0; length.context("an answer without a length")?];
        self.stream.read_exact(&mut body)?;
        if !status.contains(" 200 ") {
            bail!("{path}: {status} {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }
}

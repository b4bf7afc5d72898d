//! collectd: about the same values as ours, published at QoS 1 to a broker, without TLS and
//! without a queue on disk.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use declic_tests::process::{Process, free_port};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};

use super::house::{House, NEAR};
use super::{INSTALLED, INTERVAL_S, VALUES, watch};
use crate::bench::peers;
use crate::bench::table::Table;

pub(super) const PROGRAM: &str = "/usr/sbin/collectd";
const NAME: &str = "collectd";
const BROKER: &str = "/usr/sbin/mosquitto";
/// One of its messages, of which there is one in each report.
const MARK: &str = "/uptime/uptime";

/// What arrived at the broker.
#[derive(Default)]
struct Heard {
    reports: AtomicU64,
    values: AtomicU64,
}

pub(super) fn measure(table: &mut Table) -> anyhow::Result<()> {
    let house = House::build()?;
    let (dir, port) = (tempfile::tempdir()?, free_port());
    let settings = dir.path().join("mosquitto.conf");
    fs::write(
        &settings,
        format!("user root\nlistener {port} {NEAR}\nallow_anonymous true\n"),
    )?;
    let mut command = Command::new(BROKER);
    command.arg("-c").arg(&settings);
    let _broker = Process::start(&mut command, &dir.path().join("broker.log"))?;

    let settings = dir.path().join("collectd.conf");
    fs::write(
        &settings,
        configuration(&dir.path().display().to_string(), port),
    )?;
    let mut command = house.inside(PROGRAM);
    command.arg("-f").arg("-C").arg(&settings);
    let mut collectd = Process::start(&mut command, &dir.path().join("log"))?;

    let heard = Arc::new(Heard::default());
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.spawn(listen(port, Arc::clone(&heard)));
    let reports = || heard.reports.load(Ordering::Relaxed);
    watch(table, NAME, &house, NAME, reports).context("collectd")?;
    let values = heard.values.load(Ordering::Relaxed) as f64 / reports() as f64;
    table.note(NAME, VALUES, "values", values.round());
    if let Some(kib) = peers::installed_kib("collectd-core") {
        table.note(NAME, INSTALLED, "KiB", kib);
    }
    runtime.shutdown_background();
    collectd.kill();
    Ok(())
}

fn configuration(dir: &str, port: u16) -> String {
    let plugins = ["cpu", "load", "memory", "swap", "df", "uptime", "mqtt"];
    let plugins: String = plugins
        .iter()
        .map(|plugin| format!("LoadPlugin {plugin}\n"))
        .collect();
    format!(
        "Hostname \"bench\"\nFQDNLookup false\nInterval {INTERVAL_S}\nBaseDir \"{dir}\"\n\
         PIDFile \"{dir}/pid\"\nTypesDB \"/usr/share/collectd/types.db\"\n{plugins}\
         <Plugin cpu>\nReportByCpu false\nValuesPercentage true\n</Plugin>\n\
         <Plugin df>\nMountPoint \"/\"\n</Plugin>\n\
         <Plugin mqtt>\n<Publish \"bench\">\nHost \"{NEAR}\"\nPort {port}\n\
         ClientId \"bench\"\nQoS 1\nPrefix \"collectd\"\n</Publish>\n</Plugin>\n"
    )
}

/// Counts what it publishes.
async fn listen(port: u16, heard: Arc<Heard>) {
    let options = MqttOptions::new("listener", NEAR, port);
    let (client, mut events) = AsyncClient::new(options, 16);
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                let _ = client.subscribe("collectd/#", QoS::AtMostOnce).await;
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                // time:value[:value…]
                let values = publish.payload.iter().filter(|byte| **byte == b':').count();
                heard.values.fetch_add(values as u64, Ordering::Relaxed);
                let is_one = publish.topic.ends_with(MARK);
                heard
                    .reports
                    .fetch_add(u64::from(is_one), Ordering::Relaxed);
            }
            Ok(_) => {}
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
    }
}

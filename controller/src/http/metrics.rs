//! `/metrics`: what the process has done and how it is, in OpenMetrics text.

use std::fmt::Error;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use declic_common::problem::ProblemKind;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::answer::Answer;
use super::problem::Failure;
use super::router::Desk;
use crate::app::App;
use crate::store::StoreState;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) async fn scrape(State(desk): State<Desk>) -> Answer<impl IntoResponse> {
    let mut registry = Registry::with_prefix("declic");
    registry.register(
        "build",
        "The version that runs",
        Info::new([("version", env!("CARGO_PKG_VERSION"))]),
    );
    registry.register_collector(Box::new(Reading(desk.app)));
    let mut body = String::new();
    text::encode(&mut body, &registry)
        .map_err(|_| Failure::new(ProblemKind::Internal, "the metrics cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], body))
}

/// Reads everything at the moment of the scrape.
#[derive(Debug)]
struct Reading(Arc<App>);

impl Collector for Reading {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), Error> {
        let app = &self.0;
        let counters = &app.counters;
        for (name, help, value) in [
            ("reports", "Reports made durable", &counters.reports),
            (
                "messages",
                "Other messages made durable",
                &counters.messages,
            ),
            (
                "repeats",
                "Messages that were already stored",
                &counters.repeats,
            ),
            ("refused", "Messages refused for good", &counters.refused),
            (
                "unreadable",
                "Messages without a readable number",
                &counters.unreadable,
            ),
            (
                "sealed",
                "Reports moved from rows to sealed history",
                &counters.sealed,
            ),
            (
                "imported",
                "Reports of the past put into history by hand",
                &counters.imported,
            ),
            ("groups", "Groups of messages written", &counters.groups),
            (
                "failed_groups",
                "Groups that the store did not take",
                &counters.failed_groups,
            ),
            (
                "connections",
                "Connections accepted on the MQTT port",
                &counters.connections,
            ),
            (
                "violations",
                "Connections closed because the peer broke a rule",
                &counters.violations,
            ),
            (
                "turned_away",
                "Connections turned away by a limit before their certificate was known",
                &counters.turned_away,
            ),
            (
                "strangers",
                "Messages of unknown or revoked devices that a broker brought",
                &counters.strangers,
            ),
        ] {
            let counter = ConstCounter::new(value.get());
            counter.encode(encoder.encode_descriptor(
                name,
                help,
                None,
                counter.metric_type(),
            )?)?;
        }
        let store_ready = app.store.state() == StoreState::Ready;
        let whole = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        for (name, help, value) in [
            ("devices", "Devices enrolled", whole(app.registry.len())),
            (
                "connected",
                "Devices connected now",
                whole(app.hub.connected()),
            ),
            (
                "ready",
                "1 when new work is taken, as /readyz says",
                app.check_ready().is_ok().into(),
            ),
            (
                "store_ready",
                "1 when the store takes new work",
                store_ready.into(),
            ),
            (
                "start_time_seconds",
                "When this process started, since 1970",
                app.started_at.as_second(),
            ),
        ] {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        if let Some(free) = app.store.free_bytes() {
            let gauge = ConstGauge::new(i64::try_from(free).unwrap_or(i64::MAX));
            let help = "Free room on the disk that holds the data";
            let kind = gauge.metric_type();
            gauge.encode(encoder.encode_descriptor(
                "disk_free",
                help,
                Some(&Unit::Bytes),
                kind,
            )?)?;
        }
        Ok(())
    }
}

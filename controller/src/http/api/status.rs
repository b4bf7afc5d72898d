//! How the controller is.

use axum::extract::State;
use declic_common::api::{Problem, ServerStatus};
use jiff::Timestamp;

use crate::app::App;
use crate::clock;
use crate::http::answer::{Answer, Found};
use crate::http::router::Desk;

/// How the controller is. Answers 200 even when it is not ready; `/readyz` does not.
#[utoipa::path(
    get, path = "/status", operation_id = "get_status", tag = "controller",
    responses(
        (status = 200, description = "The state of the controller", body = ServerStatus),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn status(State(desk): State<Desk>) -> Answer<Found<ServerStatus>> {
    Ok(Found(now(&desk.app, clock::now())))
}

pub(in crate::http) fn now(app: &App, now: Timestamp) -> ServerStatus {
    let devices = app.registry.all();
    let reason = app.check_ready().err().map(|why| why.to_string());
    let listening = &app.programme.listening;
    let (backup_made_at, backup_failed) = app.backups.last();
    ServerStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: app.started_at,
        now,
        ready: reason.is_none(),
        reason,
        devices: devices.len() as u64,
        connected: app.hub.connected() as u64,
        reporting: devices.iter().filter(|e| e.latest.reports > 0).count() as u64,
        stored: app.counters.reports.get(),
        refused: app.counters.refused.get(),
        repeats: app.counters.repeats.get(),
        mqtt: listening.mqtt.clone(),
        enrol: listening.enrol.clone(),
        http: listening.http.clone(),
        disk_free_bytes: app.store.free_bytes(),
        backup_made_at,
        backup_failed,
        demo: app.programme.demo,
    }
}

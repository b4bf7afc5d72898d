//! How the controller is: one glance before looking further.

use askama::Template;
use axum::extract::State;

use super::{PART, Tab, tabs, titled};
use crate::clock;
use crate::http::api::status;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "admin_status.html")]
struct Status {
    v: View,
    tabs: Vec<Tab>,
    ready: bool,
    reason: Option<String>,
    lines: Vec<(&'static str, String)>,
}

pub(in crate::http::pages) async fn show(State(desk): State<Desk>, view: View) -> Page {
    let status = status::now(&desk.app, clock::now());
    let title = view.say("État du serveur", "State of the controller");
    let v = titled(view, title).following("");
    let unknown = || v.say("inconnue", "unknown").to_owned();
    let backup = match (&status.backup_failed, status.backup_made_at) {
        (Some(why), _) => v.say(format!("échouée : {why}"), format!("failed: {why}")),
        (None, Some(at)) => v.since(Some(at)),
        (None, None) => v.say("aucune", "none").to_owned(),
    };
    let lines = vec![
        (v.say("Version", "Version"), status.version.clone()),
        (
            v.say("Démarré", "Started"),
            v.since(Some(status.started_at)),
        ),
        (v.say("Postes", "PCs"), v.number(status.devices)),
        (v.say("En ligne", "Online"), v.number(status.connected)),
        (
            v.say(
                "Relevés reçus depuis le démarrage",
                "Reports since the start",
            ),
            v.number(status.stored),
        ),
        (
            v.say("Messages refusés", "Messages refused"),
            v.number(status.refused),
        ),
        (
            v.say("Place libre pour les données", "Room left for the data"),
            status
                .disk_free_bytes
                .map_or_else(unknown, |bytes| v.disk(bytes)),
        ),
        (v.say("Dernière sauvegarde", "Last backup"), backup),
    ];
    page(&Status {
        tabs: tabs(&v, PART),
        ready: status.ready,
        reason: status.reason,
        lines,
        v,
    })
}

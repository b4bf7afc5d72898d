//! Lists of devices, requests and points, for people.

use declic_common::api::{CommandInfo, DeviceSummary, Point};
use declic_common::command::Action;
use declic_common::settings::Settings;

use crate::cli::output::{sheet, table};
use crate::cli::words::Voice;
use crate::domain::metric::Metric;

pub(crate) fn devices(devices: &[DeviceSummary], v: &Voice) -> String {
    let head = v.say(
        [
            "PC",
            "N° D’INVENTAIRE",
            "SITE",
            "PRÉSENCE",
            "VU",
            "RELEVÉS",
            "PERDUS",
            "AGENT",
        ],
        [
            "DEVICE", "ASSET", "SITE", "PRESENCE", "SEEN", "REPORTS", "LOST", "AGENT",
        ],
    );
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let rows: Vec<Vec<String>> = devices
        .iter()
        .map(|device| {
            vec![
                device.device.to_string(),
                or_dash(&device.asset),
                or_dash(&device.site),
                v.standing(device),
                device.last_seen.map_or("–".to_owned(), |at| v.ago(at)),
                v.number(device.reports),
                v.number(device.lost),
                or_dash(&device.agent_version),
            ]
        })
        .collect();
    table(&head, &rows)
}

pub(crate) fn commands(commands: &[CommandInfo], v: &Voice) -> String {
    let head = v.say(
        ["COMMANDE", "ÉTAT", "FAITE LE", "FIN", "TEXTE"],
        ["COMMAND", "STATE", "MADE", "ENDS", "TEXT"],
    );
    let rows: Vec<Vec<String>> = commands
        .iter()
        .map(|command| {
            let (name, text) = match &command.action {
                Action::Refresh => (v.say("écrire", "refresh"), String::new()),
                Action::Diagnose { minutes } => {
                    let minutes = v.unit(&minutes.to_string(), "min");
                    (v.say("mesurer", "diagnose"), minutes)
                }
                Action::Message { text } => (v.say("message", "message"), text.clone()),
                Action::RenewCertificate => (v.say("certificat", "certificate"), String::new()),
                Action::Retire => (v.say("retrait", "retire"), String::new()),
            };
            vec![
                name.to_owned(),
                v.command(command.state).to_owned(),
                v.moment(command.issued_at),
                v.moment(command.ended_at.unwrap_or(command.expires_at)),
                text,
            ]
        })
        .collect();
    table(&head, &rows)
}

pub(crate) fn points(points: &[Point], metric: &Metric, v: &Voice) -> String {
    let rows: Vec<Vec<String>> = points
        .iter()
        .map(|point| vec![v.moment(point.at), v.value(point.value, metric.unit)])
        .collect();
    table(&[v.say("QUAND", "WHEN"), metric.name], &rows)
}

pub(crate) fn settings(settings: &Settings, v: &Voice) -> String {
    let hosts = match settings.probe_hosts.is_empty() {
        true => "–".to_owned(),
        false => settings.probe_hosts.join(", "),
    };
    let interval = v.unit(&v.number(settings.interval_s), "s");
    let charter = match settings.charter {
        Some(_) => v.say("faite", "made"),
        None => "–",
    };
    sheet(&[
        (v.say("Un relevé toutes les", "A report every"), interval),
        (v.say("Hôtes essayés", "Hosts tried"), hosts),
        (v.say("Charte", "Charter"), charter.to_owned()),
    ])
}

//! `declic status`: how the controller is.

use clap::Args;
use declic_common::api::ServerStatus;
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{Format, Said, csv, json, sheet};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct StatusArgs {
    #[command(flatten)]
    pub target: Target,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

/// Ends with code 1 when the controller takes no new work.
pub(crate) async fn run(
    format: Format,
    controller: &Controller,
    voice: &Voice,
) -> Result<Said, Failure> {
    let value = controller.get("status", &[]).await?;
    let status: ServerStatus = read(value.clone())?;
    let out = match format {
        Format::Json => json(&value),
        Format::Csv => csv(&[value], &COLUMNS),
        Format::Table => screen(&status, voice),
    };
    Ok(Said {
        no: !status.ready,
        ..Said::out(out)
    })
}

const COLUMNS: [&str; 11] = [
    "version",
    "started_at",
    "now",
    "ready",
    "reason",
    "devices",
    "connected",
    "reporting",
    "stored",
    "refused",
    "repeats",
];

fn screen(status: &ServerStatus, v: &Voice) -> String {
    let ready = match &status.reason {
        None => v.say("prêt", "ready").to_owned(),
        Some(reason) => v.say(
            format!("pas prêt : {reason}"),
            format!("not ready: {reason}"),
        ),
    };
    let devices = v.say(
        format!(
            "{}, dont {} connectés et {} qui ont déjà écrit",
            v.number(status.devices),
            v.number(status.connected),
            v.number(status.reporting)
        ),
        format!(
            "{}, {} connected, {} have reported",
            v.number(status.devices),
            v.number(status.connected),
            v.number(status.reporting)
        ),
    );
    let messages = v.say(
        format!(
            "{} relevés gardés, {} messages refusés, {} répétés",
            v.number(status.stored),
            v.number(status.refused),
            v.number(status.repeats)
        ),
        format!(
            "{} reports stored, {} messages refused, {} repeated",
            v.number(status.stored),
            v.number(status.refused),
            v.number(status.repeats)
        ),
    );
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let mut lines = vec![
        (v.say("État", "State"), ready),
        ("Version", status.version.clone()),
        (
            v.say("Démarré", "Started"),
            v.since(Some(status.started_at)),
        ),
        (v.say("PC", "Devices"), devices),
        (v.say("Depuis le démarrage", "Since the start"), messages),
        ("MQTT", status.mqtt.clone()),
        (v.say("Inscription", "Enrolment"), or_dash(&status.enrol)),
        ("API", or_dash(&status.http)),
    ];
    if let Some(free) = status.disk_free_bytes {
        let free = v.disk(free);
        lines.push((
            v.say("Disque", "Disk"),
            v.say(format!("{free} libres"), format!("{free} free")),
        ));
    }
    lines.push((
        v.say("Sauvegarde", "Backup"),
        v.since(status.backup_made_at),
    ));
    if let Some(why) = &status.backup_failed {
        lines.push((v.say("– échec", "– failed"), why.clone()));
    }
    if status.demo {
        let simulated = v.say(
            "démonstration, foyers simulés",
            "demonstration, simulated homes",
        );
        lines.push((v.say("Attention", "Note"), simulated.to_owned()));
    }
    sheet(&lines)
}

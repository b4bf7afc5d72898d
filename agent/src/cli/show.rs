//! What the household reads: every byte that left, waits or would leave.

use declic_common::report::Consent;
use declic_common::socket::{AgentStatus, Answer, Shown, ShownMessage};
use declic_common::tr;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::print;

pub(super) fn shown(answer: Answer, json: bool) {
    let Answer::Show(shown) = answer else { return };
    if json {
        return print_json(&shown);
    }
    let Shown {
        sent,
        waiting,
        waiting_total,
        next,
    } = shown;
    heading(tr(
        "Envoyé et confirmé (le plus récent en dernier)",
        "Sent and confirmed (newest last)",
    ));
    messages(&sent);
    heading(&format!(
        "{} : {waiting_total}",
        tr("En attente", "Waiting")
    ));
    messages(&waiting);
    heading(tr("Ce qui partirait maintenant", "What would be sent now"));
    print::line(&pretty(&next));
}

pub(super) fn status(answer: Answer, json: bool) {
    let Answer::Status(status) = answer else {
        return;
    };
    if json {
        return print_json(&status);
    }
    let AgentStatus {
        device,
        version,
        controller,
        connected,
        last_receipt,
        waiting,
        dropped,
        refused,
        damaged,
        disk_full,
        consent,
        paused_until,
        unread,
        interval_s,
        ladder,
        certificate_expires_at,
    } = status;
    let link = if connected {
        tr("connecté", "connected")
    } else {
        tr(
            "pas connecté ; ce qui attend partira plus tard",
            "not connected; what waits will leave later",
        )
    };
    let ladder = ladder.and_then(|ladder| ladder.failing());
    let rows = [
        (tr("PC", "PC"), device.to_string()),
        (tr("Version", "Version"), version),
        (
            tr("Programme", "Programme"),
            format!("{controller}, {link}"),
        ),
        (
            tr("Dernier accusé de réception", "Last receipt"),
            last_receipt.map_or_else(|| tr("aucun", "none").to_owned(), date),
        ),
        (tr("En attente", "Waiting"), waiting.to_string()),
        (
            tr("Perdus, refusés, abîmés", "Lost, refused, damaged"),
            format!("{dropped}, {refused}, {damaged}"),
        ),
        (
            tr("Disque du PC", "Disk of the PC"),
            if disk_full {
                tr("plein : libérez de la place", "full: free some room")
            } else {
                "ok"
            }
            .to_owned(),
        ),
        (tr("Consentement", "Consent"), level(consent).to_owned()),
        (
            tr("Pause jusqu’au", "Paused until"),
            paused_until.map_or_else(|| "–".to_owned(), date),
        ),
        (
            tr("Messages à lire", "Messages to read"),
            unread.to_string(),
        ),
        (tr("Intervalle", "Interval"), format!("{interval_s} s")),
        (
            tr("Réseau", "Network"),
            ladder.map_or_else(
                || "ok".to_owned(),
                |rung| format!("{} {rung}", tr("bloqué à", "blocked at")),
            ),
        ),
        (
            tr("Certificat jusqu’au", "Certificate until"),
            date(certificate_expires_at),
        ),
    ];
    let width = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    for (name, value) in rows {
        print::line(&format!("{name:width$}  {value}"));
    }
}

pub(super) fn code(answer: Answer) {
    if let Answer::Code { words } = answer {
        print::line(&words.join(" "));
    }
}

pub(super) fn consent(answer: Answer) {
    if let Answer::Status(status) = answer {
        print::line(level(status.consent));
    }
}

fn level(consent: Consent) -> &'static str {
    match consent {
        Consent::Maintenance => tr(
            "maintenance : seulement ce qui sert à garder le PC en état",
            "maintenance: only what keeps the PC working",
        ),
        Consent::Usage => tr(
            "usage : l’entretien et les données d’usage",
            "usage: maintenance and usage data",
        ),
    }
}

fn messages(messages: &[ShownMessage]) {
    if messages.is_empty() {
        print::line(tr("(rien)", "(nothing)"));
    }
    for message in messages {
        print::line(&format!("# {}", message.topic));
        print::line(&pretty(&message.payload));
    }
}

fn heading(text: &str) {
    print::line(&format!("\n== {text} =="));
}

pub(super) fn date(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(
        |_| "?".to_owned(),
        |at| {
            at.to_zoned(TimeZone::system())
                .strftime(tr("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"))
                .to_string()
        },
    )
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

pub(super) fn print_json<T: serde::Serialize>(value: &T) {
    print::line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

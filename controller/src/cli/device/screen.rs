//! One device on one screen: what a technician needs before calling or leaving.

use declic_common::api::{CertificateInfo, DeviceDetail, DeviceSummary, PlacementInfo};

use super::lately::Lately;
use crate::cli::output::sheet;
use crate::cli::words::Voice;
use crate::words::readings::{Line, machine, moments, readings};

/// `life` is where it is in its life, if a programme keeps it.
pub(crate) fn device(
    detail: &DeviceDetail,
    lately: &Lately,
    life: Option<String>,
    v: &Voice,
) -> String {
    let mut blocks = vec![who(&detail.summary, v), lately.lines(v)];
    let life = life.map(|life| (v.say("Sa vie", "Its life"), life));
    blocks[0].extend(life);
    match &detail.latest {
        Some(latest) => {
            blocks.push(moments(latest, v));
            blocks.push(readings(&latest.report, v));
        }
        None => blocks.push(vec![(
            v.say("Dernier relevé", "Last report"),
            v.say("aucun", "none").to_owned(),
        )]),
    }
    if let Some(inventory) = &detail.inventory {
        blocks.push(machine(inventory, v));
    }
    blocks.push(vec![certificate(&detail.certificate, v)]);
    // One sheet, so that all values stand under each other.
    let lines: Vec<Line> = blocks.join(&("", String::new()));
    sheet(&lines)
}

/// Where it is, and since when.
fn place(placement: Option<&PlacementInfo>, v: &Voice) -> String {
    let Some(placement) = placement else {
        return "–".to_owned();
    };
    let place = match &placement.household {
        Some(code) => v.say(format!("foyer {code}"), format!("household {code}")),
        None => v.place(placement.place).to_owned(),
    };
    let since = v.moment(placement.from);
    v.say(
        format!("{place}, depuis le {since}"),
        format!("{place}, since {since}"),
    )
}

fn who(device: &DeviceSummary, v: &Voice) -> Vec<Line> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let mut presence = v.standing(device);
    if device.connected {
        presence.push_str(v.say(", connecté", ", connected"));
    }
    presence.push_str(" – ");
    presence.push_str(&v.reason(&device.reason));
    let reports = v.number(device.reports);
    let lost = v.number(device.lost);
    let mut lines = vec![
        (v.say("PC", "Device"), device.device.to_string()),
        (
            v.say("N° d’inventaire", "Asset tag"),
            or_dash(&device.asset),
        ),
        ("Site", or_dash(&device.site)),
        (v.say("Où", "Where"), place(device.placement.as_ref(), v)),
        (v.say("Présence", "Presence"), presence),
        (v.say("Vu", "Seen"), v.since(device.last_seen)),
        (
            v.say("Inscrit", "Enrolled"),
            v.since(Some(device.enrolled_at)),
        ),
        (
            v.say("Consentement", "Consent"),
            v.consent(device.consent).to_owned(),
        ),
        (
            "Messages",
            v.say(
                format!("relevés reçus : {reports}, messages perdus : {lost}"),
                format!("reports received: {reports}, messages lost: {lost}"),
            ),
        ),
    ];
    if let Some(call) = v.overdue(device) {
        let after = lines
            .iter()
            .position(|(name, _)| *name == v.say("Présence", "Presence"));
        let at = after.map_or(lines.len(), |at| at + 1);
        lines.insert(at, (v.say("Appeler", "Call"), call));
    }
    lines
}

fn certificate(certificate: &CertificateInfo, v: &Voice) -> Line {
    let end = v.day(certificate.expires_at);
    let text = match certificate.revoked {
        true => v.say("révoqué".to_owned(), "revoked".to_owned()),
        false => v.say(
            format!("{}, valable jusqu’au {end}", certificate.serial),
            format!("{}, valid until {end}", certificate.serial),
        ),
    };
    (v.say("Certificat", "Certificate"), text)
}

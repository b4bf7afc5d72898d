//! A message in sentences: the same bytes that leave, for people who do not read JSON.

use declic_common::command::{Outcome, OutcomeResult};
use declic_common::envelope::Help;
use declic_common::inventory::Inventory;
use declic_common::journal::{Event, EventKind, Journal};
use declic_common::report::{
    Consent, DiskClass, HealthReport, Ladder, LinkKind, Sensor, Slow, Smart, Usage,
};
use declic_common::socket::ShownMessage;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::voice::Voice;

/// A message as a resident reads it, and as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) title: String,
    /// When it was made, on the clock of the PC.
    pub(super) when: Option<String>,
    pub(super) facts: Vec<String>,
    pub(super) json: String,
}

pub(super) fn message(message: &ShownMessage, v: &Voice) -> Told {
    let leaf = message.topic.rsplit('/').next().unwrap_or_default();
    let body = &message.payload["body"];
    let (title, facts) = match leaf {
        "report" => (v.say("Relevé", "Report"), read(body).map(|r| report(&r, v))),
        "journal" => (
            v.say("Journal", "Journal"),
            read(body).map(|j| journal(&j, v)),
        ),
        "inventory" => (
            v.say("Fiche technique", "Inventory"),
            read(body).map(|i| inventory(&i, v)),
        ),
        "help" => (
            v.say("Demande d’aide", "Call for help"),
            read(body).map(|h| help(&h, v)),
        ),
        "outcome" => (
            v.say(
                "Réponse à une demande du technicien",
                "Answer to a request of the technician",
            ),
            read(body).map(|outcome| vec![result(&outcome, v).to_owned()]),
        ),
        _ => (v.say("Message", "Message"), None),
    };
    Told {
        title: title.to_owned(),
        when: message.payload["observed_at"]
            .as_i64()
            .map(|at| v.moment(at)),
        facts: facts.unwrap_or_default(),
        json: pretty(&message.payload),
    }
}

/// The report that would be made now.
pub(super) fn next(next: &Value, v: &Voice) -> Told {
    Told {
        title: v.say("Relevé", "Report").to_owned(),
        when: None,
        facts: read(next).map(|r| report(&r, v)).unwrap_or_default(),
        json: pretty(next),
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn report(report: &HealthReport, v: &Voice) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(busy) = report.cpu.as_ref().and_then(|cpu| cpu.mean_permille) {
        let busy = v.percent(busy.into());
        facts.push(v.say(
            format!("Processeur occupé à {busy}"),
            format!("Processor {busy} busy"),
        ));
    }
    if let Some(memory) = &report.memory
        && let (Some(free), Some(total)) = (memory.available_bytes, memory.total_bytes)
    {
        let (free, total) = (v.size(free), v.size(total));
        facts.push(v.say(
            format!("Mémoire : {free} libres sur {total}"),
            format!("Memory: {free} free of {total}"),
        ));
    }
    for disk in report.disks.iter().flatten() {
        let (Some(free), Some(total)) = (disk.free_bytes, disk.total_bytes) else {
            continue;
        };
        let (free, total) = (v.size(free), v.size(total));
        let name = match disk.class {
            Some(DiskClass::System) => v.say("Disque du système", "System disk"),
            Some(DiskClass::Home) => v.say("Disque des documents", "Disk of documents"),
            Some(DiskClass::Other) | None => v.say("Autre disque", "Other disk"),
        };
        facts.push(v.say(
            format!("{name} : {free} libres sur {total}"),
            format!("{name}: {free} free of {total}"),
        ));
    }
    for heat in report.temperatures.iter().flatten() {
        if let Some(millicelsius) = heat.millicelsius {
            let degrees = millicelsius / 1000;
            let name = sensor(heat.sensor, v);
            facts.push(v.say(
                format!("Température ({name}) : {degrees} °C"),
                format!("Temperature ({name}): {degrees} °C"),
            ));
        }
    }
    if let Some(charge) = report.battery.as_ref().and_then(|battery| battery.percent) {
        let charge = v.percent(u64::from(charge) * 10);
        facts.push(v.say(format!("Batterie : {charge}"), format!("Battery: {charge}")));
    }
    if let Some(kind) = report.link.as_ref().and_then(|link| link.kind) {
        let link = match kind {
            LinkKind::Ethernet => v.say("câble", "cable"),
            LinkKind::Wifi => "Wi-Fi",
            LinkKind::Mobile => v.say("téléphone mobile", "mobile phone"),
            LinkKind::Other => v.say("autre", "other"),
            LinkKind::None => v.say("aucun", "none"),
        };
        facts.push(v.say(format!("Réseau : {link}"), format!("Network: {link}")));
    }
    facts.extend(report.ladder.as_ref().map(|rungs| ladder(rungs, v)));
    facts.extend(report.slow.iter().flat_map(|readings| slow(readings, v)));
    facts.extend(report.usage.iter().flat_map(|usage| used(usage, v)));
    facts
}

fn sensor(sensor: Option<Sensor>, v: &Voice) -> &'static str {
    match sensor {
        Some(Sensor::Cpu) => v.say("processeur", "processor"),
        Some(Sensor::Disk) => v.say("disque", "disk"),
        Some(Sensor::Gpu) => v.say("carte graphique", "graphics card"),
        Some(Sensor::Board) => v.say("carte mère", "main board"),
        Some(Sensor::Radio) => v.say("Wi-Fi", "Wi-Fi"),
        Some(Sensor::Other) | None => v.say("autre", "other"),
    }
}

fn ladder(ladder: &Ladder, v: &Voice) -> String {
    match ladder.failing() {
        None => v.say("Le réseau répond", "The network answers"),
        Some("link") => v.say("Aucun lien avec la box", "No link to the box"),
        Some("gateway") => v.say("La box ne répond pas", "The box does not answer"),
        Some("controller") => v.say(
            "Le programme ne répond pas",
            "The programme does not answer",
        ),
        Some(_) => v.say("Internet est coupé", "The internet is cut"),
    }
    .to_owned()
}

fn slow(slow: &Slow, v: &Voice) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(n) = slow.updates.as_ref().and_then(|updates| updates.pending) {
        facts.push(v.say(
            format!("Mises à jour en attente : {n}"),
            format!("Updates that wait: {n}"),
        ));
    }
    if slow.reboot_required == Some(true) {
        facts.push(
            v.say("Un redémarrage est attendu", "A restart is needed")
                .to_owned(),
        );
    }
    let health = |disk: &Smart| disk.passed;
    let disks: Vec<bool> = slow.smart.iter().flatten().filter_map(health).collect();
    if !disks.is_empty() {
        let text = if disks.contains(&false) {
            v.say("Santé des disques : mauvaise", "Disk health: bad")
        } else {
            v.say("Santé des disques : bonne", "Disk health: good")
        };
        facts.push(text.to_owned());
    }
    let failed = slow.failed_units.as_ref().map_or(0, Vec::len);
    if failed > 0 {
        facts.push(v.say(
            format!("Services du système en panne : {failed}"),
            format!("System services that failed: {failed}"),
        ));
    }
    facts
}

fn used(usage: &Usage, v: &Voice) -> Vec<String> {
    let mut facts = Vec::new();
    if let (Some(down), Some(up)) = (usage.rx_bytes, usage.tx_bytes) {
        let (down, up) = (v.size(down), v.size(up));
        facts.push(v.say(
            format!("Usage : {down} reçus, {up} envoyés"),
            format!("Usage: {down} received, {up} sent"),
        ));
    }
    if let Some(active) = &usage.active_minutes {
        let bands = [
            active.night,
            active.morning,
            active.afternoon,
            active.evening,
        ];
        let minutes: u32 = bands
            .iter()
            .flatten()
            .map(|minutes| u32::from(*minutes))
            .sum();
        facts.push(v.say(
            format!("Usage : {minutes} minutes devant le PC"),
            format!("Usage: {minutes} minutes at the PC"),
        ));
    }
    facts
}

fn journal(journal: &Journal, v: &Voice) -> Vec<String> {
    let events = journal.events.iter().flatten();
    events.map(|told| event(told, v)).collect()
}

fn event(event: &Event, v: &Voice) -> String {
    let what = match event.kind {
        Some(EventKind::Boot) => v.say("le PC a démarré", "the PC started"),
        Some(EventKind::Shutdown) => v.say("le PC s’est éteint", "the PC shut down"),
        Some(EventKind::Suspend) => v.say("le PC s’est mis en veille", "the PC went to sleep"),
        Some(EventKind::Resume) => v.say("le PC s’est réveillé", "the PC woke up"),
        Some(EventKind::PowerCut) => v.say("le courant a été coupé", "the power was cut"),
        Some(EventKind::LinkUp) => v.say("le réseau est revenu", "the network came back"),
        Some(EventKind::LinkDown) => v.say("le réseau a été coupé", "the network was cut"),
        Some(EventKind::Ladder) => {
            let text = event.ladder.as_ref().map(|rungs| ladder(rungs, v));
            return dated(&begun(&text.unwrap_or_default()), event, v);
        }
        Some(EventKind::AgentStart) => v.say("Déclic a démarré", "Déclic started"),
        Some(EventKind::AgentStop) => v.say("Déclic s’est arrêté", "Déclic stopped"),
        Some(EventKind::ClockJump) => v.say("l’horloge a été réglée", "the clock was set"),
        Some(EventKind::Consent) if event.consent == Some(Consent::Usage) => v.say(
            "vous acceptez l’entretien et l’usage",
            "you agree to maintenance and usage",
        ),
        Some(EventKind::Consent) => v.say(
            "vous acceptez l’entretien seulement",
            "you agree to maintenance only",
        ),
        Some(EventKind::Pause) if event.until.is_some() => {
            v.say("une pause commence", "a pause begins")
        }
        Some(EventKind::Pause) => v.say("la pause finit", "the pause ends"),
        None => v.say("autre", "other"),
    };
    dated(what, event, v)
}

/// A sentence that goes on after a date.
fn begun(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn dated(what: &str, event: &Event, v: &Voice) -> String {
    match event.at {
        Some(at) => format!("{}{} {what}", v.moment(at), v.say("\u{202f}:", ":")),
        None => what.to_owned(),
    }
}

fn inventory(inventory: &Inventory, v: &Voice) -> Vec<String> {
    let mut facts = Vec::new();
    let parts = [&inventory.vendor, &inventory.model];
    let model: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    if !model.is_empty() {
        facts.push(format!("PC{} {}", v.say("\u{202f}:", ":"), model.join(" ")));
    }
    if let Some(system) = inventory.os.as_ref().and_then(|os| os.name.as_ref()) {
        facts.push(v.say(format!("Système : {system}"), format!("System: {system}")));
    }
    facts.push(
        v.say(
            "Les pièces du PC et leurs numéros de série",
            "The parts of the PC and their serial numbers",
        )
        .to_owned(),
    );
    facts
}

fn help(help: &Help, v: &Voice) -> Vec<String> {
    if help.text.is_empty() {
        return vec![v.say("Sans texte", "Without a text").to_owned()];
    }
    vec![v.say(format!("« {} »", help.text), format!("“{}”", help.text))]
}

fn result(outcome: &Outcome, v: &Voice) -> &'static str {
    match outcome.result {
        OutcomeResult::Done => v.say("C’est fait", "Done"),
        OutcomeResult::Declined => v.say("Refusé par le foyer", "Refused by the household"),
        OutcomeResult::Failed => v.say("Cela n’a pas marché", "It did not work"),
        OutcomeResult::Expired => v.say("Trop tard", "Too late"),
        OutcomeResult::Unknown => v.say("Demande inconnue", "Unknown request"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use declic_common::Lang;
    use serde_json::json;

    fn told(leaf: &str, body: Value) -> Told {
        let shown = ShownMessage {
            topic: format!("declic/v1/d-aaaaaaaaaaah/{leaf}"),
            payload: json!({"observed_at": 1_790_000_000_000_i64, "body": body}),
        };
        message(&shown, &Voice::new(Lang::Fr))
    }

    #[test]
    fn each_kind_of_message_is_told_in_a_sentence_and_kept_as_it_travels() {
        let report = told(
            "report",
            json!({"memory": {"total_bytes": 4_000_000_000u64, "available_bytes": 2_300_000_000u64},
                   "ladder": {"link": true, "gateway": false}}),
        );
        assert_eq!(report.title, "Relevé");
        assert_eq!(
            report.facts,
            [
                "Mémoire : 2,3\u{202f}Go libres sur 4\u{202f}Go",
                "La box ne répond pas"
            ]
        );
        assert!(report.json.contains("\"available_bytes\": 2300000000"));
        let help = told("help", json!({"text": "Plus de son"}));
        assert_eq!(help.facts, ["« Plus de son »"]);
        let outcome = told(
            "outcome",
            json!({"command": "aaaaaaaaaaab", "result": "declined"}),
        );
        assert_eq!(outcome.facts, ["Refusé par le foyer"]);
        let journal = told("journal", json!({"events": [{"kind": "power_cut"}]}));
        assert_eq!(journal.facts, ["le courant a été coupé"]);
        // Of a later version: nothing is hidden.
        let later = told("dream", json!({"sheep": 3}));
        assert!(later.facts.is_empty() && later.json.contains("sheep"));
    }
}

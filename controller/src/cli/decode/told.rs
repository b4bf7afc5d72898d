//! What a diagnosis says, in lines that people read.

use declic_common::six_words::{Between, Diagnosis, Fault, Verdict};

use crate::words::Voice;

/// Each line with its name.
pub(super) fn lines(d: &Diagnosis, faults: &[Fault], v: &Voice) -> Vec<(&'static str, String)> {
    let room = |free: Option<Between>| between(free, |n| v.disk(n), v);
    let count = |n: Option<Between>| between(n, |n| v.number(n), v);
    let yes = |answer: Option<bool>| {
        let word = |yes| {
            if yes {
                v.say("oui", "yes")
            } else {
                v.say("non", "no")
            }
        };
        answer.map_or("–", word).to_owned()
    };
    let found: Vec<&str> = faults.iter().map(|fault| say(*fault, v)).collect();
    let found = match found.is_empty() {
        true => v.say("rien de grave", "nothing serious").to_owned(),
        false => found.join(" ; "),
    };
    let mut lines = vec![
        (v.say("À voir", "To look at"), found),
        (v.say("Réseau", "Network"), network(d, v)),
        (v.say("Libre, système", "Free, system"), room(d.system_free)),
        (v.say("Libre, personnel", "Free, home"), room(d.home_free)),
        (
            v.say("Mémoire libre", "Free memory"),
            between(d.memory_available, |n| v.memory(n), v),
        ),
        (v.say("Santé des disques", "Disk health"), health(d, v)),
        (
            v.say("Secteurs abîmés", "Bad sectors"),
            count(d.bad_sectors),
        ),
        (v.say("Mises à jour", "Updates"), count(d.updates)),
        (
            v.say("dont sécurité", "of these, security"),
            count(d.security_updates),
        ),
        (
            v.say("Redémarrage attendu", "Restart needed"),
            yes(d.reboot_required),
        ),
        (
            v.say("Messages en attente", "Messages waiting"),
            count(d.waiting),
        ),
        (
            v.say("Dernier contact", "Last contact"),
            between(d.silence_s, |n| v.span(n * 1000), v),
        ),
        (
            v.say("Version de l’agent", "Agent version"),
            d.agent.to_string(),
        ),
    ];
    if d.paused {
        let text = v.say("demandée par le foyer", "asked for by the household");
        lines.push((v.say("Pause", "Pause"), text.to_owned()));
    }
    lines
}

fn between(quantity: Option<Between>, say: impl Fn(u64) -> String, v: &Voice) -> String {
    match quantity {
        None => "–".to_owned(),
        Some(Between {
            from: 0,
            below: Some(1),
        }) => say(0),
        Some(Between {
            from: 0,
            below: Some(below),
        }) => {
            let below = say(below);
            v.say(format!("moins de {below}"), format!("under {below}"))
        }
        Some(Between { from, below: None }) => {
            let from = say(from);
            v.say(format!("{from} ou plus"), format!("{from} or more"))
        }
        Some(Between {
            from,
            below: Some(below),
        }) => {
            let (from, below) = (say(from), say(below));
            v.say(format!("de {from} à {below}"), format!("{from} to {below}"))
        }
    }
}

fn network(d: &Diagnosis, v: &Voice) -> String {
    let rungs = d.ladder.rungs();
    let tried: Vec<String> = rungs
        .into_iter()
        .filter_map(|(word, ok)| {
            let mark = if ok? { "ok" } else { v.say("NON", "NO") };
            Some(format!("{} {mark}", v.rung(word)))
        })
        .collect();
    if tried.is_empty() {
        "–".to_owned()
    } else {
        tried.join(", ")
    }
}

fn health(d: &Diagnosis, v: &Voice) -> String {
    match d.smart {
        None => "–",
        Some(Verdict::Passed) => v.say("bonne", "good"),
        Some(Verdict::Worn) => v.say("usé", "worn"),
        Some(Verdict::Failed) => v.say("EN PANNE PROCHAINE", "FAILING"),
    }
    .to_owned()
}

/// What a technician does about it.
pub(super) fn say(fault: Fault, v: &Voice) -> &'static str {
    match fault {
        Fault::DiskFailing => v.say(
            "un disque annonce sa panne : sauver les documents, apporter un disque",
            "a disk says that it is failing: save the documents, bring a disk",
        ),
        Fault::DiskFull => v.say(
            "l’agent ne peut plus écrire sur le disque",
            "the agent cannot write to the disk",
        ),
        Fault::Link => v.say("câble ou Wi-Fi débranché", "cable or Wi-Fi disconnected"),
        Fault::Gateway => v.say("la box ne répond pas", "the box does not answer"),
        Fault::Dns => v.say(
            "la box répond, mais aucun nom n’est trouvé",
            "the box answers, but no name resolves",
        ),
        Fault::Internet => v.say(
            "internet est coupé après la box",
            "the internet is cut beyond the box",
        ),
        Fault::Controller => v.say(
            "seul le serveur Déclic est injoignable",
            "only the controller is out of reach",
        ),
        Fault::DiskWorn => v.say("un disque est usé", "a disk is worn"),
        Fault::SystemRoom => v.say(
            "le disque système est presque plein",
            "the system disk is nearly full",
        ),
        Fault::HomeRoom => v.say(
            "le disque des documents est presque plein",
            "the disk of documents is nearly full",
        ),
        Fault::Memory => v.say("la mémoire manque", "memory is short"),
        Fault::Updates => v.say(
            "des mises à jour de sécurité attendent",
            "security updates wait",
        ),
        Fault::Restart => v.say(
            "une mise à jour attend un redémarrage",
            "an update waits for a restart",
        ),
    }
}

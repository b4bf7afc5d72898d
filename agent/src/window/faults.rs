//! What is wrong with the PC, and what its people can do about it themselves.

use declic_common::six_words::Fault;

use super::voice::Voice;

/// A fault, as a resident reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Advice {
    pub(super) what: &'static str,
    pub(super) to_do: &'static str,
}

pub(super) fn advice(fault: Fault, v: &Voice) -> Advice {
    let say = |what: (&'static str, &'static str), to_do: (&'static str, &'static str)| Advice {
        what: v.say(what.0, what.1),
        to_do: v.say(to_do.0, to_do.1),
    };
    match fault {
        Fault::DiskFailing => say(
            (
                "Un disque de ce PC va tomber en panne.",
                "A disk of this PC is about to fail.",
            ),
            (
                "Copiez vos documents importants sur une clé USB, et demandez de l’aide sans attendre.",
                "Copy your important documents to a USB stick, and ask for help without waiting.",
            ),
        ),
        Fault::DiskFull => say(
            (
                "Le disque de ce PC est plein.",
                "The disk of this PC is full.",
            ),
            (
                "Effacez des fichiers, ou demandez de l’aide.",
                "Delete some files, or ask for help.",
            ),
        ),
        Fault::Link => say(
            (
                "Ce PC n’est relié à aucun réseau.",
                "This PC is not linked to any network.",
            ),
            (
                "Regardez si le câble est branché, ou si le Wi-Fi est allumé.",
                "See whether the cable is plugged in, or the Wi-Fi is on.",
            ),
        ),
        Fault::Gateway => say(
            ("La box ne répond pas.", "The box does not answer."),
            (
                "Débranchez-la, attendez dix secondes, rebranchez-la, puis attendez cinq minutes.",
                "Unplug it, wait ten seconds, plug it in again, then wait five minutes.",
            ),
        ),
        Fault::Dns | Fault::Internet => say(
            (
                "La box répond, mais internet est coupé.",
                "The box answers, but the internet is cut.",
            ),
            (
                "C’est souvent l’opérateur. Si cela dure plus d’un jour, appelez-le ou demandez de l’aide.",
                "It is often the operator. If it lasts more than a day, call them or ask for help.",
            ),
        ),
        Fault::Controller => say(
            (
                "Internet marche, mais le programme ne répond pas.",
                "The internet works, but the programme does not answer.",
            ),
            (
                "Vous n’avez rien à faire : ce PC réessaie tout seul.",
                "Nothing to do: this PC tries again by itself.",
            ),
        ),
        Fault::DiskWorn => say(
            ("Un disque de ce PC est usé.", "A disk of this PC is worn."),
            (
                "Gardez une copie de vos documents, et demandez de l’aide quand vous pouvez.",
                "Keep a copy of your documents, and ask for help when you can.",
            ),
        ),
        Fault::SystemRoom | Fault::HomeRoom => say(
            ("Le disque est presque plein.", "The disk is nearly full."),
            (
                "Videz la corbeille, effacez ce qui ne sert plus, ou demandez de l’aide.",
                "Empty the bin, delete what is not needed, or ask for help.",
            ),
        ),
        Fault::Memory => say(
            ("Ce PC manque de mémoire.", "This PC is short of memory."),
            (
                "Fermez des fenêtres ou des onglets.",
                "Close some windows or tabs.",
            ),
        ),
        Fault::Updates => say(
            (
                "Des mises à jour de sécurité attendent.",
                "Security updates wait.",
            ),
            (
                "Laissez ce PC allumé et connecté pendant une heure.",
                "Leave this PC on and connected for an hour.",
            ),
        ),
        Fault::Restart => say(
            (
                "Une mise à jour attend un redémarrage.",
                "An update waits for a restart.",
            ),
            (
                "Enregistrez votre travail, puis redémarrez le PC.",
                "Save your work, then restart the PC.",
            ),
        ),
    }
}

/// All that is to be said, each thing once.
pub(super) fn all(faults: &[Fault], v: &Voice) -> Vec<Advice> {
    let mut said: Vec<Advice> = Vec::new();
    for fault in faults {
        let advice = advice(*fault, v);
        if !said.contains(&advice) {
            said.push(advice);
        }
    }
    said
}

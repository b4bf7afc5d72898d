//! The nouns of the life of PCs, kept by those who have them in hand.

use declic_common::programme::{Handover, Lot, Noun, Pc, PcRepair, Trial, Wipe};

use super::{FLEET, Plate};
use crate::domain::rights::Permission::*;

pub(in crate::http::pages::programme) const LOT: Plate = Plate {
    sheet: Lot::SHEET,
    slug: "lots",
    part: FLEET,
    see: SeeProgramme,
    keep: SteerDevices,
    columns: &["donor", "intake", "received_on", "pcs", "mass_kg", "site"],
    filters: &["intake", "donor", "site"],
    add: ("Ajouter un lot", "Add a lot"),
    empty: (
        "Un lot est ce qu’un donateur apporte en une fois. Ajoutez le premier, puis recevez ses PC un par un.",
        "A lot is what a donor brings at one time. Add the first one, then receive its PCs one by one.",
    ),
};

/// Has a list and a page of its own.
pub(in crate::http::pages::programme) const PC: Plate = Plate {
    sheet: Pc::SHEET,
    slug: "pc",
    part: FLEET,
    see: SeeProgramme,
    keep: SteerDevices,
    columns: &["lot", "received_on", "kind", "vendor", "model", "spare"],
    filters: &["lot", "site", "kind", "spare"],
    add: ("Recevoir un PC", "Receive a PC"),
    empty: (
        "Aucun PC n’est encore reçu. Recevez-les dès leur arrivée, avant tout agent : leur vie commence là.",
        "No PC was received yet. Receive them as they come in, before any agent: their life begins there.",
    ),
};

pub(in crate::http::pages::programme) const WIPE: Plate = Plate {
    sheet: Wipe::SHEET,
    slug: "effacements",
    part: FLEET,
    see: SeeProgramme,
    keep: SteerDevices,
    columns: &["pc", "on", "method", "tool", "by", "result"],
    filters: &["pc", "method", "result"],
    add: ("Noter un effacement", "Note an erasure"),
    empty: (
        "Aucun effacement n’est noté. Sans cette preuve, aucun PC ne va dans un foyer.",
        "No erasure is noted. Without this proof, no PC goes to a home.",
    ),
};

pub(in crate::http::pages::programme) const TRIAL: Plate = Plate {
    sheet: Trial::SHEET,
    slug: "essais",
    part: FLEET,
    see: SeeProgramme,
    keep: SteerDevices,
    columns: &["pc", "on", "passed", "grade", "ready_on", "power_on_hours"],
    filters: &["pc", "passed", "grade"],
    add: ("Noter un essai", "Note a trial"),
    empty: (
        "Aucun essai n’est noté. Un PC essayé reçoit sa classe, et le jour où il est prêt.",
        "No trial is noted. A PC that was tried gets its grade, and the day on which it is ready.",
    ),
};

pub(in crate::http::pages::programme) const REPAIR: Plate = Plate {
    sheet: PcRepair::SHEET,
    slug: "reparations",
    part: FLEET,
    see: SeeProgramme,
    keep: SteerDevices,
    columns: &[
        "pc", "begun_on", "ended_on", "category", "outcome", "barrier",
    ],
    filters: &["pc", "category", "outcome"],
    add: ("Commencer une réparation", "Begin a repair"),
    empty: (
        "Aucune réparation. Notez-les depuis la page du PC : l’évaluation dit combien ont abouti.",
        "No repair. Note them from the page of the PC: the evaluation says how many came off.",
    ),
};

pub(in crate::http::pages::programme) const HANDOVER: Plate = Plate {
    sheet: Handover::SHEET,
    slug: "remises",
    part: FLEET,
    see: SeeProgramme,
    keep: SteerDevices,
    columns: &[
        "pc",
        "household",
        "hands",
        "on",
        "household_signed_on",
        "programme_signed_on",
    ],
    filters: &["pc", "household", "hands"],
    add: ("Noter une feuille signée", "Note a signed sheet"),
    empty: (
        "Aucune feuille signée n’est notée. Imprimez la feuille depuis la page du PC, puis notez les deux dates.",
        "No signed sheet is noted. Print the sheet from the page of the PC, then note both days.",
    ),
};

//! The nouns of the workshop, kept by those who lead it.

use declic_common::programme::{Assistance, Attendance, Cycle, Group, Member, Noun, Session};

use super::{Plate, WORKSHOP};
use crate::domain::rights::Permission::*;

pub(in crate::http::pages::programme) const CYCLE: Plate = Plate {
    sheet: Cycle::SHEET,
    slug: "cycles",
    part: WORKSHOP,
    see: SeeProgramme,
    keep: KeepWorkshop,
    columns: &["name", "site", "begins_on", "ends_on", "level", "themes"],
    filters: &["site", "level"],
    add: ("Ouvrir un cycle", "Open a cycle"),
    empty: (
        "Un cycle est une suite de séances. Ouvrez le premier, puis ses groupes et ses séances.",
        "A cycle is a course of sessions. Open the first one, then its groups and its sessions.",
    ),
};

/// Has a page of its own.
pub(in crate::http::pages::programme) const GROUP: Plate = Plate {
    sheet: Group::SHEET,
    slug: "groupes",
    part: WORKSHOP,
    see: SeeProgramme,
    keep: KeepWorkshop,
    columns: &["name", "cycle"],
    filters: &["cycle"],
    add: ("Ajouter un groupe", "Add a group"),
    empty: (
        "Un groupe suit un cycle ensemble : la feuille de chaque séance commence par ses inscrits.",
        "A group follows a cycle together: the sheet of each session begins with its members.",
    ),
};

pub(in crate::http::pages::programme) const MEMBER: Plate = Plate {
    sheet: Member::SHEET,
    slug: "inscrits",
    part: WORKSHOP,
    see: SeeProgramme,
    keep: KeepWorkshop,
    columns: &["group", "person", "joined_on", "left_on"],
    filters: &["group", "person"],
    add: ("Inscrire quelqu’un", "Add a member"),
    empty: (
        "Personne n’est encore inscrit dans un groupe.",
        "Nobody is a member of a group yet.",
    ),
};

/// Has a page of its own.
pub(in crate::http::pages::programme) const SESSION: Plate = Plate {
    sheet: Session::SHEET,
    slug: "seances",
    part: WORKSHOP,
    see: SeeProgramme,
    keep: KeepWorkshop,
    columns: &["on", "start", "state", "cycle", "group", "kind", "seats"],
    filters: &["state", "cycle", "group", "site", "kind"],
    add: ("Ajouter une séance", "Add a session"),
    empty: (
        "Aucune séance encore. Ajoutez celles de la semaine, ou importez tout le calendrier.",
        "No session yet. Add those of the week, or import the whole calendar.",
    ),
};

pub(in crate::http::pages::programme) const ATTENDANCE: Plate = Plate {
    sheet: Attendance::SHEET,
    slug: "presences",
    part: WORKSHOP,
    see: SeeProgramme,
    keep: KeepWorkshop,
    columns: &["session", "person", "age", "seat", "autonomy", "signed"],
    filters: &["session", "person", "autonomy"],
    add: ("Ajouter une présence", "Add an attendance"),
    empty: (
        "Aucune présence encore : l’appel se fait sur la page de la séance, en une fois.",
        "No attendance yet: the roll is taken on the page of the session, all at once.",
    ),
};

pub(in crate::http::pages::programme) const ASSISTANCE: Plate = Plate {
    sheet: Assistance::SHEET,
    slug: "aides",
    part: WORKSHOP,
    see: SeeProgramme,
    keep: KeepWorkshop,
    columns: &["on", "person", "minutes", "place", "themes", "autonomy"],
    filters: &["site", "place", "autonomy", "person"],
    add: ("Noter une aide", "Note an assistance"),
    empty: (
        "Aucune aide notée. Un coup de main hors séance compte aussi : notez-le en une minute.",
        "No assistance noted. Help outside sessions counts as well: note it within a minute.",
    ),
};

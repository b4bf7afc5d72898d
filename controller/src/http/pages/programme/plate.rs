//! What a noun looks like on pages: where its list is, what is in it, and who keeps it.
//!
//! A noun that is only listed, shown, typed in and imported needs nothing but a plate: its
//! sheet has the rest.

mod bench;
mod workshop;

use declic_common::programme::{
    Application, Building, Contact, Cost, Factor, Household, Line, Noun, Person, Question, Sheet,
    Site, Statement, Survey, Timesheet,
};

pub(super) use self::bench::{HANDOVER, LOT, PC, REPAIR, TRIAL, WIPE};
pub(super) use self::workshop::{ASSISTANCE, ATTENDANCE, CYCLE, GROUP, MEMBER, SESSION};
use crate::domain::rights::Permission::{self, *};
use crate::http::pages::view::View;

#[derive(Debug)]
pub(super) struct Plate {
    pub(super) sheet: &'static Sheet,
    /// As addresses of pages write it.
    pub(super) slug: &'static str,
    /// The part of the menu that it belongs to.
    pub(super) part: &'static str,
    pub(super) see: Permission,
    pub(super) keep: Permission,
    /// Fields that a list shows beside the code.
    pub(super) columns: &'static [&'static str],
    /// Fields that a list is filtered by.
    pub(super) filters: &'static [&'static str],
    /// What the button says that adds one, in French and in English.
    pub(super) add: (&'static str, &'static str),
    /// What an empty list says: what is missing, and what to do.
    pub(super) empty: (&'static str, &'static str),
}

pub(super) const APPLICATIONS: &str = "/candidatures";
pub(super) const HOUSEHOLDS: &str = "/foyers";
pub(super) const SURVEYS: &str = "/questionnaires";
pub(super) const PROGRAMME: &str = "/programme";
pub(super) const WORKSHOP: &str = "/ateliers";
pub(super) const FLEET: &str = "/parc";

/// Every noun with pages of its own kind. Programmes have their own page.
pub(super) const PLATES: [&Plate; 25] = [
    &SITE,
    &BUILDING,
    &APPLICATION,
    &HOUSEHOLD,
    &PERSON,
    &LINE,
    &CONTACT,
    &QUESTION,
    &SURVEY,
    &COST,
    &TIMESHEET,
    &FACTOR,
    &STATEMENT,
    &LOT,
    &PC,
    &WIPE,
    &TRIAL,
    &REPAIR,
    &HANDOVER,
    &CYCLE,
    &GROUP,
    &MEMBER,
    &SESSION,
    &ATTENDANCE,
    &ASSISTANCE,
];

pub(super) const SITE: Plate = Plate {
    sheet: Site::SHEET,
    slug: "sites",
    part: PROGRAMME,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &["name", "workshop", "seats", "landlords"],
    filters: &[],
    add: ("Ajouter un site", "Add a site"),
    empty: (
        "Un site est un quartier avec son atelier. Ajoutez le premier : candidatures et foyers en ont besoin.",
        "A site is a quarter with its workshop. Add the first one: applications and households need it.",
    ),
};

pub(super) const BUILDING: Plate = Plate {
    sheet: Building::SHEET,
    slug: "batiments",
    part: PROGRAMME,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &["name", "site", "address", "landlord", "staircases"],
    filters: &["site", "landlord"],
    add: ("Ajouter un bâtiment", "Add a building"),
    empty: (
        "Les bâtiments rangent la tournée par entrée. Ajoutez-les, ou importez leur tableau.",
        "Buildings sort the round by staircase. Add them, or import their table.",
    ),
};

pub(super) const APPLICATION: Plate = Plate {
    sheet: Application::SHEET,
    slug: "candidatures",
    part: APPLICATIONS,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &[
        "state",
        "quarter",
        "received_on",
        "near_workshop",
        "digitally_excluded",
        "volunteer",
        "persons",
        "children",
    ],
    filters: &[
        "state",
        "near_workshop",
        "digitally_excluded",
        "volunteer",
        "quarter",
        "site",
    ],
    add: ("Ajouter une candidature", "Add an application"),
    empty: (
        "Aucun foyer n’a encore demandé à participer. Ajoutez une candidature, ou importez le tableau de celles qui sont arrivées.",
        "No household has asked to take part yet. Add an application, or import the table of those that came.",
    ),
};

pub(super) const HOUSEHOLD: Plate = Plate {
    sheet: Household::SHEET,
    slug: "foyers",
    part: HOUSEHOLDS,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &[
        "site",
        "building",
        "staircase",
        "kind",
        "charter_on",
        "left_on",
    ],
    filters: &["site", "building", "kind", "staircase"],
    add: ("Ajouter un foyer", "Add a household"),
    empty: (
        "Aucun foyer encore. Il en naît un d’une candidature retenue, ou d’un tableau importé.",
        "No household yet. One comes of a selected application, or of an imported table.",
    ),
};

pub(super) const PERSON: Plate = Plate {
    sheet: Person::SHEET,
    slug: "personnes",
    part: HOUSEHOLDS,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &["household", "age", "gender", "status", "authorised_on"],
    filters: &["household", "age", "gender", "status"],
    add: ("Ajouter une personne", "Add a person"),
    empty: (
        "Personne n’est encore décrit. Ajoutez les personnes depuis la page de leur foyer, ou importez un tableau.",
        "Nobody is described yet. Add persons from the page of their household, or import a table.",
    ),
};

pub(super) const LINE: Plate = Plate {
    sheet: Line::SHEET,
    slug: "lignes",
    part: HOUSEHOLDS,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &[
        "household",
        "operator",
        "holder",
        "payer",
        "hotline",
        "activated_on",
        "ended_on",
    ],
    filters: &["household", "operator", "holder", "payer"],
    add: ("Ajouter une ligne", "Add a line"),
    empty: (
        "Aucune ligne encore. Avec elle, la page du jour dit qui appeler quand Internet est coupé.",
        "No line yet. With it, the page of the day says whom to call when the internet is down.",
    ),
};

pub(super) const CONTACT: Plate = Plate {
    sheet: Contact::SHEET,
    slug: "coordonnees",
    part: HOUSEHOLDS,
    see: SeeContacts,
    keep: KeepProgramme,
    columns: &["household", "application"],
    filters: &["household", "application"],
    add: ("Ajouter des coordonnées", "Add a contact"),
    empty: ("Aucune coordonnée.", "No contact."),
};

pub(super) const QUESTION: Plate = Plate {
    sheet: Question::SHEET,
    slug: "questions",
    part: SURVEYS,
    see: SeeProgramme,
    keep: Evaluate,
    columns: &["fr", "answer", "left_out"],
    filters: &["answer"],
    add: ("Ajouter une question", "Add a question"),
    empty: (
        "Le questionnaire est celui d’origine. Ajoutez une question, ou donnez d’autres mots à l’une des siennes en reprenant son code.",
        "The questionnaire is the built-in one. Add a question, or give other words to one of its own by taking its code.",
    ),
};

pub(super) const SURVEY: Plate = Plate {
    sheet: Survey::SHEET,
    slug: "questionnaires",
    part: SURVEYS,
    see: SeeProgramme,
    keep: KeepSurveys,
    columns: &["household", "person", "moment", "answered_on", "no_answer"],
    filters: &["household", "moment", "no_answer"],
    add: ("Saisir des réponses", "Enter answers"),
    empty: (
        "Aucun foyer n’est encore dans le programme : il n’y a personne à interroger.",
        "No household is in the programme yet: there is nobody to ask.",
    ),
};

pub(super) const COST: Plate = Plate {
    sheet: Cost::SHEET,
    slug: "depenses",
    part: PROGRAMME,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &[
        "item",
        "amount_cents",
        "paid_on",
        "funder",
        "label",
        "in_kind",
    ],
    filters: &["item", "funder", "in_kind"],
    add: ("Ajouter une dépense", "Add a cost"),
    empty: (
        "Aucune dépense encore. Ajoutez-les au fil de l’eau, ou importez le tableau du trésorier.",
        "No cost yet. Add them as they come, or import the treasurer’s table.",
    ),
};

pub(super) const TIMESHEET: Plate = Plate {
    sheet: Timesheet::SHEET,
    slug: "heures",
    part: PROGRAMME,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &["month", "kind", "hours", "note"],
    filters: &["kind"],
    add: ("Noter des heures", "Note hours"),
    empty: (
        "Aucune heure notée : le rapport dira que personne ne les a comptées. Une ligne par mois et par nature de travail suffit.",
        "No hour noted: the report will say that nobody counted them. One line a month and kind of work is enough.",
    ),
};

pub(super) const FACTOR: Plate = Plate {
    sheet: Factor::SHEET,
    slug: "facteurs",
    part: PROGRAMME,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &["kind", "source", "edition", "central_g", "low_g", "high_g"],
    filters: &[],
    add: ("Ajouter un facteur", "Add a factor"),
    empty: (
        "Aucun facteur d’émission : le CO₂e évité reste inconnu. Ajoutez-en un par forme de PC, avec la source où chacun le retrouve.",
        "No emission factor: CO₂e avoided stays unknown. Add one for each kind of PC, with the source where anybody finds it.",
    ),
};

pub(super) const STATEMENT: Plate = Plate {
    sheet: Statement::SHEET,
    slug: "textes",
    part: PROGRAMME,
    see: SeeProgramme,
    keep: KeepProgramme,
    columns: &["criterion", "language", "text"],
    filters: &["criterion", "language"],
    add: ("Écrire un texte", "Write a text"),
    empty: (
        "Aucun texte encore. Le rapport en cite un sous chacun des sept critères, tel quel : n’y nommer personne.",
        "No text yet. The report quotes one under each of the seven criteria, as it is: name nobody in it.",
    ),
};

impl Plate {
    /// An address of this noun in a programme, such as `/programmes/clic-2010/foyers`.
    pub(super) fn path(&self, programme: &str) -> String {
        format!("/programmes/{programme}/{}", self.slug)
    }

    pub(super) fn name(&self, v: &View) -> &'static str {
        v.say(self.sheet.fr, self.sheet.en)
    }
}

/// The plate of a noun, by its word.
pub(super) fn plate(word: &str) -> Option<&'static Plate> {
    PLATES.into_iter().find(|plate| plate.sheet.word == word)
}

/// A tab: address, name, and whether it is this page.
pub(super) type Tab = (String, &'static str, bool);

/// What stands beside a page in its part of the menu.
pub(super) fn tabs(v: &View, programme: &str, part: &str, here: &str) -> Vec<Tab> {
    let tab = |plate: &Plate| {
        let path = plate.path(programme);
        v.may(plate.see)
            .then(|| (path, plate.name(v), plate.slug == here))
    };
    let overview = |below: &str| {
        let path = format!("/programmes/{programme}{below}");
        Some((path, v.say("Vue d’ensemble", "Overview"), here.is_empty()))
    };
    match part {
        PROGRAMME => [
            overview(""),
            tab(&SITE),
            tab(&BUILDING),
            tab(&COST),
            tab(&TIMESHEET),
            tab(&FACTOR),
            tab(&STATEMENT),
            // Whoever keeps PCs has them in the menu.
            tab(&PC).filter(|_| !v.may(PC.keep)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        WORKSHOP => [
            overview("/ateliers"),
            tab(&SESSION),
            tab(&CYCLE),
            tab(&GROUP),
            tab(&MEMBER),
            tab(&ASSISTANCE),
        ]
        .into_iter()
        .flatten()
        .collect(),
        FLEET => [tab(&PC), tab(&LOT), tab(&REPAIR), tab(&HANDOVER)]
            .into_iter()
            .flatten()
            .collect(),
        HOUSEHOLDS => [tab(&HOUSEHOLD), tab(&PERSON), tab(&LINE)]
            .into_iter()
            .flatten()
            .collect(),
        SURVEYS => [tab(&SURVEY), tab(&QUESTION)]
            .into_iter()
            .flatten()
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_list_shows_and_is_filtered_by_are_open_fields_of_its_noun() {
        for plate in PLATES {
            for name in plate.columns.iter().chain(plate.filters) {
                let field = plate.sheet.field(name);
                let field = field.unwrap_or_else(|| panic!("{} {name}", plate.slug));
                assert!(field.sealed.is_none(), "{} {name}", plate.slug);
            }
        }
    }
}

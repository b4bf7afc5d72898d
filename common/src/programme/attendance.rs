//! Somebody who came to a session.

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{AgeBand, Autonomy, Gender, Redirection, SocialStatus};
use crate::noun;

noun! {
    /// Somebody who came to a session: a person of a household by their code, or somebody who
    /// walked in, in bands alone.
    pub struct Attendance = 22 "attendance" "attendances", "Présences", "Attendances",
    prefix "V", alone false, via ["session"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        session: String = Form::Names("session"), "Séance", "Session", needed;
        /// Absent for somebody who walked in.
        person: Option<String> = Form::Names("person"), "Personne", "Person";
        /// Of whoever walked in.
        age: Option<AgeBand> = Form::Word(AgeBand::words), "Tranche d’âge", "Age band";
        gender: Option<Gender> = Form::Word(Gender::words), "Genre", "Gender";
        status: Option<SocialStatus> = Form::Word(SocialStatus::words), "Statut", "Social status";
        /// A minor who walked in came with a parent.
        with_parent: Option<bool> = Form::Flag, "Avec un parent", "With a parent";
        /// Number of the post.
        seat: Option<u16> = Form::Number(1, 500), "Poste", "Seat";
        /// Where it was not the length of the session.
        minutes: Option<u32> = Form::Number(1, 1_440), "Minutes", "Minutes";
        autonomy: Option<Autonomy> = Form::Word(Autonomy::words), "Autonomie", "Autonomy";
        redirected_to: Option<Redirection> = Form::Word(Redirection::words), "Orientation", "Redirected to";
        /// They signed the sheet.
        signed: Option<bool> = Form::Flag, "Signé", "Signed";
    }
}

impl Noun for Attendance {
    const SHEET: &'static Sheet = &Attendance::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        if self.person.is_some() {
            let told = [
                ("age", self.age.is_some()),
                ("gender", self.gender.is_some()),
                ("status", self.status.is_some()),
                ("with_parent", self.with_parent.is_some()),
            ];
            for (field, _) in told.iter().filter(|(_, told)| *told) {
                bad.push(BadField::new(
                    field,
                    "est pour qui vient sans inscription ; la fiche de la personne le dit déjà",
                    "is for whoever walked in; the record of the person tells it already",
                ));
            }
            return bad;
        }
        match self.age {
            None => bad.push(BadField::new(
                "person",
                "manque : le code de la personne, ou la tranche d’âge de qui vient sans inscription",
                "is missing: the code of the person, or the age band of whoever walked in",
            )),
            Some(age) if age.is_minor() == Some(true) && self.with_parent != Some(true) => {
                bad.push(BadField::new(
                    "with_parent",
                    "un mineur sans inscription vient avec un parent : oui, ou l’inscrire avec son autorisation",
                    "a minor who walks in comes with a parent: true, or enter them with their authorisation",
                ));
            }
            Some(_) => {}
        }
        bad
    }
}

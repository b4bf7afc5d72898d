//! Help that was given outside sessions.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{
    AgeBand, Autonomy, Equipment, Gender, Redirection, SessionPlace, SocialStatus, Theme,
};
use crate::noun;

noun! {
    /// Help to one person outside sessions, in the workshop, at home or over the phone.
    pub struct Assistance = 23 "assistance" "assistances", "Dépannages et aides", "Assistance",
    prefix "Q", alone false, via ["site"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        site: String = Form::Names("site"), "Site", "Site", needed;
        on: Option<Date> = Form::Day, "Le", "On", needed;
        minutes: Option<u32> = Form::Number(1, 1_440), "Minutes", "Minutes";
        /// Absent for somebody of no household.
        person: Option<String> = Form::Names("person"), "Personne", "Person";
        /// Of somebody of no household.
        age: Option<AgeBand> = Form::Word(AgeBand::words), "Tranche d’âge", "Age band";
        gender: Option<Gender> = Form::Word(Gender::words), "Genre", "Gender";
        status: Option<SocialStatus> = Form::Word(SocialStatus::words), "Statut", "Social status";
        place: Option<SessionPlace> = Form::Word(SessionPlace::words), "Lieu", "Place";
        equipment: Vec<Equipment> = Form::SomeOf(Equipment::words), "Équipement", "Equipment";
        themes: Vec<Theme> = Form::SomeOf(Theme::words), "Thèmes", "Themes";
        autonomy: Option<Autonomy> = Form::Word(Autonomy::words), "Autonomie", "Autonomy";
        redirected_to: Option<Redirection> = Form::Word(Redirection::words), "Orientation", "Redirected to";
    }
}

impl Noun for Assistance {
    const SHEET: &'static Sheet = &Assistance::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let told = [
            ("age", self.age.is_some()),
            ("gender", self.gender.is_some()),
            ("status", self.status.is_some()),
        ];
        let twice = told
            .iter()
            .filter(|(_, told)| *told && self.person.is_some());
        twice
            .map(|(field, _)| {
                BadField::new(
                    field,
                    "est déjà dit par la fiche de la personne ; le vider",
                    "is told by the record of the person already; leave it empty",
                )
            })
            .collect()
    }
}

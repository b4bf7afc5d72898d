//! Somebody of a household, in bands.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{AgeBand, Gender, SocialStatus};
use crate::noun;

noun! {
    /// Somebody of a household: what an evaluation needs in bands, and a sealed first name.
    pub struct Person = 6 "person" "persons", "Personnes", "Persons",
    prefix "P", alone false, via ["household"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        household: String = Form::Names("household"), "Foyer", "Household", needed;
        first_name: Option<String> = Form::Text(60), "Prénom", "First name", first_name;
        /// At the installation.
        age: Option<AgeBand> = Form::Word(AgeBand::words), "Tranche d’âge", "Age band";
        gender: Option<Gender> = Form::Word(Gender::words), "Genre", "Gender";
        status: Option<SocialStatus> = Form::Word(SocialStatus::words), "Statut", "Social status";
        /// The day that a parent allowed a minor to come to the workshop.
        authorised_on: Option<Date> = Form::Day, "Autorisation parentale du", "Authorised by a parent on";
    }
}

impl Person {
    /// Whether they may be entered on a sheet of attendance: minors with a parent's word.
    pub fn may_attend(&self) -> bool {
        let minor = self.age.and_then(AgeBand::is_minor) == Some(true);
        !minor || self.authorised_on.is_some()
    }
}

impl Noun for Person {
    const SHEET: &'static Sheet = &Person::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let adult = self.age.and_then(AgeBand::is_minor) == Some(false);
        match self.authorised_on {
            Some(_) if adult => vec![BadField::new(
                "authorised_on",
                "est pour les mineurs ; le vider",
                "is for minors; leave it empty",
            )],
            _ => Vec::new(),
        }
    }
}

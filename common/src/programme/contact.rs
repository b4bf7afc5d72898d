//! How to reach a household: the one noun that is sealed whole.

use super::sheet::{BadField, Form, Noun, Sheet};
use crate::noun;

noun! {
    /// How to reach a household, or one that applies.
    pub struct Contact = 8 "contact" "contacts", "Coordonnées", "Contacts",
    prefix "K", alone false, via ["household", "application"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        household: Option<String> = Form::Names("household"), "Foyer", "Household";
        application: Option<String> = Form::Names("application"), "Candidature", "Application";
        name: Option<String> = Form::Text(120), "Nom", "Name", contact;
        phone: Option<String> = Form::Text(40), "Téléphone", "Phone", contact;
        mail: Option<String> = Form::Text(120), "Courriel", "Mail", contact;
        address: Option<String> = Form::Words(300), "Adresse", "Address", contact;
        note: Option<String> = Form::Words(500), "Remarque", "Note", contact;
    }
}

impl Noun for Contact {
    const SHEET: &'static Sheet = &Contact::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        match (&self.household, &self.application) {
            (Some(_), None) | (None, Some(_)) => Vec::new(),
            _ => vec![BadField::new(
                "household",
                "donner un foyer ou une candidature, et un seul des deux",
                "give a household or an application, and only one of them",
            )],
        }
    }
}

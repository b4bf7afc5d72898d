//! A building of a site, and its staircases.

use super::sheet::{BadField, Form, Noun, Sheet};
use crate::noun;

noun! {
    /// A building of a site. Its address is what a map tells; who lives where in it is told by
    /// nothing but a contact.
    pub struct Building = 3 "building" "buildings", "Bâtiments", "Buildings",
    prefix "", alone false, via ["site"] {
        code: String = Form::Code, "Code", "Code", needed;
        site: String = Form::Names("site"), "Site", "Site", needed;
        name: Option<String> = Form::Text(120), "Nom", "Name";
        address: Option<String> = Form::Text(300), "Adresse", "Address";
        landlord: Option<String> = Form::Text(120), "Bailleur", "Landlord";
        staircases: Vec<String> = Form::Texts(50), "Entrées", "Staircases";
    }
}

impl Noun for Building {
    const SHEET: &'static Sheet = &Building::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        Vec::new()
    }
}

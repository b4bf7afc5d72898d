//! A site: a quarter or place of a programme, with its workshop.

use super::sheet::{BadField, Form, Noun, Sheet};
use crate::noun;

noun! {
    /// A quarter or place of a programme, with its workshop. Devices carry its code as their site.
    pub struct Site = 2 "site" "sites", "Sites", "Sites", prefix "", alone true, via ["code"] {
        code: String = Form::Code, "Code", "Code", needed;
        name: String = Form::Text(120), "Nom", "Name", needed;
        workshop: Option<String> = Form::Text(120), "Atelier", "Workshop";
        workshop_address: Option<String> = Form::Text(300), "Adresse de l’atelier", "Address of the workshop";
        /// Networked posts of the workshop.
        seats: Option<u32> = Form::Number(0, 500), "Postes de l’atelier", "Seats of the workshop";
        /// Organisations that own the buildings. No person of theirs has an account here.
        landlords: Vec<String> = Form::Texts(20), "Bailleurs", "Landlords";
    }
}

impl Noun for Site {
    const SHEET: &'static Sheet = &Site::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        Vec::new()
    }
}

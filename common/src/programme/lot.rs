//! What somebody gave or sold at one time: the PCs that came in together.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::Intake;
use crate::noun;

noun! {
    /// PCs that came in together, and whose they were.
    pub struct Lot = 12 "lot" "lots", "Lots", "Lots", prefix "D", alone false, via ["site"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        /// Where it was received; the whole programme's when absent.
        site: Option<String> = Form::Names("site"), "Site", "Site";
        /// An organisation; somebody who gives one PC is "a private person".
        donor: String = Form::Text(120), "Donateur ou vendeur", "Donor or seller", needed;
        intake: Option<Intake> = Form::Word(Intake::words), "Origine", "Intake", needed;
        received_on: Option<Date> = Form::Day, "Reçu le", "Received on", needed;
        /// As the delivery note says; what was counted are the PCs that name this lot.
        pcs: Option<u32> = Form::Number(0, 10_000), "PC annoncés", "Declared PCs";
        /// As the delivery note says, of the whole lot.
        mass_kg: Option<u32> = Form::Number(0, 1_000_000), "Masse déclarée (kg)", "Declared mass (kg)";
        note: Option<String> = Form::Text(300), "Remarque", "Note";
    }
}

impl Noun for Lot {
    const SHEET: &'static Sheet = &Lot::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        Vec::new()
    }
}

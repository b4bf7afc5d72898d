//! The people of one home, under a code that names nobody.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{HouseholdType, OutReason};
use crate::noun;

noun! {
    /// The people of one home, under a pseudonymous code. What identifies them is in contacts.
    pub struct Household = 5 "household" "households", "Foyers", "Households",
    prefix "", alone true, via ["site"] {
        /// Pseudonymous, such as AUB-017: never a name, never a flat number.
        code: String = Form::Code, "Code", "Code", needed;
        site: String = Form::Names("site"), "Site", "Site", needed;
        building: Option<String> = Form::Names("building"), "Bâtiment", "Building";
        staircase: Option<String> = Form::Text(20), "Entrée", "Staircase";
        kind: Option<HouseholdType> = Form::Word(HouseholdType::words), "Composition", "Type";
        /// The application that it came in by.
        application: Option<String> = Form::Names("application"), "Candidature", "Application";
        /// The day that it signed the charter: since then it counts as enrolled.
        charter_on: Option<Date> = Form::Day, "Charte signée le", "Charter signed on";
        /// The code on its charter, which lets its PC send usage data.
        charter_code: Option<String> = Form::Text(20), "Code de la charte", "Charter code", words;
        left_on: Option<Date> = Form::Day, "Parti le", "Left on";
        left_reason: Option<OutReason> = Form::Word(OutReason::words), "Motif du départ", "Why it left";
        note: Option<String> = Form::Words(2_000), "Remarque", "Note", words;
    }
}

impl Noun for Household {
    const SHEET: &'static Sheet = &Household::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        match (self.left_on, self.left_reason) {
            (Some(_), None) => bad.push(BadField::new(
                "left_reason",
                "manque : dire pourquoi le foyer est parti",
                "is missing: say why the household left",
            )),
            (None, Some(_)) => bad.push(BadField::new(
                "left_on",
                "manque : dire quand le foyer est parti",
                "is missing: say when the household left",
            )),
            _ => {}
        }
        if let (Some(signed), Some(left)) = (self.charter_on, self.left_on)
            && left < signed
        {
            bad.push(BadField::new(
                "left_on",
                "précède la signature de la charte",
                "comes before the charter was signed",
            ));
        }
        if self.staircase.is_some() && self.building.is_none() {
            bad.push(BadField::new(
                "building",
                "manque : une entrée est celle d’un bâtiment",
                "is missing: a staircase is that of a building",
            ));
        }
        bad
    }
}

//! The line to the internet of a home: whom to call when it is down.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::Party;
use crate::noun;

noun! {
    /// The line of a home, and whose contract it is.
    pub struct Line = 7 "line" "lines", "Lignes", "Lines", prefix "L", alone false,
    via ["household"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        household: String = Form::Names("household"), "Foyer", "Household", needed;
        operator: Option<String> = Form::Text(80), "Opérateur", "Operator";
        /// The operator's box, by its model.
        box_model: Option<String> = Form::Text(80), "Box", "Box";
        holder: Option<Party> = Form::Word(Party::words), "Titulaire du contrat", "Contract holder";
        payer: Option<Party> = Form::Word(Party::words), "Payeur", "Payer";
        /// Of the operator, for this contract; not a number of the household.
        hotline: Option<String> = Form::Text(40), "Assistance de l’opérateur", "Hotline of the operator";
        cents_per_month: Option<u32> = Form::Number(0, 100_000), "Centimes par mois", "Cents per month";
        activated_on: Option<Date> = Form::Day, "Mise en service", "Activated on";
        ended_on: Option<Date> = Form::Day, "Résiliée le", "Ended on";
        /// Whether the household kept it after month 12.
        kept_after_12: Option<bool> = Form::Flag, "Gardée après 12 mois", "Kept after month 12";
    }
}

impl Noun for Line {
    const SHEET: &'static Sheet = &Line::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        match (self.activated_on, self.ended_on) {
            (Some(from), Some(to)) if to < from => vec![BadField::new(
                "ended_on",
                "précède la mise en service",
                "comes before it was activated",
            )],
            _ => Vec::new(),
        }
    }
}

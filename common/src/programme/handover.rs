//! The sheet that both sides sign when a PC changes hands.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{Grade, Hands, Tenure};
use crate::noun;
use crate::ticket::Documents;

noun! {
    /// A handover or a return, as both sides sign it. Where the PC is, its placement says.
    pub struct Handover = 17 "handover" "handovers", "Remises et retours", "Handovers and returns",
    prefix "H", alone false, via ["household"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        pc: String = Form::Names("pc"), "PC", "PC", needed;
        household: String = Form::Names("household"), "Foyer", "Household", needed;
        hands: Option<Hands> = Form::Word(Hands::words), "Sens", "Which way", needed;
        on: Option<Date> = Form::Day, "Le", "On", needed;
        tenure: Option<Tenure> = Form::Word(Tenure::words), "Prêt ou don", "Loan or gift";
        grade: Option<Grade> = Form::Word(Grade::words), "Classe", "Grade";
        /// What goes with it: screen, keyboard, charger.
        accessories: Option<String> = Form::Text(200), "Accessoires", "Accessories";
        /// At a return: what the household chose for its documents.
        documents: Option<Documents> = Form::Word(Documents::words), "Documents du foyer", "Documents of the household";
        /// The day that somebody of the household signed; not signed when absent.
        household_signed_on: Option<Date> = Form::Day, "Signé par le foyer le", "Signed by the household on";
        /// The day that somebody of the programme signed; not signed when absent.
        programme_signed_on: Option<Date> = Form::Day, "Signé par le programme le", "Signed by the programme on";
        note: Option<String> = Form::Words(500), "Remarque", "Note", words;
    }
}

impl Handover {
    /// Both sides have signed.
    pub fn is_signed(&self) -> bool {
        self.household_signed_on.is_some() && self.programme_signed_on.is_some()
    }
}

impl Noun for Handover {
    const SHEET: &'static Sheet = &Handover::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        if self.hands == Some(Hands::Handover) && self.documents.is_some() {
            bad.push(BadField::new(
                "documents",
                "est pour un retour ; le vider",
                "is for a return; leave it empty",
            ));
        }
        if self.hands == Some(Hands::Return) && self.documents.is_none() {
            bad.push(BadField::new(
                "documents",
                "manque : ce que le foyer a choisi pour ses documents (copied, transferred, erased)",
                "is missing: what the household chose for its documents (copied, transferred, erased)",
            ));
        }
        bad
    }
}

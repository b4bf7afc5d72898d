//! What keeping a PC in use avoids, by a source that anybody can look up.

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::PcKind;
use crate::noun;

noun! {
    /// The CO2 equivalent that is avoided by one PC of this kind, with its source and its range.
    pub struct Factor = 25 "factor" "factors", "Facteurs d’émission", "Emission factors", prefix "F", alone false, via [] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        kind: Option<PcKind> = Form::Word(PcKind::words), "Forme de PC", "Kind of PC", needed;
        /// The data base and the identifier in it.
        source: String = Form::Text(120), "Source et identifiant", "Source and identifier", needed;
        edition: String = Form::Text(40), "Version de la source", "Version of the source", needed;
        /// Grams of CO2 equivalent for one PC.
        central_g: Option<i64> = Form::Number(0, 10_000_000), "Valeur centrale (g CO₂e par PC)", "Central value (g CO₂e per PC)", needed;
        low_g: Option<i64> = Form::Number(0, 10_000_000), "Valeur basse (g)", "Low end (g)", needed;
        high_g: Option<i64> = Form::Number(0, 10_000_000), "Valeur haute (g)", "High end (g)", needed;
    }
}

impl Noun for Factor {
    const SHEET: &'static Sheet = &Factor::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        if self.low_g > self.central_g {
            bad.push(BadField::new(
                "low_g",
                "dépasse la valeur centrale",
                "is above the central value",
            ));
        }
        if self.high_g < self.central_g {
            bad.push(BadField::new(
                "high_g",
                "est sous la valeur centrale",
                "is below the central value",
            ));
        }
        bad
    }
}

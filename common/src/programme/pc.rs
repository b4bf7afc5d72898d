//! A PC by its inventory number, from the day that it came in: before any agent runs on it,
//! and after the last one did.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{PcKind, Rejection, Tenure};
use crate::noun;

noun! {
    /// A PC of the programme. Its code is the number on its label; the device whose asset is the
    /// same is this PC.
    pub struct Pc = 13 "pc" "pcs", "PC", "PCs", prefix "", alone true, via ["site"] {
        /// Inventory number, such as BDX-001.
        code: String = Form::Code, "Numéro d’inventaire", "Inventory number", needed;
        /// Who looks after it while it is with nobody; the whole programme when absent.
        site: Option<String> = Form::Names("site"), "Site", "Site";
        lot: Option<String> = Form::Names("lot"), "Lot", "Lot";
        received_on: Option<Date> = Form::Day, "Reçu le", "Received on", needed;
        kind: Option<PcKind> = Form::Word(PcKind::words), "Forme", "Kind";
        vendor: Option<String> = Form::Text(60), "Marque", "Vendor";
        model: Option<String> = Form::Text(80), "Modèle", "Model";
        serial: Option<String> = Form::Text(60), "Numéro de série", "Serial number";
        /// Year in which it was made.
        made_in: Option<u16> = Form::Number(1990, 2100), "Année de fabrication", "Made in";
        /// Declared, in grams.
        mass_g: Option<u32> = Form::Number(1, 100_000), "Masse (g)", "Mass (g)";
        /// Whose it is: the city, the carrier; the household's once it was given.
        owner: Option<String> = Form::Text(120), "Propriétaire", "Owner";
        tenure: Option<Tenure> = Form::Word(Tenure::words), "Prêt ou don", "Loan or gift";
        /// Kept to take the place of one that fails.
        spare: bool = Form::Flag, "Réserve", "Spare";
        rejected_on: Option<Date> = Form::Day, "Écarté à l’arrivée le", "Rejected at intake on";
        rejected_for: Option<Rejection> = Form::Word(Rejection::words), "Motif", "Rejected for";
        /// Nobody knows where it is; emptied if it is found again.
        lost_on: Option<Date> = Form::Day, "Perdu le", "Lost on";
        recycled_on: Option<Date> = Form::Day, "Recyclé le", "Recycled on";
        recycled_by: Option<String> = Form::Text(120), "Recycleur", "Recycled by";
        /// About the machine, never about people.
        note: Option<String> = Form::Text(300), "Remarque", "Note";
    }
}

impl Noun for Pc {
    const SHEET: &'static Sheet = &Pc::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        match (self.rejected_on, self.rejected_for) {
            (Some(_), None) => bad.push(BadField::new(
                "rejected_for",
                "manque : dire pourquoi le PC est écarté",
                "is missing: say why the PC was rejected",
            )),
            (None, Some(_)) => bad.push(BadField::new(
                "rejected_on",
                "manque : dire quand le PC a été écarté",
                "is missing: say when the PC was rejected",
            )),
            _ => {}
        }
        if self.recycled_by.is_some() && self.recycled_on.is_none() {
            bad.push(BadField::new(
                "recycled_on",
                "manque : dire quand le PC a été recyclé",
                "is missing: say when the PC was recycled",
            ));
        }
        bad
    }
}

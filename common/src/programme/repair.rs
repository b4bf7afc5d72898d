//! A repair of a PC, in the words of the Open Repair Data Standard.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use crate::noun;
use crate::ticket::{Barrier, Category, Repair};

noun! {
    /// A repair, from the day that it began; under way until it has an end.
    pub struct PcRepair = 16 "repair" "repairs", "Réparations", "Repairs", prefix "R", alone false,
    via ["pc"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        pc: String = Form::Names("pc"), "PC", "PC", needed;
        begun_on: Option<Date> = Form::Day, "Commencée le", "Begun on", needed;
        ended_on: Option<Date> = Form::Day, "Finie le", "Ended on";
        category: Option<Category> = Form::Word(Category::words), "Catégorie", "Category";
        /// The ticket that it was for, such as T-1001.
        ticket: Option<String> = Form::Text(20), "Ticket", "Ticket";
        by: Option<String> = Form::Text(60), "Par", "By";
        /// What became of the PC.
        outcome: Option<Repair> = Form::Word(Repair::words), "Résultat", "Outcome";
        /// What stood in the way.
        barrier: Option<Barrier> = Form::Word(Barrier::words), "Obstacle", "Barrier";
        parts: Option<String> = Form::Text(300), "Pièces", "Parts";
        minutes: Option<u32> = Form::Number(0, 100_000), "Minutes", "Minutes";
    }
}

impl Noun for PcRepair {
    const SHEET: &'static Sheet = &PcRepair::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        if let (Some(from), Some(to)) = (self.begun_on, self.ended_on)
            && to < from
        {
            bad.push(BadField::new(
                "ended_on",
                "précède le début",
                "comes before it began",
            ));
        }
        match (self.ended_on, self.outcome) {
            (Some(_), None) => bad.push(BadField::new(
                "outcome",
                "manque : fixed, repairable, end_of_life ou unknown",
                "is missing: fixed, repairable, end_of_life or unknown",
            )),
            (None, Some(_)) => bad.push(BadField::new(
                "ended_on",
                "manque : le jour où la réparation a fini",
                "is missing: the day on which the repair ended",
            )),
            _ => {}
        }
        if self.outcome == Some(Repair::Fixed) && self.barrier.is_some() {
            bad.push(BadField::new(
                "barrier",
                "est pour un PC qui n’est pas réparé ; le vider",
                "is for a PC that is not fixed; leave it empty",
            ));
        }
        bad
    }
}

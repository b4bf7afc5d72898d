//! What a PC was found to be on the bench.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{DiskWarning, Grade};
use crate::noun;

noun! {
    /// One passage of a PC over the bench: what was tried, its grade, and when it was ready to go.
    pub struct Trial = 15 "trial" "trials", "Essais", "Trials", prefix "B", alone false, via ["pc"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        pc: String = Form::Names("pc"), "PC", "PC", needed;
        on: Option<Date> = Form::Day, "Le", "On", needed;
        /// Who tried it: an account or initials, of whoever works here.
        by: Option<String> = Form::Text(60), "Par", "By";
        /// It may be made ready.
        passed: bool = Form::Flag, "Réussi", "Passed", needed;
        grade: Option<Grade> = Form::Word(Grade::words), "Classe", "Grade";
        disk_ok: Option<bool> = Form::Flag, "Disque bon", "Disk good";
        memory_ok: Option<bool> = Form::Flag, "Mémoire bonne", "Memory good";
        screen_ok: Option<bool> = Form::Flag, "Écran bon", "Screen good";
        battery_ok: Option<bool> = Form::Flag, "Batterie bonne", "Battery good";
        power_on_hours: Option<u32> = Form::Number(0, 1_000_000), "Heures de marche", "Power-on hours";
        /// Whether what was said of its disk before was right.
        disk_warning: Option<DiskWarning> = Form::Word(DiskWarning::words), "Alerte de disque", "Disk warning";
        /// Installed, labelled, and its agent enrolled: it may go to a home from this day.
        ready_on: Option<Date> = Form::Day, "Prêt le", "Ready on";
        /// About the machine, never about people.
        note: Option<String> = Form::Text(300), "Remarque", "Note";
    }
}

impl Noun for Trial {
    const SHEET: &'static Sheet = &Trial::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        let Some(ready) = self.ready_on else {
            return bad;
        };
        if !self.passed {
            bad.push(BadField::new(
                "ready_on",
                "est pour un essai réussi ; le vider, ou corriger l’essai",
                "is for a trial that was passed; empty it, or correct the trial",
            ));
        }
        if self.grade.is_none() {
            bad.push(BadField::new(
                "grade",
                "manque : a, b ou c, avant que le PC soit prêt",
                "is missing: a, b or c, before the PC is ready",
            ));
        }
        if self.on.is_some_and(|on| ready < on) {
            bad.push(BadField::new(
                "ready_on",
                "précède l’essai",
                "comes before the trial",
            ));
        }
        bad
    }
}

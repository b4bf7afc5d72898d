//! What people gave to a programme in a month, by what it was spent on.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::StaffKind;
use crate::noun;

noun! {
    /// Hours worked in one month, of all who did the same kind of work: no person is named.
    pub struct Timesheet = 24 "timesheet" "timesheets", "Heures", "Timesheets", prefix "J", alone false, via [] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        /// Any day of it.
        month: Option<Date> = Form::Day, "Mois (un jour du mois)", "Month (any day of it)", needed;
        kind: Option<StaffKind> = Form::Word(StaffKind::words), "Nature du travail", "Kind of work", needed;
        /// Whole hours of all together.
        hours: Option<u32> = Form::Number(0, 50_000), "Heures travaillées", "Hours worked", needed;
        /// About the work, never about people.
        note: Option<String> = Form::Text(300), "Remarque", "Note";
    }
}

impl Noun for Timesheet {
    const SHEET: &'static Sheet = &Timesheet::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        Vec::new()
    }
}

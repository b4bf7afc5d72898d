//! A course of several sessions.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{Level, Theme};
use crate::noun;

noun! {
    /// A course of several sessions, in the workshop of a site.
    pub struct Cycle = 18 "cycle" "cycles", "Cycles", "Cycles", prefix "", alone false, via ["site"] {
        code: String = Form::Code, "Code", "Code", needed;
        site: String = Form::Names("site"), "Site", "Site", needed;
        name: String = Form::Text(120), "Nom", "Name", needed;
        begins_on: Option<Date> = Form::Day, "Début", "Begins on";
        /// The last day.
        ends_on: Option<Date> = Form::Day, "Fin", "Ends on";
        level: Option<Level> = Form::Word(Level::words), "Niveau", "Level";
        themes: Vec<Theme> = Form::SomeOf(Theme::words), "Thèmes", "Themes";
    }
}

impl Noun for Cycle {
    const SHEET: &'static Sheet = &Cycle::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        match (self.begins_on, self.ends_on) {
            (Some(begins), Some(ends)) if ends < begins => vec![BadField::new(
                "ends_on",
                "la fin précède le début",
                "the end comes before the beginning",
            )],
            _ => Vec::new(),
        }
    }
}

//! What a programme says of itself under one criterion of the call, for its report.

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::Language;
use crate::noun;

noun! {
    /// The programme's own words. They are published as they are, and name nobody.
    pub struct Statement = 26 "statement" "statements", "Textes du rapport", "Words of the report", prefix "C", alone false, via [] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        /// Of the seven criteria of the call.
        criterion: Option<u8> = Form::Number(1, 7), "Critère (1 à 7)", "Criterion (1 to 7)", needed;
        language: Option<Language> = Form::Word(Language::words), "Langue", "Language", needed;
        text: String = Form::Words(2_000), "Texte, publié tel quel", "Text, published as it is", needed;
    }
}

impl Noun for Statement {
    const SHEET: &'static Sheet = &Statement::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        Vec::new()
    }
}

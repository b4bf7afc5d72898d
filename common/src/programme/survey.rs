//! What a household or a person answered, at the start or at the end.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{Effect, Frequency, Moment, NoAnswer};
use crate::noun;

/// A skill, from 0 (cannot) to 4 (shows others).
const SKILL: Form = Form::Number(0, 4);

noun! {
    /// The answers of a household, or of one person of it. What was not answered is absent.
    pub struct Survey = 10 "survey" "surveys", "Enquêtes", "Surveys", prefix "S", alone false,
    via ["household"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        household: String = Form::Names("household"), "Foyer", "Household", needed;
        /// Absent where the household answered as one.
        person: Option<String> = Form::Names("person"), "Personne", "Person";
        moment: Option<Moment> = Form::Word(Moment::words), "Moment", "Moment", needed;
        answered_on: Option<Date> = Form::Day, "Répondue le", "Answered on";
        /// Why there are no answers; then there are none.
        no_answer: Option<NoAnswer> = Form::Word(NoAnswer::words), "Sans réponse", "No answer";
        information_1: Option<u8> = SKILL, "Information 1", "Information 1";
        information_2: Option<u8> = SKILL, "Information 2", "Information 2";
        communication_1: Option<u8> = SKILL, "Communication 1", "Communication 1";
        communication_2: Option<u8> = SKILL, "Communication 2", "Communication 2";
        creation_1: Option<u8> = SKILL, "Création 1", "Creation 1";
        creation_2: Option<u8> = SKILL, "Création 2", "Creation 2";
        protection_1: Option<u8> = SKILL, "Protection 1", "Protection 1";
        protection_2: Option<u8> = SKILL, "Protection 2", "Protection 2";
        environment_1: Option<u8> = SKILL, "Environnement 1", "Environment 1";
        environment_2: Option<u8> = SKILL, "Environnement 2", "Environment 2";
        frequency: Option<Frequency> = Form::Word(Frequency::words), "Fréquence d’usage", "Frequency of use";
        no_home_line: Option<bool> = Form::Flag, "Pas de ligne à la maison", "No line at home";
        procedures_alone: Option<bool> = Form::Flag, "Démarches faites seul", "Procedures done alone";
        job: Option<Effect> = Form::Word(Effect::words), "Emploi", "Work";
        cv: Option<Effect> = Form::Word(Effect::words), "CV", "CV";
        procedures: Option<Effect> = Form::Word(Effect::words), "Démarches", "Procedures";
        family: Option<Effect> = Form::Word(Effect::words), "Famille", "Family";
        school: Option<Effect> = Form::Word(Effect::words), "École", "School";
        spending: Option<Effect> = Form::Word(Effect::words), "Dépenses", "Spending";
        /// Answers to a programme's own questions: `code: answer`, one a line.
        more: Option<String> = Form::Words(4_000), "Autres réponses", "More answers", words;
        remarks: Option<String> = Form::Words(2_000), "Remarques", "Remarks", words;
    }
}

impl Survey {
    /// The ten answers of the scale of skill, in the order of the questions.
    pub fn skills(&self) -> [Option<u8>; 10] {
        [
            self.information_1,
            self.information_2,
            self.communication_1,
            self.communication_2,
            self.creation_1,
            self.creation_2,
            self.protection_1,
            self.protection_2,
            self.environment_1,
            self.environment_2,
        ]
    }

    /// 0 to 40; `None` unless all ten were answered: a sum of fewer is another measure.
    pub fn skill_score(&self) -> Option<u32> {
        self.skills()
            .iter()
            .map(|answer| answer.map(u32::from))
            .sum()
    }

    fn has_answers(&self) -> bool {
        let outcomes = [
            self.job,
            self.cv,
            self.procedures,
            self.family,
            self.school,
            self.spending,
        ];
        self.skills().iter().any(Option::is_some)
            || outcomes.iter().any(Option::is_some)
            || self.frequency.is_some()
            || self.no_home_line.is_some()
            || self.procedures_alone.is_some()
    }
}

impl Noun for Survey {
    const SHEET: &'static Sheet = &Survey::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        match (self.no_answer, self.has_answers()) {
            (Some(_), true) => bad.push(BadField::new(
                "no_answer",
                "il y a des réponses ; vider l’un ou les autres",
                "there are answers; empty the one or the others",
            )),
            (None, true) if self.answered_on.is_none() => bad.push(BadField::new(
                "answered_on",
                "manque : le jour des réponses",
                "is missing: the day of the answers",
            )),
            _ => {}
        }
        bad
    }
}

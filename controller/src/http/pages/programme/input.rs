//! The fields of a form, from the sheet of a noun.

use std::collections::BTreeMap;

use declic_common::programme::{
    Assistance, BadField, Field, Form, Noun, Question, Sheet, Survey, built_in,
};
use serde_json::{Map, Value};

use super::choices::{funders, persons};
use super::fleet::plainly;
use super::told::{is_money, label, typed};
use super::{Asked, by, names, naming};
use crate::http::access::Pass;
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// More records than this are not listed to choose from: their code is typed.
const CHOICES_MAX: usize = 400;
/// So many words of a quick form stand side by side.
const IN_SIGHT: usize = 4;

/// One field of a form.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) kind: Kind,
    pub(super) value: String,
    pub(super) needed: bool,
    pub(super) hint: Option<&'static str>,
    pub(super) wrong: Option<String>,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// It is there, and is not changed.
    Fixed,
    Line {
        max: usize,
    },
    Area {
        max: usize,
    },
    Number {
        min: i64,
        max: i64,
    },
    Money,
    Day,
    /// One of a list; the first is for no answer.
    Choice(Vec<Choice>),
    /// The same, all of it in sight: what is answered again and again by the keyboard.
    Scale(Vec<Choice>),
    /// Some of a list, each to be ticked.
    Some(Vec<Choice>),
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) word: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// What the fields of a form are made from.
pub(super) struct Filling<'a> {
    pub(super) sheet: &'static Sheet,
    /// As it is kept, or as it was typed.
    pub(super) texts: BTreeMap<String, String>,
    /// Its code stands already.
    pub(super) old: bool,
    pub(super) bad: &'a [BadField],
    /// Fields that are filled in and not shown to this person.
    pub(super) hidden: &'a [String],
}

impl Filling<'_> {
    pub(super) async fn inputs(
        &self,
        desk: &Desk,
        pass: &Pass,
        programme: &str,
        v: &View,
    ) -> Result<Vec<Input>, Failure> {
        let asked = match self.sheet.word == Survey::SHEET.word {
            true => crate::app::programme::questionnaire(&desk.app, programme, &by(pass)).await?,
            false => Vec::new(),
        };
        let mut inputs = Vec::new();
        for field in self.sheet.fields {
            // The controller numbers.
            let numbered = field.name == "code" && !self.sheet.prefix.is_empty();
            if (numbered && !self.old) || self.hidden.iter().any(|name| name == field.name) {
                continue;
            }
            let value = self.texts.get(field.name).cloned().unwrap_or_default();
            let question = question(&asked, self.sheet, field);
            // A question that is not asked stays out of the way, unless it was answered.
            if let Asking::LeftOut = question
                && value.is_empty()
            {
                continue;
            }
            let kind = self.kind(desk, pass, programme, field, &value, v).await?;
            let wrong = self.bad.iter().find(|bad| bad.field == field.name);
            inputs.push(Input {
                name: field.name.to_owned(),
                label: question.label(field, v),
                kind,
                value,
                needed: field.needed,
                hint: hint(field, v),
                wrong: wrong.map(|bad| v.capital(plainly(v.say(&bad.fr, &bad.en)))),
            });
        }
        inputs.extend(self.own_questions(&asked, v));
        Ok(inputs)
    }

    async fn kind(
        &self,
        desk: &Desk,
        pass: &Pass,
        programme: &str,
        field: &'static Field,
        value: &str,
        v: &View,
    ) -> Result<Kind, Failure> {
        let of_a_survey = self.sheet.word == Survey::SHEET.word;
        let is_quick = self.sheet.word == Assistance::SHEET.word;
        let listed = |choices: Vec<(String, String)>, empty: &str| {
            let none = (String::new(), empty.to_owned());
            let mut all: Vec<Choice> = std::iter::once(none)
                .chain(choices)
                .map(|(word, name)| Choice {
                    chosen: word == value,
                    word,
                    name,
                })
                .collect();
            // What is no choice any more is not changed behind anybody's back.
            if !all.iter().any(|choice| choice.chosen) {
                all.push(Choice {
                    word: value.to_owned(),
                    name: value.to_owned(),
                    chosen: true,
                });
            }
            all
        };
        let none = v.say("–", "–");
        let unanswered = v.say("sans réponse", "no answer");
        Ok(match field.form {
            Form::Code if self.old => Kind::Fixed,
            Form::Code => Kind::Line { max: 32 },
            Form::Number(0, 4) if of_a_survey => Kind::Scale(listed(scale(v), unanswered)),
            Form::Number(..) if is_money(field) => Kind::Money,
            Form::Number(min, max) => Kind::Number { min, max },
            Form::Flag => {
                let choices = vec![
                    ("true".to_owned(), v.say("oui", "yes").to_owned()),
                    ("false".to_owned(), v.say("non", "no").to_owned()),
                ];
                match of_a_survey {
                    true => Kind::Scale(listed(choices, unanswered)),
                    false => Kind::Choice(listed(choices, none)),
                }
            }
            Form::Day => Kind::Day,
            Form::Word(words) => {
                let words = words().into_iter();
                let choices = words.map(|word| (word.to_owned(), v.capital(v.record_word(word))));
                let choices: Vec<_> = choices.collect();
                let in_sight = (of_a_survey && !matches!(field.name, "moment" | "no_answer"))
                    || (is_quick && choices.len() <= IN_SIGHT);
                match in_sight {
                    true => Kind::Scale(listed(choices, unanswered)),
                    false => Kind::Choice(listed(choices, none)),
                }
            }
            Form::Names("person") if self.sheet.field("household").is_some() => {
                let household = self.texts.get("household").cloned().unwrap_or_default();
                let found = match household.is_empty() {
                    true => Vec::new(),
                    false => {
                        persons(desk, pass, programme, naming("household", &household), v).await?
                    }
                };
                let together = v.say("le foyer ensemble", "the household together");
                Kind::Choice(listed(found, together))
            }
            Form::Names("person") => {
                let found = persons(desk, pass, programme, Asked::new(), v).await?;
                match found.len() > CHOICES_MAX {
                    true => Kind::Line { max: 32 },
                    false => Kind::Choice(listed(found, none)),
                }
            }
            Form::Names(noun) => {
                let found = names(desk, pass, programme, noun).await?;
                match found.len() > CHOICES_MAX {
                    true => Kind::Line { max: 32 },
                    false => Kind::Choice(listed(found, none)),
                }
            }
            Form::Text(_) if self.sheet.word == "cost" && field.name == "funder" => {
                Kind::Choice(listed(funders(desk, pass, programme).await?, none))
            }
            Form::Text(max) => Kind::Line { max },
            Form::Words(max) => Kind::Area { max },
            Form::Texts(_) | Form::Rows(_) => Kind::Area { max: 20_000 },
            Form::SomeOf(words) => {
                let ticked: Vec<_> = value.split('|').map(str::trim).collect();
                let words = words().into_iter().map(|word| Choice {
                    word: word.to_owned(),
                    name: v.capital(v.record_word(word)),
                    chosen: ticked.contains(&word),
                });
                Kind::Some(words.collect())
            }
        })
    }

    /// The questions that a programme asks beside the built-in ones; their answers stand
    /// together in one field.
    fn own_questions(&self, asked: &[Question], v: &View) -> Vec<Input> {
        if self.sheet.word != Survey::SHEET.word || self.hidden.iter().any(|name| name == "more") {
            return Vec::new();
        }
        let own = asked
            .iter()
            .filter(|question| field_of(self.sheet, &question.code).is_none());
        let input = |question: &Question| Input {
            name: format!("q.{}", question.code),
            label: v
                .say(Some(&question.fr), question.en.as_ref())
                .unwrap_or(&question.fr)
                .clone(),
            kind: Kind::Line { max: 300 },
            value: self
                .texts
                .get(&format!("q.{}", question.code))
                .cloned()
                .unwrap_or_default(),
            needed: false,
            hint: None,
            wrong: None,
        };
        own.map(input).collect()
    }
}

/// A record as the texts of a form.
pub(super) fn texts(sheet: &Sheet, record: &Map<String, Value>) -> BTreeMap<String, String> {
    let fields = sheet.fields.iter();
    let mut texts: BTreeMap<_, _> = fields
        .map(|field| (field.name.to_owned(), typed(field, record.get(field.name))))
        .collect();
    if sheet.word == Survey::SHEET.word {
        let more = texts.get("more").cloned().unwrap_or_default();
        for (code, answer) in more.lines().filter_map(|line| line.split_once(':')) {
            texts.insert(format!("q.{}", code.trim()), answer.trim().to_owned());
        }
    }
    texts
}

/// How a question stands in the form.
enum Asking<'a> {
    /// The field is no question.
    Plain,
    LeftOut,
    Asked(&'a Question),
}

impl Asking<'_> {
    fn label(&self, field: &Field, v: &View) -> String {
        match self {
            Asking::Asked(question) => {
                let english = question.en.as_ref().unwrap_or(&question.fr);
                v.say(&question.fr, english).clone()
            }
            _ => label(field, v),
        }
    }
}

fn question<'a>(asked: &'a [Question], sheet: &Sheet, field: &Field) -> Asking<'a> {
    if sheet.word != Survey::SHEET.word {
        return Asking::Plain;
    }
    let code = field.name.replace('_', "-");
    match asked.iter().find(|question| question.code == code) {
        Some(question) => Asking::Asked(question),
        None if built_in().iter().any(|question| question.code == code) => Asking::LeftOut,
        None => Asking::Plain,
    }
}

/// The field that holds the answer to a question of this code.
pub(super) fn field_of(sheet: &Sheet, code: &str) -> Option<&'static Field> {
    sheet.field(&code.replace('-', "_"))
}

/// The scale of the ten skills.
pub(super) fn scale(v: &View) -> Vec<(String, String)> {
    let names = v.say(
        [
            "0, je ne sais pas",
            "1, avec de l’aide",
            "2, parfois seul",
            "3, seul",
            "4, je montre aux autres",
        ],
        [
            "0, I cannot",
            "1, with help",
            "2, sometimes alone",
            "3, alone",
            "4, I show others",
        ],
    );
    let numbered = names.into_iter().enumerate();
    numbered
        .map(|(n, name)| (n.to_string(), name.to_owned()))
        .collect()
}

/// What is easily got wrong.
fn hint(field: &Field, v: &View) -> Option<&'static str> {
    Some(match (field.name, field.form) {
        ("code", _) => v.say(
            "Lettres sans accent, chiffres et tirets. Jamais un nom, jamais un numéro d’appartement.",
            "Plain letters, digits and dashes. Never a name, never the number of a flat.",
        ),
        ("funders", _) => v.say(
            "Un financeur par ligne : nom ; plafond en euros",
            "One funder a line: name ; cap in euros",
        ),
        ("partners", _) => v.say(
            "Un partenaire par ligne : nom ; ce qu’il apporte ; jour de sa lettre (2010-02-20) ; bailleur, ville, association, école, entreprise ou autre",
            "One partner a line: name ; what they bring ; day of their letter (2010-02-20) ; bailleur (landlord), ville (city), association, école (school), entreprise (company) or autre (other)",
        ),
        ("approached", _) => v.say(
            "Un quartier par ligne : nom ; nombre de foyers approchés",
            "One quarter a line: name ; number of households approached",
        ),
        ("more", _) => v.say(
            "Une réponse par ligne : code de la question : réponse",
            "One answer a line: code of the question: answer",
        ),
        ("start", _) => v.say("Comme 14:30.", "Such as 14:30."),
        ("file_sha256", _) => v.say(
            "64 chiffres, de la commande sha256sum. Le fichier reste chez vous.",
            "64 digits, of the command sha256sum. The file stays with you.",
        ),
        ("ready_on", _) => v.say(
            "Le jour où il est installé et étiqueté : il peut aller dans un foyer.",
            "The day on which it is installed and labelled: it may go to a home.",
        ),
        (_, Form::Texts(_)) => v.say("Un par ligne.", "One a line."),
        (_, Form::Words(_)) if field.sealed.is_some() => v.say(
            "Chiffré avec la clé du foyer.",
            "Encrypted with the key of the household.",
        ),
        _ => return None,
    })
}

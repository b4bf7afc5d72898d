//! The questionnaire on paper: for a household, or blank.

use askama::Template;
use axum::extract::State;
use declic_common::programme::Question;
use declic_common::programme::vocabulary::{AnswerForm, Effect, Frequency, Moment};

use super::input::scale;
use super::plate::{SURVEY, SURVEYS};
use super::{Asked, by};
use crate::app::programme;
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "survey_sheet.html")]
struct Paper {
    v: View,
    household: String,
    moment: String,
    /// Skills share one scale, and stand in one table.
    scale: Vec<String>,
    skills: Vec<String>,
    others: Vec<(String, Vec<String>)>,
    back: String,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let questions = programme::questionnaire(&desk.app, &programme, &by(&pass)).await?;
    let title = view.say("Questionnaire", "Survey");
    let v = view.titled(title, SURVEYS);
    let words = |question: &Question| {
        let english = question.en.as_ref().unwrap_or(&question.fr);
        v.say(&question.fr, english).clone()
    };
    let is_skill = |question: &&Question| question.answer == Some(AnswerForm::Skill);
    let skills = questions.iter().filter(is_skill).map(words).collect();
    let others = questions.iter().filter(|question| !is_skill(question));
    let others = others
        .map(|question| (words(question), boxes(question.answer, &v)))
        .collect();
    // Only what can be a code is written on it: an address must not put words on our paper.
    let household = asked.get("household").map_or("", String::as_str);
    let is_code = declic_common::programme::sheet::is_code(household);
    let moment = asked.get("moment").and_then(|word| Moment::from_word(word));
    page(&Paper {
        household: if is_code {
            household.to_owned()
        } else {
            String::new()
        },
        moment: moment.map_or_else(String::new, |moment| {
            v.capital(v.record_word(moment.as_str()))
        }),
        scale: scale(&v).into_iter().map(|(_, name)| name).collect(),
        skills,
        others,
        back: v.url(SURVEY.path(&programme)),
        v,
    })
}

/// What can be ticked; nothing where words are written.
fn boxes(answer: Option<AnswerForm>, v: &View) -> Vec<String> {
    let named = |words: Vec<&'static str>| {
        let named = words.into_iter().map(|word| v.capital(v.record_word(word)));
        named.collect()
    };
    match answer {
        Some(AnswerForm::Frequency) => named(Frequency::words()),
        Some(AnswerForm::Effect) => named(Effect::words()),
        Some(AnswerForm::YesNo) => named(vec!["yes", "no"]),
        _ => Vec::new(),
    }
}

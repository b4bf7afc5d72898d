//! Adds a record or changes one. What was typed is never lost: what is wrong is told beside
//! its field, and where somebody else was first, both sides are shown.

pub(super) mod doors;
mod gathered;

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use declic_common::programme::body::Shown;
use declic_common::programme::{BadField, Sheet};
use serde_json::{Map, Value};

use self::gathered::gathered;
use super::fleet::plainly;
use super::input::{Filling, Input, Kind, texts};
use super::plate::{PROGRAMME, Plate, Tab, tabs};
use super::told::{label, record, told};
use super::{Fields, by, now_ms, text};
use crate::app::programme::{self, RegisterError};
use crate::http::access::Pass;
use crate::http::pages::answer::{Page, go_to, own_path, page_with};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "record_form.html")]
struct Edit {
    v: View,
    tabs: Vec<Tab>,
    /// Where the form is sent, and where *Annuler* leads.
    action: String,
    back: String,
    /// To come back to afterwards, where it is not the record itself.
    way: String,
    version: Option<u64>,
    inputs: Vec<Input>,
    /// What is wrong with the record as a whole.
    wrong: Option<String>,
    /// How many fields are wrong, in words.
    faults: Option<String>,
    /// Somebody else was first: what they wrote, and what was typed here.
    conflict: Option<Vec<Difference>>,
    /// Fields that are filled in and not shown here.
    hidden: Vec<String>,
}

#[derive(Debug)]
struct Difference {
    label: String,
    kept: String,
    typed: String,
}

/// What is being typed in, and where.
#[derive(Clone, Copy)]
struct Desktop<'a> {
    desk: &'a Desk,
    pass: &'a Pass,
    sheet: &'static Sheet,
    /// `None` for the programme itself.
    plate: Option<&'static Plate>,
    programme: &'a str,
    code: Option<&'a str>,
}

/// What came of it so far.
#[derive(Default)]
struct Typing<'a> {
    texts: BTreeMap<String, String>,
    version: Option<u64>,
    bad: Vec<BadField>,
    /// As it is kept now, where somebody else was first.
    now: Option<&'a Shown>,
    hidden: Vec<String>,
    way: String,
}

impl Desktop<'_> {
    fn part(&self) -> &'static str {
        self.plate.map_or(PROGRAMME, |plate| plate.part)
    }

    fn title(&self, v: &View) -> String {
        match (self.code, self.plate) {
            (Some(code), _) => v.say(format!("Changer {code}"), format!("Change {code}")),
            (None, Some(plate)) => v.say(plate.add.0, plate.add.1).to_owned(),
            (None, None) => v.say("Ouvrir un programme", "Open a programme").to_owned(),
        }
    }

    fn action(&self) -> String {
        let programme = self.programme;
        match (self.plate, self.code) {
            (Some(plate), Some(code)) => format!("{}/{code}/changer", plate.path(programme)),
            (Some(plate), None) => format!("/programmes/{programme}/ajouter/{}", plate.slug),
            (None, Some(_)) => format!("/programmes/{programme}/changer"),
            (None, None) => "/programme/ajouter".to_owned(),
        }
    }

    /// Where a record of this code is looked at.
    fn shown_at(&self, code: &str, record: &Map<String, Value>) -> String {
        let of = |field: &str| record.get(field).and_then(Value::as_str);
        match self.plate {
            None => format!("/programmes/{code}"),
            Some(plate) if plate.slug == "coordonnees" => {
                match (of("household"), of("application")) {
                    (Some(household), _) => {
                        format!("/programmes/{}/foyers/{household}", self.programme)
                    }
                    (_, Some(application)) => {
                        format!("/programmes/{}/candidatures/{application}", self.programme)
                    }
                    _ => format!("/programmes/{}", self.programme),
                }
            }
            Some(plate) => format!("{}/{code}", plate.path(self.programme)),
        }
    }

    async fn draw(&self, view: View, state: Typing<'_>) -> Page {
        let title = self.title(&view);
        let v = view.titled(title, self.part());
        let filling = Filling {
            sheet: self.sheet,
            texts: state.texts,
            old: self.code.is_some(),
            bad: &state.bad,
            hidden: &state.hidden,
        };
        let inputs = filling
            .inputs(self.desk, self.pass, self.programme, &v)
            .await?;
        let shown: Vec<_> = inputs.iter().map(|input| input.name.as_str()).collect();
        // What is wrong with no field that stands here.
        let others = state
            .bad
            .iter()
            .filter(|bad| !shown.contains(&bad.field.as_str()));
        let others: Vec<_> = others.map(|bad| plainly(v.say(&bad.fr, &bad.en))).collect();
        let conflict = state
            .now
            .map(|now| self.differences(now, &filling.texts, &v));
        let status = match (&conflict, state.bad.is_empty()) {
            (Some(_), _) => StatusCode::CONFLICT,
            (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
            (None, true) => StatusCode::OK,
        };
        let hidden = state
            .hidden
            .iter()
            .filter_map(|name| self.sheet.field(name));
        let back = match (own_path(&state.way), self.code, self.plate) {
            (Some(way), _, _) if !state.way.is_empty() => way.to_owned(),
            (_, Some(code), _) => self.shown_at(code, &Map::new()),
            (_, None, Some(plate)) => plate.path(self.programme),
            (_, None, None) => "/programme".to_owned(),
        };
        let template = Edit {
            tabs: match self.programme.is_empty() {
                true => Vec::new(),
                false => tabs(
                    &v,
                    self.programme,
                    self.part(),
                    self.plate.map_or("", |p| p.slug),
                ),
            },
            action: v.url(self.action()),
            back: v.url(back),
            way: state.way,
            version: state.version,
            faults: (!state.bad.is_empty()).then(|| {
                v.count(
                    state.bad.len(),
                    [
                        "champ est à corriger ; rien n’est perdu.",
                        "champs sont à corriger ; rien n’est perdu.",
                    ],
                    [
                        "field is to be corrected; nothing is lost.",
                        "fields are to be corrected; nothing is lost.",
                    ],
                )
            }),
            wrong: (!others.is_empty()).then(|| v.capital(others.join(" ; "))),
            hidden: hidden.map(|field| label(field, &v)).collect(),
            conflict,
            inputs,
            v,
        };
        page_with(status, &template)
    }

    /// Fields that are otherwise now than what was typed.
    fn differences(
        &self,
        now: &Shown,
        typed: &BTreeMap<String, String>,
        v: &View,
    ) -> Vec<Difference> {
        let kept = texts(self.sheet, &now.record);
        let fields = self.sheet.fields.iter().filter(|field| {
            let (was, wanted) = (kept.get(field.name), typed.get(field.name));
            wanted.is_some() && was.map(|t| t.trim()) != wanted.map(|t| t.trim())
        });
        let words = |field: &'static declic_common::programme::Field, text: &str| {
            let value = super::told::read(field, text);
            let words = told(field, Some(&value), v);
            match words.is_empty() || value.is_null() {
                true => v.say("(vide)", "(empty)").to_owned(),
                false => words,
            }
        };
        fields
            .map(|field| Difference {
                label: label(field, v),
                kept: words(field, kept.get(field.name).map_or("", String::as_str)),
                typed: words(field, typed.get(field.name).map_or("", String::as_str)),
            })
            .collect()
    }

    /// Keeps what was typed, or shows the form again with what is wrong.
    async fn keep(&self, view: View, sent: Fields) -> Page {
        let app = &self.desk.app;
        let sent = gathered(self.sheet, sent);
        let given = Value::Object(record(self.sheet, &sent));
        let field = |name: &str| {
            sent.iter()
                .find(|(sent, _)| sent == name)
                .map(|(_, text)| text)
        };
        let seen: Option<u64> = field("version").and_then(|text| text.parse().ok());
        let way = field("retour").cloned().unwrap_or_default();
        let who = by(self.pass);
        let programme = (!self.programme.is_empty()).then_some(self.programme);
        let kept = match self.code {
            None => programme::create(app, self.sheet, programme, given, &who, now_ms()).await,
            Some(code) => {
                let at = (self.programme, code);
                programme::change(
                    app,
                    self.sheet,
                    at,
                    seen.unwrap_or(0),
                    given,
                    &who,
                    now_ms(),
                )
                .await
            }
        };
        let mut state = Typing {
            texts: sent.iter().cloned().collect(),
            version: seen,
            way: way.clone(),
            ..Typing::default()
        };
        match kept {
            Ok(shown) => {
                let said = match self.code {
                    None => Said::Added,
                    Some(_) => Said::Done,
                };
                let to = match own_path(&way) {
                    Some(way) => way.to_owned(),
                    None => self.shown_at(text(&shown, "code"), &shown.record),
                };
                let sign = if to.contains('?') { '&' } else { '?' };
                Ok(go_to(
                    &view.url(format!("{to}{sign}{PARAMETER}={}", said.word())),
                ))
            }
            Err(RegisterError::Bad(bad)) => {
                state.bad = bad;
                if let Some(code) = self.code {
                    state.hidden = self.kept(code).await?.hidden;
                }
                self.draw(view, state).await
            }
            Err(RegisterError::Taken { .. }) => {
                state.bad = vec![BadField::new(
                    "code",
                    "est déjà pris ; en choisir un autre, ou changer celui-là",
                    "is taken; choose another one, or change that one",
                )];
                self.draw(view, state).await
            }
            Err(RegisterError::Stale { .. }) => {
                let now = self.kept(self.code.unwrap_or_default()).await?;
                state.version = Some(now.version);
                state.hidden = now.hidden.clone();
                state.now = Some(&now);
                self.draw(view, state).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn kept(&self, code: &str) -> Result<Shown, Failure> {
        let (app, who) = (&self.desk.app, by(self.pass));
        Ok(programme::find(app, self.sheet, self.programme, code, &who, now_ms()).await?)
    }

    /// The form of a record that is kept.
    async fn open(&self, view: View, way: String) -> Page {
        let kept = self.kept(self.code.unwrap_or_default()).await?;
        let state = Typing {
            texts: texts(self.sheet, &kept.record),
            version: Some(kept.version),
            hidden: kept.hidden.clone(),
            way,
            ..Typing::default()
        };
        self.draw(view, state).await
    }
}

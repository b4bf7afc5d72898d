//! What is decided about applications: a step of one, or of many at once.

use axum::extract::State;
use axum::http::StatusCode;
use declic_common::programme::vocabulary::{ApplicationState, OutReason};
use declic_common::programme::{Application, Noun};
use serde_json::Value;

use super::draw;
use crate::app::programme::{self, RegisterError};
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, go_to, own_path, page_with};
use crate::http::pages::form::Form;
use crate::http::pages::programme::plate::APPLICATION;
use crate::http::pages::programme::told::label;
use crate::http::pages::programme::{Fields, by, list, now_ms};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// Takes one step with one application or with many. What cannot take it is told, and the
/// others take it.
pub(in crate::http::pages::programme) async fn decide(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Form(sent): Form<Fields>,
) -> Page {
    let field = |name: &str| {
        sent.iter()
            .find(|(sent, _)| sent == name)
            .map(|(_, text)| text.as_str())
    };
    let state = field("etat").and_then(ApplicationState::from_word);
    let reason = field("motif").and_then(OutReason::from_word);
    let chosen: Vec<(&str, u64)> = sent
        .iter()
        .filter(|(name, _)| name == "choix")
        .filter_map(|(_, seen)| {
            let (code, version) = seen.rsplit_once('.')?;
            Some((code, version.parse().ok()?))
        })
        .collect();
    let mut wrong = Vec::new();
    let Some(state) = state else {
        return Ok(go_to(&view.url(APPLICATION.path(&programme))));
    };
    if chosen.is_empty() {
        let text = view.say(
            "Cochez d’abord les candidatures dont il s’agit.",
            "Tick the applications first that you mean.",
        );
        wrong.push(text.to_owned());
    } else if state.is_out() && reason.is_none() {
        let text = view.say(
            "Choisissez un motif : une candidature n’est pas refusée ni retirée sans qu’on sache pourquoi.",
            "Choose a reason: none is declined or withdrawn without telling why.",
        );
        wrong.push(text.to_owned());
    } else {
        for (code, seen) in &chosen {
            let step = step(
                &desk,
                &view,
                &pass,
                &programme,
                (code, *seen),
                (state, reason),
            );
            wrong.extend(step.await?);
        }
    }
    let way = field("retour")
        .and_then(own_path)
        .unwrap_or_default()
        .to_owned();
    if wrong.is_empty() {
        let to = match way.is_empty() {
            true => APPLICATION.path(&programme),
            false => without_said(&way),
        };
        let sign = if to.contains('?') { '&' } else { '?' };
        return Ok(go_to(
            &view.url(format!("{to}{sign}{PARAMETER}={}", Said::Decided.word())),
        ));
    }
    // Where many were sent, the list tells which could not; where one was, its page does.
    let query = way.split_once('?').map_or("", |(_, query)| query);
    let asked = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if let ([(code, _)], Some(_)) = (chosen.as_slice(), field("une")) {
        let mut one = draw(&desk, view, &pass, (&programme, code), None).await?;
        one.wrong = Some(wrong.concat());
        return page_with(status, &one);
    }
    let mut view = view;
    view.here = match way.is_empty() {
        true => APPLICATION.path(&programme),
        false => way.clone(),
    };
    let records = list::draw(&desk, view, &pass, &APPLICATION, &programme, &asked, wrong).await?;
    page_with(status, &records)
}

/// An address without what was said there last time.
fn without_said(way: &str) -> String {
    let Some((path, query)) = way.split_once('?') else {
        return way.to_owned();
    };
    let said = format!("{PARAMETER}=");
    let kept: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.starts_with(&said))
        .collect();
    match kept.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", kept.join("&")),
    }
}

/// One step of one application; why it could not take it.
async fn step(
    desk: &Desk,
    view: &View,
    pass: &Pass,
    programme: &str,
    (code, seen): (&str, u64),
    (state, reason): (ApplicationState, Option<OutReason>),
) -> Result<Option<String>, RegisterError> {
    let (sheet, who) = (Application::SHEET, by(pass));
    let shown = programme::find(&desk.app, sheet, programme, code, &who, now_ms()).await?;
    let mut record = shown.record;
    record.insert("state".to_owned(), state.as_str().into());
    record.remove("reason");
    record.remove("decided_on");
    if let Some(reason) = reason.filter(|_| state.is_out()) {
        record.insert("reason".to_owned(), reason.as_str().into());
    }
    if state.is_decided() {
        record.insert("decided_on".to_owned(), view.today().to_string().into());
    }
    let at = (programme, code);
    let changed = programme::change(
        &desk.app,
        sheet,
        at,
        seen,
        Value::Object(record),
        &who,
        now_ms(),
    );
    let why = match changed.await {
        Ok(_) => return Ok(None),
        Err(RegisterError::Bad(bad)) => {
            let told = bad.iter().map(|bad| match sheet.field(&bad.field) {
                Some(field) => view.pair(label(field, view), view.say(&bad.fr, &bad.en)),
                None => view.say(&bad.fr, &bad.en).clone(),
            });
            told.collect::<Vec<_>>().join(" ; ")
        }
        Err(RegisterError::Stale { .. }) => view
            .say(
                "quelqu’un d’autre l’a changée entre-temps ; regardez-la, puis décidez à nouveau",
                "somebody else changed it meanwhile; look at it, then decide again",
            )
            .to_owned(),
        Err(error) => return Err(error),
    };
    Ok(Some(format!("{}.", view.pair(code, why))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_not_said_twice() {
        assert_eq!(without_said("/a?dit=decide"), "/a");
        assert_eq!(
            without_said("/a?state=received&dit=decide&q=1"),
            "/a?state=received&q=1"
        );
        assert_eq!(without_said("/a"), "/a");
    }
}

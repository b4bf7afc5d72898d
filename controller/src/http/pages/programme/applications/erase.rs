//! Forgetting who applied and never came in.

use axum::extract::State;
use axum::http::StatusCode;
use declic_common::programme::{Application, Noun};

use super::draw;
use crate::app::programme::{self, RegisterError};
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, go_to, page_with};
use crate::http::pages::form::Form;
use crate::http::pages::programme::{Fields, by, now_ms, sent};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// Once its number was typed to confirm it.
pub(in crate::http::pages::programme) async fn erase(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Page {
    let wrong = if sent(&fields, "confirme").trim() == code {
        let sheet = Application::SHEET;
        let who = by(&pass);
        let done = programme::erase(&desk.app, sheet, &programme, &code, &who, now_ms());
        match done.await {
            Ok(_) => {
                let word = Said::Erased.word();
                return Ok(go_to(&view.url(format!(
                    "/programmes/{programme}/candidatures/{code}?{PARAMETER}={word}"
                ))));
            }
            Err(RegisterError::Named { .. }) => view.say(
                "Un foyer est né de cette candidature : c’est lui qui s’efface, depuis sa page.",
                "A household came of this application: erase that one, on its page.",
            ),
            Err(error) => return Err(error.into()),
        }
    } else {
        view.say(
            "Rien n’est effacé : tapez le numéro de la candidature pour confirmer.",
            "Nothing is erased: type the number of the application to confirm.",
        )
    };
    let wrong = wrong.to_owned();
    let mut one = draw(&desk, view, &pass, (&programme, &code), None).await?;
    one.wrong = Some(wrong);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &one)
}

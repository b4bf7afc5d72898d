//! What went wrong, as a page: in the language of the others, with a way out.

use askama::Template;
use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use declic_common::problem::ProblemKind;

use super::answer::{go_to, page_with};
use super::gate::Known;
use super::view::View;
use crate::http::problem::Failure;

/// Addresses where programs look, and are told in JSON.
const FOR_PROGRAMS: [&str; 5] = ["/api/", "/problems/", "/metrics", "/healthz", "/readyz"];

#[derive(Debug, Template)]
#[template(path = "fault.html")]
struct Fault {
    v: View,
    status: u16,
    what: String,
    to_do: &'static str,
    detail: String,
}

/// Turns a problem into a page where a person looks; whoever has not come in is shown the
/// way to do so, and comes back here.
pub(in crate::http) async fn shown(request: Request, next: Next) -> Response {
    let accept = request.headers().get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    let path = request.uri().path();
    let is_person = accept.is_some_and(|kinds| kinds.contains("text/html"))
        && !FOR_PROGRAMS.iter().any(|begin| path.starts_with(begin));
    if !is_person {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let answer = next.run(Request::from_parts(parts.clone(), body)).await;
    let Some(failure) = answer.extensions().get::<Failure>().cloned() else {
        return answer;
    };
    let known = answer.extensions().get::<Known>();
    let view = View::of(&parts.extensions, &parts.headers, &parts.uri, known);
    if failure.kind == ProblemKind::SignIn {
        let back = match parts.method {
            Method::GET => view.back(),
            _ => "%2F".to_owned(),
        };
        return go_to(&view.url(format!("/connexion?retour={back}")));
    }
    let status = answer.status();
    let (what, to_do) = told(failure.kind, &view);
    let view = view.titled(what, "");
    let page = Fault {
        what: what.to_owned(),
        status: status.as_u16(),
        to_do,
        detail: failure.detail.clone(),
        v: view,
    };
    let mut shown = page_with(status, &page).unwrap_or_else(IntoResponse::into_response);
    for name in [header::RETRY_AFTER, header::DATE, header::CACHE_CONTROL] {
        if let Some(value) = answer.headers().get(&name) {
            shown.headers_mut().insert(name, value.clone());
        }
    }
    shown
}

/// What happened, and what to do, for people.
fn told(kind: ProblemKind, v: &View) -> (&'static str, &'static str) {
    match kind.status() {
        403 => (
            v.say("Cette page n’est pas pour ce compte", "This page is not for this account"),
            v.say(
                "Un administrateur peut vous donner le rôle qu’il faut.",
                "An admin can give you the role that it needs.",
            ),
        ),
        404 => (
            v.say("Il n’y a rien à cette adresse", "There is nothing at this address"),
            v.say(
                "Le lien est peut-être ancien. Repartez du menu, ou cherchez le poste par son numéro d’inventaire.",
                "The link may be old. Start again from the menu, or look for the PC by its asset tag.",
            ),
        ),
        409 => (
            v.say("Quelque chose a changé entre-temps", "Something changed meanwhile"),
            v.say(
                "Revenez à la page, regardez ce qui a changé, puis décidez à nouveau.",
                "Go back to the page, see what changed, then decide again.",
            ),
        ),
        429 => (
            v.say("Trop de tentatives", "Too many attempts"),
            v.say("Attendez un peu avant de recommencer.", "Wait a while before you try again."),
        ),
        503 => (
            v.say("Le serveur ne peut pas répondre pour l’instant", "The controller cannot answer right now"),
            v.say(
                "Rien n’est perdu : les PC gardent leurs relevés. Réessayez dans une minute ; si cela dure, prévenez un administrateur.",
                "Nothing is lost: the PCs keep their reports. Try again in a minute; if it lasts, tell an admin.",
            ),
        ),
        500.. => (
            v.say("Le serveur a fait une erreur", "The controller made a mistake"),
            v.say(
                "Ce n’est pas vous. Réessayez ; si cela recommence, donnez l’heure à un administrateur : le journal du serveur en dit plus.",
                "It is not you. Try again; if it comes back, tell an admin the time: the log of the controller says more.",
            ),
        ),
        _ => (
            v.say("Cela n’a pas été fait", "This was not done"),
            v.say(
                "Revenez en arrière et corrigez ce qui suit.",
                "Go back and correct what follows.",
            ),
        ),
    }
}

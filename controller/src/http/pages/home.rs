//! The way in for whoever has come in, and the choice of language.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::answer::{go_to, own_path};
use super::view::{LANG_COOKIE, View};
use crate::http::extract::{Path, Query};

/// To the first part of the menu; those who have none there, to their account.
pub(in crate::http) async fn show(view: View) -> Response {
    let menu = view.menu();
    let first = menu.first().map_or("/compte", |part| part.path.as_str());
    go_to(&view.url(first))
}

#[derive(Debug, Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    retour: String,
}

/// Remembers a language in this browser, and goes back to the page.
pub(super) async fn speak(
    view: View,
    Path(lang): Path<String>,
    Query(back): Query<Back>,
) -> Response {
    let back = view.url(own_path(&back.retour).unwrap_or("/"));
    let lang = match lang.as_str() {
        "en" => "en",
        _ => "fr",
    };
    let cookie = format!("{LANG_COOKIE}={lang}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
    let cookie = HeaderValue::from_str(&cookie).expect("made of letters");
    ([(header::SET_COOKIE, cookie)], go_to(&back)).into_response()
}

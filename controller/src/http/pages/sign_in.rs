//! Coming in by name and password, or by a link that works once; and going out.

use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use declic_common::people::Secret;
use serde::Deserialize;

use super::answer::{Page, go_to, own_path, page, page_with};
use super::form::Form;
use super::said::{PARAMETER, Said};
use super::view::View;
use crate::app::login;
use crate::clock;
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::identity::{check_private, page_cookies};
use crate::http::origin::Origin;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    v: View,
    /// Where to go afterwards.
    back: String,
    name: String,
    wrong: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    retour: String,
}

pub(super) async fn show(view: View, Query(back): Query<Back>) -> Page {
    let back = own_path(&back.retour).unwrap_or("/");
    if view.is_in() && view.said.is_none() {
        return Ok(go_to(&view.url(back)));
    }
    page(&SignIn {
        back: back.to_owned(),
        name: String::new(),
        wrong: None,
        v: titled(view),
    })
}

fn titled(view: View) -> View {
    let title = view.say("Se connecter", "Sign in");
    view.titled(title, "")
}

#[derive(Debug, Deserialize)]
pub(super) struct Credentials {
    name: String,
    password: Secret,
    #[serde(default)]
    retour: String,
}

pub(super) async fn enter(
    State(desk): State<Desk>,
    view: View,
    origin: Origin,
    Form(sent): Form<Credentials>,
) -> Page {
    check_private(&origin)?;
    let back = own_path(&sent.retour).unwrap_or("/").to_owned();
    let name = sent.name.trim().to_owned();
    let now = clock::now().as_millisecond();
    let counted = desk.attempts.count(&name, origin.address, Instant::now());
    let wrong = match counted {
        Err(failure) => {
            let wait = view.span(1_000 * failure.retry_after_s.unwrap_or(60));
            let text = view.say(
                format!("Trop de tentatives. Réessayez dans {wait}."),
                format!("Too many attempts. Try again in {wait}."),
            );
            (StatusCode::TOO_MANY_REQUESTS, text)
        }
        Ok(attempt) => match login::begin(&desk.app, &name, &sent.password, now).await {
            Ok(begun) => {
                desk.attempts.forgive(&attempt);
                return Ok(let_in(&origin, &begun.secret, &view.url(&back)));
            }
            Err(login::LoginError::Wrong) => {
                tracing::warn!("refused a login: wrong name or password");
                let text = view.say(
                    "Aucun compte n’a ce nom et ce mot de passe.",
                    "No account has this name and this password.",
                );
                (StatusCode::UNAUTHORIZED, text.to_owned())
            }
            Err(error) => {
                desk.attempts.forgive(&attempt);
                return Err(error.into());
            }
        },
    };
    let (status, text) = wrong;
    let template = SignIn {
        back,
        name,
        wrong: Some(text),
        v: titled(view),
    };
    page_with(status, &template)
}

/// A link that a demonstration printed on this machine; it opens once.
pub(super) async fn by_pass(
    State(desk): State<Desk>,
    view: View,
    origin: Origin,
    Path(pass): Path<Secret>,
) -> Page {
    let account = desk.app.passes.redeem(&pass, Instant::now());
    let Some(account) = account.filter(|_| origin.here) else {
        let wrong = view.say(
            "Ce lien a déjà servi, ou il est trop vieux. La démonstration en affiche un autre quand on la relance.",
            "This link was used already, or is too old. The demonstration prints another one when it is started again.",
        );
        let template = SignIn {
            back: "/".to_owned(),
            name: String::new(),
            wrong: Some(wrong.to_owned()),
            v: titled(view),
        };
        return page_with(StatusCode::GONE, &template);
    };
    let now = clock::now().as_millisecond();
    let begun = login::begin_by_pass(&desk.app, &account, now, clock::speed()).await?;
    Ok(let_in(&origin, &begun.secret, &view.url("/")))
}

fn let_in(origin: &Origin, secret: &Secret, address: &str) -> Response {
    with_cookies(go_to(address), page_cookies(origin, Some(secret)))
}

fn with_cookies(mut answer: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// Ends this login.
pub(super) async fn leave(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    origin: Origin,
) -> Page {
    if let Some((id, _)) = &pass.caller.login {
        let now = clock::now().as_millisecond();
        login::end(&desk.app, id, pass.who(), now).await?;
    }
    let address = view.url(format!(
        "/connexion?{PARAMETER}={}",
        Said::LoginEnded.word()
    ));
    Ok(with_cookies(go_to(&address), page_cookies(&origin, None)).into_response())
}

/// Where somebody goes whose logins have all ended.
pub(super) fn out(view: &View, origin: &Origin, said: Said) -> Response {
    let address = view.url(format!("/connexion?{PARAMETER}={}", said.word()));
    with_cookies(go_to(&address), page_cookies(origin, None))
}

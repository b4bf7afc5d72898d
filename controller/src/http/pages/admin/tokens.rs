//! Tokens: what lets a program in. One is shown once, in the answer that makes it.

use askama::Template;
use axum::extract::State;
use declic_common::people::{ApiToken, NewApiToken, Secret};
use serde::Deserialize;

use super::{Tab, tabs, titled};
use crate::app::{account, api_token};
use crate::clock;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, go_to, page};
use crate::http::pages::form::Form;
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::router::Desk;

const PATH: &str = "/administration/jetons";

#[derive(Debug, Template)]
#[template(path = "admin_tokens.html")]
struct Tokens {
    v: View,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    accounts: Vec<String>,
    /// The one that was just made.
    made: Option<Secret>,
}

#[derive(Debug)]
struct Row {
    id: String,
    label: String,
    account: String,
    until: String,
    revoked: Option<String>,
    ended: bool,
}

pub(in crate::http::pages) async fn show(State(desk): State<Desk>, view: View) -> Page {
    draw(&desk, view, None).await
}

async fn draw(desk: &Desk, view: View, made: Option<Secret>) -> Page {
    let title = view.say("Jetons", "Tokens");
    let v = titled(view, title);
    let tokens = api_token::list(&desk.app).await?;
    let accounts = account::list(&desk.app).await?;
    let open = accounts
        .into_iter()
        .filter(|account| account.disabled_at.is_none());
    page(&Tokens {
        rows: tokens.iter().map(|token| row(token, &v)).collect(),
        accounts: open.map(|account| account.name).collect(),
        tabs: tabs(&v, PATH),
        made,
        v,
    })
}

fn row(token: &ApiToken, v: &View) -> Row {
    Row {
        id: token.id.clone(),
        label: token.label.clone(),
        account: token.account.clone(),
        until: v.day(token.expires_at),
        revoked: token.revoked_at.map(|at| v.day(at)),
        ended: token.expires_at <= v.now(),
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct New {
    account: String,
    label: String,
    days: String,
}

/// Makes a token and shows it: there is no other moment at which it can be read.
pub(in crate::http::pages) async fn create(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Form(sent): Form<New>,
) -> Page {
    let new = NewApiToken {
        account: sent.account,
        label: sent.label.trim().to_owned(),
        days: Some(sent.days.trim().parse().unwrap_or(0)),
    };
    let now = clock::now().as_millisecond();
    let made = api_token::create(&desk.app, new, pass.who(), now).await?;
    draw(&desk, view, made.token).await
}

pub(in crate::http::pages) async fn revoke(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(id): Path<String>,
) -> Page {
    let now = clock::now().as_millisecond();
    api_token::revoke(&desk.app, &id, pass.who(), now).await?;
    let said = Said::Revoked.word();
    Ok(go_to(&view.url(format!("{PATH}?{PARAMETER}={said}"))))
}

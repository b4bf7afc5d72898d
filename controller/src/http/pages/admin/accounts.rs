//! Accounts: who may come in, and what they may do.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use declic_common::people::{Grant, NewAccount, Role, Secret};
use serde::Deserialize;

use super::{Tab, tabs, titled};
use crate::app::account::{self, AccountError};
use crate::clock;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::account::bad_password;
use crate::http::pages::answer::{Page, go_to, page_with};
use crate::http::pages::form::{Form, filled};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::router::Desk;

const PATH: &str = "/administration/comptes";

#[derive(Debug, Template)]
#[template(path = "admin_accounts.html")]
struct Accounts {
    v: View,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    roles: Vec<(&'static str, String)>,
    wrong: Option<String>,
    typed: New,
}

#[derive(Debug)]
struct Row {
    name: String,
    grants: Vec<String>,
    /// As they are typed.
    spelled: String,
    password: bool,
    disabled: Option<String>,
    own: bool,
}

pub(in crate::http::pages) async fn show(State(desk): State<Desk>, view: View) -> Page {
    draw(&desk, view, StatusCode::OK, None, New::default()).await
}

async fn draw(
    desk: &Desk,
    view: View,
    status: StatusCode,
    wrong: Option<String>,
    typed: New,
) -> Page {
    let title = view.say("Comptes", "Accounts");
    let v = titled(view, title);
    let accounts = account::list(&desk.app).await?;
    let rows = accounts.into_iter().map(|account| {
        let spelled: Vec<String> = account.grants.iter().map(Grant::to_string).collect();
        Row {
            grants: account
                .grants
                .iter()
                .map(|grant| v.capital(v.grant(grant)))
                .collect(),
            spelled: spelled.join(", "),
            password: account.has_password,
            disabled: account.disabled_at.map(|at| v.day(at)),
            own: v.account() == Some(account.name.as_str()),
            name: account.name,
        }
    });
    let template = Accounts {
        rows: rows.collect(),
        tabs: tabs(&v, PATH),
        roles: Role::ALL
            .iter()
            .map(|role| (role.as_str(), v.capital(v.role(*role))))
            .collect(),
        wrong,
        typed,
        v,
    };
    page_with(status, &template)
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct New {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    site: Option<String>,
    password: Option<Secret>,
}

pub(in crate::http::pages) async fn create(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Form(sent): Form<New>,
) -> Page {
    let grant: Result<Grant, _> = match filled(sent.site.clone()) {
        Some(kept) => format!("{}:{kept}", sent.role).parse(),
        None => sent.role.parse(),
    };
    let new = NewAccount {
        name: sent.name.trim().to_owned(),
        grants: vec![grant.map_err(|_| AccountError::BadGrants)?],
        password: sent
            .password
            .clone()
            .filter(|password| !password.0.is_empty()),
    };
    let now = clock::now().as_millisecond();
    match account::create(&desk.app, new, pass.who(), now).await {
        Ok(_) => Ok(done(&view)),
        Err(error) => {
            let text = refusal(&error, &view).ok_or(error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let typed = New {
                password: None,
                ..sent
            };
            draw(&desk, view, status, Some(text), typed).await
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct Change {
    faire: String,
    grants: Option<String>,
    password: Option<Secret>,
}

/// Changes an account: its roles, its password, whether it may come in.
pub(in crate::http::pages) async fn change(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(name): Path<String>,
    Form(sent): Form<Change>,
) -> Page {
    let (app, who, now) = (&desk.app, pass.who(), clock::now().as_millisecond());
    let made = match sent.faire.as_str() {
        "roles" => match read_grants(sent.grants.as_deref().unwrap_or_default()) {
            Some(grants) => account::grant(app, &name, grants, who, now).await,
            None => Err(AccountError::BadGrants),
        },
        "mot-de-passe" => {
            let password = sent.password.unwrap_or(Secret(String::new()));
            account::set_password(app, &name, &password, who, now).await
        }
        "fermer" => account::disable(app, &name, who, now).await,
        "ouvrir" => account::enable(app, &name, who, now).await,
        _ => account::log_out(app, &name, who, now).await,
    };
    match made {
        Ok(_) => Ok(done(&view)),
        Err(error) => {
            let text = refusal(&error, &view).ok_or(error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            draw(&desk, view, status, Some(text), New::default()).await
        }
    }
}

fn read_grants(text: &str) -> Option<Vec<Grant>> {
    let words = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    words.map(|word| word.parse().ok()).collect()
}

fn done(view: &View) -> axum::response::Response {
    let said = Said::AccountChanged.word();
    go_to(&view.url(format!("{PATH}?{PARAMETER}={said}")))
}

/// For people; `None` for what is no fault of theirs.
fn refusal(error: &AccountError, v: &View) -> Option<String> {
    let text = match error {
        AccountError::BadName => v.say(
            "Un nom de compte a de 2 à 32 lettres a-z, chiffres, points ou tirets, et commence par une lettre.",
            "An account is called by 2 to 32 letters a-z, digits, dots or dashes, beginning with a letter.",
        ),
        AccountError::Taken => v.say("Ce nom est déjà pris.", "This name is taken already."),
        AccountError::BadGrants => v.say(
            "Un compte a au moins un rôle, écrit comme technician ou technician:Aubiers.",
            "An account has at least one role, written such as technician or technician:Aubiers.",
        ),
        AccountError::BadPassword(why) => bad_password(why, v),
        AccountError::Unknown | AccountError::Store(_) => return None,
    };
    Some(text.to_owned())
}

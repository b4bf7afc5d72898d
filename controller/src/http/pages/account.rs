//! One's own account: what it may do, where it is signed in, its password.

use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use declic_common::people::Secret;
use declic_common::problem::ProblemKind;
use serde::Deserialize;

use super::answer::{Page, go_to, page_with};
use super::form::Form;
use super::said::{PARAMETER, Said};
use super::sign_in::out;
use super::view::View;
use crate::app::account::{self, AccountError};
use crate::app::login;
use crate::app::password::BadPassword;
use crate::clock;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::identity::check_private;
use crate::http::origin::Origin;
use crate::http::problem::Failure;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "account.html")]
struct AccountPage {
    v: View,
    roles: Vec<String>,
    logins: Vec<Login>,
    has_account: bool,
    wrong: Option<String>,
}

#[derive(Debug)]
struct Login {
    id: String,
    since: String,
    until: String,
    this: bool,
}

pub(super) async fn show(State(desk): State<Desk>, view: View, pass: Pass) -> Page {
    draw(&desk, view, &pass, StatusCode::OK, None).await
}

async fn draw(
    desk: &Desk,
    view: View,
    pass: &Pass,
    status: StatusCode,
    wrong: Option<String>,
) -> Page {
    let mut logins = Vec::new();
    if let Some(name) = &pass.caller.account {
        logins = login::list(&desk.app, clock::now().as_millisecond()).await?;
        logins.retain(|login| login.account == *name);
    }
    let title = view.say("Mon compte", "My account");
    let v = view.titled(title, "/compte");
    let this = pass.caller.login.as_ref().map(|(id, _)| id.as_str());
    let template = AccountPage {
        roles: pass
            .caller
            .grants
            .iter()
            .map(|grant| v.capital(v.grant(grant)))
            .collect(),
        logins: logins
            .iter()
            .map(|login| Login {
                since: v.when(login.created_at),
                until: v.when(login.expires_at),
                this: this == Some(login.id.as_str()),
                id: login.id.clone(),
            })
            .collect(),
        has_account: pass.caller.account.is_some(),
        wrong,
        v,
    };
    page_with(status, &template)
}

#[derive(Debug, Deserialize)]
pub(super) struct NewPassword {
    current: Secret,
    new: Secret,
    again: Secret,
}

/// Changes one's own password, and ends every login of the account.
pub(super) async fn password(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    origin: Origin,
    Form(sent): Form<NewPassword>,
) -> Page {
    check_private(&origin)?;
    let name = own_account(&pass)?.to_owned();
    let refused = |text: &'static str| (StatusCode::UNPROCESSABLE_ENTITY, text);
    let attempt = desk.attempts.count(&name, origin.address, Instant::now())?;
    let (status, wrong) = if !account::is_password(&desk.app, &name, &sent.current).await? {
        refused(view.say(
            "Le mot de passe actuel n’est pas le bon.",
            "The current password is wrong.",
        ))
    } else if sent.new != sent.again {
        desk.attempts.forgive(&attempt);
        refused(view.say(
            "Les deux nouveaux mots de passe ne sont pas les mêmes.",
            "The two new passwords are not the same.",
        ))
    } else {
        desk.attempts.forgive(&attempt);
        let now = clock::now().as_millisecond();
        match account::set_password(&desk.app, &name, &sent.new, pass.who(), now).await {
            Ok(_) => return Ok(out(&view, &origin, Said::PasswordChanged)),
            Err(AccountError::BadPassword(why)) => refused(bad_password(&why, &view)),
            Err(error) => return Err(error.into()),
        }
    };
    draw(&desk, view, &pass, status, Some(wrong.to_owned())).await
}

/// Why a password is not taken, for people.
pub(super) fn bad_password(why: &BadPassword, v: &View) -> &'static str {
    match why {
        BadPassword::Length => v.say(
            "Un mot de passe a de 12 à 256 caractères. Quatre mots sans rapport se retiennent bien.",
            "A password has 12 to 256 characters. Four words that do not belong together are easy to keep.",
        ),
        BadPassword::HoldsName => v.say(
            "Un mot de passe ne contient pas le nom de son compte.",
            "A password must not hold the name of its account.",
        ),
        BadPassword::Monotonous => v.say(
            "Un mot de passe a au moins cinq caractères différents.",
            "A password has at least five different characters.",
        ),
    }
}

/// Ends one of one's own logins.
pub(super) async fn end(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    origin: Origin,
    Path(id): Path<String>,
) -> Page {
    let name = own_account(&pass)?;
    let now = clock::now().as_millisecond();
    let all = login::list(&desk.app, now).await?;
    if !all
        .iter()
        .any(|login| login.id == id && login.account == name)
    {
        // Of somebody else: not known here.
        return Err(login::LoginError::Unknown.into());
    }
    login::end(&desk.app, &id, pass.who(), now).await?;
    let own = pass.caller.login.as_ref().map(|(id, _)| id.as_str());
    if own == Some(id.as_str()) {
        return Ok(out(&view, &origin, Said::LoginEnded));
    }
    let said = Said::LoginEnded.word();
    Ok(go_to(&view.url(format!("/compte?{PARAMETER}={said}"))))
}

/// Ends all of one's own logins, this one too.
pub(super) async fn end_all(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    origin: Origin,
) -> Page {
    let name = own_account(&pass)?;
    let now = clock::now().as_millisecond();
    account::log_out(&desk.app, name, pass.who(), now).await?;
    Ok(out(&view, &origin, Said::LoginEnded))
}

fn own_account(pass: &Pass) -> Result<&str, Failure> {
    pass.caller.account.as_deref().ok_or_else(|| {
        let text = "whoever sits at the controller needs no account, and has no password";
        Failure::new(ProblemKind::Refused, text)
    })
}

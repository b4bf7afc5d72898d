//! Coming in by password, and going out.

use std::time::Instant;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use declic_common::api::{Page, Problem};
use declic_common::people::{Login, Me, NewLogin, NewPassword};
use declic_common::problem::ProblemKind;

use crate::app::{account, login};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Done, Found, Made};
use crate::http::extract::{Json, Path};
use crate::http::identity::{check_private, clear_cookie, set_cookie, sign_in};
use crate::http::origin::Origin;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Comes in by name and password. The login itself is in the cookie of the answer.
#[utoipa::path(
    post, path = "/logins", operation_id = "log_in", tag = "people",
    request_body = NewLogin,
    responses(
        (status = 201, description = "The login, for twelve hours", body = Login),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn log_in(
    State(desk): State<Desk>,
    origin: Origin,
    Json(new): Json<NewLogin>,
) -> Answer<impl IntoResponse> {
    check_private(&origin)?;
    let now = clock::now().as_millisecond();
    let attempt = desk
        .attempts
        .count(&new.name, origin.address, Instant::now())?;
    let begun = login::begin(&desk.app, &new.name, &new.password, now).await;
    if matches!(begun, Err(login::LoginError::Wrong)) {
        tracing::warn!("refused a login: wrong name or password");
    } else {
        desk.attempts.forgive(&attempt);
    }
    let begun = begun?;
    let cookie = [(header::SET_COOKIE, set_cookie(&begun.secret))];
    Ok((cookie, Made(begun.login)))
}

/// Who is in now, newest first.
#[utoipa::path(
    get, path = "/logins", operation_id = "list_logins", tag = "people",
    responses(
        (status = 200, description = "All logins that have not ended, on one page", body = Page<Login>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(State(desk): State<Desk>) -> Answer<Found<Page<Login>>> {
    let now = clock::now().as_millisecond();
    let items = login::list(&desk.app, now).await?;
    Ok(Found(Page { items, next: None }))
}

/// Ends a login at once.
#[utoipa::path(
    delete, path = "/logins/{id}", operation_id = "end_login", tag = "people",
    params(("id" = String, Path, description = "Id of the login")),
    responses(
        (status = 204, description = "Ended"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn end(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<String>,
) -> Answer<Done> {
    let now = clock::now().as_millisecond();
    login::end(&desk.app, &id, pass.who(), now).await?;
    Ok(Done)
}

/// Who is asking, and what they may do.
#[utoipa::path(
    get, path = "/me", operation_id = "get_me", tag = "people",
    responses(
        (status = 200, description = "Who is asking", body = Me),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn me(pass: Pass) -> Answer<Found<Me>> {
    let caller = pass.caller;
    Ok(Found(Me {
        who: caller.who,
        account: caller.account,
        grants: caller.grants,
        csrf: caller.login.map(|(_, csrf)| csrf),
    }))
}

/// Changes one's own password; `current` must be right. Every login of the account
/// ends, this one too.
#[utoipa::path(
    put, path = "/me/password", operation_id = "put_my_password", tag = "people",
    request_body = NewPassword,
    responses(
        (status = 204, description = "Changed"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn put_my_password(
    State(desk): State<Desk>,
    pass: Pass,
    origin: Origin,
    Json(new): Json<NewPassword>,
) -> Answer<Done> {
    let name = own_account(&pass)?;
    let current = new.current.ok_or_else(|| {
        Failure::new(
            ProblemKind::Refused,
            "your own password is changed with the current one beside it",
        )
    })?;
    let attempt = desk.attempts.count(name, origin.address, Instant::now())?;
    if !account::is_password(&desk.app, name, &current).await? {
        return Err(sign_in("the current password is wrong"));
    }
    desk.attempts.forgive(&attempt);
    let now = clock::now().as_millisecond();
    account::set_password(&desk.app, name, &new.password, pass.who(), now).await?;
    Ok(Done)
}

/// Ends the login that asks.
#[utoipa::path(
    delete, path = "/me/login", operation_id = "log_out", tag = "people",
    responses(
        (status = 204, description = "Ended, and the cookie is gone"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn log_out(State(desk): State<Desk>, pass: Pass) -> Answer<impl IntoResponse> {
    let Some((id, _)) = &pass.caller.login else {
        return Err(Failure::new(
            ProblemKind::Refused,
            "this did not come in by a login: a token is revoked instead",
        ));
    };
    let now = clock::now().as_millisecond();
    login::end(&desk.app, id, pass.who(), now).await?;
    Ok(([(header::SET_COOKIE, clear_cookie())], Done))
}

fn own_account(pass: &Pass) -> Result<&str, Failure> {
    pass.caller.account.as_deref().ok_or_else(|| {
        Failure::new(
            ProblemKind::Refused,
            "this needs no account, so it has no password: name the account that is meant",
        )
    })
}

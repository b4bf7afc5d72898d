//! Accounts, and what they may do.

use axum::extract::State;
use declic_common::api::{Page, Problem};
use declic_common::people::{Account, NewAccount, NewGrants, NewPassword};

use crate::app::account;
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found, Made};
use crate::http::extract::{Json, Path};
use crate::http::router::Desk;

/// Every account, by name.
#[utoipa::path(
    get, path = "/accounts", operation_id = "list_accounts", tag = "people",
    responses(
        (status = 200, description = "All accounts, on one page", body = Page<Account>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(State(desk): State<Desk>) -> Answer<Found<Page<Account>>> {
    let items = account::list(&desk.app).await?;
    Ok(Found(Page { items, next: None }))
}

/// Makes an account.
#[utoipa::path(
    post, path = "/accounts", operation_id = "create_account", tag = "people",
    request_body = NewAccount,
    responses(
        (status = 201, description = "The account", body = Account),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create(
    State(desk): State<Desk>,
    pass: Pass,
    Json(new): Json<NewAccount>,
) -> Answer<Made<Account>> {
    let now = clock::now().as_millisecond();
    Ok(Made(
        account::create(&desk.app, new, pass.who(), now).await?,
    ))
}

/// Gives an account other grants, in place of those it has.
#[utoipa::path(
    put, path = "/accounts/{name}/grants", operation_id = "put_grants", tag = "people",
    params(("name" = String, Path, description = "Name of the account")),
    request_body = NewGrants,
    responses(
        (status = 200, description = "The account from now on", body = Account),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn put_grants(
    State(desk): State<Desk>,
    pass: Pass,
    Path(name): Path<String>,
    Json(new): Json<NewGrants>,
) -> Answer<Found<Account>> {
    let now = clock::now().as_millisecond();
    Ok(Found(
        account::grant(&desk.app, &name, new.grants, pass.who(), now).await?,
    ))
}

/// Replaces the password of an account, and ends its logins. `current` is not looked at.
#[utoipa::path(
    put, path = "/accounts/{name}/password", operation_id = "put_password", tag = "people",
    params(("name" = String, Path, description = "Name of the account")),
    request_body = NewPassword,
    responses(
        (status = 200, description = "The account", body = Account),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn put_password(
    State(desk): State<Desk>,
    pass: Pass,
    Path(name): Path<String>,
    Json(new): Json<NewPassword>,
) -> Answer<Found<Account>> {
    let now = clock::now().as_millisecond();
    Ok(Found(
        account::set_password(&desk.app, &name, &new.password, pass.who(), now).await?,
    ))
}

/// Shuts an account out, its tokens and logins too. Twice is harmless.
#[utoipa::path(
    post, path = "/accounts/{name}/disable", operation_id = "disable_account", tag = "people",
    params(("name" = String, Path, description = "Name of the account")),
    responses(
        (status = 200, description = "The account", body = Account),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn disable(
    State(desk): State<Desk>,
    pass: Pass,
    Path(name): Path<String>,
) -> Answer<Found<Account>> {
    let now = clock::now().as_millisecond();
    Ok(Found(
        account::disable(&desk.app, &name, pass.who(), now).await?,
    ))
}

/// Lets an account in again. Its logins of before stay ended.
#[utoipa::path(
    post, path = "/accounts/{name}/enable", operation_id = "enable_account", tag = "people",
    params(("name" = String, Path, description = "Name of the account")),
    responses(
        (status = 200, description = "The account", body = Account),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn enable(
    State(desk): State<Desk>,
    pass: Pass,
    Path(name): Path<String>,
) -> Answer<Found<Account>> {
    let now = clock::now().as_millisecond();
    Ok(Found(
        account::enable(&desk.app, &name, pass.who(), now).await?,
    ))
}

/// Ends every login of an account, wherever it came in.
#[utoipa::path(
    delete, path = "/accounts/{name}/logins", operation_id = "end_logins", tag = "people",
    params(("name" = String, Path, description = "Name of the account")),
    responses(
        (status = 200, description = "The account", body = Account),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn log_out(
    State(desk): State<Desk>,
    pass: Pass,
    Path(name): Path<String>,
) -> Answer<Found<Account>> {
    let now = clock::now().as_millisecond();
    Ok(Found(
        account::log_out(&desk.app, &name, pass.who(), now).await?,
    ))
}

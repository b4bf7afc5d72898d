//! Tokens that let programs in.

use axum::extract::State;
use declic_common::api::{Page, Problem};
use declic_common::people::{ApiToken, NewApiToken};

use crate::app::api_token;
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Done, Found, Made};
use crate::http::extract::{Json, Path};
use crate::http::router::Desk;

/// Every token, newest first, without its secret.
#[utoipa::path(
    get, path = "/tokens", operation_id = "list_tokens", tag = "people",
    responses(
        (status = 200, description = "All tokens, on one page", body = Page<ApiToken>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(State(desk): State<Desk>) -> Answer<Found<Page<ApiToken>>> {
    let items = api_token::list(&desk.app).await?;
    Ok(Found(Page { items, next: None }))
}

/// Makes a token for an account. Only this answer holds the token itself.
#[utoipa::path(
    post, path = "/tokens", operation_id = "create_token", tag = "people",
    request_body = NewApiToken,
    responses(
        (status = 201, description = "The token, shown once", body = ApiToken),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create(
    State(desk): State<Desk>,
    pass: Pass,
    Json(new): Json<NewApiToken>,
) -> Answer<Made<ApiToken>> {
    let now = clock::now().as_millisecond();
    Ok(Made(
        api_token::create(&desk.app, new, pass.who(), now).await?,
    ))
}

/// Makes a token worthless at once. Twice is harmless.
#[utoipa::path(
    delete, path = "/tokens/{id}", operation_id = "revoke_token", tag = "people",
    params(("id" = String, Path, description = "Id of the token, not the token itself")),
    responses(
        (status = 204, description = "Revoked"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn revoke(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<String>,
) -> Answer<Done> {
    let now = clock::now().as_millisecond();
    api_token::revoke(&desk.app, &id, pass.who(), now).await?;
    Ok(Done)
}

//! Answers of the API: JSON, with the status that says what happened.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Failure;

/// What a handler gives back.
pub(super) type Answer<T> = Result<T, Failure>;

/// 200, with a body.
#[derive(Debug)]
pub(super) struct Found<T>(pub(super) T);

/// 200, with a body that is JSON already.
#[derive(Debug)]
pub(super) struct Written(pub(super) Vec<u8>);

/// 201, with what was made.
#[derive(Debug)]
pub(super) struct Made<T>(pub(super) T);

/// 204: done, and nothing to show.
#[derive(Debug)]
pub(super) struct Done;

impl<T: Serialize> IntoResponse for Found<T> {
    fn into_response(self) -> Response {
        // Not `axum::Json`: it writes each comma into a buffer that is shared and therefore slow.
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer that has no JSON form");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

impl<T: Serialize> IntoResponse for Made<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, axum::Json(self.0)).into_response()
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

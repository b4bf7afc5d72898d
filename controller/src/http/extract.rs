//! What a request says, read into types; what cannot be read is a problem document.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use declic_common::problem::ProblemKind;
use serde::de::DeserializeOwned;

use super::problem::Failure;

/// The parameters after `?`.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

/// The parts of the path.
#[derive(Debug)]
pub(super) struct Path<T>(pub(super) T);

/// A body in JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let read = read.map_err(|error: QueryRejection| unreadable(&error.body_text()))?;
        Ok(Query(read.0))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let read = read.map_err(|error: PathRejection| unreadable(&error.body_text()))?;
        Ok(Path(read.0))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let read = axum::Json::<T>::from_request(request, state).await;
        Ok(Json(read.map_err(refuse_body)?.0))
    }
}

fn refuse_body(error: JsonRejection) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Failure::new(ProblemKind::TooLarge, "the body has more than 1 MiB")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => super::guard::not_json(),
        _ => unreadable(&error.body_text()),
    }
}

/// The library's own words, begun as ours are.
fn unreadable(text: &str) -> Failure {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let text: String = first.into_iter().chain(letters).collect();
    Failure::new(ProblemKind::BadRequest, text)
}

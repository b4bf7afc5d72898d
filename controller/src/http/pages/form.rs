//! A form of a page, read into a type. Where it comes from was checked at the gate.

use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use declic_common::problem::ProblemKind;
use serde::de::DeserializeOwned;

use crate::http::problem::Failure;

#[derive(Debug)]
pub(super) struct Form<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let read = axum::Form::<T>::from_request(request, state).await;
        let read = read.map_err(|error: FormRejection| {
            Failure::new(ProblemKind::BadRequest, error.body_text().to_lowercase())
        })?;
        Ok(Form(read.0))
    }
}

/// A field that may be left empty: absent then.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    let text = text?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

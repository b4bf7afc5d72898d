//! A file as an answer.

use std::fs::File;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::io::AsyncReadExt;

use super::problem::Failure;
use crate::app::evaluation::FreezeError;

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// A file in pieces, as fast as its reader takes them, to be kept under this name.
pub(super) fn attachment(file: File, kind: &'static str, name: &str) -> Result<Response, Failure> {
    let length = file.metadata().map_err(FreezeError::Write)?.len();
    let file = tokio::fs::File::from_std(file);
    let pieces = stream::unfold(Some(file), async |file| {
        let mut file = file?;
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece).await {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(piece), Some(file)))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let name = name.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

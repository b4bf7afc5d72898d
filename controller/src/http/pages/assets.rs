//! Style, script and icon: in the program itself, under a name that changes with them.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use declic_common::problem::ProblemKind;
use ring::digest::{SHA256, digest};

use crate::http::answer::Answer;
use crate::http::extract::Path;
use crate::http::problem::Failure;

/// A browser keeps them for a year: another content has another name.
const KEPT: &str = "public, max-age=31536000, immutable";

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
    /// The name with a part of the SHA-256 of the text.
    path: String,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        (
            "style.css",
            "text/css; charset=utf-8",
            include_str!("../../../templates/style.css"),
        ),
        (
            "page.js",
            "text/javascript; charset=utf-8",
            include_str!("../../../templates/page.js"),
        ),
        (
            "icon.svg",
            "image/svg+xml",
            include_str!("../../../templates/icons/declic.svg"),
        ),
    ]
    .map(|(name, kind, text)| {
        let hash = HEXLOWER.encode(&digest(&SHA256, text.as_bytes()).as_ref()[..6]);
        Asset {
            name,
            kind,
            text,
            path: format!("/ressources/{hash}-{name}"),
        }
    })
});

/// Where the browser finds one of them.
pub(super) fn path_of(name: &str) -> &'static str {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    asset.map_or("/ressources/none", |asset| &asset.path)
}

pub(super) async fn serve(Path(name): Path<String>) -> Answer<Response> {
    let asked = format!("/ressources/{name}");
    let asset = ASSETS.iter().find(|asset| asset.path == asked);
    let asset =
        asset.ok_or_else(|| Failure::new(ProblemKind::NotFound, "nothing is served here"))?;
    let mut answer = asset.text.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    Ok(answer)
}

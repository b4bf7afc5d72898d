//! Answers of pages: HTML with what keeps a browser safe, or the way to another page.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use declic_common::problem::ProblemKind;

use crate::http::problem::Failure;
use crate::words::typeset;

/// What a handler of a page gives back.
pub(super) type Page = Result<Response, Failure>;

/// Nothing from elsewhere, no script or style inside a page, in no frame.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
         img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// A page, in the typography of its language.
pub(super) fn page(template: &impl Template) -> Page {
    page_with(StatusCode::OK, template)
}

pub(super) fn page_with(status: StatusCode, template: &impl Template) -> Page {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "failed to write a page");
        Failure::new(ProblemKind::Internal, "the controller made a mistake")
    })?;
    let mut answer = (status, typeset(&html)).into_response();
    put_headers(&mut answer);
    Ok(answer)
}

/// The headers of a page, in place of those of the API.
pub(super) fn put_headers(answer: &mut Response) {
    for (name, value) in HEADERS {
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
}

/// The way to another page, with nothing sent again there.
pub(super) fn go_to(address: &str) -> Response {
    let address = HeaderValue::from_str(address);
    // An address that no header can hold was not one of ours.
    let address = address.unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}

/// A path of this controller to come back to, if that is what it is: never another site.
pub(super) fn own_path(text: &str) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_graphic() && c != '\\';
    let fits = text.starts_with('/') && !text.starts_with("//") && text.len() <= 512;
    (fits && text.chars().all(is_plain)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site_after_signing_in() {
        for path in ["/", "/postes?presence=quiet&q=BDX-0", "/tickets/T-1001"] {
            assert_eq!(own_path(path), Some(path));
        }
        for path in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x=y",
            "javascript:alert(1)",
            "/é",
        ] {
            assert_eq!(own_path(path), None, "{path}");
        }
    }
}

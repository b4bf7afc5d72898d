//! What every request must satisfy, and what every answer carries.
//!
//! A web page of somebody else, open in a browser on the controller's machine,
//! can send requests to loopback. It can neither choose the `Host` (so a name
//! that points here does not help it) nor send JSON without asking first (and
//! nothing here ever says yes: there are no CORS headers).

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use declic_common::problem::ProblemKind;
use futures_util::FutureExt;
use jiff::fmt::rfc2822;

use super::origin::{Line, Origin};
use super::problem::Failure;
use crate::clock;

/// Longest time for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// On every answer, unless its handler chose otherwise.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Bounds every answer in time, turns a panic into a problem, and adds headers.
pub(super) async fn bound(request: Request, next: Next) -> Response {
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut answer = match tokio::time::timeout(TIMEOUT, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            // The panic hook has written where.
            tracing::error!("a handler panicked");
            Failure::new(ProblemKind::Internal, "the controller made a mistake").into_response()
        }
        Err(_) => {
            Failure::new(ProblemKind::TimedOut, "no answer within 30 seconds").into_response()
        }
    };
    for (name, value) in HEADERS {
        answer.headers_mut().entry(name).or_insert(value);
    }
    dated(answer).await
}

/// Says when the answer was made (RFC 9110, 6.6.1), on the clock of everything in it: in a
/// demonstration that is not the machine's, which the HTTP library would tell.
pub(super) async fn dated(mut answer: Response) -> Response {
    let date = rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&clock::now())
        .ok()
        .and_then(|date| HeaderValue::try_from(date).ok());
    // A year of five digits has no such form; then nothing is said.
    if let Some(date) = date {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

/// On a plain port that no proxy stands before: refuses names that are not this
/// machine's own. A proxy knows its names itself, and so does a certificate.
pub(super) async fn check_host(request: Request, next: Next) -> Response {
    let origin = Origin::of(request.extensions());
    if !matches!(origin.line, Line::Plain(_)) || !origin.direct {
        return next.run(request).await;
    }
    let named = match (
        request.uri().authority(),
        request.headers().get(header::HOST),
    ) {
        (Some(authority), _) => Some(authority.clone()),
        (None, Some(host)) => Authority::try_from(host.as_bytes()).ok(),
        (None, None) => None,
    };
    if named.is_some_and(|authority| is_loopback(authority.host())) {
        return next.run(request).await;
    }
    Failure::new(
        ProblemKind::WrongHost,
        "this port answers to localhost, 127.0.0.1 and [::1] only, or to a trusted proxy that \
         sends x-forwarded-for",
    )
    .into_response()
}

fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || literal
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Refuses a change that a form of a web page could have sent. `DELETE` is not
/// among them: no page sends it without asking first.
pub(super) async fn check_json(request: Request, next: Next) -> Response {
    let free = [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS];
    if free.contains(request.method()) || is_json(request.headers().get(header::CONTENT_TYPE)) {
        return next.run(request).await;
    }
    not_json().into_response()
}

fn is_json(content_type: Option<&HeaderValue>) -> bool {
    let essence = |value: &str| value.split(';').next().unwrap_or("").trim().to_lowercase();
    content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| essence(value) == "application/json")
}

pub(super) fn not_json() -> Failure {
    Failure::new(
        ProblemKind::NotJson,
        "send changes with the header content-type: application/json",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_own_names_are_loopback() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "127.0.0.53"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example.org",
            "10.0.0.1",
            "[::]",
            "0.0.0.0",
            "",
            "[fe80::1]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn what_a_form_can_send_is_not_json() {
        for value in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON",
        ] {
            assert!(is_json(Some(&HeaderValue::from_static(value))), "{value}");
        }
        for value in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; x=application/json",
        ] {
            assert!(!is_json(Some(&HeaderValue::from_static(value))), "{value}");
        }
        assert!(!is_json(None));
    }
}

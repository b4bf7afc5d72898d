//! Lets people into pages: the rule of each, and proof that a form is one of ours.

use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use declic_common::problem::ProblemKind;

use super::upload;
use crate::app::caller::Caller;
use crate::domain::rights::Reach;
use crate::http::access::{Access, Pass, allow, device_of};
use crate::http::identity::{is_safe, recognise};
use crate::http::limits::Wait;
use crate::http::origin::{Line, Origin};
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Largest form, in bytes: a text of 2,000 letters, percent-encoded, and a page of fields.
const FORM_BYTES: usize = 64 * 1024;
/// Of one that brought a file, which was bounded when it was read.
const UPLOAD_BYTES: usize = 1024 * 1024;
/// The field of every form that shows where it comes from.
const CSRF: &str = "csrf";

/// Whoever asks, for the frame of the page: known even where the rule refuses them.
#[derive(Clone, Debug)]
pub(super) struct Known(pub(super) Caller);

/// Enforces the rule of a page before its handler.
pub(in crate::http) async fn enforce(
    State(access): State<Access>,
    path: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let device = path.ok().and_then(|parts| device_of(&parts));
    let (mut parts, mut body) = request.into_parts();
    let desk = Desk::of(&parts.extensions).clone();
    let recognised = recognise(&desk, &parts).await;
    let known = recognised.as_ref().ok().cloned().map(Known);
    if let Some(known) = &known {
        parts.extensions.insert(known.clone());
    }
    let admitted = async {
        if !is_safe(&parts.method) {
            check_origin(&parts)?;
        }
        let pass = match access {
            // Whoever has come in already is known here too.
            Access::Open => recognised.ok().map(|caller| Pass {
                caller,
                reach: Reach::default(),
            }),
            access => Some(allow(&desk, access, device, recognised?)?),
        };
        if let Some(pass) = &pass
            && !is_safe(&parts.method)
        {
            let (form, with_file) = upload::as_form(&mut parts, std::mem::take(&mut body)).await?;
            let most = if with_file { UPLOAD_BYTES } else { FORM_BYTES };
            body = check_form(&desk, &pass.caller, form, most).await?;
        }
        Ok::<_, Failure>(pass)
    };
    let mut answer = match admitted.await {
        Ok(pass) => {
            if let Some(pass) = pass {
                parts.extensions.insert(pass);
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => failure.into_response(),
    };
    if let Some(known) = known {
        answer.extensions_mut().insert(known);
    }
    answer
}

/// A change must come from a page of this controller. Programs that show a token, or sit
/// on the socket, are no browsers that somebody could have led here.
fn check_origin(request: &Parts) -> Result<(), Failure> {
    let origin = Origin::of(&request.extensions);
    let headers = &request.headers;
    let is_a_program =
        headers.contains_key(header::AUTHORIZATION) || matches!(origin.line, Line::Socket { .. });
    match is_a_program || is_own(headers, origin) {
        true => Ok(()),
        false => Err(Failure::new(
            ProblemKind::Forbidden,
            "this form was not sent from a page of this controller; open the page again and send \
             it from there",
        )),
    }
}

/// What the browser says of the page that sent the form. `Sec-Fetch-Site` needs no host to
/// compare with, and so holds behind any proxy.
fn is_own(headers: &HeaderMap, origin: &Origin) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let Some(from) = text("origin") else {
        return false;
    };
    let host = match origin.direct {
        true => text("host"),
        false => text("x-forwarded-host").or_else(|| text("host")),
    };
    let from = from
        .strip_prefix("https://")
        .or_else(|| from.strip_prefix("http://"));
    from.is_some() && from == host
}

/// Checks the field of a form that only pages of this login have, and counts the change.
async fn check_form(
    desk: &Desk,
    caller: &Caller,
    body: Body,
    most: usize,
) -> Result<Body, Failure> {
    let Some((login, csrf)) = &caller.login else {
        return Ok(body);
    };
    let bytes = to_bytes(body, most).await.map_err(|_| {
        Failure::new(
            ProblemKind::TooLarge,
            "a form has at most 64 KiB; a text has at most 2,000 characters",
        )
    })?;
    let mut fields = form_urlencoded::parse(&bytes);
    if !fields.any(|(name, value)| name == CSRF && *value == *csrf.0) {
        return Err(Failure::new(
            ProblemKind::Forbidden,
            "this page belongs to an earlier login; open it again and send the form from there",
        ));
    }
    if let Err(Wait(wait)) = desk.changes.count(login, Instant::now()) {
        let failure = Failure::new(ProblemKind::TooMany, "too many changes within a minute");
        return Err(failure.after(wait));
    }
    Ok(Body::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Web;

    fn own(sent: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.insert(*name, value.parse().unwrap());
        }
        let line = Line::Tls([203, 0, 113, 9].into());
        is_own(&headers, &Origin::read(line, &headers, &Web::default()))
    }

    #[test]
    fn a_form_of_another_page_or_of_no_page_is_not_ours() {
        let host = ("host", "declic.example:8443");
        assert!(own(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(own(&[host, ("origin", "https://declic.example:8443")]));
        for stranger in [
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "none"),
            ("origin", "null"),
            ("origin", "https://declic.example"),
            ("origin", "https://evil.example"),
            ("x", "y"),
        ] {
            assert!(!own(&[host, stranger]), "{stranger:?}");
        }
        let forged = [
            host,
            ("origin", "https://evil.example"),
            ("x-forwarded-host", "evil.example"),
        ];
        assert!(!own(&forged), "nobody believes this header without a proxy");
    }
}

//! Who asks: the owner of the machine, a token, or the cookie of a login.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use declic_common::people::Secret;
use declic_common::problem::ProblemKind;

use super::origin::{Line, Origin};
use super::problem::Failure;
use super::router::Desk;
use crate::app::caller::{self, Caller};
use crate::app::login;
use crate::clock;

/// The cookie of a login. The prefix makes browsers keep it to this host, and
/// send it over TLS alone (RFC 6265bis, 4.1.3.2).
pub(super) const COOKIE: &str = "__Host-declic";
/// The same on a plain port of this machine, where some browsers keep no `Secure` cookie.
/// It counts there alone.
const COOKIE_HERE: &str = "declic-here";
/// Shows that a change comes from a page of ours, not from another one that is
/// open in the same browser.
const CSRF: &str = "x-csrf-token";

/// Recognises whoever sent a request to the API.
pub(super) async fn identify(desk: &Desk, request: &Parts) -> Result<Caller, Failure> {
    let origin = Origin::of(&request.extensions);
    // A demonstration has simulated homes, and is only ever reached from here.
    if desk.app.programme.demo && origin.here && !matches!(origin.line, Line::Socket { .. }) {
        return Ok(Caller::trusted("demo".to_owned()));
    }
    let caller = recognise(desk, request).await?;
    check_csrf(&request.method, &request.headers, &caller)?;
    Ok(caller)
}

/// Recognises whoever sent a request by what it carries. A change by cookie still has to
/// show that it comes from a page of ours.
pub(super) async fn recognise(desk: &Desk, request: &Parts) -> Result<Caller, Failure> {
    let origin = Origin::of(&request.extensions);
    if let Line::Socket { uid } = origin.line {
        return Ok(Caller::trusted(format!("cli:{uid}")));
    }
    check_private(origin)?;
    let now = clock::now().as_millisecond();
    let headers = &request.headers;
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = bearer(value)
            .ok_or_else(|| sign_in("the header authorization must read `Bearer` and a token"))?;
        let caller = caller::by_token(&desk.app, token, now).await?;
        return caller.ok_or_else(|| {
            sign_in("this token is unknown, has ended or was revoked; ask for a new one")
        });
    }
    let Some(secret) = cookie(headers, origin) else {
        return Err(sign_in(
            "send a token (authorization: Bearer dct_…) or log in at /api/v1/logins; on the \
             controller's own machine the command line needs neither",
        ));
    };
    let caller = caller::by_login(&desk.app, &secret, now).await?;
    caller.ok_or_else(|| sign_in("this login has ended; log in again"))
}

/// Refuses what could have been read on its way: it may carry a password.
pub(super) fn check_private(origin: &Origin) -> Result<(), Failure> {
    if origin.private {
        return Ok(());
    }
    Err(Failure::new(
        ProblemKind::Forbidden,
        "this came over plain HTTP, where others can read along: use https, and let the proxy \
         send x-forwarded-proto",
    ))
}

/// It changes nothing (RFC 9110, 9.2.1).
pub(super) fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

fn check_csrf(method: &Method, headers: &HeaderMap, caller: &Caller) -> Result<(), Failure> {
    if caller.login.is_none() || is_safe(method) {
        return Ok(());
    }
    let expected = caller.login.as_ref().map(|(_, csrf)| csrf.0.as_bytes());
    let sent = headers.get(CSRF).map(HeaderValue::as_bytes);
    if sent.is_some() && sent == expected {
        return Ok(());
    }
    Err(Failure::new(
        ProblemKind::Forbidden,
        "a change by cookie needs the header x-csrf-token, as the login or /api/v1/me gave it",
    ))
}

pub(super) fn sign_in(text: &str) -> Failure {
    Failure::new(ProblemKind::SignIn, text)
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap, origin: &Origin) -> Option<Secret> {
    let ours = |name: &str| name == COOKIE || (is_plain_here(origin) && name == COOKIE_HERE);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            ours(name).then(|| Secret(value.to_owned()))
        })
}

/// Over plain HTTP, without a proxy, from this machine.
fn is_plain_here(origin: &Origin) -> bool {
    origin.here && origin.direct && matches!(origin.line, Line::Plain(_))
}

/// The headers that give a browser its login for the pages, or take it back.
pub(super) fn page_cookies(origin: &Origin, secret: Option<&Secret>) -> Vec<HeaderValue> {
    let mut cookies = vec![secret.map_or_else(clear_cookie, set_cookie)];
    if is_plain_here(origin) {
        let (value, seconds) = match secret {
            Some(secret) => (secret.0.as_str(), login::LIFE_MS / 1_000),
            None => ("", 0),
        };
        let text =
            format!("{COOKIE_HERE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
        cookies.push(HeaderValue::from_str(&text).expect("a secret is letters and digits"));
    }
    cookies
}

/// The header that gives a browser its login.
pub(super) fn set_cookie(secret: &Secret) -> HeaderValue {
    let seconds = login::LIFE_MS / 1_000;
    let text = format!(
        "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}",
        secret.0
    );
    HeaderValue::from_str(&text).expect("a secret is made of letters and digits")
}

/// The header that takes it back.
pub(super) fn clear_cookie() -> HeaderValue {
    let text = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    HeaderValue::from_str(&text).expect("made of letters")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a request that came over TLS from elsewhere.
    fn origin() -> Origin {
        let line = Line::Tls([203, 0, 113, 9].into());
        Origin::read(line, &HeaderMap::new(), &crate::config::Web::default())
    }

    #[test]
    fn the_cookie_that_may_travel_plain_counts_on_this_machine_alone() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("declic-here=xyz"));
        assert!(cookie(&headers, &origin()).is_none());
        let here = Line::Plain([127, 0, 0, 1].into());
        let here = Origin::read(here, &HeaderMap::new(), &crate::config::Web::default());
        assert!(cookie(&headers, &here).is_some());
        assert_eq!(page_cookies(&here, None).len(), 2);
        assert_eq!(page_cookies(&origin(), None).len(), 1);
    }

    #[test]
    fn the_cookie_is_found_among_others_and_by_its_whole_name() {
        let found = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(text));
            cookie(&headers, &origin()).map(|secret| secret.0)
        };
        assert_eq!(found("a=b; __Host-declic=xyz; c=d"), Some("xyz".to_owned()));
        assert_eq!(found("__Host-declic=x=y"), Some("x=y".to_owned()));
        assert_eq!(found("declic=xyz; a__Host-declic=q"), None);
    }

    #[test]
    fn a_browser_keeps_the_cookie_to_this_host_and_from_scripts() {
        let cookie = set_cookie(&Secret("abc".to_owned()));
        let text = cookie.to_str().unwrap();
        for part in [
            "__Host-declic=abc",
            "Path=/",
            "Secure",
            "HttpOnly",
            "SameSite=Lax",
        ] {
            assert!(text.split("; ").any(|found| found == part), "{part}");
        }
    }
}

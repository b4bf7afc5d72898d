//! Who may come in: the browser that was opened with this window, and nobody else.
//!
//! The address holds a pass that works once. It is exchanged for a cookie that the
//! browser sends back to this address only, and to no page of another origin. A name
//! that was made to point here (DNS rebinding) is told by `Host`, a form of another
//! page by `Origin`.

use std::sync::Mutex;

use hyper::header::{COOKIE, HOST, HeaderName, ORIGIN};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};

use crate::life::random;

/// The door of one window.
#[derive(Debug)]
pub(super) struct Door {
    /// `127.0.0.1` and the port: the only name by which this window is called.
    host: String,
    pass: Mutex<Option<String>>,
    /// Cookies do not tell ports apart, so their name does.
    cookie: String,
}

/// What the door says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    In,
    /// The pass was good: this cookie is to be set.
    Welcome(String),
    Refused(Why),
}

/// Why somebody stays outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It called another name than ours.
    Host,
    /// A form of another page.
    Origin,
    /// Neither pass nor cookie, or used ones.
    Stranger,
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Door {
    pub(super) fn new(port: u16) -> Self {
        Door {
            host: format!("127.0.0.1:{port}"),
            pass: Mutex::new(Some(secret())),
            cookie: format!("declic-{port}={}", secret()),
        }
    }

    /// The address that opens once; `None` when it has been used.
    pub(super) fn address(&self) -> Option<String> {
        let pass = self.pass.lock().expect("no panic holds it");
        Some(format!("http://{}/{}", self.host, pass.as_ref()?))
    }

    pub(super) fn admit(&self, request: &Parts) -> Entry {
        if one(&request.headers, &HOST) != Some(&self.host) {
            return Entry::Refused(Why::Host);
        }
        if request.method != Method::GET && !self.is_own_form(&request.headers) {
            return Entry::Refused(Why::Origin);
        }
        if request.method == Method::GET && self.takes_pass(request.uri.path()) {
            let cookie = &self.cookie;
            return Entry::Welcome(format!("{cookie}; Path=/; HttpOnly; SameSite=Strict"));
        }
        if cookies(&request.headers).any(|cookie| cookie == self.cookie) {
            return Entry::In;
        }
        Entry::Refused(Why::Stranger)
    }

    /// Whether a form was sent from a page of ours, as the browser says.
    fn is_own_form(&self, headers: &HeaderMap) -> bool {
        match one(headers, &ORIGIN) {
            Some(origin) => origin.strip_prefix("http://") == Some(&self.host),
            None => one(headers, &SEC_FETCH_SITE) == Some("same-origin"),
        }
    }

    fn takes_pass(&self, path: &str) -> bool {
        let mut pass = self.pass.lock().expect("no panic holds it");
        let good = pass
            .as_deref()
            .is_some_and(|pass| path.strip_prefix('/') == Some(pass));
        if good {
            *pass = None;
        }
        good
    }
}

/// All cookies of a request, `name=value`.
pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .map(str::trim)
}

/// The value of a header that is there once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

/// 128 random bits.
fn secret() -> String {
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn request(method: Method, path: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    const HERE: (&str, &str) = ("host", "127.0.0.1:4000");

    /// A door, its pass's path and the cookie that it gives.
    fn opened() -> (Door, String, String) {
        let door = Door::new(4_000);
        let address = door.address().unwrap();
        let path = address
            .strip_prefix("http://127.0.0.1:4000")
            .unwrap()
            .to_owned();
        match door.admit(&request(Method::GET, &path, &[HERE])) {
            Entry::Welcome(cookie) => {
                assert!(
                    cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
                    "{cookie}"
                );
                let cookie = cookie.split(';').next().unwrap().to_owned();
                (door, path, cookie)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_address_opens_once_and_its_cookie_from_then_on() {
        let (door, path, cookie) = opened();
        let stranger = Entry::Refused(Why::Stranger);
        assert_eq!(door.admit(&request(Method::GET, &path, &[HERE])), stranger);
        assert_eq!(door.address(), None);
        let with =
            |cookie: &str| door.admit(&request(Method::GET, "/", &[HERE, ("cookie", cookie)]));
        assert_eq!(with(&cookie), Entry::In);
        assert_eq!(with(&format!("lang=en; {cookie}")), Entry::In);
        for other in [
            "",
            "declic-4000=",
            &cookie[..cookie.len() - 1],
            &format!("x{cookie}"),
        ] {
            assert_eq!(with(other), stranger, "{other}");
        }
    }

    #[test]
    fn a_name_that_was_made_to_point_here_opens_nothing() {
        let (door, _, cookie) = opened();
        for host in [
            "evil.example",
            "localhost:4000",
            "127.0.0.1",
            "127.0.0.1:4001",
            "[::1]:4000",
        ] {
            let asked = request(Method::GET, "/", &[("host", host), ("cookie", &cookie)]);
            assert_eq!(door.admit(&asked), Entry::Refused(Why::Host), "{host}");
        }
        let none = request(Method::GET, "/", &[("cookie", &cookie)]);
        assert_eq!(door.admit(&none), Entry::Refused(Why::Host));
        let two = request(
            Method::GET,
            "/",
            &[HERE, ("host", "evil.example"), ("cookie", &cookie)],
        );
        assert_eq!(door.admit(&two), Entry::Refused(Why::Host));
    }

    #[test]
    fn a_form_of_another_page_is_not_taken_even_with_the_cookie() {
        let (door, _, cookie) = opened();
        let post = |header: (&str, &str)| {
            door.admit(&request(
                Method::POST,
                "/pause",
                &[HERE, ("cookie", &cookie), header],
            ))
        };
        assert_eq!(post(("origin", "http://127.0.0.1:4000")), Entry::In);
        assert_eq!(post(("sec-fetch-site", "same-origin")), Entry::In);
        for header in [
            ("origin", "http://127.0.0.1:4001"),
            ("origin", "https://127.0.0.1:4000"),
            ("origin", "null"),
            ("sec-fetch-site", "same-site"),
            ("x-nothing", "at all"),
        ] {
            assert_eq!(post(header), Entry::Refused(Why::Origin), "{header:?}");
        }
    }
}

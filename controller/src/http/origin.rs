//! Where a request comes from: over which line, from which address, and whether
//! somebody in between could have read it.
//!
//! What the headers `X-Forwarded-…` say is believed from a trusted proxy alone:
//! anybody can write them.

use std::net::IpAddr;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::IncomingStream;
use ipnet::IpNet;
use tokio::net::UnixListener;

use super::accept::{PlainListener, TlsListener};
use super::router::Desk;
use crate::config::Web;

/// The connection itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The socket of the data directory, opened by this account of the machine.
    Socket {
        uid: u32,
    },
    Plain(IpAddr),
    Tls(IpAddr),
}

/// What is known of a request before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) line: Line,
    /// Of whoever asks, a proxy left out; absent on the socket.
    pub(super) address: Option<IpAddr>,
    /// Nobody in between can have read it: a secret may travel.
    pub(super) private: bool,
    /// Whoever asks sits at this machine.
    pub(super) here: bool,
    /// No proxy stands in between.
    pub(super) direct: bool,
    /// What stands before `/api` in the addresses that the browser sees; empty, or
    /// such as `/declic`.
    pub(super) base: String,
}

/// Whether an address is that of a trusted proxy.
pub(super) fn trusts(proxies: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    proxies.iter().any(|net| net.contains(&address))
}

impl Origin {
    pub(super) fn read(line: Line, headers: &HeaderMap, web: &Web) -> Self {
        let base = web.base_path.clone();
        let (peer, tls) = match line {
            Line::Socket { .. } => {
                return Origin {
                    line,
                    address: None,
                    private: true,
                    here: true,
                    direct: true,
                    base,
                };
            }
            Line::Plain(peer) => (peer.to_canonical(), false),
            Line::Tls(peer) => (peer.to_canonical(), true),
        };
        let forwarded = headers.contains_key("x-forwarded-for");
        if !forwarded || !trusts(&web.trusted_proxies, peer) {
            return Origin {
                line,
                address: Some(peer),
                private: tls || peer.is_loopback(),
                here: peer.is_loopback() && !forwarded,
                direct: true,
                base,
            };
        }
        let prefix = last(headers, "x-forwarded-prefix").filter(|prefix| is_base(prefix));
        Origin {
            line,
            address: Some(client(headers, peer, &web.trusted_proxies)),
            private: last(headers, "x-forwarded-proto").is_some_and(|proto| proto == "https"),
            here: false,
            direct: false,
            base: prefix.map_or(base, str::to_owned),
        }
    }

    /// Of a request that came through a door.
    pub(super) fn of(extensions: &Extensions) -> &Origin {
        extensions
            .get()
            .expect("every door says where its requests come from")
    }
}

/// The last value of a header: the one that the proxy nearest to us wrote.
fn last<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim)
}

/// The nearest address that no trusted proxy has: what stands before it could
/// have been written by anybody.
fn client(headers: &HeaderMap, peer: IpAddr, proxies: &[IpNet]) -> IpAddr {
    let values = headers.get_all("x-forwarded-for").iter().rev();
    let hops = values
        .flat_map(|value| value.to_str().unwrap_or("?").rsplit(','))
        .map(|hop| hop.trim().parse::<IpAddr>());
    let mut nearest = peer;
    for hop in hops {
        let Ok(hop) = hop else { break };
        nearest = hop.to_canonical();
        if !trusts(proxies, nearest) {
            break;
        }
    }
    nearest
}

/// Whether a text can stand before every path: empty, or `/word`, `/word/word`.
pub(crate) fn is_base(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    let is_word = |word: &str| !word.is_empty() && word != ".." && word.chars().all(is_letter);
    match text.strip_prefix('/') {
        Some(words) => text.len() <= 128 && words.split('/').all(is_word),
        None => text.is_empty(),
    }
}

/// Finds out where the request comes from, and says it to all that follows.
pub(super) async fn attach(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    mut request: Request,
    next: Next,
) -> Response {
    let origin = Origin::read(line, request.headers(), &desk.web);
    request.extensions_mut().insert(origin);
    request.extensions_mut().insert(desk);
    next.run(request).await
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Origin::of(&parts.extensions).clone())
    }
}

impl axum::extract::connect_info::Connected<IncomingStream<'_, UnixListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        // The system knows who opened it; if it does not say, it was nobody known.
        let uid = stream.io().peer_cred().map_or(u32::MAX, |peer| peer.uid());
        Line::Socket { uid }
    }
}

impl axum::extract::connect_info::Connected<IncomingStream<'_, PlainListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, PlainListener>) -> Self {
        Line::Plain(stream.remote_addr().ip())
    }
}

impl axum::extract::connect_info::Connected<IncomingStream<'_, TlsListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Line::Tls(stream.remote_addr().from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web() -> Web {
        Web {
            trusted_proxies: vec![
                "10.0.0.0/24".parse().unwrap(),
                "127.0.0.1/32".parse().unwrap(),
            ],
            base_path: "/declic".to_owned(),
            ..Web::default()
        }
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn read(line: Line, headers: &[(&'static str, &str)]) -> Origin {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Origin::read(line, &map, &web())
    }

    #[test]
    fn a_trusted_proxy_is_believed_about_its_own_clients() {
        let proxy = Line::Plain(ip("10.0.0.7"));
        for (forwarded, client) in [
            ("203.0.113.9", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, 10.0.0.8", "203.0.113.9"),
            ("10.0.0.9, 10.0.0.8", "10.0.0.9"),
            ("203.0.113.9, unknown, 10.0.0.8", "10.0.0.8"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("nonsense", "10.0.0.7"),
        ] {
            let origin = read(proxy, &[("x-forwarded-for", forwarded)]);
            assert_eq!(origin.address, Some(ip(client)), "{forwarded}");
            assert!(
                !origin.private && !origin.here && !origin.direct,
                "{forwarded}"
            );
        }
    }

    #[test]
    fn the_client_cannot_write_over_what_the_proxy_says() {
        let two = [
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-prefix", "//evil.example"),
        ];
        let origin = read(Line::Plain(ip("127.0.0.1")), &two);
        assert_eq!(origin.address, Some(ip("203.0.113.9")));
        assert!(!origin.private && !origin.here);
        assert_eq!(origin.base, "/declic");
        let https = [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-prefix", "/pc"),
        ];
        let origin = read(Line::Plain(ip("127.0.0.1")), &https);
        assert!(origin.private);
        assert_eq!(origin.base, "/pc");
    }

    #[test]
    fn nobody_else_is_believed() {
        let claims = [
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-prefix", "/evil"),
        ];
        let stranger = read(Line::Tls(ip("203.0.113.9")), &claims);
        assert_eq!(stranger.address, Some(ip("203.0.113.9")));
        assert!(stranger.private && !stranger.here && stranger.direct);
        assert_eq!(stranger.base, "/declic");
        let mut alone = web();
        alone.trusted_proxies.clear();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
        let undeclared = Origin::read(Line::Plain(ip("127.0.0.1")), &headers, &alone);
        assert!(
            !undeclared.here,
            "a proxy that nobody declared is not this machine"
        );
    }

    #[test]
    fn this_machine_is_here_even_where_its_proxy_is() {
        let here = read(Line::Plain(ip("127.0.0.1")), &[]);
        assert!(here.here && here.private && here.direct);
        let mapped = read(Line::Plain(ip("::ffff:127.0.0.1")), &[]);
        assert!(mapped.here && mapped.private);
        let lan = read(Line::Plain(ip("192.0.2.1")), &[]);
        assert!(!lan.here && !lan.private);
    }

    #[test]
    fn a_base_path_is_words_after_slashes() {
        for text in ["", "/declic", "/suivi/pc", "/a.b_c~d-1"] {
            assert!(is_base(text), "{text}");
        }
        for text in [
            "/", "declic", "/declic/", "//x", "/a//b", "/..", "/a b", "/é", "/a?b",
        ] {
            assert!(!is_base(text), "{text}");
        }
    }
}

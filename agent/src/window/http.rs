//! Speaks HTTP with the browser: the only code that knows hyper.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::Window;
use super::desk::{Form, Reply};
use super::door::{Entry, Why};
use super::lease::OpenPage;
use super::voice::Voice;

/// The largest form: a text of 2,000 letters, percent-encoded.
const FORM_BYTES: usize = 32 * 1024;
const HEADER_PATIENCE: Duration = Duration::from_secs(10);

const STYLE: &str = include_str!("../../templates/style.css");
const SCRIPT: &str = include_str!("../../templates/window.js");
pub(super) const ICON: &str = include_str!("../../templates/icons/declic.svg");

const HTML: &str = "text/html; charset=utf-8";

/// Nothing from elsewhere, no script in a page, in no frame, and nothing kept by the browser.
const HEADERS: [(header::HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (
        header::HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        header::HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

type Answer = Response<Content>;

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, window: Arc<Window>) {
    let answer = service_fn(move |request| {
        let window = Arc::clone(&window);
        async move { Ok::<_, Infallible>(respond(&window, request).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .serve_connection(TokioIo::new(stream), answer)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection of the window ended early");
    }
}

async fn respond(window: &Window, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    match window.door.admit(&parts) {
        Entry::In => {}
        Entry::Welcome(cookie) => {
            window.lease.touch();
            return with_cookie(to("/"), &cookie);
        }
        Entry::Refused(why) => return refuse(why, &Voice::of(&parts.headers)),
    }
    let alive = parts.uri.path() == "/alive";
    if alive && parts.method == Method::GET {
        return typed(StatusCode::OK, "text/event-stream", Content::alive(window));
    }
    window.lease.touch();
    match parts.method {
        Method::GET => show(window, &parts).await,
        Method::POST => take(window, &parts, body).await,
        _ => text(StatusCode::METHOD_NOT_ALLOWED, "only GET and POST"),
    }
}

async fn show(window: &Window, parts: &Parts) -> Answer {
    let asset = |mime, text: &'static str| typed(StatusCode::OK, mime, Content::whole(text));
    match parts.uri.path() {
        "/style.css" => asset("text/css; charset=utf-8", STYLE),
        "/window.js" => asset("text/javascript; charset=utf-8", SCRIPT),
        "/icon.svg" => asset("image/svg+xml", ICON),
        "/fr" => with_cookie(to("/"), "declic-lang=fr; Path=/; HttpOnly; SameSite=Strict"),
        "/en" => with_cookie(to("/"), "declic-lang=en; Path=/; HttpOnly; SameSite=Strict"),
        path => {
            let query = parts.uri.query().unwrap_or_default();
            let voice = Voice::of(&parts.headers);
            write(window.desk.page(path, query, voice).await)
        }
    }
}

async fn take(window: &Window, parts: &Parts, body: Incoming) -> Answer {
    let Ok(body) = Limited::new(body, FORM_BYTES).collect().await else {
        return text(StatusCode::PAYLOAD_TOO_LARGE, "the form is too long");
    };
    let form = Form::parse(&body.to_bytes());
    write(window.desk.act(parts.uri.path(), &form).await)
}

fn write(reply: Reply) -> Answer {
    let page = |status, html: String| typed(status, HTML, Content::whole(html));
    match reply {
        Reply::Page(html) => page(StatusCode::OK, html),
        Reply::Unavailable(html) => page(StatusCode::SERVICE_UNAVAILABLE, html),
        Reply::NotFound(html) => page(StatusCode::NOT_FOUND, html),
        Reply::Go(place) => to(&place),
        Reply::BadForm => text(
            StatusCode::BAD_REQUEST,
            "this form is not one of this window",
        ),
    }
}

fn refuse(why: Why, v: &Voice) -> Answer {
    match why {
        Why::Host => text(
            StatusCode::MISDIRECTED_REQUEST,
            "this is not the name of this window",
        ),
        Why::Origin => text(StatusCode::FORBIDDEN, "this form comes from another page"),
        Why::Stranger => text(
            StatusCode::FORBIDDEN,
            v.say(
                "Cette adresse ne sert qu’une fois. Ouvrez Déclic par son icône.",
                "This address works once. Open Déclic by its icon.",
            ),
        ),
    }
}

fn to(place: &str) -> Answer {
    let mut answer = text(StatusCode::SEE_OTHER, "");
    if let Ok(place) = HeaderValue::from_str(place) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    answer
}

fn with_cookie(mut answer: Answer, cookie: &str) -> Answer {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}

fn text(status: StatusCode, text: &'static str) -> Answer {
    typed(status, "text/plain; charset=utf-8", Content::whole(text))
}

fn typed(status: StatusCode, mime: &'static str, content: Content) -> Answer {
    let mut answer = Response::new(content);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// What is written to the browser.
enum Content {
    Whole(Full<Bytes>),
    /// Open for as long as its page is: it says hello, and goodbye at the window's end.
    Alive {
        hello: bool,
        ended: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
        _page: OpenPage,
    },
}

impl Content {
    fn whole(text: impl Into<Bytes>) -> Self {
        Content::Whole(Full::new(text.into()))
    }

    fn alive(window: &Window) -> Self {
        let mut ended = window.lease.ended();
        Content::Alive {
            hello: true,
            ended: Some(Box::pin(async move {
                // The sender is gone only together with the window.
                let _ = ended.wait_for(|ended| *ended).await;
            })),
            _page: window.lease.open(),
        }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let (hello, ended) = match self.get_mut() {
            Content::Whole(full) => return Pin::new(full).poll_frame(cx),
            Content::Alive { hello, ended, .. } => (hello, ended),
        };
        if std::mem::take(hello) {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b": open\n\n")))));
        }
        let Some(waiting) = ended else {
            return Poll::Ready(None);
        };
        ready!(waiting.as_mut().poll(cx));
        *ended = None;
        let goodbye = Bytes::from_static(b"event: end\ndata: end\n\n");
        Poll::Ready(Some(Ok(Frame::data(goodbye))))
    }
}

//! The enrolment door: a PC gets its certificate, and the next ones, over TLS.
//!
//! Anybody on the internet may knock here, so every step is bounded before the
//! next is taken: connections, handshakes, failed attempts, bodies. Codes hold 128
//! random bits; the limits only keep guessing cheap for us.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use data_encoding::HEXLOWER_PERMISSIVE;
use declic_common::DeviceId;
use declic_common::api::Problem;
use declic_common::code::Token;
use declic_common::enrol::{EnrolRequest, Enrolled, RenewRequest};
use rustls::ServerConfig;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;

use super::accept::{Bounds, TlsListener, Visitor};
use super::guard;
use super::limits::{Limiter, Wait};
use crate::app::App;
use crate::app::certificate::{self, RenewError, Stranger};
use crate::app::enrolment::{self, EnrolError};
use crate::clock;
use crate::pki::{BadCsr, Peer};
use crate::store::StoreError;

/// A request and its answer are small: nobody stays long.
const BOUNDS: Bounds = Bounds {
    connections: 256,
    per_address: 32,
    stay: Duration::from_secs(30),
};
/// Largest request, in bytes.
const BODY_BYTES: usize = 16 * 1024;
/// Failed attempts of one address; a technician may mistype, a building shares one.
const FAILURES: u32 = 60;
const FAILURES_WINDOW: Duration = Duration::from_secs(600);
/// Renewals of one device: each is an entry of the audit.
const RENEWALS: u32 = 6;
const RENEWALS_WINDOW: Duration = Duration::from_secs(3_600);

#[derive(Debug)]
struct Door {
    app: Arc<App>,
    failures: Limiter<IpAddr>,
    renewals: Limiter<DeviceId>,
}

/// Serves until `shutdown` resolves and the requests under way are answered.
pub async fn run(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    app: Arc<App>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let door = Arc::new(Door {
        app,
        failures: Limiter::new(FAILURES, FAILURES_WINDOW),
        renewals: Limiter::new(RENEWALS, RENEWALS_WINDOW),
    });
    let router = Router::new()
        .route("/enrol", post(enrol))
        .route("/renew", post(renew))
        .route("/healthz", get(healthz))
        .fallback(|| async { refuse(Refusal::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { refuse(Refusal::METHOD) })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(map_response(guard::dated))
        .with_state(door);
    let listener = TlsListener::start(listener, tls, BOUNDS)?;
    let service = router.into_make_service_with_connect_info::<Visitor>();
    axum::serve(listener, service)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn enrol(
    State(door): State<Arc<Door>>,
    ConnectInfo(visitor): ConnectInfo<Visitor>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    if let Err(wait) = door.failures.check(&visitor.address, Instant::now()) {
        // Not logged: who knocks in vain must not fill the log.
        return refuse(wait.into());
    }
    let answer = try_enrol(&door, body).await;
    if answer
        .as_ref()
        .is_err_and(|refusal| refusal.status.is_client_error())
    {
        // Whoever has failed too often is put off at the next try.
        let _ = door.failures.count(&visitor.address, Instant::now());
    }
    respond(answer)
}

async fn try_enrol(door: &Door, body: Result<Bytes, BytesRejection>) -> Result<Enrolled, Refusal> {
    let request: EnrolRequest = read(body)?;
    let token: Token = HEXLOWER_PERMISSIVE
        .decode(request.token.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(Refusal::MALFORMED)?;
    let now_ms = clock::now().as_millisecond();
    let enrolled = enrolment::enrol(&door.app, token, &request.csr_pem, now_ms).await?;
    tracing::info!(device = %enrolled.device, "enrolled");
    Ok(enrolled)
}

async fn renew(
    State(door): State<Arc<Door>>,
    ConnectInfo(visitor): ConnectInfo<Visitor>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    if visitor.certificate.is_none() {
        // Anybody can ask so, as often as the line allows: counted, because each
        // answer is a line of the log.
        return match door.failures.count(&visitor.address, Instant::now()) {
            Ok(()) => respond(Err(Refusal::NO_CERTIFICATE)),
            Err(wait) => refuse(wait.into()),
        };
    }
    respond(try_renew(&door, &visitor, body).await)
}

async fn try_renew(
    door: &Door,
    visitor: &Visitor,
    body: Result<Bytes, BytesRejection>,
) -> Result<Enrolled, Refusal> {
    let certificate = visitor.certificate.as_ref();
    let peer = certificate.and_then(|der| Peer::read(der).ok());
    let peer = peer.ok_or(Refusal::NO_CERTIFICATE)?;
    door.renewals.count(&peer.device, Instant::now())?;
    let request: RenewRequest = read(body)?;
    let now_ms = clock::now().as_millisecond();
    let enrolled = certificate::renew(&door.app, &peer, &request.csr_pem, now_ms).await?;
    tracing::info!(device = %enrolled.device, "renewed");
    Ok(enrolled)
}

async fn healthz(State(door): State<Arc<Door>>) -> Response {
    match door.app.check_ready() {
        Ok(()) => "ok\n".into_response(),
        // A stranger is not told why.
        Err(_) => refuse(Refusal::UNAVAILABLE),
    }
}

fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Refusal> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TOO_LARGE,
        _ => Refusal::MALFORMED,
    })?;
    // The parser's own text might quote the token: it is not passed on.
    serde_json::from_slice(&body).map_err(|_| Refusal::MALFORMED)
}

fn respond(answer: Result<Enrolled, Refusal>) -> Response {
    match answer {
        Ok(enrolled) => {
            ([(header::CACHE_CONTROL, "no-store")], axum::Json(enrolled)).into_response()
        }
        Err(refusal) => {
            tracing::warn!(kind = refusal.kind, "refused at the enrolment door");
            refuse(refusal)
        }
    }
}

/// An answer that gives nothing (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    status: StatusCode,
    /// The word of `/problems/…`: one of `ProblemKind` where that says it, or one
    /// that only this door has.
    kind: &'static str,
    title: &'static str,
    detail: std::borrow::Cow<'static, str>,
    /// Seconds until the next try is allowed, where that is known (RFC 9110, 10.2.3).
    retry_after_s: Option<u64>,
}

macro_rules! refusals {
    ($($name:ident = $status:ident $kind:literal $title:literal $detail:literal;)*) => {
        impl Refusal {
            $(const $name: Refusal = Refusal {
                status: StatusCode::$status,
                kind: $kind,
                title: $title,
                detail: std::borrow::Cow::Borrowed($detail),
                retry_after_s: None,
            };)*
        }
    };
}
refusals! {
    MALFORMED = BAD_REQUEST "bad-request" "Unreadable request"
        "the request is not the JSON that this door expects";
    TOO_LARGE = PAYLOAD_TOO_LARGE "too-large" "Request too large"
        "a request here has 16 KiB at most";
    NO_CERTIFICATE = UNAUTHORIZED "no-certificate" "No client certificate"
        "renewing needs the certificate of an enrolled device";
    NOT_FOUND = NOT_FOUND "not-found" "Not found"
        "this door has /enrol, /renew and /healthz only";
    METHOD = METHOD_NOT_ALLOWED "method-not-allowed" "Method not allowed"
        "use POST for /enrol and /renew, GET for /healthz";
    TOO_MANY = TOO_MANY_REQUESTS "too-many" "Too many attempts"
        "too many attempts; wait an hour, then try again";
    UNAVAILABLE = SERVICE_UNAVAILABLE "not-ready" "Not ready"
        "the controller cannot store anything now; try again later";
}

impl Refusal {
    fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl ToString,
    ) -> Self {
        Refusal {
            status,
            kind,
            title,
            detail: detail.to_string().into(),
            retry_after_s: None,
        }
    }

    /// The cause is ours: the visitor is told no more than to come back.
    fn ours(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "failed to answer at the enrolment door");
        Refusal::UNAVAILABLE
    }
}

impl From<Wait> for Refusal {
    fn from(Wait(left): Wait) -> Self {
        // Rounded up: one who comes back on the second must not be too early.
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        Refusal {
            retry_after_s: Some(seconds),
            ..Refusal::TOO_MANY
        }
    }
}

impl From<BadCsr> for Refusal {
    fn from(error: BadCsr) -> Self {
        Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-csr",
            "Bad certificate request",
            error,
        )
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal::ours(&error)
    }
}

impl From<EnrolError> for Refusal {
    fn from(error: EnrolError) -> Self {
        let (status, kind, title) = match &error {
            EnrolError::UnknownCode => (StatusCode::NOT_FOUND, "unknown-code", "Unknown code"),
            EnrolError::Used => (StatusCode::CONFLICT, "code-used", "Code already used"),
            EnrolError::Expired => (StatusCode::GONE, "code-expired", "Code expired"),
            EnrolError::Cancelled => (StatusCode::GONE, "code-cancelled", "Code cancelled"),
            EnrolError::Retired => (StatusCode::GONE, "device-retired", "Device retired"),
            EnrolError::Csr(csr) => return (*csr).into(),
            EnrolError::Pki(_) | EnrolError::Store(_) => return Refusal::ours(&error),
        };
        Refusal::new(status, kind, title, error)
    }
}

impl From<RenewError> for Refusal {
    fn from(error: RenewError) -> Self {
        let (kind, title) = match &error {
            RenewError::Stranger(Stranger::Unknown) => ("unknown-device", "Unknown device"),
            RenewError::Stranger(Stranger::Revoked) => ("device-revoked", "Device revoked"),
            RenewError::Stranger(Stranger::Replaced) => {
                ("certificate-replaced", "Certificate replaced")
            }
            RenewError::TooLate => ("certificate-ended", "Certificate ended"),
            RenewError::Csr(csr) => return (*csr).into(),
            RenewError::Pki(_) | RenewError::Store(_) => return Refusal::ours(&error),
        };
        Refusal::new(StatusCode::FORBIDDEN, kind, title, error)
    }
}

fn refuse(refusal: Refusal) -> Response {
    let problem = Problem {
        kind: format!("/problems/{}", refusal.kind),
        title: refusal.title.to_owned(),
        status: refusal.status.as_u16(),
        detail: refusal.detail.into_owned(),
        fields: Vec::new(),
    };
    let json = serde_json::to_vec(&problem).expect("our own types always have a JSON form");
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    let mut answer = (refusal.status, kind, json).into_response();
    if let Some(seconds) = refusal.retry_after_s {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    answer
}

#[cfg(test)]
mod tests;

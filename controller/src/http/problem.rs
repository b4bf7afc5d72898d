//! Errors as problem documents (RFC 9457), and the page that explains each kind.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use declic_common::api::Problem;
use declic_common::problem::ProblemKind;
use declic_common::programme::BadField;

/// Seconds after which a full or starting controller is worth another try.
const RETRY_AFTER_S: u64 = 60;

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: ProblemKind,
    pub(super) detail: String,
    /// When another try makes sense, in seconds from now.
    pub(super) retry_after_s: Option<u64>,
    /// What is wrong, field by field.
    pub(super) fields: Vec<BadField>,
}

impl Failure {
    pub(super) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Failure {
            kind,
            detail: detail.into(),
            retry_after_s: (kind.status() == 503).then_some(RETRY_AFTER_S),
            fields: Vec::new(),
        }
    }

    /// Says when another try makes sense.
    pub(super) fn after(self, wait: Duration) -> Self {
        Failure {
            // A second more, so that a try in time is not too early.
            retry_after_s: Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)),
            ..self
        }
    }

    /// An error whose own text says enough.
    pub(super) fn of(kind: ProblemKind, error: &dyn std::error::Error) -> Self {
        Failure::new(kind, error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let told = self.clone();
        let status = StatusCode::from_u16(self.kind.status()).expect("kinds have valid statuses");
        let problem = Problem {
            kind: format!("/problems/{}", self.kind),
            title: explain(self.kind).0.to_owned(),
            status: self.kind.status(),
            detail: self.detail,
            fields: self.fields,
        };
        let body = serde_json::to_vec(&problem).expect("our own types always have a JSON form");
        let mut answer = (status, body).into_response();
        let headers = answer.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"declic\""),
            );
        }
        // Where a person looks, a page tells it instead.
        answer.extensions_mut().insert(told);
        answer
    }
}

/// The title of a kind, and what it means and what to do.
pub(super) fn explain(kind: ProblemKind) -> (&'static str, &'static str) {
    match kind {
        ProblemKind::NotFound => (
            "no such address",
            "Nothing is served at this address. The document at /api/v1/openapi.json lists what is.",
        ),
        ProblemKind::UnknownDevice => (
            "unknown device",
            "No device of this controller has this name. A device is named d- and 12 letters; \
             GET /api/v1/devices lists them all, retired ones included.",
        ),
        ProblemKind::UnknownEnrolment => (
            "unknown enrolment",
            "No enrolment code of this controller has this id. The id is not the code itself; \
             GET /api/v1/enrolments lists the ids.",
        ),
        ProblemKind::UnknownTicket => (
            "unknown ticket",
            "No ticket of this controller has this number. GET /api/v1/tickets?all=true lists them \
             all, closed ones included.",
        ),
        ProblemKind::UnknownAbsence => (
            "unknown absence",
            "No absence that is to come or goes on has this id; one that is over is forgotten. \
             GET /api/v1/absences lists them all.",
        ),
        ProblemKind::UnknownProgramme => (
            "unknown programme",
            "No programme of this controller has this code, or none that your roles reach. \
             GET /api/v1/programmes lists them.",
        ),
        ProblemKind::UnknownRecord => (
            "unknown record",
            "The programme is there, and no record of this kind has this code in it, or none that \
             your roles reach. The list of that kind has them all.",
        ),
        ProblemKind::UnknownMetric => (
            "unknown metric",
            "History is kept under fixed names. The detail of the problem lists them all.",
        ),
        ProblemKind::BadRequest => (
            "unreadable request",
            "A parameter or the body is missing, misspelt or of the wrong type. The detail says \
             which one; /api/v1/openapi.json says what is expected.",
        ),
        ProblemKind::BadCursor => (
            "cursor of another list",
            "A cursor continues one list, with the same order and period. Ask for the first page \
             again, without a cursor.",
        ),
        ProblemKind::MethodNotAllowed => (
            "wrong method",
            "The address exists and does not take this method. The header Allow lists those it takes.",
        ),
        ProblemKind::TooLarge => (
            "too large",
            "A body may have at most 1 MiB. Nothing that this API takes comes near it: look for a \
             wrong file.",
        ),
        ProblemKind::NotJson => (
            "not sent as JSON",
            "Changes are sent with the header content-type: application/json, even without a body. \
             A web page of somebody else cannot send it, and so cannot act in your name.",
        ),
        ProblemKind::WrongHost => (
            "wrong host",
            "On this port the controller answers to localhost, 127.0.0.1 and [::1] only, so that a \
             web page cannot reach it under another name. Use one of these in the address.",
        ),
        ProblemKind::SignIn => (
            "who is asking?",
            "This needs a token, in the header authorization, or the cookie of a login. On the \
             controller's own machine the command line needs neither. A token ends by itself, and \
             a login after twelve hours: the detail says what was wrong.",
        ),
        ProblemKind::Forbidden => (
            "not for this account",
            "The controller knows who asks, and this is not theirs to do, or came by a way that \
             others can read. The detail says which. An admin gives roles: `declic account grant`.",
        ),
        ProblemKind::TooMany => (
            "too many attempts",
            "Too many passwords were tried for this name or from this address. The header \
             Retry-After says how many seconds to wait.",
        ),
        ProblemKind::UnknownAccount => (
            "unknown account",
            "No account has this name. The list of accounts has them all.",
        ),
        ProblemKind::UnknownToken => (
            "unknown token",
            "No token has this id. The list of tokens has them all; the id begins with t-.",
        ),
        ProblemKind::UnknownLogin => (
            "unknown login",
            "No login has this id, or it has ended by itself.",
        ),
        ProblemKind::Refused => (
            "refused",
            "The request was understood and must not be done as it is. The detail says why.",
        ),
        ProblemKind::Conflict => (
            "conflict",
            "Something changed meanwhile, or what is there stands in the way. Read it again, then \
             decide again.",
        ),
        ProblemKind::TimedOut => (
            "timed out",
            "The controller did not finish within 30 seconds. A change may still happen: look before \
             you repeat it.",
        ),
        ProblemKind::DiskFull => (
            "disk nearly full",
            "The disk that holds the data has too little room left, so nothing new is written. \
             Reading works. Free some space; writing resumes by itself.",
        ),
        ProblemKind::NotReady => (
            "not ready",
            "The controller starts, stops, or a part of it (the store, the recorder) gave up after an \
             error. If it lasts, read the log and restart the controller; what was acknowledged is on \
             disk.",
        ),
        ProblemKind::Internal => (
            "internal error",
            "A fault of the controller, or damaged data. The log of the controller says more.",
        ),
    }
}

/// The page of one kind.
pub(super) fn page(slug: &str) -> Option<String> {
    let kind = ProblemKind::from_word(slug)?;
    let (title, text) = explain(kind);
    Some(format!("{title} (HTTP {})\n\n{text}\n", kind.status()))
}

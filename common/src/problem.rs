//! The kinds of error of the HTTP API: the last word of a problem's `type`.

use crate::api::Problem;
use crate::words;

words! {
    /// What went wrong, in a word that programs may rely on.
    pub enum ProblemKind {
        /// No such page or route.
        0 NotFound = "not-found",
        1 UnknownDevice = "unknown-device",
        2 UnknownEnrolment = "unknown-enrolment",
        3 UnknownMetric = "unknown-metric",
        /// A parameter or body that cannot be read.
        4 BadRequest = "bad-request",
        /// The cursor is not one that this list gave.
        5 BadCursor = "bad-cursor",
        6 MethodNotAllowed = "method-not-allowed",
        7 TooLarge = "too-large",
        /// A change was not sent as `application/json`.
        8 NotJson = "not-json",
        /// The `Host` is not this machine.
        9 WrongHost = "wrong-host",
        /// Readable, and not to be done.
        10 Refused = "refused",
        /// Something else changed meanwhile, or is in the way.
        11 Conflict = "conflict",
        12 TimedOut = "timed-out",
        /// The disk is nearly full: reading goes on.
        13 DiskFull = "disk-full",
        /// The controller takes no work now.
        14 NotReady = "not-ready",
        /// A fault of the controller.
        15 Internal = "internal",
        /// Nobody has come in, by token, login or socket.
        24 SignIn = "sign-in",
        /// Whoever came in may not do this, or not by this way.
        25 Forbidden = "forbidden",
        /// Too many passwords were tried.
        26 TooMany = "too-many",
        27 UnknownAccount = "unknown-account",
        28 UnknownToken = "unknown-token",
        29 UnknownLogin = "unknown-login",
        16 UnknownTicket = "unknown-ticket",
        17 UnknownAbsence = "unknown-absence",
        30 UnknownProgramme = "unknown-programme",
        /// The programme is there, and no such record in it.
        31 UnknownRecord = "unknown-record",
    }
}

impl ProblemKind {
    /// HTTP status of the answer (RFC 9110 section 15).
    pub fn status(self) -> u16 {
        match self {
            ProblemKind::BadRequest | ProblemKind::BadCursor | ProblemKind::UnknownMetric => 400,
            ProblemKind::SignIn => 401,
            ProblemKind::Forbidden => 403,
            ProblemKind::NotFound
            | ProblemKind::UnknownDevice
            | ProblemKind::UnknownEnrolment
            | ProblemKind::UnknownTicket
            | ProblemKind::UnknownAbsence
            | ProblemKind::UnknownProgramme
            | ProblemKind::UnknownRecord
            | ProblemKind::UnknownAccount
            | ProblemKind::UnknownToken
            | ProblemKind::UnknownLogin => 404,
            ProblemKind::MethodNotAllowed => 405,
            ProblemKind::Conflict => 409,
            ProblemKind::TooLarge => 413,
            ProblemKind::NotJson => 415,
            ProblemKind::WrongHost => 421,
            ProblemKind::Refused => 422,
            ProblemKind::TooMany => 429,
            ProblemKind::Internal => 500,
            ProblemKind::TimedOut | ProblemKind::DiskFull | ProblemKind::NotReady => 503,
        }
    }
}

impl Problem {
    /// The kind of this problem; `None` from a controller of a later version.
    pub fn word(&self) -> Option<ProblemKind> {
        ProblemKind::from_word(self.kind.strip_prefix("/problems/")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_an_error_and_is_read_back() {
        for kind in ProblemKind::ALL {
            let problem = Problem {
                kind: format!("/problems/{kind}"),
                title: String::new(),
                status: kind.status(),
                detail: String::new(),
                fields: Vec::new(),
            };
            assert_eq!(problem.word(), Some(*kind));
            assert!((400..600).contains(&kind.status()), "{kind}");
        }
    }
}

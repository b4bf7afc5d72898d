//! How a command ends: an exit code for scripts, a sentence for people.

use std::process::ExitCode;

use declic_common::api::Problem;
use declic_common::problem::ProblemKind;
use declic_common::programme::BadField;
use declic_common::tr;

use super::output::clean;

/// What the exit code says. Scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    Conflict = 4,
    Unreachable = 5,
    Refused = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Failure {
            exit,
            text: text.into(),
        }
    }

    /// What the controller answered, in the person's language where it has no
    /// details of its own.
    pub(crate) fn of_problem(problem: &Problem) -> Self {
        let exit = match problem.status {
            404 => Exit::NotFound,
            409 => Exit::Conflict,
            400 => Exit::Usage,
            401 | 403 | 405..=499 => Exit::Refused,
            _ => Exit::Failed,
        };
        let detail = clean(&problem.detail);
        let text = match problem.word() {
            Some(ProblemKind::UnknownDevice) => tr("PC inconnu", "unknown device").to_owned(),
            Some(ProblemKind::UnknownEnrolment) => {
                tr("code d’inscription inconnu", "unknown enrolment code").to_owned()
            }
            Some(ProblemKind::UnknownAccount) => tr("compte inconnu", "unknown account").to_owned(),
            Some(ProblemKind::UnknownToken) => {
                tr("jeton d’accès inconnu", "unknown API token").to_owned()
            }
            Some(ProblemKind::SignIn) => tr(
                format!("jeton d’accès absent ou sans valeur (--token-file) : {detail}"),
                format!("no API token, or a worthless one (--token-file): {detail}"),
            ),
            Some(ProblemKind::Forbidden) => tr(
                format!("ce compte n’y a pas droit : {detail}"),
                format!("this account may not: {detail}"),
            ),
            Some(ProblemKind::UnknownAbsence) => tr(
                "absence inconnue, ou passée",
                "unknown absence, or one that is over",
            )
            .to_owned(),
            Some(ProblemKind::UnknownProgramme) => tr(
                "programme inconnu ; voir `declic programme list`",
                "unknown programme; see `declic programme list`",
            )
            .to_owned(),
            Some(ProblemKind::UnknownRecord) => tr(
                format!("inconnu dans ce programme : {detail}"),
                format!("unknown in this programme: {detail}"),
            ),
            Some(ProblemKind::Refused) if !problem.fields.is_empty() => fields(&problem.fields),
            Some(ProblemKind::UnknownTicket) => tr("ticket inconnu", "unknown ticket").to_owned(),
            Some(ProblemKind::DiskFull) => tr(
                "le disque des données est presque plein : libérer de la place, l’écriture reprendra d’elle-même",
                "the disk that holds the data is nearly full: free some space, writing resumes by itself",
            )
            .to_owned(),
            Some(ProblemKind::NotFound) => tr(
                "le serveur Déclic ne connaît pas cette demande : sa version est sans doute plus ancienne",
                "the controller does not know this request: it is probably of an older version",
            )
            .to_owned(),
            Some(ProblemKind::Conflict) => tr(format!("en conflit : {detail}"), format!("conflict: {detail}")),
            Some(ProblemKind::Refused) => tr(format!("refusé : {detail}"), format!("refused: {detail}")),
            _ => detail,
        };
        Failure { exit, text }
    }
}

/// What is wrong with a record, one field a line.
pub(crate) fn fields(bad: &[BadField]) -> String {
    let mut text = tr("à corriger :", "to be corrected:").to_owned();
    for bad in bad {
        let what = clean(tr(&bad.fr, &bad.en));
        match bad.field.as_str() {
            "" => text.push_str(&format!("\n  {what}")),
            field => text.push_str(&format!("\n  {} {what}", clean(field))),
        }
    }
    text
}

//! Which problem each error of the layers below is.

use declic_common::problem::ProblemKind;

use super::problem::Failure;
use crate::app::absence::AbsenceError;
use crate::app::account::AccountError;
use crate::app::announcement::AnnounceError;
use crate::app::api_token::TokenError;
use crate::app::backup::StartError;
use crate::app::command::CommandError;
use crate::app::device::QueryError;
use crate::app::enrolment::{CancelError, CreateError};
use crate::app::history::import::ImportError;
use crate::app::login::LoginError;
use crate::app::placement::PlaceError;
use crate::app::readiness::Unready;
use crate::app::retire::RetireError;
use crate::app::settings::SettingsError;
use crate::app::silence::SilenceError;
use crate::app::ticket::TicketError;
use crate::domain::placement::Refusal;
use crate::domain::ticket::Refused;
use crate::pki::PkiError;
use crate::store::StoreError;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::Conflict => ProblemKind::Conflict,
            StoreError::Full => ProblemKind::DiskFull,
            StoreError::Poisoned(_) | StoreError::Closed => ProblemKind::NotReady,
            _ => {
                tracing::error!(%error, "failed to answer");
                ProblemKind::Internal
            }
        };
        Failure::of(kind, &error)
    }
}

impl From<Unready> for Failure {
    fn from(why: Unready) -> Self {
        let kind = match why {
            Unready::Full { .. } => ProblemKind::DiskFull,
            Unready::Store(_) | Unready::Recorder => ProblemKind::NotReady,
        };
        Failure::of(kind, &why)
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        let kind = match error {
            QueryError::UnknownDevice => ProblemKind::UnknownDevice,
            QueryError::UnknownMetric { .. } => ProblemKind::UnknownMetric,
            QueryError::BadCursor => ProblemKind::BadCursor,
            QueryError::WithoutConsent(_) => ProblemKind::Refused,
            QueryError::BadLimit { .. }
            | QueryError::BadPeriod
            | QueryError::TooManyMetrics
            | QueryError::TooLong => ProblemKind::BadRequest,
            QueryError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let kind = match error {
            StartError::Off => ProblemKind::Refused,
            StartError::Making => ProblemKind::Conflict,
        };
        Failure::of(kind, &error)
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::TooMany => Failure::of(ProblemKind::BadRequest, &error),
            ImportError::Store(error) => error.into(),
        }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        let kind = match error {
            CommandError::UnknownDevice => ProblemKind::UnknownDevice,
            CommandError::OutOfBounds | CommandError::BadHours => ProblemKind::Refused,
            CommandError::TooMany => ProblemKind::Conflict,
            CommandError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<RetireError> for Failure {
    fn from(error: RetireError) -> Self {
        let kind = match error {
            RetireError::UnknownDevice => ProblemKind::UnknownDevice,
            RetireError::Revoked | RetireError::Already => ProblemKind::Conflict,
            RetireError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        let kind = match error {
            SettingsError::UnknownDevice => ProblemKind::UnknownDevice,
            SettingsError::Retired => ProblemKind::Conflict,
            SettingsError::Bad(_) => ProblemKind::Refused,
            SettingsError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<AnnounceError> for Failure {
    fn from(error: AnnounceError) -> Self {
        let kind = match error {
            AnnounceError::Bad(_) | AnnounceError::Pki(PkiError::BadName(_)) => {
                ProblemKind::Refused
            }
            AnnounceError::Here => ProblemKind::Conflict,
            AnnounceError::Pki(_) => {
                tracing::error!(%error, "failed to make a certificate for the next address");
                ProblemKind::Internal
            }
            AnnounceError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<TicketError> for Failure {
    fn from(error: TicketError) -> Self {
        let kind = match &error {
            TicketError::UnknownDevice => ProblemKind::UnknownDevice,
            TicketError::UnknownTicket => ProblemKind::UnknownTicket,
            TicketError::Gone
            | TicketError::OtherIsOpen(_)
            | TicketError::NotASpare(_)
            | TicketError::NothingToExchange(_)
            | TicketError::Refused(
                Refused::Stale { .. } | Refused::State { .. } | Refused::AlreadySwapped,
            ) => ProblemKind::Conflict,
            TicketError::NotAPersons
            | TicketError::Bad(_)
            | TicketError::Words(_)
            | TicketError::Refused(_) => ProblemKind::Refused,
            TicketError::Place(PlaceError::Store(error)) | TicketError::Store(error) => {
                return error.clone().into();
            }
            TicketError::Place(error) => kind_of_place(error),
        };
        Failure::of(kind, &error)
    }
}

impl From<AbsenceError> for Failure {
    fn from(error: AbsenceError) -> Self {
        let kind = match &error {
            AbsenceError::UnknownDevice => ProblemKind::UnknownDevice,
            AbsenceError::Unknown => ProblemKind::UnknownAbsence,
            AbsenceError::TooMany => ProblemKind::Conflict,
            AbsenceError::WhoseAbsence => ProblemKind::BadRequest,
            AbsenceError::UnknownSite | AbsenceError::Bad(_) => ProblemKind::Refused,
            AbsenceError::Store(error) => return error.clone().into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        let kind = match &error {
            PlaceError::Store(error) => return error.clone().into(),
            error => kind_of_place(error),
        };
        Failure::of(kind, &error)
    }
}

fn kind_of_place(error: &PlaceError) -> ProblemKind {
    match error {
        PlaceError::UnknownDevice => ProblemKind::UnknownDevice,
        PlaceError::Retired
        | PlaceError::SeatTaken { .. }
        | PlaceError::Refused(Refusal::WithAnother(_) | Refusal::Already) => ProblemKind::Conflict,
        PlaceError::BadSite | PlaceError::Refused(_) | PlaceError::Home(_) => ProblemKind::Refused,
        PlaceError::Store(_) => ProblemKind::Internal,
    }
}

impl From<SilenceError> for Failure {
    fn from(error: SilenceError) -> Self {
        let kind = match error {
            SilenceError::UnknownDevice => ProblemKind::UnknownDevice,
            SilenceError::WhoseSilence
            | SilenceError::UnknownSite
            | SilenceError::NotOfRules
            | SilenceError::BadHours => ProblemKind::Refused,
            SilenceError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let kind = match error {
            CreateError::BadLabel | CreateError::BadHours => ProblemKind::Refused,
            CreateError::UnknownDevice(_) => ProblemKind::UnknownDevice,
            CreateError::Retired(_) => ProblemKind::Conflict,
            CreateError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<CancelError> for Failure {
    fn from(error: CancelError) -> Self {
        let kind = match error {
            CancelError::Unknown => ProblemKind::UnknownEnrolment,
            CancelError::Used => ProblemKind::Conflict,
            CancelError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        let kind = match error {
            AccountError::Unknown => ProblemKind::UnknownAccount,
            AccountError::Taken => ProblemKind::Conflict,
            AccountError::BadName | AccountError::BadGrants | AccountError::BadPassword(_) => {
                ProblemKind::Refused
            }
            AccountError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        let kind = match error {
            TokenError::Unknown => ProblemKind::UnknownToken,
            TokenError::UnknownAccount => ProblemKind::UnknownAccount,
            TokenError::Disabled => ProblemKind::Conflict,
            TokenError::BadLabel | TokenError::BadDays => ProblemKind::Refused,
            TokenError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

impl From<LoginError> for Failure {
    fn from(error: LoginError) -> Self {
        let kind = match error {
            LoginError::Wrong => ProblemKind::SignIn,
            LoginError::Unknown => ProblemKind::UnknownLogin,
            LoginError::Store(error) => return error.into(),
        };
        Failure::of(kind, &error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_gave_up_is_not_ready_and_damage_is_our_fault() {
        for (error, status) in [
            (StoreError::Conflict, 409),
            (StoreError::Full, 503),
            (StoreError::Poisoned("disk error".to_owned()), 503),
            (StoreError::Closed, 503),
            (StoreError::Corrupt("checksum".to_owned()), 500),
        ] {
            assert_eq!(
                Failure::from(error.clone()).kind.status(),
                status,
                "{error}"
            );
        }
        let poisoned = Unready::Store("disk error".to_owned());
        assert_eq!(Failure::from(poisoned).kind, ProblemKind::NotReady);
    }
}

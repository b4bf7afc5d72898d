//! The records of a programme: one register for all nouns.
//!
//! A noun is a struct of `declic_common::programme` and its sheet. The register knows sheets
//! alone: what it keeps, seals, checks and tells is the same for a household and for a cost,
//! and a new noun is a new file in `common`.

mod erase;
mod file;
mod follow;
mod gate;
mod import;
pub mod keyring;
mod label;
pub mod letter;
mod life;
mod lines;
mod lives;
mod places;
mod purge;
mod put;
mod questionnaire;
mod reach;
pub mod register;
mod roll;
mod row;
mod rules;
mod seal;
mod table;
mod workshop;

use declic_common::programme::{BadField, Sealed};

pub use self::erase::{erase, put_right};
pub use self::file::{devices, file};
pub use self::follow::{Missed, missed};
pub use self::gate::{HomeRefusal, home};
pub use self::import::import;
pub use self::keyring::{Holder, KeyError, Keyring};
pub use self::label::label;
pub use self::life::may_go;
pub use self::lines::lines;
pub use self::lives::{LivesQuery, life, life_of_asset, lives};
pub use self::places::{Whereabouts, places};
pub use self::purge::purge;
pub use self::put::{change, create};
pub use self::questionnaire::questionnaire;
pub use self::reach::sites_of;
pub use self::register::{ListQuery, find, list, remove};
pub use self::roll::roll;
pub use self::row::{Row, all, load, programmes};
pub use self::table::export;
pub use self::workshop::{seats, sheet};
use crate::domain::rights::Reach;
use crate::store::StoreError;

/// Somebody who reads or changes records.
#[derive(Clone, Debug)]
pub struct By {
    /// As the audit writes them.
    pub who: String,
    /// Where they may do what they are about to do.
    pub reach: Reach,
    pub sight: Sight,
}

/// Which sealed fields somebody may read of one record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Eyes {
    pub contacts: bool,
    pub first_names: bool,
}

/// Where somebody may read them: a role in one programme opens nothing of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    pub contacts: Option<Reach>,
    pub first_names: Option<Reach>,
}

impl Eyes {
    pub fn see(self, sealed: Sealed) -> bool {
        match sealed {
            Sealed::Contact | Sealed::Words => self.contacts,
            Sealed::FirstName => self.contacts || self.first_names,
        }
    }
}

/// Why a record is not shown, or not kept.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error("no programme is called {0}")]
    UnknownProgramme(String),
    #[error("there is no {word} {code} in programme {programme}")]
    Unknown {
        word: &'static str,
        programme: String,
        code: String,
    },
    #[error("there is a {word} {code} already; change that one")]
    Taken { word: &'static str, code: String },
    #[error(
        "{word} {code} has changed since: version {seen} was seen, and it is at version {now}; \
         read it again"
    )]
    Stale {
        word: &'static str,
        code: String,
        seen: u64,
        now: u64,
    },
    /// Every field that is wrong.
    #[error("{}", told(.0))]
    Bad(Vec<BadField>),
    #[error("{word} {code} is named by {by}; change or remove that first")]
    Named {
        word: &'static str,
        code: String,
        by: String,
    },
    #[error("this {word} is not within what your roles reach")]
    OutOfReach { word: &'static str },
    #[error("{0}")]
    BadQuery(String),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All faults on one line.
fn told(bad: &[BadField]) -> String {
    let texts: Vec<_> = bad
        .iter()
        .map(|bad| match bad.field.as_str() {
            "" => bad.en.clone(),
            field => format!("{field}: {}", bad.en),
        })
        .collect();
    texts.join("; ")
}

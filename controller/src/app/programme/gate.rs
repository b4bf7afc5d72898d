//! Whether a device may go to a household: the programme takes no real home before its legal
//! sheet is filled in.

use declic_common::DeviceId;
use declic_common::programme::{Household, Noun, Programme};

use super::keyring::Holder;
use super::{row, seal};
use crate::app::App;
use crate::domain::life::Refusal;
use crate::store::StoreError;

/// Why a household gets no device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HomeRefusal {
    #[error(
        "no household is called {0}, and a real programme is kept here; add the household first \
         (`declic household set {0}`), or correct the code"
    )]
    Unknown(String),
    #[error(
        "the legal sheet of programme {programme} lacks {gaps}; no real home gets a device before \
         it is filled in (`declic programme set {programme} FIELD=VALUE`)"
    )]
    NoLegalSheet { programme: String, gaps: String },
    #[error("household {0} has left the programme; take back when it left before it gets a device")]
    Left(String),
    #[error("household {0} was erased; it comes back under another code")]
    Erased(String),
    #[error(
        "device {0} has no inventory number, and a real programme knows its PCs by theirs; enrol it \
         with one (`declic enrol new --asset NUMBER --rebind {0}`)"
    )]
    NoNumber(DeviceId),
    #[error(
        "PC {pc} is not among those of programme {programme}; receive it first \
         (`declic device receive {pc}`)"
    )]
    NotKept { pc: String, programme: String },
    #[error("PC {pc}: {why}")]
    Life { pc: String, why: Refusal },
}

/// The site of a household that may get a device; `None` for a code that no record knows and
/// that is taken as it is. Blocks.
///
/// Codes without a record are those of demonstrations and of a controller that keeps no real
/// programme: there the register is not used, or not yet.
pub fn home(app: &App, code: &str) -> Result<Result<Option<String>, HomeRefusal>, StoreError> {
    let store = app.store.as_ref();
    let Some(household) = row::find_alone(store, Household::SHEET, code)? else {
        let real = |row: &row::Row| {
            let programme = row.read::<Programme>();
            programme.is_none_or(|programme| !programme.demonstration)
        };
        let refused = !app.programme.demo && row::programmes(store)?.iter().any(real);
        return Ok(match refused {
            true => Err(HomeRefusal::Unknown(code.to_owned())),
            false => Ok(None),
        });
    };
    let name = &household.programme;
    let programme = row::load(store, Programme::SHEET, name, name)?;
    let programme = programme.and_then(|row| row.read::<Programme>());
    let gaps = programme.unwrap_or_default().legal_gaps();
    if !gaps.is_empty() {
        return Ok(Err(HomeRefusal::NoLegalSheet {
            programme: name.clone(),
            gaps: gaps.join(", "),
        }));
    }
    if household.text("left_on").is_some() {
        return Ok(Err(HomeRefusal::Left(code.to_owned())));
    }
    if seal::is_erased(store, &Holder::household(name, code))? {
        return Ok(Err(HomeRefusal::Erased(code.to_owned())));
    }
    Ok(Ok(household.text("site").map(str::to_owned)))
}

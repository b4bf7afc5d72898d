//! What people wrote in tickets and calls for help: sealed with their household's key where
//! the register knows the household, so that it goes when they are erased.
//!
//! A call for help is never refused for want of a key: where none can be had it is kept as it
//! was before there were any, readable, and the log says so.

use declic_common::programme::{Household, Noun};

use super::keyring::{Holder, Keyring};
use super::{row, seal};
use crate::store::Store;
use crate::store::records::programme::SealedText;

/// What a call for help is, for whoever seals it. It is moved to its ticket soon.
pub const CALL: &str = "call";

/// A text as it is kept: readable, or sealed; never both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub text: String,
    pub sealed: Option<SealedText>,
}

/// Seals what was written for a household. `about` is what it is of. Blocks.
pub fn write(
    store: &dyn Store,
    ring: &Keyring,
    household: Option<&str>,
    about: &str,
    text: &str,
) -> Written {
    let plain = || Written {
        text: text.to_owned(),
        sealed: None,
    };
    let Some(code) = household else {
        return plain();
    };
    let holder = match row::find_alone(store, Household::SHEET, code) {
        Ok(Some(row)) => Holder::household(&row.programme, code),
        Ok(None) => return plain(),
        Err(error) => {
            tracing::error!(%error, "a text is kept unsealed: its household cannot be read");
            return plain();
        }
    };
    // Its key is gone on purpose, and no new one is made.
    if seal::is_erased(store, &holder).unwrap_or(true) {
        return plain();
    }
    match ring.key_or_new(&holder) {
        Ok(key) => Written {
            text: String::new(),
            sealed: Some(SealedText {
                bytes: key.seal(text.as_bytes(), &whole(&holder, about)),
                programme: holder.programme,
                household: holder.code,
            }),
        },
        Err(error) => {
            tracing::error!(%error, "a text is kept unsealed: its household has no key");
            plain()
        }
    }
}

/// Reads it back; `None` where it was erased or its key is lost. Blocks.
pub fn read(
    ring: &Keyring,
    text: &str,
    sealed: Option<&SealedText>,
    about: &str,
) -> Option<String> {
    let Some(sealed) = sealed else {
        return Some(text.to_owned());
    };
    let holder = Holder::household(&sealed.programme, &sealed.household);
    let key = ring.key(&holder).unwrap_or_else(|error| {
        tracing::error!(%error, "a text of a household cannot be opened");
        None
    })?;
    let bytes = key.open(&sealed.bytes, &whole(&holder, about))?;
    String::from_utf8(bytes).ok()
}

fn whole(holder: &Holder, about: &str) -> String {
    let Holder {
        programme,
        noun,
        code,
    } = holder;
    format!("declic 1 {programme} {noun} {code} {about}")
}

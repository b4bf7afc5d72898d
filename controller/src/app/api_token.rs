//! Tokens of the API: a program comes in with the rights of an account.
//!
//! Only the SHA-256 of a token is kept; 256 random bits need no slower hash.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use declic_common::InstallId;
use declic_common::people::{self, NewApiToken, Secret};
use ring::digest;

use super::App;
use super::account;
use super::audit::{self, Note};
use super::device::time;
use super::enrolment::is_label;
use super::registry::for_each;
use crate::pki::random;
use crate::store::record::{decode, encode};
use crate::store::records::ApiToken;
use crate::store::{Key, Space, Store, StoreError, keys, read};

/// What every token begins with, so that one that was published by mistake is
/// found by those who search for it.
pub const PREFIX: &str = "dct_";
/// Days until a token ends, when nothing else is said.
const DAYS_DEFAULT: u32 = 90;
const DAYS_MAX: u32 = 366;
const DAY_MS: i64 = 86_400_000;

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("no token has this id")]
    Unknown,
    #[error("no account has this name")]
    UnknownAccount,
    #[error("this account is disabled")]
    Disabled,
    #[error("a token is labelled with 1 to 64 characters, on one line: say what it is for")]
    BadLabel,
    #[error("a token lasts 1 to {DAYS_MAX} days")]
    BadDays,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a token. The answer alone carries it: it is kept nowhere.
pub async fn create(
    app: &Arc<App>,
    new: NewApiToken,
    who: &str,
    now_ms: i64,
) -> Result<people::ApiToken, TokenError> {
    if !is_label(&new.label) {
        return Err(TokenError::BadLabel);
    }
    let days = new.days.unwrap_or(DAYS_DEFAULT);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(TokenError::BadDays);
    }
    let secret = format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&random::<32>()));
    let row = ApiToken {
        id: new_id("t-"),
        account: new.account,
        label: new.label,
        created_at: now_ms,
        expires_at: now_ms + i64::from(days) * DAY_MS,
        revoked_at: None,
    };
    let key = keys::api_token(&hash(&secret));
    let (who, made) = (who.to_owned(), row.clone());
    audit::with(app, now_ms, move |app, change| {
        let owner = account::load(app.store.as_ref(), &made.account)?;
        let owner = owner.ok_or(TokenError::UnknownAccount)?;
        if owner.disabled_at.is_some() {
            return Err(TokenError::Disabled);
        }
        change.batch.absent(Space::Core, key.clone());
        change.batch.put(Space::Core, key.clone(), encode(&made));
        change.note(Note {
            who: &who,
            what: "token.create",
            subject: &made.id,
            detail: Some(format!("{}, {days} days", made.account)),
        });
        Ok(())
    })
    .await?;
    Ok(people::ApiToken {
        token: Some(Secret(secret)),
        ..shown(row)
    })
}

/// Every token, newest first, without its secret.
pub async fn list(app: &App) -> Result<Vec<people::ApiToken>, StoreError> {
    let mut rows: Vec<ApiToken> = read(&app.store, all)
        .await?
        .into_iter()
        .map(|(_, row)| row)
        .collect();
    rows.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    Ok(rows.into_iter().map(shown).collect())
}

/// Makes a token worthless at once; twice is harmless.
pub async fn revoke(app: &Arc<App>, id: &str, who: &str, now_ms: i64) -> Result<(), TokenError> {
    let (id, who) = (id.to_owned(), who.to_owned());
    audit::with(app, now_ms, move |app, change| {
        let rows = all(app.store.as_ref())?;
        let found = rows.into_iter().find(|(_, row)| row.id == id);
        let (key, row) = found.ok_or(TokenError::Unknown)?;
        if row.revoked_at.is_some() {
            return Ok(());
        }
        change.batch.equals(Space::Core, key.clone(), encode(&row));
        let detail = Some(row.account.clone());
        let revoked = ApiToken {
            revoked_at: Some(now_ms),
            ..row
        };
        change.batch.put(Space::Core, key, encode(&revoked));
        change.note(Note {
            who: &who,
            what: "token.revoke",
            subject: &id,
            detail,
        });
        Ok(())
    })
    .await
}

/// The token of this secret, if it still counts. Blocks.
pub(super) fn load(
    store: &dyn Store,
    secret: &str,
    now_ms: i64,
) -> Result<Option<ApiToken>, StoreError> {
    let value = store.get(Space::Core, &keys::api_token(&hash(secret)))?;
    let row: Option<ApiToken> = value.as_deref().map(decode).transpose()?;
    Ok(row.filter(|row| row.revoked_at.is_none() && now_ms < row.expires_at))
}

/// An id that is shown in lists, such as `t-k3mq7zx2abcd`.
pub(super) fn new_id(prefix: &str) -> String {
    format!(
        "{prefix}{}",
        InstallId::from_bits(u64::from_be_bytes(random()))
    )
}

/// What is kept of a secret.
pub(super) fn hash(secret: &str) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, secret.as_bytes());
    *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
}

fn all(store: &dyn Store) -> Result<Vec<(Key, ApiToken)>, StoreError> {
    let mut rows = Vec::new();
    for_each(store, keys::of_kind(keys::core::API_TOKEN), |key, value| {
        rows.push((key.to_vec(), decode(value)?));
        Ok(())
    })?;
    Ok(rows)
}

fn shown(row: ApiToken) -> people::ApiToken {
    people::ApiToken {
        id: row.id,
        account: row.account,
        label: row.label,
        created_at: time(row.created_at),
        expires_at: time(row.expires_at),
        revoked_at: row.revoked_at.map(time),
        token: None,
    }
}

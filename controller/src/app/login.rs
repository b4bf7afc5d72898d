//! Logins: somebody came in by password, and stays for some hours.
//!
//! What the browser holds is 256 random bits; only their SHA-256 is kept. A login
//! ends by itself, by its person, or with everything of its account.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use declic_common::people::{self, Secret};

use super::App;
use super::account;
use super::api_token::{hash, new_id};
use super::audit::{self, Note};
use super::device::time;
use super::registry::for_each;
use crate::pki::random;
use crate::store::record::{decode, encode};
use crate::store::records::{Account, Login};
use crate::store::{Batch, Key, Space, Store, StoreError, keys, read};

/// How long a login lasts: a working day.
pub const LIFE_MS: i64 = 12 * 3_600_000;
/// Ended logins that one round removes.
const SWEEP_MAX: usize = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// One answer for all three, so that nobody learns which accounts exist.
    #[error("no account has this name and this password, or it is disabled")]
    Wrong,
    #[error("no login has this id")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new login, and what the browser is given.
#[derive(Debug)]
pub struct Begun {
    pub login: people::Login,
    pub secret: Secret,
}

/// Lets somebody in by name and password.
pub async fn begin(
    app: &Arc<App>,
    name: &str,
    password: &Secret,
    now_ms: i64,
) -> Result<Begun, LoginError> {
    let found = account::find(app, name).await?;
    let found = found.filter(|account| account.disabled_at.is_none());
    let hash_of = found.as_ref().and_then(|account| account.password.clone());
    let right = app.passwords.verify(password, hash_of.clone()).await?;
    let name = match found {
        Some(account) if right => account.name,
        _ => return Err(LoginError::Wrong),
    };
    let same = move |account: &Account| account.password == hash_of;
    enter(app, name, now_ms, LIFE_MS, same).await
}

/// Lets somebody in by a pass that was redeemed. `speed` is that of the clock, which may run
/// fast in a demonstration: the login lasts as long for the person.
pub async fn begin_by_pass(
    app: &Arc<App>,
    name: &str,
    now_ms: i64,
    speed: u32,
) -> Result<Begun, LoginError> {
    let life_ms = LIFE_MS * i64::from(speed.max(1));
    enter(app, name.to_owned(), now_ms, life_ms, |_| true).await
}

/// Makes the login, if the account is still what was checked.
async fn enter(
    app: &Arc<App>,
    name: String,
    now_ms: i64,
    life_ms: i64,
    same: impl Fn(&Account) -> bool + Send + 'static,
) -> Result<Begun, LoginError> {
    let secret = Secret(BASE64URL_NOPAD.encode(&random::<32>()));
    let key = keys::login(&hash(&secret.0));
    let id = new_id("l-");
    let row = audit::with(app, now_ms, move |app, change| {
        // It may have changed while the password was checked.
        let account = account::load(app.store.as_ref(), &name)?;
        let counts = |account: &Account| account.disabled_at.is_none() && same(account);
        let account = account.filter(counts).ok_or(LoginError::Wrong)?;
        let row = Login {
            id: id.clone(),
            account: name.clone(),
            created_at: now_ms,
            expires_at: now_ms.saturating_add(life_ms),
            generation: account.generation,
        };
        change.batch.absent(Space::Core, key.clone());
        change.batch.put(Space::Core, key.clone(), encode(&row));
        change.note(Note {
            who: &format!("account:{name}"),
            what: "login.begin",
            subject: &id,
            detail: None,
        });
        Ok::<_, LoginError>(row)
    })
    .await?;
    Ok(Begun {
        login: people::Login {
            csrf: Some(csrf(&secret)),
            ..shown(row)
        },
        secret,
    })
}

/// Who is in now, newest first.
pub async fn list(app: &App, now_ms: i64) -> Result<Vec<people::Login>, StoreError> {
    let mut rows = read(&app.store, move |store| {
        let mut rows = Vec::new();
        for (_, row) in all(store)? {
            if counts(store, &row, now_ms)?.is_some() {
                rows.push(row);
            }
        }
        Ok(rows)
    })
    .await?;
    rows.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    Ok(rows.into_iter().map(shown).collect())
}

/// Ends a login at once.
pub async fn end(app: &Arc<App>, id: &str, who: &str, now_ms: i64) -> Result<(), LoginError> {
    let (id, who) = (id.to_owned(), who.to_owned());
    audit::with(app, now_ms, move |app, change| {
        let rows = all(app.store.as_ref())?;
        let found = rows.into_iter().find(|(_, row)| row.id == id);
        let (key, row) = found.ok_or(LoginError::Unknown)?;
        change.batch.equals(Space::Core, key.clone(), encode(&row));
        change.batch.del(Space::Core, key);
        change.note(Note {
            who: &who,
            what: "login.end",
            subject: &id,
            detail: Some(row.account),
        });
        Ok(())
    })
    .await
}

/// Removes what has ended by itself; gives how many. Nothing changes for anybody,
/// so nothing is told in the audit.
pub async fn sweep(app: &App, now_ms: i64) -> Result<usize, StoreError> {
    let mut ended = read(&app.store, move |store| {
        let mut ended = Vec::new();
        for (key, row) in all(store)? {
            if counts(store, &row, now_ms)?.is_none() {
                ended.push(key);
            }
        }
        Ok(ended)
    })
    .await?;
    ended.truncate(SWEEP_MAX);
    let mut batch = Batch::default();
    for key in &ended {
        batch.del(Space::Core, key.clone());
    }
    if !ended.is_empty() {
        app.store.commit(batch).await?;
    }
    Ok(ended.len())
}

/// The login of this secret and its account, if both still count. Blocks.
pub(super) fn load(
    store: &dyn Store,
    secret: &str,
    now_ms: i64,
) -> Result<Option<(Login, Account)>, StoreError> {
    let value = store.get(Space::Core, &keys::login(&hash(secret)))?;
    let Some(row) = value.as_deref().map(decode::<Login>).transpose()? else {
        return Ok(None);
    };
    Ok(counts(store, &row, now_ms)?.map(|account| (row, account)))
}

/// The account of a login that has not ended.
fn counts(store: &dyn Store, row: &Login, now_ms: i64) -> Result<Option<Account>, StoreError> {
    if now_ms >= row.expires_at {
        return Ok(None);
    }
    let account = account::load(store, &row.account)?;
    Ok(account
        .filter(|account| account.disabled_at.is_none() && account.generation == row.generation))
}

/// What the pages of this login send back with every change. It follows from the
/// secret of the login, and says nothing about it.
pub fn csrf(secret: &Secret) -> Secret {
    Secret(BASE64URL_NOPAD.encode(&hash(&format!("csrf {}", secret.0))))
}

fn all(store: &dyn Store) -> Result<Vec<(Key, Login)>, StoreError> {
    let mut rows = Vec::new();
    for_each(store, keys::of_kind(keys::core::LOGIN), |key, value| {
        rows.push((key.to_vec(), decode(value)?));
        Ok(())
    })?;
    Ok(rows)
}

fn shown(row: Login) -> people::Login {
    people::Login {
        id: row.id,
        account: row.account,
        created_at: time(row.created_at),
        expires_at: time(row.expires_at),
        csrf: None,
    }
}

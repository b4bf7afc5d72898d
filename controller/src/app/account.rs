//! Accounts: who may come in, and what they may do.
//!
//! An account is never deleted, only disabled: its name stands in the audit, and
//! must not one day mean somebody else.

use std::sync::Arc;

use declic_common::people::{self, Grant, NewAccount, Secret};
use declic_common::programme::sheet::is_code;

use super::App;
use super::audit::{self, Change, Note};
use super::device::time;
use super::enrolment::is_label;
use super::password::{self, BadPassword};
use super::programme::sites_of;
use super::registry::for_each;
use crate::domain::rights::{self, Permission};
use crate::store::record::{decode, encode};
use crate::store::records::Account;
use crate::store::{Space, Store, StoreError, keys, read};

/// Longest name of an account, in letters.
const NAME_MAX: usize = 32;
/// Most grants of one account.
const GRANTS_MAX: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("no account has this name")]
    Unknown,
    #[error(
        "an account is called by 2 to {NAME_MAX} letters a-z, digits, dots, dashes or underscores, \
         beginning with a letter"
    )]
    BadName,
    #[error("an account of this name exists already")]
    Taken,
    #[error(
        "an account needs 1 to {GRANTS_MAX} grants, each for everywhere, for one programme or for one \
         site"
    )]
    BadGrants,
    #[error(transparent)]
    BadPassword(#[from] BadPassword),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes an account.
pub async fn create(
    app: &Arc<App>,
    new: NewAccount,
    who: &str,
    now_ms: i64,
) -> Result<people::Account, AccountError> {
    if !is_name(&new.name) {
        return Err(AccountError::BadName);
    }
    let account = Account {
        password: match &new.password {
            Some(password) => {
                password::check(password, &new.name)?;
                Some(app.passwords.hash(password).await?)
            }
            None => None,
        },
        grants: checked(new.grants)?,
        name: new.name,
        created_at: now_ms,
        disabled_at: None,
        generation: 0,
    };
    let who = who.to_owned();
    let row = account.clone();
    audit::with(app, now_ms, move |app, change| {
        let key = keys::account(&row.name);
        if app.store.get(Space::Core, &key)?.is_some() {
            return Err(AccountError::Taken);
        }
        change.batch.absent(Space::Core, key.clone());
        change.batch.put(Space::Core, key, encode(&row));
        change.note(Note {
            who: &who,
            what: "account.create",
            subject: &row.name,
            detail: Some(spelled(&row.grants)),
        });
        Ok(())
    })
    .await?;
    Ok(shown(account))
}

/// Every account, by name.
pub async fn list(app: &App) -> Result<Vec<people::Account>, StoreError> {
    let rows = read(&app.store, |store| {
        let mut rows = Vec::new();
        for_each(store, keys::of_kind(keys::core::ACCOUNT), |_, value| {
            rows.push(decode(value)?);
            Ok(())
        })?;
        Ok(rows)
    })
    .await?;
    Ok(rows.into_iter().map(shown).collect())
}

/// The names of the accounts that may do this on a site, or with what belongs to none.
pub async fn able(
    app: &App,
    permission: Permission,
    site: Option<String>,
) -> Result<Vec<String>, StoreError> {
    read(&app.store, move |store| {
        let mut names = Vec::new();
        for_each(store, keys::of_kind(keys::core::ACCOUNT), |_, value| {
            let account: Account = decode(value)?;
            let sites = sites_of(store, &account.grants)?;
            let reach = rights::reach(&account.grants, permission, &sites);
            if account.disabled_at.is_none()
                && reach.is_some_and(|reach| reach.admits(site.as_deref()))
            {
                names.push(account.name);
            }
            Ok(())
        })?;
        Ok(names)
    })
    .await
}

/// Gives other grants; they count from the next request on.
pub async fn grant(
    app: &Arc<App>,
    name: &str,
    grants: Vec<Grant>,
    who: &str,
    now_ms: i64,
) -> Result<people::Account, AccountError> {
    let grants = checked(grants)?;
    let detail = Some(spelled(&grants));
    change(
        app,
        name,
        ("account.grant", detail),
        who,
        now_ms,
        move |before| Account {
            grants: grants.clone(),
            ..before
        },
    )
    .await
}

/// Replaces the password, and ends every login of the account.
pub async fn set_password(
    app: &Arc<App>,
    name: &str,
    password: &Secret,
    who: &str,
    now_ms: i64,
) -> Result<people::Account, AccountError> {
    password::check(password, name)?;
    let hash = app.passwords.hash(password).await?;
    change(
        app,
        name,
        ("account.password", None),
        who,
        now_ms,
        move |before| Account {
            password: Some(hash.clone()),
            generation: before.generation + 1,
            ..before
        },
    )
    .await
}

/// Whether this is the password of the account; takes as long when there is none.
pub async fn is_password(app: &App, name: &str, password: &Secret) -> Result<bool, StoreError> {
    let found = find(app, name).await?;
    let hash = found.and_then(|account| account.password);
    app.passwords.verify(password, hash).await
}

/// Shuts an account out, its tokens and logins too. Twice is harmless.
pub async fn disable(
    app: &Arc<App>,
    name: &str,
    who: &str,
    now_ms: i64,
) -> Result<people::Account, AccountError> {
    change(
        app,
        name,
        ("account.disable", None),
        who,
        now_ms,
        move |before| Account {
            disabled_at: before.disabled_at.or(Some(now_ms)),
            // The logins of before do not come back with the account.
            generation: before.generation + u32::from(before.disabled_at.is_none()),
            ..before
        },
    )
    .await
}

/// Lets an account in again.
pub async fn enable(
    app: &Arc<App>,
    name: &str,
    who: &str,
    now_ms: i64,
) -> Result<people::Account, AccountError> {
    change(app, name, ("account.enable", None), who, now_ms, |before| {
        Account {
            disabled_at: None,
            ..before
        }
    })
    .await
}

/// Ends every login of an account, wherever it came in.
pub async fn log_out(
    app: &Arc<App>,
    name: &str,
    who: &str,
    now_ms: i64,
) -> Result<people::Account, AccountError> {
    change(
        app,
        name,
        ("account.log_out", None),
        who,
        now_ms,
        |before| Account {
            generation: before.generation + 1,
            ..before
        },
    )
    .await
}

/// An account as it is stored; `None` if there is none of this name.
pub(super) async fn find(app: &App, name: &str) -> Result<Option<Account>, StoreError> {
    let name = name.to_owned();
    read(&app.store, move |store| load(store, &name)).await
}

/// [`find`], where blocking is allowed.
pub(super) fn load(store: &dyn Store, name: &str) -> Result<Option<Account>, StoreError> {
    // A name that cannot be one has no key either.
    if !is_name(name) {
        return Ok(None);
    }
    let value = store.get(Space::Core, &keys::account(name))?;
    value.as_deref().map(decode).transpose()
}

/// Changes an account and tells it; a change that changes nothing is not told.
async fn change(
    app: &Arc<App>,
    name: &str,
    (what, detail): (&'static str, Option<String>),
    who: &str,
    now_ms: i64,
    next: impl Fn(Account) -> Account + Send + 'static,
) -> Result<people::Account, AccountError> {
    let (name, who) = (name.to_owned(), who.to_owned());
    let account = audit::with(app, now_ms, move |app, change: &mut Change| {
        let before = load(app.store.as_ref(), &name)?.ok_or(AccountError::Unknown)?;
        let after = next(before.clone());
        if after != before {
            let key = keys::account(&name);
            change
                .batch
                .equals(Space::Core, key.clone(), encode(&before));
            change.batch.put(Space::Core, key, encode(&after));
            change.note(Note {
                who: &who,
                what,
                subject: &name,
                detail: detail.clone(),
            });
        }
        Ok::<_, AccountError>(after)
    })
    .await?;
    Ok(shown(account))
}

/// Grants in order, each once.
fn checked(mut grants: Vec<Grant>) -> Result<Vec<Grant>, AccountError> {
    grants.sort();
    grants.dedup();
    let where_to = |grant: &Grant| {
        let one = grant.site.is_none() || grant.programme.is_none();
        one && grant.site.as_deref().is_none_or(is_label)
            && grant.programme.as_deref().is_none_or(is_code)
    };
    if !(1..=GRANTS_MAX).contains(&grants.len()) || !grants.iter().all(where_to) {
        return Err(AccountError::BadGrants);
    }
    Ok(grants)
}

fn spelled(grants: &[Grant]) -> String {
    let texts: Vec<_> = grants.iter().map(Grant::to_string).collect();
    texts.join(", ")
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    (2..=NAME_MAX).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(allowed)
}

fn shown(account: Account) -> people::Account {
    people::Account {
        name: account.name,
        grants: account.grants,
        has_password: account.password.is_some(),
        created_at: time(account.created_at),
        disabled_at: account.disabled_at.map(time),
    }
}

#[cfg(test)]
mod tests;

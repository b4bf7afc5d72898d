//! Who is asking, and what lets them.

use std::collections::{BTreeMap, BTreeSet};

use declic_common::people::{Grant, Role, Secret};

use super::App;
use super::programme::{By, Sight, sites_of};
use super::{account, api_token, login};
use crate::domain::rights::{self, Permission, Reach};
use crate::store::{StoreError, read};

/// Somebody whom a door has recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// As the audit writes it.
    pub who: String,
    /// Absent for whoever needs none: the owner of the machine, a demonstration.
    pub account: Option<String>,
    pub grants: Vec<Grant>,
    /// The sites of each programme that a grant names.
    pub sites: BTreeMap<String, BTreeSet<String>>,
    /// The login they came in by, and what its changes must carry.
    pub login: Option<(String, Secret)>,
}

impl Caller {
    /// Somebody who may do everything, because of where they sit.
    pub fn trusted(who: String) -> Self {
        Caller {
            who,
            account: None,
            grants: vec![Grant {
                role: Role::Admin,
                site: None,
                programme: None,
            }],
            sites: BTreeMap::new(),
            login: None,
        }
    }

    /// Where they may do this; `None` if nowhere.
    pub fn reach(&self, permission: Permission) -> Option<Reach> {
        rights::reach(&self.grants, permission, &self.sites)
    }
}

impl Caller {
    /// Who they are for the records of a programme, within what a permission reaches.
    pub fn by(&self, reach: Reach) -> By {
        By {
            who: self.who.clone(),
            reach,
            sight: Sight {
                contacts: self.reach(Permission::SeeContacts),
                first_names: self.reach(Permission::SeeFirstNames),
            },
        }
    }
}

/// Whose token this is; `None` unless token and account count now.
pub async fn by_token(app: &App, token: &str, now_ms: i64) -> Result<Option<Caller>, StoreError> {
    let token = token.to_owned();
    read(&app.store, move |store| {
        let Some(token) = api_token::load(store, &token, now_ms)? else {
            return Ok(None);
        };
        let account = account::load(store, &token.account)?;
        let account = account.filter(|account| account.disabled_at.is_none());
        let Some(account) = account else {
            return Ok(None);
        };
        Ok(Some(Caller {
            who: format!("account:{}/{}", account.name, token.id),
            account: Some(account.name),
            sites: sites_of(store, &account.grants)?,
            grants: account.grants,
            login: None,
        }))
    })
    .await
}

/// Whose login this is; `None` unless it counts now.
pub async fn by_login(
    app: &App,
    secret: &Secret,
    now_ms: i64,
) -> Result<Option<Caller>, StoreError> {
    let secret = secret.clone();
    read(&app.store, move |store| {
        let Some((login, account)) = login::load(store, &secret.0, now_ms)? else {
            return Ok(None);
        };
        Ok(Some(Caller {
            who: format!("account:{}", account.name),
            account: Some(account.name),
            sites: sites_of(store, &account.grants)?,
            grants: account.grants,
            login: Some((login.id, login::csrf(&secret))),
        }))
    })
    .await
}

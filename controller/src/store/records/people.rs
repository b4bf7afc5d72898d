//! Accounts, and what lets them in. Secrets are only kept as hashes.

use declic_common::people::Grant;
use minicbor::{Decode, Encode};

/// Somebody who may come in. Times are ms UTC, controller clock.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Account {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub grants: Vec<Grant>,
    /// As argon2id writes it (PHC string); absent for an account of tokens alone.
    #[n(2)]
    pub password: Option<String>,
    #[n(3)]
    pub created_at: i64,
    #[n(4)]
    pub disabled_at: Option<i64>,
    /// Logins of an earlier generation have ended: a new password, for instance,
    /// ends them all at once.
    #[n(5)]
    pub generation: u32,
}

/// A token of the API, under the hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ApiToken {
    /// Not secret: names the token in lists.
    #[n(0)]
    pub id: String,
    #[n(1)]
    pub account: String,
    #[n(2)]
    pub label: String,
    #[n(3)]
    pub created_at: i64,
    #[n(4)]
    pub expires_at: i64,
    #[n(5)]
    pub revoked_at: Option<i64>,
}

/// Somebody who came in by password, under the hash of what their cookie holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Login {
    /// Not secret: names the login in lists.
    #[n(0)]
    pub id: String,
    #[n(1)]
    pub account: String,
    #[n(2)]
    pub created_at: i64,
    #[n(3)]
    pub expires_at: i64,
    /// That of the account when it began.
    #[n(4)]
    pub generation: u32,
}

//! People in the API: their accounts, what these may do, and how they come in.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::words;

words! {
    /// What somebody does in a programme. There is none for landlords: nothing
    /// here may show them single homes.
    pub enum Role {
        0 Admin = "admin",
        1 Coordinator = "coordinator",
        2 Technician = "technician",
        3 Animator = "animator",
        4 Evaluator = "evaluator",
    }
}

/// A role, and where it holds. Written `technician`, `technician:aubiers` for a site or
/// `technician:@clic-2010` for a programme with all its sites.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Grant {
    #[n(0)]
    pub role: Role,
    /// Only this site; everywhere when both are absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(1)]
    pub site: Option<String>,
    /// Only this programme and its sites; never given beside a site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(2)]
    pub programme: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a grant is a role (admin, coordinator, technician, animator, evaluator), and may be kept to \
     a site (technician:aubiers) or to a programme (technician:@clic-2010)"
)]
pub struct BadGrant;

impl FromStr for Grant {
    type Err = BadGrant;

    fn from_str(text: &str) -> Result<Self, BadGrant> {
        let (role, kept) = match text.split_once(':') {
            Some((role, kept)) => (role, Some(kept)),
            None => (text, None),
        };
        let (site, programme) = match kept.map(|kept| (kept, kept.strip_prefix('@'))) {
            Some((_, Some(programme))) => (None, Some(programme)),
            Some((site, None)) => (Some(site), None),
            None => (None, None),
        };
        if [site, programme]
            .iter()
            .flatten()
            .any(|kept| kept.trim().is_empty())
        {
            return Err(BadGrant);
        }
        Ok(Grant {
            role: Role::from_word(role).ok_or(BadGrant)?,
            site: site.map(str::to_owned),
            programme: programme.map(str::to_owned),
        })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.programme, &self.site) {
            (Some(programme), _) => write!(f, "{}:@{programme}", self.role),
            (None, Some(site)) => write!(f, "{}:{site}", self.role),
            (None, None) => write!(f, "{}", self.role),
        }
    }
}

/// What must never show in a log: a password, a token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// An account, without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// Its login. It stands in the audit: not the name of the person.
    pub name: String,
    pub grants: Vec<Grant>,
    /// Without one, the account is only reached by its tokens.
    pub has_password: bool,
    pub created_at: Timestamp,
    /// Since then nobody comes in with it.
    pub disabled_at: Option<Timestamp>,
}

/// Makes an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// 2 to 32 of `a-z`, `0-9`, `.`, `-`, `_`, beginning with a letter.
    pub name: String,
    pub grants: Vec<Grant>,
    /// 12 to 256 characters. Without one, the account is only reached by its tokens.
    #[serde(default)]
    pub password: Option<Secret>,
}

/// What an account may do from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewGrants {
    pub grants: Vec<Grant>,
}

/// Replaces a password, and ends every login of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// 12 to 256 characters.
    pub password: Secret,
    /// The one before it; needed by whoever changes their own.
    #[serde(default)]
    pub current: Option<Secret>,
}

/// A token that lets a program in with the rights of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiToken {
    /// Names the token in lists and in the audit; not secret.
    pub id: String,
    pub account: String,
    /// What it is for.
    pub label: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// The token itself, only in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
}

/// Makes a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewApiToken {
    pub account: String,
    /// What it is for: 1 to 64 characters.
    pub label: String,
    /// Days until it ends; 90 when absent, 366 at most.
    #[serde(default)]
    pub days: Option<u32>,
}

/// Comes in by password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewLogin {
    pub name: String,
    pub password: Secret,
}

/// Somebody who came in by password, for some hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// Names the login in lists; not secret.
    pub id: String,
    pub account: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// To be sent back in the header `x-csrf-token` with every change; only in
    /// the answer that makes the login. The login itself is in a cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<Secret>,
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// As the audit writes it.
    pub who: String,
    /// Absent on the socket of the controller's own machine.
    pub account: Option<String>,
    pub grants: Vec<Grant>,
    /// For the header `x-csrf-token`; absent without a cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<Secret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_a_role_and_perhaps_a_site_or_a_programme() {
        for text in [
            "admin",
            "technician:Les Aubiers",
            "animator:a:b",
            "coordinator:@clic-2010",
        ] {
            let grant: Grant = text.parse().unwrap();
            assert_eq!(grant.to_string(), text);
        }
        for text in [
            "",
            "landlord",
            "admin:",
            "technician: ",
            "technician:@",
            ":Aubiers",
            "Admin",
        ] {
            assert!(text.parse::<Grant>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_shows_nowhere_but_on_the_wire() {
        let login = NewLogin {
            name: "amina".to_owned(),
            password: Secret("correct horse battery".to_owned()),
        };
        assert!(!format!("{login:?}").contains("horse"));
        assert!(serde_json::to_string(&login).unwrap().contains("horse"));
    }
}

//! *Administration*: accounts, tokens, codes, rules, the audit, backups, and how the
//! controller is.

pub(super) mod accounts;
pub(super) mod audit;
pub(super) mod backups;
pub(super) mod codes;
pub(super) mod rules;
pub(super) mod status;
pub(super) mod tokens;

use super::view::View;
use crate::domain::rights::Permission;

/// Where these pages are in the menu.
const PART: &str = "/administration";

/// A tab: path, name, and whether it is this page.
type Tab = (&'static str, &'static str, bool);

/// The tabs that this person may open.
fn tabs(v: &View, here: &'static str) -> Vec<Tab> {
    use Permission::*;
    let all = [
        (SeeStatus, PART, v.say("État", "State")),
        (
            ManageAccounts,
            "/administration/comptes",
            v.say("Comptes", "Accounts"),
        ),
        (
            ManageAccounts,
            "/administration/jetons",
            v.say("Jetons", "Tokens"),
        ),
        (
            Enrol,
            "/administration/codes",
            v.say("Codes d’inscription", "Enrolment codes"),
        ),
        (
            SeeDevices,
            "/administration/regles",
            v.say("Règles", "Rules"),
        ),
        (
            SeeAudit,
            "/administration/journal",
            v.say("Journal", "Audit"),
        ),
        (
            BackUp,
            "/administration/sauvegardes",
            v.say("Sauvegardes", "Backups"),
        ),
    ];
    let allowed = all
        .into_iter()
        .filter(|(permission, ..)| v.may(*permission));
    allowed
        .map(|(_, path, name)| (path, name, path == here))
        .collect()
}

/// A page of this part, under the name of its tab.
fn titled(view: View, title: &'static str) -> View {
    view.titled(title, PART)
}

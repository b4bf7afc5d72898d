//! Who may do what, and where: one table, read by every door.
//!
//! A role gives permissions, and a grant gives a role for one site or for all of
//! them. A permission that looks at the whole programme (its audit, its accounts)
//! is not given by a grant for one site: that would show the others.

use std::collections::BTreeSet;

use declic_common::people::{Grant, Role};

/// One thing that a person may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// How the controller is: counts, no device.
    SeeStatus,
    /// Devices, what they reported, where they were, and their tickets.
    SeeDevices,
    /// Commands, settings, placements, tickets and the code of a household's charter.
    SteerDevices,
    /// Codes that let a PC join.
    Enrol,
    /// Retire and revoke: a device goes.
    Dismiss,
    /// Tells every device where the controller will be.
    MoveController,
    /// Copies of all that is stored, keys included.
    BackUp,
    /// Reports of the past are put into history by hand.
    ImportHistory,
    /// Who changed what.
    SeeAudit,
    /// Other people's accounts, tokens and logins.
    ManageAccounts,
}

/// Where somebody may do something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    #[default]
    Everywhere,
    /// Only there. What belongs to no site is out of reach.
    Sites(BTreeSet<String>),
}

impl Permission {
    pub const ALL: [Permission; 10] = [
        Permission::SeeStatus,
        Permission::SeeDevices,
        Permission::SteerDevices,
        Permission::Enrol,
        Permission::Dismiss,
        Permission::MoveController,
        Permission::BackUp,
        Permission::ImportHistory,
        Permission::SeeAudit,
        Permission::ManageAccounts,
    ];

    /// As the document of the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Permission::SeeStatus => "see-status",
            Permission::SeeDevices => "see-devices",
            Permission::SteerDevices => "steer-devices",
            Permission::Enrol => "enrol",
            Permission::Dismiss => "dismiss",
            Permission::MoveController => "move-controller",
            Permission::BackUp => "back-up",
            Permission::ImportHistory => "import-history",
            Permission::SeeAudit => "see-audit",
            Permission::ManageAccounts => "manage-accounts",
        }
    }

    /// It shows or changes what belongs to no single site.
    fn is_of_the_whole(self) -> bool {
        matches!(
            self,
            Permission::MoveController
                | Permission::BackUp
                | Permission::ImportHistory
                | Permission::SeeAudit
                | Permission::ManageAccounts
        )
    }
}

/// The table. Workshop leaders and evaluators have no business with single homes:
/// what they work with are sessions, seats and figures.
pub fn allows(role: Role, permission: Permission) -> bool {
    use Permission::*;
    match role {
        Role::Admin => true,
        Role::Coordinator => !matches!(
            permission,
            MoveController | BackUp | ImportHistory | ManageAccounts
        ),
        Role::Technician => !permission.is_of_the_whole(),
        Role::Animator | Role::Evaluator => permission == SeeStatus,
    }
}

/// Where these grants allow it; `None` if nowhere.
pub fn reach(grants: &[Grant], permission: Permission) -> Option<Reach> {
    let mut sites = BTreeSet::new();
    for grant in grants {
        if !allows(grant.role, permission) {
            continue;
        }
        match &grant.site {
            None => return Some(Reach::Everywhere),
            Some(_) if permission.is_of_the_whole() => {}
            Some(site) => {
                sites.insert(site.clone());
            }
        }
    }
    (!sites.is_empty()).then_some(Reach::Sites(sites))
}

impl Reach {
    /// Whether what belongs to this site, or to none, is within it.
    pub fn admits(&self, site: Option<&str>) -> bool {
        match self {
            Reach::Everywhere => true,
            Reach::Sites(sites) => site.is_some_and(|site| sites.contains(site)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(texts: &[&str]) -> Vec<Grant> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn each_role_may_do_what_its_work_needs_and_no_more() {
        let table = |role| {
            let may = Permission::ALL.iter().filter(|p| allows(role, **p));
            may.map(|p| p.as_str()).collect::<Vec<_>>().join(" ")
        };
        let fleet = "see-status see-devices steer-devices enrol dismiss";
        assert_eq!(table(Role::Technician), fleet);
        assert_eq!(table(Role::Coordinator), format!("{fleet} see-audit"));
        assert_eq!(
            table(Role::Admin),
            format!("{fleet} move-controller back-up import-history see-audit manage-accounts")
        );
        assert_eq!(table(Role::Animator), "see-status");
        assert_eq!(table(Role::Evaluator), "see-status");
    }

    #[test]
    fn two_roles_give_what_each_gives_where_each_gives_it() {
        let both = grants(&["technician:aubiers", "evaluator", "technician:bacalan"]);
        let there = reach(&both, Permission::SeeDevices).unwrap();
        assert!(there.admits(Some("aubiers")) && there.admits(Some("bacalan")));
        assert!(!there.admits(Some("grand-parc")));
        assert!(
            !there.admits(None),
            "what has no site belongs to everywhere"
        );
        assert_eq!(reach(&both, Permission::SeeStatus), Some(Reach::Everywhere));
        let wide = grants(&["technician:aubiers", "coordinator"]);
        assert_eq!(reach(&wide, Permission::Enrol), Some(Reach::Everywhere));
        assert_eq!(reach(&[], Permission::SeeStatus), None);
    }

    #[test]
    fn a_role_for_one_site_neither_reads_the_audit_nor_makes_accounts() {
        let here = grants(&["admin:aubiers", "coordinator:bacalan"]);
        assert_eq!(reach(&here, Permission::SeeAudit), None);
        assert_eq!(reach(&here, Permission::ManageAccounts), None);
        assert_eq!(reach(&here, Permission::MoveController), None);
        assert!(reach(&here, Permission::Dismiss).is_some());
    }
}

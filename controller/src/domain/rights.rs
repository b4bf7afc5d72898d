//! Who may do what, and where: one table, read by every door.
//!
//! A role gives permissions, and a grant gives a role for one site, for one programme or
//! everywhere. A permission that looks at the whole controller (its audit, its accounts)
//! is not given by a grant for a part of it: that would show the others.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Records of a programme, without what identifies people.
    SeeProgramme,
    /// Changes them.
    KeepProgramme,
    /// Names, phones, addresses and what people wrote; each display is told in the audit.
    SeeContacts,
    /// First names, for those who meet people.
    SeeFirstNames,
    /// Cycles, sessions and who came.
    KeepWorkshop,
    /// What a programme asks, and what is made of the answers.
    Evaluate,
    /// Answers to surveys: whoever meets people enters them.
    KeepSurveys,
}

/// Where somebody may do something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    #[default]
    Everywhere,
    /// Only there. What belongs to no site is out of reach, unless it is of one of these
    /// programmes.
    Within {
        /// Those of the programmes are among them.
        sites: BTreeSet<String>,
        programmes: BTreeSet<String>,
    },
}

impl Permission {
    pub const ALL: [Permission; 17] = [
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
        Permission::SeeProgramme,
        Permission::KeepProgramme,
        Permission::SeeContacts,
        Permission::SeeFirstNames,
        Permission::KeepWorkshop,
        Permission::Evaluate,
        Permission::KeepSurveys,
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
            Permission::SeeProgramme => "see-programme",
            Permission::KeepProgramme => "keep-programme",
            Permission::SeeContacts => "see-contacts",
            Permission::SeeFirstNames => "see-first-names",
            Permission::KeepWorkshop => "keep-workshop",
            Permission::Evaluate => "evaluate",
            Permission::KeepSurveys => "keep-surveys",
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

/// The table. Workshop leaders and evaluators have no business with the PCs of single homes:
/// what they work with are sessions, seats and figures, and households under their codes.
pub fn allows(role: Role, permission: Permission) -> bool {
    use Permission::*;
    match role {
        Role::Admin => true,
        Role::Coordinator => !matches!(
            permission,
            MoveController | BackUp | ImportHistory | ManageAccounts
        ),
        Role::Technician => matches!(
            permission,
            SeeStatus | SeeDevices | SteerDevices | Enrol | Dismiss | SeeProgramme | SeeContacts
        ),
        Role::Animator => matches!(
            permission,
            SeeStatus | SeeProgramme | SeeFirstNames | KeepWorkshop | KeepSurveys
        ),
        Role::Evaluator => matches!(
            permission,
            SeeStatus | SeeProgramme | Evaluate | KeepSurveys
        ),
    }
}

/// Where these grants allow it; `None` if nowhere.
///
/// `of_programmes` holds the sites of each programme that a grant names.
pub fn reach(
    grants: &[Grant],
    permission: Permission,
    of_programmes: &BTreeMap<String, BTreeSet<String>>,
) -> Option<Reach> {
    let mut sites = BTreeSet::new();
    let mut programmes = BTreeSet::new();
    for grant in grants {
        if !allows(grant.role, permission) {
            continue;
        }
        match (&grant.programme, &grant.site) {
            (None, None) => return Some(Reach::Everywhere),
            _ if permission.is_of_the_whole() => {}
            (Some(programme), _) => {
                programmes.insert(programme.clone());
                sites.extend(of_programmes.get(programme).into_iter().flatten().cloned());
            }
            (None, Some(site)) => {
                sites.insert(site.clone());
            }
        }
    }
    let somewhere = !sites.is_empty() || !programmes.is_empty();
    somewhere.then_some(Reach::Within { sites, programmes })
}

impl Reach {
    /// Whether what belongs to this site, or to none, is within it.
    pub fn admits(&self, site: Option<&str>) -> bool {
        match self {
            Reach::Everywhere => true,
            Reach::Within { sites, .. } => site.is_some_and(|site| sites.contains(site)),
        }
    }

    /// Whether a programme as a whole is within it.
    pub fn admits_programme(&self, programme: &str) -> bool {
        match self {
            Reach::Everywhere => true,
            Reach::Within { programmes, .. } => programmes.contains(programme),
        }
    }

    /// Only these sites.
    pub fn of_sites(sites: impl IntoIterator<Item = String>) -> Self {
        Reach::Within {
            sites: sites.into_iter().collect(),
            programmes: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(grants: &[Grant], permission: Permission) -> Option<Reach> {
        super::reach(grants, permission, &BTreeMap::new())
    }

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
        let records = "see-programme keep-programme see-contacts see-first-names keep-workshop evaluate keep-surveys";
        assert_eq!(
            table(Role::Technician),
            format!("{fleet} see-programme see-contacts")
        );
        assert_eq!(
            table(Role::Coordinator),
            format!("{fleet} see-audit {records}")
        );
        assert_eq!(
            table(Role::Admin),
            format!(
                "{fleet} move-controller back-up import-history see-audit manage-accounts {records}"
            )
        );
        assert_eq!(
            table(Role::Animator),
            "see-status see-programme see-first-names keep-workshop keep-surveys"
        );
        assert_eq!(
            table(Role::Evaluator),
            "see-status see-programme evaluate keep-surveys"
        );
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
    fn a_role_in_a_programme_reaches_its_sites_and_its_own_records() {
        let sites = BTreeSet::from(["aubiers".to_owned()]);
        let of = BTreeMap::from([("clic-2010".to_owned(), sites)]);
        let mine = grants(&["coordinator:@clic-2010", "technician:bacalan"]);
        let there = super::reach(&mine, Permission::SeeDevices, &of).unwrap();
        assert!(there.admits(Some("aubiers")) && there.admits(Some("bacalan")));
        assert!(!there.admits(Some("grand-parc")) && !there.admits(None));
        assert!(there.admits_programme("clic-2010") && !there.admits_programme("clic-2011"));
        let keep = super::reach(&mine, Permission::KeepProgramme, &of).unwrap();
        assert!(
            !keep.admits(Some("bacalan")),
            "a technician keeps no records"
        );
        assert_eq!(super::reach(&mine, Permission::SeeAudit, &of), None);
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

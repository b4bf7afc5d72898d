//! The frozen dataset: all that an evaluation rests on, as pseudonymous rows.
//!
//! It holds days and lengths, no moments; codes, no names of people; and is enough to
//! recompute every figure on any machine, after the personal data are gone.

pub mod archive;
pub mod check;
mod column;
mod devices;
mod homes;
pub mod manifest;
mod means;
pub mod pseudonym;
pub mod seal;
mod table;
#[cfg(test)]
mod tests;
mod training;

pub use column::{Cell, Column, Key, Kind, MicroDegrees};
pub use devices::*;
pub use homes::*;
pub use means::*;
pub use table::{Field, Row, Table, TableMut};
pub use training::*;

macro_rules! tables {
    ($( $field:ident: $row:ty, )*) => {
        /// Every table of a programme. Default is a programme of which nothing is known.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Dataset { $( pub $field: Vec<$row>, )* }

        impl Dataset {
            /// The tables in the order of the files.
            pub fn tables(&self) -> Vec<&dyn Table> {
                vec![$( &self.$field ),*]
            }
            pub fn tables_mut(&mut self) -> Vec<&mut dyn TableMut> {
                vec![$( &mut self.$field ),*]
            }
        }
    };
}

tables! {
    programme: Programme,
    sites: Site,
    partners: Partner,
    funders: Funder,
    staff_hours: StaffHours,
    costs: Cost,
    statements: Statement,
    carbon_factors: CarbonFactor,
    governance: Governance,
    households: Household,
    consents: Consent,
    persons: Person,
    surveys: Survey,
    lots: Lot,
    devices: Device,
    placements: Placement,
    device_days: DeviceDay,
    outages: Outage,
    silences: Silence,
    tickets: Ticket,
    repairs: Repair,
    disk_checks: DiskCheck,
    sessions: Session,
    session_themes: SessionTheme,
    attendance: Attendance,
    assistance: Assistance,
    assistance_themes: AssistanceTheme,
}

impl Dataset {
    /// Brings the rows of every table into their one order.
    pub fn sort(&mut self) {
        for table in self.tables_mut() {
            table.sort();
        }
    }

    /// What concerns one site: its households and all of theirs, its sessions, its tickets.
    /// Money, lots, partners and the bench belong to the whole programme and stay.
    pub fn of_site(&self, site: &str) -> Dataset {
        let mut part = self.clone();
        let here = |code: &String| code == site;
        part.sites.retain(|row| here(&row.site));
        part.households.retain(|row| here(&row.site));
        part.sessions.retain(|row| here(&row.site));
        part.assistance.retain(|row| here(&row.site));
        part.tickets.retain(|row| here(&row.site));
        let homes: std::collections::HashSet<Key> =
            part.households.iter().map(|row| row.household).collect();
        let sessions: std::collections::HashSet<Key> =
            part.sessions.iter().map(|row| row.session).collect();
        part.consents.retain(|row| homes.contains(&row.household));
        part.persons.retain(|row| homes.contains(&row.household));
        part.surveys.retain(|row| homes.contains(&row.household));
        part.placements
            .retain(|row| row.household.is_some_and(|home| homes.contains(&home)));
        part.device_days
            .retain(|row| homes.contains(&row.household));
        part.outages.retain(|row| homes.contains(&row.household));
        part.silences.retain(|row| homes.contains(&row.household));
        let helps: std::collections::HashSet<Key> =
            part.assistance.iter().map(|row| row.assistance).collect();
        part.assistance_themes
            .retain(|row| helps.contains(&row.assistance));
        part.session_themes
            .retain(|row| sessions.contains(&row.session));
        part.attendance
            .retain(|row| sessions.contains(&row.session));
        part
    }
}

//! Whether the rows of a dataset can be true together: keys that exist once, references
//! that lead somewhere, days that have no more minutes than the calendar gives them.

use std::collections::HashSet;

use super::{Dataset, Table};
use crate::calendar::minutes_in;

/// Something that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    pub table: &'static str,
    /// The key of the row, as it stands in the file.
    pub row: String,
    pub what: &'static str,
}

/// Where a column leads: column, table whose first key column it names. The Table Schemas
/// of the exports say the same.
pub const REFERENCES: &[(&str, &str)] = &[
    ("household", "households"),
    ("device", "devices"),
    ("site", "sites"),
    ("lot", "lots"),
    ("ticket", "tickets"),
    ("session", "sessions"),
    ("assistance", "assistance"),
    ("funder", "funders"),
];

/// Where a column of a table leads, if it leads anywhere.
pub fn leads_to(table: &str, column: &str) -> Option<&'static str> {
    let (_, target) = REFERENCES.iter().find(|(name, _)| *name == column)?;
    (*target != table).then_some(*target)
}

/// Everything that cannot be. None in what a controller freezes.
pub fn contradictions(dataset: &Dataset) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for table in dataset.tables() {
        keys(table, &mut found);
        references(dataset, table, &mut found);
    }
    days(dataset, &mut found);
    found
}

fn keys(table: &dyn Table, found: &mut Vec<Contradiction>) {
    if table.key().is_empty() {
        return;
    }
    let at = positions(table, table.key());
    let mut seen = HashSet::new();
    for row in 0..table.rows() {
        let key = key_of(table, row, &at);
        if !seen.insert(key.clone()) {
            found.push(Contradiction {
                table: table.name(),
                row: key,
                what: "stands there twice",
            });
        }
    }
}

fn references(dataset: &Dataset, table: &dyn Table, found: &mut Vec<Contradiction>) {
    for (at, field) in table.fields().iter().enumerate() {
        let Some(target) = leads_to(table.name(), field.name) else {
            continue;
        };
        let tables = dataset.tables();
        let target = tables
            .iter()
            .find(|one| one.name() == target)
            .expect("every target is a table");
        let known: HashSet<String> = (0..target.rows())
            .map(|row| target.cells(row)[0].to_string())
            .collect();
        let key = positions(table, table.key());
        for row in 0..table.rows() {
            let value = table.cells(row)[at].to_string();
            if !value.is_empty() && !known.contains(&value) {
                found.push(Contradiction {
                    table: table.name(),
                    row: key_of(table, row, &key),
                    what: "names something that has no row",
                });
            }
        }
    }
}

fn days(dataset: &Dataset, found: &mut Vec<Contradiction>) {
    for row in &dataset.device_days {
        let most = minutes_in(row.day);
        let rungs = [
            row.reached_minutes,
            row.link_down_minutes,
            row.gateway_down_minutes,
            row.dns_down_minutes,
            row.internet_down_minutes,
            row.controller_down_minutes,
        ];
        let on_network: u32 = rungs.iter().flatten().map(|part| u32::from(*part)).sum();
        let on = row.on_minutes.map_or(0, u32::from);
        let wrong = if on > most {
            Some("is on for longer than the day has minutes")
        } else if on_network > on {
            Some("has more minutes of network than it was on")
        } else if row.on_minutes.is_some() && !row.usage_consent {
            Some("has minutes although the household did not consent to usage data")
        } else {
            None
        };
        if let Some(what) = wrong {
            let row = format!("{} {}", row.device, row.day);
            found.push(Contradiction {
                table: "device_days",
                row,
                what,
            });
        }
    }
    for home in &dataset.households {
        if home
            .left_on
            .is_some_and(|left| home.installed_on.is_some_and(|day| left < day))
        {
            let row = home.household.to_string();
            found.push(Contradiction {
                table: "households",
                row,
                what: "left before it was equipped",
            });
        }
    }
}

fn positions(table: &dyn Table, names: &[&str]) -> Vec<usize> {
    let fields = table.fields();
    let place = |name: &&str| fields.iter().position(|field| field.name == *name);
    names
        .iter()
        .map(|name| place(name).expect("a key is made of columns"))
        .collect()
}

fn key_of(table: &dyn Table, row: usize, at: &[usize]) -> String {
    let cells = table.cells(row);
    let parts: Vec<String> = at.iter().map(|place| cells[*place].to_string()).collect();
    parts.join(" ")
}

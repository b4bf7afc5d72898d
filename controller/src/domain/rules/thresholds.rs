//! The thresholds of the rules: the defaults of `rules.toml`, and what a programme
//! wants otherwise.

use declic_common::ticket::{Cause, Priority};
use serde::Deserialize;
use toml::{Table, Value};

/// The defaults, with the comments that explain them.
pub const DEFAULTS: &str = include_str!("rules.toml");

/// Why a file of rules is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRules {
    #[error("the rules are not TOML: {0}")]
    Unreadable(String),
    #[error("the rules hold something that no rule knows or takes: {0}")]
    Unknown(String),
    #[error("rule {rule}: {what}")]
    Nonsense {
        rule: &'static str,
        what: &'static str,
    },
}

/// What all rules have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hysteresis {
    pub enabled: bool,
    pub priority: Priority,
    pub raise: Streak,
    pub clear: Streak,
}

/// How long something must have been so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streak {
    /// Readings in a row.
    pub reports: u32,
    /// Hours that they cover.
    pub hours: u32,
}

/// Of tickets in general.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tickets {
    pub reopen_days: u32,
    pub close_days: u32,
    pub stale_days: u32,
    pub settle_minutes: u32,
}

/// Declares the table of one rule: the six keys of all, and its own.
macro_rules! rule {
    ($name:ident { $( $(#[$meta:meta])* $field:ident: $type:ty ),* $(,)? }) => {
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            enabled: bool,
            priority: Priority,
            raise_reports: u32,
            raise_hours: u32,
            clear_reports: u32,
            clear_hours: u32,
            $( $(#[$meta])* pub $field: $type, )*
        }

        impl $name {
            pub fn hysteresis(&self) -> Hysteresis {
                Hysteresis {
                    enabled: self.enabled,
                    priority: self.priority,
                    raise: Streak { reports: self.raise_reports, hours: self.raise_hours },
                    clear: Streak { reports: self.clear_reports, hours: self.clear_hours },
                }
            }
        }
    };
}

rule!(DiskFailing {
    reallocated_growth: u64,
    pending_growth: u64,
    uncorrectable_growth: u64,
    worn_percent: u8,
});
rule!(Overheating {
    cpu_celsius: i32,
    gpu_celsius: i32,
    disk_celsius: i32,
    clear_margin_celsius: i32,
});
rule!(DiskFull {
    full_permille: u64,
    full_bytes: u64,
    ample_bytes: u64,
    clear_permille: u64,
    clear_bytes: u64,
});
rule!(MemoryStarving {
    memory_permille: u64,
    swap_permille: u64,
    clear_memory_permille: u64,
    clear_swap_permille: u64,
});
rule!(UpdatesFailing {
    lists_days: u32,
    security_pending: u32,
});
rule!(CertificateEnding {
    ends_within_days: u32
});
rule!(ClockWrong { minutes_off: u32 });
rule!(AgentOutdated {
    oldest_version: String
});
rule!(Plain {});

/// Every threshold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    pub tickets: Tickets,
    pub disk_failing: DiskFailing,
    pub overheating: Overheating,
    pub disk_full: DiskFull,
    pub never_started: Plain,
    pub internet_down: Plain,
    pub overdue: Plain,
    pub memory_starving: MemoryStarving,
    pub updates_failing: UpdatesFailing,
    pub certificate_ending: CertificateEnding,
    pub clock_wrong: ClockWrong,
    pub reboot_pending: Plain,
    pub agent_outdated: AgentOutdated,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::parse("").expect("the defaults are checked by a test")
    }
}

impl Thresholds {
    /// The defaults, changed as this file says.
    pub fn parse(text: &str) -> Result<Self, BadRules> {
        let mut table: Table = DEFAULTS.parse().expect("the defaults are TOML");
        let wanted: Table = text
            .parse()
            .map_err(|error: toml::de::Error| BadRules::Unreadable(error.to_string()))?;
        for (name, value) in wanted {
            match (table.get_mut(&name), value) {
                (Some(Value::Table(rule)), Value::Table(changes)) => rule.extend(changes),
                (_, value) => {
                    table.insert(name, value);
                }
            }
        }
        let thresholds: Thresholds = table
            .try_into()
            .map_err(|error: toml::de::Error| BadRules::Unknown(error.to_string()))?;
        thresholds.check()?;
        Ok(thresholds)
    }

    /// How long a cause must be there or gone; `None` if no rule looks for it.
    pub fn hysteresis(&self, cause: Cause) -> Option<Hysteresis> {
        let rule = super::RULES.iter().find(|rule| rule.cause == cause)?;
        Some((rule.hysteresis)(self))
    }

    /// A rule that would open and close its ticket at the same reading never rests.
    fn check(&self) -> Result<(), BadRules> {
        let must =
            |fits: bool, rule, what| fits.then_some(()).ok_or(BadRules::Nonsense { rule, what });
        for rule in super::RULES {
            let hysteresis = (rule.hysteresis)(self);
            let counts = hysteresis.raise.reports >= 1 && hysteresis.clear.reports >= 1;
            let name = rule.cause.as_str();
            must(
                counts,
                name,
                "raise_reports and clear_reports are at least 1",
            )?;
        }
        let full = &self.disk_full;
        must(
            full.clear_permille >= full.full_permille && full.clear_bytes >= full.full_bytes,
            "disk_full",
            "the room that closes a ticket is at least the one that opens it",
        )?;
        let memory = &self.memory_starving;
        must(
            memory.clear_memory_permille >= memory.memory_permille
                && memory.clear_swap_permille >= memory.swap_permille,
            "memory_starving",
            "what closes a ticket is at least what opens it",
        )?;
        must(
            self.overheating.clear_margin_celsius >= 0,
            "overheating",
            "clear_margin_celsius is at least 0",
        )?;
        let disk = &self.disk_failing;
        must(
            disk.reallocated_growth >= 1
                && disk.pending_growth >= 1
                && disk.uncorrectable_growth >= 1,
            "disk_failing",
            "a growth is at least 1: a disk that stays as it was is no alarm",
        )?;
        let oldest = &self.agent_outdated.oldest_version;
        must(
            oldest.is_empty() || super::agent_outdated::parse(oldest).is_some(),
            "agent_outdated",
            "oldest_version is three numbers such as 0.2.0, or empty",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_what_it_names_and_leaves_the_rest() {
        let own = Thresholds::parse(
            "[disk_full]\nfull_permille = 70\nraise_reports = 9\n[overdue]\nenabled = false",
        )
        .unwrap();
        assert_eq!(own.disk_full.full_permille, 70);
        assert_eq!(own.disk_full.hysteresis().raise.reports, 9);
        assert!(!own.overdue.hysteresis().enabled);
        let mut same = own.clone();
        same.disk_full = Thresholds::default().disk_full;
        same.overdue = Thresholds::default().overdue;
        assert_eq!(same, Thresholds::default());
    }

    #[test]
    fn a_misspelt_or_senseless_rule_is_told() {
        for (text, said) in [
            ("[disk_full]\nfull_permile = 70", "full_permile"),
            ("[disk_ful]\nfull_permille = 70", "disk_ful"),
            ("disk_full = 3", "disk_full"),
            ("[disk_full", "not TOML"),
            ("[disk_full]\npriority = \"now\"", "unknown word"),
            ("[disk_full]\nfull_permille = -1", "disk_full"),
            ("[disk_full]\nclear_permille = 10", "the room that closes"),
            ("[overdue]\nraise_reports = 0", "at least 1"),
            (
                "[disk_failing]\npending_growth = 0",
                "a growth is at least 1",
            ),
            (
                "[agent_outdated]\noldest_version = \"new\"",
                "three numbers",
            ),
        ] {
            let error = Thresholds::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}

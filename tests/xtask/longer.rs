//! `cargo xtask damage` and `cargo xtask fuzz`: tests that every run does for a moment, for longer.

use clap::ValueEnum;
use declic_tests::damage::VARIANTS;
use declic_tests::fuzz::{SECONDS, SEED};

use crate::run::run_with;

/// What reads what others wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Packets of MQTT 3.1.1 and 5, as the endpoint cuts them out of a stream
    Packets,
    Reports,
    Journals,
    Inventories,
    /// Calls for help, and outcomes of commands
    Answers,
    /// Commands, settings and receipts, as a PC reads them
    Commands,
    /// Topics, names and statuses
    Topics,
    /// Enrolment codes
    Codes,
    SixWords,
    /// Values of the controller's store
    Records,
    /// Files of the agent's spool and life
    Spool,
    /// Lines of `declic rhythm evaluate --input`
    Homes,
}

impl Target {
    /// Names of its tests, or parts of them.
    fn tests(self) -> &'static [&'static str] {
        match self {
            Target::Packets => &["any_bytes_are_packets_or_a_fault"],
            Target::Reports => &["a_report_in_any_state"],
            Target::Journals => &["a_journal_in_any_state"],
            Target::Inventories => &["an_inventory_in_any_state"],
            Target::Answers => &["a_call_for_help_in_any_state", "an_outcome_in_any_state"],
            Target::Commands => &[
                "a_command_in_any_state",
                "a_receipt_in_any_state",
                "settings_in_any_state",
            ],
            Target::Topics => &["a_status_a_topic_and_a_name_in_any_state"],
            Target::Codes => &["a_code_in_any_state"],
            Target::SixWords => &["six_words_in_any_state"],
            Target::Records => &["a_value_in_any_state"],
            Target::Spool => &["a_file_of_the_spool_in_any_state", "a_life_in_any_state"],
            Target::Homes => &["a_file_of_homes_in_any_state"],
        }
    }
}

/// One test after the other: each is given its whole time of a core.
pub(crate) fn fuzz(targets: &[Target], seconds: u64, seed: u64) -> anyhow::Result<()> {
    let targets = match targets {
        [] => Target::value_variants(),
        some => some,
    };
    let (seconds, seed) = (seconds.to_string(), seed.to_string());
    let tests = targets.iter().flat_map(|target| target.tests()).copied();
    tests_for_longer(tests, &[(SECONDS, &seconds), (SEED, &seed)])
}

/// As many damaged copies of each store.
pub(crate) fn damage(variants: u64) -> anyhow::Result<()> {
    let tests = [
        "a_damaged_store_gives_an_error_or_the_truth",
        "a_damaged_spool_gives_what_was_written_or_nothing",
    ];
    tests_for_longer(tests.into_iter(), &[(VARIANTS, &variants.to_string())])
}

fn tests_for_longer<'a>(
    tests: impl Iterator<Item = &'a str>,
    env: &[(&str, &str)],
) -> anyhow::Result<()> {
    let mut args = vec![
        "test",
        "--quiet",
        "--workspace",
        "--locked",
        "--lib",
        "--test",
        "fuzz",
    ];
    args.extend(["--", "--nocapture", "--test-threads=1"]);
    args.extend(tests);
    run_with("cargo", &args, env)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::root;
    use std::fs;
    use std::path::Path;

    fn sources(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            match entry.is_dir() {
                true => sources(&entry, text),
                false => *text += &fs::read_to_string(entry).unwrap_or_default(),
            }
        }
    }

    #[test]
    fn every_target_is_a_test_that_exists_under_its_name() {
        let mut text = String::new();
        for folder in ["tests/fuzz", "controller/src", "agent/src"] {
            sources(&root().join(folder), &mut text);
        }
        for test in Target::value_variants()
            .iter()
            .flat_map(|target| target.tests())
        {
            assert!(text.contains(&format!("fn {test}")), "{test}");
        }
    }
}

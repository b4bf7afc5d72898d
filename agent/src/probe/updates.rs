//! Software updates that wait, and whether the PC must be restarted.

use std::cmp::Ordering;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use declic_common::report::Updates;
use serde::{Deserialize, Serialize};

use super::clocks;
use super::files::Files;
use super::sources::Question;

/// What apt's answer depends on; while none of these changed, neither does it.
const BASIS: [&str; 4] = [
    "var/lib/dpkg/status",
    "var/lib/apt/lists",
    "var/lib/apt/extended_states",
    "etc/apt/preferences.d",
];

/// Touched when the lists were refreshed, even if nothing was new; the lists'
/// own folder changes when something was.
const REFRESHED: [&str; 3] = [
    "var/lib/apt/periodic/update-success-stamp",
    "var/lib/apt/periodic/update-stamp",
    "var/lib/apt/lists",
];

const LONGEST_MS: i64 = 10_000_000_000_000;

/// The last count, kept from one slow reading to the next and, given a file, from
/// one start of the PC to the next: counting is the dearest reading of all.
#[derive(Clone, Debug, Default)]
pub(super) struct UpdateCount {
    last: Arc<Mutex<Option<Counted>>>,
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    basis: [Option<i64>; BASIS.len()],
    pending: u32,
    security: u32,
}

impl UpdateCount {
    /// Remembers in this file; an unreadable one is an empty one.
    pub(super) fn in_file(file: PathBuf) -> Self {
        let last = fs::read(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        UpdateCount {
            last: Arc::new(Mutex::new(last)),
            file: Some(file),
        }
    }

    /// Losing it costs one count, so nothing is synced and no error matters.
    fn keep(&self, counted: Option<Counted>) {
        if let (Some(file), Some(counted)) = (&self.file, counted)
            && let Ok(bytes) = serde_json::to_vec(&counted)
        {
            let _ = fs::write(file, bytes);
        }
    }

    /// Counts, or remembers. Blocks for as long as apt thinks.
    pub(super) fn read(&self, files: &mut Files) -> Option<Updates> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let basis = BASIS.map(|path| files.modified_ms(path));
        // Without dpkg there is nothing to ask.
        if basis[0].is_some() && last.is_none_or(|last| last.basis != basis) {
            *last = count(files).map(|(pending, security)| Counted {
                basis,
                pending,
                security,
            });
            self.keep(*last);
        }
        let counted = last.filter(|counted| counted.basis == basis);
        let now = clocks::device_ms(files);
        let lists = REFRESHED
            .iter()
            .filter_map(|path| files.modified_ms(path))
            .max();
        let age_ms = now.zip(lists).map(|(now, lists)| now.saturating_sub(lists));
        let updates = Updates {
            pending: counted.map(|counted| counted.pending),
            security: counted.map(|counted| counted.security),
            // Negative when the clock went back: then nobody knows.
            lists_age_s: age_ms
                .filter(|age| (0..=LONGEST_MS).contains(age))
                .map(|age| age as u64 / 1000),
        };
        (updates != Updates::default()).then_some(updates)
    }
}

/// Installed packages that apt would upgrade, and those of them whose new version
/// comes from a security archive. Only a simulation: no lock, no download.
fn count(files: &Files) -> Option<(u32, u32)> {
    let answer = files.sources.ask(&Question {
        file: "apt-upgrades",
        // apt thinks for seconds on an old PC: the household's own work comes first,
        // and nobody needs the answer once the agent has ended.
        program: "setpriv",
        args: &[
            "--pdeathsig",
            "KILL",
            "nice",
            "-n",
            "19",
            "apt-get",
            "--simulate",
            "-qq",
            "-o",
            "Debug::NoLocking=true",
            "-o",
            "APT::Get::Show-User-Simulation-Note=false",
            "dist-upgrade",
        ],
        within: Duration::from_secs(60),
        must_succeed: true,
    })?;
    let (mut pending, mut security) = (0, 0);
    for line in answer.lines() {
        // `Inst name [old] (new Origin:version/suite, … [arch])`; a package without
        // an old version is new and waits for nothing.
        let Some((name_and_old, new)) = line
            .strip_prefix("Inst ")
            .and_then(|line| line.split_once(" ("))
        else {
            continue;
        };
        if name_and_old.contains(" [") {
            pending += 1;
            let origins = new.split_once(' ').map_or("", |(_, origins)| origins);
            security += u32::from(origins.contains("-security") || origins.contains("-Security:"));
        }
    }
    Some((pending, security))
}

/// Whether something asked for a restart, or a newer kernel is installed than the
/// one that runs; absent where neither can be known.
pub(super) fn reboot_required(files: &mut Files) -> Option<bool> {
    if files.exists("run/reboot-required") {
        return Some(true);
    }
    let running = files.word("proc/sys/kernel/osrelease")?.to_owned();
    let installed: Vec<String> = files
        .names("boot")
        .into_iter()
        .filter_map(|name| name.strip_prefix("vmlinuz-").map(str::to_owned))
        .collect();
    // A kernel that is not in /boot was not installed by the system's packages.
    if !installed.contains(&running) {
        return files.exists("run").then_some(false);
    }
    let newer = installed
        .iter()
        .any(|release| flavour(release) == flavour(&running) && compare(release, &running).is_gt());
    Some(newer)
}

/// `amd64`, `rt-amd64`, `generic` …: kernels of another flavour are another choice.
fn flavour(release: &str) -> Vec<&str> {
    release
        .split('-')
        .filter(|part| !part.starts_with(|c: char| c.is_ascii_digit()))
        .collect()
}

/// Orders kernel releases: runs of digits as numbers, the rest as text.
fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    while !a.is_empty() || !b.is_empty() {
        let (text_a, rest_a) = a.split_at(a.find(|c: char| c.is_ascii_digit()).unwrap_or(a.len()));
        let (text_b, rest_b) = b.split_at(b.find(|c: char| c.is_ascii_digit()).unwrap_or(b.len()));
        let (digits_a, after_a) = digits(rest_a);
        let (digits_b, after_b) = digits(rest_b);
        let order = text_a
            .cmp(text_b)
            .then(digits_a.len().cmp(&digits_b.len()))
            .then(digits_a.cmp(digits_b));
        if order.is_ne() {
            return order;
        }
        (a, b) = (after_a, after_b);
    }
    Ordering::Equal
}

/// A leading number without its zeros, and what follows it.
fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (number.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_releases_are_ordered_as_people_count() {
        let ordered = [
            "5.10.0-8-amd64",
            "5.10.0-28-amd64",
            "6.1.0-9-amd64",
            "6.1.0-10-amd64",
            "6.1.0-31-amd64",
            "6.12.3-1-amd64",
        ];
        for pair in ordered.windows(2) {
            assert!(compare(pair[1], pair[0]).is_gt(), "{pair:?}");
            assert!(compare(pair[0], pair[1]).is_lt(), "{pair:?}");
        }
        assert!(compare("6.1.0-31-amd64", "6.1.0-31-amd64").is_eq());
    }
}

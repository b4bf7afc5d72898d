//! Stories that this machine cannot tell. They are left out by a filter, so that
//! the run counts them as skipped, and said aloud: a story that returned early
//! would count as told.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use declic_tests::SmallDisk;

use crate::run::{root, say};

/// The stories that fill a small disk, by the start of their names.
const OF_A_FULL_DISK: &str = "disk_full::";

/// What is left out, and why.
pub(crate) struct LeftOut {
    stories: Vec<String>,
    why: String,
}

impl LeftOut {
    /// Finds out by trying; the stories must be built, or this builds them.
    pub(crate) fn here() -> anyhow::Result<Option<Self>> {
        let Err(why) = SmallDisk::of_megabytes(1) else {
            return Ok(None);
        };
        let stories = stories_of(OF_A_FULL_DISK)?;
        if stories.is_empty() {
            bail!("no story is named {OF_A_FULL_DISK}…: the filter must follow a new name");
        }
        Ok(Some(LeftOut { stories, why }))
    }

    /// For `cargo nextest run`.
    pub(crate) fn nextest(&self) -> [String; 2] {
        let filter = format!(
            "not (package(declic-tests) and binary(stories) and test(/^{OF_A_FULL_DISK}/))"
        );
        ["--filterset".to_owned(), filter]
    }

    /// For the tests' own runner, behind `cargo test … --`.
    pub(crate) fn libtest(&self) -> [String; 2] {
        ["--skip".to_owned(), OF_A_FULL_DISK.to_owned()]
    }

    pub(crate) fn tell(&self) {
        let LeftOut { stories, why } = self;
        say(&format!(
            "\n*** {} stories are NOT told on this machine: no small disk can be mounted ({why}).\n\
             *** Run as root where tmpfs may be mounted to hear them:",
            stories.len()
        ));
        for story in stories {
            say(&format!("***   {story}"));
        }
    }
}

/// The names of the stories that start like this.
fn stories_of(start: &str) -> anyhow::Result<Vec<String>> {
    let output = Command::new("cargo")
        .args(["test", "--quiet", "--package", "declic-tests"])
        .args(["--test", "stories", "--locked", "--", "--list", start])
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo could not be started")?;
    if !output.status.success() {
        bail!("the stories could not be listed");
    }
    Ok(named(&String::from_utf8_lossy(&output.stdout), start))
}

/// The tests in a list of the tests' own runner.
fn named(list: &str, start: &str) -> Vec<String> {
    list.lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .filter(|name| name.starts_with(start))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stories_of_a_full_disk_are_found_by_their_name() {
        let list = "disk_full::a: test\ndisk_full::b: test\nother::disk_full::c: test\n\n3 tests\n";
        assert_eq!(
            named(list, OF_A_FULL_DISK),
            ["disk_full::a", "disk_full::b"]
        );
    }
}

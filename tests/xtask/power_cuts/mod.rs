//! `cargo xtask power-cuts`: the real programs on a disk whose power is cut at random moments.
//!
//! A FUSE file that remembers what was flushed, a loop device, ext4. At a cut, each write since
//! the last flush is kept or dropped at random; what was acknowledged is noted outside of the
//! disk, and looked for once the file system is mounted again. `docs/decisions/0012-proof.md`.

mod agent;
mod cache;
mod controller;
mod disk;
mod fuse;

use std::time::Instant;

use anyhow::Context;
use clap::ValueEnum;
use declic_tests::Dice;

use self::cache::Cut;
use crate::run::{run, say};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// Reports, tickets and audit entries that were acknowledged
    Controller,
    /// Messages that wait in the agent's spool
    Agent,
}

/// What one side went through.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    cuts: u32,
    sectors: Cut,
    acknowledged: u64,
    /// What that was.
    words: String,
}

impl Counts {
    fn add(&mut self, cut: Cut) {
        self.cuts += 1;
        self.sectors.kept += cut.kept;
        self.sectors.dropped += cut.dropped;
    }

    fn say(&self, what: &str) {
        let Cut { kept, dropped } = self.sectors;
        if self.cuts.is_multiple_of(10) {
            say(&format!(
                "{what}: {dropped} unflushed sectors dropped, {kept} kept so far"
            ));
        }
    }
}

/// Builds the programs, then cuts the power of each side so many times.
pub(crate) fn cut(cuts: u32, seed: u64, sides: &[Side]) -> anyhow::Result<()> {
    run("cargo", &["build", "--workspace", "--locked"])?;
    let (lost, rounds) = disk::is_honest().context(
        "this machine cannot cut the power of a disk: it takes root, /dev/fuse, loop devices and \
         ext4 (e2fsprogs); the stories of kill -9 run everywhere: cargo xtask test",
    )?;
    say(&format!(
        "the disk forgets what is not synced ({lost} of {rounds} files) and keeps what is ({rounds} of {rounds})"
    ));
    let sides = match sides {
        [] => Side::value_variants(),
        some => some,
    };
    for side in sides {
        let began = Instant::now();
        let mut dice = Dice::new(seed);
        let counts = match side {
            Side::Controller => controller::cut(cuts, &mut dice),
            Side::Agent => agent::cut(cuts, &mut dice),
        };
        let counts = counts.with_context(|| format!("{side:?}, seed {seed}"))?;
        let Counts {
            cuts,
            sectors,
            acknowledged,
            words,
        } = counts;
        say(&format!(
            "{side:?}: {cuts} power cuts, {} unflushed sectors dropped and {} kept; {acknowledged} \
             acknowledged ({words}), 0 lost, 0 twice ({} s)",
            sectors.dropped,
            sectors.kept,
            began.elapsed().as_secs()
        ));
    }
    Ok(())
}

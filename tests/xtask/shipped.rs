//! The programs as they are shipped, built from this tree.

use std::env;
use std::env::consts::ARCH;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::needs;
use crate::run::{root, run, say};

/// The profile of the programs of a home PC.
const SMALL: &str = "agent";

/// The controller.
pub(crate) fn controller() -> anyhow::Result<PathBuf> {
    run(
        "cargo",
        &["build", "--release", "--locked", "-p", "declic-controller"],
    )?;
    Ok(target().join("release"))
}

/// The programs of a home PC, which need no library of its system: one file runs on every PC
/// of this architecture, and a third of the memory is saved.
pub(crate) fn agent() -> anyhow::Result<PathBuf> {
    let musl = format!("{ARCH}-unknown-linux-musl");
    rust_target(&musl)?;
    needs::musl()?;
    small(&["--target", &musl])?;
    Ok(target().join(musl).join(SMALL))
}

/// Many homes in one process, which belong to no home: with this system's own library, whose
/// threads do not wait for each other's memory.
pub(crate) fn simulator() -> anyhow::Result<PathBuf> {
    small(&["--bin", "declic-simulate"])?;
    Ok(target().join(SMALL))
}

fn small(how: &[&str]) -> anyhow::Result<()> {
    let package = ["-p", "declic-agent"];
    let build = ["build", "--profile", SMALL, "--locked"];
    run("cargo", &[&build[..], &package, how].concat())
}

/// Builds the programs of a home PC, and tells where they are.
pub(crate) fn show_agent() -> anyhow::Result<()> {
    let folder = agent()?;
    for program in ["declic-agent", "declic-window"] {
        let file = folder.join(program);
        let size = file
            .metadata()
            .with_context(|| format!("{} is not built", file.display()))?
            .len();
        say(&format!("{} ({} KiB)", file.display(), size / 1024));
    }
    Ok(())
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Adds the standard library of a target to this toolchain, once.
fn rust_target(target: &str) -> anyhow::Result<()> {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "target-libdir", "--target", target]);
    let folder = ask.current_dir(root()).output().context("rustc")?.stdout;
    if Path::new(String::from_utf8_lossy(&folder).trim()).is_dir() {
        return Ok(());
    }
    if run("rustup", &["target", "add", target]).is_err() {
        bail!("this Rust has no standard library for {target}: add it, then try again");
    }
    Ok(())
}

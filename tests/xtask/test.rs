//! `cargo xtask test`: the same for a person and for CI.

use crate::needs;
use crate::run::{answers, run, run_with};

/// Runs all that must pass, cheapest first.
pub(crate) fn everything() -> anyhow::Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    needs::install()?;
    run(
        "cargo",
        &[
            "deny",
            "--log-level",
            "error",
            "check",
            "licenses",
            "bans",
            "sources",
        ],
    )?;
    run(
        "cargo",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    run_with(
        "cargo",
        &["doc", "--workspace", "--no-deps", "--locked"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )?;
    // The stories run the programs themselves.
    run("cargo", &["build", "--workspace", "--locked"])?;
    run("cargo", &["test", "--workspace", "--doc", "--locked"])?;
    if answers("cargo", &["nextest", "--version"]) {
        run(
            "cargo",
            &[
                "nextest",
                "run",
                "--workspace",
                "--locked",
                "--no-fail-fast",
            ],
        )
    } else {
        run(
            "cargo",
            &[
                "test",
                "--workspace",
                "--locked",
                "--lib",
                "--bins",
                "--tests",
                "--no-fail-fast",
            ],
        )
    }
}

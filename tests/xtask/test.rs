//! `cargo xtask test`: the same for a person and for CI.

use crate::left_out::LeftOut;
use crate::needs;
use crate::package;
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
    package::judged()?;
    let left_out = LeftOut::here()?;
    let say_so = || left_out.iter().for_each(LeftOut::tell);
    say_so();
    let told = tests(left_out.as_ref());
    // Again where it is read: thousands of lines came in between.
    say_so();
    told
}

fn tests(left_out: Option<&LeftOut>) -> anyhow::Result<()> {
    let common = ["--workspace", "--locked", "--no-fail-fast"];
    let (mut args, filter) = if answers("cargo", &["nextest", "--version"]) {
        (vec!["nextest", "run"], left_out.map(LeftOut::nextest))
    } else {
        let args = vec!["test", "--lib", "--bins", "--tests"];
        (args, left_out.map(LeftOut::libtest))
    };
    let own = args[0] == "test" && filter.is_some();
    args.extend(common);
    if own {
        args.push("--");
    }
    args.extend(filter.iter().flatten().map(String::as_str));
    run("cargo", &args)
}

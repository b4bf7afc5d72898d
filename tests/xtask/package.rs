//! What an evaluation publishes, judged as others read it: `frictionless validate` on its Data
//! Packages, and every indicator worked out again by a program that shares no code with ours.

use std::path::PathBuf;

use declic_tests::npm;

use crate::run::{answers, run, say};

/// Pinned, so that a run tomorrow judges as today's.
const FRICTIONLESS: &str = "frictionless==5.21.0";
/// Homes of the programme that is made up: as many as the call has.
const HOMES: &str = "100";

/// Makes up a programme, publishes it, and lets the packages be judged.
pub(crate) fn judged() -> anyhow::Result<()> {
    let folder = npm::folder().with_file_name("evaluation");
    let place = folder.display().to_string();
    let example = [
        "run",
        "--quiet",
        "--locked",
        "-p",
        "declic-evaluation",
        "--example",
        "evaluate",
    ];
    run("cargo", &[&example[..], &["--", HOMES, &place]].concat())?;
    let package = folder.join("package").display().to_string();
    run("/usr/bin/python3", &["tests/python/recompute.py", &package])?;
    let Some(frictionless) = frictionless()? else {
        say("\n*** The Data Packages are NOT validated in this run: PyPI cannot be reached.");
        return Ok(());
    };
    let program = frictionless.display().to_string();
    for package in ["package", "public"] {
        let description = folder.join(package).join("datapackage.json");
        run(&program, &["validate", &description.display().to_string()])?;
    }
    Ok(())
}

/// The validator, in a folder of its own among what is built; none where PyPI is out of reach.
fn frictionless() -> anyhow::Result<Option<PathBuf>> {
    let folder = npm::folder().with_file_name("python");
    let program = folder.join("bin/frictionless");
    let (pip, place) = (folder.join("bin/pip"), folder.display().to_string());
    let pip = pip.display().to_string();
    if answers(&program.display().to_string(), &["--version"]) {
        return Ok(Some(program));
    }
    run("/usr/bin/python3", &["-m", "venv", "--clear", &place])?;
    let there = [
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        &place,
        FRICTIONLESS,
    ];
    if !answers(&pip, &there) {
        return Ok(None);
    }
    run(&pip, &["install", "--quiet", FRICTIONLESS])?;
    Ok(Some(program))
}

//! The figures of an exported Data Package, worked out again in another language from their
//! definitions alone.

use std::path::Path;
use std::process::Command;

use declic_evaluation::disclosure::{Audience, publish};
use declic_evaluation::export::package::package;
use declic_evaluation::sample::{Shape, period, programme};

#[test]
fn a_computation_that_shares_no_code_finds_the_same_figures() {
    let data = programme(Shape { homes: 60, seed: 4 });
    let figures = publish(&data, period(), Audience::Inside, false).expect("nothing leaks");
    let folder = tempfile::tempdir().expect("a folder");
    package(&figures, Some(&data), "test", folder.path(), &mut |_| {}).expect("a package");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/python/recompute.py");
    let run = |folder: &Path| {
        let output = Command::new("/usr/bin/python3")
            .arg(&script)
            .arg(folder)
            .output();
        let output = output.expect("python3 runs: `cargo xtask test` installs it");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (same, told) = run(folder.path());
    assert!(same, "{told}");

    // One figure changed by one is found.
    let place = folder.path().join("figures.csv");
    let text = std::fs::read_to_string(&place).expect("figures");
    let changed = text.replacen(",value,,,,60,count,60,", ",value,,,,61,count,60,", 1);
    assert_ne!(changed, text);
    std::fs::write(&place, changed).expect("room");
    let (same, told) = run(folder.path());
    assert!(!same && told.contains("households_"), "{told}");
}

//! What judges pages and exists for Node alone: axe-core and html-validate. `cargo xtask test`
//! puts them into the target folder; they are never committed, and nothing of ours runs on them.

use std::path::PathBuf;

/// Pinned, so that a run tomorrow judges as today's.
pub const PACKAGES: [&str; 2] = ["axe-core@4.10.3", "html-validate@9.5.2"];

/// The folder of the packages, in the target folder.
pub fn folder() -> PathBuf {
    let program = std::env::current_exe().expect("a program has a path");
    // Cargo marks its folder as one that backups leave out.
    let target = program
        .ancestors()
        .find(|dir| dir.join("CACHEDIR.TAG").exists());
    target
        .expect("programs are built in a target folder")
        .join("npm")
}

/// A file of one of them.
pub fn file(path: &str) -> PathBuf {
    let file = folder().join("node_modules").join(path);
    assert!(
        file.exists(),
        "{} is missing: `cargo xtask test` installs it",
        file.display()
    );
    file
}

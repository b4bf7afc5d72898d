//! A folder that goes with the test, or one that the test keeps.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

#[derive(Debug)]
pub enum Place {
    Own(TempDir),
    Given(PathBuf),
}

impl Place {
    pub fn own() -> Self {
        Place::Own(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self) -> &Path {
        match self {
            Place::Own(dir) => dir.path(),
            Place::Given(dir) => dir,
        }
    }
}

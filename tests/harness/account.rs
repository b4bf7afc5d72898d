//! An ordinary account of the PC: it has a home, and no rights over anything else.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::process::program;

/// `nobody`, by the number that every system gives it.
const NOBODY: u32 = 65_534;

/// The account of a resident. Somebody else than ourselves when we are root; our own
/// account is ordinary enough otherwise.
#[derive(Debug)]
pub struct Account {
    id: Option<u32>,
    home: TempDir,
    /// Where it finds our programs: it may not be able to look into our target folder.
    programs: TempDir,
}

impl Account {
    pub fn ordinary() -> Self {
        let id = rustix::process::geteuid().is_root().then_some(NOBODY);
        let home = tempfile::tempdir().expect("a temporary folder");
        let programs = tempfile::tempdir().expect("a temporary folder");
        if id.is_some() {
            chown(home.path(), id, id).expect("root gives a folder away");
            let open = Permissions::from_mode(0o755);
            fs::set_permissions(programs.path(), open).expect("our own folder");
        }
        Account { id, home, programs }
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// One of the project's programs, where this account can run it.
    pub fn program(&self, name: &str) -> PathBuf {
        let place = self.programs.path().join(name);
        if !place.exists() {
            fs::copy(program(name), &place).expect("a program can be copied");
        }
        place
    }

    /// A command of this account.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.home.path())
            .env("LANG", "fr_FR.UTF-8")
            .current_dir(self.home.path());
        if let Some(id) = self.id {
            // Groups are dropped with it.
            command.uid(id).gid(id);
        }
        command
    }
}

//! Whole machines, played by the trees of `tests/trees`.

mod cmos;
mod damage;
mod desktop;
mod here;
mod ladder;
mod laptop;
mod traps;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use declic_common::report::Slow;
use tempfile::TempDir;

use super::{Machine, Probe, Sources};

/// What the wall clocks of the trees say, but for the one without a clock.
const NOW_MS: i64 = 1_792_050_000_000;

const HOUR_MS: i64 = 3_600_000;

/// A copy of a tree, to be changed at will; its files are one hour old.
struct Tree(TempDir);

impl Tree {
    fn of(name: &str) -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/trees")
            .join(name);
        let tree = TempDir::new().unwrap();
        copy(&from, tree.path());
        Self(tree)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn machine(&self) -> Machine {
        Machine::new(Sources::tree(self.0.path()))
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn change(&self, path: &str, from: &str, to: &str) {
        let content = self.read(path);
        assert!(content.contains(from), "{path} has no {from:?}");
        self.write(path, content.replace(from, to));
    }

    fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    fn touch(&self, path: &str, ms: i64) {
        touch(&self.path(path), ms);
    }

    /// Lets so much time pass for the clocks of the tree, awake.
    fn pass(&self, ms: u64) {
        let awake: u64 = self.read("answers/awake_ms").trim().parse().unwrap();
        let wall: u64 = self.read("answers/wall_ms").trim().parse().unwrap();
        self.write("answers/awake_ms", format!("{}\n", awake + ms));
        self.write("answers/wall_ms", format!("{}\n", wall + ms));
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            let link = fs::read_link(source).unwrap();
            std::os::unix::fs::symlink(link, target).unwrap();
        } else if kind.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&source, &target);
            touch(&target, NOW_MS - HOUR_MS);
        } else {
            fs::write(&target, fs::read(source).unwrap()).unwrap();
            touch(&target, NOW_MS - HOUR_MS);
        }
    }
}

fn touch(path: &Path, ms: i64) {
    let time = UNIX_EPOCH + Duration::from_millis(ms as u64);
    File::open(path).unwrap().set_modified(time).unwrap();
}

fn slow(machine: &mut Machine) -> Slow {
    machine.slow()()
}

/// Makes sure that what was read is what the other side will read: every value
/// is inside the bounds of the protocol.
fn survives_the_wire<T>(value: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value);
}

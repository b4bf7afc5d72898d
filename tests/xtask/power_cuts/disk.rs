//! A file system on a drive whose power can be cut: FUSE file, loop device, ext4.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use declic_tests::{Dice, eventually};
use tempfile::TempDir;

use super::cache::{Cut, Drive};
use super::fuse::Served;

/// Larger than anything that the run writes; most of it is never written.
const BYTES: u64 = 512 << 20;

/// How long a cut waits for a drive at work, and how often it looks.
const SOON: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_micros(300);

/// The disk, mounted at the same place before and after each cut.
#[derive(Debug)]
pub(crate) struct Disk {
    place: TempDir,
    /// `None` while the power is off.
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    device: PathBuf,
    served: Served,
}

impl Disk {
    /// A new, empty file system; the error says what this machine lacks.
    pub(crate) fn format() -> anyhow::Result<Self> {
        let served = Served::mount(Drive::default(), BYTES)?;
        let file = served.file();
        let file = file.to_string_lossy();
        ask(
            "mkfs.ext4",
            &[
                "-q",
                "-F",
                "-E",
                "nodiscard,lazy_itable_init=0,lazy_journal_init=0",
                &file,
            ],
        )?;
        served.drive().flush();
        let place = tempfile::tempdir()?;
        let running = Some(Running::begin(served, place.path())?);
        Ok(Disk { place, running })
    }

    pub(crate) fn path(&self) -> &Path {
        self.place.path()
    }

    /// Cuts the power. What runs on the disk must be `killed` then: it sees a disk that still
    /// answers, of which nothing stays.
    pub(crate) fn cut(&mut self, dice: &mut Dice, killed: impl FnOnce()) -> anyhow::Result<Cut> {
        let running = self.running.take().context("the power is off")?;
        // Most of the time a drive is at rest. Every other cut falls where it is not, if it
        // has work soon.
        let until = Instant::now() + SOON;
        let aimed = dice.below(2) == 0;
        while aimed && !running.served.drive().has_unflushed() && Instant::now() < until {
            std::thread::park_timeout(LOOK);
        }
        let (after, cut) = running.served.drive().after_cut(dice);
        killed();
        running.end(self.place.path())?;
        let served = Served::mount(after, BYTES)?;
        self.running = Some(Running::begin(served, self.place.path())?);
        Ok(cut)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            let _ = running.end(self.place.path());
        }
    }
}

impl Running {
    fn begin(served: Served, place: &Path) -> anyhow::Result<Self> {
        let file = served.file();
        let device = ask("losetup", &["--find", "--show", &file.to_string_lossy()])?;
        let device = PathBuf::from(device.trim());
        let on = Running { device, served };
        let mounted = ask(
            "mount",
            &[
                "-t",
                "ext4",
                "-o",
                "errors=remount-ro",
                &on.device.to_string_lossy(),
                &place.to_string_lossy(),
            ],
        );
        if let Err(error) = mounted {
            on.detach();
            return Err(error);
        }
        Ok(on)
    }

    fn end(self, place: &Path) -> anyhow::Result<()> {
        // A killed process may need a moment to let go.
        eventually(
            "a file system that can be unmounted",
            Duration::from_secs(30),
            || {
                Command::new("umount")
                    .arg(place)
                    .output()
                    .ok()?
                    .status
                    .success()
                    .then_some(())
            },
        );
        self.detach();
        Ok(())
    }

    fn detach(self) {
        let _ = ask("losetup", &["--detach", &self.device.to_string_lossy()]);
        // The loop device lets go of the file a little later; the file system waits for it.
        let Running { served, .. } = self;
        drop(served);
    }
}

/// What a program of the system printed.
fn ask(program: &str, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(args)
        .output()
        .with_context(|| format!("{program} could not be started"))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        bail!("`{program} {}` failed: {}", args.join(" "), why.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the disk forgets what was not synced and keeps what was: without this, no cut
/// proves anything.
pub(crate) fn is_honest() -> anyhow::Result<(u32, u32)> {
    use std::io::Write;
    let mut disk = Disk::format()?;
    let mut dice = Dice::new(7);
    let (mut lost, mut rounds) = (0, 0);
    while rounds < 8 {
        let write = |name: &str| {
            let mut file = std::fs::File::create(disk.path().join(name))?;
            file.write_all(name.as_bytes()).map(|()| file)
        };
        let (synced, unsynced) = (format!("synced {rounds}"), format!("unsynced {rounds}"));
        write(&synced)?.sync_all()?;
        write(&unsynced)?;
        disk.cut(&mut dice, || ())?;
        let read = |name: &str| std::fs::read_to_string(disk.path().join(name)).unwrap_or_default();
        if read(&synced) != synced {
            bail!("a file that was synced is lost: this disk proves nothing");
        }
        lost += u32::from(read(&unsynced) != unsynced);
        rounds += 1;
    }
    if lost == 0 {
        bail!("a file that was not synced is never lost: this disk proves nothing");
    }
    Ok((lost, rounds))
}

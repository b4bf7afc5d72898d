//! What the agent must remember besides its messages: the household's consent,
//! the controller's settings, and the commands that it has already run.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use declic_common::command::CommandId;
use declic_common::report::Consent;
use declic_common::settings::Settings;
use serde::{Deserialize, Serialize};

pub(crate) const FILE: &str = "state.json";
/// Commands remembered so that none runs twice; a command lives a year at most.
const COMMANDS_REMEMBERED: usize = 1_024;

/// The memory of one agent, kept in one small file.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    kept: Kept,
    /// The disk did not take the last change.
    unsaved: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    consent: Consent,
    #[serde(default)]
    settings: Settings,
    /// Oldest first.
    #[serde(default)]
    commands: VecDeque<CommandId>,
    #[serde(default)]
    inventory: Option<SentInventory>,
    #[serde(default)]
    retirement: Option<CommandId>,
}

/// The inventory that was last handed to the spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SentInventory {
    /// CRC-32C of its JSON: tells whether anything changed.
    print: u32,
    /// Controller time, ms UTC; unknown before the first receipt of a boot.
    at: Option<i64>,
}

impl Default for Kept {
    fn default() -> Self {
        Kept {
            // What nobody has agreed to is not sent, a lost or damaged file included.
            consent: Consent::Maintenance,
            settings: Settings::default(),
            commands: VecDeque::new(),
            inventory: None,
            retirement: None,
        }
    }
}

impl State {
    /// Reads the memory of this state directory; an unreadable one is a new one,
    /// with the settings of the enrolment.
    pub fn open(dir: &Path, enrolled_with: &Settings) -> Self {
        let path = dir.join(FILE);
        let kept = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok())
            .filter(|kept| kept.settings.check().is_ok())
            .unwrap_or_else(|| Kept {
                settings: enrolled_with.clone(),
                ..Kept::default()
            });
        State {
            path,
            kept,
            unsaved: false,
        }
    }

    pub fn consent(&self) -> Consent {
        self.kept.consent
    }

    pub fn settings(&self) -> &Settings {
        &self.kept.settings
    }

    /// Keeps the household's choice. Narrowing counts at once even if the disk
    /// refuses it; widening only once it is kept.
    pub fn set_consent(&mut self, level: Consent) -> io::Result<()> {
        let before = std::mem::replace(&mut self.kept.consent, level);
        let saved = self.save();
        if saved.is_err() && level == Consent::Usage {
            self.kept.consent = before;
        }
        saved
    }

    /// Keeps new settings; they count at once, and again after the next message
    /// from the controller if the disk refuses them.
    pub fn set_settings(&mut self, settings: Settings) -> io::Result<()> {
        if self.kept.settings == settings && !self.unsaved {
            return Ok(());
        }
        self.kept.settings = settings;
        self.save()
    }

    pub fn has_run(&self, command: CommandId) -> bool {
        self.kept.commands.contains(&command)
    }

    /// Notes a command before it runs: better never than twice. One that cannot be
    /// noted has not run, and comes again.
    pub fn note_run(&mut self, command: CommandId) -> io::Result<()> {
        self.note(command, false)
    }

    /// The same for the command that ends this enrolment: it holds across restarts.
    pub fn note_retirement(&mut self, command: CommandId) -> io::Result<()> {
        self.note(command, true)
    }

    /// The command that asked this PC to forget the programme.
    pub fn retirement(&self) -> Option<CommandId> {
        self.kept.retirement
    }

    fn note(&mut self, command: CommandId, retires: bool) -> io::Result<()> {
        let before = self.kept.clone();
        if self.kept.commands.len() >= COMMANDS_REMEMBERED {
            self.kept.commands.pop_front();
        }
        self.kept.commands.push_back(command);
        if retires {
            self.kept.retirement = Some(command);
        }
        let saved = self.save();
        if saved.is_err() {
            self.kept = before;
        }
        saved
    }

    /// Whether an inventory with this print should be sent: it changed, or the last
    /// one is older than `every_ms`. Times are the controller's, ms UTC.
    pub fn inventory_is_due(&self, print: u32, now: Option<i64>, every_ms: i64) -> bool {
        self.kept.inventory.is_none_or(|sent| {
            let old = now
                .zip(sent.at)
                .is_some_and(|(now, at)| now - at >= every_ms);
            sent.print != print || old
        })
    }

    /// Dates the last inventory, if it was sent before the time was known.
    pub fn date_inventory(&mut self, now: i64) -> io::Result<()> {
        match &mut self.kept.inventory {
            Some(sent) if sent.at.is_none() => {
                sent.at = Some(now);
                self.save()
            }
            _ => Ok(()),
        }
    }

    /// Notes that an inventory is on its way.
    pub fn note_inventory(&mut self, print: u32, at: Option<i64>) -> io::Result<()> {
        self.kept.inventory = Some(SentInventory { print, at });
        self.save()
    }

    fn save(&mut self) -> io::Result<()> {
        let bytes = serde_json::to_vec(&self.kept)?;
        let saved = replace(&self.path, &bytes);
        self.unsaved = saved.is_err();
        saved
    }
}

/// Replaces a file whole: after a power cut it holds either the old or the new.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &Path) -> State {
        State::open(dir, &Settings::default())
    }

    #[test]
    fn a_choice_survives_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).set_consent(Consent::Usage).unwrap();
        assert_eq!(open(dir.path()).consent(), Consent::Usage);
    }

    #[test]
    fn nobody_has_agreed_to_anything_in_a_damaged_file() {
        let dir = tempfile::tempdir().unwrap();
        for bytes in [
            &b""[..],
            b"{\"consent\":\"usa",
            b"{\"consent\":\"all\"}",
            b"[]",
        ] {
            fs::write(dir.path().join(FILE), bytes).unwrap();
            assert_eq!(open(dir.path()).consent(), Consent::Maintenance);
        }
    }

    #[test]
    fn a_command_is_remembered_as_run() {
        let dir = tempfile::tempdir().unwrap();
        let command = CommandId::from_bits(5);
        let mut state = open(dir.path());
        assert!(!state.has_run(command));
        state.note_run(command).unwrap();
        assert!(open(dir.path()).has_run(command));
    }

    #[test]
    fn a_command_that_could_not_be_noted_has_not_run() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("later");
        let command = CommandId::from_bits(5);
        let mut state = open(&place);
        assert!(state.note_retirement(command).is_err());
        assert!(!state.has_run(command) && state.retirement().is_none());
        fs::create_dir(&place).unwrap();
        state.note_retirement(command).unwrap();
        assert_eq!(open(&place).retirement(), Some(command));
    }

    #[test]
    fn settings_that_the_disk_refused_are_kept_the_next_time() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("later");
        let settings = Settings {
            interval_s: 300,
            ..Settings::default()
        };
        let mut state = open(&place);
        assert!(state.set_settings(settings.clone()).is_err());
        fs::create_dir(&place).unwrap();
        state.set_settings(settings).unwrap();
        assert_eq!(open(&place).settings().interval_s, 300);
    }

    #[test]
    fn widening_counts_only_once_it_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut state = open(&dir.path().join("gone"));
        assert!(state.set_consent(Consent::Usage).is_err());
        assert_eq!(state.consent(), Consent::Maintenance);
    }
}

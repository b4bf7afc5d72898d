//! What the agent must remember besides its messages: the household's consent, pause
//! and inbox, the controller's settings, and the commands that it has already run.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use declic_common::command::CommandId;
use declic_common::report::Consent;
use declic_common::settings::Settings;
use declic_common::socket::Says;
use serde::{Deserialize, Serialize};

use crate::inbox::Inbox;
use crate::pause::Pause;

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
    #[serde(default)]
    pause: Option<Pause>,
    #[serde(default)]
    inbox: Inbox,
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
            pause: None,
            inbox: Inbox::default(),
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
        self.note(command, |_| {})
    }

    /// The same for the command that ends this enrolment: it holds across restarts.
    pub fn note_retirement(&mut self, command: CommandId) -> io::Result<()> {
        self.note(command, |kept| kept.retirement = Some(command))
    }

    /// The same for a command that waits for the household's answer.
    pub fn note_letter(
        &mut self,
        command: CommandId,
        says: Says,
        received_at: i64,
        expires_at: i64,
    ) -> io::Result<()> {
        self.note(command, |kept| {
            kept.inbox.put(command, says, received_at, expires_at);
        })
    }

    /// The command that asked this PC to forget the programme.
    pub fn retirement(&self) -> Option<CommandId> {
        self.kept.retirement
    }

    /// Notes a command together with what it changes here, or neither.
    fn note(&mut self, command: CommandId, change: impl FnOnce(&mut Kept)) -> io::Result<()> {
        let before = self.kept.clone();
        if self.kept.commands.len() >= COMMANDS_REMEMBERED {
            self.kept.commands.pop_front();
        }
        self.kept.commands.push_back(command);
        change(&mut self.kept);
        self.save_or(before)
    }

    pub fn inbox(&self) -> &Inbox {
        &self.kept.inbox
    }

    /// Keeps a changed inbox. If the disk refuses it, it holds until the agent ends.
    pub fn keep_inbox(&mut self, inbox: Inbox) {
        if self.kept.inbox == inbox {
            return;
        }
        self.kept.inbox = inbox;
        if let Err(error) = self.save() {
            tracing::warn!(%error, "failed to keep the inbox");
        }
    }

    pub fn pause(&self) -> Option<&Pause> {
        self.kept.pause.as_ref()
    }

    /// Begins, dates or ends a pause; nothing changes if the disk refuses that.
    pub fn set_pause(&mut self, pause: Option<Pause>) -> io::Result<()> {
        let before = self.kept.clone();
        self.kept.pause = pause;
        self.save_or(before)
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

    fn save_or(&mut self, before: Kept) -> io::Result<()> {
        let saved = self.save();
        if saved.is_err() {
            self.kept = before;
        }
        saved
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
mod tests;

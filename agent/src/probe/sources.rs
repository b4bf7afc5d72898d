//! Where a machine is read: the real one, or a tree of files that stands for it.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// More than any answer that we ask for; a longer one is no answer.
const ANSWER_BYTES: u64 = 1 << 20;

/// Everything outside the program that a probe reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// Holds `proc`, `sys`, `etc`, `run`, `var` and `boot`; `/` on a real machine.
    pub root: PathBuf,
    /// What a privileged program writes for us: `smart/*.json` (`smartctl -j`, one
    /// file per disk), `dmi/DMI` (the SMBIOS table), `dmi/product_serial`.
    pub helper: PathBuf,
    pub answers: Answers,
}

/// Who answers what no file tells: clocks, systemd, apt, room on disks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// The machine itself: its clocks, its system calls, its programs.
    Machine,
    /// Files under `<root>/answers`, read anew for each question: `wall_ms` and
    /// `awake_ms` (the clocks), `disks` (lines `<mount> <total> <free>` in bytes),
    /// `failed-units`, `is-system-running`, `apt-upgrades` and `idle-hint` (what
    /// systemctl, apt-get and loginctl would print).
    Files,
}

/// A question that a program of the system answers.
#[derive(Debug)]
pub(super) struct Question<'a> {
    /// The answer's file under `answers`.
    pub(super) file: &'a str,
    pub(super) program: &'a str,
    pub(super) args: &'a [&'a str],
    pub(super) within: Duration,
    /// The answer counts only if the program says that it succeeded.
    pub(super) must_succeed: bool,
}

impl Sources {
    /// The machine that this process runs on.
    pub fn machine(helper: impl Into<PathBuf>) -> Self {
        Self {
            root: PathBuf::from("/"),
            helper: helper.into(),
            answers: Answers::Machine,
        }
    }

    /// A tree of files; its helper's folder is `<root>/helper`.
    pub fn tree(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            helper: root.join("helper"),
            root,
            answers: Answers::Files,
        }
    }

    /// The file that answers `question` in a tree.
    pub(super) fn answer(&self, question: &str) -> PathBuf {
        self.root.join("answers").join(question)
    }

    /// Asks, and waits no longer than the question allows. Blocks.
    pub(super) fn ask(&self, question: &Question<'_>) -> Option<String> {
        match self.answers {
            Answers::Machine => run(question),
            Answers::Files => {
                let file = std::fs::File::open(self.answer(question.file)).ok()?;
                whole(file)
            }
        }
    }
}

/// Reads text to its end, unless it is too long.
fn whole(source: impl Read) -> Option<String> {
    let mut text = String::new();
    source
        .take(ANSWER_BYTES + 1)
        .read_to_string(&mut text)
        .ok()?;
    (text.len() as u64 <= ANSWER_BYTES).then_some(text)
}

/// Enough for any allocator below the reader: of a stack only what is touched is taken.
const READER_STACK: usize = 256 * 1024;

fn run(question: &Question<'_>) -> Option<String> {
    let deadline = Instant::now() + question.within;
    let mut child = Command::new(question.program)
        .args(question.args)
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let output = child.stdout.take()?;
    // A read cannot be given a deadline; a channel can.
    let (sender, receiver) = mpsc::channel();
    let reader = thread::Builder::new()
        .stack_size(READER_STACK)
        .spawn(move || sender.send(whole(output)));
    let answer = reader
        .ok()
        .and_then(|_| receiver.recv_timeout(question.within).ok().flatten());
    // The output has ended, so the program is ending too; if it is not, it ends here.
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if answer.is_some() && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(2));
            }
            _ => {
                let _ = child.kill();
                break child.wait().ok();
            }
        }
    };
    let succeeded = status.is_some_and(|status| status.success());
    answer.filter(|_| succeeded || !question.must_succeed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question<'a>(
        program: &'a str,
        args: &'a [&'a str],
        within: u64,
        must_succeed: bool,
    ) -> Question<'a> {
        Question {
            file: "unused",
            program,
            args,
            within: Duration::from_millis(within),
            must_succeed,
        }
    }

    fn ask(program: &str, args: &[&str], within: u64, must_succeed: bool) -> Option<String> {
        Sources::machine("/nonexistent").ask(&question(program, args, within, must_succeed))
    }

    #[test]
    fn a_program_answers_in_the_plain_locale() {
        assert_eq!(
            ask("printenv", &["LC_ALL"], 5_000, true).as_deref(),
            Some("C\n")
        );
    }

    #[test]
    fn a_slow_or_endless_or_missing_program_gives_no_answer_in_time() {
        let start = Instant::now();
        assert_eq!(ask("sleep", &["30"], 200, true), None);
        assert_eq!(ask("yes", &[], 2_000, false), None);
        assert_eq!(ask("no-such-program-here", &[], 200, true), None);
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_failed_program_answers_only_where_failure_is_an_answer() {
        let refusal = ["no-such-unit-property", "x"];
        assert_eq!(ask("systemctl", &refusal, 5_000, true), None);
        assert_eq!(ask("false", &[], 5_000, true), None);
        assert_eq!(ask("false", &[], 5_000, false).as_deref(), Some(""));
    }
}

//! Debian's aiosmtpd: a real mail server of the loopback that keeps what it takes.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use tempfile::TempDir;

use crate::process::Process;
use crate::wait::{eventually, seconds};

/// A server that keeps mail in a Maildir; it ends with its test.
#[derive(Debug)]
pub struct MailServer {
    maildir: PathBuf,
    _process: Process,
    _log: TempDir,
}

impl MailServer {
    /// Takes mail at this port, into a folder that need not exist.
    ///
    /// # Panics
    ///
    /// Where python3-aiosmtpd is absent; `cargo xtask test` installs it.
    pub fn start(maildir: &Path, port: u16) -> Self {
        let log = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("/usr/bin/python3");
        command
            .args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")])
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(maildir);
        let mut process =
            Process::start(&mut command, &log.path().join("mail.log")).expect("python3 runs");
        eventually("a mail server", seconds(60), || {
            assert!(process.is_running(), "{}", process.words());
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        MailServer {
            maildir: maildir.to_owned(),
            _process: process,
            _log: log,
        }
    }

    /// Every mail that it took, as it travelled.
    pub fn mails(&self) -> Vec<String> {
        let entries = fs::read_dir(self.maildir.join("new"));
        entries
            .into_iter()
            .flatten()
            .map(|entry| fs::read_to_string(entry?.path()))
            .collect::<io::Result<_>>()
            .expect("mails are text")
    }
}

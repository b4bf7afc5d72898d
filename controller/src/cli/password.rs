//! A password, from a terminal that does not show it or from a pipe; never from
//! the arguments, which every account of the machine can read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use declic_common::people::Secret;
use declic_common::tr;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::exit::{Exit, Failure};

/// Longest line that is read, in bytes.
const BYTES_MAX: u64 = 4_096;

/// Asks for a new password, twice on a terminal.
pub(crate) fn ask_new(from_stdin: bool) -> Result<Secret, Failure> {
    if from_stdin {
        return read_line(io::stdin().lock()).map_err(unreadable);
    }
    let mut terminal = Quiet::open().map_err(|_| {
        Failure::new(
            Exit::Usage,
            tr(
                "pas de terminal où demander le mot de passe : le donner avec --password-stdin",
                "no terminal to ask for the password: give it with --password-stdin",
            ),
        )
    })?;
    let first = terminal
        .ask(tr("Nouveau mot de passe : ", "New password: "))
        .map_err(unreadable)?;
    let second = terminal
        .ask(tr("Une seconde fois : ", "Once more: "))
        .map_err(unreadable)?;
    if first != second {
        let text = tr(
            "les deux mots de passe diffèrent : recommencer",
            "the two passwords differ: start again",
        );
        return Err(Failure::new(Exit::Usage, text));
    }
    Ok(first)
}

fn unreadable(error: io::Error) -> Failure {
    let text = tr(
        format!("le mot de passe ne se lit pas ({error})"),
        format!("the password cannot be read ({error})"),
    );
    Failure::new(Exit::Failed, text)
}

/// The first line, without its end.
fn read_line(from: impl BufRead) -> io::Result<Secret> {
    let mut line = String::new();
    from.take(BYTES_MAX).read_line(&mut line)?;
    let text = line.trim_end_matches(['\n', '\r']);
    if text.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Secret(text.to_owned()))
}

/// The terminal of this process, which shows nothing of what is typed until it is
/// dropped.
struct Quiet {
    terminal: BufReader<File>,
    before: Termios,
}

impl Quiet {
    fn open() -> io::Result<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&terminal)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        // The end of the line is still shown, so that the next words have their own.
        quiet.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
        Ok(Quiet {
            terminal: BufReader::new(terminal),
            before,
        })
    }

    fn ask(&mut self, question: &str) -> io::Result<Secret> {
        write!(self.terminal.get_mut(), "{question}")?;
        read_line(&mut self.terminal)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(
            self.terminal.get_ref(),
            OptionalActions::Flush,
            &self.before,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line_with_its_spaces() {
        let read = |text: &str| read_line(text.as_bytes()).map(|secret| secret.0).ok();
        assert_eq!(read(" a b \n next"), Some(" a b ".to_owned()));
        assert_eq!(read("é\r\n"), Some("é".to_owned()));
        assert_eq!(read("no end"), Some("no end".to_owned()));
        assert_eq!(read("\n"), None);
        assert_eq!(read(""), None);
        let long = "x".repeat(10_000);
        assert_eq!(read(&long).unwrap().len() as u64, BYTES_MAX);
    }
}

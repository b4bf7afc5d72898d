//! `declic-agent window` becomes `declic-window`, the program beside it.

use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use declic_common::tr;

use super::{FAILED, Place, print};

const PROGRAM: &str = "declic-window";

/// Returns only if that does not work.
pub(super) fn open(place: &Place, no_open: bool) -> ExitCode {
    let error = match beside() {
        Ok(mut command) => {
            command.arg("--state-dir").arg(&place.state_dir);
            if no_open {
                command.arg("--no-open");
            }
            command.exec()
        }
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::NotFound => print::error(tr(
            "il manque le programme declic-window à côté de declic-agent : installez les deux",
            "the program declic-window is missing beside declic-agent: install both",
        )),
        _ => print::error(&format!("{PROGRAM}: {error}")),
    }
    ExitCode::from(FAILED)
}

fn beside() -> io::Result<Command> {
    Ok(Command::new(
        std::env::current_exe()?.with_file_name(PROGRAM),
    ))
}

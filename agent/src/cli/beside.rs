//! The other programs of the PC: a verb becomes the program beside this one, so that
//! an agent that runs for years does not keep their code in memory.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use declic_common::tr;

use super::{FAILED, print};

/// Returns only if that does not work.
pub(super) fn become_program(program: &str, args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let error = match beside(program) {
        Ok(mut command) => command.args(args).exec(),
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::NotFound => print::error(&tr(
            format!("il manque le programme {program} à côté de declic-agent : installez les deux"),
            format!("the program {program} is missing beside declic-agent: install both"),
        )),
        _ => print::error(&format!("{program}: {error}")),
    }
    ExitCode::from(FAILED)
}

fn beside(program: &str) -> io::Result<Command> {
    Ok(Command::new(
        std::env::current_exe()?.with_file_name(program),
    ))
}

//! `declic-agent window` becomes `declic-window`, the program beside it.

use std::process::ExitCode;

use super::{Place, beside};

/// Returns only if that does not work.
pub(super) fn open(place: &Place, no_open: bool) -> ExitCode {
    let mut args = vec!["--state-dir".into(), place.state_dir.clone().into()];
    if no_open {
        args.push("--no-open".into());
    }
    beside::become_program("declic-window", args)
}

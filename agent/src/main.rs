//! `declic-agent`: reads the arguments and hands over.

use std::process::ExitCode;

use clap::Parser;
use declic_agent::cli::{self, Cli};

/// musl gives every page back at once, and asks for it anew with the next report.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    declic_agent::start::begin();
    cli::run(Cli::parse())
}

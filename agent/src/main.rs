//! `declic-agent`: reads the arguments and hands over.

use std::process::ExitCode;

use clap::Parser;
use declic_agent::cli::{self, Cli};

fn main() -> ExitCode {
    declic_agent::start::begin();
    cli::run(Cli::parse())
}

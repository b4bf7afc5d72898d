//! `declic-simulate`: reads the arguments and lets the simulated homes live.

use std::process::ExitCode;

use clap::Parser;
use declic_agent::fleet::program::{self, Cli};

fn main() -> ExitCode {
    declic_agent::start::begin();
    program::run(&Cli::parse())
}

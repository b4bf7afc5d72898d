//! `declic-window`: reads the arguments and opens the household's window.

use std::process::ExitCode;

use clap::Parser;
use declic_agent::window::program::{self, Cli};

fn main() -> ExitCode {
    declic_agent::start::begin();
    program::run(&Cli::parse())
}

//! The project's own commands: `cargo xtask test`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod needs;
mod run;
mod test;

#[derive(Debug, Parser)]
#[command(about = "The project's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Everything that must pass: format, lints, documents, licences, tests and stories
    Test,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Task::Test => test::everything(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            run::say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

//! The project's own commands: `cargo xtask test`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod left_out;
mod needs;
mod picture;
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
    /// Draws the terminal session of the README from its text
    Picture,
    /// What an agent and a controller cost, measured on this machine
    Bench {
        /// All of them when none is named
        benches: Vec<bench::Bench>,
        /// Simulated homes of the bench of connections
        #[arg(long, default_value_t = 1000)]
        devices: u32,
        #[arg(long, default_value = "table")]
        format: bench::Format,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Task::Test => test::everything(),
        Task::Picture => picture::draw(),
        Task::Bench {
            benches,
            devices,
            format,
        } => bench::run_all(&benches, devices, format),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            run::say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

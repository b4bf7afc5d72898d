//! The project's own commands: `cargo xtask test`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod left_out;
mod longer;
mod needs;
mod package;
mod picture;
mod power_cuts;
mod run;
mod screenshots;
mod shipped;
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
    /// Builds the programs of a home PC as they are shipped: small, and without a library of the
    /// system
    Agent,
    /// Draws the terminal session of the README from its text
    Picture,
    /// Saves a picture of every page: both languages, light and dark, large and small
    Screenshots {
        /// Where to
        #[arg(default_value = "target/screenshots")]
        folder: std::path::PathBuf,
    },
    /// What an agent and a controller cost, measured on this machine beside others that do the
    /// same work
    Bench(bench::Options),
    /// Opens damaged copies of the controller's store and of the agent's spool, and prints what
    /// came of them
    Damage {
        /// Of each store
        #[arg(long, default_value_t = 400)]
        variants: u64,
    },
    /// Gives readers of packets, messages, records, files and words what nobody should write
    Fuzz {
        /// All of them when none is named
        targets: Vec<longer::Target>,
        /// For each of them
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// What chooses the inputs; another one tries others
        #[arg(long, default_value_t = 2010)]
        seed: u64,
    },
    /// Cuts the power of a controller and of an agent at random moments, and looks for all that
    /// was acknowledged
    PowerCuts {
        /// Both when none is named
        sides: Vec<power_cuts::Side>,
        #[arg(long, default_value_t = 100)]
        cuts: u32,
        /// What chooses the moments and the luck of each cut
        #[arg(long, default_value_t = 2010)]
        seed: u64,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Task::Test => test::everything(),
        Task::Agent => shipped::show_agent(),
        Task::Picture => picture::draw(),
        Task::Screenshots { folder } => screenshots::save(&folder),
        Task::Bench(options) => bench::run_all(&options),
        Task::Damage { variants } => longer::damage(variants),
        Task::Fuzz {
            targets,
            seconds,
            seed,
        } => longer::fuzz(&targets, seconds, seed),
        Task::PowerCuts { sides, cuts, seed } => power_cuts::cut(cuts, seed, &sides),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            run::say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

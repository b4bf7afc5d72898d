//! `declic-agent`: reads the arguments and hands over.

use std::process::ExitCode;

use clap::Parser;
use declic_agent::cli::{self, Cli};
use declic_common::lang::Lang;

fn main() -> ExitCode {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Lang::from_locale(&locale.unwrap_or_default()).choose();
    // Silent in normal work: only what somebody should look at.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(if std::env::var_os("DECLIC_DEBUG").is_some() {
            tracing::Level::DEBUG
        } else {
            tracing::Level::WARN
        })
        .init();
    cli::run(Cli::parse())
}

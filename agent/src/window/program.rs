//! The program of the window: `declic-window`, which `declic-agent window` becomes.
//!
//! Not one program with the agent: an agent keeps all of its own code in memory for
//! years, and should not keep that of pages which are seen for a minute.

use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use clap::Parser;
use declic_common::tr;

use super::{Open, Patience};
use crate::cli::{STATE_DIR, print};

#[derive(Debug, Parser)]
#[command(
    name = "declic-window",
    version,
    about = tr("La fenêtre de Déclic", "The window of Déclic")
)]
pub struct Cli {
    #[arg(long, help = tr(
        "Seulement écrire l’adresse, qui ne sert qu’une fois",
        "Only print the address, which works once",
    ))]
    no_open: bool,
    #[arg(
        long,
        default_value = STATE_DIR,
        env = "DECLIC_AGENT_STATE_DIR",
        help = tr("Dossier où l’agent garde ses données", "Folder where the agent keeps its data")
    )]
    state_dir: PathBuf,
}

/// Opens the window, and stays until it is closed.
pub fn run(cli: &Cli) -> ExitCode {
    match show(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn show(cli: &Cli) -> anyhow::Result<()> {
    let runtime = crate::run::runtime()?;
    runtime.block_on(async {
        let window = Open::on(&cli.state_dir, Patience::default()).await?;
        let address = window.address();
        if cli.no_open {
            print::line(&address);
        } else if let Err(error) = in_browser(&address) {
            tracing::debug!(%error, "xdg-open does not start");
            print::error(tr(
                "aucun navigateur ne s’ouvre ; ouvrez vous-même cette adresse, qui ne sert qu’une fois :",
                "no browser opens; open this address yourself, it works once:",
            ));
            print::line(&address);
        }
        window.serve().await;
        anyhow::Ok(())
    })?;
    // A question under way is not waited for.
    runtime.shutdown_background();
    Ok(())
}

/// Opens an address in the browser that this account prefers.
fn in_browser(address: &str) -> io::Result<()> {
    let child = Command::new("xdg-open")
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // It may last as long as the browser; reaped so that it leaves nothing behind.
    std::thread::spawn(move || {
        let mut child = child;
        child.wait()
    });
    Ok(())
}

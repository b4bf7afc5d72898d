//! Opens the household's window, and stays until it is closed.

use std::process::ExitCode;

use declic_common::tr;

use super::{FAILED, Place, print};
use crate::window::{self, Patience};

pub(super) fn open(place: &Place, no_open: bool) -> ExitCode {
    match show(place, no_open) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::error(&format!("{error:#}"));
            ExitCode::from(FAILED)
        }
    }
}

fn show(place: &Place, no_open: bool) -> anyhow::Result<()> {
    let runtime = crate::run::runtime()?;
    runtime.block_on(async {
        let window = window::Open::on(&place.state_dir, Patience::default()).await?;
        let address = window.address();
        if no_open {
            print::line(&address);
        } else if let Err(error) = window::in_browser(&address) {
            tracing::debug!(%error, "xdg-open does not start");
            print::error(tr(
                "Aucun navigateur ne s’ouvre. Ouvrez vous-même cette adresse, qui ne sert qu’une fois :",
                "No browser opens. Open this address yourself; it works once:",
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

//! The program of a load test: `declic-simulate`, which `declic-agent simulate` becomes.
//!
//! It is not a part of the agent, whose every page stays in the memory of an old PC.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use declic_common::tr;
use serde_json::json;

use super::{Fleet, Profile, folders, lives, open_files};
use crate::cli::{duration, print};

#[derive(Debug, Parser)]
#[command(
    name = "declic-agent simulate",
    version,
    about = tr(
        "Fait vivre beaucoup de foyers simulés, pour dimensionner un serveur",
        "Lets many simulated homes live, to size a controller",
    )
)]
pub struct Cli {
    #[arg(
        long, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000),
        help = tr("Nombre de foyers", "Number of homes")
    )]
    devices: u32,
    #[arg(long, value_name = "DIR", help = tr(
        "Dossier qui garde un dossier par foyer ; un foyer inscrit le reste",
        "Folder that keeps a folder for each home; a home that is enrolled stays so",
    ))]
    state_dir: PathBuf,
    #[arg(long, value_name = "FILE", help = tr(
        "Codes d’inscription, un par ligne, dans l’ordre des foyers (declic enrol new --count N)",
        "Enrolment codes, one a line, in the order of the homes (declic enrol new --count N)",
    ))]
    codes: Option<PathBuf>,
    #[arg(long, default_value = "15m", value_parser = duration, help = tr(
        "Temps entre deux relevés d’un foyer",
        "Time between two reports of a home",
    ))]
    interval: Duration,
    #[arg(long, value_enum, default_value = "steady", help = tr(
        "steady : chacun à son rythme ; return : tout un quartier revient d’un coup, avec un retard",
        "steady: each at its pace; return: a whole quarter comes back at once, with a backlog",
    ))]
    profile: Profile,
    #[arg(
        long, value_name = "K", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..=10_000),
        help = tr("Relevés en retard de chaque foyer, avec return", "Reports in the backlog of each home, with return")
    )]
    backlog: u32,
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, help = tr(
        "S’arrêter après ce temps ; sinon à la demande (Ctrl-C) ou, avec return, quand tout est reçu",
        "Stop after this time; otherwise when asked to (Ctrl-C) or, with return, once all is received",
    ))]
    lasts: Option<Duration>,
    #[arg(long, default_value = "5s", value_parser = duration, help = tr(
        "Temps entre deux lignes de chiffres",
        "Time between two lines of figures",
    ))]
    every: Duration,
    #[arg(long, value_enum, default_value = "table", help = tr(
        "Forme des chiffres ; json : un objet par ligne",
        "Form of the figures; json: one object a line",
    ))]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// Lets the homes live. The exit code is 1 if one of them ended by itself.
pub fn run(cli: &Cli) -> ExitCode {
    match simulate(cli) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            print::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn simulate(cli: &Cli) -> anyhow::Result<u64> {
    let fleet = Fleet {
        devices: cli.devices as usize,
        place: cli.state_dir.clone(),
        codes: cli.codes.clone(),
        interval: cli.interval,
        profile: cli.profile,
        backlog: cli.backlog,
        lasts: cli.lasts,
        every: cli.every,
    };
    open_files::for_homes(fleet.devices)?;
    let runtime = crate::run::runtime()?;
    let summary = runtime.block_on(async {
        let enrolled = folders::enrol(&fleet).await?;
        if fleet.profile == Profile::Return {
            folders::cut_off(&fleet).await?;
        }
        if cli.format == Format::Json {
            print::line(&json!({"ready": true, "enrolled": enrolled}).to_string());
        }
        let summary = lives::live(&fleet, |figures| match cli.format {
            Format::Table => print::line(&figures.line()),
            Format::Json => print::line(&json!(figures).to_string()),
        });
        summary.await
    })?;
    // A slow reading under way is not waited for.
    runtime.shutdown_background();
    match cli.format {
        Format::Table => print::line(&summary.lines()),
        Format::Json => print::line(&json!({"summary": &summary}).to_string()),
    }
    Ok(summary.ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}

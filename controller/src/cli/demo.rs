//! What `declic demo` is told.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use declic_common::tr;

/// A controller on this machine alone, with simulated homes.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct DemoArgs {
    #[arg(
        long, value_name = "DIR",
        help = tr("Dossier de données, gardé ; sinon un dossier temporaire", "Data directory, kept; a temporary one when absent")
    )]
    pub data_dir: Option<PathBuf>,
    #[arg(
        long, value_name = "N", default_value_t = 100,
        value_parser = clap::value_parser!(u32).range(1..=10_000),
        help = tr("Nombre de foyers simulés", "How many homes are simulated")
    )]
    pub devices: u32,
    #[arg(
        long, value_name = "ADDR", default_value = "127.0.0.1:8080",
        help = tr("Où répondre à cette machine (API)", "Where to answer this machine (API)")
    )]
    pub http: SocketAddr,
    #[arg(
        long, value_name = "ADDR", default_value = "127.0.0.1:8883",
        help = tr("Où écouter les PC simulés", "Where to listen to the simulated devices")
    )]
    pub mqtt: SocketAddr,
    #[arg(
        long, value_name = "SECONDS", default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=86_400),
        help = tr("Secondes entre deux relevés", "Seconds between two reports")
    )]
    pub interval: u32,
    #[arg(
        long, value_name = "DAYS", default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(0..=3_650),
        help = tr(
            "Jours d’un passé inventé, fait en arrière-plan",
            "Days of a made-up past, made in the background"
        )
    )]
    pub history: u32,
}

//! What `declic demo` is told.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use declic_common::limits::INTERVAL_DEFAULT_S;
use declic_common::tr;
use jiff::Timestamp;

use super::period::moment;

/// At the speed of the day, so that whoever looks sees something change.
const SHOWN_INTERVAL_S: u32 = 30;

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
        long, value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..=86_400),
        help = tr(
            "Secondes entre deux relevés, à l’heure des foyers [30 ; en accéléré 900]",
            "Seconds between two reports, by the clock of the homes [30; when fast 900]"
        )
    )]
    pub interval: Option<u32>,
    #[arg(
        long, value_name = "DAYS", default_value_t = 0, conflicts_with = "speed",
        value_parser = clap::value_parser!(u32).range(0..=3_650),
        help = tr(
            "Jours d’un passé inventé, fait en arrière-plan",
            "Days of a made-up past, made in the background"
        )
    )]
    pub history: u32,
    #[arg(
        long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=3_600),
        help = tr(
            "Accélérer le temps N fois (600 : un jour en 144 s). Tous les foyers sont alors simulés ; \
             ils ont déjà vécu huit semaines, et quelques-uns tombent en panne : disque plein, disque \
             qui lâche, Internet coupé, PC mort, ligne coupée",
            "Let time go by N times faster (600: a day in 144 s). All homes are simulated then; they \
             have lived for eight weeks already, and some of them fail: a full disk, a failing disk, \
             no internet, a dead PC, a cut line"
        )
    )]
    pub speed: u32,
    #[arg(
        long, value_name = "TIME", requires = "speed", value_parser = moment,
        help = tr(
            "Avec --speed, l’heure qu’il est au début, par exemple 2026-03-10T08:00 [maintenant]",
            "With --speed, what time it is at the beginning, such as 2026-03-10T08:00 [now]"
        )
    )]
    pub begin: Option<Timestamp>,
    #[arg(
        long, value_name = "FILE",
        help = tr(
            "Fichier TOML des avis : [mail], [webhook], digest, comme dans celui de declic serve",
            "TOML file of notices: [mail], [webhook], digest, as in that of declic serve"
        )
    )]
    pub notify: Option<PathBuf>,
}

impl DemoArgs {
    /// Seconds between two reports, by the clock of the homes.
    pub fn interval_s(&self) -> u32 {
        let default = match self.speed {
            1 => SHOWN_INTERVAL_S,
            _ => INTERVAL_DEFAULT_S,
        };
        self.interval.unwrap_or(default)
    }
}

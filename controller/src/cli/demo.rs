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
/// A year, and some days: whoever came first has been there for twelve months.
const WEEKS_OF_A_YEAR: u32 = 54;
/// What the rhythm of a home needs to be known by.
const WEEKS_WHEN_FAST: u32 = 8;

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
        long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=156),
        help = tr(
            "Semaines que les foyers ont déjà vécues, faites d’abord (une ou deux minutes par année) ; 0 : des PC \
             neufs, tous allumés [54 ; en accéléré 8]",
            "Weeks that the homes have lived already, made first (a minute or two a year); 0: new PCs, all on \
             [54; when fast 8]"
        )
    )]
    pub weeks: Option<u32>,
    #[arg(
        long, value_name = "DAYS", default_value_t = 0, conflicts_with_all = ["speed", "weeks"],
        value_parser = clap::value_parser!(u32).range(0..=3_650),
        help = tr(
            "Au lieu de semaines vécues, jours de relevés inventés, un toutes les 5 minutes, faits en \
             arrière-plan : pour dimensionner une machine",
            "Instead of lived weeks, days of made-up reports, one every 5 minutes, made in the background: \
             to size a machine"
        )
    )]
    pub history: u32,
    #[arg(
        long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=3_600),
        help = tr(
            "Accélérer le temps N fois (600 : un jour en 144 s). Tous les foyers sont alors simulés, \
             et quelques-uns tombent en panne : disque plein, disque qui lâche, Internet coupé, PC mort, \
             ligne coupée",
            "Let time go by N times faster (600: a day in 144 s). All homes are simulated then, \
             and some of them fail: a full disk, a failing disk, no internet, a dead PC, a cut line"
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
    /// Weeks that the homes have lived already.
    pub fn weeks(&self) -> u32 {
        let default = match (self.speed, self.history) {
            (_, 1..) => 0,
            (1, 0) => WEEKS_OF_A_YEAR,
            _ => WEEKS_WHEN_FAST,
        };
        self.weeks.unwrap_or(default)
    }

    /// Seconds between two reports, by the clock of the homes.
    pub fn interval_s(&self) -> u32 {
        let default = match self.speed {
            1 => SHOWN_INTERVAL_S,
            _ => INTERVAL_DEFAULT_S,
        };
        self.interval.unwrap_or(default)
    }
}

//! The arguments of `declic device`.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};
use declic_common::api::{Place, Presence};
use declic_common::command::Action;
use declic_common::limits::{INTERVAL_MAX_S, INTERVAL_MIN_S};
use declic_common::tr;

use super::history::HistoryArgs;
use super::life::{LifeArgs, StepCommand};
use super::timeline::TimelineArgs;
use crate::cli::client::Target;
use crate::cli::output::Format;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct DeviceArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: DeviceCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum DeviceCommand {
    #[command(about = tr("Lister les PC", "List the devices"))]
    List(ListArgs),
    #[command(about = tr("Tout sur un PC, en un écran", "All about one device, on one screen"))]
    Show {
        #[command(flatten)]
        device: Named,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("L’historique d’une ou de plusieurs mesures", "The history of one metric or of several"))]
    History(HistoryArgs),
    #[command(about = tr("Ce qu’un PC a fait, moment par moment", "What a device was doing, moment by moment"))]
    Timeline(TimelineArgs),
    #[command(about = tr("La vie d’un PC, du donateur au recyclage ; ou où en sont tous les PC", "The life of a device, from donor to recycling; or where all of them are"))]
    Life(LifeArgs),
    #[command(flatten)]
    Step(StepCommand),
    #[command(about = tr("Remettre un PC à un foyer", "Hand a device over to a household"))]
    Deploy {
        #[command(flatten)]
        device: Named,
        #[arg(
            long, value_name = "CODE",
            help = tr("Code du foyer : lettres, chiffres et tirets, jamais un nom", "Code of the household: letters, digits and dashes, never a name")
        )]
        household: String,
        #[arg(long, help = tr("Site du foyer", "Site of the household"))]
        site: Option<String>,
    },
    #[command(about = tr("Reprendre un PC à son foyer", "Take a device back from its household"))]
    Return {
        #[command(flatten)]
        device: Named,
        #[arg(long, value_enum, default_value_t, help = tr("Où il va", "Where it goes"))]
        to: Elsewhere,
        #[arg(long, help = tr("Site où il va", "Site where it goes"))]
        site: Option<String>,
        #[arg(long, value_name = "N", help = tr("Numéro du poste, avec `--to seat`", "Number of the post, with `--to seat`"))]
        seat: Option<u16>,
    },
    #[command(about = tr("Demander quelque chose à un PC", "Ask something of a device"))]
    Send {
        #[command(flatten)]
        device: Named,
        #[arg(
            long, value_parser = clap::value_parser!(u32).range(1..=8_760),
            help = tr("Heures jusqu’à l’abandon [168]", "Hours until it is given up [168]")
        )]
        hours: Option<u32>,
        #[command(subcommand)]
        what: SendWhat,
    },
    #[command(about = tr("Ce qui a été demandé à un PC", "What a device was asked to do"))]
    Commands {
        #[command(flatten)]
        device: Named,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Voir ou changer les réglages d’un PC", "See or change the settings of a device"))]
    Settings(SettingsArgs),
    #[command(about = tr("Faire le code de la charte signée", "Make the code of the signed charter"))]
    Charter {
        #[command(flatten)]
        device: Named,
    },
    #[command(about = tr(
        "Retirer un PC : il efface l’état de l’agent et cesse d’écrire",
        "Retire a device: it erases the agent's state and stops reporting"
    ))]
    Retire {
        #[command(flatten)]
        device: Named,
    },
    #[command(about = tr(
        "Révoquer le certificat d’un PC perdu ou volé, tout de suite",
        "Revoke the certificate of a lost or stolen device, at once"
    ))]
    Revoke {
        #[command(flatten)]
        device: Named,
    },
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Named {
    #[arg(help = tr("Nom (d-…) ou numéro d’inventaire du PC", "Name (d-…) or asset tag of the device"))]
    pub device: String,
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct ListArgs {
    #[arg(long, value_parser = word::<Presence>(Presence::ALL, Presence::as_str), help = tr("Seulement cette présence", "Only this presence"))]
    pub presence: Option<String>,
    #[arg(long, help = tr("Seulement ce site", "Only this site"))]
    pub site: Option<String>,
    #[arg(long, help = tr("Texte dans le numéro d’inventaire ou le nom", "Text in the asset tag or the name"))]
    pub text: Option<String>,
    #[arg(long, help = tr("Seulement les PC de réserve, à l’établi ou en réserve", "Only spare devices, on the bench or in stock"))]
    pub spare: bool,
    #[arg(long, value_enum, default_value_t, help = tr("Ordre de la liste", "Order of the list"))]
    pub sort: Sort,
    #[arg(long, help = tr("Du dernier au premier", "From the last to the first"))]
    pub reverse: bool,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Asset,
    Device,
    LastSeen,
}

/// Where a device is that is in no home.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Elsewhere {
    #[default]
    Bench,
    Stock,
    Seat,
}

impl From<Elsewhere> for Place {
    fn from(elsewhere: Elsewhere) -> Self {
        match elsewhere {
            Elsewhere::Bench => Place::Bench,
            Elsewhere::Stock => Place::Stock,
            Elsewhere::Seat => Place::Seat,
        }
    }
}

pub(in crate::cli) fn word<T: Copy + 'static>(
    all: &'static [T],
    as_str: fn(T) -> &'static str,
) -> PossibleValuesParser {
    PossibleValuesParser::new(all.iter().map(|value| as_str(*value)))
}

/// Without a change, the settings are shown.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SettingsArgs {
    #[command(flatten)]
    pub device: Named,
    #[arg(
        long, value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(i64::from(INTERVAL_MIN_S)..=i64::from(INTERVAL_MAX_S)),
        help = tr("Secondes entre deux relevés", "Seconds between two reports")
    )]
    pub interval: Option<u32>,
    #[arg(
        long = "probe-host", value_name = "HOST:PORT",
        help = tr("Hôte à essayer (4 au plus) ; ceux d’avant sont oubliés", "Host to try (at most 4); those before are forgotten")
    )]
    pub probe_hosts: Vec<String>,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum SendWhat {
    #[command(about = tr("Envoyer un relevé et la fiche technique maintenant", "Report and take the inventory now"))]
    Refresh,
    #[command(about = tr("Mesurer de plus près ; la personne du foyer l’accepte à l’écran", "Measure more closely; the resident accepts it on screen"))]
    Diagnose {
        #[arg(
            long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=60),
            help = tr("Durée en minutes", "Length in minutes")
        )]
        minutes: u16,
    },
    #[command(about = tr("Montrer un texte à la personne du foyer", "Show a text to the resident"))]
    Message {
        #[arg(help = tr("Le texte", "The text"))]
        text: String,
    },
    // The word that travels is understood too.
    #[command(
        alias = "renew_certificate",
        about = tr("Demander un nouveau certificat maintenant", "Ask for a new certificate now")
    )]
    RenewCertificate,
}

impl From<SendWhat> for Action {
    fn from(what: SendWhat) -> Self {
        match what {
            SendWhat::Refresh => Action::Refresh,
            SendWhat::Diagnose { minutes } => Action::Diagnose { minutes },
            SendWhat::Message { text } => Action::Message { text },
            SendWhat::RenewCertificate => Action::RenewCertificate,
        }
    }
}

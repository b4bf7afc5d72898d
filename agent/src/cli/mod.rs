//! The command line of the PC: what a technician types once, and what the
//! household may ask at any time.

mod beside;
mod letters;
mod pause;
pub(crate) mod print;
mod show;
mod window;
pub(crate) mod words;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use declic_common::report::Consent;
use declic_common::socket::{Answer, Ask};
use declic_common::{Lang, tr};
use jiff::SignedDuration;

use crate::enrol::EnrolError;
use crate::socket::{self, AskError};

/// Where the agent keeps its state when nothing else is said.
pub(crate) const STATE_DIR: &str = "/var/lib/declic-agent";

const FAILED: u8 = 1;
const UNREACHABLE: u8 = 5;
const REFUSED: u8 = 6;

#[derive(Debug, Parser)]
#[command(
    name = "declic-agent",
    version,
    disable_help_subcommand = true,
    about = tr(
        "L’agent Déclic de ce PC : il aide à le garder en état, et montre ce qu’il envoie",
        "The Déclic agent of this PC: it helps to keep it working, and shows what it sends",
    )
)]
pub struct Cli {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Debug, Args)]
struct Place {
    #[arg(
        long,
        global = true,
        default_value = STATE_DIR,
        env = "DECLIC_AGENT_STATE_DIR",
        help = tr("Dossier où l’agent garde ses données", "Folder where the agent keeps its data")
    )]
    state_dir: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Verb {
    #[command(about = tr("Inscrire ce PC avec un code", "Enrol this PC with a code"))]
    Enrol {
        #[arg(help = tr("Code donné par le programme", "Code given by the programme"))]
        code: String,
        #[arg(long, help = tr("Remplacer une inscription existante", "Replace an existing enrolment"))]
        replace: bool,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr("Faire tourner l’agent", "Run the agent"))]
    Run {
        #[arg(
            long,
            value_parser = duration,
            help = tr(
                "Temps entre deux relevés, pour essayer (par exemple 1s) ; sinon celui du programme",
                "Time between two reports, for trials (such as 1s); the programme's otherwise",
            )
        )]
        interval: Option<Duration>,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr(
        "Montrer les derniers messages envoyés, ceux qui attendent et celui qui partirait maintenant",
        "Show the last messages sent, those that wait and the one that would be sent now",
    ))]
    Show {
        #[arg(long, help = tr("En JSON", "As JSON"))]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr("Dire comment va l’agent", "Say how the agent is"))]
    Status {
        #[arg(long, help = tr("En JSON", "As JSON"))]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr(
        "Lire ou changer ce que le foyer accepte d’envoyer",
        "Read or change what the household agrees to send",
    ))]
    Consent {
        #[arg(
            value_parser = level,
            help = tr("maintenance ou usage ; rien pour lire", "maintenance or usage; nothing to read it")
        )]
        level: Option<Consent>,
        #[arg(long, help = tr("Code de la charte signée, pour élargir", "Code of the signed charter, to widen"))]
        charter: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr("Demander de l’aide, même sans réseau", "Ask for help, even without network"))]
    Help {
        #[arg(default_value = "", help = tr("Ce qui ne va pas", "What is wrong"))]
        text: String,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr(
        "Donner les six mots qui disent l’état du PC, à lire au téléphone",
        "Give the six words that say how the PC is, to be read over the phone",
    ))]
    Code {
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr(
        "Lire les messages et les demandes du technicien",
        "Read the messages and requests of the technician",
    ))]
    Messages {
        #[arg(long, help = tr("En JSON, sans les marquer comme lus", "As JSON, without marking them as read"))]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr(
        "Accepter ou refuser le diagnostic que demande le technicien",
        "Accept or refuse the diagnosis that the technician asks for",
    ))]
    Diagnose {
        #[arg(
            action = clap::ArgAction::Set,
            value_parser = letters::yes_or_no,
            help = tr("oui ou non", "yes or no")
        )]
        answer: bool,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr(
        "N’envoyer aucun relevé jusqu’à un moment, ou reprendre",
        "Send no report until some moment, or resume",
    ))]
    Pause {
        #[arg(
            value_name = tr("JUSQU’À", "UNTIL"),
            value_parser = pause::until,
            help = tr(
                "une durée (2h, 3d, 1w), un jour (2026-12-24 ou 24/12/2026), ou fin",
                "a length (2h, 3d, 1w), a day (2026-12-24 or 24/12/2026), or end",
            )
        )]
        until: pause::Until,
        #[command(flatten)]
        place: Place,
    },
    #[command(about = tr(
        "Ouvrir la fenêtre de Déclic dans le navigateur de ce compte",
        "Open the window of Déclic in the browser of this account",
    ))]
    Window {
        #[arg(long, help = tr(
            "Seulement écrire l’adresse, qui ne sert qu’une fois",
            "Only print the address, which works once",
        ))]
        no_open: bool,
        #[command(flatten)]
        place: Place,
    },
    #[command(
        disable_help_flag = true,
        about = tr(
            "Faire vivre beaucoup de foyers simulés, pour dimensionner un serveur",
            "Let many simulated homes live, to size a controller",
        )
    )]
    Simulate {
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "OPTIONS",
            help = tr("--help les montre", "--help shows them")
        )]
        args: Vec<OsString>,
    },
}

pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let parsed = match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => text
            .parse::<SignedDuration>()
            .ok()
            .and_then(|d| Duration::try_from(d).ok()),
    };
    parsed
        .filter(|d| (Duration::from_millis(100)..=Duration::from_secs(86_400)).contains(d))
        .ok_or_else(|| {
            tr(
                "de 100ms à 24h, par exemple 15m",
                "100ms to 24h, such as 15m",
            )
            .to_owned()
        })
}

fn level(text: &str) -> Result<Consent, String> {
    Consent::from_word(text)
        .ok_or_else(|| tr("maintenance ou usage", "maintenance or usage").to_owned())
}

/// Does what was asked; everything a person must read is printed here.
pub fn run(cli: Cli) -> ExitCode {
    match cli.command {
        Verb::Enrol {
            code,
            replace,
            place,
        } => enrol(&code, replace, place),
        Verb::Run { interval, place } => serve(interval, place),
        Verb::Show { json, place } => ask(&place, &Ask::Show, |answer| show::shown(answer, json)),
        Verb::Status { json, place } => {
            ask(&place, &Ask::Status, |answer| show::status(answer, json))
        }
        Verb::Consent {
            level: None, place, ..
        } => ask(&place, &Ask::Status, show::consent),
        Verb::Consent {
            level: Some(level),
            charter,
            place,
        } => ask(&place, &Ask::Consent { level, charter }, |_| {
            print::line(match level {
                Consent::Maintenance => tr(
                    "C’est noté : seul l’entretien du PC est envoyé.",
                    "Noted: only what maintains the PC is sent.",
                ),
                Consent::Usage => tr(
                    "C’est noté : les données d’usage sont aussi envoyées. Merci.",
                    "Noted: usage data are sent as well. Thank you.",
                ),
            });
        }),
        Verb::Help { text, place } => ask(&place, &Ask::Help { text }, |_| {
            print::line(tr(
                "Votre demande d’aide est notée. Elle part dès que le réseau le permet.",
                "Your call for help is noted. It leaves as soon as the network allows.",
            ));
        }),
        Verb::Code { place } => ask(&place, &Ask::Code, show::code),
        Verb::Messages { json, place } => letters::read(&place, json),
        Verb::Diagnose { answer, place } => letters::answer(&place, answer),
        Verb::Pause { until, place } => {
            let for_s = until.for_s;
            ask(&place, &Ask::Pause { for_s }, |_| {
                print::line(pause::noted(for_s));
            })
        }
        Verb::Window { no_open, place } => window::open(&place, no_open),
        Verb::Simulate { args } => beside::become_program("declic-simulate", args),
    }
}

fn enrol(code: &str, replace: bool, place: Place) -> ExitCode {
    let runtime = match crate::run::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            print::error(&format!("{error:#}"));
            return ExitCode::from(FAILED);
        }
    };
    match runtime.block_on(crate::enrol::enrol(code, &place.state_dir, replace)) {
        Ok(identity) => {
            print::line(&format!(
                "{} {}",
                tr("Ce PC est inscrit :", "This PC is enrolled:"),
                identity.device
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            print::error(&words::of_enrolment(&error));
            ExitCode::from(match error {
                EnrolError::Unreachable(..) => UNREACHABLE,
                EnrolError::Code(_)
                | EnrolError::AlreadyEnrolled(_)
                | EnrolError::OtherAuthority(_)
                | EnrolError::WrongName(_)
                | EnrolError::Ended
                | EnrolError::NotAccepted
                | EnrolError::Refused { .. } => REFUSED,
                _ => FAILED,
            })
        }
    }
}

fn serve(interval: Option<Duration>, place: Place) -> ExitCode {
    match crate::run::this_machine(&place.state_dir, interval) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::error(&format!("{error:#}"));
            ExitCode::from(FAILED)
        }
    }
}

fn ask(place: &Place, question: &Ask, show: impl FnOnce(Answer)) -> ExitCode {
    match socket::ask(&place.state_dir, question) {
        Ok(Answer::Refused { reason }) => {
            print::error(words::of_refusal(reason, Lang::current()));
            ExitCode::from(REFUSED)
        }
        Ok(answer) => {
            show(answer);
            ExitCode::SUCCESS
        }
        Err(error @ AskError::NotRunning(_)) => {
            tracing::debug!(?error, "nobody answers on the socket");
            print::error(tr(
                "L’agent ne tourne pas sur ce PC. Le relancer : systemctl start declic-agent (ou declic-agent run)",
                "The agent is not running on this PC. Start it: systemctl start declic-agent (or declic-agent run)",
            ));
            ExitCode::from(UNREACHABLE)
        }
        Err(error @ AskError::Closed { .. }) => {
            tracing::debug!(?error, "the socket is closed to this account");
            print::error(tr(
                "Ce compte ne peut pas joindre l’agent de ce PC. Relancer l’agent, ou essayer avec sudo.",
                "This account cannot reach the agent of this PC. Restart the agent, or try with sudo.",
            ));
            ExitCode::from(REFUSED)
        }
        Err(error) => {
            print::error(&format!("{:#}", anyhow::Error::from(error)));
            ExitCode::from(FAILED)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_icon_of_the_desktop_runs_a_verb_that_there_is() {
        let entry = include_str!("../../packaging/declic.desktop");
        let exec = entry.lines().find_map(|line| line.strip_prefix("Exec="));
        let cli = Cli::try_parse_from(exec.unwrap().split(' ')).unwrap();
        assert!(matches!(cli.command, Verb::Window { no_open: false, .. }));
    }

    #[test]
    fn what_follows_simulate_is_left_to_the_program_that_it_becomes() {
        let line = ["declic-agent", "simulate", "--devices", "3", "--help"];
        let cli = Cli::try_parse_from(line).unwrap();
        assert!(matches!(cli.command, Verb::Simulate { args } if args == line[2..]));
    }

    #[test]
    fn an_interval_may_be_written_as_people_do() {
        for (text, seconds) in [("1s", 1), ("15m", 900), ("900", 900), ("1h", 3600)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["0", "", "-1s", "2 days", "50ms", "x"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}

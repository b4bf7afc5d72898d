//! The command line of technicians: `declic`.
//!
//! `serve`, `demo`, `store`, `rhythm`, `decode` and `broker config` do their work in this process;
//! everything else asks a running controller, because the store belongs to one process; so does
//! `decode` when it is to open a ticket.

mod absence;
mod account;
mod audit;
mod backup;
pub mod broker;
pub(crate) mod client;
mod completions;
mod decode;
pub mod demo;
mod device;
mod enrol;
mod evaluation;
mod exit;
mod export;
mod fleet;
mod household;
mod import;
mod output;
mod password;
mod period;
mod question;
mod record;
mod rhythm;
mod rules;
pub mod serve;
mod session;
mod settings;
mod status;
mod store;
mod ticket;
mod today;
mod token;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use declic_common::programme::{
    Application, Assistance, Attendance, Building, Contact, Cost, Cycle, Group, Handover,
    Household, Line, Lot, Member, Noun, Pc, PcRepair, Person, Programme, Sheet, Site, Survey,
    Trial, Wipe,
};
use declic_common::tr;

use self::absence::AbsenceArgs;
use self::account::AccountArgs;
use self::audit::AuditArgs;
use self::backup::BackupCommand;
use self::broker::{BrokerCommand, BrokerKind, MosquittoArgs};
use self::client::{Controller, Target};
use self::completions::CompletionsArgs;
use self::decode::DecodeArgs;
use self::demo::DemoArgs;
use self::device::DeviceArgs;
use self::enrol::EnrolArgs;
use self::evaluation::{EvaluationArgs, VerifyArgs};
use self::exit::{Exit, Failure};
use self::export::ExportArgs;
use self::fleet::FleetArgs;
use self::household::HouseholdArgs;
use self::import::ImportArgs;
use self::output::{Said, clean};
use self::question::QuestionArgs;
use self::record::RecordArgs;
use self::rhythm::RhythmCommand;
use self::rules::RulesArgs;
use self::serve::ServeArgs;
use self::session::SessionArgs;
use self::settings::SettingsArgs;
use self::status::StatusArgs;
use self::store::StoreCommand;
use self::ticket::TicketArgs;
use self::today::TodayArgs;
use self::token::TokenArgs;
use crate::words::{self, Voice};

#[derive(Parser, Clone, Debug, PartialEq, Eq)]
#[command(
    name = "declic", version, disable_help_subcommand = true,
    about = tr(
        "Suivre les PC d’un programme Déclic",
        "Track the devices of a Déclic programme"
    ),
    after_help = tr(
        "Codes de fin : 0 fait, 1 échec, 2 mauvais usage, 3 introuvable, 4 conflit, 5 injoignable, 6 refusé",
        "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 conflict, 5 unreachable, 6 refused"
    )
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // one of them, once in a process
pub enum Command {
    #[command(about = tr("Faire tourner le serveur Déclic", "Run the controller"))]
    Serve(ServeArgs),
    #[command(about = tr("Essayer sur cette machine, avec des foyers simulés", "Try it on this machine, with simulated homes"))]
    Demo(DemoArgs),
    #[command(about = tr(
        "Qui a besoin de moi aujourd’hui, pourquoi, et quoi emporter",
        "Who needs me today, why, and what to bring"
    ))]
    Today(TodayArgs),
    #[command(about = tr("Les tickets : ce qui est à réparer ou à répondre", "The tickets: what is to be repaired or answered"))]
    Ticket(TicketArgs),
    #[command(about = tr("Les seuils des tickets qui s’ouvrent seuls", "The thresholds of the tickets that open by themselves"))]
    Rules(RulesArgs),
    #[command(about = tr("Les PC", "The devices"))]
    Device(DeviceArgs),
    #[command(about = tr("Les absences annoncées : leur silence n’inquiète personne", "Declared absences: their silence alarms nobody"))]
    Absence(AbsenceArgs),
    #[command(about = tr("Tous les PC à la fois", "All devices at once"))]
    Fleet(FleetArgs),
    #[command(about = tr("Sortir des données, en flux", "Take data out, as a stream"))]
    Export(ExportArgs),
    #[command(about = tr("Faire entrer des données du passé", "Bring data of the past in"))]
    Import(ImportArgs),
    #[command(about = tr("Inscrire des PC", "Let devices join"))]
    Enrol(EnrolArgs),
    #[command(about = tr("Comment va le serveur Déclic", "How the controller is"))]
    Status(StatusArgs),
    #[command(about = tr("Les réglages du programme, et le déménagement du serveur", "The settings of the programme, and moving the controller"))]
    Settings(SettingsArgs),
    #[command(about = tr("Qui a changé quoi", "Who changed what"))]
    Audit(AuditArgs),
    #[command(about = tr("Qui peut entrer, et avec quels droits", "Who may come in, and what they may do"))]
    Account(AccountArgs),
    #[command(about = tr("Les jetons d’accès des programmes", "The API tokens of programs"))]
    Token(TokenArgs),
    #[command(about = tr("Les programmes, avec leur fiche légale", "The programmes, with their legal sheet"))]
    Programme(RecordArgs),
    #[command(about = tr("Les sites d’un programme, avec leur atelier", "The sites of a programme, with their workshop"))]
    Site(RecordArgs),
    #[command(about = tr("Les bâtiments d’un site", "The buildings of a site"))]
    Building(RecordArgs),
    #[command(about = tr("Les candidatures", "The applications"))]
    Application(HouseholdArgs),
    #[command(about = tr("Les foyers, sous leur code", "The households, under their codes"))]
    Household(HouseholdArgs),
    #[command(about = tr("Les personnes des foyers", "The persons of households"))]
    Person(RecordArgs),
    #[command(about = tr("Les lignes internet des foyers", "The lines of households to the internet"))]
    Line(RecordArgs),
    #[command(about = tr("Les coordonnées ; chaque affichage est noté au registre", "The contacts; each display is told in the audit"))]
    Contact(RecordArgs),
    #[command(about = tr("Les questions des enquêtes", "The questions of surveys"))]
    Question(QuestionArgs),
    #[command(about = tr("Les réponses aux enquêtes", "The answers to surveys"))]
    Survey(RecordArgs),
    #[command(about = tr("Les dépenses", "The costs"))]
    Cost(RecordArgs),
    #[command(about = tr("Les lots de PC reçus", "The lots of PCs that were received"))]
    Lot(RecordArgs),
    #[command(about = tr("Les PC par leur numéro d’inventaire", "The PCs by their inventory number"))]
    Pc(RecordArgs),
    #[command(about = tr("Les effacements de PC et leur preuve", "The wipes of PCs and their proof"))]
    Wipe(RecordArgs),
    #[command(about = tr("Les essais à l’établi", "The trials on the bench"))]
    Trial(RecordArgs),
    #[command(about = tr("Les réparations de PC", "The repairs of PCs"))]
    Repair(RecordArgs),
    #[command(about = tr("Les feuilles de remise et de retour", "The sheets of handovers and returns"))]
    Handover(RecordArgs),
    #[command(about = tr("Les cycles de formation", "The training cycles"))]
    Cycle(RecordArgs),
    #[command(about = tr("Les groupes", "The groups"))]
    Group(RecordArgs),
    #[command(about = tr("Les inscrits des groupes", "The members of groups"))]
    Member(RecordArgs),
    #[command(about = tr("Les présences aux séances", "The attendances of sessions"))]
    Attendance(RecordArgs),
    #[command(about = tr("Les aides hors séances", "Help outside sessions"))]
    Assistance(RecordArgs),
    #[command(about = tr("Les séances, leur feuille, l’appel, les postes", "The sessions, their sheet, the roll, the seats"))]
    Session(SessionArgs),
    #[command(about = tr("Ce que le programme a changé : figer, lire, publier", "What the programme changed: freeze, read, publish"))]
    Evaluation(EvaluationArgs),
    #[command(about = tr(
        "Vérifier un jeu de données, et ce qui en fut publié, sans serveur",
        "Verify a dataset, and what was published of it, without any controller"
    ))]
    Verify(VerifyArgs),
    #[command(subcommand, about = tr("Un broker MQTT existant", "An existing MQTT broker"))]
    Broker(BrokerCommand),
    #[command(subcommand, about = tr("Les sauvegardes", "The backups"))]
    Backup(BackupCommand),
    #[command(subcommand, about = tr("La base, le serveur Déclic arrêté", "The store, with the controller stopped"))]
    Store(StoreCommand),
    #[command(subcommand, about = tr("Le rythme des foyers", "The rhythm of homes"))]
    Rhythm(RhythmCommand),
    #[command(about = tr("Comprendre les six mots d’un PC, sans réseau", "Understand the six words of a PC, without any network"))]
    Decode(DecodeArgs),
    #[command(about = tr("Compléter les commandes dans un interpréteur", "Complete commands in a shell"))]
    Completions(CompletionsArgs),
}

/// Work that this process does itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // one of them, once in a process
pub enum Own {
    Serve(ServeArgs),
    Demo(DemoArgs),
    Mosquitto(MosquittoArgs),
}

/// The command line, in the language that was chosen.
pub fn command() -> clap::Command {
    localise(Cli::command(), true)
}

/// Reads the arguments of this process; a wrong one ends it with code 2.
pub fn parse() -> Cli {
    let matches = command().get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// Puts the library's own words into the language.
fn localise(command: clap::Command, top: bool) -> clap::Command {
    let template = tr(
        "{about-with-newline}\nUsage : {usage}\n\n{all-args}{after-help}",
        "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
    );
    let help = clap::Arg::new("help")
        .short('h')
        .long("help")
        .action(clap::ArgAction::Help)
        .help(tr("Montrer cette aide", "Show this help"));
    let mut command = command
        .help_template(template)
        .subcommand_help_heading(tr("Commandes", "Commands"))
        .subcommand_value_name(tr("COMMANDE", "COMMAND"))
        .disable_help_flag(true)
        .arg(help);
    if top {
        let version = clap::Arg::new("version")
            .short('V')
            .long("version")
            .action(clap::ArgAction::Version)
            .help(tr("Montrer la version", "Show the version"));
        command = command.disable_version_flag(true).arg(version);
    }
    command
        .mut_args(|arg| {
            let heading = match arg.is_positional() {
                true => tr("Arguments", "Arguments"),
                false => tr("Options", "Options"),
            };
            spell_out(arg).help_heading(heading).hide_env(true)
        })
        .mut_subcommands(|command| localise(command, false))
}

/// Writes default and possible values in the language of the help.
fn spell_out(arg: clap::Arg) -> clap::Arg {
    if !arg.get_action().takes_values() {
        return arg;
    }
    let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let default: Vec<_> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    if !default.is_empty() {
        help.push_str(&format!(" [{}]", default.join(" ")));
    }
    let values = arg.get_possible_values();
    if !values.is_empty() && !arg.is_hide_possible_values_set() {
        let names: Vec<_> = values.iter().map(|value| value.get_name()).collect();
        help.push_str(&format!(" ({})", names.join(", ")));
    }
    arg.help(help)
        .hide_default_value(true)
        .hide_possible_values(true)
}

/// Does what was asked. `own` runs the servers and writes the settings of brokers.
pub fn run(cli: Cli, own: impl FnOnce(Own) -> anyhow::Result<()>) -> ExitCode {
    let asked = match cli.command {
        Command::Serve(args) => return finish_own(own(Own::Serve(args))),
        Command::Demo(args) => return finish_own(own(Own::Demo(args))),
        Command::Broker(BrokerCommand::Config(BrokerKind::Mosquitto(args))) => {
            return finish_own(own(Own::Mosquitto(args)));
        }
        Command::Backup(command) => match (
            backup::alone(&command, &Voice::current()),
            backup::target(&command),
        ) {
            (Some(done), _) => return finish(done),
            (None, target) => (
                target.expect("what is not done alone asks a controller"),
                Asked::Backup(command),
            ),
        },
        Command::Store(command) => return finish(store::run(&command, &Voice::current())),
        Command::Rhythm(command) => return finish(rhythm::run(&command, &Voice::current())),
        Command::Rules(args) => return finish(rules::run(&args)),
        Command::Completions(args) => return finish(Ok(completions::run(&args))),
        Command::Today(args) => (args.target.clone(), Asked::Today(args)),
        Command::Ticket(args) => (args.target.clone(), Asked::Ticket(args)),
        Command::Decode(args) if !args.open => {
            return finish(decode::run(&args, &Voice::current()));
        }
        Command::Decode(args) => (args.target.clone(), Asked::Decode(args)),
        Command::Device(args) => (args.target.clone(), Asked::Device(args)),
        Command::Absence(args) => (args.target.clone(), Asked::Absence(args)),
        Command::Fleet(args) => (args.target.clone(), Asked::Fleet(args)),
        Command::Verify(args) => return finish(evaluation::verify(&args, &Voice::current())),
        Command::Evaluation(args) if args.command.is_alone() => {
            let voice = Voice::current();
            let work = evaluation::run(&args.within, &args.command, None, &voice);
            return finish(runtime().block_on(work));
        }
        Command::Evaluation(args) => (args.target.clone(), Asked::Evaluation(args)),
        Command::Export(args) if args.command.is_alone() => {
            let (form, what) = args
                .command
                .evaluation()
                .expect("the history is never alone");
            let voice = Voice::current();
            return finish(runtime().block_on(evaluation::to_files(form, what, None, &voice)));
        }
        Command::Export(args) => (args.target.clone(), Asked::Export(args)),
        Command::Import(args) => (args.target.clone(), Asked::Import(args)),
        Command::Enrol(args) => (args.target.clone(), Asked::Enrol(args)),
        Command::Status(args) => (args.target.clone(), Asked::Status(args)),
        Command::Audit(args) => (args.target.clone(), Asked::Audit(args)),
        Command::Account(args) => (args.target.clone(), Asked::Account(args)),
        Command::Token(args) => (args.target.clone(), Asked::Token(args)),
        Command::Programme(args) => (args.target.clone(), Asked::Record(Programme::SHEET, args)),
        Command::Site(args) => (args.target.clone(), Asked::Record(Site::SHEET, args)),
        Command::Building(args) => (args.target.clone(), Asked::Record(Building::SHEET, args)),
        Command::Application(args) => {
            (args.target.clone(), Asked::People(Application::SHEET, args))
        }
        Command::Household(args) => (args.target.clone(), Asked::People(Household::SHEET, args)),
        Command::Person(args) => (args.target.clone(), Asked::Record(Person::SHEET, args)),
        Command::Line(args) => (args.target.clone(), Asked::Record(Line::SHEET, args)),
        Command::Contact(args) => (args.target.clone(), Asked::Record(Contact::SHEET, args)),
        Command::Question(args) => (args.target.clone(), Asked::Question(args)),
        Command::Survey(args) => (args.target.clone(), Asked::Record(Survey::SHEET, args)),
        Command::Cost(args) => (args.target.clone(), Asked::Record(Cost::SHEET, args)),
        Command::Lot(args) => (args.target.clone(), Asked::Record(Lot::SHEET, args)),
        Command::Pc(args) => (args.target.clone(), Asked::Record(Pc::SHEET, args)),
        Command::Wipe(args) => (args.target.clone(), Asked::Record(Wipe::SHEET, args)),
        Command::Trial(args) => (args.target.clone(), Asked::Record(Trial::SHEET, args)),
        Command::Repair(args) => (args.target.clone(), Asked::Record(PcRepair::SHEET, args)),
        Command::Handover(args) => (args.target.clone(), Asked::Record(Handover::SHEET, args)),
        Command::Cycle(args) => (args.target.clone(), Asked::Record(Cycle::SHEET, args)),
        Command::Group(args) => (args.target.clone(), Asked::Record(Group::SHEET, args)),
        Command::Member(args) => (args.target.clone(), Asked::Record(Member::SHEET, args)),
        Command::Attendance(args) => (args.target.clone(), Asked::Record(Attendance::SHEET, args)),
        Command::Assistance(args) => (args.target.clone(), Asked::Record(Assistance::SHEET, args)),
        Command::Session(args) => (args.target.clone(), Asked::Session(args)),
        Command::Settings(args) => (args.target.clone(), Asked::Settings(args)),
    };
    finish(runtime().block_on(ask(asked.0, asked.1, &Voice::current())))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system gives a runtime")
}

/// What a running controller is asked.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // one of them, once in a process
enum Asked {
    Decode(DecodeArgs),
    Today(TodayArgs),
    Ticket(TicketArgs),
    Device(DeviceArgs),
    Absence(AbsenceArgs),
    Backup(BackupCommand),
    Fleet(FleetArgs),
    Evaluation(EvaluationArgs),
    Export(ExportArgs),
    Import(ImportArgs),
    Enrol(EnrolArgs),
    Status(StatusArgs),
    Audit(AuditArgs),
    Account(AccountArgs),
    Token(TokenArgs),
    Record(&'static Sheet, RecordArgs),
    People(&'static Sheet, HouseholdArgs),
    Question(QuestionArgs),
    Session(SessionArgs),
    Settings(SettingsArgs),
}

async fn ask(target: Target, asked: Asked, voice: &Voice) -> Result<Said, Failure> {
    let controller = Controller::new(target, voice)?;
    match asked {
        Asked::Decode(args) => decode::open(&args, &controller, voice).await,
        Asked::Today(args) => today::run(args, &controller, voice).await,
        Asked::Ticket(args) => ticket::run(args.command, &controller, voice).await,
        Asked::Device(args) => device::run(args.command, &controller, voice).await,
        Asked::Absence(args) => absence::run(args.command, &controller, voice).await,
        Asked::Backup(command) => backup::run(command, &controller, voice).await,
        Asked::Fleet(args) => fleet::run(args.command, &controller, voice).await,
        Asked::Evaluation(args) => {
            evaluation::run(&args.within, &args.command, Some(&controller), voice).await
        }
        Asked::Export(args) => export::run(args.command, &controller, voice).await,
        Asked::Import(args) => import::run(args.command, &controller, voice).await,
        Asked::Enrol(args) => enrol::run(args.command, &controller, voice).await,
        Asked::Status(args) => status::run(args.format, &controller, voice).await,
        Asked::Audit(args) => audit::run(args.command, &controller, voice).await,
        Asked::Account(args) => account::run(args.command, &controller, voice).await,
        Asked::Token(args) => token::run(args.command, &controller, voice).await,
        Asked::Question(args) => question::run(args, &controller, voice).await,
        Asked::People(sheet, args) => household::run(sheet, args, &controller, voice).await,
        Asked::Session(args) => session::run(args, &controller, voice).await,
        Asked::Record(sheet, args) => {
            let desk = record::Desk::open(&controller, sheet, &args.within).await?;
            record::run(args.command, &desk, voice).await
        }
        Asked::Settings(args) => settings::run(args.command, &controller, voice).await,
    }
}

fn finish(said: Result<Said, Failure>) -> ExitCode {
    match said {
        Ok(said) => match said.print(std::io::stdout(), std::io::stderr()) {
            Ok(()) if said.no => Exit::Failed.into(),
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => finish(Err(Failure::new(Exit::Failed, error.to_string()))),
        },
        Err(failure) => {
            complain(&failure.text);
            failure.exit.into()
        }
    }
}

fn finish_own(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            Exit::Failed.into()
        }
    }
}

/// A terminal that is gone is no reason to fail differently.
fn complain(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "declic: {}", clean(text));
}

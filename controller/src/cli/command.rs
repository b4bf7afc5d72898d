//! What the command line understands.

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use declic_common::tr;

use super::absence::AbsenceArgs;
use super::account::AccountArgs;
use super::audit::AuditArgs;
use super::backup::BackupCommand;
use super::broker::BrokerCommand;
use super::completions::CompletionsArgs;
use super::decode::DecodeArgs;
use super::demo::DemoArgs;
use super::device::DeviceArgs;
use super::enrol::EnrolArgs;
use super::evaluation::{EvaluationArgs, VerifyArgs};
use super::export::ExportArgs;
use super::fleet::FleetArgs;
use super::household::HouseholdArgs;
use super::import::ImportArgs;
use super::question::QuestionArgs;
use super::record::RecordArgs;
use super::rhythm::RhythmCommand;
use super::rules::RulesArgs;
use super::serve::ServeArgs;
use super::session::SessionArgs;
use super::settings::SettingsArgs;
use super::status::StatusArgs;
use super::store::StoreCommand;
use super::ticket::TicketArgs;
use super::today::TodayArgs;
use super::token::TokenArgs;

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
    #[command(about = tr("Les heures travaillées, par mois", "The hours worked, by month"))]
    Timesheet(RecordArgs),
    #[command(about = tr("Les facteurs d’émission du CO₂e évité", "The emission factors of CO₂e avoided"))]
    Factor(RecordArgs),
    #[command(about = tr("Ce que le programme dit de lui-même dans son rapport", "What the programme says of itself in its report"))]
    Statement(RecordArgs),
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

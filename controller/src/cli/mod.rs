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
mod command;
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

use declic_common::programme::{
    Application, Assistance, Attendance, Building, Contact, Cost, Cycle, Factor, Group, Handover,
    Household, Line, Lot, Member, Noun, Pc, PcRepair, Person, Programme, Sheet, Site, Statement,
    Survey, Timesheet, Trial, Wipe,
};

use self::absence::AbsenceArgs;
use self::account::AccountArgs;
use self::audit::AuditArgs;
use self::backup::BackupCommand;
use self::broker::{BrokerCommand, BrokerKind, MosquittoArgs};
use self::client::{Controller, Target};
pub use self::command::{Cli, Command, command, parse};
use self::decode::DecodeArgs;
use self::demo::DemoArgs;
use self::device::DeviceArgs;
use self::enrol::EnrolArgs;
use self::evaluation::EvaluationArgs;
use self::exit::{Exit, Failure};
use self::export::ExportArgs;
use self::fleet::FleetArgs;
use self::household::HouseholdArgs;
use self::import::ImportArgs;
use self::output::{Said, clean};
use self::question::QuestionArgs;
use self::record::RecordArgs;
use self::serve::ServeArgs;
use self::session::SessionArgs;
use self::settings::SettingsArgs;
use self::status::StatusArgs;
use self::ticket::TicketArgs;
use self::today::TodayArgs;
use self::token::TokenArgs;
use crate::words::{self, Voice};

/// Work that this process does itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // one of them, once in a process
pub enum Own {
    Serve(ServeArgs),
    Demo(DemoArgs),
    Mosquitto(MosquittoArgs),
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
        Command::Timesheet(args) => (args.target.clone(), Asked::Record(Timesheet::SHEET, args)),
        Command::Factor(args) => (args.target.clone(), Asked::Record(Factor::SHEET, args)),
        Command::Statement(args) => (args.target.clone(), Asked::Record(Statement::SHEET, args)),
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

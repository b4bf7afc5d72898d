//! The records of a programme: who was asked, who was equipped, who answered, what it cost.
//!
//! Each noun is one plain struct, which is the JSON of the API, the line of a CSV and what a
//! page shows. Its [`Sheet`] says the same for whoever reads any noun: which fields it has,
//! what they may hold, which other noun they name and which of them are kept sealed.

mod application;
mod assistance;
mod attendance;
pub mod body;
mod building;
pub mod cell;
mod contact;
mod cost;
mod cycle;
mod factor;
mod group;
mod handover;
mod household;
pub mod life;
mod line;
mod lot;
mod pc;
mod person;
mod place;
mod question;
mod repair;
mod run;
mod session;
pub mod sheet;
mod statement;
mod survey;
#[cfg(test)]
mod tests;
mod timesheet;
mod trial;
pub mod vocabulary;
mod wipe;
pub mod workshop;

pub use application::Application;
pub use assistance::Assistance;
pub use attendance::Attendance;
pub use building::Building;
pub use contact::Contact;
pub use cost::Cost;
pub use cycle::Cycle;
pub use factor::Factor;
pub use group::{Group, Member};
pub use handover::Handover;
pub use household::Household;
pub use line::Line;
pub use lot::Lot;
pub use pc::Pc;
pub use person::Person;
pub use place::{Site, degrees};
pub use question::{Question, built_in};
pub use repair::PcRepair;
pub use run::{Approached, Funder, Partner, Programme};
pub use session::Session;
pub use sheet::{BadField, Field, Form, Noun, Sealed, Sheet};
pub use statement::Statement;
pub use survey::Survey;
pub use timesheet::Timesheet;
pub use trial::Trial;
pub use wipe::Wipe;

/// Every noun, in the order in which they are filled in: what is named comes before what
/// names it. A noun that is not here cannot be kept.
pub const SHEETS: &[&Sheet] = &[
    Programme::SHEET,
    Site::SHEET,
    Building::SHEET,
    Application::SHEET,
    Household::SHEET,
    Person::SHEET,
    Line::SHEET,
    Contact::SHEET,
    Question::SHEET,
    Survey::SHEET,
    Cost::SHEET,
    Timesheet::SHEET,
    Factor::SHEET,
    Statement::SHEET,
    Lot::SHEET,
    Pc::SHEET,
    Wipe::SHEET,
    Trial::SHEET,
    PcRepair::SHEET,
    Handover::SHEET,
    Cycle::SHEET,
    Group::SHEET,
    Member::SHEET,
    Session::SHEET,
    Attendance::SHEET,
    Assistance::SHEET,
];

/// The sheet of a noun, by its word.
pub fn sheet(word: &str) -> Option<&'static Sheet> {
    SHEETS.iter().copied().find(|sheet| sheet.word == word)
}

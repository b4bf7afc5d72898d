//! The pages that people work with: one folder or file per page, HTML written on the server.
//!
//! A page calls `app` as the API does, and neither the store nor the API itself. To add
//! one: a file here with a handler and a template, the template in `templates/`, and a line
//! in [`routes`]; then its line in `http/tests/rights.rs`. `docs/interface.md` has the rules
//! of how pages look and read.

mod about;
mod account;
mod admin;
mod answer;
mod assets;
mod chart;
mod device;
mod devices;
pub(super) mod faults;
mod form;
pub(super) mod gate;
pub(super) mod home;
mod live;
mod programme;
mod said;
mod sign_in;
mod ticket;
mod tickets;
mod today;
mod tone;
mod upload;
mod view;

pub(super) use live::Onlookers;

use super::access::{Access, Pages};
use crate::domain::rights::Permission::*;

/// Every page and every form, with its rule.
pub(super) fn routes() -> Pages {
    use Access::{Needs, OnDevice, Open, SignedIn};
    programme::routes(Pages::default())
        .get(SignedIn, "/", home::show)
        .get(Open, "/connexion", sign_in::show)
        .post(Open, "/connexion", sign_in::enter)
        .get(Open, "/entree/{pass}", sign_in::by_pass)
        .post(SignedIn, "/deconnexion", sign_in::leave)
        .get(Open, "/langue/{lang}", home::speak)
        .get(Open, "/ressources/{name}", assets::serve)
        .get(Open, "/accessibilite", about::accessibility)
        .get(Open, "/vie-privee", about::privacy)
        .get(SignedIn, "/flux", live::follow)
        .get(SignedIn, "/compte", account::show)
        .post(SignedIn, "/compte/mot-de-passe", account::password)
        .post(SignedIn, "/compte/sessions/{id}/fin", account::end)
        .post(SignedIn, "/compte/sessions/fin", account::end_all)
        .get(Needs(SeeDevices), "/aujourdhui", today::show)
        .get(Needs(SeeDevices), "/aujourdhui/tournee", today::round)
        .get(Needs(SeeDevices), "/postes", devices::show)
        .get(Needs(SeeDevices), "/postes.csv", devices::csv)
        .get(OnDevice(SeeDevices), "/postes/{id}", device::show)
        .post(
            OnDevice(SteerDevices),
            "/postes/{id}/commande",
            device::command,
        )
        .post(
            OnDevice(SteerDevices),
            "/postes/{id}/ticket",
            device::open_ticket,
        )
        .get(Needs(SeeDevices), "/tickets", tickets::show)
        .get(Needs(SeeDevices), "/tickets/{id}", ticket::show)
        .post(Needs(SteerDevices), "/tickets/{id}", ticket::change)
        .get(Needs(SeeStatus), "/administration", admin::status::show)
        .get(
            Needs(ManageAccounts),
            "/administration/comptes",
            admin::accounts::show,
        )
        .post(
            Needs(ManageAccounts),
            "/administration/comptes",
            admin::accounts::create,
        )
        .post(
            Needs(ManageAccounts),
            "/administration/comptes/{name}",
            admin::accounts::change,
        )
        .get(
            Needs(ManageAccounts),
            "/administration/jetons",
            admin::tokens::show,
        )
        .post(
            Needs(ManageAccounts),
            "/administration/jetons",
            admin::tokens::create,
        )
        .post(
            Needs(ManageAccounts),
            "/administration/jetons/{id}/fin",
            admin::tokens::revoke,
        )
        .get(Needs(Enrol), "/administration/codes", admin::codes::show)
        .post(Needs(Enrol), "/administration/codes", admin::codes::create)
        .post(
            Needs(Enrol),
            "/administration/codes/{id}/fin",
            admin::codes::cancel,
        )
        .get(
            Needs(SeeDevices),
            "/administration/regles",
            admin::rules::show,
        )
        .get(
            Needs(SeeAudit),
            "/administration/journal",
            admin::audit::show,
        )
        .get(
            Needs(BackUp),
            "/administration/sauvegardes",
            admin::backups::show,
        )
        .post(
            Needs(BackUp),
            "/administration/sauvegardes",
            admin::backups::create,
        )
}

//! `/api/v1`: one file per noun.

mod absences;
mod accounts;
mod audit;
mod backups;
mod bulk;
mod changes;
pub(super) mod commands;
mod devices;
pub(super) mod enrolments;
mod evaluation;
mod fleet;
mod history;
mod households;
mod lives;
mod logins;
mod placements;
mod records;
mod settings;
pub(super) mod status;
pub(super) mod tickets;
mod timeline;
mod tokens;
mod workshops;

use utoipa_axum::routes;

use super::access::{Access, Routes};
use crate::domain::rights::Permission::*;

/// Every documented route, under `/api/v1`, with its rule, beside those of `base`.
pub(super) fn routes(base: Routes) -> Routes {
    use Access::{Needs, OnDevice, Open, SignedIn};
    let base = base
        .documented(Needs(SeeDevices), routes!(devices::list))
        .documented(OnDevice(SeeDevices), routes!(devices::detail))
        .documented(OnDevice(SeeDevices), routes!(devices::latest))
        .documented(OnDevice(SeeDevices), routes!(history::history))
        .documented(OnDevice(SeeDevices), routes!(history::rows))
        .documented(OnDevice(SeeDevices), routes!(history::buckets))
        .documented(OnDevice(SeeDevices), routes!(history::days))
        .documented(Needs(SeeDevices), routes!(fleet::history))
        .documented(Needs(SeeDevices), routes!(fleet::latest))
        .documented(Needs(SeeDevices), routes!(bulk::export))
        .documented(Needs(ImportHistory), routes!(bulk::import))
        .documented(OnDevice(SeeDevices), routes!(timeline::intervals))
        .documented(OnDevice(SeeDevices), routes!(timeline::days))
        .documented(OnDevice(SeeDevices), routes!(placements::list))
        .documented(OnDevice(SteerDevices), routes!(placements::create))
        .documented(OnDevice(SeeDevices), routes!(changes::get_settings))
        .documented(OnDevice(SteerDevices), routes!(changes::put_settings))
        .documented(OnDevice(SteerDevices), routes!(changes::charter))
        .documented(OnDevice(Dismiss), routes!(changes::retire))
        .documented(OnDevice(Dismiss), routes!(changes::revoke))
        .documented(OnDevice(SeeDevices), routes!(commands::list))
        .documented(OnDevice(SteerDevices), routes!(commands::send))
        .documented(Needs(SeeDevices), routes!(tickets::list))
        .documented(Needs(SteerDevices), routes!(tickets::open))
        .documented(Needs(SeeDevices), routes!(tickets::detail))
        .documented(Needs(SteerDevices), routes!(tickets::change))
        .documented(Needs(SeeDevices), routes!(tickets::today))
        .documented(Needs(SeeDevices), routes!(tickets::silences))
        .documented(Needs(SteerDevices), routes!(tickets::silence))
        .documented(Needs(SeeDevices), routes!(absences::list))
        .documented(Needs(SteerDevices), routes!(absences::declare))
        .documented(Needs(SteerDevices), routes!(absences::remove))
        .documented(Needs(Enrol), routes!(enrolments::list))
        .documented(Needs(Enrol), routes!(enrolments::create))
        .documented(Needs(Enrol), routes!(enrolments::cancel))
        .documented(Needs(SeeStatus), routes!(status::status))
        .documented(Needs(SeeStatus), routes!(settings::get))
        .documented(Needs(MoveController), routes!(settings::announce))
        .documented(Needs(MoveController), routes!(settings::withdraw))
        .documented(Needs(BackUp), routes!(backups::list))
        .documented(Needs(BackUp), routes!(backups::create))
        .documented(Needs(SeeAudit), routes!(audit::list))
        .documented(Needs(SeeAudit), routes!(audit::check))
        .documented(Needs(ManageAccounts), routes!(accounts::list))
        .documented(Needs(ManageAccounts), routes!(accounts::create))
        .documented(Needs(ManageAccounts), routes!(accounts::put_grants))
        .documented(Needs(ManageAccounts), routes!(accounts::put_password))
        .documented(Needs(ManageAccounts), routes!(accounts::disable))
        .documented(Needs(ManageAccounts), routes!(accounts::enable))
        .documented(Needs(ManageAccounts), routes!(accounts::log_out))
        .documented(Needs(ManageAccounts), routes!(tokens::list))
        .documented(Needs(ManageAccounts), routes!(tokens::create))
        .documented(Needs(ManageAccounts), routes!(tokens::revoke))
        .documented(Open, routes!(logins::log_in))
        .documented(Needs(ManageAccounts), routes!(logins::list))
        .documented(Needs(ManageAccounts), routes!(logins::end))
        .documented(SignedIn, routes!(logins::me))
        .documented(SignedIn, routes!(logins::put_my_password))
        .documented(SignedIn, routes!(logins::log_out))
        .documented(Needs(KeepProgramme), routes!(households::file))
        .documented(Needs(KeepProgramme), routes!(households::erase))
        .documented(Needs(KeepProgramme), routes!(households::erase_application))
        .documented(Needs(SeeDevices), routes!(households::devices))
        .documented(Needs(SeeProgramme), routes!(households::questionnaire))
        .documented(Needs(Evaluate), routes!(evaluation::dataset))
        .documented(Needs(Evaluate), routes!(evaluation::file))
        .documented(Needs(SeeProgramme), routes!(lives::list))
        .documented(Needs(SeeProgramme), routes!(lives::one))
        .documented(Needs(SeeProgramme), routes!(lives::label))
        .documented(Needs(SeeProgramme), routes!(workshops::seats))
        .documented(Needs(SeeProgramme), routes!(workshops::sheet))
        .documented(Needs(KeepWorkshop), routes!(workshops::roll));
    records::routes(base)
}

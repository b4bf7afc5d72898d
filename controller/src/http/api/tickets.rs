//! Tickets, silences, and a technician's day.

use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::{Page, Problem};
use declic_common::ticket::body::{
    ChangeTicket, NewSilence, NewTicket, Silence, TicketDetail, TicketSummary, TodayLine,
};
use declic_common::ticket::{Cause, Change, TicketId, TicketState};
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::silence::{self, SilenceError};
use crate::app::ticket::view::{self, TicketQuery};
use crate::app::ticket::{self, TicketError};
use crate::app::today::{self, TodayQuery};
use crate::app::{App, device};
use crate::clock;
use crate::domain::rights::Reach;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found, Made};
use crate::http::extract::{Json, Path, Query};
use crate::http::router::Desk;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only tickets in this state; all that are not closed when absent.
    state: Option<TicketState>,
    /// Only tickets of this cause.
    cause: Option<Cause>,
    /// Only tickets of this device.
    device: Option<DeviceId>,
    /// Only tickets of devices of exactly this site.
    site: Option<String>,
    /// Only tickets of this account.
    assignee: Option<String>,
    /// Closed tickets too.
    all: Option<bool>,
    /// 1 to 500; 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Tickets, worst first.
#[utoipa::path(
    get, path = "/tickets", operation_id = "list_tickets", tag = "tickets", params(ListParams),
    responses(
        (status = 200, description = "A page of tickets", body = Page<TicketSummary>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(desk): State<Desk>,
    pass: Pass,
    Query(params): Query<ListParams>,
) -> Answer<Found<Page<TicketSummary>>> {
    let query = TicketQuery {
        reach: pass.reach,
        state: params.state,
        cause: params.cause,
        device: params.device,
        site: params.site,
        assignee: params.assignee,
        all: params.all.unwrap_or(false),
        limit: params.limit,
        cursor: params.cursor,
    };
    Ok(Found(view::list(&desk.app, &query, clock::now()).await?))
}

/// Opens a ticket by hand.
#[utoipa::path(
    post, path = "/tickets", operation_id = "open_ticket", tag = "tickets",
    request_body = NewTicket,
    responses(
        (status = 201, description = "The ticket", body = TicketDetail),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn open(
    State(desk): State<Desk>,
    pass: Pass,
    Json(new): Json<NewTicket>,
) -> Answer<Made<TicketDetail>> {
    check_device(&desk.app, &pass.reach, new.device)?;
    let now = clock::now();
    let id = ticket::open(&desk.app, new, pass.who(), now.as_millisecond()).await?;
    Ok(Made(view::detail(&desk.app, id, now).await?))
}

/// All about one ticket, with what happened to it.
#[utoipa::path(
    get, path = "/tickets/{id}", operation_id = "get_ticket", tag = "tickets",
    params(("id" = TicketId, Path, description = "Number of the ticket, such as T-1042")),
    responses(
        (status = 200, description = "The ticket", body = TicketDetail),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn detail(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<TicketId>,
) -> Answer<Found<TicketDetail>> {
    let now = clock::now();
    Ok(Found(
        view::detail_within(&desk.app, &pass.reach, id, now).await?,
    ))
}

/// Changes a ticket. `version` is the one that the person saw: if the ticket has
/// changed since, the answer is 409, says how it is now, and nothing is done.
#[utoipa::path(
    post, path = "/tickets/{id}/changes", operation_id = "change_ticket", tag = "tickets",
    params(("id" = TicketId, Path, description = "Number of the ticket, such as T-1042")),
    request_body = ChangeTicket,
    responses(
        (status = 200, description = "The ticket as it is now", body = TicketDetail),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn change(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<TicketId>,
    Json(asked): Json<ChangeTicket>,
) -> Answer<Found<TicketDetail>> {
    let now = clock::now();
    let at = now.as_millisecond();
    view::detail_within(&desk.app, &pass.reach, id, now).await?;
    if let Change::Swap { with } = &asked.change {
        check_spare(&desk.app, &pass.reach, *with)?;
    }
    ticket::change(&desk.app, id, asked.version, asked.change, pass.who(), at).await?;
    Ok(Found(view::detail(&desk.app, id, now).await?))
}

/// A device of another site does not exist for whoever asks.
pub(super) fn check_device(app: &App, reach: &Reach, device: DeviceId) -> Result<(), TicketError> {
    match device::is_within(app, reach, device) {
        true => Ok(()),
        false => Err(TicketError::UnknownDevice),
    }
}

/// A spare one may also be of no site, or of the stock that all of them share.
pub(in crate::http) fn check_spare(
    app: &App,
    reach: &Reach,
    device: DeviceId,
) -> Result<(), TicketError> {
    let entry = app.registry.get(device);
    match entry.is_some_and(|entry| entry.is_spare_for(reach)) {
        true => Ok(()),
        // One of their own is refused with a reason.
        false => check_device(app, reach, device),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TodayParams {
    /// Only homes of exactly this site.
    site: Option<String>,
    /// Only what this account has, and what nobody has.
    assignee: Option<String>,
}

/// Who needs somebody today, why, and what to bring; worst first. Days are those
/// of Europe/Paris.
#[utoipa::path(
    get, path = "/today", operation_id = "get_today", tag = "tickets", params(TodayParams),
    responses(
        (status = 200, description = "All homes, on one page", body = Page<TodayLine>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn today(
    State(desk): State<Desk>,
    pass: Pass,
    Query(params): Query<TodayParams>,
) -> Answer<Found<Page<TodayLine>>> {
    let query = TodayQuery {
        reach: pass.reach,
        site: params.site,
        assignee: params.assignee,
    };
    let now = clock::now();
    let paris = TimeZone::get("Europe/Paris").expect("the zones are built in");
    let today = now.to_zoned(paris).date();
    let items = today::list(&desk.app, &query, today, now).await?;
    Ok(Found(Page { items, next: None }))
}

/// What rules keep quiet about, the next to end first.
#[utoipa::path(
    get, path = "/silences", operation_id = "list_silences", tag = "tickets",
    responses(
        (status = 200, description = "All silences, on one page", body = Page<Silence>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn silences(State(desk): State<Desk>, pass: Pass) -> Answer<Found<Page<Silence>>> {
    let now = clock::now().as_millisecond();
    let items = silence::list(&desk.app, &pass.reach, now).await?;
    Ok(Found(Page { items, next: None }))
}

/// Keeps rules from opening tickets for a device or a site, or lets them again.
/// What is open stays open.
#[utoipa::path(
    post, path = "/silences", operation_id = "set_silence", tag = "tickets",
    request_body = NewSilence,
    responses(
        (status = 200, description = "The silence, ended if it lasts 0 hours", body = Silence),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn silence(
    State(desk): State<Desk>,
    pass: Pass,
    Json(new): Json<NewSilence>,
) -> Answer<Found<Silence>> {
    match (&new.device, &new.site) {
        (Some(device), None) => check_device(&desk.app, &pass.reach, *device)?,
        // A site of others is not known here.
        (None, Some(site)) if !pass.reach.admits(Some(site)) => {
            return Err(SilenceError::UnknownSite.into());
        }
        _ => {}
    }
    let now = clock::now().as_millisecond();
    Ok(Found(silence::set(&desk.app, new, pass.who(), now).await?))
}

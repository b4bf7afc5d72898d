//! Codes that let a PC join.

use axum::extract::State;
use data_encoding::BASE64URL_NOPAD;
use declic_common::api::{Enrolment, NewEnrolment, Page, Problem};
use declic_common::problem::ProblemKind;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::app::device::{LIMIT_DEFAULT, LIMIT_MAX, QueryError};
use crate::app::enrolment::{self, CancelError, CreateError};
use crate::clock;
use crate::domain::rights::Reach;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Done, Found, Made};
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Failure;
use crate::http::router::Desk;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// 1 to 500; 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Every code that was made, newest first, without its secret.
#[utoipa::path(
    get, path = "/enrolments", operation_id = "list_enrolments", tag = "enrolments", params(ListParams),
    responses(
        (status = 200, description = "A page of codes", body = Page<Enrolment>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(desk): State<Desk>,
    pass: Pass,
    Query(params): Query<ListParams>,
) -> Answer<Found<Page<Enrolment>>> {
    let now = clock::now().as_millisecond();
    let mut all = enrolment::list(&desk.app, now).await?;
    all.retain(|code| pass.reach.admits(code.site.as_deref()));
    Ok(Found(page(all, params)?))
}

/// The cursor is the moment and the id of the last item: newer codes come first
/// and move nothing.
fn page(mut items: Vec<Enrolment>, params: ListParams) -> Result<Page<Enrolment>, QueryError> {
    let limit = params.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(QueryError::BadLimit { max: LIMIT_MAX });
    }
    let place = |code: &Enrolment| (code.created_at.as_millisecond(), code.id.clone());
    if let Some(cursor) = params.cursor {
        let after = read_cursor(&cursor).ok_or(QueryError::BadCursor)?;
        items.retain(|code| place(code) < after);
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|code| {
        let (at, id) = place(code);
        BASE64URL_NOPAD.encode(&[&at.to_be_bytes(), id.as_bytes()].concat())
    });
    Ok(Page { items, next })
}

fn read_cursor(cursor: &str) -> Option<(i64, String)> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    let (at, id) = bytes.split_first_chunk::<8>()?;
    Some((
        i64::from_be_bytes(*at),
        String::from_utf8(id.to_vec()).ok()?,
    ))
}

/// Makes a code that works once. Only this answer holds the code itself.
#[utoipa::path(
    post, path = "/enrolments", operation_id = "create_enrolment", tag = "enrolments",
    request_body = NewEnrolment,
    responses(
        (status = 201, description = "The code", body = Enrolment),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create(
    State(desk): State<Desk>,
    pass: Pass,
    Json(new): Json<NewEnrolment>,
) -> Answer<Made<Enrolment>> {
    within_reach(&desk.app, &pass.reach, &new)?;
    let now = clock::now().as_millisecond();
    Ok(Made(
        enrolment::create(&desk.app, new, pass.who(), now).await?,
    ))
}

/// A code lets a PC join a site, or takes the place of a device of one: whoever
/// makes it must have a say there.
pub(in crate::http) fn within_reach(
    app: &App,
    reach: &Reach,
    new: &NewEnrolment,
) -> Result<(), Failure> {
    if let Some(device) = new.rebind {
        let entry = app.registry.get(device);
        // What is not there is refused with its own words, later.
        return match entry.is_none_or(|entry| reach.admits(entry.site())) {
            true => Ok(()),
            false => Err(CreateError::UnknownDevice(device).into()),
        };
    }
    match reach {
        Reach::Within { sites, .. } if !reach.admits(new.site.as_deref()) => {
            let sites: Vec<_> = sites.iter().map(String::as_str).collect();
            Err(Failure::new(
                ProblemKind::Forbidden,
                format!("you make codes for these sites only: {}", sites.join(", ")),
            ))
        }
        _ => Ok(()),
    }
}

/// Makes a code useless. Cancelling it twice is harmless.
#[utoipa::path(
    delete, path = "/enrolments/{id}", operation_id = "cancel_enrolment", tag = "enrolments",
    params(("id" = String, Path, description = "Id of the code, not the code itself")),
    responses(
        (status = 204, description = "Cancelled"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn cancel(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<String>,
) -> Answer<Done> {
    let now = clock::now().as_millisecond();
    let all = enrolment::list(&desk.app, now).await?;
    // A code of another site is not known here; one that is nowhere is refused below.
    if let Some(code) = all.iter().find(|code| code.id == id)
        && !pass.reach.admits(code.site.as_deref())
    {
        return Err(CancelError::Unknown.into());
    }
    enrolment::cancel(&desk.app, &id, pass.who(), now).await?;
    Ok(Done)
}

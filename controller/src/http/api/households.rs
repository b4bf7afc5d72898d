//! What a household may ask for: everything that is known of it, and to be forgotten; its
//! PCs, and the questions that it is asked.

use axum::extract::State;
use declic_common::api::{Page, Problem};
use declic_common::programme::body::{Erasure, HouseholdDevice, HouseholdFile};
use declic_common::programme::{Application, Household, Noun, Question};

use crate::app::programme;
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found};
use crate::http::extract::Path;
use crate::http::router::Desk;

/// Everything that is kept of a household, opened. Asking for it is told in the audit.
#[utoipa::path(
    get, path = "/programmes/{programme}/households/{code}/file", operation_id = "get_household_file", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Code of the household"),
    ),
    responses(
        (status = 200, description = "All of it", body = HouseholdFile),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn file(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Answer<Found<HouseholdFile>> {
    let by = pass.caller.by(pass.reach);
    Ok(Found(
        programme::file(&desk.app, &programme, &code, &by, clock::now()).await?,
    ))
}

/// Forgets the people of a household that has no PC any more: its keys are destroyed, and
/// what was written of it goes. Codes and bands stay for the evaluation. Twice is harmless.
#[utoipa::path(
    post, path = "/programmes/{programme}/households/{code}/erase", operation_id = "erase_household", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Code of the household"),
    ),
    responses(
        (status = 200, description = "What was forgotten", body = Erasure),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn erase(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Answer<Found<Erasure>> {
    let by = pass.caller.by(pass.reach);
    let now = clock::now().as_millisecond();
    let sheet = Household::SHEET;
    Ok(Found(
        programme::erase(&desk.app, sheet, &programme, &code, &by, now).await?,
    ))
}

/// Forgets who applied, where no household came in by it: its key is destroyed, its contacts go.
/// Dates, criteria and state stay. Twice is harmless.
#[utoipa::path(
    post, path = "/programmes/{programme}/applications/{code}/erase", operation_id = "erase_application", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Number of the application"),
    ),
    responses(
        (status = 200, description = "What was forgotten", body = Erasure),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn erase_application(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Answer<Found<Erasure>> {
    let by = pass.caller.by(pass.reach);
    let now = clock::now().as_millisecond();
    let sheet = Application::SHEET;
    Ok(Found(
        programme::erase(&desk.app, sheet, &programme, &code, &by, now).await?,
    ))
}

/// The PCs that are or were with a household, with the consent that the present one reports.
#[utoipa::path(
    get, path = "/programmes/{programme}/households/{code}/devices", operation_id = "list_household_devices", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Code of the household"),
    ),
    responses(
        (status = 200, description = "All of them, on one page", body = Page<HouseholdDevice>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn devices(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Answer<Found<Page<HouseholdDevice>>> {
    let by = pass.caller.by(pass.reach);
    let items = programme::devices(&desk.app, &programme, &code, &by).await?;
    Ok(Found(Page { items, next: None }))
}

/// What a programme asks in its surveys: the built-in questions with its own over them.
#[utoipa::path(
    get, path = "/programmes/{programme}/questionnaire", operation_id = "get_questionnaire", tag = "programme",
    params(("programme" = String, Path, description = "Code of the programme")),
    responses(
        (status = 200, description = "All questions, on one page", body = Page<Question>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn questionnaire(
    State(desk): State<Desk>,
    pass: Pass,
    Path(programme): Path<String>,
) -> Answer<Found<Page<Question>>> {
    let by = pass.caller.by(pass.reach);
    let items = programme::questionnaire(&desk.app, &programme, &by).await?;
    Ok(Found(Page { items, next: None }))
}

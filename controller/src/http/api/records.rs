//! The records of a programme: the same five requests for every noun, and its table.
//!
//! The handlers know sheets alone. The document still shows each noun with its own fields:
//! [`document`] writes it from their types.

mod document;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{delete, get, post, put};
use declic_common::api::Page;
use declic_common::problem::ProblemKind;
use declic_common::programme::body::{ChangeRecord, ImportedTable, NewImport, Shown};
use declic_common::programme::{
    Application, Assistance, Attendance, Building, Contact, Cost, Cycle, Factor, Group, Handover,
    Household, Line, Lot, Member, Noun, Pc, PcRepair, Person, Programme, Question, Session, Sheet,
    Site, Statement, Survey, Timesheet, Trial, Wipe,
};
use serde_json::Value;
use utoipa::ToSchema;

use self::document::Paper;
use crate::app::programme::{self, By, ListQuery, RegisterError};
use crate::clock;
use crate::domain::rights::Permission::{self, *};
use crate::http::access::Access::Needs;
use crate::http::access::{Pass, Routes};
use crate::http::answer::{Answer, Done, Found, Made};
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// The routes of every noun.
pub(super) fn routes(base: Routes) -> Routes {
    let base = whole_programmes(base);
    let base = of::<Site>(base, SeeProgramme, KeepProgramme);
    let base = of::<Building>(base, SeeProgramme, KeepProgramme);
    let base = of::<Application>(base, SeeProgramme, KeepProgramme);
    let base = of::<Household>(base, SeeProgramme, KeepProgramme);
    let base = of::<Person>(base, SeeProgramme, KeepProgramme);
    let base = of::<Line>(base, SeeProgramme, KeepProgramme);
    let base = of::<Contact>(base, SeeContacts, KeepProgramme);
    let base = of::<Question>(base, SeeProgramme, Evaluate);
    let base = of::<Survey>(base, SeeProgramme, KeepSurveys);
    let base = of::<Cost>(base, SeeProgramme, KeepProgramme);
    let base = of::<Timesheet>(base, SeeProgramme, KeepProgramme);
    let base = of::<Factor>(base, SeeProgramme, KeepProgramme);
    let base = of::<Statement>(base, SeeProgramme, KeepProgramme);
    workshop(bench(base))
}

/// The life of PCs, kept by those who have them in hand.
fn bench(base: Routes) -> Routes {
    let base = of::<Lot>(base, SeeProgramme, SteerDevices);
    let base = of::<Pc>(base, SeeProgramme, SteerDevices);
    let base = of::<Wipe>(base, SeeProgramme, SteerDevices);
    let base = of::<Trial>(base, SeeProgramme, SteerDevices);
    let base = of::<PcRepair>(base, SeeProgramme, SteerDevices);
    of::<Handover>(base, SeeProgramme, SteerDevices)
}

/// Sessions and who came.
fn workshop(base: Routes) -> Routes {
    let base = of::<Cycle>(base, SeeProgramme, KeepWorkshop);
    let base = of::<Group>(base, SeeProgramme, KeepWorkshop);
    let base = of::<Member>(base, SeeProgramme, KeepWorkshop);
    let base = of::<Session>(base, SeeProgramme, KeepWorkshop);
    let base = of::<Attendance>(base, SeeProgramme, KeepWorkshop);
    of::<Assistance>(base, SeeProgramme, KeepWorkshop)
}

/// Programmes, which are in nothing else.
fn whole_programmes(base: Routes) -> Routes {
    let sheet = Programme::SHEET;
    let paper = Paper::of::<Programme>;
    let one = |programme: String| (programme.clone(), programme);
    base.documented(
        Needs(SeeProgramme),
        paper().list(
            "/programmes",
            get(
                async move |State(desk): State<Desk>, pass: Pass, Query(asked): Query<Asked>| {
                    list(desk, pass, sheet, None, asked).await
                },
            ),
        ),
    )
    .documented(
        Needs(KeepProgramme),
        paper().create(
            "/programmes",
            post(
                async move |State(desk): State<Desk>, pass: Pass, Json(given): Json<Value>| {
                    create(desk, pass, sheet, None, given).await
                },
            ),
        ),
    )
    .documented(
        Needs(SeeProgramme),
        paper().find(
            "/programmes/{programme}",
            get(
                async move |State(desk): State<Desk>, pass: Pass, Path(programme): Path<String>| {
                    find(desk, pass, sheet, one(programme)).await
                },
            ),
        ),
    )
    .documented(
        Needs(KeepProgramme),
        paper().change(
            "/programmes/{programme}",
            put(
                async move |State(desk): State<Desk>,
                            pass: Pass,
                            Path(programme): Path<String>,
                            Json(given): Json<ChangeRecord<Value>>| {
                    change(desk, pass, sheet, one(programme), given).await
                },
            ),
        ),
    )
    .documented(
        Needs(KeepProgramme),
        paper().remove(
            "/programmes/{programme}",
            delete(
                async move |State(desk): State<Desk>, pass: Pass, Path(programme): Path<String>| {
                    remove(desk, pass, sheet, one(programme)).await
                },
            ),
        ),
    )
}

/// A noun of a programme, and who may see and keep it.
fn of<N: Noun + ToSchema>(base: Routes, see: Permission, keep: Permission) -> Routes {
    let sheet = N::SHEET;
    let paper = Paper::of::<N>;
    let all = format!("/programmes/{{programme}}/{}", sheet.plural);
    let one = format!("{all}/{{code}}");
    let import = format!("/programmes/{{programme}}/import/{}", sheet.plural);
    let export = format!("/programmes/{{programme}}/export/{}", sheet.plural);
    base.documented(
        Needs(see),
        paper().list(
            &all,
            get(
                async move |State(desk): State<Desk>,
                            pass: Pass,
                            Path(programme): Path<String>,
                            Query(asked): Query<Asked>| {
                    list(desk, pass, sheet, Some(programme), asked).await
                },
            ),
        ),
    )
    .documented(
        Needs(keep),
        paper().create(
            &all,
            post(
                async move |State(desk): State<Desk>,
                            pass: Pass,
                            Path(programme): Path<String>,
                            Json(given): Json<Value>| {
                    create(desk, pass, sheet, Some(programme), given).await
                },
            ),
        ),
    )
    .documented(
        Needs(see),
        paper().find(
            &one,
            get(
                async move |State(desk): State<Desk>,
                            pass: Pass,
                            Path(at): Path<(String, String)>| {
                    find(desk, pass, sheet, at).await
                },
            ),
        ),
    )
    .documented(
        Needs(keep),
        paper().change(
            &one,
            put(
                async move |State(desk): State<Desk>,
                            pass: Pass,
                            Path(at): Path<(String, String)>,
                            Json(given): Json<ChangeRecord<Value>>| {
                    change(desk, pass, sheet, at, given).await
                },
            ),
        ),
    )
    .documented(
        Needs(keep),
        paper().remove(
            &one,
            delete(
                async move |State(desk): State<Desk>,
                            pass: Pass,
                            Path(at): Path<(String, String)>| {
                    remove(desk, pass, sheet, at).await
                },
            ),
        ),
    )
    .documented(
        Needs(keep),
        paper().import(
            &import,
            post(
                async move |State(desk): State<Desk>,
                            pass: Pass,
                            Path(programme): Path<String>,
                            Json(asked): Json<NewImport>| {
                    import_table(desk, pass, sheet, programme, asked).await
                },
            ),
        ),
    )
    .documented(
        Needs(see),
        paper().export(
            &export,
            get(
                async move |State(desk): State<Desk>,
                            pass: Pass,
                            Path(programme): Path<String>,
                            Query(asked): Query<Asked>| {
                    export_table(desk, pass, sheet, programme, asked).await
                },
            ),
        ),
    )
}

/// `limit`, `cursor`, and fields that must hold something.
type Asked = BTreeMap<String, String>;

fn query(mut asked: Asked) -> Answer<ListQuery> {
    let limit = asked.remove("limit").map(|text| {
        text.parse::<usize>()
            .map_err(|_| Failure::new(ProblemKind::BadRequest, "limit must be a whole number"))
    });
    Ok(ListQuery {
        limit: limit.transpose()?,
        cursor: asked.remove("cursor"),
        only: asked,
    })
}

fn by(pass: &Pass) -> By {
    pass.caller.by(pass.reach.clone())
}

fn now() -> i64 {
    clock::now().as_millisecond()
}

async fn list(
    desk: Desk,
    pass: Pass,
    sheet: &'static Sheet,
    programme: Option<String>,
    asked: Asked,
) -> Answer<Found<Page<Shown>>> {
    let query = query(asked)?;
    let programme = programme.as_deref();
    let (items, next) =
        programme::list(&desk.app, sheet, programme, query, &by(&pass), now()).await?;
    Ok(Found(Page { items, next }))
}

async fn create(
    desk: Desk,
    pass: Pass,
    sheet: &'static Sheet,
    programme: Option<String>,
    given: Value,
) -> Answer<Made<Shown>> {
    let programme = programme.as_deref();
    let made = programme::create(&desk.app, sheet, programme, given, &by(&pass), now()).await?;
    Ok(Made(made))
}

async fn find(
    desk: Desk,
    pass: Pass,
    sheet: &'static Sheet,
    (programme, code): (String, String),
) -> Answer<Found<Shown>> {
    let found = programme::find(&desk.app, sheet, &programme, &code, &by(&pass), now()).await?;
    Ok(Found(found))
}

async fn change(
    desk: Desk,
    pass: Pass,
    sheet: &'static Sheet,
    (programme, code): (String, String),
    given: ChangeRecord<Value>,
) -> Answer<Found<Shown>> {
    let by = by(&pass);
    let changed = programme::change(
        &desk.app,
        sheet,
        (&programme, &code),
        given.version,
        given.record,
        &by,
        now(),
    );
    Ok(Found(changed.await?))
}

async fn remove(
    desk: Desk,
    pass: Pass,
    sheet: &'static Sheet,
    (programme, code): (String, String),
) -> Answer<Done> {
    programme::remove(&desk.app, sheet, &programme, &code, &by(&pass), now()).await?;
    Ok(Done)
}

async fn import_table(
    desk: Desk,
    pass: Pass,
    sheet: &'static Sheet,
    programme: String,
    asked: NewImport,
) -> Answer<Found<ImportedTable>> {
    let done = programme::import(&desk.app, sheet, &programme, asked, &by(&pass), now()).await?;
    Ok(Found(done))
}

async fn export_table(
    desk: Desk,
    pass: Pass,
    sheet: &'static Sheet,
    programme: String,
    asked: Asked,
) -> Answer<impl IntoResponse> {
    let mut query = query(asked)?;
    let by = by(&pass);
    let mut shown = Vec::new();
    // Page by page, so that the display of contacts is told as it is for a list.
    loop {
        query.limit = None;
        let page = programme::list(
            &desk.app,
            sheet,
            Some(&programme),
            query.clone(),
            &by,
            now(),
        );
        let (items, next) = page.await?;
        shown.extend(items);
        match next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    let csv = programme::export(sheet, &shown);
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv))
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        let kind = match &error {
            RegisterError::UnknownProgramme(_) => ProblemKind::UnknownProgramme,
            RegisterError::Unknown { .. } => ProblemKind::UnknownRecord,
            RegisterError::Taken { .. }
            | RegisterError::Stale { .. }
            | RegisterError::Named { .. } => ProblemKind::Conflict,
            RegisterError::Bad(_) => ProblemKind::Refused,
            RegisterError::OutOfReach { .. } => ProblemKind::Forbidden,
            RegisterError::BadQuery(_) => ProblemKind::BadRequest,
            RegisterError::Key(_) => {
                tracing::error!(%error, "a key of a household cannot be used");
                ProblemKind::NotReady
            }
            RegisterError::Store(error) => return error.clone().into(),
        };
        let failure = Failure::of(kind, &error);
        match error {
            RegisterError::Bad(fields) => Failure { fields, ..failure },
            _ => failure,
        }
    }
}

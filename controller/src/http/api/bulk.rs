//! History in bulk: out as a stream, and in.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use declic_common::api::{HistoryLine, ImportHistory, Imported, Problem};
use futures_util::stream;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::history::span;
use crate::app::history::export::{self, Export, Form};
use crate::app::history::import;
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found};
use crate::http::extract::{Json, Query};
use crate::http::router::Desk;

/// Hours of history when no beginning is given.
const HOURS_DEFAULT: i64 = 24;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    /// One object a line.
    #[default]
    JsonLines,
    Csv,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportParams {
    /// Names of metrics, with commas between them; all when absent.
    metrics: Option<String>,
    /// From this moment; 24 hours before `to` when absent.
    from: Option<Timestamp>,
    /// Up to this moment, not included; now when absent.
    to: Option<Timestamp>,
    /// Only devices of this site.
    site: Option<String>,
    /// `json_lines` or `csv`; `json_lines` when absent.
    #[param(inline)]
    format: Option<Format>,
    /// `false` leaves out the head of a CSV.
    head: Option<bool>,
}

/// Every report of a period, device by device, oldest first, as a stream.
///
/// What may not be seen is left out: what was before a device was where it is, and what
/// a household without consent to usage data did more than 14 days ago. An answer that
/// breaks off is not whole; a long period is best asked for in parts.
#[utoipa::path(
    get, path = "/history/export", operation_id = "export_history", tag = "history",
    params(ExportParams),
    responses(
        (status = 200, description = "One report a line", body = HistoryLine, content_type = "application/jsonl"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn export(
    State(desk): State<Desk>,
    pass: Pass,
    Query(params): Query<ExportParams>,
) -> Answer<Response> {
    let now = clock::now();
    let (from, to) = span(params.from, params.to, now, HOURS_DEFAULT);
    let (form, kind) = match params.format.unwrap_or_default() {
        Format::JsonLines => (Form::JsonLines, "application/jsonl"),
        Format::Csv => (Form::Csv, "text/csv; charset=utf-8"),
    };
    let export = Export {
        reach: pass.reach,
        site: params.site,
        metrics: params.metrics,
        from,
        to,
        form,
        head: params.head.unwrap_or(true),
    };
    let pieces = export::start(&desk.app, export, now.as_millisecond())?;
    let pieces = stream::unfold(pieces, async |mut pieces| {
        Some((pieces.recv().await?, pieces))
    });
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(kind))];
    Ok((kind, Body::from_stream(pieces)).into_response())
}

/// Puts reports of the past into history.
///
/// Lines that cannot be taken are told, and the others are taken unless it is a dry run.
/// The same device and moment, imported twice, is one report.
#[utoipa::path(
    post, path = "/history/import", operation_id = "import_history", tag = "history",
    request_body = ImportHistory,
    responses(
        (status = 200, description = "What came of it", body = Imported),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn import(
    State(desk): State<Desk>,
    pass: Pass,
    Json(asked): Json<ImportHistory>,
) -> Answer<Found<Imported>> {
    let now = clock::now().as_millisecond();
    Ok(Found(
        import::lines(&desk.app, asked, pass.who(), now).await?,
    ))
}

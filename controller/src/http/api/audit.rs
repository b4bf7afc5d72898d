//! Who changed what, and the proof that nothing was rewritten.

use axum::extract::State;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use declic_common::api::{AuditCheck, AuditLine, Page, Problem};
use declic_common::problem::ProblemKind;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::audit::{self, AuditFault};
use crate::app::device::{LIMIT_DEFAULT, LIMIT_MAX, QueryError, time};
use crate::http::answer::{Answer, Found};
use crate::http::extract::Query;
use crate::http::problem::Failure;
use crate::http::router::Desk;
use crate::store::records::AuditEntry;

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

/// Every change of state, newest first.
#[utoipa::path(
    get, path = "/audit", operation_id = "list_audit", tag = "controller", params(ListParams),
    responses(
        (status = 200, description = "A page of entries", body = Page<AuditLine>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(desk): State<Desk>,
    Query(params): Query<ListParams>,
) -> Answer<Found<Page<AuditLine>>> {
    let limit = params.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(QueryError::BadLimit { max: LIMIT_MAX }.into());
    }
    let before = match &params.cursor {
        Some(cursor) => Some(read_cursor(cursor).ok_or(QueryError::BadCursor)?),
        None => None,
    };
    let entries = audit::list(&desk.app, before, limit).await?;
    let items: Vec<AuditLine> = entries.into_iter().map(line).collect();
    // Entries count from 1: after the first one there is nothing to read.
    let last = items.last().map(|line| line.n).filter(|n| *n > 1);
    let next = last
        .filter(|_| items.len() == limit)
        .map(|n| BASE64URL_NOPAD.encode(&n.to_be_bytes()));
    Ok(Found(Page { items, next }))
}

fn read_cursor(cursor: &str) -> Option<u64> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

fn line(entry: AuditEntry) -> AuditLine {
    AuditLine {
        n: entry.n,
        at: time(entry.at),
        who: entry.who,
        what: entry.what,
        subject: entry.subject,
        detail: entry.detail,
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CheckParams {
    /// `head` of an earlier check, noted elsewhere: nothing up to there may have
    /// been rewritten or cut off since.
    noted: Option<String>,
}

/// Whether the audit is as it was written. Answers 200 either way.
#[utoipa::path(
    get, path = "/audit/check", operation_id = "check_audit", tag = "controller", params(CheckParams),
    responses(
        (status = 200, description = "Whole or not, and where it breaks", body = AuditCheck),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn check(
    State(desk): State<Desk>,
    Query(params): Query<CheckParams>,
) -> Answer<Found<AuditCheck>> {
    let noted = params.noted.as_deref().map(read_hash).transpose()?;
    Ok(Found(match audit::verify(&desk.app, noted).await {
        Ok(whole) => AuditCheck {
            whole: true,
            entries: whole.entries,
            head: Some(whole.head),
            fault: None,
        },
        Err(AuditFault::Store(error)) => return Err(error.into()),
        Err(fault) => AuditCheck {
            whole: false,
            entries: 0,
            head: None,
            fault: Some(fault.to_string()),
        },
    }))
}

fn read_hash(text: &str) -> Result<Vec<u8>, Failure> {
    let hash = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
    hash.filter(|hash| hash.len() == 32).ok_or_else(|| {
        Failure::new(
            ProblemKind::BadRequest,
            "noted is the hash of an earlier check: 64 letters and digits",
        )
    })
}

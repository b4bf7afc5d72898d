//! Enrolment codes: how a PC joins. One is shown once, also as a picture to scan.

use askama::Template;
use axum::extract::State;
use declic_common::api::{Enrolment, EnrolmentState, NewEnrolment};
use declic_common::problem::ProblemKind;
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};
use serde::Deserialize;

use super::{Tab, tabs, titled};
use crate::app::device::sites;
use crate::app::enrolment::{self, CancelError};
use crate::clock;
use crate::http::access::Pass;
use crate::http::api::enrolments::within_reach;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, go_to, page};
use crate::http::pages::form::{Form, filled};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

const PATH: &str = "/administration/codes";
/// Codes that are shown, newest first.
const SHOWN: usize = 60;

#[derive(Debug, Template)]
#[template(path = "admin_codes.html")]
struct Codes {
    v: View,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    sites: Vec<String>,
    made: Option<Made>,
}

#[derive(Debug)]
struct Made {
    code: String,
    asset: String,
    until: String,
    qr: String,
}

#[derive(Debug)]
struct Row {
    id: String,
    asset: String,
    site: Option<String>,
    state: &'static str,
    tone: &'static str,
    until: String,
    open: bool,
}

pub(in crate::http::pages) async fn show(State(desk): State<Desk>, view: View, pass: Pass) -> Page {
    draw(&desk, view, &pass, None).await
}

async fn draw(desk: &Desk, view: View, pass: &Pass, made: Option<Enrolment>) -> Page {
    let title = view.say("Codes d’inscription", "Enrolment codes");
    let v = titled(view, title);
    let now = clock::now().as_millisecond();
    let mut codes = enrolment::list(&desk.app, now).await?;
    codes.retain(|code| pass.reach.admits(code.site.as_deref()));
    let made = match made {
        Some(made) => shown(made, &v)?,
        None => None,
    };
    page(&Codes {
        rows: codes.iter().take(SHOWN).map(|code| row(code, &v)).collect(),
        sites: sites(&desk.app, &pass.reach),
        tabs: tabs(&v, PATH),
        made,
        v,
    })
}

fn shown(made: Enrolment, v: &View) -> Result<Option<Made>, Failure> {
    let Some(code) = made.code else {
        return Ok(None);
    };
    let qr = QrCode::with_error_correction_level(code.as_bytes(), EcLevel::M);
    let qr = qr.map_err(|error| Failure::of(ProblemKind::Internal, &error))?;
    // Drawn by us, so that it has no colour or size that the style sheet does not know.
    let drawn = qr
        .render::<Color<'_>>()
        .min_dimensions(200, 200)
        .dark_color(Color("#000"))
        .light_color(Color("#fff"))
        .build();
    let begin = drawn.find("<svg").unwrap_or(0);
    Ok(Some(Made {
        code,
        asset: made.asset.unwrap_or_else(|| "–".to_owned()),
        until: v.when(made.expires_at),
        qr: drawn[begin..].replacen(
            "<svg",
            "<svg class=\"qr\" role=\"img\" aria-labelledby=\"qr-name\"",
            1,
        ),
    }))
}

fn row(code: &Enrolment, v: &View) -> Row {
    Row {
        id: code.id.clone(),
        asset: code.asset.clone().unwrap_or_else(|| "–".to_owned()),
        site: code.site.clone(),
        state: v.enrolment(code.state),
        tone: match code.state {
            EnrolmentState::Open => "warn",
            EnrolmentState::Used => "good",
            EnrolmentState::Expired | EnrolmentState::Cancelled => "gone",
        },
        until: v.day(code.expires_at),
        open: code.state == EnrolmentState::Open,
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct New {
    asset: Option<String>,
    site: Option<String>,
    jours: Option<String>,
}

/// Makes a code and shows it: there is no other moment at which it can be read.
pub(in crate::http::pages) async fn create(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Form(sent): Form<New>,
) -> Page {
    let days: Option<u32> = filled(sent.jours).map(|days| days.parse().unwrap_or(0));
    let new = NewEnrolment {
        asset: filled(sent.asset),
        site: filled(sent.site),
        hours: days.map(|days| days.saturating_mul(24)),
        rebind: None,
    };
    within_reach(&desk.app, &pass.reach, &new)?;
    let now = clock::now().as_millisecond();
    let made = enrolment::create(&desk.app, new, pass.who(), now).await?;
    draw(&desk, view, &pass, Some(made)).await
}

pub(in crate::http::pages) async fn cancel(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(id): Path<String>,
) -> Page {
    let now = clock::now().as_millisecond();
    let all = enrolment::list(&desk.app, now).await?;
    let known = all.iter().find(|code| code.id == id);
    if !known.is_some_and(|code| pass.reach.admits(code.site.as_deref())) {
        return Err(CancelError::Unknown.into());
    }
    enrolment::cancel(&desk.app, &id, pass.who(), now).await?;
    let said = Said::Cancelled.word();
    Ok(go_to(&view.url(format!("{PATH}?{PARAMETER}={said}"))))
}

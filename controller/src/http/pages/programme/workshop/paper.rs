//! The sheet of a session, to be printed and signed.

use askama::Template;
use axum::extract::State;
use declic_common::programme::workshop::SheetLine;

use super::super::plate::{SESSION, WORKSHOP};
use super::super::{by, now_ms};
use super::session::lead;
use crate::app::programme;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "session_sheet.html")]
struct Paper {
    v: View,
    back: String,
    programme: String,
    cycle: Option<String>,
    lead: String,
    down: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// First name, or the code of whoever has none; empty for a line to be filled in.
    name: String,
    code: String,
    seat: String,
    /// A parent's word is missing.
    barred: bool,
}

pub(in crate::http::pages::programme) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Page {
    let sheet = programme::sheet(&desk.app, &programme, &code, &by(&pass), now_ms()).await?;
    let title = view.say(
        format!("Feuille de présence {code}"),
        format!("Attendance sheet {code}"),
    );
    let v = view.titled(title, WORKSHOP);
    let down: Vec<_> = sheet.seats_down.iter().map(u16::to_string).collect();
    page(&Paper {
        back: v.url(format!("{}/{code}", SESSION.path(&programme))),
        programme: sheet.programme_name.clone(),
        cycle: sheet.cycle_name.clone(),
        lead: lead(&sheet, &v),
        down: down.join(", "),
        lines: sheet.lines.iter().map(|one| line(one, &v)).collect(),
        v,
    })
}

fn line(line: &SheetLine, v: &View) -> Line {
    let code = line.person.clone().unwrap_or_default();
    let walked_in = line.age.map(|age| v.record_word(age.as_str()).to_owned());
    Line {
        name: line.first_name.clone().or(walked_in).unwrap_or_default(),
        code,
        seat: line.seat.map(|seat| seat.to_string()).unwrap_or_default(),
        barred: line.needs_authorisation,
    }
}

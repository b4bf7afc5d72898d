//! What the site says of itself: accessibility (RGAA 4) and privacy.

use askama::Template;
use axum::extract::State;

use super::answer::{Page, page};
use super::view::View;
use crate::domain::retention::Retention;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "accessibility.html")]
struct Accessibility {
    v: View,
    version: &'static str,
}

#[derive(Debug, Template)]
#[template(path = "privacy.html")]
struct Privacy {
    v: View,
    /// For how long: reports, days, journals.
    history: String,
    rollups: String,
    journals: String,
}

pub(super) async fn accessibility(view: View) -> Page {
    let title = view.say("Accessibilité", "Accessibility");
    page(&Accessibility {
        version: env!("CARGO_PKG_VERSION"),
        v: view.titled(title, ""),
    })
}

pub(super) async fn privacy(State(desk): State<Desk>, view: View) -> Page {
    let title = view.say("Vie privée", "Privacy");
    let kept: Retention = desk.app.programme.retention;
    let days = |n: u32| view.count(n as usize, ["jour", "jours"], ["day", "days"]);
    page(&Privacy {
        history: days(kept.history_days),
        rollups: days(kept.rollup_days),
        journals: days(kept.journal_days),
        v: view.titled(title, ""),
    })
}

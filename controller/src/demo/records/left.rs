//! Who leaves within the year, when and why.

use std::sync::Arc;

use declic_common::programme::{Household, Noun};
use jiff::ToSpan;
use jiff::civil::Date;

use super::{Days, PROGRAMME, by, dice, word};
use crate::app::App;
use crate::app::programme;

/// Of a hundred homes, so many leave.
const LEAVE: u64 = 9;

/// When a home leaves, and why, as records say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) struct Left {
    pub(in crate::demo) on: Date,
    pub(super) reason: &'static str,
}

/// What becomes of the `n`th home within a year that was lived. The first one stays.
pub(in crate::demo) fn left(n: usize, days: Days) -> Option<Left> {
    if n == 0 || !days.a_year_was_lived() || dice(n, 53) >= LEAVE {
        return None;
    }
    let after = 40 + 3 * i32::try_from(dice(n, 51)).unwrap_or(0);
    let reasons = [
        (42, "moved"),
        (25, "no_interest"),
        (12, "skills"),
        (9, "cost"),
        (7, "other"),
        (5, "privacy"),
    ];
    Some(Left {
        on: days.first.saturating_add(after.days()),
        reason: word(dice(n, 52), &reasons),
    })
}

/// Notes that a household has left.
pub(in crate::demo) async fn leave(
    app: &Arc<App>,
    code: &str,
    left: Left,
    now_ms: i64,
) -> anyhow::Result<()> {
    let (by, sheet) = (by(), Household::SHEET);
    let shown = programme::find(app, sheet, PROGRAMME, code, &by, now_ms).await?;
    let mut record = shown.record;
    record.insert("left_on".to_owned(), left.on.to_string().into());
    record.insert("left_reason".to_owned(), left.reason.into());
    let place = (PROGRAMME, code);
    programme::change(app, sheet, place, shown.version, record.into(), &by, now_ms).await?;
    Ok(())
}

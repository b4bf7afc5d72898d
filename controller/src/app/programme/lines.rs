//! The lines of homes: whom to call when the internet is down, and in whose name.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::programme::{Line, Noun};

use super::register::blocking;
use super::{By, RegisterError, reach, row};
use crate::app::App;

/// The line of each household within reach, by its code; of several, the one that was activated
/// last. What has ended helps nobody.
pub async fn lines(app: &Arc<App>, by: &By) -> Result<BTreeMap<String, Line>, RegisterError> {
    let (app, by) = (Arc::clone(app), by.clone());
    blocking(move || {
        let store = app.store.as_ref();
        let mut lines: BTreeMap<String, Line> = BTreeMap::new();
        for programme in row::programmes(store)? {
            if !reach::sees_programme(store, &by.reach, &programme.code)? {
                continue;
            }
            let sheet = Line::SHEET;
            for row in row::all(store, sheet, &programme.code)? {
                let of = (sheet, programme.code.as_str());
                let Some(line) = row.read::<Line>().filter(|line| line.ended_on.is_none()) else {
                    continue;
                };
                if !reach::admits(store, &by.reach, of, &row.body)? {
                    continue;
                }
                let kept = lines.get(&line.household);
                if kept.is_none_or(|kept| kept.activated_on <= line.activated_on) {
                    lines.insert(line.household.clone(), line);
                }
            }
        }
        Ok(lines)
    })
    .await
}

//! A home whose network fell: it is unreachable, or reaches us and nothing beyond.

use declic_common::api::Presence;
use declic_common::ticket::Fact;

use super::thresholds::Thresholds;
use super::{Reading, View};

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    if view.presence == Presence::Unreachable {
        let known = view.network_fell && view.is_in_use();
        return match known && view.hears(thresholds) {
            true => Reading::Bad {
                at: view.now,
                facts: Vec::new(),
            },
            false => Reading::Unsure,
        };
    }
    let Some(told) = view.told else {
        return Reading::Unsure;
    };
    let at = told.at;
    let ladder = told.report.ladder.as_ref();
    match ladder.map(|ladder| (ladder.internet, ladder.failing())) {
        Some((Some(false), _)) => Reading::Bad {
            at,
            facts: vec![Fact::new("ladder_internet", 0)],
        },
        Some((_, Some("dns"))) => Reading::Bad {
            at,
            facts: vec![Fact::new("ladder_dns", 0)],
        },
        Some((Some(true), _)) => Reading::Good { at },
        // No host to try: that it reports at all is the best sign there is.
        Some((None, None)) => Reading::Good { at },
        _ => Reading::Unsure,
    }
}

//! Memory and swap are both used up: the PC crawls.

use declic_common::ticket::Fact;

use super::thresholds::Thresholds;
use super::{Reading, View, permille, signed};

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let wanted = &thresholds.memory_starving;
    let Some(told) = view.told else {
        return Reading::Unsure;
    };
    let at = told.at;
    let memory = told.report.memory.as_ref();
    let Some((available, total)) =
        memory.and_then(|memory| Some((memory.available_bytes?, memory.total_bytes?)))
    else {
        return Reading::Unsure;
    };
    let Some(share) = permille(available, total) else {
        return Reading::Unsure;
    };
    // Without swap, memory alone decides.
    let swap =
        memory.and_then(|memory| permille(memory.swap_free_bytes?, memory.swap_total_bytes?));
    let short = share < wanted.memory_permille;
    if short && swap.is_none_or(|swap| swap < wanted.swap_permille) {
        let limit = u128::from(total) * u128::from(wanted.memory_permille) / 1000;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut facts = vec![Fact::new("memory_available_bytes", signed(available)).limit(limit)];
        if let Some(free) = memory.and_then(|memory| memory.swap_free_bytes) {
            facts.push(Fact::new("swap_free_bytes", signed(free)));
        }
        return Reading::Bad { at, facts };
    }
    let well = share >= wanted.clear_memory_permille
        || swap.is_some_and(|swap| swap >= wanted.clear_swap_permille);
    match well {
        true => Reading::Good { at },
        false => Reading::Unsure,
    }
}

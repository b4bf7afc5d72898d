//! What a programme cost, and whose households it reaches: figures that get around.

use std::collections::BTreeMap;

use declic_common::programme::vocabulary::CostItem;
use declic_common::programme::{Building, Cost, Household, Programme};

use super::{Landlords, Line};
use crate::http::pages::view::View;

/// Fewest households that figures of a landlord may stand for.
const LEAST: usize = 11;

fn bar(part: i64, whole: i64) -> usize {
    match whole {
        ..=0 => 0,
        whole => usize::try_from((part.max(0).min(whole)) * 100 / whole).unwrap_or(0),
    }
}

/// What each funder promised at most, and what it paid; then what nobody paid yet.
pub(super) fn funders(run: &Programme, costs: &[&Cost], v: &View) -> Vec<Line> {
    let paid = |name: Option<&str>| -> i64 {
        let theirs = costs.iter().filter(|cost| cost.funder.as_deref() == name);
        theirs.filter_map(|cost| cost.amount_cents).sum()
    };
    let mut lines: Vec<Line> = run
        .funders
        .iter()
        .map(|funder| {
            let amount = paid(Some(&funder.name));
            let cap = funder.cap_cents.and_then(|cap| i64::try_from(cap).ok());
            Line {
                name: funder.name.clone(),
                amount: v.euros(amount),
                cap: cap.map(|cap| v.euros(cap)),
                left: cap.map(|cap| v.euros(cap - amount)),
                over: cap.is_some_and(|cap| amount > cap),
                length: cap.map_or(0, |cap| bar(amount, cap)),
            }
        })
        .collect();
    let nobody = paid(None);
    if nobody != 0 {
        lines.push(Line {
            name: v.say("sans financeur", "without a funder").to_owned(),
            amount: v.euros(nobody),
            cap: None,
            left: None,
            over: false,
            length: 0,
        });
    }
    lines
}

pub(super) fn items(costs: &[&Cost], v: &View) -> Vec<Line> {
    let total: i64 = costs.iter().filter_map(|cost| cost.amount_cents).sum();
    let of = |item: &CostItem| -> i64 {
        let theirs = costs.iter().filter(|cost| cost.item == Some(*item));
        theirs.filter_map(|cost| cost.amount_cents).sum()
    };
    let lines = CostItem::ALL.iter().map(|item| (item, of(item)));
    let lines = lines.filter(|(_, amount)| *amount != 0);
    lines
        .map(|(item, amount)| Line {
            name: v.capital(v.record_word(item.as_str())),
            amount: v.euros(amount),
            cap: None,
            left: None,
            over: false,
            length: bar(amount, total),
        })
        .collect()
}

/// How many households each landlord houses: all of them, or none where one has so few that
/// somebody could be found out, by taking the others from the sum too.
pub(super) fn landlords(households: &[Household], buildings: &[Building]) -> Landlords {
    let of: BTreeMap<&str, &str> = buildings
        .iter()
        .filter_map(|building| Some((building.code.as_str(), building.landlord.as_deref()?)))
        .collect();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut elsewhere = 0;
    for household in households.iter().filter(|one| one.left_on.is_none()) {
        match household.building.as_deref().and_then(|code| of.get(code)) {
            Some(landlord) => *numbers.entry((*landlord).to_owned()).or_default() += 1,
            None => elsewhere += 1,
        }
    }
    let few = |n: usize| (1..LEAST).contains(&n);
    match numbers.is_empty() {
        true => Landlords::None,
        false if numbers.values().any(|n| few(*n)) || few(elsewhere) => Landlords::TooFew,
        false => Landlords::Shown(numbers.into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(n: usize, building: &str) -> Vec<Household> {
        let home = |_| Household {
            building: Some(building.to_owned()),
            ..Household::default()
        };
        (0..n).map(home).collect()
    }

    #[test]
    fn no_figure_of_a_landlord_stands_for_fewer_than_eleven_households() {
        let building = |code: &str, landlord: &str| Building {
            code: code.to_owned(),
            landlord: Some(landlord.to_owned()),
            ..Building::default()
        };
        let buildings = [building("B1", "Domofrance"), building("B2", "Aquitanis")];
        let shown = |first, second| {
            let all = [homes(first, "B1"), homes(second, "B2")].concat();
            match landlords(&all, &buildings) {
                Landlords::Shown(lines) => lines.len(),
                Landlords::TooFew => 0,
                Landlords::None => usize::MAX,
            }
        };
        assert_eq!(shown(11, 60), 2);
        assert_eq!(shown(10, 60), 0, "the other one would tell it by the sum");
        assert_eq!(shown(0, 0), usize::MAX);
        let one_elsewhere = [homes(40, "B1"), homes(3, "B9")].concat();
        assert!(matches!(
            landlords(&one_elsewhere, &buildings),
            Landlords::TooFew
        ));
    }
}

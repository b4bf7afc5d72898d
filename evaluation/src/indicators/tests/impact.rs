use jiff::civil::date;

use super::Village;
use crate::dataset::Cost;
use crate::vocabulary::*;

#[test]
fn a_change_carries_its_interval_and_what_the_missing_could_make_of_it() {
    let mut village = Village::default();
    for home in 1..=4 {
        village.home(home, Some(date(2026, 1, 5)));
    }
    // Scores are ten times the item. Home 1: 10 → 30; home 2: 20 → 30; home 3: 20 → none; home 4: none.
    village.survey(1, Wave::Start, Some(1));
    village.survey(1, Wave::End, Some(3));
    village.survey(2, Wave::Start, Some(2));
    village.survey(2, Wave::End, Some(3));
    village.survey(3, Wave::Start, Some(2));
    let answer = village.answer("use_and_skill_change");
    // Changes 20 and 10: mean 15, error sqrt(50 / 2) = 5, t(1) = 12.706205: 15 ± 63.531.
    assert_eq!(answer.value("skill_mean_change", ""), Some(15.0));
    assert!((answer.value("skill_low_95", "").unwrap() + 48.531_025).abs() < 1e-4);
    assert!((answer.value("skill_high_95", "").unwrap() - 78.531_025).abs() < 1e-4);
    // Worst: 20, 10, 0 − 20, 0 − 40: −30 / 4. Best: 20, 10, 40 − 20, 40 − 0: 90 / 4.
    assert_eq!(answer.value("skill_worst", ""), Some(-7.5));
    assert_eq!(answer.value("skill_best", ""), Some(22.5));
    assert_eq!(
        village.answer("paired_response_rate").value("value", ""),
        Some(0.5)
    );
}

#[test]
fn a_survey_with_one_item_left_out_has_no_score() {
    let mut village = Village::default();
    village.home(1, Some(date(2026, 1, 5)));
    village.survey(1, Wave::Start, Some(1)).skill_7 = None;
    village.survey(1, Wave::End, Some(3));
    let answer = village.answer("use_and_skill_change");
    assert_eq!(answer.value("skill_mean_change", ""), None);
    assert_eq!(answer.value("skill_worst", ""), Some(-10.0));
}

#[test]
fn those_who_did_not_answer_are_told_by_cause() {
    let mut village = Village::default();
    for home in 1..=4 {
        village.home(home, Some(date(2026, 1, 5)));
    }
    for wave in [Wave::Start, Wave::End] {
        village.survey(1, wave, None).frequency = Some(if wave == Wave::Start {
            Frequency::Never
        } else {
            Frequency::Weekly
        });
    }
    let refused = village.survey(2, Wave::End, None);
    refused.answered_on = None;
    refused.no_answer = Some(NoAnswer::Refused);
    village.data.households[2].left_on = Some(date(2026, 6, 1));
    // Home 1 answered twice, 2 refused, 3 left, 4 was not asked.
    let answer = village.answer("paired_response_rate");
    assert_eq!(answer.value("value", ""), Some(0.25));
    for cause in ["refused", "left", "not_asked"] {
        assert_eq!(answer.value("attrition", cause), Some(1.0), "{cause}");
    }
    assert_eq!(answer.value("attrition", "absent"), Some(0.0));
    let frequency = village.answer("use_and_skill_change");
    assert_eq!(frequency.value("never_to_regular", ""), Some(1.0));
    // Disclosure control knows that they are those of the table of frequencies.
    let never = "use_and_skill_change/before/never";
    assert!(frequency.sums.iter().any(|sum| sum.total.name == never));
}

#[test]
fn the_line_kept_is_judged_only_where_month_12_was_reached() {
    let mut village = Village::default();
    village.home(1, Some(date(2026, 1, 1))).line_kept = Some(true);
    village.home(2, Some(date(2026, 1, 1)));
    village.home(3, Some(date(2026, 1, 2))).line_kept = Some(true);
    // Home 3 reaches month 12 on 2 January 2027, after the period.
    let answer = village.answer("autonomy_online");
    let line = answer.figure("line_kept", "").unwrap();
    assert_eq!(line.value, Some(1.0));
    assert_eq!(line.denominator.as_ref().unwrap().value, 1.0);
    assert_eq!(line.missing.as_ref().unwrap().value, 1.0);
}

#[test]
fn costs_are_of_the_period_and_divide_by_what_they_bought() {
    let mut village = Village::default();
    village.equipped(1, date(2026, 1, 5));
    village.equipped(2, date(2026, 1, 5));
    for (day, amount_cents) in [(date(2025, 12, 31), 99), (date(2026, 3, 1), 30_050)] {
        let (item, funder) = (CostItem::Parts, None);
        village.data.costs.push(Cost {
            day,
            item,
            funder,
            amount_cents,
        });
    }
    // 300.50 € for two homes; nobody was trained.
    let answer = village.answer("cost");
    assert_eq!(answer.value("value", "parts"), Some(300.5));
    assert_eq!(answer.value("per_household_installed", ""), Some(150.25));
    assert_eq!(answer.value("per_training_person_hour", ""), None);
}

//! Lives, told as lists of days and steps.

use declic_common::programme::vocabulary::LifeState;
use declic_common::ticket::Repair;
use jiff::civil::date;

use super::*;

fn event(day: i8, step: Step) -> Event {
    Event {
        on: date(2010, 5, day),
        told_by: format!("{} of day {day}", step.word()),
        step,
    }
}

fn home(household: &str) -> Step {
    Step::Deployed {
        household: household.to_owned(),
    }
}

const ERASED: Step = Step::Erased { good: true };
const TESTED: Step = Step::Tested { good: true };

fn life(steps: &[(i8, Step)]) -> Story {
    read(
        steps
            .iter()
            .map(|(day, step)| event(*day, step.clone()))
            .collect(),
    )
}

fn whys(story: &Story) -> Vec<Refusal> {
    story.faults.iter().map(|fault| fault.why.clone()).collect()
}

/// Received, erased, tested and ready on the first four days.
fn ready() -> Vec<(i8, Step)> {
    vec![
        (1, Step::Received),
        (2, ERASED),
        (3, TESTED),
        (4, Step::Ready),
    ]
}

fn after(steps: &[(i8, Step)]) -> Story {
    life(&[ready(), steps.to_vec()].concat())
}

#[test]
fn a_pc_goes_from_its_donor_to_a_home_and_is_heard_there() {
    let states = [
        LifeState::Received,
        LifeState::Erased,
        LifeState::Tested,
        LifeState::Ready,
        LifeState::Deployed,
        LifeState::Connected,
        LifeState::Returned,
    ];
    let steps = [
        ready(),
        vec![
            (5, home("AUB-017")),
            (6, Step::Connected),
            (20, Step::Returned),
        ],
    ]
    .concat();
    for (n, state) in states.into_iter().enumerate() {
        let story = life(&steps[..=n]);
        assert_eq!(story.life.state(), state);
        assert_eq!(story.faults, []);
    }
}

#[test]
fn no_home_gets_a_pc_without_a_proof_that_it_was_erased() {
    let story = life(&[(1, Step::Received), (3, TESTED)]);
    assert_eq!(story.life.may(&Step::Ready), Err(Refusal::NeverErased));
    assert_eq!(story.life.may(&home("AUB-017")), Err(Refusal::NeverErased));
    let failed = life(&[(1, Step::Received), (2, Step::Erased { good: false })]);
    assert_eq!(failed.life.may(&home("AUB-017")), Err(Refusal::NeverErased));
    let untried = life(&[(1, Step::Received), (2, ERASED)]);
    assert_eq!(untried.life.may(&home("AUB-017")), Err(Refusal::NotReady));
}

#[test]
fn a_second_home_needs_a_new_proof_and_the_same_home_none() {
    let back = after(&[(5, home("AUB-017")), (9, Step::Returned)]);
    assert_eq!(back.life.may(&home("AUB-017")), Ok(()));
    assert_eq!(
        back.life.may(&home("AUB-018")),
        Err(Refusal::NotErasedSince("AUB-017".to_owned()))
    );
    let again = after(&[
        (5, home("AUB-017")),
        (9, Step::Returned),
        (10, ERASED),
        (10, TESTED),
        (10, Step::Ready),
        (10, home("AUB-018")),
    ]);
    assert_eq!(whys(&again), []);
    assert_eq!(again.life.household(), Some("AUB-018"));
}

#[test]
fn one_proof_serves_one_household_even_on_one_day() {
    let twice = after(&[
        (4, home("AUB-017")),
        (4, Step::Returned),
        (4, home("AUB-018")),
    ]);
    assert_eq!(
        whys(&twice),
        [Refusal::NotErasedSince("AUB-017".to_owned())]
    );
    let erased_between = after(&[
        (4, ERASED),
        (4, home("AUB-017")),
        (4, Step::Returned),
        (4, home("AUB-018")),
    ]);
    assert_eq!(whys(&erased_between), []);
}

#[test]
fn what_happened_on_one_day_is_read_in_the_order_in_which_it_was_possible() {
    let mut day: Vec<_> = ready().into_iter().map(|(_, step)| (1, step)).collect();
    day.reverse();
    day.push((1, home("AUB-017")));
    let story = life(&day);
    assert_eq!(whys(&story), []);
    assert_eq!(story.life.state(), LifeState::Deployed);
    // It came back, and was made ready for others, before it left again.
    let story = after(&[
        (5, home("AUB-017")),
        (9, ERASED),
        (9, TESTED),
        (9, Step::Ready),
        (9, Step::Returned),
        (9, home("AUB-018")),
    ]);
    assert_eq!(whys(&story), []);
}

#[test]
fn nothing_is_done_on_the_bench_to_a_pc_that_is_at_home() {
    let story = after(&[(5, home("AUB-017"))]);
    for step in [ERASED, TESTED, Step::Ready, Step::Recycled] {
        let refused = Refusal::AtHome("AUB-017".to_owned());
        assert_eq!(story.life.may(&step), Err(refused), "{step:?}");
    }
    // A repair may be made there.
    assert_eq!(story.life.may(&Step::RepairBegun), Ok(()));
}

#[test]
fn a_pc_in_repair_goes_nowhere_and_one_at_its_end_to_no_home() {
    let in_repair = after(&[
        (5, home("AUB-017")),
        (9, Step::Returned),
        (9, Step::RepairBegun),
    ]);
    assert_eq!(in_repair.life.state(), LifeState::InRepair);
    assert_eq!(in_repair.life.may(&home("AUB-017")), Err(Refusal::InRepair));
    let ended = |outcome| {
        after(&[
            (5, home("AUB-017")),
            (9, Step::Returned),
            (9, Step::RepairBegun),
            (10, Step::RepairEnded { outcome }),
        ])
    };
    assert_eq!(ended(Repair::Fixed).life.may(&home("AUB-017")), Ok(()));
    let worn = ended(Repair::EndOfLife);
    assert_eq!(worn.life.may(&home("AUB-017")), Err(Refusal::WornOut));
}

#[test]
fn nothing_leaves_for_recycling_with_somebodys_data_on_it() {
    let story = life(&[(1, Step::Received), (2, Step::Rejected)]);
    assert_eq!(story.life.state(), LifeState::Rejected);
    assert_eq!(story.life.may(&Step::Recycled), Err(Refusal::NeverErased));
    assert_eq!(story.life.may(&TESTED), Err(Refusal::Rejected));
    let clean = life(&[
        (1, Step::Received),
        (2, Step::Rejected),
        (3, ERASED),
        (4, Step::Recycled),
    ]);
    assert_eq!(whys(&clean), []);
    assert_eq!(clean.life.may(&ERASED), Err(Refusal::Recycled));
    let served = after(&[(5, home("AUB-017")), (9, Step::Returned)]);
    assert_eq!(
        served.life.may(&Step::Rejected),
        Err(Refusal::ServedAlready)
    );
}

#[test]
fn a_lost_pc_is_found_by_coming_back() {
    let lost = after(&[(5, home("AUB-017")), (9, Step::Lost)]);
    assert_eq!(lost.life.state(), LifeState::Lost);
    assert_eq!(lost.life.may(&ERASED), Err(Refusal::Lost));
    let found = after(&[(5, home("AUB-017")), (9, Step::Lost), (12, Step::Returned)]);
    assert_eq!(found.life.state(), LifeState::Returned);
    assert_eq!(whys(&found), []);
}

#[test]
fn what_happened_is_told_as_a_fault_and_only_new_ones_count() {
    let before = life(&[(3, Step::Received), (5, home("AUB-017"))]);
    assert_eq!(whys(&before), [Refusal::NeverErased]);
    let late_proof = life(&[(3, Step::Received), (4, ERASED), (5, home("AUB-017"))]);
    assert_eq!(whys(&late_proof), [Refusal::NotReady]);
    let too_early = life(&[(3, Step::Received), (2, ERASED), (5, home("AUB-017"))]);
    let new: Vec<_> = too_early
        .new_faults(&before)
        .into_iter()
        .map(|f| &f.why)
        .collect();
    assert_eq!(new, [&Refusal::NotReceived]);
    assert!(
        late_proof.new_faults(&before).is_empty(),
        "a past is put right bit by bit"
    );
}

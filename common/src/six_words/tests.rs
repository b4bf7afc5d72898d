//! What the six words promise to whoever speaks and whoever listens.

use proptest::prelude::*;

use super::*;
use crate::report::{HealthReport, Ladder};

/// A PC with one trouble of each kind.
fn ailing() -> Diagnosis {
    let report: HealthReport = serde_json::from_str(
        r#"{"disks":[{"class":"system","free_bytes":31000000000},{"class":"system","free_bytes":499999999}],
            "memory":{"available_bytes":2312110080},
            "ladder":{"link":true,"gateway":true,"dns":false},
            "agent":{"version":"0.1.0","waiting":812,"disk_full":false},
            "slow":{"slow_at":1,"updates":{"pending":31,"security":4},"reboot_required":true,
                    "smart":[{"disk":"3fa09c1e","passed":true,"reallocated":8,"pending":24},{"disk":"77","wear_percent":91}]}}"#,
    )
    .unwrap();
    Diagnosis::of(&report, report.slow.as_ref(), Some(90_000), false)
}

fn any_bits() -> impl Strategy<Value = u64> {
    // Of the right form, whatever else they say.
    (0..1u64 << 52).prop_map(|bits| bits << 3 | 1)
}

#[test]
fn what_a_report_says_is_heard_on_the_other_side_of_the_phone() {
    let said = SixWords::of(&ailing());
    let typed = said.to_string().to_uppercase();
    let heard = SixWords::read(&typed.split(' ').collect::<Vec<_>>()).unwrap();
    let diagnosis = heard.diagnosis().unwrap();
    assert_eq!(diagnosis, ailing());
    assert_eq!(diagnosis.agent.to_string(), "0.1.0");
    assert_eq!(diagnosis.ladder.failing(), Some("dns"));
    assert_eq!(diagnosis.system_free.unwrap().below, Some(500_000_000));
    assert_eq!(diagnosis.home_free, None, "no disk of that class was told");
    assert_eq!(diagnosis.bad_sectors.unwrap().from, 10);
    assert_eq!(
        diagnosis.smart,
        Some(Verdict::Worn),
        "the worst disk speaks"
    );
    assert_eq!(
        diagnosis.faults(),
        [
            Fault::Dns,
            Fault::DiskWorn,
            Fault::SystemRoom,
            Fault::Restart
        ]
    );
}

#[test]
fn a_pc_that_knows_nothing_of_itself_has_words_too_and_no_faults() {
    let diagnosis = Diagnosis::of(&HealthReport::default(), None, None, false);
    let said = SixWords::of(&diagnosis);
    assert_eq!(said.diagnosis().unwrap(), diagnosis);
    assert_eq!(diagnosis.faults(), []);
}

#[test]
fn the_greatest_of_everything_fits_into_five_words() {
    let most = |scale: u64| {
        Some(Between {
            from: scale,
            below: None,
        })
    };
    let diagnosis = Diagnosis {
        agent: AgentVersion {
            major: 3,
            minor: 63,
            patch: 31,
        },
        ladder: Ladder {
            link: Some(true),
            gateway: Some(true),
            dns: Some(true),
            internet: Some(true),
            controller: Some(true),
        },
        system_free: most(2_000_000_000_000),
        home_free: most(2_000_000_000_000),
        memory_available: most(16 << 30),
        smart: Some(Verdict::Failed),
        bad_sectors: most(1_000),
        updates: most(200),
        security_updates: most(20),
        reboot_required: Some(true),
        waiting: most(1_000),
        disk_full: true,
        silence_s: most(30 * 86_400),
        paused: true,
    };
    assert!(diagnosis.to_bits() < 1 << 55, "{}", diagnosis.to_bits());
    assert_eq!(SixWords::of(&diagnosis).diagnosis().unwrap(), diagnosis);
}

/// Not a sample: each of the 2,047 other words, at each of the six places.
#[test]
fn every_single_wrong_word_is_caught() {
    for right in [
        SixWords::of(&ailing()),
        SixWords([0, 2_047, 1, 1_024, 9, field::check([0, 2_047, 1, 1_024, 9])]),
    ] {
        assert!(right.is_right());
        for place in 0..WORDS {
            for word in (0..field::SIZE).filter(|word| *word != right.0[place]) {
                let mut wrong = right;
                wrong.0[place] = word;
                assert!(!wrong.is_right(), "{word} at {place}");
            }
        }
    }
}

#[test]
fn every_pair_that_changed_places_is_caught() {
    // The sum changes by (αⁱ + αʲ)(wᵢ + wⱼ): over all pairs of places and all sums of
    // two words, that is every case there is.
    for i in 0..WORDS {
        for j in i + 1..WORDS {
            for word in 1..field::SIZE {
                let mut data = [0; WORDS];
                data[i] = word;
                let six = SixWords(data);
                let right = field::fitting(six.0, j);
                data[j] = right;
                // These six are right, with words 0 elsewhere.
                let mut swapped = data;
                swapped.swap(i, j);
                assert!(SixWords(data).is_right());
                assert!(
                    data[i] == data[j] || !SixWords(swapped).is_right(),
                    "{data:?}"
                );
            }
        }
    }
}

#[test]
fn a_word_that_was_misheard_is_offered_first() {
    let right = SixWords::of(&ailing());
    let mut typed = right.words().map(str::to_owned);
    let meant = typed[2].clone();
    typed[2] = format!("{}x", &meant[..meant.len() - 1]);
    match SixWords::read(&typed) {
        Err(BadWords::Unknown(slips)) => {
            assert_eq!((slips.len(), slips[0].place), (1, 3));
            assert_eq!(slips[0].near[0], meant);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_words_that_changed_places_are_offered_back() {
    let right = SixWords::of(&ailing());
    let mut typed = right.words();
    typed.swap(1, 2);
    match SixWords::read(&typed) {
        Err(BadWords::Check(mends)) => assert!(mends.contains(&Mend::Swap(2, 3)), "{mends:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn five_words_or_seven_are_not_six() {
    let words = SixWords::of(&ailing()).words();
    assert_eq!(SixWords::read(&words[..5]), Err(BadWords::Count(5)));
    assert_eq!(SixWords::read(&[words[0]; 7]), Err(BadWords::Count(7)));
}

#[test]
fn the_words_of_a_later_arrangement_are_told_from_a_mistake() {
    let later = SixWords::checked([2, 0, 0, 0, 0]);
    let heard = SixWords::read(&later.words()).unwrap();
    assert_eq!(heard.diagnosis(), Err(BadWords::Newer));
}

/// Numbers of an arrangement must never change: words are read by other versions.
#[test]
fn the_words_of_the_first_arrangement_stay_what_they_are() {
    assert_eq!(
        SixWords::of(&ailing()).to_string(),
        "acquérir nuptial futur sonnette bermuda niveau"
    );
}

proptest! {
    #[test]
    fn whatever_is_said_is_heard_as_it_was_said(bits in any_bits()) {
        if let Some(diagnosis) = Diagnosis::from_bits(bits) {
            prop_assert_eq!(diagnosis.to_bits(), bits);
            let words = SixWords::of(&diagnosis).words();
            let heard = SixWords::read(&words).unwrap();
            prop_assert_eq!(heard.diagnosis().unwrap(), diagnosis);
        }
    }

    #[test]
    fn anything_may_be_typed(typed in prop::collection::vec(".{0,12}", 0..8)) {
        let _ = SixWords::read(&typed);
    }
}

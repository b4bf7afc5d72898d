//! Times, sizes and reasons as people read them.

use declic_common::api::PresenceReason as Reason;

use super::*;

fn voices() -> [Voice; 2] {
    let now = "2026-07-01T12:00:00Z".parse().unwrap();
    [Voice::new(Lang::Fr, now), Voice::new(Lang::En, now)]
}

#[test]
fn times_are_those_of_paris_in_summer_and_in_winter() {
    let [fr, en] = voices();
    let winter = "2026-01-31T23:30:00Z".parse().unwrap();
    assert_eq!(fr.moment(winter), "01/02/2026 00:30");
    assert_eq!(en.moment(winter), "2026-02-01 00:30");
    let summer = "2026-07-01T11:57:00Z".parse().unwrap();
    assert_eq!(
        fr.since(Some(summer)),
        "01/07/2026 13:57 (il y a 3\u{202f}min)"
    );
    assert_eq!(en.since(Some(summer)), "2026-07-01 13:57 (3 min ago)");
}

#[test]
fn a_length_of_time_is_told_in_its_greatest_unit() {
    let [fr, en] = voices();
    for (seconds, french, english) in [
        (-3_600, "dans 1\u{202f}h", "in 1 h"),
        (-59, "à l’instant", "just now"),
        (59, "à l’instant", "just now"),
        (7_200, "il y a 2\u{202f}h", "2 h ago"),
        (3 * 86_400, "il y a 3\u{202f}j", "3 d ago"),
        (20 * 31_557_600, "il y a 20\u{202f}ans", "20 years ago"),
    ] {
        let at = Timestamp::from_second(fr.now().as_second() - seconds).unwrap();
        assert_eq!(
            (fr.ago(at).as_str(), en.ago(at).as_str()),
            (french, english)
        );
    }
}

#[test]
fn each_reason_is_a_sentence_in_both_languages() {
    let [fr, en] = voices();
    let silent_s = 4 * 86_400;
    let unusual = Reason::Unusual {
        silent_s,
        days_per_week: 6.62,
        cut: true,
    };
    assert_eq!(
        fr.reason(&unusual),
        "silencieux depuis 4\u{202f}j, sans extinction propre ; ce foyer donne signe 6,6 jours sur 7 : appeler"
    );
    assert_eq!(
        en.reason(&unusual),
        "silent for 4 d, without a clean goodbye; this home is heard of 6.6 days in 7: call"
    );
    let others = [
        Reason::Retired,
        Reason::NeverHeard,
        Reason::Here,
        Reason::NotAwaited,
        Reason::PausedUntil { until: fr.now() },
        Reason::AwayUntil { until: fr.now() },
        Reason::Ordinary {
            silent_s,
            days_per_week: 2.0,
        },
        Reason::CutOff { silent_s },
        Reason::LineFailed { silent_s },
        Reason::FellTogether { silent_s },
        Reason::CallAfter { days: 3, silent_s },
    ];
    for reason in others {
        assert_ne!(fr.reason(&reason), en.reason(&reason));
    }
}

#[test]
fn numbers_and_sizes_follow_each_language() {
    let [fr, en] = voices();
    assert_eq!(fr.number(-1_234_567), "−1\u{202f}234\u{202f}567");
    assert_eq!(en.number(1_234), "1,234");
    assert_eq!(fr.disk(120_034_123_776), "120\u{202f}Go");
    assert_eq!(en.disk(60_017_061_888), "60.0 GB");
    assert_eq!(fr.disk(999_960_000), "1,0\u{202f}Go");
    assert_eq!(fr.disk(999), "999\u{202f}o");
    assert_eq!(fr.memory(4_140_265_472), "3,9\u{202f}Gio");
    assert_eq!(en.memory(4 << 30), "4.0 GiB");
    assert_eq!(
        (fr.permille(120).as_str(), en.permille(125).as_str()),
        ("12\u{202f}%", "12.5%")
    );
    assert_eq!(fr.celsius(41_400), "41\u{202f}°C");
    assert_eq!(fr.load(42), "0,42");
    assert_eq!(fr.value(-5_250, Unit::Millicelsius), "−5,2\u{202f}°C");
    assert_eq!(en.value(-61, Unit::Dbm), "−61 dBm");
}

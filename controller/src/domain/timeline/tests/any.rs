//! Whatever happened, and in whatever order it is told.

use super::*;

/// What a device truly did, and everything that it tells of it.
#[derive(Clone, Debug)]
struct Story {
    truth: Vec<Interval>,
    boots: Vec<Boot>,
    now: i64,
}

#[derive(Clone, Debug)]
struct Chapter {
    minutes: i64,
    activity: Activity,
}

fn chapters() -> impl Strategy<Value = Vec<Vec<Chapter>>> {
    let inside = prop::sample::select(vec![
        Activity::On,
        Activity::Asleep,
        Activity::Stopped,
        Activity::LinkDown,
        Activity::DnsDown,
        Activity::InternetDown,
        Activity::ControllerDown,
    ]);
    let chapter =
        (20i64..400, inside).prop_map(|(minutes, activity)| Chapter { minutes, activity });
    let end = (
        20i64..2_000,
        prop::sample::select(vec![Activity::Off, Activity::PowerCut]),
    )
        .prop_map(|(minutes, activity)| Chapter { minutes, activity });
    let boot = (prop::collection::vec(chapter, 1..6), end).prop_map(|(mut boot, end)| {
        // A machine begins with its agent, and two alike would be one.
        boot.insert(
            0,
            Chapter {
                minutes: 30,
                activity: Activity::On,
            },
        );
        boot.dedup_by(|next, before| next.activity == before.activity);
        // An agent that was stopped does not journal the end of its machine.
        if boot
            .last()
            .is_some_and(|last| last.activity == Activity::Stopped)
        {
            boot.push(Chapter {
                minutes: 30,
                activity: Activity::On,
            });
        }
        boot.push(end);
        boot
    });
    prop::collection::vec(boot, 1..8)
}

fn tell(chapters: &[Vec<Chapter>]) -> Story {
    let mut now = T0;
    let mut story = Story {
        truth: Vec::new(),
        boots: Vec::new(),
        now,
    };
    for (n, chapters) in chapters.iter().enumerate() {
        let zero = now;
        let mut facts = Facts::default();
        let mut running = false;
        let mut slept_at = None;
        for chapter in chapters {
            let at = now - zero;
            let length = chapter.minutes * MIN;
            if let Some(slept_at) = slept_at.take() {
                let slept_ms = Some((at - slept_at) as u64);
                facts.add_told(told(at, What::Resume { slept_ms }));
            }
            match chapter.activity {
                Activity::Off => {
                    facts.add_told(told(at, What::Stop));
                    facts.add_told(told(at, What::Shutdown));
                }
                Activity::PowerCut => {
                    facts.add_told(told(at, What::PowerCut));
                }
                Activity::Asleep if running => {
                    facts.add_told(told(at, What::Suspend));
                    slept_at = Some(at);
                }
                Activity::Stopped => {
                    facts.add_told(told(at, What::Stop));
                    running = false;
                }
                rung => {
                    // A sleep of a machine without its agent is told by nobody.
                    let rung = if rung == Activity::Asleep {
                        Activity::On
                    } else {
                        rung
                    };
                    if !std::mem::replace(&mut running, true) {
                        facts.add_told(told(at, What::Start));
                    }
                    facts.add_told(told(at, What::Rung(rung)));
                    for n in 0..=(length - 1) / (15 * MIN) {
                        let at = (at + n * 15 * MIN) as u64;
                        facts.add_run(Run::of_report(at, Some(900), rung));
                    }
                }
            }
            let shown = match chapter.activity {
                Activity::Asleep if slept_at.is_none() => Activity::On,
                other => other,
            };
            story.truth.push(Interval {
                from: now,
                to: now + length,
                activity: shown,
            });
            now += length;
        }
        story.boots.push(boot(n as u32 + 1, Some(zero), facts));
    }
    story.now = now;
    story
}

fn whole(intervals: &[Interval], since: i64, now: i64) -> Result<(), TestCaseError> {
    prop_assert_eq!(intervals.first().map(|part| part.from), Some(since));
    prop_assert_eq!(intervals.last().map(|part| part.to), Some(now));
    for pair in intervals.windows(2) {
        prop_assert_eq!(pair[0].to, pair[1].from);
        prop_assert_ne!(pair[0].activity, pair[1].activity);
    }
    prop_assert!(intervals.iter().all(|part| part.from < part.to));
    Ok(())
}

/// Facts of every kind, whether they make sense together or not.
fn wild_facts() -> impl Strategy<Value = Facts> {
    let rung = prop::sample::select(Activity::ALL);
    let what =
        (0u8..9, prop::option::of(0u64..9_000_000), rung.clone()).prop_map(|(kind, ms, rung)| {
            match kind {
                0 => What::Start,
                1 => What::Resume { slept_ms: ms },
                2 => What::LinkUp,
                3 => What::Rung(rung),
                4 => What::Pause { until: ms },
                5 => What::Suspend,
                6 => What::Stop,
                7 => What::Shutdown,
                _ => What::PowerCut,
            }
        });
    let words = prop::collection::vec((0i64..20_000_000, what), 0..12);
    let runs = prop::collection::vec((0i64..20_000_000, rung), 0..12);
    (runs, words).prop_map(|(runs, words)| facts(&runs, &words))
}

proptest! {
    #[test]
    fn a_whole_journal_tells_the_truth(chapters in chapters()) {
        let story = tell(&chapters);
        let told = Evidence { since: T0, now: story.now, boots: story.boots.clone(), ..Evidence::default() };
        let intervals = derive(&told);
        whole(&intervals, T0, story.now)?;
        for part in &story.truth {
            // Where a chapter ends is where the next report is expected, at most.
            for at in [part.from + 1_000, (part.from + part.to) / 2] {
                let shown = intervals.iter().find(|i| i.from <= at && at < i.to).unwrap();
                prop_assert_eq!(shown.activity, part.activity, "at {} of {:?}\n{:?}", at - T0, story, intervals);
            }
        }
    }

    #[test]
    fn facts_may_come_in_any_order_and_twice(chapters in chapters(), seed in any::<u64>()) {
        let story = tell(&chapters);
        for whole in &story.boots {
            let mut pieces: Vec<Facts> = Vec::new();
            for run in &whole.facts.runs {
                pieces.push(Facts { runs: vec![*run], told: BTreeSet::new() });
            }
            for told in &whole.facts.told {
                pieces.push(Facts { runs: Vec::new(), told: [*told].into() });
            }
            pieces.extend(pieces.clone());
            let mut order = seed | 1;
            pieces.sort_by_cached_key(|_| {
                order = order.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                order >> 20
            });
            let mut joined = Facts::default();
            pieces.iter().for_each(|piece| joined.merge(piece.clone()));
            prop_assert_eq!(&joined, &whole.facts);
        }
    }

    #[test]
    fn what_is_folded_changes_nothing_of_the_days_that_stay(chapters in chapters(), part in 0i64..1_000) {
        let story = tell(&chapters);
        let cut = T0 + (story.now - T0) * part / 1_000;
        let stays = |boots: Vec<Boot>, carried| {
            derive(&Evidence { since: cut, now: story.now, boots, carried, ..Evidence::default() })
        };
        let before = stays(story.boots.clone(), None);
        let carried = before.first().map(|part| Carried { at: cut, activity: part.activity });
        let boots = story.boots.iter().map(|boot| {
            let facts = boot.facts.after(cut - boot.zero.unwrap());
            Boot { facts, ..*boot }
        });
        prop_assert_eq!(stays(boots.collect(), carried), before, "cut at {} of {:?}", cut - T0, story);
    }

    #[test]
    fn whatever_is_told_the_timeline_has_no_gap_and_no_overlap(
        boots in prop::collection::btree_map((0u64..3, 0u32..4), (prop::option::of(-9_000_000i64..60_000_000), wild_facts()), 0..6),
        since in 0i64..10_000_000, length in 1i64..90_000_000, absent in (0i64..90_000_000, 0i64..90_000_000),
        lost in prop::option::of(0i64..90_000_000), connected in prop::option::of(0i64..90_000_000),
    ) {
        let boots: Vec<Boot> = boots.into_iter().map(|((install, n), (zero, facts))| Boot {
            install: InstallId::from_bits(install),
            boot: n,
            zero: zero.map(|zero| T0 + zero),
            facts,
        }).collect();
        let mut told = Evidence {
            since: T0 + since,
            now: T0 + since + length,
            boots,
            absences: vec![Absence { from: T0 + absent.0, to: T0 + absent.1 }],
            carried: None,
            live: Live { connected_since: connected.map(|at| T0 + at), lost_at: lost.map(|at| T0 + at) },
        };
        let intervals = derive(&told);
        whole(&intervals, told.since, told.now)?;
        told.boots.reverse();
        prop_assert_eq!(derive(&told), intervals, "the order of the boots makes no difference");
    }
}

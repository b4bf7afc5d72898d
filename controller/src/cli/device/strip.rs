//! Two weeks of a PC in one line: four signs a day, six hours each.

use declic_common::api::TimelineInterval;
use declic_common::timeline::Activity;
use jiff::Timestamp;
use jiff::civil::Time;

use crate::cli::words::Voice;
use crate::domain::days::{Day, paris};

/// Days that the strip shows, today included.
pub(super) const DAYS: i32 = 14;
/// Local hours at which the parts of a day begin.
const PARTS: [i8; 4] = [0, 6, 12, 18];

/// The days above, the signs, and what those that occur mean.
pub(super) fn lines(timeline: &[TimelineInterval], now: Timestamp, v: &Voice) -> Vec<String> {
    let today = Day::of(now.as_millisecond(), &paris());
    let days = (0..DAYS).rev().map(|ago| today.before(ago));
    let (mut ruler, mut strip, mut seen) = (String::new(), String::new(), Vec::new());
    for day in days {
        ruler.push_str(&format!("{:<4}", format!("{:02}", day.date().day())));
        for (from, to) in parts(day) {
            let activity = shown(timeline, from, to);
            strip.push(activity.map_or(' ', sign));
            seen.extend(activity);
        }
    }
    let kinds = [
        Activity::On,
        Activity::InternetDown,
        Activity::Off,
        Activity::Asleep,
        Activity::PowerCut,
        Activity::Paused,
        Activity::Stopped,
        Activity::Unknown,
    ];
    let legend = kinds
        .iter()
        .filter(|kind| seen.iter().any(|one| sign(*one) == sign(**kind)))
        .map(|kind| format!("{} {}", sign(*kind), meaning(*kind, v)));
    vec![ruler, strip, legend.collect::<Vec<_>>().join(" ")]
}

/// When the PC was last on with the controller in reach; `None` if never in this part
/// of its timeline.
pub(super) fn last_good(timeline: &[TimelineInterval]) -> Option<Timestamp> {
    let on = |part: &&TimelineInterval| part.activity == Activity::On;
    timeline.iter().filter(on).map(|part| part.to).max()
}

/// The parts of a local day; one of them is an hour shorter or longer when the clocks change.
fn parts(day: Day) -> [(i64, i64); 4] {
    let begins = PARTS.map(|hour| {
        let at = day.date().to_datetime(Time::constant(hour, 0, 0, 0));
        let at = at.to_zoned(paris());
        at.map_or(i64::MAX, |at| at.timestamp().as_millisecond())
    });
    let [a, b, c, d] = begins;
    [(a, b), (b, c), (c, d), (d, day.next().begins(&paris()))]
}

/// What stands for a part of a day: what the PC did for longest while it was running, or
/// else for longest. A PC that was on for an hour was there.
fn shown(timeline: &[TimelineInterval], from: i64, to: i64) -> Option<Activity> {
    let mut spent: Vec<(Activity, i64)> = Vec::new();
    for part in timeline {
        let begin = part.from.as_millisecond().max(from);
        let end = part.to.as_millisecond().min(to);
        if begin < end {
            match spent.iter_mut().find(|(one, _)| *one == part.activity) {
                Some((_, ms)) => *ms += end - begin,
                None => spent.push((part.activity, end - begin)),
            }
        }
    }
    let longest = spent
        .iter()
        .max_by_key(|(activity, ms)| (is_running(*activity), *ms));
    longest.map(|(activity, _)| *activity)
}

fn is_running(activity: Activity) -> bool {
    matches!(sign(activity), '█' | '▒')
}

fn sign(activity: Activity) -> char {
    match activity {
        Activity::On => '█',
        Activity::LinkDown
        | Activity::GatewayDown
        | Activity::DnsDown
        | Activity::InternetDown
        | Activity::ControllerDown => '▒',
        Activity::Off => '·',
        Activity::Asleep => '-',
        Activity::PowerCut => '!',
        Activity::Paused => '=',
        Activity::Stopped => 'x',
        Activity::Unknown => '?',
    }
}

/// In fewer words than elsewhere: all of them stand on one line.
fn meaning(activity: Activity, v: &Voice) -> &'static str {
    match activity {
        Activity::InternetDown => v.say("hors réseau", "no network"),
        Activity::Asleep => v.say("veille", "asleep"),
        Activity::PowerCut => v.say("coupure", "power cut"),
        Activity::Paused => v.say("pause", "paused"),
        Activity::Stopped => v.say("arrêté", "stopped"),
        other => v.activity(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use declic_common::Lang;

    fn part(from: &str, to: &str, activity: Activity) -> TimelineInterval {
        TimelineInterval {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            activity,
        }
    }

    #[test]
    fn a_part_of_a_day_shows_what_a_running_pc_did_and_else_the_longest() {
        // The clocks of Paris went back on the day before.
        let now: Timestamp = "2026-10-26T14:00:00Z".parse().unwrap();
        let timeline = [
            part(
                "2026-10-24T22:00:00Z",
                "2026-10-25T07:00:00Z",
                Activity::Off,
            ),
            part(
                "2026-10-25T07:00:00Z",
                "2026-10-25T08:00:00Z",
                Activity::DnsDown,
            ),
            part("2026-10-25T08:00:00Z", "2026-10-25T08:10:00Z", Activity::On),
            part(
                "2026-10-25T08:10:00Z",
                "2026-10-25T22:00:00Z",
                Activity::Asleep,
            ),
            part(
                "2026-10-25T22:00:00Z",
                "2026-10-26T10:00:00Z",
                Activity::Unknown,
            ),
            part("2026-10-26T10:00:00Z", "2026-10-26T14:00:00Z", Activity::On),
        ];
        let [ruler, strip, legend] = &lines(&timeline, now, &Voice::new(Lang::Fr, now))[..] else {
            panic!("three lines");
        };
        assert!(
            ruler.starts_with("13  14  ") && ruler.trim_end().ends_with("25  26"),
            "{ruler}"
        );
        assert_eq!(strip.chars().count(), 56);
        assert_eq!(strip.trim_start(), "·▒--?██ ");
        assert!(
            legend.starts_with("█ allumé ▒ hors réseau · éteint"),
            "{legend}"
        );
        assert!(
            !legend.contains('!'),
            "what does not occur is not explained"
        );
        assert_eq!(last_good(&timeline), Some(now));
        assert_eq!(last_good(&timeline[..2]), None);
    }
}

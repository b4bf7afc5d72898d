//! Usage data: bytes through the network cards, and minutes of use by band of the day.
//!
//! Nothing is read here, not even between reports, until a report is asked for
//! with usage; then counting starts from nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use declic_common::report::{ActiveMinutes, Usage};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Clocks;
use super::files::Files;
use super::link::INTERFACES;
use super::sources::Question;

/// logind is asked no more often: an idle session becomes so after minutes.
const ASK_MS: u64 = 60_000;

/// A longer silence between two samples is not counted as use.
const GAP_MS: u64 = 5 * 60_000;

const SEAT: &str = "run/systemd/seats/seat0";

/// What was counted since the last report, while the household agrees.
#[derive(Debug, Default)]
pub(super) struct UsageMeter {
    counting: Option<Counting>,
}

#[derive(Debug)]
struct Counting {
    /// Received and sent bytes of each card at the last report.
    cards: BTreeMap<String, (u64, u64)>,
    zone: TimeZone,
    /// `awake_ms` of the last sample, and of the last question to logind.
    sampled: u64,
    asked: Option<u64>,
    /// Somebody used the session at the last answer; `None` without logind.
    active: Option<bool>,
    /// Use since the last report, in ms, by band of six hours.
    bands: [u64; 4],
}

impl UsageMeter {
    /// Whether the last report was one with usage.
    pub(super) fn is_counting(&self) -> bool {
        self.counting.is_some()
    }

    /// Between two reports: whether somebody is there.
    pub(super) fn sample(&mut self, files: &mut Files, clocks: &Clocks) {
        if let Some(counting) = &mut self.counting {
            counting.sample(files, clocks);
        }
    }

    /// At a report. Without consent there is no time to count at, and everything counted is
    /// forgotten.
    pub(super) fn read(&mut self, files: &mut Files, clocks: Option<&Clocks>) -> Option<Usage> {
        let Some(clocks) = clocks else {
            self.counting = None;
            return None;
        };
        let Some(counting) = &mut self.counting else {
            self.counting = Some(Counting {
                cards: cards(files),
                zone: zone(files),
                sampled: clocks.awake_ms,
                asked: None,
                active: None,
                bands: [0; 4],
            });
            return None;
        };
        counting.sample(files, clocks);
        let (rx, tx) = counting.bytes(files);
        let usage = Usage {
            rx_bytes: rx,
            tx_bytes: tx,
            active_minutes: counting.minutes(),
        };
        counting.zone = zone(files);
        (usage != Usage::default()).then_some(usage)
    }
}

impl Counting {
    fn sample(&mut self, files: &mut Files, clocks: &Clocks) {
        let now = clocks.awake_ms;
        let due = self
            .asked
            .is_none_or(|asked| now.saturating_sub(asked) >= ASK_MS);
        if due {
            self.active = active(files);
            self.asked = Some(now);
        }
        let passed = now.saturating_sub(self.sampled);
        self.sampled = now;
        if self.active == Some(true)
            && passed <= GAP_MS
            && let Ok(local) = Timestamp::from_millisecond(clocks.wall_ms)
        {
            let hour = local.to_zoned(self.zone.clone()).hour();
            self.bands[(hour / 6).clamp(0, 3) as usize] += passed;
        }
    }

    /// Whole minutes; what is left of one is kept for the next report.
    fn minutes(&mut self) -> Option<ActiveMinutes> {
        self.active?;
        let [night, morning, afternoon, evening] = self.bands.each_mut().map(|ms| {
            let minutes = *ms / 60_000;
            *ms %= 60_000;
            u16::try_from(minutes).ok().filter(|m| *m <= 1440)
        });
        Some(ActiveMinutes {
            night,
            morning,
            afternoon,
            evening,
        })
    }

    /// Bytes since the last report over all cards.
    fn bytes(&mut self, files: &mut Files) -> (Option<u64>, Option<u64>) {
        let now = cards(files);
        let mut sums = (0u64, 0u64);
        for (name, (rx, tx)) in &now {
            // A card that is new, or whose counters went back, counts from zero.
            let (old_rx, old_tx) = self.cards.get(name).copied().unwrap_or_default();
            let since = |new: u64, old: u64| if new < old { new } else { new - old };
            sums.0 = sums.0.saturating_add(since(*rx, old_rx));
            sums.1 = sums.1.saturating_add(since(*tx, old_tx));
        }
        let known = !now.is_empty();
        self.cards = now;
        let told = |sum: u64| (known && sum <= 1 << 60).then_some(sum);
        (told(sums.0), told(sums.1))
    }
}

/// Counters of the physical interfaces, from `/proc/net/dev`.
fn cards(files: &mut Files) -> BTreeMap<String, (u64, u64)> {
    let mut cards = BTreeMap::new();
    for line in files.lines("proc/net/dev").into_iter().flatten() {
        let Some((name, counters)) = line.split_once(':') else {
            continue;
        };
        let mut counters = counters.split_ascii_whitespace().map(str::parse::<u64>);
        if let (Some(Ok(rx)), Some(Ok(tx))) = (counters.next(), counters.nth(7)) {
            cards.insert(name.trim().to_owned(), (rx, tx));
        }
    }
    cards.retain(|name, _| files.exists(format!("{INTERFACES}/{name}/device")));
    cards
}

/// The PC's own time zone; Debian means UTC when there is no file.
fn zone(files: &mut Files) -> TimeZone {
    files
        .bytes("etc/localtime")
        .and_then(|bytes| TimeZone::tzif("local", bytes).ok())
        .unwrap_or(TimeZone::UTC)
}

/// Whether a person's session is in front of the screen and not idle; `None`
/// without logind. Who it is stays unread.
fn active(files: &mut Files) -> Option<bool> {
    if !files.exists(SEAT) {
        // Without a seat nobody sits there, as far as logind is there to say.
        return files.exists("run/systemd/sessions").then_some(false);
    }
    let told = files.value(SEAT, "IS_SEAT0").is_some();
    let Some(session) = files.value(SEAT, "ACTIVE") else {
        return told.then_some(false);
    };
    if !session.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let note = format!("run/systemd/sessions/{session}");
    // The login screen and what runs in the background are sessions too.
    let class = files.value(&note, "CLASS")?;
    if !class.starts_with("user") || files.value(&note, "ACTIVE").as_deref() != Some("1") {
        return Some(false);
    }
    // The files do not say whether it is idle.
    let answer = files.sources.ask(&Question {
        file: "idle-hint",
        program: "loginctl",
        args: &["show-session", &session, "--property=IdleHint", "--value"],
        within: Duration::from_secs(1),
        must_succeed: true,
    })?;
    match answer.trim() {
        "no" => Some(true),
        "yes" => Some(false),
        _ => None,
    }
}

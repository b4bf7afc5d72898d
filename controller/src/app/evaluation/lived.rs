//! One stay of a PC in a home, as rows: its days, what its household agreed to, outages and
//! silences.

use std::collections::BTreeMap;

use declic_common::report::Consent;
use declic_common::timeline::Activity;
use declic_evaluation::dataset::{self as rows, Dataset};
use declic_evaluation::vocabulary::{ConsentLevel, OutageCause, SilenceCause};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::days::Stay;
use super::words::rung;
use super::{Home, Source};
use crate::app::registry::Entry;
use crate::domain::days::Day;
use crate::store::records::Placement;

/// An outage, or a silence, that is shorter than this is none of an evaluation.
const OUTAGE_MIN_MS: i64 = 24 * 3_600_000;
const SILENCE_MIN_DAYS: i32 = 7;
const MINUTE_MS: i64 = 60_000;

/// Changes of consent: from each moment on (ms UTC), in order.
pub(super) type Consents = Vec<(i64, Consent)>;

/// One stay of a PC in a home.
pub(super) struct Lived<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) entry: &'a Entry,
    pub(super) placement: &'a Placement,
    pub(super) device: rows::Key,
    pub(super) home: &'a Home,
    pub(super) consents: &'a Consents,
    pub(super) zone: &'a TimeZone,
}

impl Lived<'_> {
    /// Whether the household had agreed to usage data by this moment.
    fn usage_at(&self, ms: i64) -> bool {
        let before = self.consents.iter().rev().find(|(at, _)| *at <= ms);
        before.is_some_and(|(_, level)| *level == Consent::Usage)
    }

    /// For the whole day, as long as the PC was there.
    fn usage_on(&self, day: Day) -> bool {
        let (from, to) = (day.begins(self.zone), day.next().begins(self.zone));
        let from = from.max(self.placement.from);
        self.usage_at(from)
            && !self
                .consents
                .iter()
                .any(|(at, level)| (from..to).contains(at) && *level != Consent::Usage)
    }

    pub(super) fn consents(&self, data: &mut Dataset) {
        let end = self.placement.to.unwrap_or(self.source.now);
        let mut from = Day::of(self.placement.from, self.zone);
        let last = Day::of(end, self.zone);
        let mut day = from;
        let mut put = |from: Day, to: Day, usage: bool, open: bool| {
            data.consents.push(rows::Consent {
                household: self.home.key,
                from: from.date(),
                to: (!open).then(|| to.date()),
                level: match usage {
                    true => ConsentLevel::Usage,
                    false => ConsentLevel::Maintenance,
                },
            });
        };
        while day < last {
            let next = day.next();
            if self.usage_on(next) != self.usage_on(from) {
                put(from, next, self.usage_on(from), false);
                from = next;
            }
            day = next;
        }
        let open = self.placement.to.is_none();
        if open || from < last {
            put(from, last, self.usage_on(from), open);
        }
    }

    pub(super) fn days(&self, stay: &Stay, data: &mut Dataset) {
        for (day, seen) in &stay.days {
            let date = day.date();
            if !self.source.period.holds(date) {
                continue;
            }
            let usage = self.usage_on(*day);
            let finely = |activity| usage.then(|| seen.minutes_of(activity)).flatten();
            data.device_days.push(rows::DeviceDay {
                device: self.device,
                household: self.home.key,
                day: date,
                usage_consent: usage,
                on_minutes: usage.then(|| seen.on_minutes()).flatten(),
                longest_unknown_minutes: seen.longest_unknown.and_then(|n| u16::try_from(n).ok()),
                unknown_minutes: seen.minutes_of(Activity::Unknown),
                connected: seen.connected(),
                reached_minutes: finely(Activity::On),
                link_down_minutes: finely(Activity::LinkDown),
                gateway_down_minutes: finely(Activity::GatewayDown),
                dns_down_minutes: finely(Activity::DnsDown),
                internet_down_minutes: finely(Activity::InternetDown),
                controller_down_minutes: finely(Activity::ControllerDown),
                blocked: self.blocked(date),
            });
        }
    }

    /// A ticket about the machine itself was open all day.
    fn blocked(&self, day: Date) -> bool {
        use declic_common::ticket::Category;
        let tickets = self.source.tickets.iter();
        tickets
            .filter(|ticket| ticket.device == self.entry.device.id)
            .filter(|ticket| matches!(ticket.category, Category::Hardware | Category::System))
            .any(|ticket| {
                let on = |ms| Day::of(ms, self.zone).date();
                on(ticket.opened_at) < day && ticket.solved_at.is_none_or(|at| on(at) > day)
            })
    }

    /// Time on without the network, over the nights in between, until it reached again.
    pub(super) fn outages(&self, stay: &Stay, data: &mut Dataset) {
        let mut open: Option<(i64, i64, OutageCause)> = None;
        let mut close = |open: &mut Option<(i64, i64, OutageCause)>, recovered: bool| {
            let Some((from, lasted, cause)) = open.take() else {
                return;
            };
            if lasted > OUTAGE_MIN_MS {
                data.outages.push(rows::Outage {
                    device: self.device,
                    household: self.home.key,
                    from: Day::of(from, self.zone).date(),
                    lasted_minutes: u32::try_from(lasted / MINUTE_MS).unwrap_or(u32::MAX),
                    cause,
                    recovered,
                });
            }
        };
        for part in &stay.intervals {
            match (part.activity, rung(part.activity)) {
                (Activity::On, _) => close(&mut open, true),
                (_, Some(cause)) => {
                    let lasts = part.to - part.from;
                    open = Some(match open {
                        // The lowest rung that failed in all this time.
                        Some((from, lasted, before)) => (from, lasted + lasts, before.min(cause)),
                        None => (part.from, lasts, cause),
                    });
                }
                _ => {}
            }
        }
        close(&mut open, false);
    }

    /// Weeks without an exchange.
    pub(super) fn silences(&self, stay: &Stay, data: &mut Dataset) {
        let mut begun: Option<(Day, Activity)> = None;
        let mut before = Activity::Unknown;
        let end = stay.days.keys().next_back().map(|day| day.next());
        let days = stay
            .days
            .iter()
            .map(|(day, seen)| (*day, seen.connected() == Some(true), seen.most_alive));
        // One more, on which the stay is over.
        let over = end.map(|day| (day, true, Activity::Unknown));
        for (day, spoke, activity) in days.chain(over) {
            match (spoke, begun) {
                (false, None) => begun = Some((day, before)),
                (true, Some((from, last))) => {
                    begun = None;
                    if day.0 - from.0 >= SILENCE_MIN_DAYS {
                        let goes_on = Some(day) == end;
                        data.silences.push(rows::Silence {
                            device: self.device,
                            household: self.home.key,
                            from: from.date(),
                            to: (!goes_on).then(|| day.date()),
                            cause: self.why_silent(from, day, last),
                        });
                    }
                }
                _ => {}
            }
            if spoke {
                before = activity;
            }
        }
    }

    /// As it was found out: the household left, a ticket tells of the machine, its last word was
    /// of the network, or of a shutdown; otherwise nobody knows.
    fn why_silent(&self, from: Day, to: Day, last: Activity) -> SilenceCause {
        use declic_common::ticket::{Category, Cause};
        let within = |day: Date| from.date() <= day && day <= to.date();
        if self.home.left_on.is_some_and(within) {
            return SilenceCause::GivenUp;
        }
        let tickets = self.source.tickets.iter();
        let mut about = tickets
            .filter(|ticket| ticket.device == self.entry.device.id)
            .filter(|ticket| within(Day::of(ticket.opened_at, self.zone).date()));
        if about.any(|ticket| {
            ticket.cause != Cause::Overdue
                && matches!(ticket.category, Category::Hardware | Category::Storage)
        }) {
            return SilenceCause::Fault;
        }
        match last {
            Activity::Off => SilenceCause::Off,
            failing if rung(failing).is_some() => SilenceCause::Internet,
            _ => SilenceCause::Unknown,
        }
    }
}

/// A household with two PCs in turn has one consent at a time: what begins later counts.
pub(super) fn merge_consents(data: &mut Dataset) {
    let mut kept: BTreeMap<(rows::Key, Date), rows::Consent> = BTreeMap::new();
    for row in data.consents.drain(..) {
        kept.insert((row.household, row.from), row);
    }
    let mut rows: Vec<rows::Consent> = kept.into_values().collect();
    for n in 1..rows.len() {
        let (before, after) = rows.split_at_mut(n);
        let (last, next) = (&mut before[n - 1], &after[0]);
        if last.household == next.household && last.to.is_none_or(|to| to > next.from) {
            last.to = Some(next.from);
        }
    }
    data.consents = rows;
}

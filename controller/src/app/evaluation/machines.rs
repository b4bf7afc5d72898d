//! Rows about PCs: where they stood, what each of their days was like, what broke.

use std::collections::BTreeMap;

use declic_common::api::Place;
use declic_common::journal::EventKind;
use declic_common::report::Consent;
use declic_common::ticket::Change;
use declic_common::timeline::Activity;
use declic_evaluation::dataset::{self as rows, Dataset};
use declic_evaluation::vocabulary::{
    ConsentLevel, DeviceKind, Exit, OutageCause, Place as RowPlace, SilenceCause,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::days::{Stay, stay};
use super::words::{barrier, category, origin, priority, repair, rung};
use super::{Home, Homes, Source};
use crate::app::registry::{Entry, for_each};
use crate::app::ticket::stored;
use crate::domain::days::{Day, paris};
use crate::domain::ticket::Ticket;
use crate::store::record::decode;
use crate::store::records::{JournalRow, Placement};
use crate::store::{StoreError, keys};

/// An outage, or a silence, that is shorter than this is none of an evaluation.
const OUTAGE_MIN_MS: i64 = 24 * 3_600_000;
const SILENCE_MIN_DAYS: i32 = 7;
const MINUTE_MS: i64 = 60_000;

/// A change of consent: from this moment on (ms UTC).
type Consents = Vec<(i64, Consent)>;

pub(super) fn gather(
    source: &Source<'_>,
    homes: &Homes,
    data: &mut Dataset,
) -> Result<(), StoreError> {
    let zone = paris();
    let sites: Vec<String> = data.sites.iter().map(|site| site.site.clone()).collect();
    for entry in &source.entries {
        let stays = || entry.placements.periods.iter();
        let ours = |stay: &&Placement| home_of(homes, stay).is_some();
        let in_workshop = |stay: &&Placement| {
            stay.place == Place::Seat && stay.site.as_ref().is_some_and(|site| sites.contains(site))
        };
        if !stays().any(|stay| ours(&stay) || in_workshop(&stay)) {
            continue;
        }
        let device = source.key.pseudonym('d', &entry.device.id.to_string());
        data.devices.push(rows::Device {
            device,
            kind: DeviceKind::Other,
            lot: None,
            received_on: None,
            mass_g: None,
        });
        let consents = consents(source, entry)?;
        for (n, placement) in entry.placements.periods.iter().enumerate() {
            let next = &entry.placements.periods[n + 1..];
            if let Some(home) = home_of(homes, placement) {
                let exit = exit(source, entry, placement, next);
                data.placements
                    .push(placed(device, placement, Some(home), exit, &zone));
                let seen = stay(source, entry, placement, &zone)?;
                let about = Lived {
                    source,
                    entry,
                    placement,
                    device,
                    home,
                    consents: &consents,
                    zone: &zone,
                };
                about.consents(data);
                about.days(&seen, data);
                about.outages(&seen, data);
                about.silences(&seen, data);
            } else if in_workshop(&placement) {
                data.placements
                    .push(placed(device, placement, None, None, &zone));
            }
        }
        tickets(source, homes, entry, device, &sites, data)?;
    }
    merge_consents(data);
    Ok(())
}

fn home_of<'a>(homes: &'a Homes, placement: &Placement) -> Option<&'a Home> {
    homes.get(placement.household.as_ref()?)
}

fn placed(
    device: rows::Key,
    placement: &Placement,
    home: Option<&Home>,
    exit: Option<Exit>,
    zone: &TimeZone,
) -> rows::Placement {
    rows::Placement {
        device,
        place: match placement.place {
            Place::Home => RowPlace::Home,
            Place::Seat => RowPlace::Seat,
            Place::Bench => RowPlace::Bench,
            Place::Stock => RowPlace::Stock,
        },
        household: home.map(|home| home.key),
        site: match home {
            Some(_) => None,
            None => placement.site.clone(),
        },
        from: Day::of(placement.from, zone).date(),
        to: placement.to.map(|to| Day::of(to, zone).date()),
        exit,
        erasure_proof: None,
        signed_by_household: None,
        signed_by_carrier: None,
        grade: None,
        age_months: None,
        power_on_hours: None,
    }
}

/// How a stay ended: a PC that came back to the same home was repaired, and one whose home got
/// another within a week was exchanged.
fn exit(
    source: &Source<'_>,
    entry: &Entry,
    placement: &Placement,
    next: &[Placement],
) -> Option<Exit> {
    let to = placement.to?;
    if next
        .iter()
        .any(|later| later.household == placement.household)
    {
        return None;
    }
    let week = 7 * 86_400_000;
    let replaced = source
        .entries
        .iter()
        .filter(|other| other.device.id != entry.device.id)
        .flat_map(|other| other.placements.periods.iter())
        .any(|other| {
            other.household == placement.household && (to - week..to + week).contains(&other.from)
        });
    Some(match replaced {
        true => Exit::Swapped,
        false => Exit::Returned,
    })
}

/// What the household agreed to, as the journals tell and the last report says. Blocks.
fn consents(source: &Source<'_>, entry: &Entry) -> Result<Consents, StoreError> {
    let mut changes = Consents::new();
    let range = keys::of_device(keys::core::JOURNAL, entry.device.id);
    for_each(source.store, range, |key, value| {
        let row: JournalRow = decode(value)?;
        let at = keys::time_of(key);
        let told = row
            .events
            .iter()
            .filter(|event| event.kind == Some(EventKind::Consent));
        for (at, level) in told.filter_map(|event| at.zip(event.consent)) {
            changes.push((at, level));
        }
        Ok(())
    })?;
    changes.sort_by_key(|(at, _)| *at);
    if changes.is_empty() && entry.agrees_to_usage() {
        changes.push((i64::MIN, Consent::Usage));
    }
    Ok(changes)
}

/// One stay of a PC in a home.
struct Lived<'a> {
    source: &'a Source<'a>,
    entry: &'a Entry,
    placement: &'a Placement,
    device: rows::Key,
    home: &'a Home,
    consents: &'a Consents,
    zone: &'a TimeZone,
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

    fn consents(&self, data: &mut Dataset) {
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

    fn days(&self, stay: &Stay, data: &mut Dataset) {
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
    fn outages(&self, stay: &Stay, data: &mut Dataset) {
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
    fn silences(&self, stay: &Stay, data: &mut Dataset) {
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
fn merge_consents(data: &mut Dataset) {
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

fn tickets(
    source: &Source<'_>,
    homes: &Homes,
    entry: &Entry,
    device: rows::Key,
    sites: &[String],
    data: &mut Dataset,
) -> Result<(), StoreError> {
    let zone = paris();
    let of_it = source
        .tickets
        .iter()
        .filter(|ticket| ticket.device == entry.device.id);
    for ticket in of_it {
        let stay = stay_at(entry, ticket);
        let home = stay.and_then(|stay| home_of(homes, stay));
        let site = stay.and_then(|stay| stay.site.clone());
        let site = site.or_else(|| entry.site().map(str::to_owned));
        let Some(site) = site.filter(|site| sites.contains(site)) else {
            continue;
        };
        let opened_on = Day::of(ticket.opened_at, &zone).date();
        if !source.period.holds(opened_on) {
            continue;
        }
        let events = stored::events(source.store, &source.ring, ticket.id)?;
        let visits = events
            .iter()
            .filter(|event| matches!(event.change, Change::Visited { .. }));
        let minutes = |ms: u64| u32::try_from(ms / 60_000).unwrap_or(u32::MAX);
        data.tickets.push(rows::Ticket {
            ticket: source.key.pseudonym('t', &ticket.id.to_string()),
            device: Some(device),
            household: home.map(|home| home.key),
            site,
            category: category(ticket.category),
            priority: priority(ticket.priority),
            origin: origin(ticket.origin),
            opened_on,
            first_response_minutes: ticket
                .responded
                .then(|| minutes(ticket.first_response.read(source.now))),
            resolved_on: ticket.solved_at.map(|at| Day::of(at, &zone).date()),
            resolution_minutes: ticket
                .solved_at
                .map(|_| minutes(ticket.resolution.read(source.now))),
            visits: u32::try_from(visits.count()).unwrap_or(u32::MAX),
            repair_outcome: ticket.repair.map(repair),
            barrier: ticket.barrier.map(barrier),
        });
    }
    Ok(())
}

/// Where the PC stood when a ticket was opened.
fn stay_at<'a>(entry: &'a Entry, ticket: &Ticket) -> Option<&'a Placement> {
    let mut stays = entry.placements.periods.iter().rev();
    stays.find(|stay| stay.from <= ticket.opened_at)
}

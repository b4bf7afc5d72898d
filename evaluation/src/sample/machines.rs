//! PCs, their days in the homes, outages, silences, tickets and repairs.

use jiff::civil::Date;

use super::{Home, Maker, period};
use crate::calendar::{Period, days_after, days_between};
use crate::dataset::{
    Device, DeviceDay, DiskCheck, Key, Lot, Outage, Placement, Repair, Silence, Ticket,
};
use crate::vocabulary::{
    Barrier, Category, DeviceKind, DiskVerdict, Exit, Grade, Origin, OutageCause, Place, Priority,
    RepairOutcome, SilenceCause,
};

pub(super) fn make(maker: &mut Maker, homes: &[Home]) {
    let lots: Vec<Key> = (0..3).map(|number| maker.key('l', number)).collect();
    for (number, lot) in lots.iter().enumerate() {
        let received_on = days_after(period().from, number as i32 * 12);
        let accepted = maker.shape.homes * 40 / 100;
        let rejected = maker.shape.homes * maker.dice.between(6, 12) / 100;
        maker.data.lots.push(Lot {
            lot: *lot,
            received_on,
            announced: Some(accepted + rejected),
            accepted,
            rejected,
        });
    }
    let mut next = homes.len();
    for (number, home) in homes.iter().enumerate() {
        let mut device = maker.key('d', number);
        let ends = home.left_on.unwrap_or(period().to);
        let mut from = home.installed_on;
        new_device(maker, device, lots[number % 3]);
        let swaps = maker.dice.pick(&[(0, 88), (1, 10), (2, 2)]);
        for _ in 0..swaps {
            let length = days_between(from, ends);
            if length < 60 {
                break;
            }
            let to = days_after(from, maker.dice.between(20, length as u32 - 20) as i32);
            live(maker, home, device, from, Some(to), Some(Exit::Swapped));
            from = to;
            device = maker.key('d', next);
            new_device(maker, device, lots[2]);
            next += 1;
        }
        let exit = home.left_on.map(|_| {
            maker.dice.pick(&[
                (Exit::Returned, 6),
                (Exit::Lost, 2),
                (Exit::Kept, 2),
                (Exit::Recycled, 1),
            ])
        });
        live(maker, home, device, from, home.left_on, exit);
    }
}

fn new_device(maker: &mut Maker, device: Key, lot: Key) {
    let kind = maker
        .dice
        .pick(&[(DeviceKind::Desktop, 8), (DeviceKind::Laptop, 2)]);
    let mass = if kind == DeviceKind::Desktop {
        8_000
    } else {
        2_200
    };
    let mass_g = maker
        .dice
        .chance(95)
        .then(|| mass + maker.dice.between(0, 1500));
    let received_on = Some(days_after(
        period().from,
        -(maker.dice.between(3, 25) as i32),
    ));
    maker.data.devices.push(Device {
        device,
        kind,
        lot: Some(lot),
        received_on,
        mass_g,
    });
}

/// How one PC is used in one home.
struct Habit {
    /// Days in a hundred on which it is switched on.
    often: u32,
    /// Minutes of an ordinary day.
    long: u32,
    /// From when on it is not switched on again.
    given_up: Option<Date>,
    outages: Vec<(Period, OutageCause)>,
    faults: Vec<Period>,
}

fn habit(maker: &mut Maker, stay: Period) -> Habit {
    let length = stay.days() as u32;
    let never = maker.dice.chance(2);
    let fades = maker.dice.chance(16);
    let given_up = if never {
        Some(stay.from)
    } else {
        fades.then(|| days_after(stay.from, maker.dice.between(1, length.max(2)) as i32))
    };
    let mut spells = |chance: u32, most: u32| {
        let mut found = Vec::new();
        while maker.dice.chance(chance) && found.len() < 4 {
            let from = days_after(stay.from, maker.dice.between(0, length) as i32);
            let to = days_after(from, maker.dice.between(1, most) as i32);
            found.push(Period::new(from, to));
        }
        found
    };
    let (broken, cut) = (spells(26, 12), spells(20, 9));
    let causes = [
        (OutageCause::Link, 3),
        (OutageCause::Gateway, 3),
        (OutageCause::Dns, 1),
        (OutageCause::Internet, 5),
        (OutageCause::Controller, 1),
    ];
    Habit {
        often: maker.dice.pick(&[(90, 5), (70, 4), (45, 3), (20, 1)]),
        long: maker
            .dice
            .pick(&[(50, 2), (110, 4), (230, 4), (420, 2), (650, 1)]),
        given_up,
        outages: cut
            .into_iter()
            .map(|spell| (spell, maker.dice.pick(&causes)))
            .collect(),
        faults: broken,
    }
}

fn live(
    maker: &mut Maker,
    home: &Home,
    device: Key,
    from: Date,
    to: Option<Date>,
    exit: Option<Exit>,
) {
    let known = maker.dice.chance(98);
    maker.data.placements.push(Placement {
        device,
        place: Place::Home,
        household: Some(home.key),
        site: None,
        from,
        to,
        exit,
        erasure_proof: known.then(|| maker.dice.chance(99)),
        signed_by_household: known.then(|| maker.dice.chance(97)),
        signed_by_carrier: known.then_some(true),
        grade: Some(
            maker
                .dice
                .pick(&[(Grade::A, 3), (Grade::B, 5), (Grade::C, 2)]),
        ),
        age_months: maker.dice.chance(94).then(|| maker.dice.between(40, 110)),
        power_on_hours: maker
            .dice
            .chance(90)
            .then(|| maker.dice.between(2_000, 26_000)),
    });
    let stay = Period::new(from, to.unwrap_or(period().to));
    let habit = habit(maker, stay);
    days(maker, home, device, stay, &habit);
    for (spell, cause) in &habit.outages {
        outage(maker, home, device, spell.and(stay), *cause);
    }
    tickets(maker, home, device, stay, &habit);
}

fn days(maker: &mut Maker, home: &Home, device: Key, stay: Period, habit: &Habit) {
    let mut silent_from = None;
    for day in stay.each_day() {
        let broken = habit.faults.iter().any(|spell| spell.holds(day));
        let cut = habit
            .outages
            .iter()
            .find(|(spell, _)| spell.holds(day))
            .map(|(_, cause)| *cause);
        let over = habit.given_up.is_some_and(|gone| gone <= day);
        let on = if over || broken || !maker.dice.chance(habit.often) {
            0
        } else {
            maker.dice.between(habit.long / 3, habit.long * 5 / 3) as u16
        };
        // Of one day in a hundred nothing ever arrives.
        let lost = maker.dice.chance(1);
        let seen = on > 0 && cut.is_none() && !lost;
        if seen {
            silence(maker, home, device, silent_from.take(), Some(day), habit);
        } else {
            silent_from = silent_from.or(Some(day));
        }
        if lost {
            continue;
        }
        let consent = home.withdrawn_on.is_none_or(|withdrawn| day < withdrawn);
        let when = |cause: OutageCause| consent.then_some(if cut == Some(cause) { on } else { 0 });
        let unknown = if maker.dice.chance(3) {
            maker.dice.between(30, 400) as u16
        } else {
            0
        };
        maker.data.device_days.push(DeviceDay {
            device,
            household: home.key,
            day,
            usage_consent: consent,
            on_minutes: consent.then_some(on),
            longest_unknown_minutes: Some(unknown),
            unknown_minutes: Some(unknown),
            connected: Some(seen),
            reached_minutes: consent.then_some(if seen { on } else { 0 }),
            link_down_minutes: when(OutageCause::Link),
            gateway_down_minutes: when(OutageCause::Gateway),
            dns_down_minutes: when(OutageCause::Dns),
            internet_down_minutes: when(OutageCause::Internet),
            controller_down_minutes: when(OutageCause::Controller),
            blocked: broken,
        });
    }
    silence(maker, home, device, silent_from, None, habit);
}

fn silence(
    maker: &mut Maker,
    home: &Home,
    device: Key,
    from: Option<Date>,
    to: Option<Date>,
    habit: &Habit,
) {
    let Some(from) = from else { return };
    if days_between(from, to.unwrap_or(period().to)) < 7 {
        return;
    }
    let touches = |spell: &Period| spell.from <= days_after(from, 3) && from < spell.to;
    let cause = if habit
        .given_up
        .is_some_and(|gone| gone <= days_after(from, 6))
    {
        maker
            .dice
            .pick(&[(SilenceCause::GivenUp, 4), (SilenceCause::Unknown, 1)])
    } else if habit.faults.iter().any(touches) {
        SilenceCause::Fault
    } else if habit.outages.iter().any(|(spell, _)| touches(spell)) {
        SilenceCause::Internet
    } else {
        maker
            .dice
            .pick(&[(SilenceCause::Off, 6), (SilenceCause::Unknown, 1)])
    };
    maker.data.silences.push(Silence {
        device,
        household: home.key,
        from,
        to,
        cause,
    });
}

fn outage(maker: &mut Maker, home: &Home, device: Key, spell: Period, cause: OutageCause) {
    if spell.is_empty() {
        return;
    }
    let lasted_minutes = spell.days() as u32 * maker.dice.between(300, 1440);
    let recovered = maker.dice.chance(94);
    let (household, from) = (home.key, spell.from);
    maker.data.outages.push(Outage {
        device,
        household,
        from,
        lasted_minutes,
        cause,
        recovered,
    });
}

fn tickets(maker: &mut Maker, home: &Home, device: Key, stay: Period, habit: &Habit) {
    let network = habit
        .outages
        .iter()
        .map(|(spell, _)| (*spell, Some(Category::Network)));
    let broken = habit.faults.iter().map(|spell| (*spell, None));
    for (spell, category) in network.chain(broken).collect::<Vec<_>>() {
        let spell = spell.and(stay);
        if spell.is_empty() {
            continue;
        }
        let category = category.unwrap_or_else(|| {
            maker.dice.pick(&[
                (Category::Hardware, 4),
                (Category::Disk, 4),
                (Category::Os, 5),
                (Category::Peripheral, 3),
                (Category::Account, 2),
                (Category::HowTo, 5),
                (Category::Malware, 1),
                (Category::Other, 1),
            ])
        });
        let repaired = matches!(category, Category::Hardware | Category::Disk);
        let solved = maker.dice.chance(95);
        let ticket = maker.key('t', maker.data.tickets.len());
        let outcomes = [
            (RepairOutcome::Fixed, 7),
            (RepairOutcome::Repairable, 1),
            (RepairOutcome::EndOfLife, 2),
            (RepairOutcome::Unknown, 1),
        ];
        let repair_outcome = repaired.then(|| maker.dice.pick(&outcomes));
        let worn = repair_outcome == Some(RepairOutcome::EndOfLife);
        let barrier = worn.then(|| {
            let barriers = [(Barrier::WornOut, 3), (Barrier::NoParts, 2)];
            maker.dice.pick(&barriers)
        });
        maker.data.tickets.push(Ticket {
            ticket,
            device: Some(device),
            household: Some(home.key),
            site: home.site.clone(),
            category,
            priority: maker.dice.pick(&[
                (Priority::Urgent, 1),
                (Priority::Normal, 7),
                (Priority::Low, 2),
            ]),
            origin: maker.dice.pick(&[
                (Origin::Rule, 5),
                (Origin::Household, 4),
                (Origin::Technician, 1),
            ]),
            opened_on: spell.from,
            first_response_minutes: maker.dice.chance(98).then(|| maker.dice.between(20, 4_000)),
            resolved_on: solved.then_some(spell.to),
            resolution_minutes: solved.then(|| maker.dice.between(60, spell.days() as u32 * 1440)),
            visits: maker.dice.pick(&[(0, 6), (1, 3), (2, 1)]),
        });
        if repaired {
            let number = maker.data.repairs.len();
            maker.data.repairs.push(Repair {
                repair: maker.key('r', number),
                device,
                household: Some(home.key),
                ticket: Some(ticket),
                category: Some(category),
                begun_on: spell.from,
                ended_on: solved.then_some(spell.to),
                outcome: repair_outcome,
                barrier,
                worked_minutes: None,
            });
        }
        if category == Category::Disk {
            let verdicts = [
                (DiskVerdict::True, 7),
                (DiskVerdict::False, 2),
                (DiskVerdict::Missed, 1),
            ];
            let verdict = maker.dice.pick(&verdicts);
            maker.data.disk_checks.push(DiskCheck {
                device,
                day: spell.from,
                verdict,
            });
        }
    }
}

//! Applications, households, their persons, consents and answers.

use super::{Home, Maker, period};
use crate::calendar::days_after;
use crate::dataset::{Consent, Household, Key, Person, Survey};
use crate::vocabulary::{
    AgeBand, ApplicationState, ConsentLevel, Frequency, Gender, HouseholdType, Minority, NoAnswer,
    Reason, SocialStatus, Wave,
};

pub(super) fn make(maker: &mut Maker) -> Vec<Home> {
    let equipped = maker.shape.homes as usize;
    let sites = maker.sites();
    let mut homes = Vec::new();
    for number in 0..equipped * 14 / 10 {
        let site = sites[number % sites.len()].clone();
        let home = household(maker, number, site, number < equipped);
        if let Some(home) = home {
            survey(maker, &home);
            homes.push(home);
        }
    }
    homes
}

fn household(maker: &mut Maker, number: usize, site: String, equipped: bool) -> Option<Home> {
    let key = maker.key('h', number);
    let applied_on = days_after(period().from, -(maker.dice.between(10, 60) as i32));
    let installed_on = days_after(period().from, maker.dice.between(1, 58) as i32);
    let leaves = equipped && maker.dice.chance(9);
    let left_on = leaves.then(|| days_after(installed_on, maker.dice.between(40, 330) as i32));
    let reasons = [
        (Reason::NoInterest, 53),
        (Reason::Cost, 34),
        (Reason::Skills, 21),
        (Reason::Privacy, 6),
        (Reason::Moved, 15),
        (Reason::Other, 8),
    ];
    let refused = (!equipped).then(|| {
        maker.dice.pick(&[
            (ApplicationState::Declined, 3),
            (ApplicationState::Withdrawn, 4),
            (ApplicationState::Waiting, 5),
        ])
    });
    let decided = refused.filter(|state| *state != ApplicationState::Waiting);
    let kind = maker.dice.pick(&[
        (HouseholdType::Alone, 25),
        (HouseholdType::SingleParent, 27),
        (HouseholdType::Couple, 14),
        (HouseholdType::CoupleWithChildren, 30),
        (HouseholdType::Other, 4),
    ]);
    let told = maker.dice.chance(96);
    let line_kept = equipped && left_on.is_none() && maker.dice.chance(90);
    let row = Household {
        household: key,
        site: site.clone(),
        applied_on,
        state: refused.unwrap_or(ApplicationState::Selected),
        reason: decided.map(|_| maker.dice.pick(&reasons)),
        decided_on: decided.map(|_| days_after(period().from, maker.dice.between(0, 40) as i32)),
        charter_on: equipped.then_some(installed_on),
        installed_on: equipped.then_some(installed_on),
        left_on,
        leave_reason: left_on.map(|_| maker.dice.pick(&reasons)),
        household_type: told.then_some(kind),
        home_line_before: maker.dice.chance(93).then(|| maker.dice.chance(27)),
        line_kept: line_kept.then(|| maker.dice.chance(78)),
        near_workshop: Some(true),
        digitally_excluded: Some(maker.dice.chance(88)),
    };
    maker.data.households.push(row);
    if !equipped {
        return None;
    }
    let persons = persons(maker, number, key, kind);
    let withdrawn_on = consents(maker, key, installed_on);
    Some(Home {
        key,
        site,
        installed_on,
        left_on,
        persons,
        withdrawn_on,
    })
}

fn persons(maker: &mut Maker, number: usize, household: Key, kind: HouseholdType) -> Vec<Key> {
    let (adults, children) = match kind {
        HouseholdType::Alone => (1, 0),
        HouseholdType::SingleParent => (1, maker.dice.between(1, 3)),
        HouseholdType::Couple => (2, 0),
        HouseholdType::CoupleWithChildren => (2, maker.dice.between(1, 4)),
        HouseholdType::Other => (maker.dice.between(2, 4), 0),
    };
    let mut keys = Vec::new();
    for index in 0..adults + children {
        let child = index >= adults;
        let (age_band, minority) = if child {
            maker.dice.pick(&[
                ((AgeBand::Under12, Minority::Under12), 6),
                ((AgeBand::To18, Minority::From12To17), 4),
            ])
        } else {
            let band = maker.dice.pick(&[
                (AgeBand::To24, 8),
                (AgeBand::To39, 32),
                (AgeBand::To59, 36),
                (AgeBand::To69, 13),
                (AgeBand::From70, 8),
                (AgeBand::Unsaid, 3),
            ]);
            (band, Minority::Adult)
        };
        let social_status = match age_band {
            AgeBand::Under12 | AgeBand::To18 => SocialStatus::Schooled,
            AgeBand::To69 | AgeBand::From70 => SocialStatus::Retired,
            AgeBand::Unsaid => SocialStatus::Unsaid,
            _ => maker
                .dice
                .pick(&[(SocialStatus::Jobless, 5), (SocialStatus::Working, 4)]),
        };
        let gender = maker.dice.pick(&[
            (Gender::Female, 54),
            (Gender::Male, 43),
            (Gender::Unsaid, 3),
        ]);
        let person = maker.key('p', number * 20 + index as usize);
        let minority = maker.dice.chance(98).then_some(minority);
        let row = Person {
            person,
            household,
            age_band,
            gender,
            social_status,
            minority,
        };
        maker.data.persons.push(row);
        keys.push(person);
    }
    keys
}

/// From when on usage may not be known: 70 homes in a hundred let it be known, 6 of them
/// only for a time.
fn consents(
    maker: &mut Maker,
    household: Key,
    from: jiff::civil::Date,
) -> Option<jiff::civil::Date> {
    let mut level = |from, to, level| {
        maker.data.consents.push(Consent {
            household,
            from,
            to,
            level,
        });
    };
    match maker.dice.between(0, 99) {
        0..30 => {
            level(from, None, ConsentLevel::Maintenance);
            Some(from)
        }
        30..36 => {
            let until = days_after(from, maker.dice.between(60, 240) as i32);
            level(from, Some(until), ConsentLevel::Usage);
            level(until, None, ConsentLevel::Maintenance);
            Some(until)
        }
        _ => {
            level(from, None, ConsentLevel::Usage);
            None
        }
    }
}

fn survey(maker: &mut Maker, home: &Home) {
    let before = maker.dice.pick(&[
        (Frequency::Daily, 18),
        (Frequency::Weekly, 5),
        (Frequency::Rare, 5),
        (Frequency::Never, 8),
    ]);
    let after = match before {
        Frequency::Never => maker.dice.pick(&[
            (Frequency::Daily, 3),
            (Frequency::Weekly, 3),
            (Frequency::Never, 2),
        ]),
        Frequency::Daily => Frequency::Daily,
        _ => maker.dice.pick(&[
            (Frequency::Daily, 7),
            (Frequency::Weekly, 2),
            (Frequency::Rare, 1),
        ]),
    };
    let starts = maker.dice.chance(94);
    let row = answers(maker, home, Wave::Start, starts, before);
    maker.data.surveys.push(row);
    let ends = home.left_on.is_none() && starts && maker.dice.chance(62);
    let row = answers(maker, home, Wave::End, ends, after);
    maker.data.surveys.push(row);
}

fn answers(maker: &mut Maker, home: &Home, wave: Wave, answered: bool, often: Frequency) -> Survey {
    let end = wave == Wave::End;
    let day = if end {
        days_after(period().to, -20)
    } else {
        home.installed_on
    };
    let lost = if end && home.left_on.is_some() {
        NoAnswer::Left
    } else {
        maker.dice.pick(&[
            (NoAnswer::Absent, 6),
            (NoAnswer::Refused, 3),
            (NoAnswer::NotAsked, 2),
        ])
    };
    let mut item = || {
        let low = u32::from(end);
        (answered && maker.dice.chance(99)).then(|| maker.dice.between(low, 2 + low) as u8)
    };
    let skills: [Option<u8>; 10] = std::array::from_fn(|_| item());
    let mut yes = |percent: u32, asked: bool| {
        (answered && asked && maker.dice.chance(96)).then(|| maker.dice.chance(percent))
    };
    Survey {
        household: home.key,
        wave,
        answered_on: answered.then_some(day),
        no_answer: (!answered).then_some(lost),
        frequency: answered.then_some(often),
        skill_1: skills[0],
        skill_2: skills[1],
        skill_3: skills[2],
        skill_4: skills[3],
        skill_5: skills[4],
        skill_6: skills[5],
        skill_7: skills[6],
        skill_8: skills[7],
        skill_9: skills[8],
        skill_10: skills[9],
        procedures_alone: yes(if end { 55 } else { 24 }, true),
        found_work: yes(14, end),
        made_cv: yes(33, end),
        family_links: yes(61, end),
        school_help: yes(48, end),
        spends_less: yes(29, end),
        technical_trouble: yes(31, end),
    }
}

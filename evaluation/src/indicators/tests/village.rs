//! A few rows put together by hand: a programme from 1 January 2026 to 1 January 2027.

use jiff::civil::{Date, date};

use crate::calendar::{Period, months_after};
use crate::dataset::*;
use crate::indicators::{Answer, Ground, of};
use crate::vocabulary::*;

#[derive(Default)]
pub(super) struct Village {
    pub(super) data: Dataset,
}

pub(super) fn key(kind: char, number: u32) -> Key {
    Key::parse(&format!("{kind}{number:011}")).unwrap()
}

pub(super) fn year() -> Period {
    Period::new(date(2026, 1, 1), date(2027, 1, 1))
}

impl Village {
    pub(super) fn answer(&self, code: &str) -> Answer {
        self.answer_for(code, year())
    }

    pub(super) fn answer_for(&self, code: &str, period: Period) -> Answer {
        of(code).unwrap().answer(&Ground::new(&self.data, period))
    }

    /// A household; equipped on `day` if there is one.
    pub(super) fn home(&mut self, number: u32, day: Option<Date>) -> &mut Household {
        self.data.households.push(Household {
            household: key('h', number),
            site: "A".into(),
            applied_on: date(2026, 1, 2),
            state: ApplicationState::Selected,
            reason: None,
            decided_on: None,
            charter_on: day,
            installed_on: day,
            left_on: None,
            leave_reason: None,
            household_type: None,
            home_line_before: None,
            line_kept: None,
            near_workshop: None,
            digitally_excluded: None,
        });
        self.data.households.last_mut().unwrap()
    }

    /// A stay of a device in a home.
    pub(super) fn stay(
        &mut self,
        device: u32,
        home: u32,
        from: Date,
        to: Option<Date>,
    ) -> &mut Placement {
        self.data.placements.push(Placement {
            device: key('d', device),
            place: Place::Home,
            household: Some(key('h', home)),
            site: None,
            from,
            to,
            exit: None,
            erasure_proof: None,
            signed_by_household: None,
            signed_by_carrier: None,
            grade: None,
            age_months: None,
            power_on_hours: None,
        });
        self.data.placements.last_mut().unwrap()
    }

    /// A home equipped on `day` with the device of the same number, which stays.
    pub(super) fn equipped(&mut self, number: u32, day: Date) {
        self.home(number, Some(day));
        self.stay(number, number, day, None);
    }

    /// Days of a device in a home: `on` minutes each, absent where nothing may be known.
    pub(super) fn days(
        &mut self,
        device: u32,
        home: u32,
        days: Period,
        on: Option<u16>,
        consent: bool,
    ) {
        for day in days.each_day() {
            self.data.device_days.push(DeviceDay {
                device: key('d', device),
                household: key('h', home),
                day,
                usage_consent: consent,
                on_minutes: on,
                longest_unknown_minutes: Some(0),
                unknown_minutes: Some(0),
                connected: Some(on.is_some_and(|on| on > 0)),
                reached_minutes: on,
                link_down_minutes: Some(0),
                gateway_down_minutes: Some(0),
                dns_down_minutes: Some(0),
                internet_down_minutes: Some(0),
                controller_down_minutes: Some(0),
                blocked: false,
            });
        }
    }

    pub(super) fn ticket(&mut self, number: u32, home: u32, opened_on: Date) -> &mut Ticket {
        self.data.tickets.push(Ticket {
            ticket: key('t', number),
            device: Some(key('d', home)),
            household: Some(key('h', home)),
            site: "A".into(),
            category: Category::Network,
            priority: Priority::Normal,
            origin: Origin::Household,
            opened_on,
            first_response_minutes: None,
            resolved_on: None,
            resolution_minutes: None,
            visits: 0,
        });
        self.data.tickets.last_mut().unwrap()
    }

    pub(super) fn survey(&mut self, home: u32, wave: Wave, skill: Option<u8>) -> &mut Survey {
        self.data.surveys.push(Survey {
            household: key('h', home),
            wave,
            answered_on: Some(months_after(
                date(2026, 1, 1),
                if wave == Wave::Start { 0 } else { 11 },
            )),
            no_answer: None,
            frequency: None,
            skill_1: skill,
            skill_2: skill,
            skill_3: skill,
            skill_4: skill,
            skill_5: skill,
            skill_6: skill,
            skill_7: skill,
            skill_8: skill,
            skill_9: skill,
            skill_10: skill,
            procedures_alone: None,
            found_work: None,
            made_cv: None,
            family_links: None,
            school_help: None,
            spends_less: None,
            technical_trouble: None,
        });
        self.data.surveys.last_mut().unwrap()
    }
}

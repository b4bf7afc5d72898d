//! Rows about households: who asked, who came in, who lives there, what they answered.

use std::collections::{BTreeMap, BTreeSet};

use declic_common::api::Place;
use declic_common::programme::vocabulary::{Moment, OutReason};
use declic_common::programme::{Application, Household, Line, Person, Survey};
use declic_evaluation::dataset::{self as rows, Dataset};
use declic_evaluation::vocabulary::{
    AgeBand, ApplicationState, Gender, Reason, SocialStatus, Wave,
};
use jiff::civil::Date;

use super::words::{changed, minority, no_answer, same, state};
use super::{Home, Homes, Source};
use crate::domain::days::{Day, paris};
use crate::store::StoreError;

/// Adds what is known of households, and tells the machines which there are.
pub(super) fn gather(source: &Source<'_>, data: &mut Dataset) -> Result<Homes, StoreError> {
    let households: Vec<Household> = source.all()?;
    let applications: Vec<Application> = source.all()?;
    let surveys = one_a_wave(source.all()?);
    let lines: Vec<Line> = source.all()?;
    let mut homes = Homes::new();
    let mut came_in = BTreeSet::new();
    for household in &households {
        let key = source.key.pseudonym('h', &household.code);
        let application = household.application.as_ref();
        let application =
            application.and_then(|code| applications.iter().find(|found| found.code == *code));
        came_in.extend(application.map(|found| found.code.clone()));
        let installed_on = installed_on(source, &household.code);
        let start = surveys.get(&(household.code.clone(), Moment::Start.as_str()));
        let mut row = asked(source, key, &household.site, application);
        // Somebody who is in was taken, whatever the paper says.
        row.state = ApplicationState::Selected;
        (row.reason, row.decided_on) = (None, None);
        row.applied_on = application
            .and_then(|found| found.received_on)
            .or(household.charter_on)
            .or(installed_on)
            .unwrap_or(source.period.from);
        row.charter_on = household.charter_on;
        row.installed_on = installed_on;
        row.left_on = household.left_on;
        row.leave_reason = household.left_reason.and_then(reason);
        row.household_type = household.kind.and_then(|kind| same(kind.as_str()));
        row.home_line_before = start.and_then(|found| found.no_home_line).map(|none| !none);
        row.line_kept = lines
            .iter()
            .filter(|line| line.household == household.code)
            .find_map(|line| line.kept_after_12);
        data.households.push(row);
        homes.insert(
            household.code.clone(),
            Home {
                key,
                left_on: household.left_on,
            },
        );
    }
    for application in applications
        .iter()
        .filter(|found| !came_in.contains(&found.code))
    {
        let key = source
            .key
            .pseudonym('h', &format!("application {}", application.code));
        let site = application.site.clone();
        data.households
            .push(asked(source, key, &site, Some(application)));
    }
    for person in source.all::<Person>()? {
        let Some(home) = homes.get(&person.household) else {
            continue;
        };
        data.persons.push(rows::Person {
            person: source.key.pseudonym('p', &person.code),
            household: home.key,
            age_band: person
                .age
                .and_then(|age| same(age.as_str()))
                .unwrap_or(AgeBand::Unsaid),
            gender: person
                .gender
                .and_then(|gender| same(gender.as_str()))
                .unwrap_or(Gender::Unsaid),
            social_status: person
                .status
                .and_then(|status| same(status.as_str()))
                .unwrap_or(SocialStatus::Unsaid),
            minority: minority(person.age),
        });
    }
    for survey in surveys.values() {
        let home = homes.get(&survey.household);
        data.surveys
            .extend(home.and_then(|home| answers(home, survey)));
    }
    Ok(homes)
}

/// A household as its application tells it.
fn asked(
    source: &Source<'_>,
    household: rows::Key,
    site: &str,
    application: Option<&Application>,
) -> rows::Household {
    let kept = application.and_then(|found| found.state);
    let state = kept.map_or(ApplicationState::Received, state);
    let received = application.and_then(|found| found.received_on);
    let out = matches!(
        state,
        ApplicationState::Declined | ApplicationState::Withdrawn
    );
    rows::Household {
        household,
        site: site.to_owned(),
        applied_on: received.unwrap_or(source.period.from),
        state,
        reason: application.and_then(|found| found.reason).and_then(reason),
        decided_on: application
            .and_then(|found| found.decided_on)
            .filter(|_| out),
        charter_on: None,
        installed_on: None,
        left_on: None,
        leave_reason: None,
        household_type: None,
        home_line_before: None,
        line_kept: None,
        near_workshop: application.and_then(|found| found.near_workshop),
        digitally_excluded: application.and_then(|found| found.digitally_excluded),
    }
}

fn reason(reason: OutReason) -> Option<Reason> {
    same(reason.as_str())
}

/// The day of the first handover of a PC to this household.
fn installed_on(source: &Source<'_>, code: &str) -> Option<Date> {
    let zone = paris();
    let periods = source
        .entries
        .iter()
        .flat_map(|entry| entry.placements.periods.iter());
    periods
        .filter(|stay| stay.place == Place::Home && stay.household.as_deref() == Some(code))
        .map(|stay| Day::of(stay.from, &zone).date())
        .min()
}

/// One answer for each household and wave: the household's own before those of its persons,
/// then the first by number.
fn one_a_wave(surveys: Vec<Survey>) -> BTreeMap<(String, &'static str), Survey> {
    let mut kept: BTreeMap<(String, &'static str), Survey> = BTreeMap::new();
    for survey in surveys {
        let Some(moment) = survey.moment else {
            continue;
        };
        let place = (survey.household.clone(), moment.as_str());
        let is_better = kept.get(&place).is_none_or(|found| {
            (found.no_answer.is_some(), found.person.is_some())
                > (survey.no_answer.is_some(), survey.person.is_some())
        });
        if is_better {
            kept.insert(place, survey);
        }
    }
    kept
}

fn answers(home: &Home, survey: &Survey) -> Option<rows::Survey> {
    let wave = match survey.moment? {
        Moment::Start => Wave::Start,
        Moment::End => Wave::End,
    };
    let skills = survey.skills();
    Some(rows::Survey {
        household: home.key,
        wave,
        answered_on: survey.answered_on,
        no_answer: survey.no_answer.map(no_answer),
        frequency: survey.frequency.and_then(|often| same(often.as_str())),
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
        procedures_alone: survey.procedures_alone,
        found_work: changed(survey.job),
        made_cv: changed(survey.cv),
        family_links: changed(survey.family),
        school_help: changed(survey.school),
        spends_less: changed(survey.spending),
        technical_trouble: None,
    })
}

//! Rows about households, their persons, what they consent to and what they answered.

use jiff::civil::Date;

use super::column::Key;
use super::table::table;
use crate::vocabulary::{
    AgeBand, ApplicationState, ConsentLevel, Frequency, Gender, HouseholdType, Minority, NoAnswer,
    Reason, SocialStatus, Wave,
};

table! {
    pub struct Household in "households" key ["household"] {
        household: Key, "Pseudonym of the household in this evaluation";
        site: String, "Site whose workshop it belongs to";
        applied_on: Date, "Day of the application";
        state: ApplicationState, "Where the application stands";
        reason: Option<Reason>, "Why it was declined or withdrawn";
        decided_on: Option<Date>, "Day on which it was declined or withdrawn";
        charter_on: Option<Date>, "Day of the signed charter";
        installed_on: Option<Date>, "Day of the first handover of a device";
        left_on: Option<Date>, "First day on which it no longer took part";
        leave_reason: Option<Reason>, "Why it left";
        household_type: Option<HouseholdType>, "Who lives together";
        home_line_before: Option<bool>, "Whether it had a home line at the start survey";
        line_kept: Option<bool>, "Whether it kept its line after month 12";
        near_workshop: Option<bool>, "Criterion: lives near the workshop";
        digitally_excluded: Option<bool>, "Criterion: digitally excluded";
    }
    about "Households that applied";

    pub struct Consent in "consents" key ["household", "from"] {
        household: Key, "Household";
        from: Date, "First local day of this level";
        to: Option<Date>, "First local day after it; empty while it lasts";
        level: ConsentLevel, "What may be known";
    }
    about "What households consented to, and when";

    pub struct Person in "persons" key ["person"] {
        person: Key, "Pseudonym of the person in this evaluation";
        household: Key, "Household in which the person was declared";
        age_band: AgeBand, "Age band of the CRA";
        gender: Gender, "Gender as the CRA has it";
        social_status: SocialStatus, "Social status of the CRA";
        minority: Option<Minority>, "Age at installation, for the children concerned";
    }
    about "Persons declared living in the households";

    pub struct Survey in "surveys" key ["household", "wave"] {
        household: Key, "Household";
        wave: Wave, "Start or end";
        answered_on: Option<Date>, "Day of the answer; empty if there is none";
        no_answer: Option<NoAnswer>, "Why there is no answer";
        frequency: Option<Frequency>, "How often it uses the Internet";
        skill_1: Option<u8>, "Information and data, first item, 0 to 4";
        skill_2: Option<u8>, "Information and data, second item, 0 to 4";
        skill_3: Option<u8>, "Communication and collaboration, first item, 0 to 4";
        skill_4: Option<u8>, "Communication and collaboration, second item, 0 to 4";
        skill_5: Option<u8>, "Content creation, first item, 0 to 4";
        skill_6: Option<u8>, "Content creation, second item, 0 to 4";
        skill_7: Option<u8>, "Protection and security, first item, 0 to 4";
        skill_8: Option<u8>, "Protection and security, second item, 0 to 4";
        skill_9: Option<u8>, "Digital environment, first item, 0 to 4";
        skill_10: Option<u8>, "Digital environment, second item, 0 to 4";
        procedures_alone: Option<bool>, "Whether it does procedures online alone";
        found_work: Option<bool>, "Whether somebody found work or training with its help";
        made_cv: Option<bool>, "Whether somebody made a CV on it";
        family_links: Option<bool>, "Whether it sees or writes to family more often";
        school_help: Option<bool>, "Whether it serves for school";
        spends_less: Option<bool>, "Whether it lets the household spend less";
        technical_trouble: Option<bool>, "Whether it had technical trouble";
    }
    about "Answers to the surveys at start and end";
}

impl Survey {
    /// The ten items added, 0 to 40; absent if one of them has no answer.
    pub fn skill_score(&self) -> Option<u32> {
        let items = [
            self.skill_1,
            self.skill_2,
            self.skill_3,
            self.skill_4,
            self.skill_5,
            self.skill_6,
            self.skill_7,
            self.skill_8,
            self.skill_9,
            self.skill_10,
        ];
        items.iter().map(|item| item.map(u32::from)).sum()
    }
}

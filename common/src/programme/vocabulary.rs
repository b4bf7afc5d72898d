//! The words of the records. Where a public vocabulary has them, they are its words, so that
//! an activity report needs no translation.

mod life;
mod workshop;

pub use life::*;
pub use workshop::*;

use crate::words;

words! {
    /// What has become of an application.
    pub enum ApplicationState {
        0 Received = "received",
        1 Selected = "selected",
        2 WaitingList = "waiting_list",
        /// By the programme.
        3 Declined = "declined",
        /// By the household.
        4 Withdrawn = "withdrawn",
    }

    /// Why a household did not come in, or left.
    pub enum OutReason {
        0 NoInterest = "no_interest",
        1 Cost = "cost",
        2 Skills = "skills",
        3 Privacy = "privacy",
        4 Moved = "moved",
        5 Other = "other",
    }

    /// Who lives together.
    pub enum HouseholdType {
        0 Alone = "alone",
        1 SingleParent = "single_parent",
        2 Couple = "couple",
        3 CoupleWithChildren = "couple_with_children",
        4 Other = "other",
    }

    /// Bands of the activity report of digital mediators (CRA): one year belongs to one band,
    /// so that twelve is in the second.
    pub enum AgeBand {
        0 Under12 = "moins_de_douze",
        1 From12 = "douze_dix_huit",
        2 From18 = "dix_huit_vingt_quatre",
        3 From25 = "vingt_cinq_trente_neuf",
        4 From40 = "quarante_cinquante_neuf",
        5 From60 = "soixante_soixante_neuf",
        6 From70 = "soixante_dix_plus",
        7 NotTold = "non_communique",
    }

    /// CRA.
    pub enum Gender {
        0 Male = "masculin",
        1 Female = "feminin",
        2 NotTold = "non_communique",
    }

    /// CRA.
    pub enum SocialStatus {
        0 Pupil = "scolarise",
        1 WithoutWork = "sans_emploi",
        2 InWork = "en_emploi",
        3 Retired = "retraite",
        4 NotTold = "non_communique",
    }

    /// Who holds or pays the contract of a line.
    pub enum Party {
        0 Household = "household",
        1 Carrier = "carrier",
        2 Landlord = "landlord",
        3 City = "city",
        4 Other = "other",
    }

    /// When a survey is made.
    pub enum Moment {
        0 Start = "start",
        1 End = "end",
    }

    /// How often somebody uses a PC or the internet.
    pub enum Frequency {
        0 Daily = "daily",
        1 Weekly = "weekly",
        2 Rare = "rare",
        3 Never = "never",
    }

    /// What the PC changed in one matter, for whoever answers.
    pub enum Effect {
        0 Yes = "yes",
        1 Partly = "partly",
        2 No = "no",
        /// It is no matter of theirs.
        3 NotConcerned = "not_concerned",
    }

    /// Why there are no answers.
    pub enum NoAnswer {
        0 NotReached = "not_reached",
        1 Refused = "refused",
        2 Moved = "moved",
        3 Left = "left",
        4 Other = "other",
    }

    /// How a question is answered.
    pub enum AnswerForm {
        /// 0 (cannot) to 4 (shows others).
        0 Skill = "skill",
        1 Frequency = "frequency",
        2 Effect = "effect",
        3 YesNo = "yes_no",
        4 Words = "words",
    }

    /// What money went into.
    pub enum CostItem {
        0 Equipment = "equipment",
        1 Refurbishing = "refurbishing",
        2 Connection = "connection",
        3 Premises = "premises",
        4 Staff = "staff",
        5 Training = "training",
        6 Maintenance = "maintenance",
        7 Communication = "communication",
        8 Evaluation = "evaluation",
        9 Other = "other",
    }

    /// What hours of work were spent on.
    pub enum StaffKind {
        0 Coordination = "coordination",
        1 Technical = "technical",
        2 Training = "training",
        3 Volunteer = "volunteer",
    }

    /// What a partner is.
    pub enum PartnerKind {
        0 Landlord = "landlord",
        1 City = "city",
        2 Association = "association",
        3 School = "school",
        4 Company = "company",
        5 Other = "other",
    }

    /// Of what is written for readers.
    pub enum Language {
        0 Fr = "fr",
        1 En = "en",
    }
}

impl AgeBand {
    /// Somebody for whom a parent answers; `None` if their age was not told.
    pub fn is_minor(self) -> Option<bool> {
        match self {
            AgeBand::Under12 | AgeBand::From12 => Some(true),
            AgeBand::NotTold => None,
            _ => Some(false),
        }
    }
}

impl ApplicationState {
    /// Somebody decided, or the household did.
    pub fn is_decided(self) -> bool {
        self != ApplicationState::Received
    }

    /// The household does not come in.
    pub fn is_out(self) -> bool {
        matches!(
            self,
            ApplicationState::Declined | ApplicationState::Withdrawn
        )
    }
}

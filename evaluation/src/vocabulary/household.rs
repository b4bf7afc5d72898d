//! Words about households, persons, their answers and the money.

use super::vocabulary;

vocabulary! {
    /// Age, by the bands of the CRA.
    pub enum AgeBand {
        Under12 = "moins_de_douze", "moins de 12 ans", "under 12";
        To18 = "douze_dix_huit", "12 à 18 ans", "12 to 18";
        To24 = "dix_huit_vingt_quatre", "18 à 24 ans", "18 to 24";
        To39 = "vingt_cinq_trente_neuf", "25 à 39 ans", "25 to 39";
        To59 = "quarante_cinquante_neuf", "40 à 59 ans", "40 to 59";
        To69 = "soixante_soixante_neuf", "60 à 69 ans", "60 to 69";
        From70 = "soixante_dix_plus", "70 ans et plus", "70 and over";
        Unsaid = "non_communique", "non communiqué", "not said";
    }

    /// Gender, by the values of the CRA.
    pub enum Gender {
        Male = "masculin", "masculin", "male";
        Female = "feminin", "féminin", "female";
        Unsaid = "non_communique", "non communiqué", "not said";
    }

    /// Social status, by the values of the CRA.
    pub enum SocialStatus {
        Schooled = "scolarise", "scolarisé", "at school";
        Jobless = "sans_emploi", "sans emploi", "without a job";
        Working = "en_emploi", "en emploi", "at work";
        Retired = "retraite", "retraité", "retired";
        Unsaid = "non_communique", "non communiqué", "not said";
    }

    /// How old a person was when the PC was installed, for the children concerned.
    pub enum Minority {
        Under12 = "under_12", "moins de 12 ans", "under 12";
        From12To17 = "from_12_to_17", "12 à 17 ans", "12 to 17";
        Adult = "adult", "18 ans et plus", "18 and over";
    }

    pub enum HouseholdType {
        Alone = "alone", "personne seule", "living alone";
        SingleParent = "single_parent", "famille monoparentale", "single parent";
        Couple = "couple", "couple sans enfant", "couple";
        CoupleWithChildren = "couple_with_children", "couple avec enfants", "couple with children";
        Other = "other", "autre", "other";
    }

    /// Where an application stands.
    pub enum ApplicationState {
        Received = "received", "reçue", "received";
        Selected = "selected", "retenue", "selected";
        Waiting = "waiting", "liste d’attente", "waiting list";
        Declined = "declined", "non retenue", "declined";
        Withdrawn = "withdrawn", "retirée", "withdrawn";
    }

    /// Why a household said no, or left.
    pub enum Reason {
        NoInterest = "no_interest", "pas d’intérêt", "no interest";
        Cost = "cost", "coût", "cost";
        Skills = "skills", "difficulté d’usage", "skills";
        Privacy = "privacy", "vie privée", "privacy";
        Moved = "moved", "déménagement", "moved";
        Other = "other", "autre", "other";
    }

    /// What a household lets be known.
    pub enum ConsentLevel {
        Maintenance = "maintenance", "maintenance seule", "maintenance only";
        Usage = "usage", "maintenance et usage", "maintenance and usage";
    }

    pub enum Wave {
        Start = "start", "début", "start";
        End = "end", "fin", "end";
    }

    /// Why a survey has no answer.
    pub enum NoAnswer {
        Left = "left", "a quitté le programme", "left the programme";
        Absent = "absent", "injoignable", "could not be reached";
        Refused = "refused", "a refusé", "refused";
        NotAsked = "not_asked", "n’a pas été interrogé", "was not asked";
    }

    /// How often the household uses the Internet.
    pub enum Frequency {
        Daily = "daily", "chaque jour", "daily";
        Weekly = "weekly", "chaque semaine", "weekly";
        Rare = "rare", "rarement", "rarely";
        Never = "never", "jamais", "never";
    }

    pub enum CostItem {
        Refurbishing = "refurbishing", "reconditionnement", "refurbishing";
        Parts = "parts", "pièces", "parts";
        Connection = "connection", "connexion", "connection";
        Staff = "staff", "personnel", "staff";
        Premises = "premises", "locaux", "premises";
        Training = "training", "formation", "training";
        Communication = "communication", "communication", "communication";
        Other = "other", "autre", "other";
    }

    pub enum StaffKind {
        Coordination = "coordination", "coordination", "coordination";
        Technical = "technical", "technique", "technical";
        Training = "training", "animation", "training";
        Volunteer = "volunteer", "bénévolat", "volunteers";
    }

    pub enum PartnerKind {
        Landlord = "landlord", "bailleur", "landlord";
        City = "city", "collectivité", "authority";
        Association = "association", "association", "association";
        School = "school", "établissement scolaire", "school";
        Company = "company", "entreprise", "company";
        Other = "other", "autre", "other";
    }

    /// Acts that are counted for the governance annex.
    pub enum GovernanceAct {
        CommandSent = "command_sent", "commandes envoyées", "commands sent";
        CommandAcknowledged = "command_acknowledged", "commandes vues par l’habitant", "commands acknowledged by the resident";
        RightsRequest = "rights_request", "demandes de droits", "rights requests";
        Purge = "purge", "purges prouvées", "purges with a proof";
        ContactShown = "contact_shown", "consultations d’un contact", "contacts shown";
    }
}

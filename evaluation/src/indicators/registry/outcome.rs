//! Indicators 46 to 56 and the annexes: workshop, effects, costs, means, governance.

use super::indicators;
use crate::indicators::{Indicator, impact, means, people, workshop};

pub(super) const OUTCOME: &[Indicator] = indicators! {
    Some(46), "sessions", Workshop, "Séances", "Sessions",
        "Séances tenues par type, lieu et niveau.",
        "Sessions held by kind, place and level.",
        "M", workshop::sessions_held;
    Some(47), "seat_fill_rate", Workshop, "Places occupées", "Seats filled",
        "Places occupées / offertes dans les séances collectives.",
        "Seats used / offered in group sessions.",
        "M", workshop::seat_fill_rate;
    Some(48), "participants", Workshop, "Participants", "Participants",
        "Personnes distinctes venues dans la période, et celles dont c’était la première venue ; sans inscription, chaque venue compte pour une personne.",
        "Distinct persons who came in the period, and those who came for the first time; of whoever walks in, each visit counts as a person.",
        "M", workshop::participants;
    Some(49), "person_hours", Workshop, "Heures-personnes", "Person-hours",
        "Temps passé en séance par toutes les personnes.",
        "Time that all persons spent in sessions.",
        "M", workshop::person_hours;
    Some(50), "households_trained", Workshop, "Foyers formés", "Households trained",
        "Foyers équipés venus à au moins 1 et au moins 3 séances.",
        "Households installed that came to at least 1 and at least 3 sessions.",
        "M", workshop::households_trained;
    Some(51), "themes", Workshop, "Thèmes", "Themes",
        "Séances et aides individuelles par thème du CRA ; une séance peut en avoir plusieurs.",
        "Sessions and individual help by theme of the CRA; a session may have several.",
        "M", workshop::themes;
    Some(52), "autonomy", Workshop, "Autonomie", "Autonomy",
        "Présences par autonomie constatée (CRA).",
        "Attendance by autonomy observed (CRA).",
        "M", workshop::autonomy;
    Some(53), "paired_response_rate", Impact, "Réponses appariées", "Paired responses",
        "Foyers qui ont répondu au début et à la fin / foyers équipés ; causes de perte des autres.",
        "Households that answered at start and end / households installed; why the others were lost.",
        "S", impact::paired_response_rate;
    Some(54), "use_and_skill_change", Impact, "Usage et compétences", "Use and skills",
        "Foyers appariés : fréquence d’usage avant et après, passage de « jamais » à régulier ; changement moyen du score de 10 questions (0 à 40), intervalle à 95 % (Student) et bornes si toute réponse manquante des foyers équipés était la pire ou la meilleure.",
        "Paired households: frequency of use before and after, from never to regular; mean change of the 10-item score (0 to 40), 95 % interval (Student’s t), and bounds if every missing answer of the households installed were worst or best.",
        "S", impact::use_and_skill_change;
    Some(55), "autonomy_online", Impact, "Démarches et ligne", "Procedures and line",
        "Foyers qui font seuls leurs démarches en ligne, au début et à la fin ; lignes gardées après 12 mois, parmi les foyers qui les ont atteints.",
        "Households that do online procedures alone, at start and end; lines kept after month 12, of households that reached it.",
        "S,T", impact::autonomy_online;
    Some(56), "cost", Impact, "Coût", "Cost",
        "Coûts de la période par poste, et par foyer équipé, par foyer actif à 12 mois, par heure-personne de formation, par jour-appareil actif.",
        "Costs of the period by item, and per household installed, per household active at month 12, per training person-hour, per active device-day.",
        "F", impact::cost;
    None, "applications", Annex, "Candidatures", "Applications",
        "Candidatures reçues jusqu’à la fin de la période, selon leur état au moment du gel.",
        "Applications received until the end of the period, by where they stood at the freeze.",
        "T", people::applications;
    None, "outcomes", Annex, "Effets nommés par l’appel", "Effects named by the call",
        "Foyers qui le disent à l’enquête de fin, parmi ceux qui ont répondu : emploi ou formation, CV, liens familiaux, école, dépenses ; ennuis techniques.",
        "Households that say so in the end survey, of those that answered: work or training, CV, family links, school, spending; technical trouble.",
        "S", impact::outcomes;
    None, "partners", Annex, "Partenaires", "Partners",
        "Organisations partenaires par nature, et lettres d’intention signées.",
        "Partner organisations by kind, and signed letters of intent.",
        "T", means::partners;
    None, "premises", Annex, "Locaux", "Premises",
        "Ateliers, postes en réseau et surface.",
        "Workshops, networked seats and surface.",
        "T", means::premises;
    None, "staff_hours", Annex, "Heures de travail", "Staff hours",
        "Heures données au programme par nature.",
        "Hours given to the programme by kind.",
        "F", means::staff_hours;
    None, "funding", Annex, "Financement", "Funding",
        "Versé par chaque financeur, et son plafond.",
        "Paid by each funder, and its cap.",
        "F", means::funding;
    None, "consent_levels", Annex, "Consentements", "Consent levels",
        "Foyers équipés par niveau de consentement au dernier jour de la période.",
        "Households installed by level of consent on the last day of the period.",
        "A", impact::consent_levels;
    None, "governance_acts", Annex, "Gouvernance", "Governance",
        "Commandes envoyées et vues par l’habitant, demandes de droits et leur délai, purges prouvées, contacts consultés.",
        "Commands sent and acknowledged by the resident, rights requests and their delay, proven purges, contacts shown.",
        "T", means::governance_acts;
};

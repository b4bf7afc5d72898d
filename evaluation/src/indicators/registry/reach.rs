//! Indicators 1 to 24: people and computers.

use super::indicators;
use crate::indicators::{Indicator, machines, people};

pub(super) const REACH: &[Indicator] = indicators! {
    Some(1), "households_approached", People, "Foyers informés", "Households approached",
        "Foyers à qui le programme a été présenté.",
        "Households told about the programme.",
        "T", people::households_approached;
    Some(2), "households_enrolled", People, "Foyers inscrits", "Households enrolled",
        "Foyers ayant signé la charte pendant la période.",
        "Households that signed the charter in the period.",
        "T", people::households_enrolled;
    Some(3), "take_up_rate", People, "Taux d’adhésion", "Take-up rate",
        "Foyers inscrits / foyers informés.",
        "Households enrolled / households approached.",
        "T", people::take_up_rate;
    Some(4), "households_installed", People, "Foyers équipés", "Households installed",
        "Foyers dont le premier ordinateur a été remis pendant la période.",
        "Households whose first device was handed over in the period.",
        "T", people::households_installed;
    Some(5), "persons_reached", People, "Personnes touchées", "Persons reached",
        "Personnes distinctes déclarées dans les foyers équipés.",
        "Distinct persons declared living in the households installed.",
        "T", people::persons_reached;
    Some(6), "children_concerned", People, "Enfants concernés", "Children concerned",
        "Parmi elles, celles qui avaient moins de 18 ans à l’installation : moins de 12, 12 à 17.",
        "Of these, those under 18 at installation: under 12, 12 to 17.",
        "T", people::children_concerned;
    Some(7), "age_band", People, "Âge", "Age",
        "Personnes touchées par tranche d’âge de la médiation numérique (CRA).",
        "Persons reached by age band of the mediators’ activity report (CRA).",
        "T", people::age_band;
    Some(8), "gender", People, "Genre", "Gender",
        "Personnes touchées par genre (CRA).",
        "Persons reached by gender (CRA).",
        "T", people::gender;
    Some(9), "social_status", People, "Statut social", "Social status",
        "Personnes touchées par statut social (CRA).",
        "Persons reached by social status (CRA).",
        "T", people::social_status;
    Some(10), "household_type", People, "Type de foyer", "Household type",
        "Foyers équipés par composition.",
        "Households installed by who lives together.",
        "T", people::household_type;
    Some(11), "first_time_connected", People, "Première connexion", "First time connected",
        "Foyers équipés qui n’avaient pas de ligne à l’enquête de début, parmi ceux qui ont répondu.",
        "Households installed without a home line at the start survey, of those that answered.",
        "S", people::first_time_connected;
    Some(12), "refusals_withdrawals", People, "Refus et départs", "Refusals and withdrawals",
        "Candidatures refusées ou retirées et foyers partis pendant la période, par raison ; un foyer compte une fois.",
        "Applications declined or withdrawn and households that left in the period, by reason; a household counts once.",
        "T", people::refusals_withdrawals;
    Some(13), "device_yield", Machines, "Rendement du don", "Device yield",
        "Appareils acceptés / (acceptés + refusés) à la réception des lots de la période ; annoncés et jamais comptés, ils manquent.",
        "Devices accepted / (accepted + rejected) at intake of the lots of the period; those announced and never counted are missing.",
        "T", machines::device_yield;
    Some(14), "erasure_proof_rate", Machines, "Preuve d’effacement", "Erasure proof",
        "Remises avec une preuve d’effacement / remises de la période pour lesquelles on le sait.",
        "Handovers with an erasure proof / handovers of the period of which it is known.",
        "T", machines::erasure_proof_rate;
    Some(15), "device_age", Machines, "Âge à la remise", "Age at handover",
        "Âge en années et heures de fonctionnement du disque à la remise : médiane et 90e centile.",
        "Age in years and power-on hours of the disk at handover: median and 90th percentile.",
        "A,T", machines::device_age;
    Some(16), "grade_at_handover", Machines, "État à la remise", "Grade at handover",
        "Remises de la période par état A, B, C.",
        "Handovers of the period by grade A, B, C.",
        "T", machines::grade_at_handover;
    Some(17), "intake_to_home", Machines, "De la réception au foyer", "Intake to home",
        "Jours entre la réception d’un appareil et sa première remise, si elle est dans la période : médiane et 90e centile.",
        "Days from intake of a device to its first handover, if that is in the period: median and 90th percentile.",
        "T", machines::intake_to_home;
    Some(18), "handover_signed_rate", Machines, "Remises signées", "Signed handovers",
        "Remises signées par le foyer et le porteur / remises de la période pour lesquelles on le sait.",
        "Handovers signed by household and carrier / handovers of the period of which it is known.",
        "T", machines::handover_signed_rate;
    Some(19), "exit_outcome", Machines, "Devenir à 12 mois", "Outcome at month 12",
        "Pour les remises qui ont atteint 12 mois : l’appareil est gardé (encore dans le foyer la veille), rendu, échangé, perdu ou recyclé.",
        "Of handovers that reached month 12: the device is kept (still in the home on the day before), returned, swapped, lost or recycled.",
        "T", machines::exit_outcome;
    Some(20), "co2e_avoided", Machines, "CO₂e évité", "CO₂e avoided",
        "Facteur × appareils dans un foyer au dernier jour de la période ; valeurs centrale, basse et haute du facteur nommé.",
        "Factor × devices in a home on the last day of the period; central, low and high value of the factor that is named.",
        "T", machines::co2e_avoided;
    Some(21), "mass_reused", Machines, "Masse réemployée", "Mass reused",
        "Masse déclarée des appareils dans un foyer au dernier jour de la période.",
        "Declared mass of devices in a home on the last day of the period.",
        "T", machines::mass_reused;
    Some(22), "device_days_in_service", Machines, "Jours-appareils en service", "Device-days in service",
        "Jours de la période où un appareil était dans un foyer : le jour de la remise compte, celui du départ non, l’établi non plus.",
        "Days of the period on which a device stood in a home: the day of handover counts, that of departure does not, nor do days on the bench.",
        "T", machines::device_days_in_service;
    Some(23), "device_days_known", Machines, "Jours-appareils connus", "Device-days known",
        "Parmi eux, ceux dont la chronologie n’a pas d’inconnu de plus de 2 heures pendant que l’appareil était allumé.",
        "Of these, days whose timeline has no unknown longer than 2 hours while on.",
        "A", machines::device_days_known;
    Some(24), "data_completeness", Machines, "Complétude", "Data completeness",
        "Jours-appareils connus / en service.",
        "Device-days known / in service.",
        "A", machines::data_completeness;
};

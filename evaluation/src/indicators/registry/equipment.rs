//! Indicators 25 to 45: use, connection and maintenance.

use super::indicators;
use crate::indicators::{Indicator, care, usage};

pub(super) const EQUIPMENT: &[Indicator] = indicators! {
    Some(25), "active_days", Usage, "Jours actifs", "Active days",
        "Jours-appareils allumés au moins 10 minutes, parmi ceux que l’on connaît.",
        "Device-days powered at least 10 minutes, of those that are known.",
        "A", usage::active_days;
    Some(26), "weekly_active_rate", Usage, "Actifs par semaine", "Active by week",
        "Appareils avec au moins un jour actif dans la semaine ISO / appareils en service cette semaine dont on le sait.",
        "Devices with at least one active day in the ISO week / devices in service that week of which it is known.",
        "A", usage::weekly_active_rate;
    Some(27), "never_started", Usage, "Jamais allumés", "Never started",
        "Remises sans jour actif dans les 14 jours, parmi celles qui ont eu ces 14 jours et dont on le sait.",
        "Handovers without an active day within 14 days, of those that had these 14 days and of which it is known.",
        "A", usage::never_started;
    Some(28), "retention", Usage, "Rétention", "Retention",
        "Foyers avec un jour actif dans les 28 jours avant leur n-ième mois / foyers qui ont pu atteindre ce mois, ne sont pas partis et dont on le sait ; « low » et « high » : si tous les inconnus étaient inactifs, ou actifs.",
        "Homes with an active day in the 28 days before their month n / homes that could have reached that month, had not left and of which it is known; low and high: if all unknown were inactive, or active.",
        "A", usage::retention;
    Some(29), "powered_hours", Usage, "Heures allumées", "Powered hours",
        "Jours actifs par durée allumée : moins de 1 h, 1–2, 2–4, 4–8, 8 h et plus.",
        "Active days by hours powered: under 1, 1–2, 2–4, 4–8, 8 and more.",
        "A", usage::powered_hours;
    Some(30), "connected_days", Usage, "Jours connectés", "Connected days",
        "Jours-appareils avec au moins un échange enregistré, parmi ceux que l’on connaît.",
        "Device-days with at least one stored exchange, of those that are known.",
        "A", usage::connected_days;
    Some(31), "connectivity_when_on", Usage, "Joignable quand allumé", "Connectivity when on",
        "Temps avec le contrôleur joignable / temps allumé ; ce qui manque est en jours-appareils.",
        "Time with the controller reachable / time powered; what is missing is in device-days.",
        "A", usage::connectivity_when_on;
    Some(32), "outages_long", Usage, "Longues coupures", "Long outages",
        "Coupures commencées dans la période et de plus de 24 heures allumé, par cause.",
        "Outages that began in the period and lasted more than 24 hours while on, by cause.",
        "A", usage::outages_long;
    Some(33), "restore_time", Usage, "Rétablissement", "Restore time",
        "Heures jusqu’au rétablissement de ces coupures : médiane et 90e centile ; manquent celles qui durent.",
        "Hours to recovery of these outages: median and 90th percentile; those that last are missing.",
        "A", usage::restore_time;
    Some(34), "silent_devices", Usage, "Appareils silencieux", "Silent devices",
        "Appareils devenus silencieux dans la période pour au moins 7, 14 ou 30 jours, par cause de leur plus long silence.",
        "Devices that fell silent in the period for at least 7, 14 or 30 days, by the cause of their longest silence.",
        "A,T", usage::silent_devices;
    Some(35), "ticket_rate", Care, "Tickets", "Ticket rate",
        "Tickets de foyers ouverts dans la période pour 100 mois-appareils de 30,4375 jours ; le dénominateur est en jours-appareils.",
        "Tickets of homes opened in the period per 100 device-months of 30.4375 days; the denominator is in device-days.",
        "T", care::ticket_rate;
    Some(36), "tickets_by_category", Care, "Tickets par sujet", "Tickets by category",
        "Les mêmes tickets par sujet.",
        "The same tickets by category.",
        "T", care::tickets_by_category;
    Some(37), "first_response", Care, "Première réponse", "First response",
        "Heures jusqu’à la première réponse, horloge arrêtée pendant l’attente du foyer : médiane et 90e centile.",
        "Hours to the first response, clock stopped while waiting for the household: median and 90th percentile.",
        "T", care::first_response;
    Some(38), "resolution_time", Care, "Résolution", "Resolution time",
        "Heures jusqu’à la résolution, de même.",
        "Hours until solved, likewise.",
        "T", care::resolution_time;
    Some(39), "remote_resolution_rate", Care, "Résolus à distance", "Solved remotely",
        "Tickets résolus dans la période sans visite / résolus dans la période.",
        "Tickets solved in the period without a visit / solved in the period.",
        "T", care::remote_resolution_rate;
    Some(40), "home_visits", Care, "Visites", "Home visits",
        "Visites pour les tickets ouverts dans la période, pour 100 mois-appareils.",
        "Visits for the tickets opened in the period, per 100 device-months.",
        "T", care::home_visits;
    Some(41), "proactive_share", Care, "Détectés avant l’appel", "Found before a call",
        "Tickets ouverts par une règle / tous.",
        "Tickets opened by a rule / all.",
        "T", care::proactive_share;
    Some(42), "repeat_30d_rate", Care, "Récidives à 30 jours", "Repeats within 30 days",
        "Tickets résolus suivis d’un autre du même appareil et du même sujet dans les 30 jours / résolus depuis au moins 30 jours.",
        "Solved tickets followed by another of the same device and category within 30 days / solved at least 30 days ago.",
        "T", care::repeat_30d_rate;
    Some(43), "device_availability", Care, "Disponibilité", "Device availability",
        "1 − jours-appareils bloqués par une panne / jours-appareils en service dont on le sait.",
        "1 − device-days blocked by a fault / device-days in service of which it is known.",
        "T", care::device_availability;
    Some(44), "disk_warnings", Care, "Alertes de disque", "Disk warnings",
        "Alertes jugées à l’établi : fondées, infondées, manquées.",
        "Warnings judged at the bench: true, false, missed.",
        "T", care::disk_warnings;
    Some(45), "repair_outcome", Care, "Issue des réparations", "Repair outcome",
        "Réparations commencées pendant la période, à l’établi comme au foyer, par statut et par obstacle de l’Open Repair Data Standard.",
        "Repairs that began in the period, at the bench as in homes, by status and by barrier of the Open Repair Data Standard.",
        "T", care::repair_outcome;
};

//! Whether a device is with us, and why, in a few words and in a sentence.

use declic_common::api::{DeviceSummary, Presence, PresenceReason};

use super::Voice;

impl Voice {
    pub(crate) fn presence(&self, presence: Presence) -> &'static str {
        match presence {
            Presence::NeverStarted => self.say("jamais démarré", "never started"),
            Presence::On => self.say("allumé", "on"),
            Presence::Quiet => self.say("silencieux", "quiet"),
            Presence::Overdue => self.say("silence inhabituel", "overdue"),
            Presence::Unreachable => self.say("injoignable", "unreachable"),
            Presence::Paused => self.say("en pause", "paused"),
            Presence::Retired => self.say("retiré", "retired"),
        }
    }

    /// Presence, and whether the device is shut out.
    pub(crate) fn standing(&self, device: &DeviceSummary) -> String {
        let presence = self.presence(device.presence);
        match device.revoked {
            true => format!("{presence}, {}", self.say("révoqué", "revoked")),
            false => presence.to_owned(),
        }
    }

    /// Why a device is as it is.
    pub(crate) fn reason(&self, reason: &PresenceReason) -> String {
        let span = |s: u64| self.span(s.saturating_mul(1000));
        match *reason {
            PresenceReason::Retired => self
                .say("sorti du programme", "out of the programme")
                .to_owned(),
            PresenceReason::NeverHeard => self
                .say("remis, jamais entendu", "handed over, never heard of")
                .to_owned(),
            PresenceReason::Here => self.say("en contact", "in contact").to_owned(),
            PresenceReason::NotAwaited => self
                .say(
                    "personne n’a à l’allumer là où il est",
                    "nobody need switch it on where it is",
                )
                .to_owned(),
            PresenceReason::PausedUntil { until } => self.say(
                format!("le foyer a demandé une pause jusqu’au {}", self.day(until)),
                format!("the household asked for a pause until {}", self.day(until)),
            ),
            PresenceReason::AwayUntil { until } => self.say(
                format!("absence annoncée jusqu’au {}", self.day(until)),
                format!("declared away until {}", self.day(until)),
            ),
            PresenceReason::Ordinary {
                silent_s,
                days_per_week,
            } => {
                let (span, days) = (span(silent_s), self.decimal(days_per_week));
                self.say(
                    format!("silencieux depuis {span} ; ce foyer donne signe {days} jours sur 7, rien d’inhabituel"),
                    format!("silent for {span}; this home is heard of {days} days in 7, nothing unusual"),
                )
            }
            PresenceReason::Unusual {
                silent_s,
                days_per_week,
                cut,
            } => {
                let (span, days) = (span(silent_s), self.decimal(days_per_week));
                let end = match cut {
                    true => self.say(", sans extinction propre", ", without a clean goodbye"),
                    false => "",
                };
                self.say(
                    format!("silencieux depuis {span}{end} ; ce foyer donne signe {days} jours sur 7 : appeler"),
                    format!("silent for {span}{end}; this home is heard of {days} days in 7: call"),
                )
            }
            PresenceReason::CutOff { silent_s } => self.say(
                format!(
                    "disparu sans s’éteindre, il y a {} : courant ou réseau coupé",
                    span(silent_s)
                ),
                format!(
                    "gone without a goodbye, {} ago: power or network cut",
                    span(silent_s)
                ),
            ),
            PresenceReason::LineFailed { silent_s } => self.say(
                format!(
                    "le réseau était en panne au dernier contact, il y a {}",
                    span(silent_s)
                ),
                format!(
                    "the network was failing at the last contact, {} ago",
                    span(silent_s)
                ),
            ),
            PresenceReason::FellTogether { silent_s } => self.say(
                format!(
                    "tombé avec d’autres foyers du même lieu, il y a {}",
                    span(silent_s)
                ),
                format!(
                    "fell together with other homes of the place, {} ago",
                    span(silent_s)
                ),
            ),
            PresenceReason::CallAfter { days, silent_s } => self.say(
                format!(
                    "silencieux depuis {} ; le programme appelle après {days} jours",
                    span(silent_s)
                ),
                format!(
                    "silent for {}; the programme calls after {days} days",
                    span(silent_s)
                ),
            ),
        }
    }

    /// When somebody should call if the silence goes on; nothing where that is not in sight.
    pub(crate) fn overdue(&self, device: &DeviceSummary) -> Option<String> {
        let at = device.overdue_at?;
        Some(match device.presence {
            Presence::Overdue => self.say(
                format!("depuis le {}", self.moment(at)),
                format!("since {}", self.moment(at)),
            ),
            _ => self.say(
                format!("le {} si le silence dure", self.moment(at)),
                format!("{} if the silence goes on", self.moment(at)),
            ),
        })
    }
}

//! Times, sizes and states as people read them, in French or in English.
//!
//! French puts a narrow no-break space before units and double signs, and a
//! comma in numbers. Days and hours are those of Europe/Paris.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use declic_common::Lang;
use declic_common::api::{CommandState, EnrolmentState, Place};
use declic_common::people::{Grant, Role};
use declic_common::report::{Consent, DiskClass, LinkKind, Sensor};
use declic_common::timeline::Activity;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock;
use crate::domain::days::paris;
use crate::domain::metric::Unit;

mod bring;
mod deeds;
mod french;
mod page;
mod presence;
pub(crate) mod readings;
mod record;
mod ticket;
mod work;

pub(crate) use french::typeset;

/// Narrow no-break space.
const NNBSP: char = '\u{202f}';

/// A language, and the moment at which it speaks.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    lang: Lang,
    /// Shared by all clones: the moment is that of the last answer of a controller. In ms UTC.
    now: Arc<AtomicI64>,
    zone: TimeZone,
}

impl Voice {
    pub(crate) fn new(lang: Lang, now: Timestamp) -> Self {
        Voice {
            lang,
            now: Arc::new(AtomicI64::new(now.as_millisecond())),
            zone: paris(),
        }
    }

    /// The language that it speaks.
    pub(crate) fn lang(&self) -> Lang {
        self.lang
    }

    /// The person's language, now.
    pub(crate) fn current() -> Self {
        Self::new(Lang::current(), clock::now())
    }

    /// Speaks at another moment: what a controller tells is told on its clock, which may
    /// differ from ours.
    pub(crate) fn at(&self, now: Timestamp) {
        self.now.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// The moment at which it speaks.
    pub(crate) fn now(&self) -> Timestamp {
        crate::app::device::time(self.now.load(Ordering::Relaxed))
    }

    /// Picks the text in this language.
    pub(crate) fn say<T>(&self, french: T, english: T) -> T {
        match self.lang {
            Lang::Fr => french,
            Lang::En => english,
        }
    }

    /// Day and hour.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        let format = self.say("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M");
        local.strftime(format).to_string()
    }

    pub(crate) fn day(&self, at: Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        local.strftime(self.say("%d/%m/%Y", "%Y-%m-%d")).to_string()
    }

    /// How long ago, or in how long.
    pub(crate) fn ago(&self, at: Timestamp) -> String {
        let silence = self.now.load(Ordering::Relaxed) - at.as_millisecond();
        if silence.abs() < 60_000 {
            return self.say("à l’instant", "just now").to_owned();
        }
        let span = self.span(silence.unsigned_abs());
        if silence > 0 {
            self.say(format!("il y a {span}"), format!("{span} ago"))
        } else {
            self.say(format!("dans {span}"), format!("in {span}"))
        }
    }

    /// Moment and how long ago; a dash for never.
    pub(crate) fn since(&self, at: Option<Timestamp>) -> String {
        match at {
            Some(at) => format!("{} ({})", self.moment(at), self.ago(at)),
            None => "–".to_owned(),
        }
    }

    /// A duration, in its greatest unit.
    pub(crate) fn span(&self, ms: u64) -> String {
        let seconds = ms / 1000;
        let (n, unit) = match seconds {
            0..60 => (seconds, "s"),
            60..3_600 => (seconds / 60, "min"),
            3_600..172_800 => (seconds / 3_600, "h"),
            172_800..63_072_000 => (seconds / 86_400, self.say("j", "d")),
            _ => (seconds / 31_557_600, self.say("ans", "years")),
        };
        self.unit(&n.to_string(), unit)
    }

    /// A number and its unit, kept together.
    pub(crate) fn unit(&self, number: &str, unit: &str) -> String {
        let space = self.say(NNBSP, ' ');
        match unit {
            "" => number.to_owned(),
            "%" | "‰" => format!(
                "{number}{}{unit}",
                self.say(NNBSP.to_string(), String::new())
            ),
            unit => format!("{number}{space}{unit}"),
        }
    }

    /// A whole number, its thousands apart.
    pub(crate) fn number(&self, n: impl Into<i128>) -> String {
        let n = n.into();
        let digits = n.unsigned_abs().to_string();
        let mut text = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(self.say(NNBSP, ','));
            }
            text.push(digit);
        }
        if n < 0 { format!("−{text}") } else { text }
    }

    /// A number with one decimal, left out from 100 on.
    pub(crate) fn decimal(&self, value: f64) -> String {
        let text = if value.abs() < 99.95 {
            format!("{value:.1}")
        } else {
            format!("{value:.0}")
        };
        self.say(text.replace('.', ","), text)
    }

    /// A number with two decimals.
    pub(crate) fn hundredths(&self, value: f64) -> String {
        let text = format!("{value:.2}");
        self.say(text.replace('.', ","), text)
    }

    /// Room on a disk, counted as disks are sold.
    pub(crate) fn disk(&self, bytes: u64) -> String {
        let units = self.say(
            ["o", "ko", "Mo", "Go", "To", "Po"],
            ["B", "kB", "MB", "GB", "TB", "PB"],
        );
        self.scaled(bytes, 1000.0, units)
    }

    /// Memory, counted in powers of two.
    pub(crate) fn memory(&self, bytes: u64) -> String {
        let units = self.say(
            ["o", "Kio", "Mio", "Gio", "Tio", "Pio"],
            ["B", "KiB", "MiB", "GiB", "TiB", "PiB"],
        );
        self.scaled(bytes, 1024.0, units)
    }

    fn scaled(&self, bytes: u64, step: f64, units: [&str; 6]) -> String {
        if (bytes as f64) < step {
            return self.unit(&bytes.to_string(), units[0]);
        }
        let mut value = bytes as f64;
        let mut at = 0;
        // 999.95 would show as 1000.
        while value >= step - 0.05 && at + 1 < units.len() {
            value /= step;
            at += 1;
        }
        self.unit(&self.decimal(value), units[at])
    }

    pub(crate) fn permille(&self, permille: i64) -> String {
        let text = self.decimal(permille as f64 / 10.0);
        let zero = self.say(",0", ".0");
        self.unit(text.strip_suffix(zero).unwrap_or(&text), "%")
    }

    pub(crate) fn celsius(&self, millicelsius: i64) -> String {
        let rounded = (millicelsius as f64 / 1000.0).round() as i64;
        self.unit(&self.number(rounded), "°C")
    }

    pub(crate) fn load(&self, centi: i64) -> String {
        self.hundredths(centi as f64 / 100.0)
    }

    /// A value of a metric.
    pub(crate) fn value(&self, value: i64, unit: Unit) -> String {
        match unit {
            Unit::Permille => self.permille(value),
            Unit::LoadCenti => self.load(value),
            Unit::Bytes => self.memory(value.unsigned_abs()),
            Unit::Millicelsius => {
                let degrees = self.decimal(value as f64 / 1000.0);
                self.unit(&degrees.replace('-', "−"), "°C")
            }
            Unit::Seconds => self.span(value.unsigned_abs() * 1000),
            Unit::Flag if value == 0 => self.say("non", "no").to_owned(),
            Unit::Flag => self.say("oui", "yes").to_owned(),
            unit => self.unit(&self.number(value), unit.symbol()),
        }
    }

    /// What failed, by its word in the table of `declic rhythm evaluate`.
    pub(crate) fn failure(&self, kind: &'static str) -> &'static str {
        match kind {
            "dead" => self.say("PC en panne", "PC dead"),
            "cut" => self.say("ligne coupée", "line cut"),
            "gave_up" => self.say("abandon", "gave up"),
            _ => self.say("toutes", "all"),
        }
    }

    pub(crate) fn place(&self, place: Place) -> &'static str {
        match place {
            Place::Home => self.say("un foyer", "a home"),
            Place::Seat => self.say("un poste d’atelier", "a workshop seat"),
            Place::Bench => self.say("l’établi", "the bench"),
            Place::Stock => self.say("la réserve", "the stock"),
        }
    }

    pub(crate) fn activity(&self, activity: Activity) -> &'static str {
        match activity {
            Activity::On => self.say("allumé", "on"),
            Activity::Off => self.say("éteint", "off"),
            Activity::Asleep => self.say("en veille", "asleep"),
            Activity::PowerCut => self.say("courant coupé", "power cut"),
            Activity::LinkDown => self.say("câble ou wifi coupé", "link down"),
            Activity::GatewayDown => self.say("box injoignable", "gateway down"),
            Activity::DnsDown => self.say("noms injoignables", "DNS down"),
            Activity::InternetDown => self.say("internet coupé", "internet down"),
            Activity::ControllerDown => self.say("serveur injoignable", "controller down"),
            Activity::Paused => self.say("en pause", "paused"),
            Activity::Stopped => self.say("agent arrêté", "agent stopped"),
            Activity::Unknown => self.say("inconnu", "unknown"),
        }
    }

    pub(crate) fn consent(&self, consent: Option<Consent>) -> &'static str {
        match consent {
            Some(Consent::Maintenance) => self.say("entretien", "maintenance"),
            Some(Consent::Usage) => self.say("entretien et usage", "maintenance and usage"),
            None => "–",
        }
    }

    pub(crate) fn role(&self, role: Role) -> &'static str {
        match role {
            Role::Admin => self.say("administrateur", "admin"),
            Role::Coordinator => self.say("coordinateur", "coordinator"),
            Role::Technician => self.say("technicien", "technician"),
            Role::Animator => self.say("animateur", "workshop leader"),
            Role::Evaluator => self.say("évaluateur", "evaluator"),
        }
    }

    /// A role, and its site if it has one.
    pub(crate) fn grant(&self, grant: &Grant) -> String {
        let role = self.role(grant.role);
        match (&grant.programme, &grant.site) {
            (Some(programme), _) => {
                format!(
                    "{role} ({} {programme})",
                    self.say("programme", "programme")
                )
            }
            (None, Some(site)) => format!("{role} ({site})"),
            (None, None) => role.to_owned(),
        }
    }

    pub(crate) fn enrolment(&self, state: EnrolmentState) -> &'static str {
        match state {
            EnrolmentState::Open => self.say("à utiliser", "open"),
            EnrolmentState::Used => self.say("utilisé", "used"),
            EnrolmentState::Expired => self.say("expiré", "expired"),
            EnrolmentState::Cancelled => self.say("annulé", "cancelled"),
        }
    }

    pub(crate) fn command(&self, state: CommandState) -> &'static str {
        match state {
            CommandState::Queued => self.say("en attente", "queued"),
            CommandState::Sent => self.say("envoyée", "sent"),
            CommandState::Done => self.say("faite", "done"),
            CommandState::Declined => self.say("déclinée", "declined"),
            CommandState::Failed => self.say("échouée", "failed"),
            CommandState::Expired => self.say("expirée", "expired"),
            CommandState::Unknown => self.say("inconnue de l’agent", "unknown to the agent"),
        }
    }

    pub(crate) fn disk_class(&self, class: Option<DiskClass>) -> &'static str {
        match class {
            Some(DiskClass::System) => self.say("système", "system"),
            Some(DiskClass::Home) => self.say("personnel", "home"),
            Some(DiskClass::Other) | None => self.say("autre", "other"),
        }
    }

    pub(crate) fn sensor(&self, sensor: Option<Sensor>) -> &'static str {
        match sensor {
            Some(Sensor::Cpu) => self.say("processeur", "processor"),
            Some(Sensor::Disk) => self.say("disque", "disk"),
            Some(Sensor::Gpu) => self.say("carte graphique", "graphics"),
            Some(Sensor::Board) => self.say("carte mère", "board"),
            Some(Sensor::Radio) => self.say("radio", "radio"),
            Some(Sensor::Other) | None => self.say("autre", "other"),
        }
    }

    pub(crate) fn link(&self, kind: Option<LinkKind>) -> &'static str {
        match kind {
            Some(LinkKind::Ethernet) => self.say("câble", "cable"),
            Some(LinkKind::Wifi) => "Wi-Fi",
            Some(LinkKind::Mobile) => self.say("mobile", "mobile"),
            Some(LinkKind::None) => self.say("aucun lien", "no link"),
            Some(LinkKind::Other) | None => self.say("autre", "other"),
        }
    }

    /// A rung of the ladder, by its word of the wire.
    pub(crate) fn rung(&self, word: &'static str) -> &'static str {
        match word {
            "link" => self.say("lien", "link"),
            "gateway" => self.say("box", "gateway"),
            "dns" => "DNS",
            "internet" => "internet",
            "controller" => self.say("serveur Déclic", "controller"),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;

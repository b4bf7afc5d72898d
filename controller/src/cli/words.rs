//! Times, sizes and states as people read them, in French or in English.
//!
//! French puts a narrow no-break space before units and double signs, and a
//! comma in numbers. Days and hours are those of Europe/Paris.

use declic_common::Lang;
use declic_common::api::{CommandState, EnrolmentState, Presence};
use declic_common::report::{Consent, DiskClass, LinkKind, Sensor};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::metric::Unit;

mod ticket;

/// Narrow no-break space.
const NNBSP: char = '\u{202f}';

/// A language, and the moment at which it speaks.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    lang: Lang,
    now: Timestamp,
    zone: TimeZone,
}

impl Voice {
    pub(crate) fn new(lang: Lang, now: Timestamp) -> Self {
        Voice {
            lang,
            now,
            zone: paris(),
        }
    }

    /// The person's language, now.
    pub(crate) fn current() -> Self {
        Self::new(Lang::current(), Timestamp::now())
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
        let silence = self.now.as_millisecond() - at.as_millisecond();
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
    fn decimal(&self, value: f64) -> String {
        let text = if value.abs() < 99.95 {
            format!("{value:.1}")
        } else {
            format!("{value:.0}")
        };
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
        let text = format!("{:.2}", centi as f64 / 100.0);
        self.say(text.replace('.', ","), text)
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
            unit => self.unit(&self.number(value), unit.symbol()),
        }
    }

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

    pub(crate) fn consent(&self, consent: Option<Consent>) -> &'static str {
        match consent {
            Some(Consent::Maintenance) => self.say("entretien", "maintenance"),
            Some(Consent::Usage) => self.say("entretien et usage", "maintenance and usage"),
            None => "–",
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

/// The zone in which days are counted.
pub(crate) fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").expect("the zones are built in")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voices() -> [Voice; 2] {
        let now = "2026-07-01T12:00:00Z".parse().unwrap();
        [Voice::new(Lang::Fr, now), Voice::new(Lang::En, now)]
    }

    #[test]
    fn times_are_those_of_paris_in_summer_and_in_winter() {
        let [fr, en] = voices();
        let winter = "2026-01-31T23:30:00Z".parse().unwrap();
        assert_eq!(fr.moment(winter), "01/02/2026 00:30");
        assert_eq!(en.moment(winter), "2026-02-01 00:30");
        let summer = "2026-07-01T11:57:00Z".parse().unwrap();
        assert_eq!(
            fr.since(Some(summer)),
            "01/07/2026 13:57 (il y a 3\u{202f}min)"
        );
        assert_eq!(en.since(Some(summer)), "2026-07-01 13:57 (3 min ago)");
    }

    #[test]
    fn a_length_of_time_is_told_in_its_greatest_unit() {
        let [fr, en] = voices();
        for (seconds, french, english) in [
            (-3_600, "dans 1\u{202f}h", "in 1 h"),
            (-59, "à l’instant", "just now"),
            (59, "à l’instant", "just now"),
            (7_200, "il y a 2\u{202f}h", "2 h ago"),
            (3 * 86_400, "il y a 3\u{202f}j", "3 d ago"),
            (20 * 31_557_600, "il y a 20\u{202f}ans", "20 years ago"),
        ] {
            let at = Timestamp::from_second(fr.now.as_second() - seconds).unwrap();
            assert_eq!(
                (fr.ago(at).as_str(), en.ago(at).as_str()),
                (french, english)
            );
        }
    }

    #[test]
    fn numbers_and_sizes_follow_each_language() {
        let [fr, en] = voices();
        assert_eq!(fr.number(-1_234_567), "−1\u{202f}234\u{202f}567");
        assert_eq!(en.number(1_234), "1,234");
        assert_eq!(fr.disk(120_034_123_776), "120\u{202f}Go");
        assert_eq!(en.disk(60_017_061_888), "60.0 GB");
        assert_eq!(fr.disk(999_960_000), "1,0\u{202f}Go");
        assert_eq!(fr.disk(999), "999\u{202f}o");
        assert_eq!(fr.memory(4_140_265_472), "3,9\u{202f}Gio");
        assert_eq!(en.memory(4 << 30), "4.0 GiB");
        assert_eq!(
            (fr.permille(120).as_str(), en.permille(125).as_str()),
            ("12\u{202f}%", "12.5%")
        );
        assert_eq!(fr.celsius(41_400), "41\u{202f}°C");
        assert_eq!(fr.load(42), "0,42");
        assert_eq!(fr.value(-5_250, Unit::Millicelsius), "−5,2\u{202f}°C");
        assert_eq!(en.value(-61, Unit::Dbm), "−61 dBm");
    }
}

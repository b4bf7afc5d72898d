//! Words, dates and sizes for the people of the PC, in the language of their browser.

use declic_common::Lang;
use hyper::HeaderMap;
use hyper::header::ACCEPT_LANGUAGE;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::door::cookies;

/// Narrow no-break space: before units and double signs in French.
const NNBSP: char = '\u{202f}';

#[derive(Clone, Debug)]
pub(super) struct Voice {
    lang: Lang,
    zone: TimeZone,
}

impl Voice {
    pub(super) fn new(lang: Lang) -> Self {
        Voice {
            lang,
            zone: TimeZone::system(),
        }
    }

    /// The language that was chosen on the page, or that the browser asks for.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let chosen = cookies(headers).find_map(|cookie| match cookie {
            "declic-lang=fr" => Some(Lang::Fr),
            "declic-lang=en" => Some(Lang::En),
            _ => None,
        });
        let asked = || {
            let header = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            preferred(header)
        };
        Voice::new(chosen.or_else(asked).unwrap_or_else(Lang::current))
    }

    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// The tag of the language, for `lang` attributes.
    pub(super) fn tag(&self) -> &'static str {
        self.lang.say("fr", "en")
    }

    pub(super) fn say<T>(&self, french: T, english: T) -> T {
        self.lang.say(french, english)
    }

    /// Day and hour, as people say them. Device clock or controller clock, ms UTC.
    pub(super) fn moment(&self, ms: i64) -> String {
        let Ok(at) = Timestamp::from_millisecond(ms) else {
            return "?".to_owned();
        };
        let at = at.to_zoned(self.zone.clone());
        let day = self.weekday(at.weekday());
        self.say(
            format!("{day} {}", at.strftime("%-d/%m/%Y à %-H h %M")),
            format!("{day} {}", at.strftime("%-d/%m/%Y at %H:%M")),
        )
    }

    fn weekday(&self, day: Weekday) -> &'static str {
        match day {
            Weekday::Monday => self.say("lundi", "Monday"),
            Weekday::Tuesday => self.say("mardi", "Tuesday"),
            Weekday::Wednesday => self.say("mercredi", "Wednesday"),
            Weekday::Thursday => self.say("jeudi", "Thursday"),
            Weekday::Friday => self.say("vendredi", "Friday"),
            Weekday::Saturday => self.say("samedi", "Saturday"),
            Weekday::Sunday => self.say("dimanche", "Sunday"),
        }
    }

    /// A size in a unit that needs few digits.
    pub(super) fn size(&self, bytes: u64) -> String {
        let (unit, per) = match bytes {
            0..1_000_000 => (self.say("ko", "kB"), 1_000),
            1_000_000..1_000_000_000 => (self.say("Mo", "MB"), 1_000_000),
            _ => (self.say("Go", "GB"), 1_000_000_000),
        };
        // Tenths matter while there are few whole ones.
        let tenths = (bytes.saturating_mul(10) + per / 2) / per;
        let text = if tenths < 100 && !tenths.is_multiple_of(10) {
            format!("{}.{}", tenths / 10, tenths % 10)
        } else {
            format!("{}", (tenths + 5) / 10)
        };
        format!(
            "{}{NNBSP}{unit}",
            self.say(text.replace('.', ","), text.clone())
        )
    }

    pub(super) fn percent(&self, permille: u64) -> String {
        let n = (permille + 5) / 10;
        self.say(format!("{n}{NNBSP}%"), format!("{n}%"))
    }
}

/// The one of our two languages that a browser likes better; `None` if neither.
fn preferred(header: &str) -> Option<Lang> {
    let mut best: Option<(Lang, f32)> = None;
    for part in header.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let tag = pieces.next().unwrap_or_default();
        let lang = match tag.split('-').next().unwrap_or_default() {
            tag if tag.eq_ignore_ascii_case("fr") => Lang::Fr,
            tag if tag.eq_ignore_ascii_case("en") => Lang::En,
            _ => continue,
        };
        let weight = pieces
            .find_map(|piece| piece.strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(_, before)| weight > before) {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_chooses_the_language_by_its_weights() {
        for (header, lang) in [
            ("fr", Some(Lang::Fr)),
            ("en-GB,en;q=0.9", Some(Lang::En)),
            ("en;q=0.3,fr-FR;q=0.8", Some(Lang::Fr)),
            ("de,ar;q=0.9,en;q=0.1", Some(Lang::En)),
            ("de", None),
            ("fr;q=0", None),
            ("", None),
        ] {
            assert_eq!(preferred(header), lang, "{header}");
        }
    }

    #[test]
    fn sizes_are_short_and_follow_the_language() {
        let (fr, en) = (Voice::new(Lang::Fr), Voice::new(Lang::En));
        assert_eq!(fr.size(31_020_826_624), "31\u{202f}Go");
        assert_eq!(fr.size(2_312_110_080), "2,3\u{202f}Go");
        assert_eq!(en.size(2_000_000_000), "2\u{202f}GB");
        assert_eq!(en.size(999), "1\u{202f}kB");
        assert_eq!(
            (fr.percent(83), en.percent(996)),
            ("8\u{202f}%".to_owned(), "100%".to_owned())
        );
    }
}

//! From when to when: the same three options wherever history is asked for.

use clap::Args;
use clap::builder::PossibleValuesParser;
use declic_common::tr;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

use crate::domain::days::paris;
use crate::domain::metric::METRICS;

/// A period that ends now unless something else is said.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    #[arg(
        long, value_parser = moment,
        help = tr("Début : 2026-11-01, 2026-11-01T08:00 ou RFC 3339", "Begin: 2026-11-01, 2026-11-01T08:00 or RFC 3339")
    )]
    pub from: Option<Timestamp>,
    #[arg(long, value_parser = moment, help = tr("Fin, non comprise [maintenant]", "End, not included [now]"))]
    pub to: Option<Timestamp>,
    #[arg(
        long, conflicts_with = "from", value_parser = clap::value_parser!(u32).range(1..=3_660),
        help = tr("Les N derniers jours", "The last N days")
    )]
    pub days: Option<u32>,
}

impl Period {
    /// Both ends, fixed now so that every page speaks of the same period; `hours` long
    /// when no beginning is given.
    pub(crate) fn ends(&self, hours: i64) -> (Timestamp, Timestamp) {
        let to = self.to.unwrap_or_else(Timestamp::now);
        let hours = self.days.map_or(hours, |days| i64::from(days) * 24);
        let begin = to.checked_sub(SignedDuration::from_hours(hours));
        (
            self.from.or(begin.ok()).unwrap_or(Timestamp::UNIX_EPOCH),
            to,
        )
    }
}

/// The name of a metric.
pub(crate) fn metrics() -> PossibleValuesParser {
    PossibleValuesParser::new(METRICS.iter().map(|metric| metric.name))
}

/// A moment as people write it; without a zone it is that of Paris.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let local = text
        .parse::<civil::DateTime>()
        .or_else(|_| text.parse::<civil::Date>().map(|day| day.at(0, 0, 0, 0)));
    let zone: TimeZone = paris();
    local
        .and_then(|local| local.to_zoned(zone))
        .map(|zoned| zoned.timestamp())
        .map_err(|_| {
            tr(
                "écrire 2026-11-01, 2026-11-01T08:00 ou 2026-11-01T08:00:00Z",
                "write 2026-11-01, 2026-11-01T08:00 or 2026-11-01T08:00:00Z",
            )
            .to_owned()
        })
}

//! Until when a household wants a pause, as people write it.

use declic_common::tr;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};

/// How long from now on; `None` ends the pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Until {
    pub(super) for_s: Option<u64>,
}

/// Reads an end as it was typed.
pub(super) fn until(text: &str) -> Result<Until, String> {
    read(text.trim(), Timestamp::now(), &TimeZone::system()).ok_or_else(|| {
        tr(
            "une durée comme 2h, 3d ou 1w, un jour à venir comme 2026-12-24 ou 24/12/2026, ou fin",
            "a length such as 2h, 3d or 1w, a coming day such as 2026-12-24 or 24/12/2026, or end",
        )
        .to_owned()
    })
}

fn read(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Until> {
    if ["end", "fin"].contains(&text.to_lowercase().as_str()) {
        return Some(Until { for_s: None });
    }
    let seconds = match day(text) {
        Some(day) => day.to_zoned(zone.clone()).ok()?.timestamp().as_second() - now.as_second(),
        None => {
            let span: Span = text.parse().ok()?;
            span.to_duration(SpanRelativeTo::days_are_24_hours())
                .ok()?
                .as_secs()
        }
    };
    let for_s = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
    Some(Until { for_s: Some(for_s) })
}

/// A day alone is its beginning.
fn day(text: &str) -> Option<DateTime> {
    let french = || Date::strptime("%d/%m/%Y", text).ok();
    text.parse::<DateTime>()
        .ok()
        .or_else(|| Some(french()?.to_datetime(jiff::civil::Time::midnight())))
}

/// What is said once it is done.
pub(super) fn noted(for_s: Option<u64>) -> &'static str {
    match for_s {
        Some(_) => tr(
            "Déclic est en pause : aucun relevé ne part. Elle finit toute seule ; pour la finir avant : declic-agent pause fin",
            "Déclic is paused: no report leaves. The pause ends by itself; to end it sooner: declic-agent pause end",
        ),
        None => tr(
            "La pause est finie : les relevés repartent.",
            "The pause is over: reports leave again.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_may_be_written_as_people_do() {
        let now: Timestamp = "2026-12-22T12:00:00Z".parse().unwrap();
        let read = |text| read(text, now, &TimeZone::UTC).map(|until| until.for_s);
        for (text, seconds) in [
            ("2h", 7_200),
            ("90m", 5_400),
            ("3d", 259_200),
            ("1w", 604_800),
            ("30s", 30),
            ("2026-12-24", 129_600),
            ("24/12/2026", 129_600),
            ("2026-12-22T13:00", 3_600),
        ] {
            assert_eq!(read(text), Some(Some(seconds)), "{text}");
        }
        assert_eq!((read("end"), read("Fin")), (Some(None), Some(None)));
        for text in ["", "0s", "-2h", "2026-12-01", "demain", "31/02/2027"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

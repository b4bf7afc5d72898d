//! A chart of one metric as inline SVG, without script and without style of its own. What
//! it shows is also in the table behind it: nobody needs to see it.

use std::fmt::Write;

use declic_common::api::{Bucket, HistoryDay};

use super::view::View;

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 170.0;
/// Where the drawing begins and ends; the words stand around it.
const LEFT: f64 = 74.0;
const RIGHT: f64 = 454.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 146.0;

/// What is drawn.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) id: &'static str,
    pub(super) title: String,
    /// The newest value, in words.
    pub(super) newest: String,
    /// What a person who does not see it is told.
    pub(super) told: String,
    pub(super) svg: String,
    /// Day, least, mean and greatest.
    pub(super) days: Vec<[String; 4]>,
}

/// One metric over a period. Times are ms UTC.
pub(super) struct Drawn<'a> {
    pub(super) id: &'static str,
    pub(super) title: &'a str,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) buckets: &'a [Bucket],
    pub(super) days: &'a [HistoryDay],
    /// A line not to be crossed.
    pub(super) limit: Option<i64>,
    /// The whole scale, where it is known beforehand; that of the values otherwise.
    pub(super) scale: Option<(i64, i64)>,
    pub(super) say: &'a dyn Fn(i64) -> String,
}

impl Chart {
    /// `None` where there is nothing to draw.
    pub(super) fn of(drawn: &Drawn<'_>, v: &View) -> Option<Self> {
        let last = drawn.buckets.last()?;
        let (least, greatest) = ends(drawn)?;
        let say = drawn.say;
        let newest = say(last.mean.round() as i64);
        Some(Chart {
            id: drawn.id,
            title: drawn.title.to_owned(),
            told: v.say(
                format!(
                    "{} : entre {} et {}",
                    drawn.title,
                    say(least),
                    say(greatest)
                ),
                format!(
                    "{}: between {} and {}",
                    drawn.title,
                    say(least),
                    say(greatest)
                ),
            ),
            svg: svg(drawn, least, greatest, v),
            days: rows(drawn, v),
            newest,
        })
    }
}

/// Least and greatest value of all.
fn ends(drawn: &Drawn<'_>) -> Option<(i64, i64)> {
    let least = drawn.buckets.iter().map(|bucket| bucket.least).min()?;
    let greatest = drawn.buckets.iter().map(|bucket| bucket.greatest).max()?;
    Some((least, greatest))
}

fn rows(drawn: &Drawn<'_>, v: &View) -> Vec<[String; 4]> {
    let days = drawn.days.iter().rev();
    days.filter_map(|day| {
        let date = day.day.parse().ok()?;
        let mean = (drawn.say)(day.mean?.round() as i64);
        Some([
            v.short_day(date),
            (drawn.say)(day.least?),
            mean,
            (drawn.say)(day.greatest?),
        ])
    })
    .collect()
}

fn svg(drawn: &Drawn<'_>, least: i64, greatest: i64, v: &View) -> String {
    let (low, high) = drawn
        .scale
        .unwrap_or_else(|| padded(least, greatest, drawn.limit));
    let x = |at: i64| {
        let share = (at - drawn.from) as f64 / (drawn.to - drawn.from).max(1) as f64;
        LEFT + share.clamp(0.0, 1.0) * (RIGHT - LEFT)
    };
    let y = |value: f64| {
        let share = (value - low as f64) / ((high - low).max(1) as f64);
        BOTTOM - share.clamp(0.0, 1.0) * (BOTTOM - TOP)
    };
    let mut svg = String::new();
    for value in [low, low + (high - low) / 2, high] {
        let (at, word) = (y(value as f64), (drawn.say)(value));
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {at:.0}H{RIGHT}\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{word}</text>",
            LEFT - 6.0,
            at + 4.0
        );
    }
    if let Some(limit) = drawn.limit.filter(|limit| (low..=high).contains(limit)) {
        let at = y(limit as f64);
        let _ = write!(svg, "<path class=\"limit\" d=\"M{LEFT} {at:.0}H{RIGHT}\"/>");
    }
    let middle = |bucket: &Bucket| {
        let (from, to) = (bucket.from.as_millisecond(), bucket.to.as_millisecond());
        x(i64::midpoint(from, to))
    };
    let mut before: Option<&Bucket> = None;
    for stretch in stretches(drawn.buckets) {
        if let (Some(last), Some(first)) = (before, stretch.first()) {
            let _ = write!(
                svg,
                "<path class=\"gap\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>",
                middle(last),
                y(last.mean),
                middle(first),
                y(first.mean)
            );
        }
        before = stretch.last();
        if let [only] = stretch {
            let (x, y) = (middle(only), y(only.mean));
            let _ = write!(
                svg,
                "<circle class=\"point\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.2\"/>"
            );
            continue;
        }
        let mut line = String::new();
        let mut above = String::new();
        let mut below = String::new();
        for (n, bucket) in stretch.iter().enumerate() {
            let (at, pen) = (middle(bucket), if n == 0 { 'M' } else { 'L' });
            let _ = write!(line, "{pen}{at:.1} {:.1}", y(bucket.mean));
            let _ = write!(above, "{pen}{at:.1} {:.1}", y(bucket.greatest as f64));
            below.insert_str(0, &format!("L{at:.1} {:.1}", y(bucket.least as f64)));
        }
        let _ = write!(
            svg,
            "<path class=\"span\" d=\"{above}{below}Z\"/><path class=\"line\" d=\"{line}\"/>"
        );
    }
    let moment = |at: i64| v.date_of(at);
    let _ = write!(
        svg,
        "<text x=\"{LEFT}\" y=\"164\">{}</text>\
         <text x=\"{RIGHT}\" y=\"164\" text-anchor=\"end\">{}</text>",
        moment(drawn.from),
        moment(drawn.to)
    );
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\" focusable=\"false\">{svg}</svg>"
    )
}

/// Some room above and below, and the limit in sight where it is near.
fn padded(least: i64, greatest: i64, limit: Option<i64>) -> (i64, i64) {
    let room = ((greatest - least) / 8).max(greatest.abs() / 50).max(1);
    let (mut low, mut high) = (least - room, greatest + room);
    if let Some(limit) = limit {
        let near = (high - low) * 2;
        if limit > high && limit - high < near {
            high = limit + room;
        }
        if limit < low && low - limit < near {
            low = limit - room;
        }
    }
    if least >= 0 {
        low = low.max(0);
    }
    (low, high)
}

/// What hangs together: a PC that is off leaves a gap, not a line across it.
fn stretches(buckets: &[Bucket]) -> Vec<&[Bucket]> {
    let follows = |a: &Bucket, b: &Bucket| b.from == a.to;
    buckets.chunk_by(follows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(n: i64, value: i64) -> Bucket {
        let at = |n: i64| jiff::Timestamp::from_second(n * 60).unwrap();
        Bucket {
            from: at(n),
            to: at(n + 1),
            least: value,
            least_at: at(n),
            greatest: value,
            greatest_at: at(n),
            mean: value as f64,
            count: 1,
        }
    }

    #[test]
    fn no_line_is_drawn_across_a_night_when_the_pc_was_off() {
        let buckets = [bucket(0, 5), bucket(1, 6), bucket(9, 7)];
        let lengths: Vec<usize> = stretches(&buckets).iter().map(|s| s.len()).collect();
        assert_eq!(lengths, [2, 1]);
    }

    #[test]
    fn a_scale_has_room_and_shows_a_limit_that_is_near() {
        assert_eq!(padded(40, 60, None), (38, 62));
        assert_eq!(padded(40, 60, Some(95)), (38, 97));
        assert_eq!(padded(40, 60, Some(500)), (38, 62));
        assert!(
            padded(0, 10, None).0 == 0,
            "no room is never less than nothing"
        );
    }
}

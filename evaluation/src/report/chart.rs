//! Charts as inline SVG: titled and described for those who do not see them, told apart by
//! pattern and not by colour, so that they survive a black and white printer.

use std::fmt::Write;

use super::html::{Page, escaped};
use super::words;

/// One bar: what it is, how long, and what stands at its end.
pub(super) struct Bar {
    pub(super) label: String,
    /// Absent: unknown or suppressed, which the text says.
    pub(super) value: Option<f64>,
    pub(super) text: String,
    /// Drawn hatched: the second of two.
    pub(super) second: bool,
}

const LABEL: f64 = 230.0;
const WIDTH: f64 = 680.0;
const ROW: f64 = 24.0;

impl Page<'_> {
    /// Horizontal bars from zero.
    pub(super) fn bars(&mut self, title: &str, bars: &[Bar]) {
        if bars.iter().all(|bar| bar.value.is_none()) {
            // Words and no bar are no chart; the tables say which of the two each of them is.
            if !bars.is_empty() {
                let nothing = self.say(
                    "tout est masqué ou inconnu",
                    "all of it is suppressed or unknown",
                );
                let text = format!("{title}{} {nothing}.", self.say("\u{a0}:", ":"));
                self.element("p", &text);
            }
            return;
        }
        let most = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::max);
        let room = WIDTH - LABEL - 110.0;
        let mut drawn = String::new();
        let mut told = String::new();
        for (at, bar) in bars.iter().enumerate() {
            let top = at as f64 * ROW + 4.0;
            let length = bar
                .value
                .filter(|_| most > 0.0)
                .map_or(0.0, |value| room * value.max(0.0) / most);
            let fill = if bar.second { "url(#hatch)" } else { "#1b4f8a" };
            let (x, y) = (LABEL - 8.0, top + 13.0);
            let label = escaped(&bar.label);
            let text = escaped(&bar.text);
            let _ = writeln!(
                drawn,
                "<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\">{label}</text>\
                 <rect x=\"{LABEL}\" y=\"{top}\" width=\"{length:.1}\" height=\"17\" fill=\"{fill}\" stroke=\"#1b4f8a\"/>\
                 <text x=\"{:.1}\" y=\"{y}\">{text}</text>",
                LABEL + length + 6.0
            );
            let _ = write!(told, "{}{label} {text}", if at == 0 { "" } else { "; " });
        }
        self.svg(title, &told, bars.len() as f64 * ROW + 8.0, &drawn);
    }

    /// The lines of one indicator and part as bars.
    pub(super) fn bars_of(&mut self, title: &str, code: &str, part: &str, dimension: &str) {
        let figures = self.figures;
        let lines = figures
            .of(code)
            .filter(|line| line.part == part && line.dimension == dimension);
        let lines = lines.filter(|line| !line.category.is_empty());
        let bars: Vec<Bar> = lines
            .map(|line| Bar {
                label: words::category(&line.dimension, &line.category, self.lang),
                value: line.value,
                text: self.value(line),
                second: false,
            })
            .collect();
        self.bars(title, &bars);
    }

    /// Shares over time, from 0 to 100 %; a gap where nothing is known or may be said.
    pub(super) fn course(&mut self, title: &str, points: &[(String, Option<f64>)]) {
        let known: Vec<f64> = points.iter().filter_map(|(_, value)| *value).collect();
        if points.len() < 2 {
            return;
        }
        let (left, right, top, bottom) = (44.0, WIDTH - 12.0, 10.0, 190.0);
        let x = |at: usize| left + (right - left) * at as f64 / (points.len() - 1) as f64;
        let y = |value: f64| bottom - (bottom - top) * value;
        let mut drawn = String::new();
        for step in 0..=4 {
            let share = f64::from(step) / 4.0;
            let text = words::number(share, words::ratio(), self.lang);
            let _ = writeln!(
                drawn,
                "<line x1=\"{left}\" x2=\"{right}\" y1=\"{0:.1}\" y2=\"{0:.1}\" stroke=\"#bbb\"/>\
                 <text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{text}</text>",
                y(share),
                left - 5.0,
                y(share) + 4.0
            );
        }
        for part in points
            .iter()
            .enumerate()
            .collect::<Vec<_>>()
            .split(|(_, point)| point.1.is_none())
        {
            let places: Vec<String> = part
                .iter()
                .filter_map(|(at, point)| Some(format!("{:.1},{:.1}", x(*at), y(point.1?))))
                .collect();
            if !places.is_empty() {
                let _ = writeln!(
                    drawn,
                    "<polyline points=\"{}\" fill=\"none\" stroke=\"#1b4f8a\" stroke-width=\"2.5\" stroke-linecap=\"round\"/>",
                    places.join(" ")
                );
            }
        }
        for at in (0..points.len()).step_by((points.len() / 6).max(1)) {
            let _ = writeln!(
                drawn,
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                x(at).clamp(left + 12.0, right - 22.0),
                bottom + 18.0,
                escaped(&points[at].0)
            );
        }
        let share = |value: Option<f64>| {
            value.map_or("–".to_owned(), |value| {
                words::number(value, words::ratio(), self.lang)
            })
        };
        let least = known.iter().copied().reduce(f64::min);
        let most = known.iter().copied().reduce(f64::max);
        let told = format!(
            "{} {}, {} {}, {} {}",
            self.say("au début", "first"),
            share(known.first().copied()),
            self.say("à la fin", "last"),
            share(known.last().copied()),
            self.say("entre", "between"),
            [share(least), share(most)].join(self.say(" et ", " and "))
        );
        self.svg(title, &told, bottom + 28.0, &drawn);
    }

    fn svg(&mut self, title: &str, told: &str, height: f64, drawn: &str) {
        self.charts += 1;
        let at = self.charts;
        let (title, told) = (escaped(title), told.replace('\n', " "));
        let html = format!(
            "<figure>\n<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-labelledby=\"c{at}t c{at}d\">\n\
             <title id=\"c{at}t\">{title}</title>\n<desc id=\"c{at}d\">{told}</desc>\n\
             <defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect width=\"6\" height=\"6\" fill=\"#fff\"/><rect width=\"2\" height=\"6\" fill=\"#1b4f8a\"/></pattern></defs>\n\
             {drawn}</svg>\n<figcaption>{title}</figcaption>\n</figure>"
        );
        // Each chart brings its own pattern: ids must be one of a kind in a page.
        let html = html.replace("id=\"hatch\"", &format!("id=\"hatch{at}\""));
        let html = html.replace("url(#hatch)", &format!("url(#hatch{at})"));
        self.raw(&html);
    }
}

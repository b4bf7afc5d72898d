//! Puts text into HTML; one element a line, so that a change can be named by its line.

use declic_common::Lang;

use super::words;
use crate::disclosure::{Line, Publication};

/// A page being written.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) text: String,
    pub(super) lang: Lang,
    pub(super) figures: &'a Publication,
    pub(super) charts: usize,
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

impl Page<'_> {
    pub(super) fn say(&self, fr: &'static str, en: &'static str) -> &'static str {
        self.lang.say(fr, en)
    }

    pub(super) fn raw(&mut self, html: &str) {
        self.text.push_str(html);
        self.text.push('\n');
    }

    /// An element with text in it.
    pub(super) fn element(&mut self, name: &str, text: &str) {
        let end = name.split(' ').next().unwrap_or(name);
        let html = format!("<{name}>{}</{end}>", escaped(text));
        self.raw(&html);
    }

    pub(super) fn heading(&mut self, level: u8, id: &str, text: &str) {
        let html = format!("<h{level} id=\"{id}\">{}</h{level}>", escaped(text));
        self.raw(&html);
    }

    /// The value of a figure, or why there is none.
    pub(super) fn value(&self, line: &Line) -> String {
        match line.value {
            Some(value) => words::number(value, &line.unit, self.lang),
            None if line.is_suppressed("value") => self.secret(),
            None => self.say("inconnu", "unknown").to_owned(),
        }
    }

    fn secret(&self) -> String {
        self.say("masqué", "suppressed").to_owned()
    }

    /// What a figure rests on: numerator and denominator.
    fn basis(&self, line: &Line) -> String {
        let count = |field: &str, count: Option<f64>| match count {
            Some(value) => words::plain(value, if value.fract() == 0.0 { 0 } else { 1 }, self.lang),
            None if line.is_suppressed(field) => self.secret(),
            None => "–".to_owned(),
        };
        let has = |field: &str, value: Option<f64>| value.is_some() || line.is_suppressed(field);
        let (over, under) = (line.numerator, line.denominator);
        match (has("numerator", over), has("denominator", under)) {
            (_, false) => String::new(),
            (true, true) => format!(
                "{} / {}",
                count("numerator", over),
                count("denominator", under)
            ),
            (false, true) => format!("n = {}", count("denominator", under)),
        }
    }

    fn missing(&self, line: &Line) -> String {
        match line.missing {
            Some(value) => words::plain(value, 0, self.lang),
            None if line.is_suppressed("missing") => self.secret(),
            None => String::new(),
        }
    }

    /// How a figure is called within its indicator.
    pub(super) fn label(&self, line: &Line) -> String {
        let parts = [
            words::part(&line.part, self.lang).to_owned(),
            words::dimension(&line.dimension, self.lang).to_owned(),
            if line.category.is_empty() {
                String::new()
            } else {
                words::category(&line.dimension, &line.category, self.lang)
            },
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// A table of the figures of some indicators. `wanted` chooses among their lines.
    pub(super) fn table(&mut self, caption: &str, codes: &[&str], wanted: impl Fn(&Line) -> bool) {
        self.raw(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"table\"><table>"
                .replace(
                    "aria-label=\"table\"",
                    &format!("aria-label=\"{}\"", escaped(caption)),
                )
                .as_str(),
        );
        self.element("caption", caption);
        let heads = [
            self.say("Indicateur", "Indicator"),
            self.say("Valeur", "Value"),
            self.say("Sur", "Out of"),
            self.say("Manquants", "Missing"),
        ];
        let heads = heads
            .map(|head| format!("<th scope=\"col\">{head}</th>"))
            .concat();
        self.raw(&format!("<thead><tr>{heads}</tr></thead><tbody>"));
        let figures = self.figures;
        for code in codes {
            let lines: Vec<&Line> = figures.of(code).filter(|line| wanted(line)).collect();
            let number = lines.first().and_then(|line| line.number);
            let number = number.map_or(String::new(), |number| format!("{number}. "));
            let title = words::title(code, self.lang);
            for line in lines {
                let label = self.label(line);
                let name = if label.is_empty() {
                    format!("{number}{title}")
                } else {
                    format!("{number}{title} : {label}").replace(" :", self.say("\u{a0}:", ":"))
                };
                let value = line
                    .value
                    .map_or(String::new(), |value| format!(" value=\"{value}\""));
                let row = format!(
                    "<tr><th scope=\"row\">{}</th><td><data data-figure=\"{}\"{value}>{}</data></td><td>{}</td><td>{}</td></tr>",
                    escaped(&name),
                    escaped(
                        &[
                            line.code.as_str(),
                            &line.part,
                            &line.dimension,
                            &line.category
                        ]
                        .join("/")
                    ),
                    escaped(&self.value(line)),
                    escaped(&self.basis(line)),
                    escaped(&self.missing(line)),
                );
                self.raw(&row);
            }
        }
        self.raw("</tbody></table></div>");
    }

    /// All figures of some indicators.
    pub(super) fn all(&mut self, caption: &str, codes: &[&str]) {
        self.table(caption, codes, |_| true);
    }
}

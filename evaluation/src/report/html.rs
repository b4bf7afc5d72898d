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
        words::value(line, self.lang)
    }

    /// How a figure is called within its indicator.
    pub(super) fn label(&self, line: &Line) -> String {
        words::label(line, self.lang)
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
                    escaped(&words::basis(line, self.lang)),
                    escaped(&words::missing(line, self.lang)),
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

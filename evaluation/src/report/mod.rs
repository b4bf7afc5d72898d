//! The reports: one HTML file each that needs nothing else, for the screen and for A4.
//!
//! The full one follows the seven criteria of the call. The short one is for the municipal
//! council and the public. Both carry their figures for programs too, so that
//! [`crate::verify`] can read them back.

mod chart;
mod criteria;
mod html;
mod method;
mod precedents;
mod public;
#[cfg(test)]
mod tests;
pub mod words;

use declic_common::Lang;

use crate::dataset::Dataset;
use crate::dataset::manifest::Manifest;
use crate::dataset::seal::hex;
use crate::disclosure::Publication;
use html::{Page, escaped};

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The seven criteria, method, annexes.
    Full,
    /// A few pages for the council and the public.
    Public,
}

impl Kind {
    /// By which a report is told from the other.
    pub fn mark(self) -> String {
        let kind = if self == Kind::Full { "full" } else { "public" };
        format!("<meta name=\"declic-report\" content=\"{kind}\">")
    }
}

/// Writes a report. Of the dataset it reads only what describes no household: the programme and
/// its own words.
pub fn report(
    kind: Kind,
    figures: &Publication,
    data: &Dataset,
    manifest: &Manifest,
    lang: Lang,
) -> String {
    let mut page = Page {
        text: String::new(),
        lang,
        figures,
        charts: 0,
    };
    let name = data.programme.first().map_or("", |row| row.name.as_str());
    let title = match kind {
        Kind::Full => page.say("Rapport d’évaluation", "Evaluation report"),
        Kind::Public => page.say("Ce que le programme a changé", "What the programme changed"),
    };
    page.raw("<!doctype html>");
    page.raw(&format!("<html lang=\"{}\">", lang.say("fr", "en")));
    page.raw("<head>\n<meta charset=\"utf-8\">");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    page.raw(&kind.mark());
    page.element("title", &format!("{title} – {name}"));
    page.raw(&format!(
        "<style>\n{}</style>\n</head>\n<body>",
        include_str!("style.css")
    ));
    page.raw("<header>");
    page.element("h1", title);
    head(&mut page, data, manifest);
    page.raw("</header>\n<main>");
    match kind {
        Kind::Full => {
            criteria::write(&mut page, data);
            method::write(&mut page, manifest);
        }
        Kind::Public => public::write(&mut page, data),
    }
    page.raw("</main>");
    let json = serde_json::to_string(figures).expect("a publication has text keys");
    // A text in it must not end the element.
    let json = json.replace("</", "<\\/");
    page.raw(&format!(
        "<script type=\"application/json\" id=\"figures\">{json}</script>"
    ));
    page.raw("</body>\n</html>");
    page.text
}

fn head(page: &mut Page, data: &Dataset, manifest: &Manifest) {
    let about = &manifest.about;
    if let Some(programme) = data.programme.first() {
        let text = format!("{} – {}", programme.name, programme.carrier);
        page.element("p class=\"lead\"", &text);
        if programme.demonstration {
            let text = page.say(
                "Démonstration : toutes les données de ce rapport sont inventées.",
                "Demonstration: all data in this report are made up.",
            );
            page.raw(&format!(
                "<p class=\"note\"><strong>{}</strong></p>",
                escaped(text)
            ));
        }
    }
    let day = |day| words::day(day, page.lang);
    let (from, to) = (day(about.period.from), day(about.period.to));
    let frozen = day(about.frozen_on);
    let text = if page.lang == Lang::Fr {
        format!("Du {from} inclus au {to} exclu. Données figées le {frozen}.")
    } else {
        format!("From {from} to before {to}. Data frozen on {frozen}.")
    };
    page.element("p", &text);
    let digest = ring::digest::digest(&ring::digest::SHA256, &manifest.to_bytes());
    let text = format!(
        "{} {} ({})",
        page.say(
            "Empreinte du jeu de données :",
            "Fingerprint of the dataset:"
        ),
        &hex(digest.as_ref())[..32],
        about.software
    );
    page.element("p", &text);
}

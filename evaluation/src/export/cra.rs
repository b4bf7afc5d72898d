//! The activity file of digital mediators: one line a session or a help, with the words of the
//! CRA. It counts who came and names nobody.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::calendar::Period;
use crate::dataset::{Dataset, Key, Site};
use crate::vocabulary::{SessionKind, Word};

const COLUMNS: [&str; 13] = [
    "type",
    "date",
    "duree_minutes",
    "lieu",
    "atelier",
    "commune",
    "code_postal",
    "code_insee",
    "niveau",
    "thematiques",
    "materiel",
    "autonomie",
    "beneficiaires",
];

/// Activities of a period, in the order of their days.
pub fn activities(data: &Dataset, period: Period, to: impl Write) -> io::Result<()> {
    let sites: HashMap<&str, &Site> = data
        .sites
        .iter()
        .map(|site| (site.site.as_str(), site))
        .collect();
    let mut lines: Vec<[String; 13]> = Vec::new();
    let place = |site: &str| {
        let known = sites.get(site);
        let text = |part: fn(&Site) -> &Option<String>| {
            known
                .and_then(|site| part(site).clone())
                .unwrap_or_default()
        };
        [
            known.map_or_else(|| site.to_owned(), |site| site.name.clone()),
            text(|site| &site.commune),
            text(|site| &site.postal_code),
            text(|site| &site.insee_code),
        ]
    };
    let mut themes: HashMap<Key, Vec<&str>> = HashMap::new();
    for row in &data.session_themes {
        themes
            .entry(row.session)
            .or_default()
            .push(row.theme.word());
    }
    let mut about: HashMap<Key, Vec<&str>> = HashMap::new();
    for row in &data.assistance_themes {
        about
            .entry(row.assistance)
            .or_default()
            .push(row.theme.word());
    }
    let mut came: HashMap<Key, Vec<Option<&str>>> = HashMap::new();
    for row in &data.attendance {
        came.entry(row.session)
            .or_default()
            .push(row.autonomy.map(Word::word));
    }
    for session in data
        .sessions
        .iter()
        .filter(|session| period.holds(session.day))
    {
        let people = came.get(&session.session).map_or(&[][..], Vec::as_slice);
        // Autonomy is of one person: of a group the file has none.
        let alone = session.kind == SessionKind::Individual;
        let autonomy = people.first().copied().flatten().filter(|_| alone);
        let [name, commune, postal_code, insee_code] = place(&session.site);
        lines.push([
            session.kind.word().to_owned(),
            session.day.to_string(),
            session.length_minutes.to_string(),
            session.place.map_or("", Word::word).to_owned(),
            name,
            commune,
            postal_code,
            insee_code,
            session.level.map_or("", Word::word).to_owned(),
            themes
                .get(&session.session)
                .map(|themes| themes.join("|"))
                .unwrap_or_default(),
            String::new(),
            autonomy.unwrap_or_default().to_owned(),
            people.len().to_string(),
        ]);
    }
    for help in data.assistance.iter().filter(|help| period.holds(help.day)) {
        let [name, commune, postal_code, insee_code] = place(&help.site);
        lines.push([
            SessionKind::Individual.word().to_owned(),
            help.day.to_string(),
            help.given_minutes
                .map_or_else(String::new, |time| time.to_string()),
            help.place.map_or("", Word::word).to_owned(),
            name,
            commune,
            postal_code,
            insee_code,
            String::new(),
            about
                .get(&help.assistance)
                .map(|themes| themes.join("|"))
                .unwrap_or_default(),
            help.equipment.map_or("", Word::word).to_owned(),
            help.autonomy.map_or("", Word::word).to_owned(),
            "1".to_owned(),
        ]);
    }
    lines.sort_by(|a, b| a[1].cmp(&b[1]));
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(COLUMNS)?;
    for line in lines {
        csv.write_record(&line)?;
    }
    csv.flush()
}

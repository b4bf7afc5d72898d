//! What we want to reach: the product is measured against these, whoever runs it.

/// The most that a figure may be, by bench and name.
const AIMS: &[(&str, &str, f64)] = &[
    ("agent", super::agent::CPU, 1.0),
    ("agent", super::agent::BYTES, 1_500.0),
    ("agent", super::agent::MEMORY, 4_608.0),
    ("agent", super::agent::SIZE, 3_000.0),
    ("ingest", super::ingest::CPU, 25.0),
    ("connections", super::connections::MEMORY, 20.0),
    ("history", super::history::SEALED, 1.2),
    ("history", super::history::FILES, 2.5),
    ("history", super::history::STARTED, 64.0),
    ("history", super::history::READ, 64.0),
    ("history", super::history::MADE, 120.0),
    ("query", super::query::LATEST, 0.4),
    ("query", super::query::RAW, 1.0),
    ("query", super::query::FLEET, 20.0),
];

pub(crate) fn aim(bench: &str, what: &str) -> Option<f64> {
    let found = AIMS.iter().find(|aim| (aim.0, aim.1) == (bench, what));
    found.map(|aim| aim.2)
}

//! `declic store sizes`: what takes the room.

use serde_json::{Value, json};

use super::{CheckArgs, find};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Format, Said, csv, json, table};
use crate::cli::words::Voice;
use crate::store::keys;
use crate::store::sizes::{Size, Sizes, sizes};
use crate::store::sled::{Options, SledStore};

pub(super) fn run(args: &CheckArgs, v: &Voice) -> Result<Said, Failure> {
    let place = find(&args.data_dir, v)?;
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(
            Exit::Failed,
            v.say(
                format!("la base ne se lit pas ({error}) ; voir `declic store check`"),
                format!("the store cannot be read ({error}); see `declic store check`"),
            ),
        )
    };
    let store = SledStore::open(&place, Options::default()).map_err(|error| failed(&error))?;
    let found = sizes(&store).map_err(|error| failed(&error))?;
    drop(store);
    let files = folder_bytes(&place).map_err(|error| failed(&error))?;
    let kinds = groups(&found, v);
    Ok(Said::out(match args.format {
        Format::Json => json(&summary(&found, &kinds, files)),
        Format::Csv => {
            let rows: Vec<Value> = kinds.iter().map(|kind| kind.value()).collect();
            csv(&rows, &["kind", "rows", "bytes"])
        }
        Format::Table => screen(&found, &kinds, files, v),
    }))
}

/// Kinds that people tell apart.
struct Group {
    word: &'static str,
    shown: &'static str,
    size: Size,
}

impl Group {
    fn value(&self) -> Value {
        json!({"kind": self.word, "rows": self.size.rows, "bytes": self.size.bytes})
    }
}

fn groups(found: &Sizes, v: &Voice) -> Vec<Group> {
    use keys::chunk::{HOURS, MINUTES, REPORTS, ROLLUP};
    let of = |wanted: &dyn Fn(u8, u8) -> bool| {
        let kinds = found
            .kinds
            .iter()
            .filter(|((space, kind), _)| wanted(*space, *kind));
        kinds.fold(Size::default(), |sum, (_, size)| Size {
            rows: sum.rows + size.rows,
            bytes: sum.bytes + size.bytes,
        })
    };
    let sealed = |wanted: u8| move |space: u8, kind: u8| (space, kind) == (3, wanted);
    let group = |word, french, english, size| Group {
        word,
        shown: v.say(french, english),
        size,
    };
    vec![
        group(
            "state",
            "états, tickets, journaux",
            "states, tickets, journals",
            of(&|space, _| space == 1),
        ),
        group(
            "rows",
            "relevés des dernières 36 h",
            "reports of the last 36 h",
            of(&|space, _| space == 2),
        ),
        group(
            "sealed",
            "relevés scellés",
            "sealed reports",
            of(&sealed(REPORTS)),
        ),
        group(
            "hours",
            "sommes par heure",
            "sums by hour",
            of(&sealed(HOURS)),
        ),
        group(
            "rollups",
            "sommes par jour",
            "sums by day",
            of(&sealed(ROLLUP)),
        ),
        group(
            "minutes",
            "minutes par jour",
            "minutes by day",
            of(&sealed(MINUTES)),
        ),
        group("audit", "registre", "audit", of(&|space, _| space == 4)),
    ]
}

fn per_sample(bytes: u64, found: &Sizes) -> Option<f64> {
    (found.samples > 0).then(|| bytes as f64 / found.samples as f64)
}

fn summary(found: &Sizes, kinds: &[Group], files: u64) -> Value {
    json!({
        "kinds": kinds.iter().map(Group::value).collect::<Vec<_>>(),
        "rows": found.all().rows,
        "bytes": found.all().bytes,
        "file_bytes": files,
        "sealed_reports": found.reports,
        "sealed_samples": found.samples,
        "sealed_bytes_per_sample": per_sample(found.sealed().bytes, found),
        "file_bytes_per_sample": per_sample(files, found),
    })
}

fn screen(found: &Sizes, kinds: &[Group], files: u64, v: &Voice) -> String {
    let head = v.say(["QUOI", "LIGNES", "TAILLE"], ["WHAT", "ROWS", "SIZE"]);
    let row = |kind: &Group| {
        let size = kind.size;
        vec![
            kind.shown.to_owned(),
            v.number(size.rows),
            v.memory(size.bytes),
        ]
    };
    let mut text = table(&head, &kinds.iter().map(row).collect::<Vec<_>>());
    let files = v.memory(files);
    text.push_str(&v.say(
        format!("\nFichiers de la base : {files}\n"),
        format!("\nFiles of the store: {files}\n"),
    ));
    if let Some(bytes) = per_sample(found.sealed().bytes, found) {
        let (samples, bytes) = (v.number(found.samples), v.hundredths(bytes));
        text.push_str(&v.say(
            format!("Relevés scellés : {samples} valeurs, {bytes} octets chacune\n"),
            format!("Sealed reports: {samples} values, {bytes} bytes each\n"),
        ));
    }
    text
}

fn folder_bytes(folder: &std::path::Path) -> std::io::Result<u64> {
    let mut total = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.metadata()?;
        total += match kind.is_dir() {
            true => folder_bytes(&entry.path())?,
            false => kind.len(),
        };
    }
    Ok(total)
}

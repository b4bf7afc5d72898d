//! A Frictionless Data Package: a folder of CSV files and `datapackage.json`, which says what
//! each column means, its unit, its words, and where it leads.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use ring::digest::{Context, SHA256};
use serde_json::{Value, json};

use super::codes::CodeLists;
use super::{ExportError, Figures, tables};
use crate::dataset::check::leads_to;
use crate::dataset::seal::hex;
use crate::dataset::{Dataset, Field, Table};
use crate::disclosure::Publication;

/// Writes the package into `folder`, which must be there. `rows`: the pseudonymous rows too, for
/// those who recompute; never for the public.
pub fn package(
    publication: &Publication,
    rows: Option<&Dataset>,
    software: &str,
    folder: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<(), ExportError> {
    let (figures, codes) = (Figures(publication), CodeLists::default());
    let tables = tables(&figures, &codes, rows);
    let known: Vec<&str> = tables.iter().map(|table| table.name()).collect();
    let mut resources = Vec::new();
    for table in &tables {
        let name = format!("{}.csv", table.name());
        let place = folder.join(&name);
        let mut file = BufWriter::new(File::create(&place)?);
        super::text::csv(*table, &mut file)?;
        file.flush()?;
        drop(file);
        let (bytes, sha256) = measure(&place)?;
        resources.push(json!({
            "name": table.name(),
            "path": name,
            "profile": "tabular-data-resource",
            "description": table.about(),
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": bytes,
            "hash": format!("sha256:{sha256}"),
            "schema": schema(*table, &known),
        }));
        progress(table.name());
    }
    let period = publication.period;
    let description = json!({
        "profile": "tabular-data-package",
        "name": "declic-evaluation",
        "title": format!("Évaluation du programme {}", publication.programme),
        "description": format!(
            "Period from {} (included) to {} (not included), local days of Europe/Paris; counts of fewer than {} households are left out.",
            period.from, period.to, publication.k
        ),
        "software": software,
        "audience": publication.audience.word(),
        "k": publication.k,
        "period": { "from": period.from.to_string(), "to": period.to.to_string() },
        "resources": resources,
    });
    let mut file = BufWriter::new(File::create(folder.join("datapackage.json"))?);
    serde_json::to_writer_pretty(&mut file, &description).map_err(std::io::Error::from)?;
    file.write_all(b"\n")?;
    file.flush()?;
    Ok(())
}

fn measure(place: &Path) -> std::io::Result<(u64, String)> {
    let (mut file, mut sha256, mut bytes) = (File::open(place)?, Context::new(&SHA256), 0);
    let mut part = [0; 65_536];
    loop {
        let read = file.read(&mut part)?;
        if read == 0 {
            return Ok((bytes, hex(sha256.finish().as_ref())));
        }
        bytes += read as u64;
        sha256.update(&part[..read]);
    }
}

/// The Table Schema of a table.
pub fn schema(table: &dyn Table, known: &[&str]) -> Value {
    let fields: Vec<Value> = table.fields().iter().map(described).collect();
    let mut schema = json!({ "fields": fields, "missingValues": [""] });
    if !table.key().is_empty() {
        schema["primaryKey"] = json!(table.key());
    }
    let mut keys = Vec::new();
    for field in table.fields() {
        // In the figures an empty site is the whole programme.
        let target = leads_to(table.name(), field.name).filter(|target| known.contains(target));
        if let Some(target) = target.filter(|_| field.required) {
            keys.push(json!({
                "fields": [field.name],
                "reference": { "resource": target, "fields": [field.name] },
            }));
        }
    }
    if !keys.is_empty() {
        schema["foreignKeys"] = json!(keys);
    }
    schema
}

fn described(field: &Field) -> Value {
    let mut constraints = serde_json::Map::new();
    if field.required {
        constraints.insert("required".into(), json!(true));
    }
    let words: Vec<&str> = field.words.iter().map(|(word, _, _)| *word).collect();
    if !words.is_empty() {
        constraints.insert("enum".into(), json!(words));
    }
    let mut described = json!({
        "name": field.name,
        "type": field.kind,
        "description": field.description,
    });
    if !constraints.is_empty() {
        described["constraints"] = Value::Object(constraints);
    }
    if let Some(unit) = field.unit() {
        described["unit"] = json!(unit);
    }
    described
}

//! All history as a stream: one line per report, device by device, oldest first.
//!
//! A thread reads a block at a time and hands it over in pieces; a reader that is slow
//! slows it down, and one that goes away stops it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use declic_common::api::HistoryLine;
use tokio::sync::mpsc;

use super::fleet::{seen_from, within};
use super::query::{check_period, each_block, find_all};
use super::read::{Block, Wanted};
use crate::app::App;
use crate::app::device::{QueryError, time};
use crate::app::registry::Entry;
use crate::domain::days::paris;
use crate::domain::metric::{METRICS, Metric};
use crate::domain::rights::Reach;
use crate::store::StoreError;

/// Pieces that wait for a slow reader.
const WAITING: usize = 4;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One object a line (`HistoryLine`).
    JsonLines,
    /// A head, then one column per metric; empty where a reading was absent.
    Csv,
}

/// What is exported. `to` is not included; times are ms UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub reach: Reach,
    pub site: Option<String>,
    /// All of them where none is named.
    pub metrics: Option<String>,
    pub from: i64,
    pub to: i64,
    pub form: Form,
    /// Whether a CSV begins with its head.
    pub head: bool,
}

/// A piece of the export, or why it ends here.
pub type Piece = Result<Vec<u8>, StoreError>;

/// Begins an export. What a household did beyond what may be seen of it is left out.
pub fn start(
    app: &Arc<App>,
    export: Export,
    now: i64,
) -> Result<mpsc::Receiver<Piece>, QueryError> {
    check_period(export.from, export.to)?;
    let metrics: Vec<&'static Metric> = match &export.metrics {
        Some(names) => find_all(names)?,
        None => METRICS.iter().collect(),
    };
    let entries = within(app, &export.reach, export.site.as_deref());
    let (pieces, reader) = mpsc::channel(WAITING);
    let store = Arc::clone(&app.store);
    tokio::task::spawn_blocking(move || {
        let zone = paris();
        let head = export.head && export.form == Form::Csv;
        if head && pieces.blocking_send(Ok(csv_head(&metrics))).is_err() {
            return;
        }
        for entry in entries {
            let wanted = Wanted {
                device: entry.device.id,
                metrics: &metrics,
                to: export.to,
                ids: true,
            };
            let from = seen_from(&entry, export.from, now, &zone);
            let mut gone = false;
            let read = each_block(store.as_ref(), &wanted, from, |found| {
                let piece = write(&entry, &metrics, found, export.form);
                gone = !piece.is_empty() && pieces.blocking_send(Ok(piece)).is_err();
                match gone {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            });
            if let Err(error) = read {
                tracing::error!(%error, "an export ends early");
                let _ = pieces.blocking_send(Err(error));
                return;
            }
            if gone {
                return;
            }
        }
    });
    Ok(reader)
}

fn csv_head(metrics: &[&'static Metric]) -> Vec<u8> {
    let columns = ["device", "asset", "at", "estimated"].into_iter();
    let columns = columns.chain(metrics.iter().map(|metric| metric.name));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).expect(IN_MEMORY);
    writer.into_inner().expect(IN_MEMORY)
}

const IN_MEMORY: &str = "writing to memory does not fail";

fn write(entry: &Entry, metrics: &[&'static Metric], found: &Block, form: Form) -> Vec<u8> {
    let device = entry.device.id.to_string();
    let asset = entry.device.asset.clone();
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut json = Vec::new();
    for (n, at) in found.times.iter().enumerate() {
        let values = metrics.iter().zip(&found.values);
        let values = values.map(|(metric, column)| (metric.name, column[n]));
        match form {
            Form::JsonLines => {
                let values: BTreeMap<Cow<'static, str>, i64> = values
                    .filter_map(|(name, value)| Some((name.into(), value?)))
                    .collect();
                if values.is_empty() {
                    continue;
                }
                let line = HistoryLine {
                    device: device.clone(),
                    asset: asset.clone(),
                    at: time(*at),
                    estimated: found.estimated[n],
                    values,
                };
                serde_json::to_writer(&mut json, &line).expect(IN_MEMORY);
                json.push(b'\n');
            }
            Form::Csv => {
                // A tag that a spreadsheet would take for a formula stays a text.
                let asset = asset.as_deref().unwrap_or_default();
                let harmless = match asset.starts_with(['=', '+', '-', '@']) {
                    true => format!("'{asset}"),
                    false => asset.to_owned(),
                };
                let estimated = if found.estimated[n] { "true" } else { "" };
                let first = [
                    device.clone(),
                    harmless,
                    time(*at).to_string(),
                    estimated.into(),
                ];
                let values = values.map(|(_, value)| match value {
                    Some(value) => value.to_string(),
                    None => String::new(),
                });
                csv.write_record(first.into_iter().chain(values))
                    .expect(IN_MEMORY);
            }
        }
    }
    match form {
        Form::JsonLines => json,
        Form::Csv => csv.into_inner().expect(IN_MEMORY),
    }
}

//! The lines of a file, one at a time: a bad one is told and does not stop the others.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use declic_common::api::HistoryLine;
use jiff::Timestamp;

use super::unreadable;
use crate::cli::exit::{Exit, Failure};
use crate::cli::export::Lines;
use crate::cli::words::Voice;

/// A line longer than this is none of ours.
const LINE_BYTES: usize = 64 * 1024;

/// One line, as it was understood.
pub(super) struct Line {
    /// Counted from 1, as editors do.
    pub(super) number: u64,
    pub(super) bytes: usize,
    pub(super) read: Result<HistoryLine, String>,
}

pub(super) struct Reader {
    path: PathBuf,
    form: Form,
}

#[allow(clippy::large_enum_variant)] // one of them, once in a process
enum Form {
    Json {
        file: BufReader<File>,
        number: u64,
    },
    Csv {
        rows: csv::StringRecordsIntoIter<File>,
        columns: Vec<String>,
    },
}

impl Reader {
    pub(super) fn open(path: &Path, format: Option<Lines>, v: &Voice) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| unreadable(path, &error, v))?;
        let by_name = match path.extension().is_some_and(|end| end == "csv") {
            true => Lines::Csv,
            false => Lines::Jsonl,
        };
        let form = match format.unwrap_or(by_name) {
            Lines::Jsonl => Form::Json {
                file: BufReader::new(file),
                number: 0,
            },
            Lines::Csv => {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
                let head = reader
                    .headers()
                    .map_err(|error| unreadable(path, &error, v))?;
                let columns: Vec<String> = head.iter().map(|name| name.trim().to_owned()).collect();
                for needed in ["device", "at"] {
                    if !columns.iter().any(|name| name == needed) {
                        return Err(Failure::new(
                            Exit::Usage,
                            v.say(
                                format!("l’en-tête n’a pas de colonne {needed}"),
                                format!("the head has no column {needed}"),
                            ),
                        ));
                    }
                }
                Form::Csv {
                    rows: reader.into_records(),
                    columns,
                }
            }
        };
        Ok(Reader {
            path: path.to_owned(),
            form,
        })
    }

    /// The next line that is not empty.
    pub(super) fn next(&mut self, v: &Voice) -> Result<Option<Line>, Failure> {
        match &mut self.form {
            Form::Json { file, number } => loop {
                let mut text = Vec::new();
                let read = file.read_until(b'\n', &mut text);
                let bytes = read.map_err(|error| unreadable(&self.path, &error, v))?;
                if bytes == 0 {
                    return Ok(None);
                }
                *number += 1;
                if text.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                let read = match bytes > LINE_BYTES {
                    true => Err("the line is longer than 64 KiB".to_owned()),
                    false => serde_json::from_slice(&text).map_err(|error| error.to_string()),
                };
                let number = *number;
                return Ok(Some(Line {
                    number,
                    bytes,
                    read,
                }));
            },
            Form::Csv { rows, columns } => {
                let number = rows.reader().position().line();
                let Some(row) = rows.next() else {
                    return Ok(None);
                };
                let row = match row {
                    Ok(row) => row,
                    Err(error) => {
                        return Ok(Some(Line {
                            number,
                            bytes: 0,
                            read: Err(error.to_string()),
                        }));
                    }
                };
                let number = row.position().map_or(number, csv::Position::line);
                let cells = columns.iter().map(String::as_str).zip(row.iter());
                Ok(Some(Line {
                    number,
                    // As JSON it is longer: each value has its name.
                    bytes: row.as_slice().len() + columns.iter().map(String::len).sum::<usize>(),
                    read: match row.len() == columns.len() {
                        true => line(cells),
                        false => Err(format!("{} columns, not {}", row.len(), columns.len())),
                    },
                }))
            }
        }
    }
}

/// A report out of the cells of a row; an empty one is a reading that was absent.
fn line<'a>(cells: impl Iterator<Item = (&'a str, &'a str)>) -> Result<HistoryLine, String> {
    let mut line = HistoryLine {
        device: String::new(),
        asset: None,
        at: Timestamp::UNIX_EPOCH,
        estimated: false,
        values: BTreeMap::new(),
    };
    for (name, cell) in cells {
        let cell = cell.trim();
        match name {
            "device" => line.device = cell.to_owned(),
            "at" => {
                let at = cell.parse::<Timestamp>();
                line.at =
                    at.map_err(|_| format!("{cell:?} is no moment, such as 2026-11-01T08:00:00Z"))?;
            }
            "estimated" => line.estimated = ["true", "1"].contains(&cell),
            "asset" => {}
            _ if cell.is_empty() => {}
            name => {
                let value = cell.parse::<i64>();
                let value = value.map_err(|_| format!("{name}: {cell:?} is no whole number"))?;
                line.values.insert(name.to_owned().into(), value);
            }
        }
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use declic_common::lang::Lang;

    use super::*;

    fn read(text: &str, end: &str) -> Vec<(u64, Result<HistoryLine, String>)> {
        let v = Voice::new(Lang::En, Timestamp::UNIX_EPOCH);
        let mut file = tempfile::Builder::new().suffix(end).tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut reader = Reader::open(file.path(), None, &v).unwrap();
        let mut lines = Vec::new();
        while let Some(line) = reader.next(&v).unwrap() {
            lines.push((line.number, line.read));
        }
        lines
    }

    #[test]
    fn the_same_reports_are_read_from_both_forms() {
        let json = read(
            "{\"device\":\"BDX-001\",\"at\":\"2026-11-01T08:00:00Z\",\"values\":{\"load1_centi\":4}}\n\n\
             {\"device\":\"BDX-002\",\"at\":\"2026-11-01T08:05:00Z\",\"estimated\":true,\"values\":{}}\n",
            ".jsonl",
        );
        let csv = read(
            "device,asset,at,estimated,load1_centi,cpu_mean_permille\n\
             BDX-001,,2026-11-01T08:00:00Z,,4,\n\
             BDX-002,,2026-11-01T08:05:00Z,true,,\n",
            ".csv",
        );
        assert_eq!(json.len(), 2);
        assert_eq!((json[0].0, json[1].0), (1, 3));
        assert_eq!((csv[0].0, csv[1].0), (2, 3));
        for (one, other) in json.iter().zip(&csv) {
            assert_eq!(one.1, other.1);
        }
        assert!(json[1].1.as_ref().unwrap().estimated);
    }

    #[test]
    fn a_bad_line_is_told_by_its_number_and_the_next_one_is_read() {
        let json = read("noise\n{\"device\":\"a\"}\n", ".jsonl");
        assert_eq!(json.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2]);
        assert!(json.iter().all(|(_, line)| line.is_err()));
        let csv = read(
            "device,at,load1_centi\nBDX-001,yesterday,4\nBDX-001\n\
             BDX-001,2026-11-01T08:00:00Z,4.5\nBDX-001,2026-11-01T08:00:00Z,4\n",
            ".csv",
        );
        let good: Vec<bool> = csv.iter().map(|(_, line)| line.is_ok()).collect();
        assert_eq!(good, [false, false, false, true]);
        assert_eq!(csv[2].0, 4);
    }
}

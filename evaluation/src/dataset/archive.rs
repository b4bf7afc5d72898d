//! One file for a dataset: a tar with `manifest.json`, `signature.json` and one CSV per
//! table, every byte of which follows from the rows.
//!
//! Any machine opens it with ordinary tools. Reading never trusts it: whatever differs
//! from what the manifest says, or from the one way of writing it, is named as a fault.

use std::io::{self, Read, Write};

use ring::digest::{Context, SHA256};

use super::manifest::{About, FORMAT, Manifest, Part};
use super::seal::{Signature, SigningKey, hex};
use super::{Dataset, Table, TableMut};

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(
        "failed to read the dataset (is it a file that `declic evaluation freeze` wrote, and whole?)"
    )]
    Unreadable(#[source] io::Error),
    #[error(
        "the file holds no {0} where one must be (it is no dataset, or another order was given to it)"
    )]
    Absent(&'static str),
    #[error(
        "the dataset has the format {0:?}, which this version does not know (use the version that wrote it, or a newer one)"
    )]
    Format(String),
    #[error("the manifest cannot be understood (take an untouched copy of the dataset)")]
    Manifest(#[source] serde_json::Error),
    #[error("the signature cannot be understood (take an untouched copy of the dataset)")]
    Signature(#[source] serde_json::Error),
}

/// Something in a dataset that is not as it was when it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Manifest and signature do not fit.
    Signature,
    /// It was signed, but by another key than the one that was expected.
    Signer {
        expected: String,
        found: String,
    },
    /// The bytes of a table are not those that were signed.
    TableChanged {
        table: String,
        expected: String,
        found: String,
    },
    /// A line of a table cannot be read. `column` is `(line)` where the line as a whole is wrong.
    Row {
        table: String,
        line: u64,
        column: String,
    },
    TableMissing {
        table: String,
    },
    /// The file holds something that no dataset has.
    Extra {
        name: String,
    },
    /// The contents are as they were, but bytes around them (headers, padding) are not.
    Framing {
        first_byte: u64,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Signature => write!(f, "the signature does not fit the manifest"),
            Fault::Signer { expected, found } => {
                write!(f, "signed by {found}, not by {expected}")
            }
            Fault::TableChanged {
                table,
                expected,
                found,
            } => {
                write!(f, "{table}.csv changed: SHA-256 is {found}, was {expected}")
            }
            Fault::Row {
                table,
                line,
                column,
            } => {
                write!(f, "{table}.csv, line {line}: {column} cannot be read")
            }
            Fault::TableMissing { table } => write!(f, "{table}.csv is missing"),
            Fault::Extra { name } => write!(f, "{name} does not belong to a dataset"),
            Fault::Framing { first_byte } => {
                write!(f, "byte {first_byte} of the file is not as it was written")
            }
        }
    }
}

/// A dataset as it was read, with everything that is wrong with it.
#[derive(Debug)]
pub struct Opened {
    pub dataset: Dataset,
    pub manifest: Manifest,
    pub signature: Signature,
    pub faults: Vec<Fault>,
}

/// Writes a table as CSV: a line of names, then the rows.
pub fn write_csv(table: &dyn Table, to: impl Write) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().from_writer(to);
    csv.write_record(table.fields().iter().map(|field| field.name))?;
    let mut text = String::new();
    for row in 0..table.rows() {
        for cell in table.cells(row) {
            text.clear();
            std::fmt::write(&mut text, format_args!("{cell}")).map_err(io::Error::other)?;
            csv.write_field(&text)?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

/// Freezes sorted rows into one signed file. `progress` hears of each finished table.
pub fn write(
    dataset: &mut Dataset,
    about: About,
    key: &SigningKey,
    to: impl Write,
    progress: &mut dyn FnMut(&str),
) -> io::Result<Manifest> {
    dataset.sort();
    let manifest = describe(dataset, about)?;
    let signature = key.sign(&manifest.to_bytes());
    put(dataset, &manifest, &signature, to, progress)?;
    Ok(manifest)
}

fn describe(dataset: &Dataset, about: About) -> io::Result<Manifest> {
    let mut tables = Vec::new();
    for table in dataset.tables() {
        let mut hashed = Hashed::new(io::sink());
        write_csv(table, &mut hashed)?;
        let (bytes, sha256) = hashed.end();
        tables.push(Part {
            table: table.name().to_owned(),
            rows: table.rows() as u64,
            bytes,
            sha256,
        });
    }
    Ok(Manifest {
        format: FORMAT.to_owned(),
        about,
        tables,
    })
}

fn put(
    dataset: &Dataset,
    manifest: &Manifest,
    signature: &Signature,
    to: impl Write,
    progress: &mut dyn FnMut(&str),
) -> io::Result<()> {
    let mut to = io::BufWriter::new(to);
    let manifest_bytes = manifest.to_bytes();
    let mut signature_bytes = serde_json::to_vec_pretty(signature)?;
    signature_bytes.push(b'\n');
    to.write_all(header("manifest.json", manifest_bytes.len() as u64)?.as_bytes())?;
    padded(&mut to, &manifest_bytes)?;
    to.write_all(header("signature.json", signature_bytes.len() as u64)?.as_bytes())?;
    padded(&mut to, &signature_bytes)?;
    for (table, part) in dataset.tables().into_iter().zip(&manifest.tables) {
        to.write_all(header(&file_of(&part.table), part.bytes)?.as_bytes())?;
        write_csv(table, &mut to)?;
        to.write_all(&PADDING[..padding(part.bytes)])?;
        progress(&part.table);
    }
    to.write_all(&PADDING)?;
    to.write_all(&PADDING)?;
    to.flush()
}

const PADDING: [u8; 512] = [0; 512];

fn padding(bytes: u64) -> usize {
    (512 - (bytes % 512) as usize) % 512
}

fn padded(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)?;
    to.write_all(&PADDING[..padding(bytes.len() as u64)])
}

fn file_of(table: &str) -> String {
    format!("tables/{table}.csv")
}

/// Nothing of the machine: no owner, no date.
fn header(name: &str, bytes: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    Ok(header)
}

/// Reads a dataset and names all that changed. `signer`, if given, is the public key
/// (hexadecimal) that must have signed it.
pub fn read(from: impl Read, signer: Option<&str>) -> Result<Opened, ArchiveError> {
    let mut whole = Vec::new();
    let mut from = from;
    from.read_to_end(&mut whole)
        .map_err(ArchiveError::Unreadable)?;
    let mut archive = tar::Archive::new(whole.as_slice());
    let mut entries = archive.entries().map_err(ArchiveError::Unreadable)?;
    let mut first = |name: &'static str| -> Result<Vec<u8>, ArchiveError> {
        let entry = entries.next().ok_or(ArchiveError::Absent(name))?;
        let mut entry = entry.map_err(ArchiveError::Unreadable)?;
        if entry.path_bytes().as_ref() != name.as_bytes() {
            return Err(ArchiveError::Absent(name));
        }
        let mut bytes = Vec::new();
        entry
            .read_to_end(&mut bytes)
            .map_err(ArchiveError::Unreadable)?;
        Ok(bytes)
    };
    let manifest_bytes = first("manifest.json")?;
    let signature_bytes = first("signature.json")?;
    let format: serde_json::Value =
        serde_json::from_slice(&manifest_bytes).map_err(ArchiveError::Manifest)?;
    match format["format"].as_str() {
        Some(FORMAT) => {}
        other => return Err(ArchiveError::Format(other.unwrap_or("none").to_owned())),
    }
    let manifest: Manifest =
        serde_json::from_slice(&manifest_bytes).map_err(ArchiveError::Manifest)?;
    let signature: Signature =
        serde_json::from_slice(&signature_bytes).map_err(ArchiveError::Signature)?;
    let mut faults = Vec::new();
    if !signature.fits(&manifest_bytes) {
        faults.push(Fault::Signature);
    }
    if let Some(expected) = signer.filter(|expected| *expected != signature.public_key) {
        faults.push(Fault::Signer {
            expected: expected.to_owned(),
            found: signature.public_key.clone(),
        });
    }
    let mut dataset = Dataset::default();
    let mut found = Vec::new();
    for entry in entries {
        let mut entry = entry.map_err(ArchiveError::Unreadable)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let part = manifest
            .tables
            .iter()
            .find(|part| file_of(&part.table) == name);
        let table = part.and_then(|part| {
            let mut tables = dataset.tables_mut().into_iter();
            tables.find(|table| table.name() == part.table && !found.contains(&part.table))
        });
        let (Some(part), Some(table)) = (part, table) else {
            faults.push(Fault::Extra { name });
            continue;
        };
        found.push(part.table.clone());
        load(&mut entry, part, table, &mut faults).map_err(ArchiveError::Unreadable)?;
    }
    for table in dataset.tables() {
        if !found.iter().any(|name| name == table.name()) {
            faults.push(Fault::TableMissing {
                table: table.name().to_owned(),
            });
        }
    }
    if faults.is_empty() {
        let mut check = Comparing {
            with: &whole,
            at: 0,
            differs: None,
        };
        put(&dataset, &manifest, &signature, &mut check, &mut |_| {})
            .map_err(ArchiveError::Unreadable)?;
        if let Some(first_byte) = check.end() {
            faults.push(Fault::Framing { first_byte });
        }
    }
    Ok(Opened {
        dataset,
        manifest,
        signature,
        faults,
    })
}

fn load(
    from: &mut impl Read,
    part: &Part,
    table: &mut dyn TableMut,
    faults: &mut Vec<Fault>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    let mut hashed = Hashed::new(io::sink());
    hashed.write_all(&bytes)?;
    let (_, sha256) = hashed.end();
    if sha256 != part.sha256 {
        faults.push(Fault::TableChanged {
            table: part.table.clone(),
            expected: part.sha256.clone(),
            found: sha256,
        });
    }
    let bad = |line: u64, column: &str| Fault::Row {
        table: part.table.clone(),
        line,
        column: column.to_owned(),
    };
    let mut csv = csv::ReaderBuilder::new().from_reader(bytes.as_slice());
    let names: Vec<&str> = table.fields().iter().map(|field| field.name).collect();
    if csv.headers().is_ok_and(|found| !found.iter().eq(names)) {
        faults.push(bad(1, "(line)"));
    }
    for record in csv.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                if let Err(column) = table.push(&record) {
                    faults.push(bad(line, column));
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.push(bad(line, "(line)"));
            }
        }
    }
    Ok(())
}

/// Counts and hashes what passes.
struct Hashed<W> {
    to: W,
    bytes: u64,
    sha256: Context,
}

impl<W> Hashed<W> {
    fn new(to: W) -> Self {
        Hashed {
            to,
            bytes: 0,
            sha256: Context::new(&SHA256),
        }
    }
    fn end(self) -> (u64, String) {
        (self.bytes, hex(self.sha256.finish().as_ref()))
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        self.sha256.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Compares what is written with what was read.
struct Comparing<'a> {
    with: &'a [u8],
    at: usize,
    differs: Option<u64>,
}

impl Comparing<'_> {
    fn end(self) -> Option<u64> {
        self.differs
            .or_else(|| (self.at != self.with.len()).then_some(self.at as u64))
    }
}

impl Write for Comparing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.differs.is_none() {
            let rest = &self.with[self.at.min(self.with.len())..];
            let same = bytes.iter().zip(rest).take_while(|(a, b)| a == b).count();
            if same < bytes.len() {
                self.differs = Some((self.at + same) as u64);
            }
        }
        self.at += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

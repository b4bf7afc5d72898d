//! CSV and JSON.

use std::io::{self, BufWriter, Write};

use crate::dataset::{Cell, Table};
use crate::disclosure::Publication;

pub use crate::dataset::archive::write_csv as csv;

/// A table as an array of objects, one a line; unknown is `null`.
pub fn json(table: &dyn Table, to: impl Write) -> io::Result<()> {
    let mut to = BufWriter::new(to);
    let fields = table.fields();
    to.write_all(b"[")?;
    for row in 0..table.rows() {
        to.write_all(if row == 0 { b"\n{" } else { b",\n{" })?;
        for (at, (field, cell)) in fields.iter().zip(table.cells(row)).enumerate() {
            if at > 0 {
                to.write_all(b",")?;
            }
            serde_json::to_writer(&mut to, field.name)?;
            to.write_all(b":")?;
            match cell {
                Cell::Empty => to.write_all(b"null")?,
                Cell::Text(text) => serde_json::to_writer(&mut to, text)?,
                Cell::Date(date) => write!(to, "\"{date}\"")?,
                other => write!(to, "{other}")?,
            }
        }
        to.write_all(b"}")?;
    }
    to.write_all(b"\n]\n")?;
    to.flush()
}

/// A whole publication: what `declic verify` reads back.
pub fn publication(publication: &Publication, to: impl Write) -> io::Result<()> {
    let mut to = BufWriter::new(to);
    serde_json::to_writer_pretty(&mut to, publication)?;
    to.write_all(b"\n")?;
    to.flush()
}

//! A workbook with one sheet for each table: frozen headings, a filter, dates as dates.

use std::io::{Seek, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

use super::ExportError;
use crate::dataset::{Cell, Table};

/// Writes the tables; `progress` hears of each finished one.
pub fn xlsx(
    tables: &[&dyn Table],
    to: impl Write + Seek + Send,
    progress: &mut dyn FnMut(&str),
) -> Result<(), ExportError> {
    let mut book = Workbook::new();
    // No date of today in it: the same tables give the same workbook.
    let birth = ExcelDateTime::from_ymd(2010, 1, 25)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&birth));
    let head = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for table in tables {
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(table.name())?;
        sheet.set_freeze_panes(1, 0)?;
        let fields = table.fields();
        for (at, field) in fields.iter().enumerate() {
            sheet.set_column_width(at as u16, (field.name.len() + 2).max(12) as f64)?;
        }
        let last = (fields.len() - 1) as u16;
        sheet.autofilter(0, 0, table.rows().max(1) as u32, last)?;
        for (at, field) in fields.iter().enumerate() {
            sheet.write_with_format(0, at as u16, field.name, &head)?;
        }
        for row in 0..table.rows() {
            let line = row as u32 + 1;
            for (at, cell) in table.cells(row).into_iter().enumerate() {
                let at = at as u16;
                match cell {
                    Cell::Empty => continue,
                    Cell::Text(text) => sheet.write(line, at, text)?,
                    Cell::Integer(number) => sheet.write(line, at, number as f64)?,
                    Cell::Number(number) => sheet.write(line, at, number)?,
                    Cell::Boolean(yes) => sheet.write(line, at, yes)?,
                    Cell::Date(date) => {
                        let (month, of_month) = (date.month() as u8, date.day() as u8);
                        let date = ExcelDateTime::from_ymd(date.year() as u16, month, of_month)?;
                        sheet.write_with_format(line, at, &date, &day)?
                    }
                };
            }
        }
        progress(table.name());
    }
    book.save_to_writer(to)?;
    Ok(())
}

//! Parquet: one file a table, for those who compute.

use std::io::Write;
use std::sync::Arc;

use jiff::civil::date;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::ExportError;
use crate::calendar::days_between;
use crate::dataset::{Cell, Field, Kind, Table};

/// Rows that are held at once.
const GROUP: usize = 16_384;

/// Writes one table.
pub fn parquet(table: &dyn Table, to: impl Write + Send) -> Result<(), ExportError> {
    write(table, to).map_err(|source| ExportError::Parquet {
        table: table.name().to_owned(),
        source,
    })
}

fn write(table: &dyn Table, to: impl Write + Send) -> Result<(), ParquetError> {
    let fields = table.fields();
    let columns: Result<Vec<_>, _> = fields
        .iter()
        .map(|field| column(field).map(Arc::new))
        .collect();
    let schema = Type::group_type_builder(table.name())
        .with_fields(columns?)
        .build()?;
    let properties = WriterProperties::builder()
        .set_created_by("declic".to_owned())
        .build();
    let mut file = SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))?;
    let mut from = 0;
    while from < table.rows() {
        let to = (from + GROUP).min(table.rows());
        let mut group = file.next_row_group()?;
        let rows: Vec<Vec<Cell<'_>>> = (from..to).map(|row| table.cells(row)).collect();
        let mut at = 0;
        while let Some(mut writer) = group.next_column()? {
            let cells: Vec<Cell<'_>> = rows.iter().map(|row| row[at]).collect();
            put(writer.untyped(), &fields[at], &cells)?;
            writer.close()?;
            at += 1;
        }
        group.close()?;
        from = to;
    }
    file.close()?;
    Ok(())
}

fn column(field: &Field) -> Result<Type, ParquetError> {
    let (physical, logical) = match field.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT64, None),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Boolean => (Physical::BOOLEAN, None),
        Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
    };
    let repetition = if field.required {
        Repetition::REQUIRED
    } else {
        Repetition::OPTIONAL
    };
    Type::primitive_type_builder(field.name, physical)
        .with_logical_type(logical)
        .with_repetition(repetition)
        .build()
}

fn put(
    writer: &mut ColumnWriter<'_>,
    field: &Field,
    cells: &[Cell<'_>],
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells
        .iter()
        .map(|cell| i16::from(*cell != Cell::Empty))
        .collect();
    let levels = (!field.required).then_some(levels.as_slice());
    match writer {
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let text = |cell: &Cell<'_>| match cell {
                Cell::Text(text) => Some(ByteArray::from(text.as_bytes().to_vec())),
                _ => None,
            };
            let values: Vec<ByteArray> = cells.iter().filter_map(text).collect();
            writer.write_batch(&values, levels, None)?;
        }
        ColumnWriter::Int64ColumnWriter(writer) => {
            let whole = |cell: &Cell<'_>| match cell {
                Cell::Integer(number) => Some(*number),
                _ => None,
            };
            let values: Vec<i64> = cells.iter().filter_map(whole).collect();
            writer.write_batch(&values, levels, None)?;
        }
        ColumnWriter::DoubleColumnWriter(writer) => {
            let number = |cell: &Cell<'_>| match cell {
                Cell::Number(number) => Some(*number),
                _ => None,
            };
            let values: Vec<f64> = cells.iter().filter_map(number).collect();
            writer.write_batch(&values, levels, None)?;
        }
        ColumnWriter::BoolColumnWriter(writer) => {
            let yes = |cell: &Cell<'_>| match cell {
                Cell::Boolean(yes) => Some(*yes),
                _ => None,
            };
            let values: Vec<bool> = cells.iter().filter_map(yes).collect();
            writer.write_batch(&values, levels, None)?;
        }
        ColumnWriter::Int32ColumnWriter(writer) => {
            let epoch = date(1970, 1, 1);
            let day = |cell: &Cell<'_>| match cell {
                Cell::Date(day) => Some(days_between(epoch, *day) as i32),
                _ => None,
            };
            let values: Vec<i32> = cells.iter().filter_map(day).collect();
            writer.write_batch(&values, levels, None)?;
        }
        _ => {
            return Err(ParquetError::General(
                "a column of no type of ours".to_owned(),
            ));
        }
    }
    Ok(())
}

//! Fields as the cells of a CSV, and back.
//!
//! People fill tables in with a spreadsheet, in France: `oui`, `01/04/2010` and a stray space
//! are read as what they mean. Whether a cell holds what its field may hold is for the sheet.

use jiff::civil::Date;
use serde_json::Value;

use super::sheet::{Field, Form};

/// Between the texts of a list.
const BETWEEN: char = '|';

/// The value of a cell; null if it is empty. What cannot be read stays a text, so that the
/// sheet refuses it with its reason.
pub fn read(field: &Field, cell: &str) -> Value {
    let cell = cell.trim();
    if cell.is_empty() {
        return Value::Null;
    }
    let same = || Value::String(cell.to_owned());
    match field.form {
        Form::Number(..) => {
            let digits: String = cell
                .chars()
                .filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}'))
                .collect();
            digits.parse::<i64>().map_or_else(|_| same(), Value::from)
        }
        Form::Flag => match cell.to_lowercase().as_str() {
            "oui" | "yes" | "true" | "vrai" | "1" | "x" => Value::Bool(true),
            "non" | "no" | "false" | "faux" | "0" => Value::Bool(false),
            _ => same(),
        },
        Form::Day => Value::String(day(cell).unwrap_or_else(|| cell.to_owned())),
        Form::Word(_) => Value::String(cell.to_lowercase()),
        Form::Texts(_) => texts(cell).collect(),
        Form::SomeOf(_) => texts(cell).map(|word| word.to_lowercase()).collect(),
        Form::Rows(_) => serde_json::from_str(cell).unwrap_or_else(|_| same()),
        Form::Code | Form::Names(_) | Form::Text(_) | Form::Words(_) => same(),
    }
}

fn texts(cell: &str) -> impl Iterator<Item = String> {
    let parts = cell.split(BETWEEN).map(|text| text.trim().to_owned());
    parts.filter(|text| !text.is_empty())
}

/// The cell of a value, which [`read`] reads back.
pub fn write(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            texts.join("|")
        }
        other => other.to_string(),
    }
}

/// `01/04/2010`, as a spreadsheet in France writes it.
fn day(cell: &str) -> Option<String> {
    let mut parts = cell.split(['/', '.']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(date.to_string())
}

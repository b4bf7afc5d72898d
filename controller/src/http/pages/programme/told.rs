//! Values of records, as people read them and as they type them.

use declic_common::programme::{Field, Form, Sheet, cell};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::http::pages::view::View;

/// What stands beside a field. Money is kept in cents and read in euros.
pub(super) fn label(field: &Field, v: &View) -> String {
    let label = v.say(field.fr, field.en);
    label
        .replace(
            v.say("en centimes", "in cents"),
            v.say("en euros", "in euros"),
        )
        .replace(v.say("Centimes", "Cents"), v.say("Euros", "Euros"))
}

/// A value in words; empty where there is none.
pub(super) fn told(field: &Field, value: Option<&Value>, v: &View) -> String {
    let Some(value) = value else {
        return String::new();
    };
    match (field.form, value) {
        (Form::Word(_), Value::String(word)) => v.record_word(word).to_owned(),
        (Form::Flag, Value::Bool(yes)) => yes_or_no(*yes, v).to_owned(),
        (Form::Day, Value::String(day)) => match day.parse::<Date>() {
            Ok(day) => v.date(day),
            Err(_) => day.clone(),
        },
        (Form::Number(..), Value::Number(number)) => match number.as_i64() {
            Some(cents) if is_money(field) => v.euros(cents),
            // A year is no quantity.
            Some(year) if field.name == "made_in" => year.to_string(),
            Some(number) => v.number(number),
            None => number.to_string(),
        },
        (Form::Texts(_), Value::Array(items)) => {
            let items: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            items.join(", ")
        }
        (Form::SomeOf(_), Value::Array(items)) => {
            let words = items.iter().filter_map(Value::as_str);
            let words: Vec<_> = words.map(|word| v.record_word(word)).collect();
            words.join(", ")
        }
        (Form::Rows(_), value) => lines_of(field.name, value),
        (_, value) => cell::write(value),
    }
}

pub(super) fn yes_or_no(yes: bool, v: &View) -> &'static str {
    match yes {
        true => v.say("oui", "yes"),
        false => v.say("non", "no"),
    }
}

pub(super) fn is_money(field: &Field) -> bool {
    field.name.contains("cents")
}

/// A value as a form shows it, to be changed.
pub(super) fn typed(field: &Field, value: Option<&Value>) -> String {
    let Some(value) = value else {
        return String::new();
    };
    match (field.form, value) {
        (Form::Number(..), Value::Number(number)) if is_money(field) => {
            let cents = number.as_i64().unwrap_or(0);
            let sign = if cents < 0 { "-" } else { "" };
            let cents = cents.unsigned_abs();
            format!("{sign}{},{:02}", cents / 100, cents % 100)
        }
        (Form::Texts(_), Value::Array(items)) => {
            let items: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            items.join("\n")
        }
        (Form::Rows(_), value) => lines_of(field.name, value),
        (_, value) => cell::write(value),
    }
}

/// What somebody typed; what cannot be read stays a text, which the sheet refuses.
pub(super) fn read(field: &Field, text: &str) -> Value {
    let text = text.replace("\r\n", "\n");
    let trimmed = text.trim();
    match field.form {
        Form::Number(..) if is_money(field) => cents(trimmed),
        Form::Texts(_) => {
            let lines = trimmed
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty());
            lines.map(str::to_owned).collect()
        }
        Form::Rows(_) => rows(field.name, trimmed),
        Form::Words(_) => match trimmed.is_empty() {
            true => Value::Null,
            false => trimmed.into(),
        },
        _ => cell::read(field, trimmed),
    }
}

/// The record that the fields of a form make. What is not in the form is not in the record.
pub(super) fn record(sheet: &Sheet, fields: &[(String, String)]) -> Map<String, Value> {
    let mut record = Map::new();
    for field in sheet.fields {
        let sent = fields.iter().find(|(name, _)| name == field.name);
        if let Some((name, text)) = sent {
            record.insert(name.clone(), read(field, text));
        }
    }
    record
}

/// `1 234,50` in cents.
fn cents(text: &str) -> Value {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '€'))
        .collect();
    if plain.is_empty() {
        return Value::Null;
    }
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, plain.as_str()),
    };
    let (euros, rest) = digits.split_once([',', '.']).unwrap_or((digits, ""));
    let rest = match rest.len() {
        0 => Some(0),
        1 => rest.parse::<i64>().ok().map(|tenths| tenths * 10),
        2 => rest.parse().ok(),
        _ => None,
    };
    let is_plain = euros.bytes().all(|b| b.is_ascii_digit());
    let euros = euros.parse::<i64>().ok().filter(|_| is_plain);
    match (euros.and_then(|euros| euros.checked_mul(100)), rest) {
        (Some(euros), Some(rest)) => json!(sign * (euros + rest)),
        _ => Value::String(text.to_owned()),
    }
}

/// The columns of the lists that a programme has, in the order in which they are typed.
fn columns(list: &str) -> &'static [&'static str] {
    match list {
        "funders" => &["name", "cap_cents"],
        "partners" => &["name", "brings", "letter_on", "kind"],
        _ => &["quarter", "households"],
    }
}

/// What a partner is, as people type it.
const PARTNER_KINDS: [(&str, &str); 6] = [
    ("landlord", "bailleur"),
    ("city", "ville"),
    ("association", "association"),
    ("school", "école"),
    ("company", "entreprise"),
    ("other", "autre"),
];

/// One row a line, parts by semicolons.
fn lines_of(list: &str, value: &Value) -> String {
    let rows = value.as_array().into_iter().flatten();
    let line = |row: &Value| {
        let cells = columns(list).iter();
        let cells = cells.map(|name| match (*name, &row[*name]) {
            ("cap_cents", Value::Number(cents)) => {
                let cents = cents.as_u64().unwrap_or(0);
                match cents % 100 {
                    0 => (cents / 100).to_string(),
                    rest => format!("{},{rest:02}", cents / 100),
                }
            }
            ("kind", Value::String(kind)) => {
                let known = PARTNER_KINDS.iter().find(|(word, _)| word == kind);
                known.map_or(kind.as_str(), |(_, typed)| typed).to_owned()
            }
            (_, value) => cell::write(value),
        });
        let line = cells.collect::<Vec<_>>().join(" ; ");
        line.trim_end_matches([' ', ';']).to_owned()
    };
    rows.map(line).collect::<Vec<_>>().join("\n")
}

fn rows(list: &str, text: &str) -> Value {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let row = |line: &str| {
        let mut row = Map::new();
        let cells = line.splitn(columns(list).len(), ';').map(str::trim);
        for (name, cell) in columns(list).iter().zip(cells) {
            let value = match *name {
                _ if cell.is_empty() => continue,
                "cap_cents" => cents(cell),
                "households" => cell
                    .replace([' ', '\u{a0}', '\u{202f}'], "")
                    .parse::<u32>()
                    .map_or_else(|_| Value::String(cell.to_owned()), Value::from),
                "letter_on" => {
                    let day = Field::new("letter_on", Form::Day, "", "");
                    cell::read(&day, cell)
                }
                "kind" => {
                    let cell = cell.to_lowercase();
                    let known = PARTNER_KINDS.iter().find(|(_, typed)| *typed == cell);
                    Value::from(known.map_or(cell.as_str(), |(word, _)| word))
                }
                name => {
                    row.insert(name.to_owned(), cell.into());
                    continue;
                }
            };
            row.insert((*name).to_owned(), value);
        }
        Value::Object(row)
    };
    lines.map(row).collect()
}

#[cfg(test)]
mod tests {
    use declic_common::programme::{Cost, Noun, Programme};

    use super::*;

    #[test]
    fn money_is_typed_in_euros_and_kept_in_cents() {
        let amount = Cost::SHEET.field("amount_cents").unwrap();
        for (text, kept) in [
            ("1 234,50", json!(123_450)),
            ("12.5", json!(1_250)),
            ("-3", json!(-300)),
            ("80 000 €", json!(8_000_000)),
            ("", Value::Null),
            ("douze", json!("douze")),
            ("1,234", json!("1,234")),
        ] {
            assert_eq!(read(amount, text), kept, "{text}");
        }
        assert_eq!(typed(amount, Some(&json!(-123_405))), "-1234,05");
    }

    #[test]
    fn lists_of_a_programme_are_typed_line_by_line() {
        let typed_as = |name: &str, value: Value, text: &str| {
            let field = Programme::SHEET.field(name).unwrap();
            assert_eq!(typed(field, Some(&value)), text, "{name}");
            assert_eq!(read(field, text), value, "{name}");
            assert!(
                Programme::SHEET
                    .admit(json!({"code": "c", "name": "n", name: value}))
                    .is_ok()
            );
        };
        let funders = json!([{"name": "Ville", "cap_cents": 8_000_000}, {"name": "État"}]);
        typed_as("funders", funders, "Ville ; 80000\nÉtat");
        let partners = json!([{"name": "Centre social", "brings": "une salle", "letter_on": "2010-02-20", "kind": "landlord"}, {"name": "Régie"}]);
        typed_as(
            "partners",
            partners,
            "Centre social ; une salle ; 2010-02-20 ; bailleur\nRégie",
        );
        let approached = json!([{"quarter": "Les Aubiers", "households": 596}]);
        typed_as("approached", approached, "Les Aubiers ; 596");
        let quarters = json!(["Les Aubiers", "Bacalan"]);
        typed_as("quarters", quarters, "Les Aubiers\nBacalan");
    }
}

//! What a form lets choose from: people, and who gives money.

use declic_common::programme::{Noun, Person, Programme};
use serde_json::Value;

use super::{Asked, all, by, programmes, text};
use crate::http::access::Pass;
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Persons of a household or of all of them, by first name for who may read it.
pub(super) async fn persons(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
    only: Asked,
    v: &View,
) -> Result<Vec<(String, String)>, Failure> {
    let sheet = Person::SHEET;
    let of_all = only.is_empty();
    let rows = all(desk, sheet, Some(programme), only, &by(pass)).await?;
    let named = rows.iter().map(|row| {
        let code = text(row, "code").to_owned();
        let parts = [text(row, "first_name"), v.record_word(text(row, "age"))];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        // The household tells two people of one first name apart.
        let whose = match of_all {
            true => format!("{code}, {}", text(row, "household")),
            false => code.clone(),
        };
        let name = match parts.is_empty() {
            true => whose,
            false => format!("{} ({whose})", parts.join(", ")),
        };
        (code, name)
    });
    Ok(named.collect())
}

pub(super) async fn funders(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let found = programmes(desk, pass).await?;
    let row = found.into_iter().find(|row| text(row, "code") == programme);
    let read =
        row.and_then(|row| serde_json::from_value::<Programme>(Value::Object(row.record)).ok());
    let funders = read.map(|programme| programme.funders).unwrap_or_default();
    Ok(funders
        .into_iter()
        .map(|funder| (funder.name.clone(), funder.name))
        .collect())
}

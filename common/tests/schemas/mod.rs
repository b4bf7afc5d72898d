//! `docs/asyncapi.yaml`, read once and asked many things.

#![allow(dead_code)] // each test file uses its share

use std::path::Path;

use serde_json::{Map, Value, json};

/// The document as JSON.
pub(crate) fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/asyncapi.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    serde_saphyr::from_str(&text).expect("docs/asyncapi.yaml is YAML")
}

/// All schemas, by name.
pub(crate) fn all(document: &Value) -> &Map<String, Value> {
    document["components"]["schemas"].as_object().unwrap()
}

/// The fields of one schema, by name.
pub(crate) fn fields<'a>(document: &'a Value, schema: &str) -> &'a Map<String, Value> {
    document["components"]["schemas"][schema]["properties"]
        .as_object()
        .unwrap_or_else(|| panic!("the document has no fields of {schema}"))
}

/// The schema that a field refers to, if it refers to one: by itself or for each entry.
pub(crate) fn refers_to(field: &Value) -> Option<&str> {
    let link = field["allOf"][0]["$ref"]
        .as_str()
        .or_else(|| field["items"]["$ref"].as_str())?;
    link.strip_prefix("#/components/schemas/")
}

/// Validates against one schema of the document.
pub(crate) fn validator(document: &Value, schema: &str) -> jsonschema::Validator {
    let whole = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "allOf": [{"$ref": format!("#/components/schemas/{schema}")}],
        "components": document["components"],
    });
    jsonschema::draft7::new(&whole).unwrap_or_else(|error| panic!("{schema}: {error}"))
}

/// The schema of a kind of message (see `kinds`), `None` for an enrolment code.
pub(crate) fn name_of(kind: &str, part: &str) -> Option<&'static str> {
    Some(match (kind, part) {
        ("report", _) => "ReportMessage",
        ("journal", _) => "JournalMessage",
        ("inventory", _) => "InventoryMessage",
        ("help", _) => "HelpMessage",
        ("outcome", _) => "OutcomeMessage",
        ("status", _) => "Status",
        ("receipt", _) => "Receipt",
        ("command", _) => "Command",
        ("settings", _) => "Settings",
        ("enrol", "request") => "EnrolRequest",
        ("enrol", "renew") => "RenewRequest",
        ("enrol", "answer") => "Enrolled",
        ("enrol", "problem") => "Problem",
        ("enrol", "code") => return None,
        _ => panic!("{kind}/{part} is no kind of message"),
    })
}

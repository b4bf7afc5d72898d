//! Every golden message fits `docs/asyncapi.yaml`, and every bad one breaks it.

mod kinds;
mod schemas;

/// What a schema cannot say, or what `serde_json` forgives before a schema sees it.
const BEYOND_A_SCHEMA: [&str; 6] = [
    "bad_envelope.first_seq-above-seq.json",
    "bad_envelope.uptime-with-a-point.json",
    "unnumbered.a-number-given-twice.json",
    "unreadable.a-range-upside-down.json",
    "unreadable.more-than-1-kib.json",
    "probe_hosts.port-zero.json",
];

#[test]
fn every_golden_message_fits_the_document_unless_it_asks_for_lenience() {
    let document = schemas::document();
    kinds::for_each_message("", |kind, part, name, message| {
        let Some(schema) = schemas::name_of(kind, part) else {
            return;
        };
        let errors: Vec<String> = schemas::validator(&document, schema)
            .iter_errors(message)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        let lenient = name.starts_with("lenient-") && !name.ends_with(".expected.json");
        let twice = name.starts_with("lenient-a-name-given-twice");
        assert_eq!(
            errors.is_empty(),
            !lenient || twice,
            "{kind}/{name}: {errors:#?}"
        );
    });
}

#[test]
fn every_refused_message_breaks_the_document_too() {
    let document = schemas::document();
    kinds::for_each_message("refused", |kind, part, name, message| {
        let Some(schema) = schemas::name_of(kind, part) else {
            return;
        };
        if name.starts_with("too_large.") || BEYOND_A_SCHEMA.contains(&name) {
            return;
        }
        let valid = schemas::validator(&document, schema).is_valid(message);
        assert!(!valid, "{kind}/refused/{name} is valid for the document");
    });
}

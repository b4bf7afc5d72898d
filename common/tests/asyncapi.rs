//! `docs/asyncapi.yaml` says what the code does: names, words, bounds, topics.

mod kinds;
mod schemas;

use std::collections::BTreeSet;
use std::fmt::Debug;

use declic_common::command::OutcomeResult;
use declic_common::envelope::UpKind;
use declic_common::inventory::*;
use declic_common::journal::*;
use declic_common::limits;
use declic_common::receipt::RefusalReason;
use declic_common::report::*;
use declic_common::status::{State, WILL};
use declic_common::topic::{DOWN, Leaf};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// One struct of readings: its fields, and how an object of it is read and written again.
struct Readings {
    name: &'static str,
    fields: BTreeSet<String>,
    reread: fn(Value) -> Value,
}

fn reread<T: DeserializeOwned + Serialize>(value: Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(value).unwrap()).unwrap()
}

/// The names of the fields, as the debug output of the empty value shows them.
fn names_of<T: Default + Debug>() -> BTreeSet<String> {
    format!("{:#?}", T::default())
        .lines()
        .filter_map(|line| line.trim().strip_suffix(": None,"))
        .map(str::to_owned)
        .collect()
}

macro_rules! readings_of {
    ($($ty:ident),+ $(,)?) => {
        vec![$(Readings {
            name: stringify!($ty),
            fields: names_of::<$ty>(),
            reread: reread::<$ty>,
        }),+]
    };
}

fn all_readings() -> Vec<Readings> {
    readings_of![
        HealthReport,
        Cpu,
        Memory,
        Disk,
        Temperature,
        Link,
        Ladder,
        Battery,
        AgentHealth,
        Slow,
        Updates,
        Smart,
        Usage,
        ActiveMinutes,
        Journal,
        Event,
        Inventory,
        Bios,
        CpuModel,
        MemoryFitted,
        MemoryModule,
        DiskFitted,
        NetworkCard,
        Os,
    ]
}

macro_rules! words_of {
    ($($ty:ident),+ $(,)?) => {
        vec![$((
            stringify!($ty),
            $ty::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
        )),+]
    };
}

fn all_words() -> Vec<(&'static str, Vec<&'static str>)> {
    words_of![
        Consent,
        DiskClass,
        DiskForm,
        DiskKind,
        ModuleForm,
        Sensor,
        LinkKind,
        BatteryState,
        Unit,
        EventKind,
        State,
        OutcomeResult,
        RefusalReason,
    ]
}

/// A value that the schema of a field admits.
fn sample(document: &Value, field: &Value) -> Value {
    if let Some(reference) = schemas::refers_to(field) {
        let one = match &schemas::all(document)[reference]["enum"][0] {
            Value::Null => json!({}),
            word => word.clone(),
        };
        return if field["type"] == "array" {
            json!([one])
        } else {
            one
        };
    }
    match field["type"].as_str() {
        Some("integer") => field["minimum"].clone(),
        Some("string") => json!("x"),
        Some("boolean") => json!(false),
        other => panic!("{other:?} is no type of a reading"),
    }
}

#[test]
fn every_reading_is_in_the_document_and_no_other() {
    let document = schemas::document();
    for readings in all_readings() {
        let documented: BTreeSet<_> = schemas::fields(&document, readings.name)
            .keys()
            .cloned()
            .collect();
        assert_eq!(documented, readings.fields, "{}", readings.name);
    }
}

#[test]
fn no_field_that_goes_up_is_named_after_what_must_stay() {
    let mut names: BTreeSet<String> = all_readings().into_iter().flat_map(|r| r.fields).collect();
    let document = schemas::document();
    for schema in ["Envelope", "Help", "Outcome", "Status"] {
        names.extend(schemas::fields(&document, schema).keys().cloned());
    }
    for name in &names {
        for word in [
            "host",
            "ssid",
            "path",
            "mount",
            "user",
            "login",
            "process",
            "cmd",
            "window",
            "title",
            "program",
            "package",
            "file",
            "url",
            "site",
            "address",
            "neighbour",
            "location",
            "key",
        ] {
            assert!(!name.contains(word), "`{name}` looks like {word}");
        }
        assert_ne!(name, "ip");
    }
}

#[test]
fn every_word_is_in_the_document_and_no_other() {
    let document = schemas::document();
    for (name, words) in all_words() {
        assert_eq!(
            schemas::all(&document)[name]["enum"],
            json!(words),
            "{name}"
        );
    }
}

#[test]
fn every_bound_of_a_reading_is_the_bound_of_the_code() {
    let document = schemas::document();
    for Readings { name, reread, .. } in all_readings() {
        for (field, schema) in schemas::fields(&document, name) {
            let kept = |value: Value| reread(json!({ field.as_str(): value }))[field].clone();
            let good = sample(&document, schema);
            assert_eq!(kept(good.clone()), good, "{name}.{field}");
            for (edge, beyond) in edges(schema) {
                assert_eq!(kept(edge.clone()), edge, "{name}.{field}");
                assert_eq!(kept(beyond), Value::Null, "{name}.{field} beyond {edge}");
            }
            if let Some(most) = schema["maxItems"].as_u64() {
                let many = vec![good[0].clone(); most as usize + 1];
                assert_eq!(
                    kept(json!(many)).as_array().unwrap().len(),
                    most as usize,
                    "{name}.{field}"
                );
            }
        }
    }
}

/// The last values that a schema admits, each with one that it does not.
fn edges(schema: &Value) -> Vec<(Value, Value)> {
    let number = |key: &str| {
        schema[key]
            .as_number()
            .and_then(serde_json::Number::as_i128)
    };
    if let (Some(least), Some(most)) = (number("minimum"), number("maximum")) {
        let json = |n: i128| serde_json::from_str::<Value>(&n.to_string()).unwrap();
        return vec![(json(least), json(least - 1)), (json(most), json(most + 1))];
    }
    match schema["maxLength"].as_u64() {
        Some(most) => {
            let text = |letters: usize| json!("é".repeat(letters));
            let control = (json!("a"), json!("a\u{7}"));
            vec![(text(most as usize), text(most as usize + 1)), control]
        }
        None => Vec::new(),
    }
}

#[test]
fn every_topic_is_in_the_document_and_no_other() {
    let document = schemas::document();
    let mqtt = "#/servers/controller";
    let documented: BTreeSet<_> = document["channels"]
        .as_object()
        .unwrap()
        .values()
        .filter(|channel| channel["servers"][0]["$ref"] == mqtt)
        .map(|channel| channel["address"].as_str().unwrap().to_owned())
        .collect();
    let ups = UpKind::ALL
        .iter()
        .map(|kind| Leaf::Up(*kind))
        .chain([Leaf::Status]);
    let device = declic_common::DeviceId::from_bits(7);
    let built: BTreeSet<_> = ups
        .chain(DOWN)
        .map(|leaf| {
            leaf.of(device)
                .to_string()
                .replace(&device.to_string(), "{device}")
        })
        .collect();
    assert_eq!(documented, built);
    for (name, operation) in document["operations"].as_object().unwrap() {
        let channel = operation["channel"]["$ref"].as_str().unwrap();
        let leaf = channel.rsplit('/').next().unwrap();
        let topic = format!("declic/v1/{device}/{leaf}").parse::<declic_common::topic::Topic>();
        if let Ok(topic) = topic {
            let action = if topic.leaf.is_up() {
                "send"
            } else {
                "receive"
            };
            assert_eq!(operation["action"], action, "{name}");
        }
    }
}

#[test]
fn ports_keep_alive_and_will_are_those_of_the_code() {
    let document = schemas::document();
    let server = &document["servers"]["controller"];
    assert_eq!(server["host"], format!("{{host}}:{}", limits::MQTT_PORT));
    let enrolment = &document["servers"]["enrolment"];
    assert_eq!(
        enrolment["host"],
        format!("{{host}}:{}", limits::ENROL_PORT)
    );
    let mqtt = &server["bindings"]["mqtt"];
    assert_eq!(mqtt["keepAlive"], limits::KEEP_ALIVE_S);
    assert_eq!(
        mqtt["lastWill"]["message"],
        std::str::from_utf8(WILL).unwrap()
    );
    assert_eq!(mqtt["lastWill"]["retain"], false);
}

#[test]
fn the_other_bounds_are_those_of_the_code() {
    let document = schemas::document();
    let field = |schema: &str, field: &str| schemas::fields(&document, schema)[field].clone();
    let integers: [(&str, &str, u64, u64); 9] = [
        ("Envelope", "seq", 1, limits::JSON_INT_MAX),
        ("Envelope", "first_seq", 1, limits::JSON_INT_MAX),
        ("Envelope", "age_ms", 0, limits::JSON_INT_MAX),
        ("Envelope", "uptime_ms", 0, limits::JSON_INT_MAX),
        ("Envelope", "boot", 1, u32::MAX.into()),
        ("Receipt", "through_seq", 0, limits::JSON_INT_MAX),
        ("Receipt", "controller_time", 0, limits::TIME_MAX_MS as u64),
        ("Command", "issued_at", 0, limits::TIME_MAX_MS as u64),
        (
            "Settings",
            "interval_s",
            limits::INTERVAL_MIN_S.into(),
            limits::INTERVAL_MAX_S.into(),
        ),
    ];
    for (schema, name, least, most) in integers {
        let field = field(schema, name);
        assert_eq!(field["minimum"], least, "{schema}.{name}");
        assert_eq!(field["maximum"], most, "{schema}.{name}");
    }
    for (schema, name) in [("Help", "text"), ("Command", "text")] {
        assert_eq!(
            field(schema, name)["maxLength"],
            limits::TEXT_CHARS,
            "{schema}.{name}"
        );
    }
}

#[test]
fn every_field_that_is_no_reading_is_in_the_document_and_no_other() {
    let document = schemas::document();
    let golden = |path: &str| -> Value {
        let bytes = std::fs::read(kinds::fixtures().join(path)).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    let envelope = golden("report/v1/from-a-previous-boot-with-an-estimated-age.expected.json");
    let receipt = golden("receipt/v1/full.expected.json");
    let settings = golden("settings/v1/full.expected.json");
    let help = golden("help/v1/full.expected.json");
    let outcome = golden("outcome/v1/done.expected.json");
    for (schema, written) in [
        ("Envelope", &envelope),
        ("Help", &help["body"]),
        ("Outcome", &outcome["body"]),
        ("Status", &golden("status/v1/on.expected.json")),
        ("Receipt", &receipt),
        ("Refused", &receipt["refused"][0]),
        ("Settings", &settings),
        ("Address", &settings["next_address"]),
        ("CharterCheck", &settings["charter"]),
        ("EnrolRequest", &golden("enrol/v1/request.expected.json")),
        ("RenewRequest", &golden("enrol/v1/renew.expected.json")),
        ("Enrolled", &golden("enrol/v1/answer.expected.json")),
        ("Problem", &golden("enrol/v1/problem.expected.json")),
    ] {
        let names: BTreeSet<_> = written.as_object().unwrap().keys().collect();
        let documented: BTreeSet<_> = schemas::fields(&document, schema).keys().collect();
        assert_eq!(documented, names, "{schema}");
    }
    // A command is one of several shapes: together they have every field.
    let mut fields = BTreeSet::new();
    let mut commands = BTreeSet::new();
    kinds::for_each_message("", |kind, _, name, message| {
        if kind == "command" && name.ends_with(".expected.json") {
            fields.extend(message.as_object().unwrap().keys().cloned());
            commands.insert(message["command"].as_str().unwrap().to_owned());
        }
    });
    let documented = schemas::fields(&document, "Command");
    assert_eq!(documented.keys().cloned().collect::<BTreeSet<_>>(), fields);
    let listed = documented["command"]["enum"].as_array().unwrap();
    let listed: BTreeSet<_> = listed
        .iter()
        .map(|word| word.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, commands);
}

#[test]
fn every_schema_is_checked_by_one_of_these_tests() {
    let document = schemas::document();
    let strict = [
        "Envelope",
        "ReportMessage",
        "JournalMessage",
        "InventoryMessage",
        "HelpMessage",
        "OutcomeMessage",
        "Help",
        "Outcome",
        "Status",
        "Receipt",
        "Refused",
        "Command",
        "Settings",
        "Address",
        "CharterCheck",
        "EnrolRequest",
        "RenewRequest",
        "Enrolled",
        "Problem",
    ];
    let mut known: BTreeSet<&str> = strict.into();
    known.extend(all_readings().iter().map(|readings| readings.name));
    known.extend(all_words().iter().map(|(name, _)| *name));
    let documented: BTreeSet<&str> = schemas::all(&document).keys().map(String::as_str).collect();
    assert_eq!(documented, known);
}

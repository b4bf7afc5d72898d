use declic_common::DeviceId;
use serde_json::Value;

use super::*;

/// What the schema of GLPI's inventory format (glpi-project/inventory_format) says of all that
/// we write: place and type. It is written out here because the schema has ten times more, and
/// because whatever is not in this list must not leave: there is no user, program or address.
const FIELDS: [(&str, &str); 42] = [
    ("deviceid", "string"),
    ("itemtype", "Computer"),
    ("action", "inventory"),
    ("content", "object"),
    ("content/versionclient", "string"),
    ("content/hardware", "object"),
    ("content/hardware/name", "string"),
    ("content/hardware/memory", "integer"),
    ("content/bios", "object"),
    ("content/bios/assettag", "string"),
    ("content/bios/smanufacturer", "string"),
    ("content/bios/smodel", "string"),
    ("content/bios/ssn", "string"),
    ("content/bios/mmodel", "string"),
    ("content/bios/bmanufacturer", "string"),
    ("content/bios/bversion", "string"),
    ("content/bios/bdate", "date"),
    ("content/operatingsystem", "object"),
    ("content/operatingsystem/name", "string"),
    ("content/operatingsystem/full_name", "string"),
    ("content/operatingsystem/version", "string"),
    ("content/operatingsystem/kernel_name", "string"),
    ("content/operatingsystem/kernel_version", "string"),
    ("content/operatingsystem/arch", "string"),
    ("content/cpus", "array"),
    ("content/cpus/name", "string"),
    ("content/cpus/core", "integer"),
    ("content/cpus/thread", "integer"),
    ("content/cpus/speed", "integer"),
    ("content/cpus/arch", "x86_64"),
    ("content/memories", "array"),
    ("content/memories/caption", "string"),
    ("content/memories/capacity", "integer"),
    ("content/memories/type", "string"),
    ("content/memories/speed", "string"),
    ("content/storages", "array"),
    ("content/storages/model", "string"),
    ("content/storages/serial", "string"),
    ("content/storages/disksize", "integer"),
    ("content/storages/type", "disk"),
    ("content/networks", "array"),
    ("content/networks/description", "string"),
];

/// Fields of the same schema that only some PCs have.
const SOMETIMES: [(&str, &str); 5] = [
    ("content/memories/manufacturer", "string"),
    ("content/memories/model", "string"),
    ("content/storages/firmware", "string"),
    ("content/storages/interface", "SATA"),
    ("content/networks/type", "ethernet"),
];

/// Each place in a document with its value; items of a list have the place of the list.
fn places(value: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    let below = |name: &str| match at {
        "" => name.to_owned(),
        at => format!("{at}/{name}"),
    };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                found.push((below(name), value.clone()));
                places(value, &below(name), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| places(item, at, found)),
        _ => {}
    }
}

fn fits(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "integer" => value.is_u64(),
        "string" => value.is_string(),
        "date" => value
            .as_str()
            .is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10),
        word => value == word,
    }
}

fn detail(inventory: Option<&str>) -> DeviceDetail {
    let id: DeviceId = "d-nv4w64tbonsx".parse().unwrap();
    let summary = json!({
        "device": id, "asset": "BDX-001", "site": "nord", "enrolled_at": "2026-01-05T00:00:00Z",
        "overdue_at": null, "revoked": false, "connected": false, "placement": null, "presence": "on", "reason": {"kind": "here"}, "last_seen": null,
        "reported_at": null, "reports": 1, "messages": 1, "lost": 0, "consent": null, "agent_version": null,
        "certificate": {"serial": "5f", "issued_at": "2026-01-05T00:00:00Z", "expires_at": "2029-01-05T00:00:00Z", "revoked": false},
        "latest": null,
        "inventory": inventory.map(|text| serde_json::from_str::<Value>(text).unwrap()),
    });
    serde_json::from_value(summary).unwrap()
}

const FULL: &str = r#"{
    "vendor": "Dell Inc.", "model": "OptiPlex 7010", "serial": "ABC1234", "board": "0GY6Y8",
    "bios": {"vendor": "Dell Inc.", "version": "A29", "date": "06/28/2018"},
    "cpu": {"model": "i5-3470", "cores": 4, "threads": 8, "max_mhz": 3600, "arch": "x86_64"},
    "memory": {"total_bytes": 8589934592, "slots": 4,
        "modules": [{"slot": "DIMM1", "size_bytes": 4294967296, "kind": "DDR3", "speed_mts": 1600, "vendor": "Samsung", "part": "M378"}]},
    "disks": [{"disk": "0123abcd", "model": "ST500DM002", "serial": "Z3T1", "size_bytes": 500107862016, "kind": "ata", "rotational": true, "firmware": "KC45"}],
    "network": [{"kind": "ethernet", "mac": "00:11:22:33:44:55", "driver": "e1000e"}],
    "os": {"id": "debian", "name": "Debian GNU/Linux 12 (bookworm)", "version": "12", "kernel": "6.1.0-18-amd64"},
    "agent_version": "0.1.0"
}"#;

#[test]
fn a_pc_is_told_as_glpi_reads_it_and_nothing_beside() {
    let told = told(&detail(Some(FULL))).unwrap();
    let mut found = Vec::new();
    places(&told, "", &mut found);
    for (place, value) in &found {
        let known = FIELDS
            .iter()
            .chain(&SOMETIMES)
            .find(|(name, _)| name == place);
        let (_, kind) = known.unwrap_or_else(|| panic!("{place} is in no list"));
        assert!(
            fits(value, kind),
            "{place} is {value}, and {kind} is wanted"
        );
    }
    for (place, _) in FIELDS {
        assert!(
            found.iter().any(|(name, _)| name == place),
            "{place} is missing"
        );
    }
    let text = told.to_string();
    assert!(!text.contains("00:11:22"), "no address of a card: {text}");
    assert_eq!(told["content"]["bios"]["bdate"], "2018-06-28");
    assert_eq!(told["content"]["hardware"]["memory"], 8192);
    assert_eq!(told["content"]["cpus"][0]["thread"], 2);
    assert_eq!(told["content"]["storages"][0]["disksize"], 500_107);
}

#[test]
fn what_a_pc_did_not_say_is_left_out_and_a_silent_pc_is_no_file() {
    let told_little = told(&detail(Some(
        r#"{"bios": {"date": "last summer"}, "network": [{}]}"#,
    )))
    .unwrap();
    let content = &told_little["content"];
    assert!(content["bios"].get("bdate").is_none(), "{content}");
    assert!(content.get("cpus").is_none(), "{content}");
    assert_eq!(content["networks"], json!([{"description": ""}]));
    assert_eq!(told(&detail(None)), None);
}

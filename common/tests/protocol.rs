//! `docs/protocol.md` never lies: each of its tables, words and examples is checked.

mod kinds;
mod schemas;

use std::path::Path;

use declic_common::code::EnrolCode;
use declic_common::status::WILL;
use declic_common::topic::{DOWN, Leaf, Topic};
use declic_common::{DeviceId, UpKind, limits};
use serde_json::Value;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    std::fs::read_to_string(path).unwrap()
}

/// The fenced blocks of the page: what follows the fence, and the text inside.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(label) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((label.to_owned(), text.join("\n")));
        }
    }
    blocks
}

/// The only block of this label.
fn block(label: &str) -> String {
    let mut found = blocks(&page()).into_iter().filter(|(l, _)| l == label);
    let text = found
        .next()
        .unwrap_or_else(|| panic!("no block `{label}`"))
        .1;
    assert_eq!(found.next(), None, "two blocks `{label}`");
    text
}

/// The bytes of a block of hexadecimal pairs.
fn hex_block(label: &str) -> Vec<u8> {
    block(label)
        .split_whitespace()
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

/// How the page writes a number that people know by its power of two.
fn number(value: &Value) -> String {
    let value = value.as_number().unwrap().as_i128().unwrap();
    let safe = i128::from(limits::JSON_INT_MAX);
    match value {
        _ if value == safe => "2^53 - 1".to_owned(),
        _ if value == -safe => "-(2^53 - 1)".to_owned(),
        _ if value == 1 << 60 => "2^60".to_owned(),
        _ if value == i128::from(u32::MAX) => "2^32 - 1".to_owned(),
        _ if value == i128::from(u64::MAX) => "2^64 - 1".to_owned(),
        _ => value.to_string(),
    }
}

/// What a field may be, in the words of the page's tables.
fn kind_of(document: &Value, field: &Value) -> String {
    let words = |list: &Value| -> String {
        let words: Vec<_> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|w| format!("`{}`", w.as_str().unwrap()))
            .collect();
        words.join(", ")
    };
    let reference = schemas::refers_to(field);
    if field["type"] == "array" {
        let many = match field["maxItems"].as_u64() {
            Some(most) => format!("list of at most {most}"),
            None => "list of".to_owned(),
        };
        return match reference {
            Some(name) => format!("{many} `{name}`"),
            None if field["items"]["type"] == "array" => format!("{many} pairs of integers"),
            None => format!("{many} texts"),
        };
    }
    if let Some(name) = reference {
        let of = match schemas::all(document)[name]["enum"] {
            Value::Null => "object",
            _ => "word of",
        };
        return format!("{of} `{name}`");
    }
    if field["enum"].is_array() {
        return format!("word, one of {}", words(&field["enum"]));
    }
    match field["type"].as_str().unwrap() {
        "integer" => match (&field["minimum"], &field["maximum"]) {
            (Value::Null, _) => "integer".to_owned(),
            (least, Value::Null) => format!("integer, {} or more", number(least)),
            (least, most) => format!("integer, {} to {}", number(least), number(most)),
        },
        "string" => match field["maxLength"].as_u64() {
            Some(most) => format!("text, at most {most} characters"),
            None => "text".to_owned(),
        },
        "boolean" => "true or false".to_owned(),
        other => other.to_owned(),
    }
}

/// The rows of every table of fields, sorted: their order is for the eye.
fn tables(page: &str) -> Vec<Vec<&str>> {
    let mut tables = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line == "| field | what it may be | meaning |" {
            let rows = lines
                .by_ref()
                .skip(1)
                .take_while(|line| line.starts_with('|'));
            let mut rows: Vec<_> = rows.collect();
            rows.sort_unstable();
            tables.push(rows);
        }
    }
    tables
}

#[test]
fn every_table_of_fields_says_what_the_schemas_say() {
    let page = page();
    let tables = tables(&page);
    let document = schemas::document();
    for (name, schema) in schemas::all(&document) {
        let Some(fields) = schema["properties"].as_object() else {
            continue;
        };
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let row = |(field, schema): (&String, &Value)| {
            let kind = kind_of(&document, schema);
            let always = match required.contains(&Value::from(field.as_str())) {
                true => ", always there",
                false => "",
            };
            let meaning = schema["description"].as_str().unwrap();
            format!("| `{field}` | {kind}{always} | {meaning} |")
        };
        let mut rows: Vec<String> = fields.iter().map(row).collect();
        rows.sort_unstable();
        assert!(
            tables.iter().any(|table| *table == rows),
            "the page lacks this table of {name}:\n{}",
            rows.join("\n")
        );
    }
}

#[test]
fn every_list_of_words_says_what_the_schemas_say() {
    let page = page();
    let document = schemas::document();
    for (name, schema) in schemas::all(&document) {
        let Some(words) = schema["enum"].as_array() else {
            continue;
        };
        let words: Vec<_> = words
            .iter()
            .map(|word| format!("`{}`", word.as_str().unwrap()))
            .collect();
        let meaning = schema["description"].as_str().unwrap();
        let line = format!("- `{name}`: {meaning} {}\n", words.join(", "));
        assert!(page.contains(&line), "the page lacks this line:\n{line}");
    }
}

#[test]
fn every_topic_and_every_limit_is_on_the_page() {
    let page = page();
    let ups = UpKind::ALL
        .iter()
        .map(|kind| Leaf::Up(*kind))
        .chain([Leaf::Status]);
    for leaf in ups.chain(DOWN) {
        let publisher = if leaf.is_up() { "device" } else { "controller" };
        let row = format!("| `declic/v1/<device>/{}` | {publisher} |", leaf.as_str());
        assert!(page.contains(&row), "{row}");
    }
    for row in [
        format!(
            "| MQTT packet, both ways | {} bytes |",
            limits::PACKET_BYTES
        ),
        format!(
            "| `report`, `journal`, `help`, `outcome` | {} bytes |",
            limits::REPORT_BYTES
        ),
        format!("| `inventory` | {} bytes |", limits::INVENTORY_BYTES),
        format!(
            "| `receipt`, `command`, `settings` | {} bytes |",
            limits::DOWN_BYTES
        ),
        format!(
            "| text written by a person | {} characters |",
            limits::TEXT_CHARS
        ),
        format!(
            "| interval between reports | {} s to {} s, {} s unless settings say more |",
            limits::INTERVAL_MIN_S,
            limits::INTERVAL_MAX_S,
            limits::INTERVAL_DEFAULT_S
        ),
        format!(
            "| slow readings | at most every {} s |",
            limits::SLOW_INTERVAL_S
        ),
        format!("| keep-alive | {} s |", limits::KEEP_ALIVE_S),
        format!(
            "| sent again without a receipt | after {} s |",
            limits::RESEND_AFTER_S
        ),
    ] {
        assert!(page.contains(&row), "{row}");
    }
    let bytes = format!("exactly these {} bytes", WILL.len());
    assert!(page.contains(&bytes), "{bytes}");
}

#[test]
fn every_json_example_is_read_fits_the_schema_and_loses_nothing() {
    let document = schemas::document();
    let mut seen = Vec::new();
    for (label, text) in blocks(&page()) {
        let Some(label) = label.strip_prefix("json") else {
            continue;
        };
        let (kind, part) = match label.trim().split_once('/') {
            Some((kind, part)) => (kind.to_owned(), part),
            None => (label.trim().to_owned(), ""),
        };
        assert!(
            kinds::ALL.contains(&kind.as_str()),
            "a JSON block of no kind:\n{text}"
        );
        let means = kinds::reread(&kind, part, text.as_bytes())
            .unwrap_or_else(|reason| panic!("{kind} is refused as {reason}:\n{text}"));
        let written: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(means, written, "{kind} loses something");
        let schema = schemas::name_of(&kind, part).unwrap();
        assert!(
            schemas::validator(&document, schema).is_valid(&written),
            "{kind}:\n{text}"
        );
        seen.push(kind);
    }
    for kind in kinds::ALL {
        assert!(seen.iter().any(|seen| seen == kind), "no example of {kind}");
    }
}

#[test]
fn the_code_of_the_example_is_the_bytes_of_the_example() {
    let text = block("text code");
    let code: EnrolCode = text.parse().unwrap();
    assert_eq!(code.to_string(), text);
    assert_eq!(code.address.host, "declic.example.org");
    assert_eq!(
        (code.address.mqtt_port, code.address.enrol_port),
        (limits::MQTT_PORT, limits::ENROL_PORT)
    );
    let bytes = hex_block("hex code");
    assert_eq!(&bytes[..6], [1, 0, 0x22, 0xb3, 0x20, 0xfb]);
    assert_eq!(bytes[6..22], code.token);
    assert_eq!(bytes[22..38], code.ca);
    let (body, crc) = bytes.split_last_chunk::<4>().unwrap();
    assert_eq!(&body[38..], b"declic.example.org");
    assert_eq!(crc32c::crc32c(body).to_be_bytes(), *crc);
    let request: Value = serde_json::from_str(&block("json enrol/request")).unwrap();
    assert_eq!(request["token"], kinds::hex(&code.token));
}

#[test]
fn the_fingerprint_of_the_example_is_that_of_its_authority() {
    let code: EnrolCode = block("text code").parse().unwrap();
    let answer: Value = serde_json::from_str(&block("json enrol/answer")).unwrap();
    let base64: String = answer["ca_pem"]
        .as_str()
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = data_encoding::BASE64.decode(base64.as_bytes()).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &der);
    assert_eq!(digest.as_ref()[..16], code.ca);
    let certificate = answer["certificate_pem"].as_str().unwrap();
    let base64: String = certificate
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = data_encoding::BASE64.decode(base64.as_bytes()).unwrap();
    let name = answer["device"].as_str().unwrap().as_bytes();
    assert!(
        der.windows(name.len()).any(|part| part == name),
        "CN is the device id"
    );
    assert!(
        der.windows(13).any(|part| part == b"750101000000Z"),
        "it begins in 1975"
    );
}

/// One MQTT string: two bytes of length, then UTF-8 (MQTT 3.1.1, section 1.5.3).
fn string(text: &[u8]) -> Vec<u8> {
    let mut bytes = (text.len() as u16).to_be_bytes().to_vec();
    bytes.extend(text);
    bytes
}

/// One MQTT packet: first byte, remaining length in groups of 7 bits, the rest (section 2.2).
fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut length = rest.len();
    loop {
        let more = if length >= 128 { 128 } else { 0 };
        bytes.push((length % 128) as u8 | more);
        length /= 128;
        if length == 0 {
            break;
        }
    }
    bytes.extend(rest);
    bytes
}

#[test]
fn the_packets_of_the_example_are_mqtt() {
    let device: DeviceId = "d-nv4w64tbonsx".parse().unwrap();
    let topic = |leaf: Leaf| -> Vec<u8> {
        let topic: Topic = leaf.of(device);
        string(topic.to_string().as_bytes())
    };
    // Level 4 is MQTT 3.1.1; the flags say clean session, will, will QoS 1.
    let mut connect = [string(b"MQTT"), vec![4, 0b0000_1110]].concat();
    connect.extend(limits::KEEP_ALIVE_S.to_be_bytes());
    connect.extend(string(device.to_string().as_bytes()));
    connect.extend(topic(Leaf::Status));
    connect.extend(string(WILL));
    assert_eq!(hex_block("hex connect"), packet(0x10, &connect));

    let mut subscribe = vec![0, 1];
    for leaf in DOWN {
        subscribe.extend(topic(leaf));
        subscribe.push(1);
    }
    assert_eq!(hex_block("hex subscribe"), packet(0x82, &subscribe));

    let mut publish = topic(Leaf::Up(UpKind::Report));
    publish.extend([0, 2]);
    publish.extend(block("json report").as_bytes());
    assert_eq!(hex_block("hex publish"), packet(0x32, &publish));
}

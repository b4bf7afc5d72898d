//! Every kind of message of protocol v1: how it is read, and how it is written again.

#![allow(dead_code)] // each test file uses its share

use std::path::{Path, PathBuf};

use declic_common::code::{BadCode, EnrolCode};
use declic_common::command::{BadCommand, Command};
use declic_common::enrol::{EnrolRequest, Enrolled, RenewRequest};
use declic_common::envelope::{self, Envelope, EnvelopeError, UpBody, UpKind};
use declic_common::receipt::Receipt;
use declic_common::settings::{BadSettings, Settings};
use declic_common::status::Status;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The kinds, each with a folder in `tests/fixtures`.
pub(crate) const ALL: [&str; 10] = [
    "report",
    "journal",
    "inventory",
    "help",
    "outcome",
    "status",
    "receipt",
    "command",
    "settings",
    "enrol",
];

/// What enrolment is made of: the first word of a file's name in `enrol`.
pub(crate) const ENROL_PARTS: [&str; 5] = ["code", "request", "renew", "answer", "problem"];

/// Reads a message as its receiver does and writes it again. `part` is one of
/// [`ENROL_PARTS`]. The error is the reason, in the words of the fixtures.
pub(crate) fn reread(kind: &str, part: &str, bytes: &[u8]) -> Result<Value, String> {
    match kind {
        "status" => Status::parse(bytes)
            .map(|status| written(&status))
            .ok_or_else(|| "unreadable".to_owned()),
        "receipt" => Receipt::parse(bytes)
            .map(|receipt| written(&receipt))
            .map_err(|_| "unreadable".to_owned()),
        "command" => Command::parse(bytes)
            .map(|command| written(&command))
            .map_err(|error| match error {
                BadCommand::Unknown(_) => "unknown".to_owned(),
                BadCommand::Unreadable => "unreadable".to_owned(),
            }),
        "settings" => Settings::parse(bytes)
            .map(|settings| written(&settings))
            .map_err(|error| match error {
                BadSettings::Unreadable => "unreadable".to_owned(),
                BadSettings::Interval => "interval".to_owned(),
                BadSettings::ProbeHosts => "probe_hosts".to_owned(),
                BadSettings::Address => "address".to_owned(),
            }),
        "enrol" => enrol(part, bytes),
        _ => {
            let kind = UpKind::from_word(kind).expect("a kind of the list");
            up(kind, bytes)
        }
    }
}

/// Reads a numbered message; the refusal is the word that the receipt carries.
pub(crate) fn read_up(kind: UpKind, bytes: &[u8]) -> Result<Envelope<UpBody>, String> {
    Envelope::parse(kind, bytes).map_err(|error| match error {
        EnvelopeError::Unnumbered(_) => "unnumbered".to_owned(),
        EnvelopeError::Refused { reason, .. } => reason.to_string(),
    })
}

/// The bytes of a numbered message, as the spool and the uplink write them.
pub(crate) fn up_bytes(message: &Envelope<UpBody>) -> Vec<u8> {
    let store = |body: &Value| {
        envelope::store(message.number, message.observed_at, message.uptime_ms, body)
    };
    let stored = match &message.body {
        UpBody::Report(body) => store(&written(body)),
        UpBody::Journal(body) => store(&written(body)),
        UpBody::Inventory(body) => store(&written(body)),
        UpBody::Help(body) => store(&written(body)),
        UpBody::Outcome(body) => store(&written(body)),
    };
    envelope::address(
        &stored,
        message.first_seq,
        message.age_ms,
        message.age_estimated,
    )
}

fn up(kind: UpKind, bytes: &[u8]) -> Result<Value, String> {
    let message = read_up(kind, bytes)?;
    Ok(serde_json::from_slice(&up_bytes(&message)).expect("what we write is JSON"))
}

fn enrol(part: &str, bytes: &[u8]) -> Result<Value, String> {
    match part {
        "code" => code(bytes),
        "request" => plain::<EnrolRequest>(bytes),
        "renew" => plain::<RenewRequest>(bytes),
        "answer" => plain::<Enrolled>(bytes),
        "problem" => plain::<declic_common::api::Problem>(bytes),
        _ => panic!("{part:?} is no part of enrolment: {ENROL_PARTS:?}"),
    }
}

fn code(bytes: &[u8]) -> Result<Value, String> {
    let file: Value = serde_json::from_slice(bytes).expect("a code's file is JSON");
    let text = file["code"].as_str().expect("a code's file has a code");
    let code: EnrolCode = text.parse().map_err(|error| match error {
        BadCode::Garbled => "garbled".to_owned(),
        BadCode::Newer => "newer".to_owned(),
    })?;
    Ok(json!({
        "code": code.to_string(),
        "address": code.address,
        "token": hex(&code.token),
        "ca": hex(&code.ca),
        "public_certificate": code.public_certificate,
    }))
}

/// Bytes as hexadecimal, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn plain<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice::<T>(bytes)
        .map(|body| written(&body))
        .map_err(|_| "unreadable".to_owned())
}

fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("our own types always have a JSON form")
}

/// Where the golden files of all kinds are.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures")
}

/// Calls with the kind, part and name of each golden file that is JSON at all.
pub(crate) fn for_each_message(folder: &str, mut check: impl FnMut(&str, &str, &str, &Value)) {
    for kind in ALL {
        let folder = fixtures().join(kind).join("v1").join(folder);
        let mut seen = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            // The reason of a refused file comes first.
            let rest = name.split_once('.').map(|(_, rest)| rest);
            let stem = match folder.ends_with("refused") {
                true => rest.unwrap(),
                false => name,
            };
            let part = stem.split(['.', '-']).next().unwrap();
            if !path.is_file() {
                continue;
            }
            if let Ok(message) = serde_json::from_slice(&std::fs::read(&path).unwrap()) {
                check(kind, part, name, &message);
                seen += 1;
            }
        }
        assert!(seen > 0, "{} has no message", folder.display());
    }
}

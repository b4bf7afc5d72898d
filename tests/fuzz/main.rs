//! Everything that crosses a wire or is read over the phone, told wrongly in every way. Nothing
//! panics, and what is understood is understood the same when it is said again.
//!
//! `cargo xtask fuzz` runs these for longer, with those of `controller` and `agent`.

use std::path::{Path, PathBuf};

use declic_common::code::EnrolCode;
use declic_common::command::Command;
use declic_common::device::DeviceId;
use declic_common::envelope::{Envelope, address, store};
use declic_common::receipt::Receipt;
use declic_common::report::HealthReport;
use declic_common::settings::Settings;
use declic_common::six_words::{Diagnosis, SixWords};
use declic_common::status::Status;
use declic_common::topic::Topic;
use declic_common::{UpBody, UpKind};
use declic_tests::fuzz::{examples, fuzz};

/// Words of the list.
const SOME_WORDS: [&str; 3] = [
    "abaisser abandon abdiquer abeille abolir",
    "zoologie abaisser zoologie abandon zoologie",
    "cerise cerise cerise cerise cerise",
];

fn fixtures(name: &str) -> Vec<Vec<u8>> {
    examples(&place(name))
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// What the controller understood, said by an agent that means just that.
fn again(message: &Envelope<UpBody>) -> Vec<u8> {
    let Envelope {
        number,
        observed_at,
        uptime_ms,
        ..
    } = *message;
    let stored = match &message.body {
        UpBody::Report(body) => store(number, observed_at, uptime_ms, body),
        UpBody::Journal(body) => store(number, observed_at, uptime_ms, body),
        UpBody::Inventory(body) => store(number, observed_at, uptime_ms, body),
        UpBody::Help(body) => store(number, observed_at, uptime_ms, body),
        UpBody::Outcome(body) => store(number, observed_at, uptime_ms, body),
    };
    address(
        &stored,
        message.first_seq,
        message.age_ms,
        message.age_estimated,
    )
}

/// One kind of message: its first understanding is the last.
fn up(kind: UpKind, name: &str) {
    fuzz(name, fixtures(name), |bytes| {
        let message = match Envelope::parse(kind, bytes) {
            Ok(message) => message,
            Err(refused) => return words(&refused.to_string()),
        };
        let said = again(&message);
        // What is said in full may be longer than what was understood, and too long then.
        if said.len() <= kind.max_bytes() {
            assert_eq!(Envelope::parse(kind, &said).as_ref(), Ok(&message));
        }
        words(&format!("{message:?}"))
    });
}

/// What was said, without its numbers: another number is nothing new.
fn words(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_ascii_digit())
        .take(4000)
        .collect()
}

#[test]
fn a_report_in_any_state_is_understood_or_refused() {
    up(UpKind::Report, "report");
}

#[test]
fn a_journal_in_any_state_is_understood_or_refused() {
    up(UpKind::Journal, "journal");
}

#[test]
fn an_inventory_in_any_state_is_understood_or_refused() {
    up(UpKind::Inventory, "inventory");
}

#[test]
fn a_call_for_help_in_any_state_is_understood_or_refused() {
    up(UpKind::Help, "help");
}

#[test]
fn an_outcome_in_any_state_is_understood_or_refused() {
    up(UpKind::Outcome, "outcome");
}

#[test]
fn a_command_in_any_state_is_obeyed_as_written_or_not_at_all() {
    fuzz(
        "command",
        fixtures("command"),
        |bytes| match Command::parse(bytes) {
            Ok(command) => {
                assert!(command.is_bounded());
                let said = serde_json::to_vec(&command).expect("JSON");
                assert_eq!(Command::parse(&said).expect("said again"), command);
                words(&format!("{command:?}"))
            }
            Err(refused) => words(&refused.to_string()),
        },
    );
}

#[test]
fn a_receipt_in_any_state_settles_what_it_says_or_nothing() {
    fuzz(
        "receipt",
        fixtures("receipt"),
        |bytes| match Receipt::parse(bytes) {
            Ok(receipt) => {
                let said = serde_json::to_vec(&receipt).expect("JSON");
                assert_eq!(Receipt::parse(&said).expect("said again"), receipt);
                words(&format!("{receipt:?}"))
            }
            Err(refused) => words(&refused.to_string()),
        },
    );
}

#[test]
fn settings_in_any_state_stay_within_what_a_household_agreed_to() {
    fuzz(
        "settings",
        fixtures("settings"),
        |bytes| match Settings::parse(bytes) {
            Ok(settings) => {
                let said = serde_json::to_vec(&settings).expect("JSON");
                assert_eq!(Settings::parse(&said).expect("said again"), settings);
                words(&format!("{settings:?}"))
            }
            Err(refused) => words(&refused.to_string()),
        },
    );
}

#[test]
fn a_status_a_topic_and_a_name_in_any_state_are_known_or_not() {
    let mut seeds = fixtures("status");
    seeds.push(b"declic/v1/d-aaaaaaaaaaaa/report".to_vec());
    seeds.push(b"d-abcdefghijkl".to_vec());
    fuzz("topic", seeds, |bytes| {
        let status = Status::parse(bytes);
        let text = String::from_utf8_lossy(bytes);
        let topic = text.parse::<Topic>().ok();
        if let Some(topic) = topic {
            assert_eq!(topic.to_string(), text);
        }
        let device = text.parse::<DeviceId>().ok();
        if let Some(device) = device {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        (format!("{status:?}"), topic.is_some(), device.is_some())
    });
}

#[test]
fn a_code_in_any_state_enrols_where_it_says_or_nowhere() {
    let mut seeds = fixtures("enrol");
    for file in [
        "code",
        "code-typed-by-hand",
        "code-with-a-public-certificate",
    ] {
        let text = std::fs::read(place("enrol/v1").join(format!("{file}.json"))).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let code = value.as_str().or_else(|| value["code"].as_str());
        seeds.extend(code.map(|code| code.as_bytes().to_vec()));
    }
    fuzz("code", seeds, |bytes| {
        match String::from_utf8_lossy(bytes).parse::<EnrolCode>() {
            Ok(code) => {
                assert_eq!(code.to_string().parse::<EnrolCode>().as_ref(), Ok(&code));
                words(&format!("{code:?}"))
            }
            Err(refused) => words(&refused.to_string()),
        }
    });
}

#[test]
fn six_words_in_any_state_say_one_thing_or_what_is_wrong_with_them() {
    let right = SixWords::of(&Diagnosis::of(&HealthReport::default(), None, None, false))
        .words()
        .join(" ");
    let mut seeds: Vec<Vec<u8>> = SOME_WORDS
        .iter()
        .map(|five| format!("{five} abaisser").into_bytes())
        .collect();
    seeds.push(right.into_bytes());
    fuzz("six_words", seeds, |bytes| {
        match SixWords::read_text(&String::from_utf8_lossy(bytes)) {
            Ok(six) => {
                let said = SixWords::read(&six.words()).expect("they are right");
                assert_eq!(said.words(), six.words());
                if let Ok(diagnosis) = six.diagnosis() {
                    assert_eq!(SixWords::of(&diagnosis).words(), six.words());
                }
                six.words().join(" ")
            }
            Err(wrong) => words(&format!("{wrong:?}")),
        }
    });
}

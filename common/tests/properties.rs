//! What holds for every message, not only for those that somebody thought of.

mod generated;
mod kinds;

use declic_common::envelope::{UpBody, UpKind};
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

/// Names of the protocol, so that random JSON often meets a field or a word of ours.
const NAMES: &[&str] = &[
    "first_seq",
    "age_ms",
    "age_estimated",
    "install",
    "boot",
    "seq",
    "observed_at",
    "uptime_ms",
    "body",
    "interval_s",
    "cpu",
    "mean_permille",
    "memory",
    "total_bytes",
    "disks",
    "class",
    "fs",
    "temperatures",
    "link",
    "kind",
    "signal_dbm",
    "ladder",
    "battery",
    "consent",
    "agent",
    "version",
    "slow",
    "slow_at",
    "failed_units",
    "smart",
    "usage",
    "active_minutes",
    "events",
    "text",
    "command",
    "result",
    "state",
    "through_seq",
    "stored",
    "refused",
    "reason",
    "controller_time",
    "id",
    "issued_at",
    "expires_at",
    "minutes",
    "probe_hosts",
    "next_address",
    "charter",
    "host",
    "mqtt_port",
    "enrol_port",
    "token",
    "csr_pem",
    "device",
    "modules",
    "bios",
    "os",
    "system",
    "wifi",
    "maintenance",
    "done",
    "on",
    "bad_body",
    "refresh",
    "q7m2xk4vbn3a",
    "cups.service",
    "power_cut",
    "d-nv4w64tbonsx",
];

/// Numbers where bounds usually are.
const EDGES: &[i64] = &[
    i64::MIN,
    -9_007_199_254_740_992,
    -1,
    0,
    1,
    5,
    300,
    1000,
    1001,
    65_535,
    65_536,
    86_400,
    4_294_967_295,
    4_294_967_296,
    9_007_199_254_740_991,
    9_007_199_254_740_992,
    i64::MAX,
];

fn name() -> BoxedStrategy<String> {
    prop_oneof![
        9 => prop::sample::select(NAMES).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
    .boxed()
}

fn json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop::sample::select(EDGES).prop_map(|n| Value::Number(n.into())),
        any::<u64>().prop_map(|n| Value::Number(n.into())),
        any::<f64>().prop_map(|n| Number::from_f64(n).map_or(Value::Null, Value::Number)),
        name().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::vec((name(), inner), 0..12)
                .prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
    .boxed()
}

/// Whatever the bytes are, every reader answers, and answers the same twice.
fn read_by_all(bytes: &[u8]) -> Result<(), TestCaseError> {
    for kind in kinds::ALL {
        let parts: &[&str] = match kind {
            // A code is a text in a file of ours, not a message; it has its own test.
            "enrol" => &["request", "renew", "answer", "problem"],
            _ => &[""],
        };
        for part in parts {
            if let Ok(means) = kinds::reread(kind, part, bytes) {
                let again = kinds::reread(kind, part, means.to_string().as_bytes());
                prop_assert_eq!(again, Ok(means), "{}", kind);
            }
        }
    }
    Ok(())
}

/// A message that arrives is the message that left.
fn arrives(message: &declic_common::Envelope<UpBody>, kind: UpKind) -> Result<(), TestCaseError> {
    let bytes = kinds::up_bytes(message);
    // Random text is larger than any machine's; a real agent checks its size first.
    prop_assume!(bytes.len() <= kind.max_bytes());
    let arrived = kinds::read_up(kind, &bytes);
    prop_assert_eq!(arrived.as_ref(), Ok(message));
    Ok(())
}

fn recorded<T>(body: &T) -> Result<(), TestCaseError>
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()> + PartialEq + std::fmt::Debug,
{
    let bytes = minicbor::to_vec(body).unwrap();
    prop_assert_eq!(&minicbor::decode::<T>(&bytes).unwrap(), body);
    Ok(())
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        read_by_all(&bytes)?;
    }

    #[test]
    fn no_json_makes_a_reader_panic(value in json()) {
        read_by_all(value.to_string().as_bytes())?;
    }

    #[test]
    fn no_body_makes_a_reader_panic(body in json()) {
        let message = serde_json::json!({
            "install": "q7m2xk4vbn3a", "boot": 1, "seq": 1, "observed_at": 0, "uptime_ms": 1, "body": body,
        });
        read_by_all(message.to_string().as_bytes())?;
    }

    #[test]
    fn no_text_makes_the_code_reader_panic(text in any::<String>(), letters in "[a-z2-7 -]{0,160}") {
        prop_assert!(text.parse::<declic_common::code::EnrolCode>().is_err());
        prop_assert!(letters.parse::<declic_common::code::EnrolCode>().is_err());
    }

    #[test]
    fn no_text_makes_the_topic_reader_panic(text in any::<String>(), leaf in name()) {
        prop_assert!(text.parse::<declic_common::topic::Topic>().is_err());
        let topic = format!("declic/v1/d-nv4w64tbonsx/{leaf}");
        if let Ok(read) = topic.parse::<declic_common::topic::Topic>() {
            prop_assert_eq!(read.to_string(), topic);
        }
    }

    #[test]
    fn a_report_arrives_as_it_left(
        message in generated::envelope(generated::report().prop_map(UpBody::Report).boxed()),
    ) {
        arrives(&message, UpKind::Report)?;
    }

    #[test]
    fn a_journal_arrives_as_it_left(
        message in generated::envelope(generated::journal().prop_map(UpBody::Journal).boxed()),
    ) {
        arrives(&message, UpKind::Journal)?;
    }

    #[test]
    fn an_inventory_arrives_as_it_left(
        message in generated::envelope(generated::inventory().prop_map(UpBody::Inventory).boxed()),
    ) {
        arrives(&message, UpKind::Inventory)?;
    }

    #[test]
    fn a_record_of_the_store_keeps_a_report_whole(report in generated::report()) {
        recorded(&report)?;
    }

    #[test]
    fn a_record_of_the_store_keeps_a_journal_whole(journal in generated::journal()) {
        recorded(&journal)?;
    }

    #[test]
    fn a_record_of_the_store_keeps_an_inventory_whole(inventory in generated::inventory()) {
        recorded(&inventory)?;
    }
}

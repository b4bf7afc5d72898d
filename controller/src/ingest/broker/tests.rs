//! The broker that a city most often has, run on loopback with the settings that
//! we give for it. These tests need Mosquitto (Debian package `mosquitto`), which
//! `cargo xtask test` installs.

mod site;
mod stories;

use super::{BadBroker, Options};

#[test]
fn a_broker_is_named_by_its_url() {
    let broker = |host: &str, port| {
        Ok(Options {
            host: host.to_owned(),
            port,
        })
    };
    for (text, expected) in [
        (
            "mqtts://broker.example.org",
            broker("broker.example.org", 8883),
        ),
        ("mqtts://192.0.2.7:1884/", broker("192.0.2.7", 1884)),
        ("mqtts://[2001:db8::1]:8884", broker("2001:db8::1", 8884)),
        ("mqtts://[2001:db8::1]", broker("2001:db8::1", 8883)),
        ("mqtt://broker.example.org", Err(BadBroker)),
        ("mqtts://", Err(BadBroker)),
        ("mqtts://host:0", Err(BadBroker)),
        ("mqtts://host:port", Err(BadBroker)),
        ("mqtts://[::1]x", Err(BadBroker)),
        ("mqtts://someone@host", Err(BadBroker)),
    ] {
        assert_eq!(text.parse::<Options>(), expected, "{text}");
    }
}

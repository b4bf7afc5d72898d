//! `declic demo --speed`: weeks in minutes. What fails is found, and who sleeps is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use declic_tests::process::{Process, free_port, printed, program};
use declic_tests::wait::{PATIENCE, seconds};
use declic_tests::{MailServer, eventually};
use serde_json::Value;

/// A Tuesday in term time, before most homes wake up.
const BEGIN: &str = "2026-03-10T08:00";

/// Asset → causes of its open tickets.
type Listed = BTreeMap<String, BTreeSet<String>>;

#[test]
fn a_fast_demonstration_finds_the_homes_that_fail_and_none_of_those_that_are_off() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let port = free_port();
    let mail = MailServer::start(&place.path().join("mail"), port);
    let notify = place.path().join("notify.toml");
    fs::write(&notify, notices(port)).unwrap();
    let mut command = Command::new(program("declic"));
    command
        .args(["demo", "--speed", "900", "--devices", "40"])
        .args(["--begin", BEGIN])
        .args(["--http", &format!("127.0.0.1:{}", free_port())])
        .args(["--mqtt", &format!("127.0.0.1:{}", free_port())])
        .arg("--data-dir")
        .arg(&data)
        .arg("--notify")
        .arg(&notify)
        .env("LANG", "en_GB.UTF-8");
    let mut demo = Process::start(&mut command, &place.path().join("demo.log")).unwrap();
    eventually("homes that live", PATIENCE, || {
        assert!(demo.is_running(), "{}", demo.words());
        demo.words().contains("Ctrl-C to stop.").then_some(())
    });

    let declic = |args: &[&str]| {
        let mut command = Command::new(program("declic"));
        command.args(args).args(["--data-dir"]).arg(&data);
        printed(&command.env("LANG", "en_GB.UTF-8").output().unwrap())
    };
    let today = || -> Listed {
        let lines: Value = serde_json::from_str(&declic(&["today", "--format", "json"])).unwrap();
        let lines = lines.as_array().unwrap();
        lines
            .iter()
            .map(|line| (word(&line["asset"]), causes(line)))
            .collect()
    };
    let fates: Value =
        serde_json::from_slice(&fs::read(data.join("homes/fates.json")).unwrap()).unwrap();
    let fates = fates.as_array().unwrap();
    let failing: BTreeMap<String, String> = fates
        .iter()
        .map(|fate| (word(&fate["asset"]), word(&fate["cause"])))
        .collect();
    // A silence that began before our eyes is no alarm for days, which would take longer here.
    let soon = |fate: &&Value| fate["cause"] != "overdue" || word(&fate["at"]).as_str() < BEGIN;
    let expected: Vec<String> = fates
        .iter()
        .filter(soon)
        .map(|fate| word(&fate["asset"]))
        .collect();
    assert_eq!((failing.len(), expected.len()), (7, 5));
    eventually(
        "the homes that fail, each with its cause",
        seconds(240),
        || {
            assert!(demo.is_running(), "{}", demo.words());
            let listed = today();
            for (asset, causes) in &listed {
                let known = failing.get(asset);
                assert!(known.is_some(), "{asset} is well and listed: {causes:?}");
            }
            expected
                .iter()
                .all(|asset| {
                    listed
                        .get(asset)
                        .is_some_and(|said| said.contains(&failing[asset]))
                })
                .then_some(())
        },
    );

    // Most homes are silent, and that is as it should be.
    let devices: Value =
        serde_json::from_str(&declic(&["device", "list", "--format", "json"])).unwrap();
    let quiet = devices
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["presence"] == "quiet");
    assert!(quiet.count() >= 10, "{devices:#}");
    let table = declic(&["device", "list"]);
    assert!(
        !table.contains(" in "),
        "somebody was heard of in the future: {table}"
    );

    // The mail of a day tells the technician what `declic today` tells.
    let digest = eventually("a digest that names them", seconds(240), || {
        assert!(demo.is_running(), "{}", demo.words());
        let names = |mail: &String| expected.iter().all(|asset| mail.contains(asset.as_str()));
        let mails = mail.mails().into_iter().map(plain);
        mails.filter(|mail| is_digest(mail)).find(names)
    });
    assert!(!digest.contains("F-0"), "it names a household: {digest}");

    demo.signal(rustix::process::Signal::INT);
    let status = demo.ended(PATIENCE);
    assert!(status.success(), "{status}: {}", demo.words());
}

/// Mail at a server of this machine, and the day told in the evening: that is sooner than the
/// next morning.
fn notices(port: u16) -> String {
    format!(
        "digest = \"21:00\"\n[mail]\nserver = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n\
         from = \"declic@example.org\"\nto = [\"t@example.org\"]\n"
    )
}

/// A mail without the line breaks and signs of its transport (quoted-printable, RFC 2045).
fn plain(mail: String) -> String {
    mail.replace("=\r\n", "").replace("=\n", "")
}

fn is_digest(mail: &str) -> bool {
    mail.contains("See it all: declic today")
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn causes(line: &Value) -> BTreeSet<String> {
    let reasons = line["reasons"].as_array().into_iter().flatten();
    reasons.map(|reason| word(&reason["cause"])).collect()
}

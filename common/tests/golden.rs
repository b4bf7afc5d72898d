//! Every message that a version of Déclic may have written is read for ever.
//!
//! `tests/fixtures/<kind>/v1/<name>.json` is a message, `<name>.expected.json`
//! what it means, written again. `refused/<reason>.<name>.json` must be refused
//! for that reason. Files are added and never changed: a PC that nobody has
//! updated for three years still speaks like this.

mod kinds;

use std::fs;
use std::path::{Path, PathBuf};

use declic_common::envelope::{UpBody, UpKind};
use serde_json::Value;

const EXPECTED: &str = ".expected.json";

fn folder(kind: &str) -> PathBuf {
    kinds::fixtures().join(kind).join("v1")
}

/// The messages of a folder, by name, without what is expected of them.
fn messages(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| !name.ends_with(EXPECTED))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found
}

/// The first word of a file's name: in `enrol` it says which part it is.
fn part(name: &str) -> &str {
    name.split(['.', '-']).next().unwrap()
}

fn expected_path(path: &Path) -> PathBuf {
    let name = path.file_stem().unwrap().to_str().unwrap();
    path.with_file_name(format!("{name}{EXPECTED}"))
}

#[test]
fn every_golden_message_still_means_what_it_meant() {
    for kind in kinds::ALL {
        for (name, path) in messages(&folder(kind)) {
            let bytes = fs::read(&path).unwrap();
            let means = kinds::reread(kind, part(&name), &bytes)
                .unwrap_or_else(|reason| panic!("{kind}/{name} is refused: {reason}"));
            let expected_path = expected_path(&path);
            // A new message gets its meaning once, to be read by a person before
            // it is committed; a meaning that exists is never rewritten.
            if std::env::var_os("DECLIC_NEW_GOLDEN").is_some() && !expected_path.exists() {
                let text = serde_json::to_string_pretty(&means).unwrap();
                fs::write(&expected_path, text + "\n").unwrap();
            }
            let expected = fs::read(&expected_path).unwrap_or_else(|error| {
                panic!(
                    "{}: {error} (DECLIC_NEW_GOLDEN=1 writes it)",
                    expected_path.display()
                )
            });
            let expected: Value = serde_json::from_slice(&expected).unwrap();
            assert_eq!(means, expected, "{kind}/{name}");
        }
    }
}

#[test]
fn a_message_written_again_means_the_same() {
    for kind in kinds::ALL {
        for (name, path) in messages(&folder(kind)) {
            let bytes = fs::read(expected_path(&path)).unwrap();
            let expected: Value = serde_json::from_slice(&bytes).unwrap();
            // A text of 48 KiB may be longer once it is indented.
            let compact = serde_json::to_vec(&expected).unwrap();
            assert_eq!(
                kinds::reread(kind, part(&name), &compact),
                Ok(expected),
                "{kind}/{name}"
            );
        }
    }
}

#[test]
fn every_bad_message_is_refused_for_its_reason() {
    for kind in kinds::ALL {
        for (name, path) in messages(&folder(kind).join("refused")) {
            let (reason, rest) = name.split_once('.').unwrap();
            let bytes = fs::read(&path).unwrap();
            let refused = kinds::reread(kind, part(rest), &bytes).map(|means| means.to_string());
            assert_eq!(refused, Err(reason.to_owned()), "{kind}/refused/{name}");
        }
    }
}

#[test]
fn every_meaning_belongs_to_a_message() {
    for kind in kinds::ALL {
        let folder = folder(kind);
        for entry in fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(message) = name.strip_suffix(EXPECTED) {
                let path = folder.join(format!("{message}.json"));
                assert!(path.is_file(), "{kind}/{name} has lost its message");
            }
        }
    }
}

#[test]
fn what_the_store_keeps_of_a_message_is_the_message() {
    for kind in [UpKind::Report, UpKind::Journal, UpKind::Inventory] {
        for (name, path) in messages(&folder(kind.as_str())) {
            let message = kinds::read_up(kind, &fs::read(&path).unwrap()).unwrap();
            match message.body {
                UpBody::Report(report) => recorded(&report, &name),
                UpBody::Journal(journal) => recorded(&journal, &name),
                UpBody::Inventory(inventory) => recorded(&inventory, &name),
                UpBody::Help(_) | UpBody::Outcome(_) => unreachable!("not asked for"),
            }
        }
    }
}

fn recorded<T>(body: &T, name: &str)
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()> + PartialEq + std::fmt::Debug,
{
    let bytes = minicbor::to_vec(body).unwrap();
    assert_eq!(&minicbor::decode::<T>(&bytes).unwrap(), body, "{name}");
}

#[test]
fn the_spool_writes_the_bytes_that_the_documents_show() {
    let path = folder("report").join("bytes-as-an-agent-sends-them.json");
    let bytes = fs::read(path).unwrap();
    let bytes = bytes.trim_ascii_end();
    let message = kinds::read_up(UpKind::Report, bytes).unwrap();
    let UpBody::Report(report) = &message.body else {
        panic!("not a report");
    };
    let stored = declic_common::envelope::store(
        message.number,
        message.observed_at,
        message.uptime_ms,
        report,
    );
    let sent = declic_common::envelope::address(&stored, 806, Some(350), false);
    assert_eq!(
        String::from_utf8(sent).unwrap(),
        String::from_utf8(bytes.to_vec()).unwrap()
    );
}

#[test]
fn the_will_is_the_will_byte_for_byte() {
    let path = folder("status").join("lost-the-will-byte-for-byte.json");
    assert_eq!(fs::read(path).unwrap(), declic_common::status::WILL);
}

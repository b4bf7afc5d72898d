//! A client in another language, written from the document alone, is a device
//! like any other.

use std::path::Path;
use std::process::Command;

use declic_tests::process::printed;
use declic_tests::{Controller, Door};

#[test]
fn a_python_client_that_follows_the_document_is_received() {
    python(Door::Endpoint);
}

#[test]
fn a_python_client_is_received_through_a_broker_as_well() {
    python(Door::Mosquitto);
}

fn python(door: Door) {
    let mut controller = Controller::start_behind(door);
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("/usr/bin/python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("stories/client.py"))
        .arg(controller.code("BDX-077"))
        .arg(controller.dir().join("pki/ca.pem"))
        .arg(folder.path())
        .output()
        .expect("python3 runs: `cargo xtask test` installs it");
    let device = printed(&output);
    let shown = controller.json(&["device", "show", device.trim()]);
    assert_eq!(shown["asset"], "BDX-077");
    assert_eq!(
        shown["latest"]["report"]["memory"]["available_bytes"],
        1_234_567_890u64
    );
    controller.stop();
}

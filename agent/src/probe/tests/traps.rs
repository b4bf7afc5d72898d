//! Nothing that tells of a person, a place or a network leaves the PC.

use serde_json::to_string;

use super::*;
use crate::probe::Targets;

/// Everything that the machine of the trap tree would ever send, as JSON.
async fn everything(tree: &Tree) -> String {
    let mut machine = tree.machine();
    machine.sample();
    let mut sent = Vec::new();
    for usage in [false, true, true] {
        tree.pass(60_000);
        sent.push(to_string(&machine.readings(usage)).unwrap());
    }
    sent.push(to_string(&slow(&mut machine)).unwrap());
    sent.push(to_string(&machine.inventory()).unwrap());
    for connected in [true, false] {
        let targets = Targets {
            connected,
            ..Targets::default()
        };
        sent.push(to_string(&machine.climb(targets).await).unwrap());
    }
    sent.join("\n")
}

#[tokio::test]
async fn no_name_path_network_process_or_neighbour_leaves_the_machine() {
    let tree = Tree::of("trap");
    let sent = everything(&tree).await;
    let lower = sent.to_lowercase();
    for trap in [
        "trap",
        "jeanne",
        "someone",
        "ssid",
        "02:7a:a9",
        "7ea97ea9",
        "illness",
        "/home",
        "/media",
        "/mnt",
        "/dev",
        "eth0",
        "wlan0",
        "192.168.1",
        "127.0.0.1",
        "nas",
        "1000.service",
    ] {
        assert!(!lower.contains(trap), "{trap} left the machine: {sent}");
    }
    // What may be told is told: silence would pass the test above.
    for told in [
        r#""class":"system""#,
        r#""class":"home""#,
        r#""class":"other","fs":"ntfs3","total_bytes":100000000000,"free_bytes":5000000000"#,
        r#""failed_units":["cups.service"]"#,
        r#""kind":"ethernet","mac":"02:00:5e:20:09:01""#,
        r#""kind":"wifi","mac":"02:00:5e:20:09:02""#,
        r#""serial":"BX-HDD-0001""#,
        r#""pending":4"#,
        r#""rx_bytes":"#,
        r#""afternoon":"#,
        r#""sensor":"other","millicelsius":35000"#,
        r#""gateway":true"#,
    ] {
        assert!(sent.contains(told), "{told} is missing: {sent}");
    }
}

#[tokio::test]
async fn without_consent_there_is_no_usage_at_all() {
    let tree = Tree::of("trap");
    let mut machine = tree.machine();
    for _ in 0..3 {
        machine.sample();
        let report = machine.readings(false);
        assert_eq!(report.usage, None);
        assert!(report.memory.is_some());
    }
}

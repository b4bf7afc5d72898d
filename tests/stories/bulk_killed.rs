//! History is imported, and later purged, by a controller that is killed again and again: done
//! again, each report is there once; what was to go is gone, and the audit is whole.

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use declic_tests::load::work_for;
use declic_tests::process::printed;
use declic_tests::wait::{PATIENCE, eventually};
use declic_tests::{Controller, Device};
use jiff::{SignedDuration, Timestamp};

const DEVICES: usize = 20;
/// So many that a purge takes several batches.
const DAYS: i64 = 80;
const A_DAY: i64 = 4;
/// Days that stay after the purge.
const KEPT: i64 = 20;

#[test]
fn an_import_and_a_purge_that_are_killed_halfway_are_completed_when_done_again() {
    let mut controller = Controller::prepare();
    // Nothing can be imported of the time before a PC joined.
    controller.faketime = Some("-100d".to_owned());
    controller.run();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for n in 0..DEVICES {
        let asset = format!("BDX-{n:03}");
        let device = Device::enrol(&controller, &asset);
        runtime.block_on(device).unwrap();
    }
    controller.kill();
    controller.faketime = None;
    controller.more = vec!["--history-days=90".to_owned()];

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("past.csv");
    let total = DEVICES as i64 * DAYS * A_DAY;
    std::fs::write(&file, past()).unwrap();
    let import = ["import", "history", file.to_str().unwrap()];
    let mut killed_imports = 0;
    controller.run();
    loop {
        let mut begun = controller.begin(&import);
        work_for(Duration::from_millis(60 * (killed_imports + 1)));
        if begun.try_wait().unwrap().is_some() {
            break;
        }
        controller.kill();
        begun.wait().unwrap();
        killed_imports += 1;
        controller.run();
        assert!(exported(&controller) <= total);
    }
    printed(&controller.declic(&import));
    assert_eq!(exported(&controller), total);

    controller.stop();
    controller.more = vec![format!("--history-days={KEPT}")];
    // The newest report is three days old, and days that stay begin with a local one.
    let reports = |days: i64| DEVICES as i64 * days * A_DAY;
    let (least, most) = (reports(KEPT - 5), reports(KEPT));
    let mut killed_purges = 0;
    loop {
        // It begins with the start.
        controller.spawn();
        work_for(Duration::from_millis(100 + 40 * killed_purges));
        controller.kill();
        killed_purges += 1;
        let sizes = controller.json(&["store", "sizes"]);
        let left = sizes["sealed_reports"].as_i64().unwrap();
        assert!(left >= least && left <= total, "{left} reports of {total}");
        if left < total {
            break;
        }
        assert!(killed_purges < 300, "nothing was ever purged");
    }
    controller.run();
    let left = eventually("the rest of the purge", PATIENCE, || {
        let left = exported(&controller);
        (left <= most).then_some(left)
    });
    assert!(left >= least, "{left} reports are left, not {least}");
    printed(&controller.declic(&["audit", "verify"]));
    controller.stop();
    let text = format!(
        "killed {killed_imports} times while importing and {killed_purges} while purging; \
         {total} reports, then {left}, each there once"
    );
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The reports of some weeks, as a table.
fn past() -> String {
    let mut text = String::from("device,at,load1_centi\n");
    let begin = Timestamp::now() - SignedDuration::from_hours(24 * (DAYS + 3));
    for n in 0..DEVICES {
        for report in 0..DAYS * A_DAY {
            let at = begin + SignedDuration::from_hours(report * 24 / A_DAY);
            text += &format!("BDX-{n:03},{at},{}\n", report % 97);
        }
    }
    text
}

/// Reports that are there; panics if one is there twice.
fn exported(controller: &Controller) -> i64 {
    let days = (DAYS + 4).to_string();
    let export = ["export", "history", "--days", &days, "--format", "csv"];
    let text = printed(&controller.declic(&export));
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup_by(|a, b| report_of(a) == report_of(b));
    assert_eq!(lines.len(), all, "reports are there twice");
    i64::try_from(all).context("a number").unwrap()
}

/// Its device, the tag of that, and its moment.
fn report_of(line: &str) -> Vec<&str> {
    line.splitn(4, ',').take(3).collect()
}

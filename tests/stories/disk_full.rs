//! A full disk, on either side: a clear answer, nothing lost, and all goes on by
//! itself when there is room again.

use std::io::Write;

use declic_tests::controller::get;
use declic_tests::device::stored;
use declic_tests::wait::seconds;
use declic_tests::{Agent, Controller, Device, SmallDisk, eventually};

/// A disk of this size; without the right to make one the story is not told.
fn disk(megabytes: u32) -> Option<SmallDisk> {
    match SmallDisk::of_megabytes(megabytes) {
        Ok(disk) => Some(disk),
        Err(why) => {
            let _ = writeln!(
                std::io::stderr(),
                "no small disk here, so no full one: {why}"
            );
            None
        }
    }
}

#[test]
fn a_controller_without_room_says_so_takes_nothing_and_goes_on_when_there_is_room() {
    let Some(disk) = disk(96) else { return };
    let mut controller = Controller::prepare_in(disk.path());
    controller.run();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let device = runtime
        .block_on(Device::enrol(&controller, "BDX-001"))
        .unwrap();
    runtime.block_on(async {
        let mut session = device.connect().await.unwrap();
        for seq in 1..=20 {
            session.report(1, seq, 1).await.unwrap();
        }
    });

    disk.fill().unwrap();
    let ready = format!("http://127.0.0.1:{}/readyz", controller.http_port);
    let said = eventually("a clear state", seconds(30), || {
        get(&ready).filter(|(status, _)| *status == 503)
    });
    assert!(said.1.contains("disk"), "{}", said.1);
    let refused = runtime.block_on(async {
        let mut session = device.connect().await?;
        session.report(1, 21, 21).await
    });
    assert!(refused.is_err(), "a report was acknowledged on a full disk");
    // Reading goes on.
    assert_eq!(stored(&controller, device.id).unwrap().len(), 20);
    let status = controller.declic(&["status", "--format", "json"]);
    let said = String::from_utf8_lossy(&status.stdout);
    assert_eq!(status.status.code(), Some(1), "scripts must notice: {said}");
    assert!(said.contains("\"ready\": false"), "{said}");

    disk.relieve().unwrap();
    eventually("room again", seconds(30), || {
        get(&ready).filter(|(status, _)| *status == 200)
    });
    runtime.block_on(async {
        let mut session = device.connect().await.unwrap();
        session.report(1, 21, 1).await.unwrap();
    });
    assert_eq!(stored(&controller, device.id).unwrap().len(), 21);
    controller.stop();
}

#[test]
fn an_agent_without_room_keeps_running_and_says_so_in_its_next_report() {
    let Some(disk) = disk(2) else { return };
    let mut controller = Controller::start();
    let mut agent = Agent::in_place(disk.path());
    agent.enrol(&controller.code("BDX-001"));
    agent.run("500ms");
    let reports = || {
        controller
            .device("BDX-001")
            .and_then(|d| d["reports"].as_u64())
            .unwrap_or(0)
    };
    eventually("reports", seconds(20), || (reports() >= 2).then_some(()));
    let id = controller.device("BDX-001").unwrap()["device"]
        .as_str()
        .unwrap()
        .to_owned();
    let disk_full = || {
        let shown = controller.json(&["device", "show", &id]);
        shown["latest"]["report"]["agent"]["disk_full"].as_bool()
    };
    assert_eq!(disk_full(), Some(false));

    disk.fill().unwrap();
    eventually("a report that says so", seconds(20), || {
        (disk_full() == Some(true)).then_some(())
    });
    let before = reports();
    eventually("more reports", seconds(20), || {
        (reports() >= before + 3).then_some(())
    });

    disk.relieve().unwrap();
    eventually("a report that says it is over", seconds(20), || {
        (disk_full() == Some(false)).then_some(())
    });
    agent.settled();
    let status = agent.status();
    assert_eq!(
        (&status["dropped"], &status["damaged"]),
        (&0.into(), &0.into())
    );
    assert_eq!(controller.device("BDX-001").unwrap()["lost"], 0);
    agent.stop();
    controller.stop();
}

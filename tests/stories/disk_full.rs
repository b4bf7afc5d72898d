//! A full disk, on either side: a clear answer, nothing lost, and all goes on by
//! itself when there is room again.

use declic_common::UpKind;
use declic_tests::controller::get;
use declic_tests::device::stored;
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, Device, Door, SmallDisk, eventually};
use rumqttc::{Packet, QoS};

/// A disk of this size.
fn disk(megabytes: u32) -> SmallDisk {
    SmallDisk::of_megabytes(megabytes).unwrap_or_else(|why| {
        panic!(
            "this story needs a small disk, and none can be mounted here ({why}): \
             run it as root, or use `cargo xtask test`, which then leaves it out"
        )
    })
}

#[test]
fn a_controller_without_room_says_so_takes_nothing_and_goes_on_when_there_is_room() {
    controller_without_room(Door::Endpoint);
}

#[test]
fn what_a_controller_without_room_could_not_take_is_brought_again_by_its_broker() {
    controller_without_room(Door::Mosquitto);
}

fn controller_without_room(door: Door) {
    let disk = disk(96);
    let mut controller = Controller::prepare_behind_in(door, disk.path());
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
    let said = eventually("a clear state", PATIENCE, || {
        get(&ready).filter(|(status, _)| *status == 503)
    });
    assert!(said.1.contains("disk"), "{}", said.1);
    let mut session = runtime.block_on(device.connect()).unwrap();
    match door {
        Door::Endpoint => {
            let refused = runtime.block_on(session.report(1, 21, 21));
            assert!(refused.is_err(), "a report was acknowledged on a full disk");
        }
        // The broker takes it, which promises nothing; what counts is that the
        // controller lets the broker keep it.
        Door::Mosquitto => {
            runtime.block_on(async {
                let report = device.report(1, 21, 1);
                let topic = device.topic(UpKind::Report);
                let publish = session
                    .client
                    .publish(topic, QoS::AtLeastOnce, false, report);
                publish.await.unwrap();
                let taken = |p: &Packet| matches!(p, Packet::PubAck(_)).then_some(());
                session.until("the broker's word", taken).await.unwrap();
            });
            eventually("a message left to the broker", PATIENCE, || {
                controller
                    .words()
                    .contains("the broker keeps it")
                    .then_some(())
            });
        }
    }
    // Reading goes on.
    assert_eq!(stored(&controller, device.id).unwrap().len(), 20);
    let status = controller.declic(&["status", "--format", "json"]);
    let said = String::from_utf8_lossy(&status.stdout);
    assert_eq!(status.status.code(), Some(1), "scripts must notice: {said}");
    assert!(said.contains("\"ready\": false"), "{said}");

    disk.relieve().unwrap();
    eventually("room again", PATIENCE, || {
        get(&ready).filter(|(status, _)| *status == 200)
    });
    let receipted = runtime.block_on(async {
        match door {
            Door::Endpoint => device.connect().await?.report(1, 21, 1).await,
            // The device does nothing more.
            Door::Mosquitto => session.receipt(1, 21).await,
        }
    });
    receipted.unwrap();
    assert_eq!(stored(&controller, device.id).unwrap().len(), 21);
    controller.stop();
}

#[test]
fn an_agent_without_room_keeps_running_and_says_so_in_its_next_report() {
    agent_without_room(Door::Endpoint);
}

#[test]
fn an_agent_without_room_says_so_through_a_broker_as_well() {
    agent_without_room(Door::Mosquitto);
}

fn agent_without_room(door: Door) {
    let disk = disk(2);
    let mut controller = Controller::start_behind(door);
    let mut agent = Agent::in_place(disk.path());
    agent.enrol(&controller.code("BDX-001"));
    agent.run("500ms");
    let reports = || {
        controller
            .device("BDX-001")
            .and_then(|d| d["reports"].as_u64())
            .unwrap_or(0)
    };
    eventually("reports", PATIENCE, || (reports() >= 2).then_some(()));
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
    eventually("a report that says so", PATIENCE, || {
        (disk_full() == Some(true)).then_some(())
    });
    let before = reports();
    eventually("more reports", PATIENCE, || {
        (reports() >= before + 3).then_some(())
    });

    disk.relieve().unwrap();
    eventually("a report that says it is over", PATIENCE, || {
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

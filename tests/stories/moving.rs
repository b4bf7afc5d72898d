//! The controller moves house: what was announced before leads the PCs to it.

use declic_tests::process::{free_port, printed};
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, eventually};
use serde_json::Value;

#[test]
fn an_agent_that_heard_the_announcement_reports_at_the_next_address() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("1s");
    eventually("a first report", PATIENCE, || {
        controller.device("BDX-001").filter(|d| d["reports"] != 0)
    });

    // Another host as well as other ports: its certificate is tried, too.
    let next = ("127.0.0.2", free_port(), free_port());
    let (mqtt, enrol) = (next.1.to_string(), next.2.to_string());
    let moving = ["settings", "move", "--host", next.0];
    let ports = ["--mqtt-port", &mqtt, "--enrol-port", &enrol];
    printed(&controller.declic(&[moving, ports].concat()));
    eventually("an agent that knows", PATIENCE, || {
        let settings = controller.json(&["settings", "show"]);
        assert_eq!(settings["next"]["address"]["host"], next.0);
        (settings["next"]["heard"] == settings["next"]["devices"]).then_some(())
    });
    let known = agent.dir().join("state.json");
    eventually("the next address on the PC's disk", PATIENCE, || {
        let state = std::fs::read_to_string(&known).ok()?;
        state.contains(next.0).then_some(())
    });

    controller.stop();
    (controller.host, controller.mqtt_port, controller.enrol_port) =
        (next.0.to_owned(), next.1, next.2);
    controller.public_mqtt_port = controller.mqtt_port;
    controller.run();
    let before = controller.device("BDX-001").unwrap();
    let after = eventually("reports at the next address", PATIENCE, || {
        let more = |d: &Value| d["reports"].as_u64() > before["reports"].as_u64();
        controller.device("BDX-001").filter(more)
    });
    assert_eq!(
        (&after["presence"], &after["lost"]),
        (&"on".into(), &0.into())
    );
    let settings = controller.json(&["settings", "show"]);
    assert_eq!(settings["address"]["host"], next.0);
    assert_eq!(settings["next"], Value::Null, "the move is over");
    // To take the move back now must not make the PC forget the way.
    printed(&controller.declic(&["settings", "stay"]));
    controller.stop();
    controller.run();
    let before = controller.device("BDX-001").unwrap();
    eventually("reports after another start", PATIENCE, || {
        let more = |d: &Value| d["reports"].as_u64() > before["reports"].as_u64();
        controller.device("BDX-001").filter(more)
    });
    // Its certificate is renewed where the controller is now.
    printed(&controller.declic(&["device", "send", "BDX-001", "renew-certificate"]));
    eventually("a renewal at the next address", PATIENCE, || {
        let commands = controller.json(&["device", "commands", "BDX-001"]);
        assert_ne!(commands[0]["state"], "failed", "{commands}");
        (commands[0]["state"] == "done").then_some(())
    });
    agent.stop();
    controller.stop();
}

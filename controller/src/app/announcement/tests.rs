use declic_common::DeviceId;
use declic_common::settings::Settings;
use declic_common::topic::Leaf;
use tempfile::TempDir;

use super::*;
use crate::app::hub::Session;
use crate::app::registry::add_device;
use crate::app::{settings, testing};
use crate::store::Batch;
use crate::store::records::{Certificate, Device};

const NOW: i64 = 1_790_000_000_000;

fn next(host: &str) -> Address {
    Address {
        host: host.to_owned(),
        mqtt_port: 18_883,
        enrol_port: 18_443,
    }
}

async fn enrol(app: &App, n: u64) -> DeviceId {
    let id = DeviceId::from_bits(n);
    let device = Device {
        id,
        asset: None,
        site: None,
        enrolled_at: NOW,
        certificate: Certificate {
            serial: format!("0{n}"),
            issued_at: NOW,
            expires_at: NOW * 2,
        },
        revoked_at: None,
        retired_at: None,
        settings: None,
        previous_serial: None,
    };
    let mut batch = Batch::default();
    add_device(&mut batch, &device);
    app.store.commit(batch).await.unwrap();
    app.registry.put_device(device);
    id
}

/// The next address in the settings that a connected device was just sent.
fn told(session: &mut Session) -> Option<Address> {
    let down = session.down.try_recv().expect("something was sent down");
    assert_eq!(down.leaf, Leaf::Settings);
    Settings::parse(&down.payload).unwrap().next_address
}

/// The next address that a device is sent when it connects.
fn to_be_told(app: &App, device: DeviceId) -> Option<Address> {
    settings::of(app, &app.registry.get(device).unwrap().device).next_address
}

#[tokio::test]
async fn a_move_is_told_to_the_connected_at_once_and_to_the_others_after_a_restart_too() {
    let dir = TempDir::new().unwrap();
    let app = testing::app(dir.path(), 8443);
    let [here, away] = [enrol(&app, 1).await, enrol(&app, 2).await];
    let mut session = app.hub.attach(here, NOW);
    assert_eq!(to_be_told(&app, away), None);

    announce(&app, next("declic.example.org"), "cli", NOW)
        .await
        .unwrap();
    assert_eq!(told(&mut session), Some(next("declic.example.org")));
    assert_eq!(to_be_told(&app, away), Some(next("declic.example.org")));

    app.store.close();
    let app = testing::app(dir.path(), 8443);
    assert_eq!(to_be_told(&app, away), Some(next("declic.example.org")));
    assert_eq!(coming(&app).unwrap().since, NOW);
    let entries = audit::list(&app, None, 9).await.unwrap();
    let what: Vec<_> = entries.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(what, ["settings.move"]);
}

#[tokio::test]
async fn a_move_taken_back_leads_devices_home_even_those_with_settings_of_their_own() {
    let dir = TempDir::new().unwrap();
    let app = testing::app(dir.path(), 8443);
    let device = enrol(&app, 1).await;
    withdraw(&app, "cli", NOW).await.unwrap();
    assert_eq!(
        to_be_told(&app, device),
        None,
        "nothing was to be taken back"
    );
    announce(&app, next("declic.example.org"), "cli", NOW)
        .await
        .unwrap();
    // What it is set to while a move is announced must not keep the announcement.
    let own = settings::of(&app, &app.registry.get(device).unwrap().device);
    settings::set(&app, device, own, "cli", NOW).await.unwrap();

    for _ in 0..2 {
        withdraw(&app, "cli", NOW).await.unwrap();
        let home = app.programme.address.clone();
        assert_eq!(to_be_told(&app, device), Some(home));
        assert_eq!(coming(&app), None);
    }
    let entries = audit::list(&app, None, 9).await.unwrap();
    assert_eq!(entries.len(), 3, "to take it back twice is one change");
    assert_eq!(entries[0].what, "settings.stay");
}

#[tokio::test]
async fn a_controller_that_has_moved_still_leads_its_devices_to_where_it_is() {
    let dir = TempDir::new().unwrap();
    let app = testing::app(dir.path(), 8443);
    let device = enrol(&app, 1).await;
    announce(&app, next("127.0.0.2"), "cli", NOW).await.unwrap();
    app.store.close();

    let moved = testing::app_at(dir.path(), next("127.0.0.2"), testing::pki(dir.path()));
    assert_eq!(coming(&moved), None);
    // Without it, a device would go back to the address of its enrolment for good.
    withdraw(&moved, "cli", NOW).await.unwrap();
    assert_eq!(to_be_told(&moved, device), Some(next("127.0.0.2")));
    // The old name may point here by now: who did not hear comes under it.
    let names = all_names(&moved, &moved.announced.get().unwrap());
    assert!(names.contains(&"127.0.0.1".to_owned()), "{names:?}");
}

#[tokio::test]
async fn an_address_where_nobody_could_be_found_is_not_announced() {
    let dir = TempDir::new().unwrap();
    let app = testing::app(dir.path(), 8443);
    let here = app.programme.address.clone();
    let no_port = Address {
        mqtt_port: 0,
        ..next("declic.example.org")
    };
    for address in [next("not a host"), next("two..dots"), no_port, here] {
        let refused = announce(&app, address.clone(), "cli", NOW).await;
        assert!(refused.is_err(), "{address:?}");
    }
    assert_eq!(app.announced.get(), None);
    assert_eq!(audit::list(&app, None, 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_device_has_heard_once_it_was_here_since_the_announcement() {
    use crate::app::recorder::Heard;

    let dir = TempDir::new().unwrap();
    let app = testing::app(dir.path(), 8443);
    let [before, since] = [enrol(&app, 1).await, enrol(&app, 2).await];
    for (device, at) in [(before, NOW - 1), (since, NOW + 1)] {
        let seen = app.recorder.record(device, at, Heard::Seen).await;
        seen.done().await.unwrap();
    }
    let expected = Reach {
        devices: 2,
        heard: 1,
    };
    assert_eq!(reach(&app, NOW), expected);
}

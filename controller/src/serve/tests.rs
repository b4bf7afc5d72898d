use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use declic_common::DeviceId;
use declic_common::api::{Problem, ServerStatus};
use tempfile::TempDir;
use tokio::time::timeout;

use super::*;
use crate::app::recorder::{Heard, RecordError};
use crate::app::testing::{self, FaultyStore};
use crate::cli::client::plain_client;
use crate::config::Web;
use crate::store::records::{Certificate, Device};

const DEVICE: u64 = 7;

/// A controller on a store that may turn faulty, with its HTTP door open; and
/// where that door is.
async fn faulty(dir: &TempDir) -> (Server, Arc<FaultyStore>, String) {
    let place = dir.path().join("store");
    let store = Arc::new(SledStore::open(&place, sled::Options::default()).unwrap());
    let engine = Arc::new(FaultyStore {
        inner: Arc::clone(&store),
        armed: AtomicBool::new(false),
    });
    let address = Address {
        host: "127.0.0.1".to_owned(),
        mqtt_port: 1,
        enrol_port: 1,
    };
    let pki = testing::pki(dir.path());
    let app = testing::app_on(Arc::clone(&engine) as _, dir.path(), address, pki);
    app.registry.put_device(Device {
        id: DeviceId::from_bits(DEVICE),
        asset: None,
        site: None,
        enrolled_at: 0,
        certificate: Certificate {
            serial: "01".to_owned(),
            issued_at: 0,
            expires_at: i64::MAX,
        },
        revoked_at: None,
        retired_at: None,
        settings: None,
        previous_serial: None,
    });
    let web = Web::default();
    let tcp = http::bind_tcp("127.0.0.1:0".parse().unwrap(), &web)
        .await
        .unwrap();
    let url = format!("http://{}", tcp.local_addr().unwrap());
    let (stop, mut stopping) = watch::channel(false);
    let listeners = Listeners {
        tcp: Some(tcp),
        unix: Some(http::bind_unix(&http::socket_path(dir.path())).unwrap()),
        tls: None,
        web,
    };
    let mut doors = JoinSet::new();
    doors.spawn(http::serve(Arc::clone(&app), listeners, async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    }));
    let server = Server {
        // A round would meet the fault before the recorder does.
        jobs: JoinSet::from_iter([pending()]),
        channels: Arc::new(Channels::new(&Default::default()).unwrap()),
        app,
        store,
        doors,
        stop,
    };
    (server, engine, url)
}

async fn say(server: &Server) -> Result<(), RecordError> {
    let device = DeviceId::from_bits(DEVICE);
    let said = async {
        let recording = server.app.recorder.record(device, 1, Heard::Seen).await;
        recording.done().await
    };
    timeout(Duration::from_secs(30), said)
        .await
        .expect("an answer, and no hanging")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorder_that_died_is_told_by_every_door_and_ends_the_process() {
    let dir = TempDir::new().unwrap();
    let (server, store, url) = faulty(&dir).await;
    let client = plain_client(None);
    let get = async |path: &str| client.get(format!("{url}{path}")).send().await.unwrap();
    assert_eq!(say(&server).await, Ok(()));
    assert_eq!(get("/readyz").await.status(), 200);

    store.armed.store(true, Ordering::SeqCst);
    assert_eq!(say(&server).await, Err(RecordError::Stopped));
    assert_eq!(say(&server).await, Err(RecordError::Stopped), "at once");

    let ready = get("/readyz").await;
    assert_eq!(ready.status(), 503);
    let problem: Problem = ready.json().await.unwrap();
    assert_eq!(problem.kind, "/problems/not-ready");
    assert!(problem.detail.contains("recorder"), "{}", problem.detail);
    // The socket asks its owner for no token.
    let socket = plain_client(Some(&http::socket_path(dir.path())));
    let status = socket.get("http://localhost/api/v1/status").send();
    let status: ServerStatus = status.await.unwrap().json().await.unwrap();
    assert!(!status.ready, "`declic status` must end with code 1");
    assert_eq!(status.reason, Some(problem.detail));
    let metrics = get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("declic_ready 0\n"), "{metrics}");

    drop((client, socket));
    let ended = timeout(
        Duration::from_secs(30),
        server.until(std::future::pending()),
    );
    let error = ended.await.expect("it ends by itself").unwrap_err();
    assert!(error.to_string().contains("recorder"), "{error:#}");
}

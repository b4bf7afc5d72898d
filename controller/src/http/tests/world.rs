//! A controller with a few devices, answering on real sockets.

use std::path::PathBuf;
use std::sync::Arc;

use declic_common::api::{NewPlacement, Place};
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::inventory::Inventory;
use declic_common::people::{NewAccount, NewApiToken};
use declic_common::report::HealthReport;
use declic_common::settings::{Address, Settings};
use declic_common::status::Status;
use declic_common::{DeviceId, InstallId};
use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::recorder::Heard;
use crate::app::registry::add_device;
use crate::app::{App, account, api_token, placement};
use crate::cli::client::plain_client;
use crate::config::{Listening, Programme, Web};
use crate::domain::rules::thresholds::Thresholds;
use crate::http::{Listeners, bind_tcp, bind_unix, serve, socket_path};
use crate::pki::Pki;
use crate::store::records::{Certificate, Device};
use crate::store::sled::{Options, SledStore};
use crate::store::{Batch, Store};

pub(crate) struct World {
    pub(crate) app: Arc<App>,
    store: Arc<SledStore>,
    pub(crate) dir: TempDir,
    pub(crate) url: String,
    client: Client,
    /// Of an admin; every request of this world carries it unless it says otherwise.
    token: String,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<anyhow::Result<()>>,
}

/// Whose word on addresses the world believes.
const PROXY: &str = "127.0.0.1/32";

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Status and body as a snapshot holds them: times and this test's port redacted.
    pub(super) fn redacted(&self) -> Value {
        let mut body = self.json();
        redact(&mut body);
        json!({ "status": self.status.as_u16(), "body": body })
    }

    /// Checks that this is a problem document, and gives its kind.
    pub(super) fn problem(&self) -> String {
        let kind = self.headers.get("content-type");
        assert!(
            kind.is_some_and(|k| k == "application/problem+json"),
            "{self:?}"
        );
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        let kind = body["type"].as_str().unwrap();
        kind.strip_prefix("/problems/").unwrap().to_owned()
    }
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // Codes and commands have random ids; the id of a system is no secret.
            let random = fields.contains_key("expires_at");
            for (name, field) in fields {
                let moment = field
                    .as_str()
                    .is_some_and(|s| s.parse::<Timestamp>().is_ok());
                let token = field.as_str().filter(|_| name == "who");
                let token = token
                    .and_then(|who| who.split_once("/t-"))
                    .map(|(a, _)| a.to_owned());
                if moment {
                    *field = "[time]".into();
                } else if let Some(account) = token {
                    *field = format!("{account}/[token]").into();
                } else if matches!(
                    name.as_str(),
                    "code" | "clock_offset_ms" | "disk_free_bytes" | "silent_s"
                ) || (name == "id" && random)
                {
                    *field = format!("[{name}]").into();
                } else {
                    redact(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

pub(crate) fn device(n: u64) -> DeviceId {
    DeviceId::from_bits(n)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    First,
    Again,
    Demo,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::open(TempDir::new().unwrap(), Options::default(), Start::First).await
    }

    /// As `declic demo` runs it.
    pub(super) async fn demo() -> Self {
        Self::open(TempDir::new().unwrap(), Options::default(), Start::Demo).await
    }

    /// Starts again on the data of a world that was stopped.
    pub(crate) async fn again(dir: TempDir) -> Self {
        Self::open(dir, Options::default(), Start::Again).await
    }

    /// Starts again on a disk that has too little room left for anything new.
    pub(super) async fn restart_with_a_full_disk(self) -> Self {
        let self_token = self.token.clone();
        let dir = self.stop().await;
        let full = Options {
            reserve_bytes: Some(u64::MAX),
        };
        let token = self_token;
        let mut world = Self::open(dir, full, Start::Again).await;
        world.token = token;
        world
    }

    async fn open(dir: TempDir, options: Options, start: Start) -> Self {
        let store = Arc::new(SledStore::open(&dir.path().join("store"), options).unwrap());
        let names = ["127.0.0.1".to_owned()];
        let pki = Pki::open(dir.path(), &names, start != Start::Again).unwrap();
        let programme = Programme {
            address: Address {
                host: "127.0.0.1".to_owned(),
                mqtt_port: 8883,
                enrol_port: 8443,
            },
            settings: Settings::default(),
            rules: Thresholds::default(),
            retention: Default::default(),
            household_keys_copy: None,
            listening: Listening {
                mqtt: "127.0.0.1:8883".to_owned(),
                enrol: None,
                http: Some("127.0.0.1:8080".to_owned()),
            },
            call_after_days: None,
            demo: start == Start::Demo,
            data_dir: dir.path().to_owned(),
        };
        let app = App::start(store.clone(), Arc::new(pki), programme, Timestamp::now()).unwrap();
        let web = Web {
            trusted_proxies: vec![PROXY.parse().unwrap()],
            base_path: "/declic".to_owned(),
            ..Web::default()
        };
        let tcp = bind_tcp("127.0.0.1:0".parse().unwrap(), &web)
            .await
            .unwrap();
        let url = format!("http://{}", tcp.local_addr().unwrap());
        let listeners = Listeners {
            tcp: Some(tcp),
            unix: Some(bind_unix(&socket_path(dir.path())).unwrap()),
            tls: None,
            web,
        };
        let token = match start {
            Start::First => token_of(&app, "world", &["admin"]).await,
            Start::Again | Start::Demo => String::new(),
        };
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(Arc::clone(&app), listeners, async {
            let _ = stopped.await;
        }));
        World {
            app,
            store,
            dir,
            url,
            client: plain_client(None),
            token,
            stop: Some(stop),
            server,
        }
    }

    /// Three devices: one that works, one that said goodbye long ago, one that
    /// was never heard of.
    pub(crate) async fn with_devices() -> Self {
        let world = Self::start().await;
        let now = Timestamp::now().as_millisecond();
        world.enrol(1, Some("BDX-001"), Some("aubiers")).await;
        world.enrol(2, Some("BDX-002"), Some("grand-parc")).await;
        world.enrol(3, None, None).await;
        world.hear(2, now - 40 * 86_400_000, 1, sample()).await;
        let off = Status::parse(br#"{"state":"off"}"#).unwrap();
        world
            .record(2, now - 40 * 86_400_000, Heard::Status(off))
            .await;
        for (seq, minutes_ago) in [(1, 30), (2, 15), (3, 0)] {
            world
                .hear(1, now - minutes_ago * 60_000, seq, sample())
                .await;
        }
        world.hear(1, now, 4, UpBody::Inventory(inventory())).await;
        world
    }

    pub(crate) async fn enrol(&self, n: u64, asset: Option<&str>, site: Option<&str>) {
        self.enrol_at(n, asset, site, 1_790_000_000_000).await;
    }

    pub(crate) async fn enrol_at(
        &self,
        n: u64,
        asset: Option<&str>,
        site: Option<&str>,
        enrolled_at: i64,
    ) {
        let record = Device {
            id: device(n),
            asset: asset.map(str::to_owned),
            site: site.map(str::to_owned),
            enrolled_at,
            certificate: Certificate {
                serial: "5f".to_owned(),
                issued_at: enrolled_at,
                expires_at: enrolled_at + 94_608_000_000,
            },
            revoked_at: None,
            retired_at: None,
            settings: None,
            previous_serial: None,
        };
        let mut batch = Batch::default();
        add_device(&mut batch, &record);
        self.app.store.commit(batch).await.unwrap();
        self.app.registry.put_device(record);
    }

    /// Hands a device over to a household at a moment of the past.
    pub(crate) async fn place_at(&self, n: u64, household: &str, from: i64) {
        self.put_at(n, Place::Home, Some(household), from).await;
    }

    /// Puts a device on the bench, in stock or on a seat.
    pub(crate) async fn keep_at(&self, n: u64, place: Place, from: i64) {
        self.put_at(n, place, None, from).await;
    }

    async fn put_at(&self, n: u64, place: Place, household: Option<&str>, from: i64) {
        let new = NewPlacement {
            place,
            household: household.map(str::to_owned),
            site: None,
            seat: None,
        };
        placement::put(&self.app, device(n), new, "test", from)
            .await
            .unwrap();
    }

    pub(crate) async fn hear(&self, n: u64, at: i64, seq: u64, body: UpBody) {
        self.hear_at(n, at, at + 1_000, seq, body).await;
    }

    /// A message that arrives `at`, from a PC whose own clock says `own`.
    pub(crate) async fn hear_at(&self, n: u64, at: i64, own: i64, seq: u64, body: UpBody) {
        let envelope = Envelope {
            number: Number {
                install: InstallId::from_bits(9),
                boot: 1,
                seq,
            },
            first_seq: 1,
            age_ms: None,
            age_estimated: false,
            observed_at: own,
            uptime_ms: 60_000 * seq,
            body,
        };
        self.record(n, at, Heard::Message(envelope)).await;
    }

    pub(crate) async fn record(&self, n: u64, at: i64, heard: Heard) {
        let recording = self.app.recorder.record(device(n), at, heard).await;
        recording.done().await.unwrap();
    }

    pub(super) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        match self.token.as_str() {
            "" => self.stranger(method, path),
            token => self.stranger(method, path).bearer_auth(token),
        }
    }

    /// A request of somebody who has not come in.
    pub(super) fn stranger(&self, method: &str, path: &str) -> RequestBuilder {
        let method: Method = method.parse().unwrap();
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// The token of a new account with these grants.
    pub(super) async fn token_of(&self, name: &str, grants: &[&str]) -> String {
        token_of(&self.app, name, grants).await
    }

    /// A file that holds the token of this world.
    pub(crate) fn token_file(&self) -> PathBuf {
        let path = self.dir.path().join("token");
        std::fs::write(&path, &self.token).unwrap();
        path
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        send(self.request("GET", path)).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request("POST", path).json(&body)).await
    }

    /// Stops the server as the process would.
    pub(crate) async fn stop(mut self) -> TempDir {
        let _ = self.stop.take().unwrap().send(());
        // An idle connection must not delay the end.
        drop(self.client);
        self.server.await.unwrap().unwrap();
        self.store.close();
        self.dir
    }
}

async fn token_of(app: &Arc<App>, name: &str, grants: &[&str]) -> String {
    let now = Timestamp::now().as_millisecond();
    let account = NewAccount {
        name: name.to_owned(),
        grants: grants.iter().map(|grant| grant.parse().unwrap()).collect(),
        password: None,
    };
    account::create(app, account, "cli:0", now).await.unwrap();
    let token = NewApiToken {
        account: name.to_owned(),
        label: "test".to_owned(),
        days: None,
    };
    let made = api_token::create(app, token, "cli:0", now).await.unwrap();
    made.token.unwrap().0
}

pub(super) async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    Answer {
        status: answer.status(),
        headers: answer.headers().clone(),
        text: answer.text().await.unwrap(),
    }
}

pub(super) fn sample() -> UpBody {
    let report: HealthReport = serde_json::from_str(
        r#"{"interval_s":900,"cpu":{"mean_permille":120,"max_permille":900,"load1_centi":42},
            "memory":{"total_bytes":4140265472,"available_bytes":2070132736},
            "disks":[{"class":"system","fs":"ext4","total_bytes":120034123776,"free_bytes":60017061888}],
            "temperatures":[{"sensor":"cpu","millicelsius":41000}],
            "link":{"kind":"wifi","signal_dbm":-61},
            "ladder":{"link":true,"gateway":true,"dns":true,"internet":true,"controller":true},
            "consent":"maintenance",
            "agent":{"version":"0.1.0","dropped":0,"refused":0,"waiting":0,"resident_bytes":4400000},
            "slow":{"slow_at":1790000000000,"updates":{"pending":3,"security":1},"reboot_required":false,
              "failed_units":["cups.service"],
              "smart":[{"disk":"0123abcd","kind":"ata","passed":true,"reallocated":8,"pending":0,"power_on_hours":18250,"celsius":34}]}}"#,
    )
    .unwrap();
    UpBody::Report(report)
}

fn inventory() -> Inventory {
    serde_json::from_str(
        r#"{"vendor":"Hewlett-Packard","model":"Compaq 8200","serial":"CZC0000001",
            "cpu":{"model":"Intel Core i3-2100","cores":2,"threads":4,"max_mhz":3100,"arch":"x86_64"},
            "memory":{"total_bytes":4294967296,"slots":4},
            "disks":[{"disk":"0123abcd","model":"Solid 120","size_bytes":120034123776,"kind":"ata","rotational":false}],
            "os":{"id":"debian","name":"Debian GNU/Linux 13","version":"13","kernel":"6.12.0"}}"#,
    )
    .unwrap()
}

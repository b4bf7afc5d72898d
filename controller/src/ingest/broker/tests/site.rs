//! A Mosquitto with our settings, and a controller that is its client.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use declic_common::DeviceId;
use declic_common::status::WILL;
use declic_common::topic::{DOWN, Leaf};
use rcgen::{CertificateParams, KeyPair};
use rumqttc::{AsyncClient, EventLoop, LastWill, MqttOptions, QoS, TlsConfiguration, Transport};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::app::registry::add_device;
use crate::ingest::broker::mosquitto::{self, Places};
use crate::ingest::broker::{Options, revoked, run};
use crate::ingest::testing::{Gated, controller, topic, until};
use crate::pki::DeviceKey;
use crate::store::Batch;
use crate::store::records::{Certificate, Device};

pub(super) struct Site {
    pub app: Arc<App>,
    pub store: Arc<Gated>,
    port: u16,
    broker: Child,
    door: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    dir: TempDir,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.broker.kill();
        let _ = self.broker.wait();
    }
}

impl Site {
    pub(super) async fn open() -> Self {
        let (app, store, dir) = controller();
        let folder = dir.path().join("mosquitto");
        let data = folder.join("data");
        fs::create_dir_all(&data).unwrap();
        let port = free_port();
        let places = Places::in_folder(&folder, &data, port);
        let own = app.pki.issue_server(&["localhost".to_owned()]).unwrap();
        fs::write(&places.ca, app.pki.ca_pem()).unwrap();
        fs::write(&places.certificate, own.chain_pem).unwrap();
        fs::write(&places.key, own.key_pem).unwrap();
        fs::write(&places.acl, mosquitto::acl()).unwrap();
        let everywhere = format!("listener {port}\n");
        let loopback = format!("listener {port} 127.0.0.1\n");
        let config = mosquitto::config(&places).replace(&everywhere, &loopback);
        // Whoever runs the tests owns the files; Mosquitto would become another user.
        let config = format!("user root\n{config}");
        fs::write(folder.join("mosquitto.conf"), config).unwrap();
        publish_list(&app, &folder).await;
        let mut site = Site {
            broker: start(&folder),
            app,
            store,
            port,
            door: None,
            dir,
        };
        site.until_it_listens().await;
        site.join().await;
        site.until_we_listen().await;
        site
    }

    /// The broker keeps for us only what is said once we have subscribed.
    async fn until_we_listen(&self) {
        let home = self.enrol(999).await;
        let (client, events) = home.connect().await;
        let polled = drive(events);
        while !self.app.hub.is_connected(home.id) {
            home.say(&client, Leaf::Status, br#"{"state":"on"}"#).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        polled.abort();
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("mosquitto")
    }

    /// Puts the newest list of revoked certificates where the broker reads it.
    pub(super) async fn publish_list(&self) {
        publish_list(&self.app, &self.folder()).await;
    }

    pub(super) async fn restart_broker(&mut self) {
        // Asked to end, it keeps its sessions on disk.
        signal(&self.broker, "TERM");
        self.broker.wait().unwrap();
        self.broker = start(&self.folder());
        self.until_it_listens().await;
    }

    async fn until_it_listens(&mut self) {
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let ended = self.broker.try_wait().unwrap();
            assert_eq!(ended, None, "mosquitto refuses its settings");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(super) fn reload_broker(&self) {
        signal(&self.broker, "HUP");
    }

    /// Opens the controller's door on the broker.
    pub(super) async fn join(&mut self) {
        let (stop, stopped) = oneshot::channel::<()>();
        let options = Options {
            host: "localhost".to_owned(),
            port: self.port,
        };
        let tls = Arc::new(self.app.pki.broker_client_config().unwrap());
        let app = Arc::clone(&self.app);
        let task = tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            run(options, tls, app, shutdown).await.unwrap();
        });
        self.door = Some((stop, task));
    }

    /// Closes the door in good order.
    pub(super) async fn leave(&mut self) {
        let (stop, task) = self.door.take().unwrap();
        stop.send(()).unwrap();
        task.await.unwrap();
    }

    /// Closes the door as a power cut would.
    pub(super) async fn vanish(&mut self) {
        let (_stop, task) = self.door.take().unwrap();
        task.abort();
        let _ = task.await;
    }

    pub(super) async fn enrol(&self, bits: u64) -> Home {
        let id = DeviceId::from_bits(bits);
        let key = KeyPair::generate().unwrap();
        let csr = CertificateParams::default()
            .serialize_request(&key)
            .unwrap();
        let key_of = DeviceKey::from_csr(&csr.pem().unwrap()).unwrap();
        let now = jiff::Timestamp::now().as_millisecond();
        let issued = self.app.pki.issue_device(id, &key_of, now).unwrap();
        let device = Device {
            id,
            asset: None,
            site: None,
            enrolled_at: now - 86_400_000,
            certificate: Certificate {
                serial: issued.serial,
                issued_at: issued.issued_at,
                expires_at: issued.expires_at,
            },
            revoked_at: None,
            retired_at: None,
            settings: None,
            previous_serial: None,
        };
        let mut batch = Batch::default();
        add_device(&mut batch, &device);
        self.app.store.commit(batch).await.unwrap();
        self.app.registry.put_device(device);
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(self.app.pki.ca_pem().as_bytes()).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(issued.pem.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap(),
            )
            .unwrap();
        Home {
            id,
            tls: Arc::new(tls),
            port: self.port,
        }
    }

    pub(super) fn last_state(&self, id: DeviceId) -> Option<String> {
        self.app.registry.get(id).unwrap().latest.last_state.clone()
    }
}

/// A device with its certificate.
pub(super) struct Home {
    pub id: DeviceId,
    tls: Arc<ClientConfig>,
    port: u16,
}

impl Home {
    pub(super) fn options(&self) -> MqttOptions {
        let mut options = MqttOptions::new(self.id.to_string(), "localhost", self.port);
        let tls = TlsConfiguration::Rustls(Arc::clone(&self.tls));
        options.set_transport(Transport::tls_with_config(tls));
        let own = topic(self.id, Leaf::Status);
        options.set_last_will(LastWill::new(own, WILL, QoS::AtLeastOnce, false));
        options
    }

    /// Connects as an agent does: subscribes, then says that it is on.
    pub(super) async fn connect(&self) -> (AsyncClient, EventLoop) {
        let (client, events) = AsyncClient::new(self.options(), 100);
        for leaf in DOWN {
            client
                .subscribe(topic(self.id, leaf), QoS::AtLeastOnce)
                .await
                .unwrap();
        }
        self.say(&client, Leaf::Status, br#"{"state":"on"}"#).await;
        (client, events)
    }

    pub(super) async fn say(&self, client: &AsyncClient, leaf: Leaf, payload: &[u8]) {
        client
            .publish(topic(self.id, leaf), QoS::AtLeastOnce, false, payload)
            .await
            .unwrap();
    }
}

/// Polls in the background until the test ends.
pub(super) fn drive(mut events: EventLoop) -> JoinHandle<()> {
    tokio::spawn(async move { while events.poll().await.is_ok() {} })
}

pub(super) async fn is_there(site: &Site, id: DeviceId) {
    until("the device is shown", || site.app.hub.is_connected(id)).await;
}

async fn publish_list(app: &App, folder: &Path) {
    revoked::refresh(app, &mut None).await.unwrap();
    let list = revoked::place(&app.programme.data_dir);
    fs::copy(list, folder.join("revoked.pem")).unwrap();
}

fn start(folder: &Path) -> Child {
    Command::new("mosquitto")
        .arg("-c")
        .arg(folder.join("mosquitto.conf"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("mosquitto is installed")
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(status.success());
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

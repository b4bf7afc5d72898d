//! A device played by a test: its own certificate, its own words, good or bad.
//!
//! It follows `docs/protocol.md` and shares nothing with the agent but the
//! vocabulary.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use declic_common::code::EnrolCode;
use declic_common::enrol::{EnrolRequest, Enrolled};
use declic_common::envelope::{Number, address, store};
use declic_common::receipt::Receipt;
use declic_common::report::{HealthReport, Memory};
use declic_common::topic::{DOWN, Leaf};
use declic_common::{DeviceId, InstallId, UpKind};
use rcgen::{CertificateParams, KeyPair};
use rumqttc::{
    AsyncClient, Event, EventLoop, LastWill, MqttOptions, Packet, QoS, TlsConfiguration, Transport,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::Controller;
use crate::wait::PATIENCE;

/// A device with a certificate of the controller's CA.
#[derive(Clone, Debug)]
pub struct Device {
    pub id: DeviceId,
    pub port: u16,
    pub install: InstallId,
    pub key_pem: String,
    pub certificate_pem: String,
    pub ca_pem: String,
}

/// A session of a device.
#[expect(missing_debug_implementations)] // the event loop has none
pub struct Session {
    pub client: AsyncClient,
    pub events: EventLoop,
    device: Device,
}

impl Device {
    /// Enrols over HTTPS with a fresh code.
    pub async fn enrol(controller: &Controller, asset: &str) -> anyhow::Result<Self> {
        let code = controller.code(asset);
        let key = KeyPair::generate()?;
        let csr = CertificateParams::default().serialize_request(&key)?;
        let enrolled = post_enrol(controller, &code, csr.pem()?).await?;
        Ok(Device {
            id: enrolled.device,
            port: enrolled.address.mqtt_port,
            install: InstallId::from_bits(u64::from(controller.mqtt_port) << 20 | 7),
            key_pem: key.serialize_pem(),
            certificate_pem: enrolled.certificate_pem,
            ca_pem: enrolled.ca_pem,
        })
    }

    /// TLS as the protocol asks for it.
    pub fn tls(&self) -> anyhow::Result<ClientConfig> {
        let chain = CertificateDer::pem_slice_iter(self.certificate_pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())?;
        Ok(trusting(&self.ca_pem)?.with_client_auth_cert(chain, key)?)
    }

    /// A good session: own name, own will, subscribed to what is its own.
    pub async fn connect(&self) -> anyhow::Result<Session> {
        let mut session = self.session(&self.id.to_string(), self.id)?;
        session.until_connected().await?;
        for leaf in DOWN {
            session
                .client
                .subscribe(leaf.of(self.id).to_string(), QoS::AtLeastOnce)
                .await?;
        }
        for _ in DOWN {
            session
                .until("SUBACK", |p| matches!(p, Packet::SubAck(_)).then_some(()))
                .await?;
        }
        Ok(session)
    }

    /// A session that is not begun, with a client id and a will of the caller's choice.
    pub fn session(&self, client_id: &str, will_of: DeviceId) -> anyhow::Result<Session> {
        let mut options = MqttOptions::new(client_id, "127.0.0.1", self.port);
        options
            .set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(
                Arc::new(self.tls()?),
            )))
            .set_keep_alive(Duration::from_secs(30))
            .set_inflight(16)
            .set_max_packet_size(1 << 20, 1 << 20)
            .set_last_will(LastWill::new(
                Leaf::Status.of(will_of).to_string(),
                declic_common::status::WILL,
                QoS::AtLeastOnce,
                false,
            ));
        let (client, events) = AsyncClient::new(options, 64);
        Ok(Session {
            client,
            events,
            device: self.clone(),
        })
    }

    /// A report that carries its own number as free memory, so that the history
    /// of that metric tells which reports are stored.
    pub fn report(&self, boot: u32, seq: u64, first_seq: u64) -> Vec<u8> {
        let report = HealthReport {
            interval_s: Some(900),
            memory: Some(Memory {
                total_bytes: Some(1 << 32),
                available_bytes: Some(seq),
                ..Memory::default()
            }),
            ..HealthReport::default()
        };
        let number = Number {
            install: self.install,
            boot,
            seq,
        };
        address(
            &store(number, 1_800_000_000_000, seq, &report),
            first_seq,
            Some(0),
            false,
        )
    }

    pub fn topic(&self, kind: UpKind) -> String {
        Leaf::Up(kind).of(self.id).to_string()
    }
}

impl Session {
    /// Polls until a packet satisfies `wanted`; an end of the session is an error.
    pub async fn until<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(&Packet) -> Option<T>,
    ) -> anyhow::Result<T> {
        let wait = async {
            loop {
                if let Event::Incoming(packet) = self.events.poll().await?
                    && let Some(found) = wanted(&packet)
                {
                    return Ok(found);
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .map_err(|_| anyhow!("{what}: nothing came"))?
    }

    pub async fn until_connected(&mut self) -> anyhow::Result<()> {
        self.until("CONNACK", |p| matches!(p, Packet::ConnAck(_)).then_some(()))
            .await
    }

    /// Waits until the controller ends the session.
    pub async fn until_ended(&mut self, within: Duration) -> anyhow::Result<()> {
        let wait = async { while self.events.poll().await.is_ok() {} };
        tokio::time::timeout(within, wait)
            .await
            .context("the session goes on")
    }

    /// Publishes a report and waits for its receipt.
    pub async fn report(&mut self, boot: u32, seq: u64, first_seq: u64) -> anyhow::Result<Receipt> {
        let payload = self.device.report(boot, seq, first_seq);
        let topic = self.device.topic(UpKind::Report);
        self.client
            .publish(topic, QoS::AtLeastOnce, false, payload)
            .await?;
        self.receipt(boot, seq).await
    }

    /// Waits for the receipt that covers a message.
    pub async fn receipt(&mut self, boot: u32, seq: u64) -> anyhow::Result<Receipt> {
        let number = Number {
            install: self.device.install,
            boot,
            seq,
        };
        self.until("a receipt", |packet| {
            received(packet).filter(|receipt| receipt.covers(number))
        })
        .await
    }
}

/// The receipt in a packet, if it is one.
pub fn received(packet: &Packet) -> Option<Receipt> {
    match packet {
        Packet::Publish(publish) if publish.topic.ends_with("/receipt") => {
            Receipt::parse(&publish.payload).ok()
        }
        _ => None,
    }
}

/// A client that trusts one CA.
pub fn trusting(
    ca_pem: &str,
) -> anyhow::Result<rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>> {
    let mut roots = RootCertStore::empty();
    for ca in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(ca?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots))
}

/// `POST /enrol` with a code and a request of the caller's choice.
pub async fn post_enrol(
    controller: &Controller,
    code: &str,
    csr_pem: String,
) -> anyhow::Result<Enrolled> {
    let code: EnrolCode = code.parse()?;
    let ca = std::fs::read_to_string(controller.dir().join("pki/ca.pem"))?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(trusting(&ca)?.with_no_client_auth())
        .build()?;
    let request = EnrolRequest {
        token: code.token.iter().map(|b| format!("{b:02x}")).collect(),
        csr_pem,
    };
    let url = format!("https://127.0.0.1:{}/enrol", code.address.enrol_port);
    let answer = client.post(url).json(&request).send().await?;
    let status = answer.status();
    let body = answer.text().await?;
    anyhow::ensure!(status.is_success(), "{status}: {body}");
    Ok(serde_json::from_str(&body)?)
}

/// The numbers that a device's history holds, as [`Device::report`] wrote them;
/// an error if one is there twice.
pub fn stored(controller: &Controller, device: DeviceId) -> anyhow::Result<BTreeSet<u64>> {
    let id = device.to_string();
    let points = controller.json(&["device", "history", &id, "memory_available_bytes"]);
    let points = points.as_array().context("a list of points")?;
    let mut stored = BTreeSet::new();
    for point in points {
        let seq = point["value"].as_u64().context("a number")?;
        anyhow::ensure!(stored.insert(seq), "report {seq} is stored twice");
    }
    Ok(stored)
}

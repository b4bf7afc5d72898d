//! Strangers, forgers and broken clients: refused, and nobody else is slowed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use declic_common::topic::Leaf;
use declic_common::{DeviceId, UpKind};
use declic_tests::controller::http_ok;
use declic_tests::device::{post_enrol, stored, trusting};
use declic_tests::process::printed;
use declic_tests::{Controller, Device};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rumqttc::{Packet, QoS, SubscribeReasonCode};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

const SOON: Duration = Duration::from_secs(10);

struct Town {
    controller: Controller,
    alice: Device,
    mallory: Device,
}

async fn town() -> Town {
    let controller = tokio::task::spawn_blocking(Controller::start)
        .await
        .unwrap();
    let alice = Device::enrol(&controller, "BDX-001").await.unwrap();
    let mallory = Device::enrol(&controller, "BDX-002").await.unwrap();
    Town {
        controller,
        alice,
        mallory,
    }
}

impl Town {
    /// Everybody else is served as if nothing had happened.
    async fn goes_on(&self, seq: u64) {
        let began = Instant::now();
        let mut session = self.alice.connect().await.unwrap();
        session.report(1, seq, 1).await.unwrap();
        assert!(
            began.elapsed() < SOON,
            "an honest device waited {:?}",
            began.elapsed()
        );
        assert!(http_ok(&format!(
            "http://127.0.0.1:{}/healthz",
            self.controller.http_port
        )));
    }

    fn has_nothing_of(&self, victim: &Device) {
        assert!(stored(&self.controller, victim.id).unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_speaks_and_listens_for_itself_alone() {
    let town = town().await;

    // A report under another's name ends the session.
    let mut session = town.mallory.connect().await.unwrap();
    let forged = town.alice.report(1, 1, 1);
    let topic = town.alice.topic(UpKind::Report);
    session
        .client
        .publish(topic, QoS::AtLeastOnce, false, forged)
        .await
        .unwrap();
    session.until_ended(SOON).await.unwrap();
    town.has_nothing_of(&town.alice);

    // Another's receipts, and wildcards, are not to be had.
    let receipts = Leaf::Receipt.of(town.alice.id).to_string();
    for filter in [receipts.as_str(), "declic/v1/+/receipt", "#", "$SYS/#"] {
        let mut session = town.mallory.connect().await.unwrap();
        session
            .client
            .subscribe(filter, QoS::AtLeastOnce)
            .await
            .unwrap();
        let granted = session
            .until("an answer", |packet| match packet {
                Packet::SubAck(ack) => Some(ack.return_codes.clone()),
                _ => None,
            })
            .await;
        let refused = granted.is_err_or_failure();
        assert!(refused, "{filter} was granted");
    }

    // A will in another's name, and another's client id, do not get in.
    let mut session = town
        .mallory
        .session(&town.mallory.id.to_string(), town.alice.id)
        .unwrap();
    assert!(
        session.until_connected().await.is_err(),
        "a forged will got in"
    );
    let mut session = town
        .mallory
        .session(&town.alice.id.to_string(), town.alice.id)
        .unwrap();
    assert!(
        session.until_connected().await.is_err(),
        "a forged client id got in"
    );
    town.goes_on(1).await;
}

trait Refused {
    fn is_err_or_failure(&self) -> bool;
}

impl Refused for anyhow::Result<Vec<SubscribeReasonCode>> {
    fn is_err_or_failure(&self) -> bool {
        match self {
            Ok(codes) => codes
                .iter()
                .all(|code| *code == SubscribeReasonCode::Failure),
            Err(_) => true,
        }
    }
}

/// Tries a TLS session and an MQTT connect over it.
async fn gets_in(
    device: &Device,
    chain_and_key: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
) -> bool {
    let builder = trusting(&device.ca_pem).unwrap();
    let config = match chain_and_key {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
        None => builder.with_no_client_auth(),
    };
    let attempt = async {
        let tcp = tokio::net::TcpStream::connect(("127.0.0.1", device.port)).await?;
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let mut tls = TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await?;
        let id = device.id.to_string();
        let mut connect = vec![
            0x10,
            12 + id.len() as u8,
            0,
            4,
            b'M',
            b'Q',
            b'T',
            b'T',
            4,
            2,
            0,
            30,
            0,
            id.len() as u8,
        ];
        connect.extend(id.as_bytes());
        tls.write_all(&connect).await?;
        let mut answer = [0; 4];
        tls.read_exact(&mut answer).await?;
        Ok::<_, std::io::Error>(answer == [0x20, 2, 0, 0])
    };
    matches!(tokio::time::timeout(SOON, attempt).await, Ok(Ok(true)))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_certificate_of_this_programme_gets_in() {
    let town = town().await;
    let own_chain = CertificateDer::from_pem_slice(town.alice.certificate_pem.as_bytes()).unwrap();
    let own_key = PrivateKeyDer::from_pem_slice(town.alice.key_pem.as_bytes()).unwrap();
    assert!(
        gets_in(&town.alice, Some((vec![own_chain], own_key))).await,
        "the trial itself is wrong"
    );
    assert!(!gets_in(&town.alice, None).await, "no certificate");

    // Another CA that calls itself the same and names the same device.
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::default();
    leaf.distinguished_name
        .push(rcgen::DnType::CommonName, town.alice.id.to_string());
    let leaf = leaf.signed_by(&key, &ca).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    assert!(
        !gets_in(&town.alice, Some((vec![leaf.der().clone()], key))).await,
        "a foreign CA"
    );
    town.goes_on(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_become_an_authority_makes_an_ordinary_device() {
    let town = town().await;
    let code = town.controller.code("BDX-003");
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, town.alice.id.to_string());
    let csr = params.serialize_request(&key).unwrap().pem().unwrap();
    let enrolled = post_enrol(&town.controller, &code, csr).await.unwrap();
    assert_ne!(enrolled.device, town.alice.id);

    // What it signs is worth nothing.
    let issuer = rcgen::Issuer::from_ca_cert_pem(&enrolled.certificate_pem, &key);
    if let Ok(issuer) = issuer {
        let leaf_key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::default();
        leaf.distinguished_name
            .push(rcgen::DnType::CommonName, town.alice.id.to_string());
        let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
        let between = CertificateDer::from_pem_slice(enrolled.certificate_pem.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(leaf_key.serialize_pem().as_bytes()).unwrap();
        assert!(!gets_in(&town.alice, Some((vec![leaf.der().clone(), between], key))).await);
    }

    // And the code works once.
    let key = KeyPair::generate().unwrap();
    let csr = CertificateParams::default()
        .serialize_request(&key)
        .unwrap()
        .pem()
        .unwrap();
    let again = post_enrol(&town.controller, &code, csr).await;
    assert!(again.is_err(), "a code worked twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_gone_within_a_second() {
    let town = town().await;
    let mut session = town.mallory.connect().await.unwrap();
    session.report(1, 1, 1).await.unwrap();
    let began = Instant::now();
    let id = town.mallory.id.to_string();
    let revoked = town.controller.declic(&["device", "revoke", &id]);
    printed(&revoked);
    session.until_ended(Duration::from_secs(1)).await.unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert!(town.mallory.connect().await.is_err(), "it came back");
    town.goes_on(1).await;
}

/// A connection from another address than the honest devices': what is refused to
/// one address must not be refused to others.
async fn stranger(port: u16) -> Option<tokio::net::TcpStream> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.bind(([127, 0, 0, 9], 0).into()).ok()?;
    socket.connect(([127, 0, 0, 1], port).into()).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_noise_and_giants_cost_nothing_to_others() {
    let town = town().await;
    let port = town.alice.port;

    // Two hundred peers that connect and say nothing.
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.extend(stranger(port).await);
    }
    assert!(silent.len() > 30, "{} got through", silent.len());
    town.goes_on(1).await;
    drop(silent);

    // Noise before TLS.
    for n in 0..200u32 {
        if let Some(mut stream) = stranger(port).await {
            let noise: Vec<u8> = (0..n * 3)
                .map(|i| (i.wrapping_mul(n + 7) >> 3) as u8)
                .collect();
            let _ = stream.write_all(&noise).await;
        }
    }
    town.goes_on(2).await;

    // A packet over the limit, and one that the endpoint does not speak.
    let mut session = town.mallory.connect().await.unwrap();
    let topic = town.mallory.topic(UpKind::Report);
    session
        .client
        .publish(topic.clone(), QoS::AtLeastOnce, false, vec![b' '; 200_000])
        .await
        .unwrap();
    session.until_ended(SOON).await.unwrap();
    let mut session = town.mallory.connect().await.unwrap();
    session
        .client
        .publish(topic, QoS::ExactlyOnce, false, "{}")
        .await
        .unwrap();
    session.until_ended(SOON).await.unwrap();
    town.goes_on(3).await;
    town.has_nothing_of(&town.mallory);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_message_is_refused_by_number_and_the_session_goes_on() {
    let town = town().await;
    let mut session = town.alice.connect().await.unwrap();
    let topic = town.alice.topic(UpKind::Report);
    let install = town.alice.install;
    let bad = format!(
        r#"{{"install":"{install}","boot":1,"seq":1,"observed_at":0,"uptime_ms":1,"body":[]}}"#
    );
    session
        .client
        .publish(topic.clone(), QoS::AtLeastOnce, false, bad)
        .await
        .unwrap();
    let receipt = session
        .until("a refusal", |p| {
            declic_tests::device::received(p).filter(|r| !r.refused.is_empty())
        })
        .await
        .unwrap();
    assert_eq!(receipt.refused[0].seq, 1);
    session
        .client
        .publish(topic, QoS::AtLeastOnce, false, "not even JSON")
        .await
        .unwrap();
    session.report(1, 2, 2).await.unwrap();
    let unknown = DeviceId::from_bits(5);
    let shown = town
        .controller
        .declic(&["device", "show", &unknown.to_string()]);
    assert_eq!(
        shown.status.code(),
        Some(3),
        "not found has its own exit code"
    );
}

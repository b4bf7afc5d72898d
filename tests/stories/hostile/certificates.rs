//! Certificates that are not of this programme, and one that wants to make others.

use std::sync::Arc;

use declic_tests::device::{post_enrol, trusting};
use declic_tests::wait::PATIENCE;
use declic_tests::{Device, Door};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use super::town;

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
    let answer = tokio::time::timeout(PATIENCE, attempt).await;
    answer
        .expect("a stranger is answered, or hung up on")
        .unwrap_or(false)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_certificate_of_this_programme_gets_in() {
    only_ours(Door::Endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_certificate_of_this_programme_gets_in_through_a_broker_as_well() {
    only_ours(Door::Mosquitto).await;
}

async fn only_ours(door: Door) {
    let town = town(door).await;
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
    would_be_authority(Door::Endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_become_an_authority_makes_an_ordinary_device_for_a_broker_as_well() {
    would_be_authority(Door::Mosquitto).await;
}

async fn would_be_authority(door: Door) {
    let town = town(door).await;
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

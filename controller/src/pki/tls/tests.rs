use std::path::Path;

use declic_common::DeviceId;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::ServerName;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConnection, HandshakeKind, ServerConnection};

use super::*;
use crate::pki::{DEVICE_LIFE_MS, DeviceKey, Peer, Pki};

const NOW: i64 = 1_790_000_000_000;
const DAY: i64 = 86_400_000;

#[derive(Debug)]
struct At(i64);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        let since = Duration::from_millis(self.0.unsigned_abs());
        Some(UnixTime::since_unix_epoch(since))
    }
}

fn pki(dir: &Path) -> Pki {
    Pki::open(dir, &["127.0.0.1".to_owned()], true).unwrap()
}

/// A client with a certificate issued at [`NOW`].
fn device(pki: &Pki, trusted: &Pki) -> ClientConfig {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![]).unwrap();
    let csr = params.serialize_request(&key).unwrap().pem().unwrap();
    let csr = DeviceKey::from_csr(&csr).unwrap();
    let issued = pki.issue_device(DeviceId::from_bits(7), &csr, NOW).unwrap();
    let shown = Shown::read(&issued.pem, &key.serialize_pem()).unwrap();
    client(trusted.ca.der(), &shown).unwrap()
}

fn nobody(trusted: &Pki) -> ClientConfig {
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots(trusted.ca.der()).unwrap())
        .with_no_client_auth()
}

fn at(config: &Arc<ServerConfig>, ms: i64) -> Arc<ServerConfig> {
    let mut config = ServerConfig::clone(config);
    config.time_provider = Arc::new(At(ms));
    Arc::new(config)
}

/// A handshake in memory, up to the client's first tickets.
fn shake(
    client: &Arc<ClientConfig>,
    server: &Arc<ServerConfig>,
) -> Result<(ClientConnection, ServerConnection), Error> {
    shake_at("127.0.0.1", client, server)
}

/// The same, with a client that looks for the server under this name.
fn shake_at(
    name: &'static str,
    client: &Arc<ClientConfig>,
    server: &Arc<ServerConfig>,
) -> Result<(ClientConnection, ServerConnection), Error> {
    let name = ServerName::try_from(name).unwrap();
    let mut client = ClientConnection::new(Arc::clone(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::clone(server)).unwrap();
    while client.wants_write() || server.wants_write() {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).unwrap();
        }
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            server.read_tls(&mut rest).unwrap();
            server.process_new_packets()?;
        }
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            client.read_tls(&mut rest).unwrap();
            client.process_new_packets()?;
        }
    }
    Ok((client, server))
}

fn peer(server: &ServerConnection) -> Option<Peer> {
    Peer::read(&server.peer_certificates()?[0]).ok()
}

#[test]
fn a_device_shows_who_it_is_on_a_resumed_session_too() {
    let dir = tempfile::tempdir().unwrap();
    let pki = pki(dir.path());
    let client = Arc::new(device(&pki, &pki));
    let door = at(&pki.mqtt_server_config().unwrap(), NOW);
    for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let (_, server) = shake(&client, &door).unwrap();
        assert_eq!(server.handshake_kind(), Some(kind));
        assert_eq!(peer(&server).unwrap().device, DeviceId::from_bits(7));
    }
    // TLS lets a resumed session in even after the end of its certificate: that is
    // why the door looks at the peer itself.
    let later = NOW + DEVICE_LIFE_MS + DAY;
    let (_, server) = shake(&client, &at(&door, later)).unwrap();
    assert_eq!(server.handshake_kind(), Some(HandshakeKind::Resumed));
    assert!(peer(&server).unwrap().is_expired(later));
}

#[test]
fn the_mqtt_door_takes_only_certificates_of_ours_that_have_not_ended() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ours, theirs) = (pki(ours.path()), pki(theirs.path()));
    let door = ours.mqtt_server_config().unwrap();
    let now = at(&door, NOW);
    assert!(shake(&Arc::new(device(&ours, &ours)), &now).is_ok());
    assert!(shake(&Arc::new(nobody(&ours)), &now).is_err());
    assert!(shake(&Arc::new(device(&theirs, &ours)), &now).is_err());
    let ended = at(&door, NOW + DEVICE_LIFE_MS + DAY);
    assert!(shake(&Arc::new(device(&ours, &ours)), &ended).is_err());
}

#[test]
fn what_a_server_shows_opens_no_door() {
    let dir = tempfile::tempdir().unwrap();
    let pki = pki(dir.path());
    let shown = pki.issue_server(&["127.0.0.1".to_owned()]).unwrap().shown();
    let server = Arc::new(client(pki.ca.der(), &shown).unwrap());
    for door in [pki.mqtt_server_config(), pki.enrol_server_config()] {
        assert!(shake(&server, &at(&door.unwrap(), NOW)).is_err());
    }
}

#[test]
fn the_enrolment_door_takes_nobody_s_and_ended_certificates_for_ninety_days() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ours, theirs) = (pki(ours.path()), pki(theirs.path()));
    let door = ours.enrol_server_config().unwrap();
    let (_, server) = shake(&Arc::new(nobody(&ours)), &at(&door, NOW)).unwrap();
    assert_eq!(peer(&server), None);
    assert!(shake(&Arc::new(device(&theirs, &ours)), &at(&door, NOW)).is_err());
    let client = Arc::new(device(&ours, &ours));
    for (after, taken) in [
        (-DAY, true),
        (DAY, true),
        (89 * DAY, true),
        (91 * DAY, false),
    ] {
        let shaken = shake(&client, &at(&door, NOW + DEVICE_LIFE_MS + after));
        assert_eq!(shaken.is_ok(), taken, "{} days", after / DAY);
        if let Ok((_, server)) = shaken {
            assert_eq!(server.handshake_kind(), Some(HandshakeKind::Full));
        }
    }
}

#[test]
fn a_broker_of_ours_and_the_controller_know_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let pki = pki(dir.path());
    let issued = pki.issue_server(&["127.0.0.1".to_owned()]).unwrap();
    let broker = Shown::read(&issued.chain_pem, &issued.key_pem).unwrap();
    let broker = mqtt_server(pki.ca.der(), Arc::new(Sign::new(&broker).unwrap())).unwrap();
    let controller = Arc::new(pki.broker_client_config().unwrap());
    let (_, server) = shake(&controller, &broker).unwrap();
    let leaf = &server.peer_certificates().unwrap()[0];
    let (_, leaf) = x509_parser::parse_x509_certificate(leaf).unwrap();
    let name = leaf.subject().iter_common_name().next().unwrap();
    assert_eq!(name.as_str(), Ok(super::super::CONTROLLER_NAME));
    assert_eq!(peer(&server), None, "and it is no device");
}

#[test]
fn nothing_older_than_tls_1_3_is_spoken() {
    let dir = tempfile::tempdir().unwrap();
    let pki = pki(dir.path());
    let old = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_root_certificates(roots(pki.ca.der()).unwrap())
        .with_no_client_auth();
    let door = pki.enrol_server_config().unwrap();
    assert!(shake(&Arc::new(old), &door).is_err());
}

#[test]
fn an_open_door_shows_its_next_address_before_anybody_looks_there() {
    let dir = tempfile::tempdir().unwrap();
    let pki = pki(dir.path());
    let doors = [pki.mqtt_server_config(), pki.enrol_server_config()];
    let doors = doors.map(|door| at(&door.unwrap(), NOW));
    let device = Arc::new(device(&pki, &pki));
    for door in &doors {
        let early = shake_at("declic.example.org", &device, door);
        assert!(early.is_err(), "a name that was not announced");
    }
    let names = ["127.0.0.1", "declic.example.org"].map(str::to_owned);
    pki.answer_to(&names).unwrap();
    for door in &doors {
        for name in ["127.0.0.1", "declic.example.org"] {
            let shaken = shake_at(name, &device, door);
            assert!(shaken.is_ok(), "{name}: {:?}", shaken.err());
        }
    }
}

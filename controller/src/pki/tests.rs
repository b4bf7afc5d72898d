use rcgen::{CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use rustls::pki_types::pem::PemObject;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

const NOW: i64 = 1_790_000_000_000;

fn names() -> Vec<String> {
    ["declic.example.org", "127.0.0.1", "::1", "localhost"]
        .map(str::to_owned)
        .to_vec()
}

fn pki(dir: &Path) -> Pki {
    Pki::open(dir, &names(), true).unwrap()
}

fn csr(key: &KeyPair) -> String {
    let params = CertificateParams::new(vec![]).unwrap();
    params.serialize_request(key).unwrap().pem().unwrap()
}

#[test]
fn an_authority_is_made_once_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let made = pki(dir.path()).fingerprint();
    let again = Pki::open(dir.path(), &names(), false).unwrap();
    assert_eq!(again.fingerprint(), made);
}

#[test]
fn the_key_is_closed_to_others_even_after_a_careless_restore() {
    let dir = tempfile::tempdir().unwrap();
    pki(dir.path());
    let folder = dir.path().join("pki");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("ca.key")), 0o600);
    for path in [folder.clone(), folder.join("ca.key")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    pki(dir.path());
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("ca.key")), 0o600);
}

#[test]
fn a_missing_or_damaged_half_is_told_and_never_replaced() {
    for (file, text) in [
        ("ca.key", None),
        ("ca.pem", None),
        ("ca.key", Some("not a key")),
        ("ca.pem", Some("not a certificate")),
        ("ca.pem", Some("")),
    ] {
        let dir = tempfile::tempdir().unwrap();
        pki(dir.path());
        let path = dir.path().join("pki").join(file);
        match text {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        for first_start in [true, false] {
            let opened = Pki::open(dir.path(), &names(), first_start);
            assert!(
                matches!(opened, Err(PkiError::Damaged { .. })),
                "{file} {text:?}: {opened:?}"
            );
        }
    }
}

#[test]
fn halves_of_two_authorities_do_not_make_one() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    pki(one.path());
    pki(two.path());
    fs::copy(two.path().join("pki/ca.key"), one.path().join("pki/ca.key")).unwrap();
    let opened = Pki::open(one.path(), &names(), false);
    assert!(matches!(opened, Err(PkiError::Damaged { what, .. }) if what.contains("together")));
}

#[test]
fn a_lost_folder_is_no_first_start() {
    let dir = tempfile::tempdir().unwrap();
    let opened = Pki::open(dir.path(), &names(), false);
    assert!(matches!(opened, Err(PkiError::Lost { .. })));
    assert!(!dir.path().join("pki").exists());
}

#[test]
fn a_first_start_cut_short_begins_again() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("pki.new")).unwrap();
    fs::write(dir.path().join("pki.new/ca.key"), "half").unwrap();
    pki(dir.path());
    assert!(!dir.path().join("pki.new").exists());
}

#[test]
fn a_request_for_an_authority_gets_an_ordinary_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let pki = pki(dir.path());
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["declic.example.org".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let csr = params.serialize_request(&key).unwrap().pem().unwrap();
    let key = DeviceKey::from_csr(&csr).unwrap();
    let device = DeviceId::from_bits(7);
    let issued = pki.issue_device(device, &key, NOW).unwrap();
    let der = CertificateDer::from_pem_slice(issued.pem.as_bytes()).unwrap();
    let (_, found) = x509_parser::parse_x509_certificate(&der).unwrap();
    assert!(!found.is_ca());
    assert!(found.subject_alternative_name().unwrap().is_none());
    let usage = found.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.client_auth && !usage.server_auth);
    assert_eq!(found.validity().not_before.to_datetime().year(), 1975);
    let peer = Peer::read(&der).unwrap();
    assert_eq!((peer.device, &peer.serial), (device, &issued.serial));
    assert_eq!(peer.expires_at, issued.expires_at);
    assert!(!peer.is_expired(NOW) && peer.is_expired(NOW + DEVICE_LIFE_MS + 1));
    assert!(key.is_of(&issued.pem));
    let other = KeyPair::generate().unwrap();
    assert!(
        !DeviceKey::from_csr(&self::csr(&other))
            .unwrap()
            .is_of(&issued.pem)
    );
}

#[test]
fn serial_numbers_do_not_repeat_and_keep_their_length() {
    let dir = tempfile::tempdir().unwrap();
    let pki = pki(dir.path());
    let key = DeviceKey::from_csr(&csr(&KeyPair::generate().unwrap())).unwrap();
    let serials: std::collections::BTreeSet<String> = (0..50)
        .map(|n| pki.issue_device(DeviceId::from_bits(n), &key, NOW).unwrap())
        .map(|issued| issued.serial)
        .collect();
    assert_eq!(serials.len(), 50);
    assert!(serials.iter().all(|serial| serial.len() == 32));
}

#[test]
fn modern_keys_are_taken_and_others_refused_by_name() {
    for kind in [&PKCS_ED25519, &PKCS_ECDSA_P384_SHA384] {
        let key = KeyPair::generate_for(kind).unwrap();
        assert!(DeviceKey::from_csr(&csr(&key)).is_ok());
    }
    assert_eq!(DeviceKey::from_csr(RSA_CSR), Err(BadCsr::Key));
    for text in [
        "",
        "-----BEGIN",
        "garbage",
        &csr(&KeyPair::generate().unwrap())[..200],
    ] {
        assert_eq!(DeviceKey::from_csr(text), Err(BadCsr::Unreadable), "{text}");
    }
}

#[test]
fn a_request_signed_by_another_key_is_refused() {
    use rustls::pki_types::CertificateSigningRequestDer;
    let good = csr(&KeyPair::generate().unwrap());
    let mut der = CertificateSigningRequestDer::from_pem_slice(good.as_bytes())
        .unwrap()
        .to_vec();
    // Inside the last integer of the signature.
    *der.last_mut().unwrap() ^= 1;
    let body = data_encoding::BASE64.encode(&der);
    let pem =
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n");
    assert_eq!(DeviceKey::from_csr(&pem), Err(BadCsr::Unsigned));
}

#[test]
fn a_revocation_list_names_what_was_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let pki = pki(dir.path());
    let serial = "40000000000000000000000000000001".to_owned();
    let pem = pki
        .crl(&[(serial.clone(), NOW - 1_000)], NOW, NOW + 86_400_000)
        .unwrap();
    let der = rustls::pki_types::CertificateRevocationListDer::from_pem_slice(pem.as_bytes());
    let der = der.unwrap();
    let (_, list) = x509_parser::parse_x509_crl(&der).unwrap();
    let found: Vec<String> = list
        .iter_revoked_certificates()
        .map(|one| data_encoding::HEXLOWER.encode(one.raw_serial()))
        .collect();
    assert_eq!(found, [serial]);
    let ca = CertificateDer::from_pem_slice(pki.ca_pem().as_bytes()).unwrap();
    let (_, ca) = x509_parser::parse_x509_certificate(&ca).unwrap();
    list.verify_signature(ca.public_key()).unwrap();
}

#[test]
fn a_public_certificate_with_another_key_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut pki = pki(dir.path());
    let [one, two] = [(); 2].map(|()| pki.issue_server(&names()).unwrap());
    for (chain, key) in [
        (&one.chain_pem, &two.key_pem),
        (&one.key_pem, &one.key_pem),
        (&one.chain_pem, &one.chain_pem),
    ] {
        let shown = pki.show_public(chain, key);
        assert!(matches!(shown, Err(PkiError::PublicCertificate(_))));
        assert!(!pki.is_public());
    }
    pki.show_public(&one.chain_pem, &one.key_pem).unwrap();
    assert!(pki.is_public());
}

#[test]
fn a_name_that_no_host_has_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["", "two words", "-x-.", "é.fr"] {
        let opened = Pki::open(dir.path(), &[name.to_owned()], true);
        assert!(
            matches!(opened, Err(PkiError::BadName(_))),
            "{name}: {opened:?}"
        );
    }
}

#[test]
fn keys_do_not_show_in_debug_output() {
    let dir = tempfile::tempdir().unwrap();
    let shown = format!("{:?}", pki(dir.path()));
    assert!(!shown.contains("PRIVATE") && shown.len() < 80, "{shown}");
}

/// A correctly signed request with an RSA key of 2,048 bits.
const RSA_CSR: &str = include_str!("rsa.csr");

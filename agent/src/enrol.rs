//! From a code to a certificate, and from a certificate to the next one.
//!
//! The key is made here, and kept on disk before it is used: an enrolment that was
//! cut short can be run again with the same code, because the controller answers
//! the same key again for an hour.

mod pin;

use std::fs;
use std::io;
use std::net::Ipv6Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use declic_common::DeviceId;
use declic_common::api::Problem;
use declic_common::code::{BadCode, EnrolCode};
use declic_common::enrol::{EnrolRequest, Enrolled, RenewRequest};
use declic_common::settings::Address;
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use reqwest::redirect;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::version::TLS13;
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use serde::Serialize;

use self::pin::{Pinned, fingerprint};
use crate::identity::{
    Identity, IdentityError, failed, provider, public_roots, remove, write_private,
};
use crate::life::{self, AlreadyRunning};
use crate::tls::tls_error;
use crate::{spool, state};

/// The key of an enrolment under way.
const PENDING: &str = "pending.key";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const TIMEOUT: Duration = Duration::from_secs(45);
/// Largest answer of a controller, in bytes.
const ANSWER_BYTES: usize = 64 * 1024;
/// Of a controller's explanation, what is shown, in characters.
const DETAIL_CHARS: usize = 300;

/// Why this PC has no new certificate.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error(transparent)]
    Code(#[from] BadCode),
    #[error("this PC is already enrolled as {0}; add --replace to give it a new identity")]
    AlreadyEnrolled(DeviceId),
    #[error(
        "the controller at {0} does not answer: check that this PC is connected to the internet, \
         then try again"
    )]
    Unreachable(String, #[source] reqwest::Error),
    #[error(
        "another machine answered in place of the controller at {0}: do not continue on this \
         network, and tell the technician"
    )]
    OtherAuthority(String),
    #[error("the certificate of the controller is not made for {0}: tell the technician")]
    WrongName(String),
    #[error("the clock of this PC seems wrong: set its date and time, then try again")]
    Clock,
    #[error("the certificate of this PC has ended: ask for a new code")]
    Ended,
    #[error("the controller does not accept the certificate of this PC: ask for a new code")]
    NotAccepted,
    /// `kind` is the type of the problem document, such as `/problems/code-used`.
    #[error("the controller says: {detail}")]
    Refused { kind: String, detail: String },
    #[error("the controller at {0} gave an answer that this agent does not understand: update it")]
    Unexpected(String),
    #[error("failed to make a key")]
    Key(#[from] rcgen::Error),
    #[error("failed to prepare the connection")]
    Client(#[source] reqwest::Error),
    #[error(transparent)]
    Running(#[from] AlreadyRunning),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// What this PC takes for granted while it enrols.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Judges the dates of certificates.
    pub clock: Arc<dyn TimeProvider>,
    /// Authorities of the public web, for codes that ask for them.
    pub public_roots: fn() -> Vec<CertificateDer<'static>>,
}

impl Default for Ground {
    fn default() -> Self {
        Ground {
            clock: Arc::new(DefaultTimeProvider),
            public_roots,
        }
    }
}

/// Enrols this PC with a code and keeps its identity in `state_dir`. An identity
/// that is already there stays unless `replace`, and until the new one is safe.
pub async fn enrol(code: &str, state_dir: &Path, replace: bool) -> Result<Identity, EnrolError> {
    enrol_on(&Ground::default(), code, state_dir, replace).await
}

/// [`enrol`], on a given ground.
pub async fn enrol_on(
    ground: &Ground,
    code: &str,
    state_dir: &Path,
    replace: bool,
) -> Result<Identity, EnrolError> {
    let code: EnrolCode = code.parse()?;
    let before = match Identity::load(state_dir) {
        Ok(identity) if !replace => return Err(EnrolError::AlreadyEnrolled(identity.device)),
        Ok(identity) => Some(identity.device),
        // Damage is what a new code is for.
        Err(IdentityError::NotEnrolled | IdentityError::Damaged { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    // An agent that runs would go on as somebody else.
    let _alone = life::hold(state_dir)?;
    let key = pending_key(state_dir)?;
    let request = EnrolRequest {
        token: HEXLOWER.encode(&code.token),
        csr_pem: csr(&key)?,
    };
    let config = trusting(ground, &code).map_err(IdentityError::Unfit)?;
    let enrolled = post(config, &code.address, "enrol", &request).await?;
    if !shows(&enrolled, &code) {
        return Err(EnrolError::OtherAuthority(host_port(&code.address)));
    }
    let identity = Identity::new(enrolled, key.serialize_pem(), code.public_certificate)?;
    if before != Some(identity.device) {
        // Another name may be another household: what the one before agreed to, and
        // what it still had to say, is not carried over.
        forget_household(state_dir)?;
    }
    identity.save(state_dir)?;
    remove(state_dir, PENDING)?;
    Ok(identity)
}

/// Erases all state but the identity.
fn forget_household(state_dir: &Path) -> Result<(), EnrolError> {
    remove(state_dir, state::FILE)?;
    remove(state_dir, life::FILE)?;
    let spool = state_dir.join(spool::DIR);
    match fs::remove_dir_all(&spool) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(IdentityError::Io {
            path: spool,
            source,
        }
        .into()),
        _ => Ok(()),
    }
}

/// Gets the next certificate, with a new key, and keeps it. Until then the
/// present one stays, and the controller goes on accepting it.
///
/// The addresses are tried in turn: a controller that moved is at the last one.
pub async fn renew(
    identity: &Identity,
    addresses: &[Address],
    state_dir: &Path,
) -> Result<Identity, EnrolError> {
    renew_on(&Ground::default(), identity, addresses, state_dir).await
}

/// [`renew`], on a given ground.
pub async fn renew_on(
    ground: &Ground,
    identity: &Identity,
    addresses: &[Address],
    state_dir: &Path,
) -> Result<Identity, EnrolError> {
    let key = new_key()?;
    let request = RenewRequest {
        csr_pem: csr(&key)?,
    };
    let others = match identity.public_certificate {
        true => (ground.public_roots)(),
        false => Vec::new(),
    };
    let mut config = identity.trusting_also(others)?;
    config.time_provider = Arc::clone(&ground.clock);
    let (enrolled, place) = post_in_turn(config, addresses, "renew", &request).await?;
    let next = Identity::new(enrolled, key.serialize_pem(), identity.public_certificate)?;
    if next.device != identity.device {
        return Err(EnrolError::Unexpected(place));
    }
    next.save(state_dir)?;
    Ok(next)
}

/// Whether it is time to [`renew`]. `controller_now_ms` comes from receipts: the
/// clock of the PC may be years wrong.
pub fn is_due(identity: &Identity, controller_now_ms: i64) -> bool {
    controller_now_ms >= identity.renew_at
}

/// The key of the attempt before this one, if it was cut short, or a new one.
fn pending_key(state_dir: &Path) -> Result<KeyPair, EnrolError> {
    let path = state_dir.join(PENDING);
    match fs::read_to_string(&path) {
        Ok(pem) => {
            if let Ok(key) = KeyPair::from_pem(&pem) {
                return Ok(key);
            }
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) if e.kind() == io::ErrorKind::InvalidData => {}
        Err(e) => return Err(failed(&path)(e).into()),
    }
    let key = new_key()?;
    write_private(state_dir, PENDING, key.serialize_pem().as_bytes())?;
    Ok(key)
}

fn new_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

/// A request that says nothing but the key: the controller knows the rest.
fn csr(key: &KeyPair) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.serialize_request(key)?.pem()
}

/// TLS towards a controller that is known by a code alone.
fn trusting(ground: &Ground, code: &EnrolCode) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_details(provider(), Arc::clone(&ground.clock))
        .with_protocol_versions(&[&TLS13])?;
    if code.public_certificate {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates((ground.public_roots)());
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let pinned = Pinned {
        authority: code.ca,
        provider: provider(),
    };
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(pinned))
        .with_no_client_auth())
}

/// Whether the authority in the answer is that of the code. It is what this PC
/// will trust from now on, however the answer came.
fn shows(enrolled: &Enrolled, code: &EnrolCode) -> bool {
    CertificateDer::from_pem_slice(enrolled.ca_pem.as_bytes())
        .is_ok_and(|der| fingerprint(&der) == code.ca)
}

/// [`post`] to the first address that answers; says which one did.
async fn post_in_turn(
    config: ClientConfig,
    addresses: &[Address],
    path: &str,
    body: &impl Serialize,
) -> Result<(Enrolled, String), EnrolError> {
    let (last, before) = addresses.split_last().expect("an agent knows an address");
    for address in before {
        match post(config.clone(), address, path, body).await {
            // Nobody there, or somebody who took over a name that we left.
            Err(EnrolError::Unreachable(..) | EnrolError::OtherAuthority(_)) => {}
            other => return Ok((other?, host_port(address))),
        }
    }
    let enrolled = post(config, last, path, body).await?;
    Ok((enrolled, host_port(last)))
}

async fn post(
    config: ClientConfig,
    address: &Address,
    path: &str,
    body: &impl Serialize,
) -> Result<Enrolled, EnrolError> {
    let place = host_port(address);
    let unexpected = || EnrolError::Unexpected(place.clone());
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .https_only(true)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .build()
        .map_err(EnrolError::Client)?;
    let sent = client.post(format!("https://{place}/{path}")).json(body);
    let mut answer = sent.send().await.map_err(|e| explain(e, address))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|e| explain(e, address))? {
        if bytes.len() + chunk.len() > ANSWER_BYTES {
            return Err(unexpected());
        }
        bytes.extend_from_slice(&chunk);
    }
    if !answer.status().is_success() {
        let problem: Problem = serde_json::from_slice(&bytes).map_err(|_| unexpected())?;
        return Err(EnrolError::Refused {
            kind: problem.kind,
            detail: for_people(&problem.detail),
        });
    }
    let enrolled: Enrolled = serde_json::from_slice(&bytes).map_err(|_| unexpected())?;
    match enrolled.address.is_bounded() {
        true => Ok(enrolled),
        false => Err(unexpected()),
    }
}

/// What went wrong, for the person in front of the PC.
fn explain(error: reqwest::Error, address: &Address) -> EnrolError {
    use CertificateError as Bad;
    let place = host_port(address);
    match tls_error(&error) {
        Some(rustls::Error::InvalidCertificate(bad)) => match bad {
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                EnrolError::WrongName(address.host.clone())
            }
            Bad::Expired
            | Bad::ExpiredContext { .. }
            | Bad::NotValidYet
            | Bad::NotValidYetContext { .. } => EnrolError::Clock,
            _ => EnrolError::OtherAuthority(place),
        },
        Some(rustls::Error::AlertReceived(AlertDescription::CertificateExpired)) => {
            EnrolError::Ended
        }
        Some(rustls::Error::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::DecryptError
            | AlertDescription::UnknownCA,
        )) => EnrolError::NotAccepted,
        _ => EnrolError::Unreachable(place, error),
    }
}

fn host_port(address: &Address) -> String {
    match address.host.parse::<Ipv6Addr>() {
        Ok(ip) => format!("[{ip}]:{}", address.enrol_port),
        Err(_) => format!("{}:{}", address.host, address.enrol_port),
    }
}

/// A text from outside, on one line and not endless.
fn for_people(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control());
    shown.take(DETAIL_CHARS).collect()
}

//! The controller's own certificate authority.
//!
//! Agents pin it, so it must outlive every move of the controller: it is made
//! once, at the first start, and never replaced by itself. The certificates that
//! the controller shows are made afresh at each start and live in memory only.
//! `docs/decisions/0005-identity.md` says why.

mod ca;
mod crl;
mod csr;
pub mod evaluation;
mod files;
mod peer;
mod shown;
mod tls;
mod web;

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::code::Fingerprint;
use ring::digest;
use ring::rand::{SecureRandom, SystemRandom};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ServerConfig};

use self::ca::Ca;
use self::shown::{Shown, Sign};

pub use self::ca::DeviceCertificate;
pub use self::csr::{BadCsr, DeviceKey};
pub use self::peer::{BadPeer, Peer};
pub use self::web::{Renewed, renewed_server_config};

/// A device's certificate lasts three years: programme and extension.
pub const DEVICE_LIFE_MS: i64 = 1_096 * DAY_MS;
/// An expired certificate may still ask for the next one for this long.
pub const RENEWAL_GRACE_MS: i64 = 90 * DAY_MS;
/// Common name of the certificate with which the controller joins a broker.
pub const CONTROLLER_NAME: &str = "declic-controller";

const DAY_MS: i64 = 86_400_000;

/// The certificate authority cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    #[error(
        "{path} is missing, but devices that trust it are already enrolled; restore the folder \
         from its backup (a new authority would lock every PC out)"
    )]
    Lost { path: PathBuf },
    #[error("{path} is missing or damaged ({what}); restore the pki folder from its backup")]
    Damaged { path: PathBuf, what: String },
    #[error("failed to use {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{0:?} is neither a host name nor an IP address")]
    BadName(String),
    #[error("the public certificate and its key cannot be used: {0}")]
    PublicCertificate(String),
    #[error("failed to make a certificate")]
    Issue(#[from] rcgen::Error),
    #[error("failed to prepare TLS")]
    Tls(#[from] rustls::Error),
}

/// A certificate and its key, both PEM; the certificate is followed by its issuer.
#[derive(Clone)]
pub struct Issued {
    pub chain_pem: String,
    pub key_pem: String,
}

/// The certificate authority of one controller, and what its doors show.
pub struct Pki {
    ca: Ca,
    server: Arc<Sign>,
    client: Shown,
    /// For the enrolment door: a certificate of the public web.
    public: Option<Arc<Sign>>,
}

impl Pki {
    /// Opens the authority in `<data_dir>/pki`, and makes it when `first_start`
    /// says that no device relies on it yet. `names` are the host names and IP
    /// addresses under which devices reach this controller.
    pub fn open(data_dir: &Path, names: &[String], first_start: bool) -> Result<Self, PkiError> {
        let folder = data_dir.join("pki");
        let ca = match files::load(&folder)? {
            Some(ca) => ca,
            None if first_start => {
                let ca = Ca::make()?;
                files::save(&folder, &ca)?;
                tracing::info!(folder = %folder.display(), "made the certificate authority; back it up");
                ca
            }
            None => return Err(PkiError::Lost { path: folder }),
        };
        let server = Sign::new(&ca.issue_server(names)?.shown())?;
        let client = ca.issue_client(CONTROLLER_NAME)?.shown();
        Ok(Pki {
            ca,
            server: Arc::new(server),
            client,
            public: None,
        })
    }

    /// Makes the enrolment door show a certificate of the public web (PEM, leaf
    /// first) instead of ours; new codes then say so.
    pub fn show_public(&mut self, chain_pem: &str, key_pem: &str) -> Result<(), PkiError> {
        let shown = Shown::read(chain_pem, key_pem).map_err(PkiError::PublicCertificate)?;
        let sign = Sign::new(&shown).map_err(|e| PkiError::PublicCertificate(e.to_string()))?;
        self.public = Some(Arc::new(sign));
        Ok(())
    }

    /// From now on the doors show a certificate for these names, those that are
    /// open already too. One of the public web stays as it is.
    pub fn answer_to(&self, names: &[String]) -> Result<(), PkiError> {
        Ok(self.server.turn(&self.ca.issue_server(names)?.shown())?)
    }

    /// Whether the enrolment door shows a certificate of the public web.
    pub fn is_public(&self) -> bool {
        self.public.is_some()
    }

    /// Certificate of the authority, PEM.
    pub fn ca_pem(&self) -> &str {
        self.ca.pem()
    }

    /// What enrolment codes carry of the authority.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(self.ca.der())
    }

    /// For the MQTT door: every client shows a certificate of ours.
    ///
    /// A resumed session brings back the certificate of its first handshake
    /// without checking it again: the door must judge end and revocation of
    /// [`Peer`] at each connection.
    pub fn mqtt_server_config(&self) -> Result<Arc<ServerConfig>, PkiError> {
        Ok(tls::mqtt_server(self.ca.der(), Arc::clone(&self.server))?)
    }

    /// For the enrolment door: a certificate of ours or none, and one that ended
    /// up to [`RENEWAL_GRACE_MS`] ago still passes. The app judges it.
    pub fn enrol_server_config(&self) -> Result<Arc<ServerConfig>, PkiError> {
        let sign = self.public.as_ref().unwrap_or(&self.server);
        Ok(tls::enrol_server(self.ca.der(), Arc::clone(sign))?)
    }

    /// For joining a broker as [`CONTROLLER_NAME`]; the broker must show a
    /// certificate made by [`Pki::issue_server`].
    pub fn broker_client_config(&self) -> Result<ClientConfig, PkiError> {
        Ok(tls::client(self.ca.der(), &self.client)?)
    }

    /// For the API: whoever knows our authority trusts it.
    pub fn web_server_config(&self) -> Result<Arc<ServerConfig>, PkiError> {
        let sign = Arc::clone(&self.server);
        Ok(tls::web_server(sign)?)
    }

    /// A certificate for a broker that devices reach under `names`.
    pub fn issue_server(&self, names: &[String]) -> Result<Issued, PkiError> {
        self.ca.issue_server(names)
    }

    /// A certificate for a device, from `now_ms` (controller clock). Nothing but
    /// the key comes from the device.
    pub fn issue_device(
        &self,
        device: DeviceId,
        key: &DeviceKey,
        now_ms: i64,
    ) -> Result<DeviceCertificate, PkiError> {
        Ok(self.ca.issue_device(device, key, now_ms)?)
    }

    /// The list of revoked certificates (PEM): serial number in hexadecimal and
    /// time of revocation. Brokers ask for a new one before `next_ms`.
    pub fn crl(
        &self,
        revoked: &[(String, i64)],
        now_ms: i64,
        next_ms: i64,
    ) -> Result<String, PkiError> {
        Ok(crl::sign(&self.ca, revoked, now_ms, next_ms)?)
    }
}

impl Issued {
    fn shown(&self) -> Shown {
        Shown::read(&self.chain_pem, &self.key_pem).expect("we have just made it")
    }
}

/// Names under which devices may reach a host, for its certificate.
pub fn names(host: &str) -> Vec<String> {
    let mut names = vec![host.to_owned()];
    let is_loopback =
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if is_loopback {
        names.extend(["localhost", "127.0.0.1"].map(str::to_owned));
        names.dedup();
    }
    names
}

/// The first 16 bytes of the SHA-256 of a certificate (DER), as codes carry them.
pub fn fingerprint(der: &CertificateDer<'_>) -> Fingerprint {
    let hash = digest::digest(&digest::SHA256, der);
    *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
}

/// Random bytes of the system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    bytes
}

// Keys never show in a log.
impl std::fmt::Debug for Pki {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pki")
            .field("ca", &data_encoding::HEXLOWER.encode(&self.fingerprint()))
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

//! Who this PC is for its controller: key, certificate and where to connect.
//!
//! All of it is one file, replaced by one rename: no power cut leaves a key
//! without its certificate. The key is made on this PC and never leaves it.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::enrol::Enrolled;
use declic_common::settings::{Address, Settings};
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, Serialize};

const FILE: &str = "identity.json";
/// Sessions that may be resumed: one controller, and the one it moves to.
const SESSIONS: usize = 8;

/// What enrolment gave this PC. Times are ms UTC of the controller's clock.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub device: DeviceId,
    pub address: Address,
    /// When to ask for the next certificate.
    pub renew_at: i64,
    pub expires_at: i64,
    /// The settings at enrolment or at the last renewal.
    #[serde(default)]
    pub settings: Settings,
    /// The enrolment door may show a certificate of the public web.
    #[serde(default)]
    pub public_certificate: bool,
    certificate_pem: String,
    ca_pem: String,
    key_pem: String,
}

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("this PC is not enrolled: run `declic-agent enrol CODE`")]
    NotEnrolled,
    #[error("the identity of this PC is damaged ({path}); enrol it again with a new code")]
    Damaged { path: PathBuf },
    #[error("the controller gave a certificate that does not fit this PC")]
    Unfit(#[source] rustls::Error),
    #[error("cannot use {path} (is this the account of the agent?)")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Identity {
    /// Puts together what the controller gave and the key that never left.
    /// Refuses a certificate that was not made for this key.
    pub(crate) fn new(
        enrolled: Enrolled,
        key_pem: String,
        public_certificate: bool,
    ) -> Result<Self, IdentityError> {
        let identity = Identity {
            device: enrolled.device,
            address: enrolled.address,
            renew_at: enrolled.renew_at,
            expires_at: enrolled.expires_at,
            settings: enrolled.settings,
            public_certificate,
            certificate_pem: enrolled.certificate_pem,
            ca_pem: enrolled.ca_pem,
            key_pem,
        };
        identity.client_config()?;
        Ok(identity)
    }

    /// Reads the identity kept in the agent's folder.
    pub fn load(dir: &Path) -> Result<Self, IdentityError> {
        let path = dir.join(FILE);
        let bytes = fs::read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => IdentityError::NotEnrolled,
            _ => failed(&path)(source),
        })?;
        serde_json::from_slice(&bytes).map_err(|_| IdentityError::Damaged { path })
    }

    /// Keeps it: after a power cut there is the one before, or this one.
    pub fn save(&self, dir: &Path) -> Result<(), IdentityError> {
        let json = serde_json::to_vec_pretty(self).expect("our own types always have a JSON form");
        write_private(dir, FILE, &json)
    }

    /// Forgets who this PC was; harmless when it was nobody.
    pub fn erase(dir: &Path) -> Result<(), IdentityError> {
        remove(dir, FILE)
    }

    /// TLS as this device, for MQTT: 1.3 only, and only towards a server that the
    /// programme's own authority vouches for.
    pub fn client_config(&self) -> Result<ClientConfig, IdentityError> {
        self.trusting_also(Vec::new())
    }

    /// [`Identity::client_config`], for a server that others may vouch for too.
    pub(crate) fn trusting_also(
        &self,
        others: Vec<CertificateDer<'static>>,
    ) -> Result<ClientConfig, IdentityError> {
        let unfit = |what: &str| IdentityError::Unfit(rustls::Error::General(what.to_owned()));
        let ca = CertificateDer::from_pem_slice(self.ca_pem.as_bytes())
            .map_err(|_| unfit("unreadable authority"))?;
        let certificate = CertificateDer::from_pem_slice(self.certificate_pem.as_bytes())
            .map_err(|_| unfit("unreadable certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())
            .map_err(|_| unfit("unreadable key"))?;
        let mut roots = RootCertStore::empty();
        roots.add(ca).map_err(IdentityError::Unfit)?;
        roots.add_parsable_certificates(others);
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .map_err(IdentityError::Unfit)?
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![certificate], key)
            .map_err(IdentityError::Unfit)?;
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(config)
    }
}

/// The key never shows in a log.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("device", &self.device)
            .field("address", &self.address)
            .field("renew_at", &self.renew_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The authorities of the public web, as this system lists them; what cannot be
/// read is not trusted.
pub(crate) fn public_roots() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

/// Writes a file that only the agent reads, whole or not at all.
pub(crate) fn write_private(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), IdentityError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(failed(dir))?;
    let path = dir.join(name);
    let new = dir.join(format!("{name}.new"));
    let write = || {
        remove_if_there(&new)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        File::open(dir)?.sync_all()
    };
    write().map_err(failed(&path))
}

pub(crate) fn remove(dir: &Path, name: &str) -> Result<(), IdentityError> {
    let path = dir.join(name);
    remove_if_there(&path).map_err(failed(&path))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

pub(crate) fn failed(path: &Path) -> impl FnOnce(io::Error) -> IdentityError {
    let path = path.to_owned();
    move |source| IdentityError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_pc_that_is_not_enrolled_is_told_how_to_be() {
        let dir = tempfile::tempdir().unwrap();
        let error = Identity::load(dir.path()).unwrap_err();
        assert!(error.to_string().contains("declic-agent enrol CODE"));
        Identity::erase(dir.path()).unwrap();
    }

    #[test]
    fn a_damaged_identity_is_told_apart_from_none() {
        let dir = tempfile::tempdir().unwrap();
        for bytes in [&b""[..], b"{", b"{}", b"\xff"] {
            fs::write(dir.path().join(FILE), bytes).unwrap();
            let loaded = Identity::load(dir.path());
            assert!(matches!(loaded, Err(IdentityError::Damaged { .. })));
        }
    }

    #[test]
    fn what_is_private_is_closed_to_others_and_replaces_a_cut_attempt() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("state");
        write_private(&dir, "key", b"one").unwrap();
        fs::write(dir.join("key.new"), "left by a power cut").unwrap();
        write_private(&dir, "key", b"two").unwrap();
        assert_eq!(fs::read(dir.join("key")).unwrap(), b"two");
        assert!(!dir.join("key.new").exists());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(&dir.join("key"))), (0o700, 0o600));
    }
}

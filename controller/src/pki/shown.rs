//! What a TLS end shows: a certificate and its key.

use std::sync::{Arc, RwLock};

use rustls::Error;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::tls::provider;

pub(super) struct Shown {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Shown {
    /// Reads a chain (leaf first) and its key from PEM; the error is for people.
    pub(super) fn read(chain_pem: &str, key_pem: &str) -> Result<Self, String> {
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(chain_pem.as_bytes()).collect();
        let chain = chain.map_err(|e| format!("unreadable certificate: {e}"))?;
        if chain.is_empty() {
            return Err("no certificate in the file".to_owned());
        }
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes())
            .map_err(|_| "unreadable private key".to_owned())?;
        Ok(Shown { chain, key })
    }

    /// Checks that both belong together, ready to be shown.
    pub(super) fn certified(&self) -> Result<Arc<CertifiedKey>, Error> {
        let (chain, key) = (self.chain.clone(), self.key.clone_key());
        Ok(Arc::new(CertifiedKey::from_der(chain, key, &provider())?))
    }
}

/// The sign on a door: it may be changed while the door is open, so that the next
/// address is on it before any device is told to look there.
#[derive(Debug)]
pub(super) struct Sign(RwLock<Arc<CertifiedKey>>);

impl Sign {
    /// Refuses a key that does not fit its certificate.
    pub(super) fn new(shown: &Shown) -> Result<Self, Error> {
        Ok(Sign(RwLock::new(shown.certified()?)))
    }

    /// Shows something else from now on; connections that are open stay.
    pub(super) fn turn(&self, shown: &Shown) -> Result<(), Error> {
        *self.0.write().expect("no panic holds it") = shown.certified()?;
        Ok(())
    }
}

impl ResolvesServerCert for Sign {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().expect("no panic holds it")))
    }
}

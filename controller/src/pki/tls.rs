//! TLS of every door: 1.3 only, ring, our own authority.
//!
//! Each configuration keeps its own sessions, so that one begun at a door that
//! accepts ended certificates can never be resumed at another.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{
    NoServerSessionStorage, ResolvesServerCert, ServerSessionMemoryCache, WebPkiClientVerifier,
};
use rustls::version::TLS13;
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};

use super::RENEWAL_GRACE_MS;
use super::shown::{Shown, Sign};

/// Sessions that may be resumed: a fleet of this many comes back cheaply after
/// the line of a whole building was cut.
const SESSIONS: usize = 1_024;

pub(super) fn mqtt_server(
    ca: &CertificateDer<'static>,
    sign: Arc<Sign>,
) -> Result<Arc<ServerConfig>, Error> {
    let verifier = WebPkiClientVerifier::builder_with_provider(roots(ca)?, provider())
        .build()
        .map_err(|e| Error::General(e.to_string()))?;
    let mut config = server(verifier, sign)?;
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    // One is enough for a client that resumes one session; it saves 200 bytes.
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}

pub(super) fn enrol_server(
    ca: &CertificateDer<'static>,
    sign: Arc<Sign>,
) -> Result<Arc<ServerConfig>, Error> {
    let verifier = WebPkiClientVerifier::builder_with_provider(roots(ca)?, provider())
        .allow_unauthenticated()
        .build()
        .map_err(|e| Error::General(e.to_string()))?;
    let mut config = server(Arc::new(AcceptsEnded(verifier)), sign)?;
    // Used once in years by each PC.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// For browsers and programs: no certificate is asked of them.
pub(super) fn web_server(
    resolver: Arc<dyn ResolvesServerCert>,
) -> Result<Arc<ServerConfig>, Error> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

pub(super) fn client(ca: &CertificateDer<'static>, shown: &Shown) -> Result<ClientConfig, Error> {
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots(ca)?)
        .with_client_auth_cert(shown.chain.clone(), shown.key.clone_key())
}

fn server(verifier: Arc<dyn ClientCertVerifier>, sign: Arc<Sign>) -> Result<ServerConfig, Error> {
    Ok(ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(sign))
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn roots(ca: &CertificateDer<'static>) -> Result<Arc<RootCertStore>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(ca.clone())?;
    Ok(Arc::new(roots))
}

/// Judges client certificates as they were [`RENEWAL_GRACE_MS`] ago. Ours begin
/// in 1975, so this accepts just those that ended at most that long ago.
#[derive(Debug)]
struct AcceptsEnded(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for AcceptsEnded {
    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let grace = RENEWAL_GRACE_MS.unsigned_abs() / 1_000;
        let then = now.as_secs().saturating_sub(grace);
        let then = UnixTime::since_unix_epoch(Duration::from_secs(then));
        self.0.verify_client_cert(leaf, intermediates, then)
    }

    fn offer_client_auth(&self) -> bool {
        self.0.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests;

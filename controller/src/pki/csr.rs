//! What is taken from a certificate request (PKCS#10, RFC 2986): its public key,
//! once the request proves that the sender holds the other half. Names, extensions
//! and whatever else it asks for are not even looked at.

use rcgen::{
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData,
    SubjectPublicKeyInfo,
};
use rustls::pki_types::CertificateSigningRequestDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

/// The public key of a device: P-256, P-384 or Ed25519.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceKey(pub(super) SubjectPublicKeyInfo);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCsr {
    #[error("this is not a certificate request (PKCS#10 in PEM)")]
    Unreadable,
    #[error("the certificate request is not signed by its own key")]
    Unsigned,
    #[error("the key of the certificate request must be P-256, P-384 or Ed25519")]
    Key,
}

impl DeviceKey {
    /// Takes the key from a request in PEM.
    pub fn from_csr(pem: &str) -> Result<Self, BadCsr> {
        let der = CertificateSigningRequestDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| BadCsr::Unreadable)?;
        let (rest, csr) =
            X509CertificationRequest::from_der(&der).map_err(|_| BadCsr::Unreadable)?;
        if !rest.is_empty() {
            return Err(BadCsr::Unreadable);
        }
        // The kind of key first: checking a huge RSA signature costs time.
        let info = &csr.certification_request_info.subject_pki;
        let key = SubjectPublicKeyInfo::from_der(info.raw).map_err(|_| BadCsr::Key)?;
        let kinds = [
            &PKCS_ECDSA_P256_SHA256,
            &PKCS_ECDSA_P384_SHA384,
            &PKCS_ED25519,
        ];
        if !kinds.contains(&key.algorithm()) {
            return Err(BadCsr::Key);
        }
        csr.verify_signature().map_err(|_| BadCsr::Unsigned)?;
        Ok(DeviceKey(key))
    }

    /// Whether a certificate (PEM) was made for this key.
    pub fn is_of(&self, certificate_pem: &str) -> bool {
        let Ok(der) = rustls::pki_types::CertificateDer::from_pem_slice(certificate_pem.as_bytes())
        else {
            return false;
        };
        x509_parser::parse_x509_certificate(&der)
            .is_ok_and(|(_, cert)| cert.public_key().raw == self.0.subject_public_key_info())
    }
}

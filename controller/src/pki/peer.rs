//! Who is at the other end: what a client certificate of ours says.

use data_encoding::HEXLOWER;
use declic_common::DeviceId;
use rustls::pki_types::CertificateDer;

/// What a device's certificate says. TLS has checked that it is ours, and nothing more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub device: DeviceId,
    /// Hexadecimal, lower case.
    pub serial: String,
    /// Last moment of the certificate, ms UTC.
    pub expires_at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client certificate is not that of a device")]
pub struct BadPeer;

impl Peer {
    /// Reads the certificate that a TLS client has shown (its leaf, DER).
    pub fn read(leaf: &CertificateDer<'_>) -> Result<Self, BadPeer> {
        let (_, certificate) = x509_parser::parse_x509_certificate(leaf).map_err(|_| BadPeer)?;
        let mut names = certificate.subject().iter_common_name();
        let device = match (names.next(), names.next()) {
            (Some(name), None) => name.as_str().ok().and_then(|name| name.parse().ok()),
            _ => None,
        };
        Ok(Peer {
            device: device.ok_or(BadPeer)?,
            serial: HEXLOWER.encode(certificate.raw_serial()),
            expires_at: certificate.validity().not_after.timestamp() * 1_000,
        })
    }

    /// Whether the certificate had ended at `now_ms` (controller clock).
    pub fn is_expired(&self, now_ms: i64) -> bool {
        now_ms > self.expires_at
    }
}

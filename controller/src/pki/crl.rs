//! The list of revoked certificates, for a broker that the city already runs.

use data_encoding::HEXLOWER;
use rcgen::{
    CertificateRevocationListParams, Error, KeyIdMethod, RevokedCertParams, SerialNumber,
    date_time_ymd,
};

use super::ca::{Ca, since_1970};

/// Signs the list (RFC 5280, section 5). Its number is its time, which only grows.
pub(super) fn sign(
    ca: &Ca,
    revoked: &[(String, i64)],
    now_ms: i64,
    next_ms: i64,
) -> Result<String, Error> {
    let epoch = date_time_ymd(1970, 1, 1);
    let revoked_certs = revoked.iter().filter_map(|(serial, at)| {
        Some(RevokedCertParams {
            serial_number: SerialNumber::from_slice(&HEXLOWER.decode(serial.as_bytes()).ok()?),
            revocation_time: epoch + since_1970(*at),
            reason_code: None,
            invalidity_date: None,
        })
    });
    CertificateRevocationListParams {
        this_update: epoch + since_1970(now_ms),
        next_update: epoch + since_1970(next_ms),
        crl_number: SerialNumber::from_slice(&now_ms.max(0).to_be_bytes()),
        issuing_distribution_point: None,
        revoked_certs: revoked_certs.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
    .signed_by(ca.issuer())?
    .pem()
}

//! Enrolment and renewal over HTTPS: the bodies of `POST /enrol` and `POST /renew`.

use serde::{Deserialize, Serialize};

use crate::device::DeviceId;
use crate::settings::{Address, Settings};

/// Asks for a certificate with a code's token, in hexadecimal.
#[derive(Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub token: String,
    /// PKCS#10 in PEM; the controller takes its public key and nothing else.
    pub csr_pem: String,
}

/// Asks for the next certificate; the current one (TLS client) says who asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenewRequest {
    pub csr_pem: String,
}

/// What a device needs from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    pub device: DeviceId,
    /// The device's certificate, PEM.
    pub certificate_pem: String,
    /// The certificate of the controller's CA, PEM.
    pub ca_pem: String,
    /// When to ask for the next certificate (controller clock, ms UTC).
    pub renew_at: i64,
    /// Last moment of the certificate (controller clock, ms UTC).
    pub expires_at: i64,
    /// Controller clock, ms UTC.
    pub controller_time: i64,
    pub address: Address,
    pub settings: Settings,
}

/// The token is a secret: it never shows in a log.
impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolRequest").finish_non_exhaustive()
    }
}

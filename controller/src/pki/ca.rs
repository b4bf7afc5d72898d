//! The authority itself: what it signs, always from fresh parameters.

use std::time::Duration;

use data_encoding::HEXLOWER;
use declic_common::DeviceId;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SerialNumber,
    date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{DEVICE_LIFE_MS, DeviceKey, Issued, PkiError, random};

/// P-256 key and self-signed certificate.
pub(super) struct Ca {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    pem: String,
}

/// A device's certificate, as it is handed out and remembered. Times are ms UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCertificate {
    pub pem: String,
    /// Hexadecimal, lower case, 32 letters.
    pub serial: String,
    pub issued_at: i64,
    pub renew_at: i64,
    pub expires_at: i64,
}

impl Ca {
    pub(super) fn make() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        // Two authorities must not share a name: TLS picks an issuer by it.
        let mut params = ageless(&format!("Declic CA {}", HEXLOWER.encode(&random::<4>())));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?;
        Ok(Ca {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        })
    }

    /// Takes an authority back from its two files; the error says what is wrong.
    pub(super) fn from_pem(pem: &str, key_pem: &str) -> Result<Self, &'static str> {
        let key = KeyPair::from_pem(key_pem).map_err(|_| "ca.key is not a private key")?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| "ca.pem is not a certificate")?;
        let (_, certificate) =
            x509_parser::parse_x509_certificate(&der).map_err(|_| "ca.pem is not a certificate")?;
        if !certificate.is_ca() || certificate.verify_signature(None).is_err() {
            return Err("ca.pem is not the certificate of an authority");
        }
        if certificate.public_key().raw != key.subject_public_key_info() {
            return Err("ca.pem and ca.key do not belong together");
        }
        let issuer = Issuer::from_ca_cert_der(&der, key).map_err(|_| "ca.pem is not usable")?;
        Ok(Ca {
            issuer,
            pem: pem.to_owned(),
            der,
        })
    }

    pub(super) fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    pub(super) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    pub(super) fn issue_server(&self, names: &[String]) -> Result<Issued, PkiError> {
        let name = names.first().map_or("declic", String::as_str);
        let mut params = ageless(name);
        for name in names {
            let one = CertificateParams::new(vec![name.clone()])
                .ok()
                .filter(|_| is_host(name))
                .ok_or_else(|| PkiError::BadName(name.clone()))?;
            params.subject_alt_names.extend(one.subject_alt_names);
        }
        Ok(self.issue_with_key(params, ExtendedKeyUsagePurpose::ServerAuth)?)
    }

    pub(super) fn issue_client(&self, name: &str) -> Result<Issued, PkiError> {
        Ok(self.issue_with_key(ageless(name), ExtendedKeyUsagePurpose::ClientAuth)?)
    }

    fn issue_with_key(
        &self,
        mut params: CertificateParams,
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<Issued, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        for_leaf(&mut params, usage);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            // The authority too: an agent finds it in the chain by its fingerprint.
            chain_pem: certificate.pem() + &self.pem,
            key_pem: key.serialize_pem(),
        })
    }

    pub(super) fn issue_device(
        &self,
        device: DeviceId,
        key: &DeviceKey,
        now_ms: i64,
    ) -> Result<DeviceCertificate, rcgen::Error> {
        let expires_at = (now_ms + DEVICE_LIFE_MS) / 1_000 * 1_000;
        let mut params = ageless(&device.to_string());
        params.not_after = date_time_ymd(1970, 1, 1) + since_1970(expires_at);
        for_leaf(&mut params, ExtendedKeyUsagePurpose::ClientAuth);
        let serial = params
            .serial_number
            .as_ref()
            .expect("every certificate has one");
        let serial = HEXLOWER.encode(&serial.to_bytes());
        Ok(DeviceCertificate {
            pem: params.signed_by(&key.0, &self.issuer)?.pem(),
            serial,
            issued_at: now_ms,
            renew_at: now_ms + DEVICE_LIFE_MS / 2,
            expires_at,
        })
    }
}

/// Parameters that are valid whatever the clock of the reader says: from 1975,
/// because an old PC may live in 2005, to the end of time (RFC 5280, 4.1.2.5).
fn ageless(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(1975, 1, 1);
    params.not_after = date_time_ymd(9999, 12, 31) + Duration::from_secs(86_399);
    params.serial_number = Some(serial());
    params
}

fn for_leaf(params: &mut CertificateParams, usage: ExtendedKeyUsagePurpose) {
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
}

/// 128 bits at random, but for two: positive and never shortened, so that the
/// same bytes are read back (RFC 5280, 4.1.2.2).
fn serial() -> SerialNumber {
    let mut bytes = random::<16>();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

/// What to add to the first of January 1970: certificates count whole seconds.
pub(super) fn since_1970(ms: i64) -> Duration {
    Duration::from_secs(u64::try_from(ms / 1_000).unwrap_or(0))
}

fn is_host(name: &str) -> bool {
    rustls::pki_types::ServerName::try_from(name).is_ok()
}

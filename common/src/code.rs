//! The enrolment code: one word on paper or screen that a PC needs to join.
//!
//! It carries where the controller is, how to recognise it (the fingerprint of
//! its CA, so that nobody can stand in between) and a token that works once.
//! Base32 in lower case, so that it survives a phone, a QR label and a shell;
//! its last four bytes are a CRC-32C, so that a typing error is told at once.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};

use crate::settings::Address;

/// First byte of this form of the code.
const VERSION: u8 = 1;
/// Trust a certificate of the public web instead of the fingerprint.
const PUBLIC_CERTIFICATE: u8 = 1;

/// The first 16 bytes of the SHA-256 of the CA certificate (DER).
pub type Fingerprint = [u8; 16];
/// Random bytes that the controller takes back once.
pub type Token = [u8; 16];

/// What a code says.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolCode {
    pub address: Address,
    pub token: Token,
    pub ca: Fingerprint,
    /// The enrolment server shows a certificate of the public web.
    pub public_certificate: bool,
}

/// The code cannot be used as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    #[error("this is not an enrolment code: look for a mistyped or missing letter")]
    Garbled,
    #[error("this code was made by a newer controller: update the agent first")]
    Newer,
}

fn base32() -> Encoding {
    let mut spec = Specification::new();
    spec.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    // Typed by hand: capitals and spaces are the same code.
    spec.translate.from.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    spec.translate.to.push_str("abcdefghijklmnopqrstuvwxyz");
    spec.ignore.push_str(" -\r\n");
    spec.encoding().expect("a fixed and valid alphabet")
}

impl fmt::Display for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.address.host.as_bytes();
        let flags = if self.public_certificate {
            PUBLIC_CERTIFICATE
        } else {
            0
        };
        let mut bytes = vec![VERSION, flags];
        bytes.extend(self.address.mqtt_port.to_be_bytes());
        bytes.extend(self.address.enrol_port.to_be_bytes());
        bytes.extend(self.token);
        bytes.extend(self.ca);
        bytes.extend(host);
        bytes.extend(crc32c::crc32c(&bytes).to_be_bytes());
        f.write_str(&base32().encode(&bytes))
    }
}

/// The token is a secret: a code never shows in a log.
impl fmt::Debug for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolCode")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl FromStr for EnrolCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let bytes = base32()
            .decode(text.trim().as_bytes())
            .map_err(|_| BadCode::Garbled)?;
        let (body, crc) = bytes.split_last_chunk::<4>().ok_or(BadCode::Garbled)?;
        if crc32c::crc32c(body).to_be_bytes() != *crc {
            return Err(BadCode::Garbled);
        }
        if body.first().is_some_and(|version| *version != VERSION) {
            return Err(BadCode::Newer);
        }
        parse_v1(body).ok_or(BadCode::Garbled)
    }
}

fn parse_v1(body: &[u8]) -> Option<EnrolCode> {
    let (&[_, flags], rest) = body.split_first_chunk::<2>()?;
    let (mqtt, rest) = rest.split_first_chunk::<2>()?;
    let (enrol, rest) = rest.split_first_chunk::<2>()?;
    let (token, rest) = rest.split_first_chunk::<16>()?;
    let (ca, host) = rest.split_first_chunk::<16>()?;
    let address = Address {
        host: String::from_utf8(host.to_vec()).ok()?,
        mqtt_port: u16::from_be_bytes(*mqtt),
        enrol_port: u16::from_be_bytes(*enrol),
    };
    address.is_bounded().then_some(EnrolCode {
        address,
        token: *token,
        ca: *ca,
        public_certificate: flags & PUBLIC_CERTIFICATE != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> EnrolCode {
        EnrolCode {
            address: Address {
                host: "declic.example.org".to_owned(),
                mqtt_port: 8883,
                enrol_port: 8443,
            },
            token: *b"0123456789abcdef",
            ca: *b"fedcba9876543210",
            public_certificate: false,
        }
    }

    #[test]
    fn a_code_survives_paper() {
        let text = code().to_string();
        let spaced: Vec<String> = text
            .to_uppercase()
            .as_bytes()
            .chunks(5)
            .map(|c| String::from_utf8_lossy(c).into_owned())
            .collect();
        assert_eq!(text.parse(), Ok(code()));
        assert_eq!(spaced.join(" ").parse(), Ok(code()));
    }

    #[test]
    fn every_single_wrong_letter_is_told() {
        let text = code().to_string();
        for i in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[i] = if wrong[i] == b'a' { b'b' } else { b'a' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(wrong.parse::<EnrolCode>(), Err(BadCode::Garbled), "{i}");
        }
    }

    #[test]
    fn a_token_does_not_show_in_debug_output() {
        let shown = format!("{:?}", code());
        assert!(
            !shown.contains("48, 49") && !shown.contains("0123"),
            "{shown}"
        );
    }
}

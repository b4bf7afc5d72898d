//! Decides who a peer is, from the certificate that it showed.
//!
//! TLS has checked the chain and the possession of the key, but a resumed
//! session may be older than the last decision about it: expiry, revocation and
//! replacement are judged here, at every connection.

use rustls::pki_types::CertificateDer;

use crate::app::certificate::{self, recognise};
use crate::app::registry::Registry;
use crate::pki::Peer;

/// Why a certificate does not open the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stranger {
    #[error("no certificate that names a device")]
    Unnamed,
    #[error("the certificate has ended")]
    Ended,
    #[error(transparent)]
    Unwelcome(#[from] certificate::Stranger),
}

/// Reads the peer's own certificate, the first of its chain.
pub(super) fn read(chain: Option<&[CertificateDer<'_>]>) -> Result<Peer, Stranger> {
    chain
        .and_then(|chain| chain.first())
        .and_then(|leaf| Peer::read(leaf).ok())
        .ok_or(Stranger::Unnamed)
}

/// Judges a certificate at `now_ms` (controller clock).
pub(super) fn judge(peer: &Peer, registry: &Registry, now_ms: i64) -> Result<(), Stranger> {
    recognise(registry, peer)?;
    match peer.is_expired(now_ms) {
        true => Err(Stranger::Ended),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use declic_common::DeviceId;

    use super::*;
    use crate::store::records::{Certificate, Device};

    const DAY_MS: i64 = 86_400_000;

    fn device(serial: &str, previous: Option<&str>) -> Device {
        Device {
            id: DeviceId::from_bits(1),
            asset: None,
            site: None,
            enrolled_at: 0,
            certificate: Certificate {
                serial: serial.to_owned(),
                issued_at: 0,
                expires_at: 9 * DAY_MS,
            },
            revoked_at: None,
            retired_at: None,
            settings: None,
            previous_serial: previous.map(str::to_owned),
        }
    }

    fn peer(serial: &str) -> Peer {
        Peer {
            device: DeviceId::from_bits(1),
            serial: serial.to_owned(),
            expires_at: 9 * DAY_MS,
        }
    }

    fn judge_one(device: Device, serial: &str, now: i64) -> Result<(), Stranger> {
        let registry = Registry::default();
        registry.put_device(device);
        judge(&peer(serial), &registry, now)
    }

    #[test]
    fn the_newest_certificate_and_the_one_before_open_the_door() {
        for serial in ["4f01", "4102"] {
            assert_eq!(judge_one(device("4f01", Some("4102")), serial, 0), Ok(()));
        }
        assert_eq!(
            judge_one(device("4f01", Some("4102")), "4103", 0),
            Err(certificate::Stranger::Replaced.into())
        );
    }

    #[test]
    fn a_certificate_that_ended_while_its_session_lived_is_refused() {
        let now = 9 * DAY_MS;
        assert_eq!(judge_one(device("41", None), "41", now), Ok(()));
        assert_eq!(
            judge_one(device("41", None), "41", now + 1),
            Err(Stranger::Ended)
        );
    }

    #[test]
    fn revoked_and_unknown_devices_stay_outside() {
        let revoked = Device {
            revoked_at: Some(5),
            ..device("41", None)
        };
        assert_eq!(
            judge_one(revoked, "41", 9),
            Err(certificate::Stranger::Revoked.into())
        );
        assert_eq!(
            judge(&peer("41"), &Registry::default(), 9),
            Err(certificate::Stranger::Unknown.into())
        );
    }

    #[test]
    fn a_certificate_without_a_device_name_is_a_stranger() {
        assert_eq!(read(None), Err(Stranger::Unnamed));
        assert_eq!(
            read(Some(&[CertificateDer::from(vec![0x30, 0x00])])),
            Err(Stranger::Unnamed)
        );
    }
}

//! Certificates of devices: who may come in, renewals, and the list of revoked ones.

use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::enrol::Enrolled;

use super::App;
use super::audit::{self, Change, Note};
use super::registry::{Entry, Registry, for_each};
use super::settings;
use crate::pki::{
    BadCsr, DEVICE_LIFE_MS, DeviceCertificate, DeviceKey, Peer, PkiError, RENEWAL_GRACE_MS,
};
use crate::store::record::{decode, encode};
use crate::store::records::{Certificate, Device, Revoked};
use crate::store::{Space, StoreError, keys, read};

/// Why a certificate of ours lets nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stranger {
    #[error("this device is not enrolled here; ask for a new code")]
    Unknown,
    #[error("this device was revoked; ask for a new code")]
    Revoked,
    #[error("this certificate was replaced by a newer one; ask for a new code")]
    Replaced,
}

#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    #[error(transparent)]
    Stranger(#[from] Stranger),
    #[error("this certificate ended more than 90 days ago; ask for a new code")]
    TooLate,
    #[error(transparent)]
    Csr(#[from] BadCsr),
    #[error(transparent)]
    Pki(#[from] PkiError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives a device its next certificate. TLS has checked that the one of `peer` is
/// ours; it may have ended up to 90 days ago.
pub async fn renew(
    app: &Arc<App>,
    peer: &Peer,
    csr_pem: &str,
    now_ms: i64,
) -> Result<Enrolled, RenewError> {
    let (peer, csr_pem) = (peer.clone(), csr_pem.to_owned());
    audit::with(app, now_ms, move |app, change| {
        let entry = recognise(&app.registry, &peer)?;
        if now_ms > peer.expires_at + RENEWAL_GRACE_MS {
            return Err(RenewError::TooLate);
        }
        let before = &entry.device;
        let key = DeviceKey::from_csr(&csr_pem)?;
        let certificate = app.pki.issue_device(before.id, &key, now_ms)?;
        // The certificate in use stays good, should this answer be lost. The other
        // one is never needed again.
        for serial in serials(before).filter(|serial| **serial != peer.serial) {
            forget(change, before.id, serial, now_ms);
        }
        let after = Device {
            certificate: recorded(&certificate),
            previous_serial: Some(peer.serial.clone()),
            ..before.clone()
        };
        change.note(Note {
            who: "device",
            what: "certificate.renew",
            subject: &before.id.to_string(),
            detail: Some(certificate.serial.clone()),
        });
        let answer = enrolled(app, &after, &certificate, now_ms);
        change.change_device(before, after);
        Ok(answer)
    })
    .await
}

/// The device of a certificate, if it may come in: enrolled, not revoked, and
/// with its newest certificate or the one before. Whether it has ended is for the
/// caller to judge.
pub fn recognise(registry: &Registry, peer: &Peer) -> Result<Arc<Entry>, Stranger> {
    let entry = registry.get(peer.device).ok_or(Stranger::Unknown)?;
    if entry.device.revoked_at.is_some() {
        return Err(Stranger::Revoked);
    }
    let known = serials(&entry.device).any(|serial| *serial == peer.serial);
    known.then_some(entry).ok_or(Stranger::Replaced)
}

/// Serial numbers of certificates revoked before their end, and when.
pub async fn revoked(app: &App, now_ms: i64) -> Result<Vec<(String, i64)>, StoreError> {
    read(&app.store, move |store| {
        let mut rows = Vec::new();
        for_each(store, keys::of_kind(keys::core::REVOKED), |key, value| {
            let row: Revoked = decode(value)?;
            if let Some(serial) = keys::serial_of(key).filter(|_| row.until > now_ms) {
                rows.push((serial.to_owned(), row.at));
            }
            Ok(())
        })?;
        Ok(rows)
    })
    .await
}

/// The certificates with which a device may come in.
pub(super) fn serials(device: &Device) -> impl Iterator<Item = &String> {
    [
        Some(&device.certificate.serial),
        device.previous_serial.as_ref(),
    ]
    .into_iter()
    .flatten()
}

/// Puts a certificate on the list of revoked ones.
pub(super) fn forget(change: &mut Change, device: DeviceId, serial: &str, now_ms: i64) {
    let row = Revoked {
        device,
        at: now_ms,
        // It was made before now: it ends, renewal included, before this.
        until: now_ms + DEVICE_LIFE_MS + RENEWAL_GRACE_MS,
    };
    change
        .batch
        .put(Space::Core, keys::revoked(serial), encode(&row));
}

/// What a device is answered.
pub(super) fn enrolled(
    app: &App,
    device: &Device,
    certificate: &DeviceCertificate,
    now_ms: i64,
) -> Enrolled {
    Enrolled {
        device: device.id,
        certificate_pem: certificate.pem.clone(),
        ca_pem: app.pki.ca_pem().to_owned(),
        renew_at: certificate.renew_at,
        expires_at: certificate.expires_at,
        controller_time: now_ms,
        address: app.programme.address.clone(),
        settings: settings::of(app, device),
    }
}

pub(super) fn recorded(certificate: &DeviceCertificate) -> Certificate {
    Certificate {
        serial: certificate.serial.clone(),
        issued_at: certificate.issued_at,
        expires_at: certificate.expires_at,
    }
}

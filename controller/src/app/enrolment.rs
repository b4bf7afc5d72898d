//! How a PC joins: a code that works once, and a certificate.
//!
//! Only the SHA-256 of a code's token is kept. Using a code, making the device
//! and telling it in the audit is one batch. A PC whose answer was lost on its
//! way may ask again for an hour with the same code and the same key.

use std::sync::Arc;

use declic_common::api::{self, EnrolmentState, NewEnrolment};
use declic_common::code::{EnrolCode, Token};
use declic_common::enrol::Enrolled;
use declic_common::{DeviceId, InstallId};
use jiff::Timestamp;
use ring::digest;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::App;
use super::audit::{self, Change, Note};
use super::certificate::{enrolled, forget, recognise, recorded, serials};
use super::registry::for_each;
use crate::pki::{BadCsr, DEVICE_LIFE_MS, DeviceCertificate, DeviceKey, Peer, PkiError, random};
use crate::store::record::{decode, encode};
use crate::store::records::{Device, Enrolment};
use crate::store::{Batch, Key, Space, Store, StoreError, keys, read};

/// Hours until a code ends, when nothing else is said.
pub const DEFAULT_HOURS: u32 = 168;
/// Longest life of a code, in hours.
pub const MAX_HOURS: u32 = 8_760;
/// Longest asset tag and site, in characters.
pub const LABEL_CHARS: usize = 64;

const HOUR_MS: i64 = 3_600_000;
/// How long a used code answers the same key again.
const RETRY_MS: i64 = HOUR_MS;

#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    #[error("an asset tag or a site has 1 to {LABEL_CHARS} characters, on one line")]
    BadLabel,
    #[error("a code lasts 1 to {MAX_HOURS} hours")]
    BadHours,
    #[error("there is no device {0} to bind to")]
    UnknownDevice(DeviceId),
    #[error("device {0} is retired; make a code for a new device")]
    Retired(DeviceId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    #[error("no such code")]
    Unknown,
    #[error("this code was already used; revoke its device instead")]
    Used,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a code gives no certificate.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error("this controller never gave this code; ask for a new one")]
    UnknownCode,
    #[error("this code was already used; ask for a new one")]
    Used,
    #[error("this code has expired; ask for a new one")]
    Expired,
    #[error("this code was cancelled; ask for a new one")]
    Cancelled,
    #[error("the device of this code is retired; ask for a code for a new device")]
    Retired,
    #[error(transparent)]
    Csr(#[from] BadCsr),
    #[error(transparent)]
    Pki(#[from] PkiError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a code. The answer alone carries it: it is kept nowhere.
pub async fn create(
    app: &Arc<App>,
    new: NewEnrolment,
    who: &str,
    now_ms: i64,
) -> Result<api::Enrolment, CreateError> {
    let label = |text: &Option<String>| text.as_deref().is_none_or(is_label);
    if !label(&new.asset) || !label(&new.site) {
        return Err(CreateError::BadLabel);
    }
    let hours = new.hours.unwrap_or(DEFAULT_HOURS);
    if !(1..=MAX_HOURS).contains(&hours) {
        return Err(CreateError::BadHours);
    }
    let token: Token = random();
    let code = EnrolCode {
        address: app.programme.address.clone(),
        token,
        ca: app.pki.fingerprint(),
        public_certificate: app.pki.is_public(),
    };
    let record = Enrolment {
        id: format!("e-{}", InstallId::from_bits(u64::from_be_bytes(random()))),
        asset: new.asset,
        site: new.site,
        created_at: now_ms,
        expires_at: now_ms + i64::from(hours) * HOUR_MS,
        used_by: None,
        used_at: None,
        cancelled_at: None,
        rebind: new.rebind,
        certificate_pem: None,
    };
    let who = who.to_owned();
    let made = record.clone();
    audit::with(app, now_ms, move |app, change| {
        if let Some(device) = made.rebind {
            let entry = app.registry.get(device);
            let entry = entry.ok_or(CreateError::UnknownDevice(device))?;
            if entry.device.retired_at.is_some() {
                return Err(CreateError::Retired(device));
            }
        }
        let key = keys::enrolment(&hash(&token));
        change.batch.absent(Space::Core, key.clone());
        change.batch.put(Space::Core, key, encode(&made));
        change.note(Note {
            who: &who,
            what: "enrolment.create",
            subject: &made.id,
            detail: made.rebind.map(|device| device.to_string()),
        });
        Ok(())
    })
    .await?;
    Ok(api::Enrolment {
        code: Some(code.to_string()),
        ..shown(record, now_ms)
    })
}

/// All codes, newest first, without their secret.
pub async fn list(app: &App, now_ms: i64) -> Result<Vec<api::Enrolment>, StoreError> {
    let rows = read(&app.store, all).await?;
    let mut rows: Vec<Enrolment> = rows.into_iter().map(|(_, row)| row).collect();
    rows.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    Ok(rows.into_iter().map(|row| shown(row, now_ms)).collect())
}

/// Makes a code useless; cancelling it twice is harmless.
pub async fn cancel(
    app: &Arc<App>,
    id: &str,
    who: &str,
    now_ms: i64,
) -> Result<api::Enrolment, CancelError> {
    let (id, who) = (id.to_owned(), who.to_owned());
    let row = audit::with(app, now_ms, move |app, change| {
        let rows = all(app.store.as_ref())?;
        let found = rows.into_iter().find(|(_, row)| row.id == id);
        let (key, row) = found.ok_or(CancelError::Unknown)?;
        if row.used_by.is_some() {
            return Err(CancelError::Used);
        }
        if row.cancelled_at.is_some() {
            return Ok(row);
        }
        let cancelled = Enrolment {
            cancelled_at: Some(now_ms),
            ..row.clone()
        };
        replace(&mut change.batch, key, &row, &cancelled);
        change.note(Note {
            who: &who,
            what: "enrolment.cancel",
            subject: &id,
            detail: None,
        });
        Ok(cancelled)
    })
    .await?;
    Ok(shown(row, now_ms))
}

/// Turns a code and a certificate request (PEM) into a device.
pub async fn enrol(
    app: &Arc<App>,
    token: Token,
    csr_pem: &str,
    now_ms: i64,
) -> Result<Enrolled, EnrolError> {
    let csr_pem = csr_pem.to_owned();
    audit::with(app, now_ms, move |app, change| {
        // The code first: a stranger without one costs us no signature check.
        let key = keys::enrolment(&hash(&token));
        let row = app.store.get(Space::Core, &key)?;
        let row: Enrolment = decode(&row.ok_or(EnrolError::UnknownCode)?)?;
        let device_key = || DeviceKey::from_csr(&csr_pem);
        if row.used_by.is_some() {
            return answer_again(app, &row, &device_key()?, now_ms);
        }
        if row.cancelled_at.is_some() {
            return Err(EnrolError::Cancelled);
        }
        if now_ms > row.expires_at {
            return Err(EnrolError::Expired);
        }
        let device_key = device_key()?;
        let (device, certificate) = match row.rebind {
            Some(device) => rebind(app, change, device, &row, &device_key, now_ms)?,
            None => add(app, change, &row, &device_key, now_ms)?,
        };
        let used = Enrolment {
            used_by: Some(device.id),
            used_at: Some(now_ms),
            certificate_pem: Some(certificate.pem.clone()),
            ..row.clone()
        };
        replace(&mut change.batch, key, &row, &used);
        change.note(Note {
            who: "device",
            what: "device.enrol",
            subject: &device.id.to_string(),
            detail: Some(format!("{} {}", row.id, certificate.serial)),
        });
        Ok(enrolled(app, &device, &certificate, now_ms))
    })
    .await
}

/// Whether a text can be an asset tag or a site.
pub(super) fn is_label(text: &str) -> bool {
    (1..=LABEL_CHARS).contains(&text.chars().count())
        && text.trim() == text
        && !text.chars().any(char::is_control)
}

fn add(
    app: &App,
    change: &mut Change,
    row: &Enrolment,
    key: &DeviceKey,
    now_ms: i64,
) -> Result<(Device, DeviceCertificate), EnrolError> {
    let id = DeviceId::from_bits(u64::from_be_bytes(random()));
    let certificate = app.pki.issue_device(id, key, now_ms)?;
    let device = Device {
        id,
        asset: row.asset.clone(),
        site: row.site.clone(),
        enrolled_at: now_ms,
        certificate: recorded(&certificate),
        revoked_at: None,
        retired_at: None,
        settings: None,
        previous_serial: None,
    };
    change.add_device(device.clone());
    Ok((device, certificate))
}

/// Gives a known device a new certificate and shuts out every earlier one. A
/// revoked device comes back this way; a retired one does not.
fn rebind(
    app: &App,
    change: &mut Change,
    id: DeviceId,
    row: &Enrolment,
    key: &DeviceKey,
    now_ms: i64,
) -> Result<(Device, DeviceCertificate), EnrolError> {
    let entry = app.registry.get(id).ok_or(EnrolError::Retired)?;
    let before = &entry.device;
    if before.retired_at.is_some() {
        return Err(EnrolError::Retired);
    }
    let certificate = app.pki.issue_device(id, key, now_ms)?;
    for serial in serials(before) {
        forget(change, id, serial, now_ms);
    }
    let after = Device {
        asset: row.asset.clone().or(before.asset.clone()),
        site: row.site.clone().or(before.site.clone()),
        certificate: recorded(&certificate),
        revoked_at: None,
        previous_serial: None,
        ..before.clone()
    };
    change.change_device(before, after.clone());
    change.kick(id);
    Ok((after, certificate))
}

/// Answers a used code again if the same key asks: its first answer was lost.
fn answer_again(
    app: &App,
    row: &Enrolment,
    key: &DeviceKey,
    now_ms: i64,
) -> Result<Enrolled, EnrolError> {
    let again = || {
        let pem = row.certificate_pem.as_ref()?;
        let recent = row.used_at.is_some_and(|at| now_ms <= at + RETRY_MS);
        if !recent || !key.is_of(pem) {
            return None;
        }
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        let peer = Peer::read(&der).ok()?;
        let entry = recognise(&app.registry, &peer).ok()?;
        let newest = &entry.device.certificate;
        if newest.serial != peer.serial {
            return None;
        }
        let certificate = DeviceCertificate {
            pem: pem.clone(),
            serial: newest.serial.clone(),
            issued_at: newest.issued_at,
            renew_at: newest.issued_at + DEVICE_LIFE_MS / 2,
            expires_at: newest.expires_at,
        };
        Some(enrolled(app, &entry.device, &certificate, now_ms))
    };
    again().ok_or(EnrolError::Used)
}

fn replace(batch: &mut Batch, key: Key, before: &Enrolment, after: &Enrolment) {
    batch.equals(Space::Core, key.clone(), encode(before));
    batch.put(Space::Core, key, encode(after));
}

fn all(store: &dyn Store) -> Result<Vec<(Key, Enrolment)>, StoreError> {
    let mut rows = Vec::new();
    for_each(store, keys::of_kind(keys::core::ENROLMENT), |key, value| {
        rows.push((key.to_vec(), decode(value)?));
        Ok(())
    })?;
    Ok(rows)
}

fn shown(row: Enrolment, now_ms: i64) -> api::Enrolment {
    let state = if row.used_by.is_some() {
        EnrolmentState::Used
    } else if row.cancelled_at.is_some() {
        EnrolmentState::Cancelled
    } else if now_ms > row.expires_at {
        EnrolmentState::Expired
    } else {
        EnrolmentState::Open
    };
    let time = |ms| Timestamp::from_millisecond(ms).unwrap_or_default();
    api::Enrolment {
        id: row.id,
        asset: row.asset,
        site: row.site,
        state,
        created_at: time(row.created_at),
        expires_at: time(row.expires_at),
        device: row.used_by.or(row.rebind),
        code: None,
    }
}

fn hash(token: &Token) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, token);
    *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests;

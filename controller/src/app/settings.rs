//! What a device is told: its settings, and the code of its household's charter.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use declic_common::DeviceId;
use declic_common::settings::{BadSettings, CharterCheck, Settings, charter_text};
use ring::digest;

use super::App;
use super::audit::{self, Note};
use super::command;
use crate::pki::random;
use crate::store::StoreError;
use crate::store::records::Device;

/// Letters that nobody mistakes for another letter or for a digit, on paper or
/// over the phone.
const LETTERS: &[u8] = b"ABCDEFGHJKMNPRTUWXYZ";
/// Letters of one of the two groups of a charter's code.
const GROUP: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("no such device")]
    UnknownDevice,
    #[error("this device is retired")]
    Retired,
    #[error(transparent)]
    Bad(#[from] BadSettings),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The settings of a device: its own, or the programme's.
pub fn of(app: &App, device: &Device) -> Settings {
    let own = device.settings.as_ref();
    let own = own.and_then(|json| serde_json::from_str(json).ok());
    Settings {
        // One for all devices.
        next_address: app.announced.get().map(|announced| announced.next),
        ..own.unwrap_or_else(|| app.programme.settings.clone())
    }
}

/// Changes the settings of a device and sends them. The check of its charter stays
/// as it is, for only [`charter`] changes it; so does the next address, which
/// [`announcement`](super::announcement) gives to all.
pub async fn set(
    app: &Arc<App>,
    device: DeviceId,
    settings: Settings,
    who: &str,
    now_ms: i64,
) -> Result<(), SettingsError> {
    settings.check()?;
    change(app, device, "device.settings", who, now_ms, move |before| {
        Settings {
            charter: before.charter,
            ..settings.clone()
        }
    })
    .await
}

/// Makes the code that a signed charter carries, for example `KDMT-WXHP`. It is
/// shown once: the device and the controller keep only a salted hash of it. An
/// earlier code no longer works.
pub async fn charter(
    app: &Arc<App>,
    device: DeviceId,
    who: &str,
    now_ms: i64,
) -> Result<String, SettingsError> {
    let code = charter_code();
    let check = charter_check(&HEXLOWER.encode(&random::<8>()), &code);
    change(app, device, "device.charter", who, now_ms, move |before| {
        Settings {
            charter: Some(check.clone()),
            ..before
        }
    })
    .await?;
    Ok(code)
}

async fn change(
    app: &Arc<App>,
    device: DeviceId,
    what: &'static str,
    who: &str,
    now_ms: i64,
    next: impl Fn(Settings) -> Settings + Send + 'static,
) -> Result<(), SettingsError> {
    let who = who.to_owned();
    audit::with(app, now_ms, move |app, change| {
        let entry = app.registry.get(device);
        let entry = entry.ok_or(SettingsError::UnknownDevice)?;
        if entry.device.retired_at.is_some() {
            return Err(SettingsError::Retired);
        }
        let settings = Settings {
            next_address: None,
            ..next(of(app, &entry.device))
        };
        let json = serde_json::to_string(&settings).expect("our own types always have a JSON form");
        change.note(Note {
            who: &who,
            what,
            subject: &device.to_string(),
            detail: None,
        });
        let after = Device {
            settings: Some(json),
            ..entry.device.clone()
        };
        change.change_device(&entry.device, after);
        Ok(())
    })
    .await?;
    command::deliver_settings(app, device);
    Ok(())
}

fn charter_check(salt: &str, code: &str) -> CharterCheck {
    let text = format!("{salt}{}", charter_text(code));
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    CharterCheck {
        salt: salt.to_owned(),
        sha256: HEXLOWER.encode(hash.as_ref()),
    }
}

fn charter_code() -> String {
    // Out of 64 bits, the remainder favours no letter that anybody could notice.
    let letters = std::iter::repeat_with(|| {
        let n = u64::from_be_bytes(random()) % LETTERS.len() as u64;
        char::from(LETTERS[n as usize])
    });
    let mut code: String = letters.take(2 * GROUP).collect();
    code.insert(GROUP, '-');
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charter_code_is_easy_to_say_and_each_is_new() {
        let codes: std::collections::BTreeSet<String> = (0..100).map(|_| charter_code()).collect();
        assert_eq!(codes.len(), 100);
        for code in &codes {
            assert_eq!(charter_text(code).len(), 2 * GROUP);
            assert!(
                code.chars().all(|c| c == '-' || c.is_ascii_uppercase()),
                "{code}"
            );
            assert!(!code.contains(['I', 'L', 'O', 'Q', 'S', 'V']), "{code}");
        }
    }

    #[test]
    fn the_check_is_the_hash_of_salt_and_code() {
        // printf 'aaKDMTWXHP' | sha256sum
        let expected = "387a3605230b57858f2ea0e029e2a998e1a13cbac2d3f6828cbf379967a95960";
        assert_eq!(charter_check("aa", "kdmt-wxhp").sha256, expected);
    }
}

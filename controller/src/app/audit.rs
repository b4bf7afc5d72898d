//! The audit: who changed what, and when, in a chain that shows every tampering.
//!
//! Each entry holds the hash of the one before it, and is written in the same
//! batch as the change it tells: there is no change without its entry. Only
//! pseudonymous ids stand in it. The chain proves that nothing inside was changed,
//! removed or reordered. Whoever rewrites all of it, or cuts off its end and puts
//! the head back as well, is caught by a hash that was noted elsewhere.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use declic_common::DeviceId;
use ring::digest;
use tokio::sync::{Mutex, watch};

use super::App;
use super::hub::Kick;
use super::programme::Keyring;
use super::registry;
use crate::store::record::{decode, encode};
use crate::store::records::tickets::Absence;
use crate::store::records::{AuditEntry, AuditHead, Device, Placements};
use crate::store::{Batch, Range, Space, Store, StoreError, Value, keys, read};

/// Times that a change is decided again because the data moved under it. One
/// process takes turns with itself, so only another process can cause it.
const ATTEMPTS: usize = 8;
/// Entries read at once.
const PAGE: usize = 1_000;

/// One writer of the audit at a time.
#[derive(Debug, Default)]
pub struct Turn {
    taken: Mutex<()>,
    /// Counts the changes that were committed, for whoever shows them.
    changes: watch::Sender<u64>,
}

impl Turn {
    /// Wakes up after each change that was committed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// `account:amina`, `cli:0` (who sat at the controller), `device`, `demo` …
    pub who: &'a str,
    /// A noun and a verb, such as `enrolment.create`.
    pub what: &'a str,
    /// A pseudonymous id.
    pub subject: &'a str,
    pub detail: Option<String>,
}

/// The end of the chain, as a batch continues it.
#[derive(Debug)]
pub struct Chain {
    stored: Option<Value>,
    head: AuditHead,
}

/// A change under way, with the entries that tell it.
#[derive(Debug)]
pub struct Change {
    pub batch: Batch,
    /// What people wrote is sealed with these.
    pub keys: Arc<Keyring>,
    pub store: Arc<dyn Store>,
    now_ms: i64,
    chain: Chain,
    devices: Vec<Device>,
    placements: Vec<(DeviceId, Placements)>,
    kicked: Vec<DeviceId>,
    absences: Vec<(u64, Option<Absence>)>,
}

/// An audit that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub entries: u64,
    /// SHA-256 of the last entry, in hexadecimal; noted elsewhere, it dates the chain.
    pub head: String,
}

/// Where the chain breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    #[error("entry {0} is unreadable")]
    Unreadable(u64),
    #[error("entry {0} is missing")]
    Missing(u64),
    #[error("entry {found} stands where entry {place} should be")]
    Misplaced { place: u64, found: u64 },
    #[error("entry {0} was changed after it was written")]
    Changed(u64),
    #[error("the audit ends at entry {found}, but its head names entry {head}")]
    End { found: u64, head: u64 },
    #[error(
        "no entry has the noted hash: entries were cut off or rewritten since, or it was noted \
         of another controller"
    )]
    NotNoted,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Chain {
    /// Reads the end of the chain. Blocks.
    pub fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let stored = store.get(Space::Audit, &keys::audit_head())?;
        let head = match &stored {
            Some(value) => decode(value)?,
            None => AuditHead {
                n: 0,
                hash: vec![0; 32],
            },
        };
        Ok(Chain { stored, head })
    }

    /// Adds an entry to the batch of the change it tells. The batch is refused if
    /// the chain has grown meanwhile.
    pub fn append(&mut self, batch: &mut Batch, note: Note<'_>, at: i64) {
        let key = keys::audit_head();
        match self.stored.take() {
            Some(value) => batch.equals(Space::Audit, key.clone(), value),
            None if self.head.n == 0 => batch.absent(Space::Audit, key.clone()),
            // Not the first entry of this batch: the first one has seen to it.
            None => batch,
        };
        let entry = encode(&AuditEntry {
            n: self.head.n + 1,
            at,
            who: note.who.to_owned(),
            what: note.what.to_owned(),
            subject: note.subject.to_owned(),
            detail: note.detail,
            previous: self.head.hash.clone(),
        });
        self.head = AuditHead {
            n: self.head.n + 1,
            hash: sha256(&entry),
        };
        let place = keys::audit_entry(self.head.n);
        // A head that was put back must not write over what came after it.
        batch.absent(Space::Audit, place.clone());
        batch.put(Space::Audit, place, entry);
        batch.put(Space::Audit, key, encode(&self.head));
    }
}

impl Change {
    /// Tells this change in the audit.
    pub fn note(&mut self, note: Note<'_>) {
        self.chain.append(&mut self.batch, note, self.now_ms);
    }

    pub fn add_device(&mut self, device: Device) {
        registry::add_device(&mut self.batch, &device);
        self.devices.push(device);
    }

    pub fn change_device(&mut self, before: &Device, after: Device) {
        registry::change_device(&mut self.batch, before, &after);
        self.devices.push(after);
    }

    pub fn change_placements(&mut self, device: DeviceId, before: &Placements, after: Placements) {
        registry::change_placements(&mut self.batch, device, before, &after);
        self.placements.push((device, after));
    }

    /// Whether this change puts a device somewhere.
    pub fn moves(&self, device: DeviceId) -> bool {
        self.placements.iter().any(|(moved, _)| *moved == device)
    }

    /// Keeps an absence under its number, or forgets it.
    pub fn put_absence(&mut self, id: u64, row: Option<Absence>) {
        let key = keys::absence(id);
        match &row {
            Some(row) => self.batch.put(Space::Core, key, encode(row)),
            None => self.batch.del(Space::Core, key),
        };
        self.absences.push((id, row));
    }

    /// Ends the session of a device once the change is durable.
    pub fn kick(&mut self, device: DeviceId) {
        self.kicked.push(device);
    }
}

/// Decides a change, commits it with its entries and shows it. `decide` may block
/// and is called again if the data moved meanwhile; a batch that stays empty is
/// not written. The change goes on even if the caller does not wait for it, so
/// that what is durable is always shown.
pub async fn with<T, E>(
    app: &Arc<App>,
    now_ms: i64,
    decide: impl FnMut(&App, &mut Change) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    tokio::spawn(change(Arc::clone(app), now_ms, decide))
        .await
        .unwrap_or_else(|_| Err(StoreError::Closed.into()))
}

async fn change<T, E>(
    app: Arc<App>,
    now_ms: i64,
    mut decide: impl FnMut(&App, &mut Change) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let _turn = app.audit.taken.lock().await;
    for _ in 0..ATTEMPTS {
        let reader = Arc::clone(&app);
        let deciding = tokio::task::spawn_blocking(move || {
            let decided = begin::<E>(&reader, now_ms).and_then(|mut change| {
                let outcome = decide(&reader, &mut change)?;
                Ok((change, outcome))
            });
            (decide, decided)
        });
        let decided: Result<(Change, T), E>;
        (decide, decided) = deciding.await.map_err(|_| StoreError::Closed)?;
        let (change, outcome) = decided?;
        if !change.batch.ops.is_empty() {
            match app.store.commit(change.batch).await {
                Err(StoreError::Conflict) => continue,
                committed => committed?,
            }
        }
        for device in change.devices {
            app.registry.put_device(device);
        }
        for (device, placements) in change.placements {
            app.registry.put_placements(device, Arc::new(placements));
        }
        for (id, row) in change.absences {
            app.absences.show(id, row);
        }
        for device in change.kicked {
            app.hub.kick(device, Kick::Revoked);
        }
        app.audit.changes.send_modify(|n| *n += 1);
        return Ok(outcome);
    }
    Err(StoreError::Conflict.into())
}

fn begin<E: From<StoreError>>(app: &App, now_ms: i64) -> Result<Change, E> {
    Ok(Change {
        batch: Batch::default(),
        keys: Arc::clone(&app.keys),
        store: Arc::clone(&app.store),
        now_ms,
        chain: Chain::read(app.store.as_ref())?,
        devices: Vec::new(),
        placements: Vec::new(),
        kicked: Vec::new(),
        absences: Vec::new(),
    })
}

/// Entries before the `before`th, newest first.
pub async fn list(
    app: &App,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<AuditEntry>, StoreError> {
    let range = Range {
        space: Space::Audit,
        from: keys::audit_entry(0),
        to: Some(keys::audit_entry(before.unwrap_or(u64::MAX))),
        descending: true,
        limit,
    };
    let rows = read(&app.store, move |store| store.range(&range)).await?;
    rows.iter().map(|(_, value)| decode(value)).collect()
}

/// Proves the audit whole, or says where it breaks. `noted` is the hash of an
/// earlier head: its entry must still be there. Changes wait meanwhile.
pub async fn verify(app: &App, noted: Option<Vec<u8>>) -> Result<Whole, AuditFault> {
    let _turn = app.audit.taken.lock().await;
    read(&app.store, |store| Ok(check(store, noted))).await?
}

/// Walks the whole chain. Blocks; nobody may write meanwhile.
fn check(store: &dyn Store, noted: Option<Vec<u8>>) -> Result<Whole, AuditFault> {
    let head = Chain::read(store)?.head;
    let mut end = AuditHead {
        n: 0,
        hash: vec![0; 32],
    };
    let is_noted = |end: &AuditHead| noted.as_ref() == Some(&end.hash);
    // The hash of an audit without entries.
    let mut found = noted.is_none() || is_noted(&end);
    loop {
        let rows = store.range(&Range {
            space: Space::Audit,
            from: keys::audit_entry(end.n + 1),
            to: Some(keys::audit_head()),
            descending: false,
            limit: PAGE,
        })?;
        for (key, value) in &rows {
            end = follow(&end, key, value)?;
            found |= is_noted(&end);
        }
        if rows.len() < PAGE {
            break;
        }
    }
    if end.n != head.n {
        return Err(AuditFault::End {
            found: end.n,
            head: head.n,
        });
    }
    if end.hash != head.hash {
        return Err(AuditFault::Changed(end.n));
    }
    if !found {
        return Err(AuditFault::NotNoted);
    }
    Ok(Whole {
        entries: end.n,
        head: HEXLOWER.encode(&end.hash),
    })
}

/// Checks the entry that comes after `end`, which becomes the new end.
fn follow(end: &AuditHead, key: &[u8], value: &[u8]) -> Result<AuditHead, AuditFault> {
    let n = end.n + 1;
    if key != keys::audit_entry(n) {
        return Err(AuditFault::Missing(n));
    }
    let entry: AuditEntry = decode(value).map_err(|_| AuditFault::Unreadable(n))?;
    if entry.n != n {
        return Err(AuditFault::Misplaced {
            place: n,
            found: entry.n,
        });
    }
    if entry.previous != end.hash {
        return Err(AuditFault::Changed(end.n.max(1)));
    }
    Ok(AuditHead {
        n,
        hash: sha256(value),
    })
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

#[cfg(test)]
mod tests;

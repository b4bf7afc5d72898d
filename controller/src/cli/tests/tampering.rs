//! A copy of the store, tampered with while no controller runs: `declic audit
//! verify` finds it, whatever was done.

use std::path::Path;

use super::asking::on;
use crate::cli::output::Said;
use crate::http::tests::world::World;
use crate::store::record::{decode, encode};
use crate::store::records::{AuditEntry, AuditHead};
use crate::store::sled::{Options, SledStore};
use crate::store::{Batch, Space, Store, Value, keys};

/// Six changes, each an entry of its own, in a data directory of its own.
async fn six_entries() -> (tempfile::TempDir, String) {
    let world = World::start().await;
    for n in 0..4 {
        let line = format!("declic enrol new --asset BDX-00{n}");
        on(&world, &line).await.unwrap();
    }
    let verified = on(&world, "declic audit verify --format csv")
        .await
        .unwrap();
    assert!(verified.out.contains("true,6,"), "{}", verified.out);
    let head = verified
        .out
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(2)
        .unwrap();
    (world.stop().await, head.to_owned())
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp")
        .args(["--recursive", "--no-target-directory"])
        .args([from, to.path()])
        .status()
        .unwrap();
    assert!(copied.success());
    to
}

fn entry(store: &SledStore, n: u64) -> Value {
    let found = store.get(Space::Audit, &keys::audit_entry(n)).unwrap();
    found.unwrap()
}

fn put(batch: &mut Batch, n: u64, value: Value) {
    batch.put(Space::Audit, keys::audit_entry(n), value);
}

/// What somebody does to the store, and what is said of it.
type Tampering = (fn(&SledStore, &mut Batch), &'static str);

const TAMPERINGS: [Tampering; 7] = [
    (
        |store, batch| {
            let mut changed: AuditEntry = decode(&entry(store, 3)).unwrap();
            changed.who = "account:somebody-else".to_owned();
            put(batch, 3, encode(&changed));
        },
        "entry 3 was changed",
    ),
    (
        |_, batch| {
            batch.del(Space::Audit, keys::audit_entry(4));
        },
        "entry 4 is missing",
    ),
    (
        |store, batch| {
            put(batch, 2, entry(store, 5));
            put(batch, 5, entry(store, 2));
        },
        "entry 5 stands where entry 2",
    ),
    (
        // Removed, and those after it moved up and numbered anew.
        |store, batch| {
            for n in 3..=5 {
                let mut moved: AuditEntry = decode(&entry(store, n + 1)).unwrap();
                moved.n = n;
                put(batch, n, encode(&moved));
            }
            batch.del(Space::Audit, keys::audit_entry(6));
        },
        "entry 2 was changed",
    ),
    (
        |_, batch| {
            batch.del(Space::Audit, keys::audit_entry(6));
        },
        "ends at entry 5, but its head names entry 6",
    ),
    (
        |store, batch| {
            let value = entry(store, 6);
            let mut changed: AuditEntry = decode(&value).unwrap();
            changed.at += 1;
            put(batch, 6, encode(&changed));
        },
        "entry 6 was changed",
    ),
    (
        // The end cut off, and the head put right: only a noted hash tells.
        |store, batch| {
            let head = AuditHead {
                n: 5,
                hash: ring::digest::digest(&ring::digest::SHA256, &entry(store, 5))
                    .as_ref()
                    .to_vec(),
            };
            batch.del(Space::Audit, keys::audit_entry(6));
            batch.put(Space::Audit, keys::audit_head(), encode(&head));
        },
        "no entry has the noted hash",
    ),
];

async fn verify(dir: tempfile::TempDir, noted: &str) -> Said {
    let world = World::again(dir).await;
    let said = on(&world, &format!("declic audit verify --noted {noted}")).await;
    world.stop().await;
    said.unwrap()
}

#[tokio::test]
async fn every_tampering_with_a_copied_store_is_found_and_an_honest_copy_is_whole() {
    let (original, head) = six_entries().await;
    let honest = verify(copy(original.path()), &head).await;
    assert!(!honest.no, "{}", honest.out);
    for (tampering, told) in TAMPERINGS {
        let dir = copy(original.path());
        let store = SledStore::open(&dir.path().join("store"), Options::default()).unwrap();
        let mut batch = Batch::default();
        tampering(&store, &mut batch);
        store.commit(batch).await.unwrap();
        store.close();
        drop(store);
        let said = verify(dir, &head).await;
        assert!(said.no, "{told}: {}", said.out);
        assert!(said.out.contains(told), "{told}: {}", said.out);
    }
}

use futures_util::FutureExt;

use super::*;
use crate::app::testing;

async fn app_with_entries(dir: &std::path::Path, entries: usize) -> Arc<App> {
    let app = testing::app(dir, 8443);
    for n in 0..entries {
        note(&app, n as i64).await.unwrap();
    }
    app
}

async fn note(app: &Arc<App>, at: i64) -> Result<(), StoreError> {
    with(app, at, move |_, change| {
        change.note(Note {
            who: "cli",
            what: "test.note",
            subject: "d-aaaaaaaaaaaa",
            detail: Some(at.to_string()),
        });
        Ok(())
    })
    .await
}

/// Changes the store behind the audit's back.
async fn tamper(app: &App, change: impl FnOnce(&mut Batch)) {
    let mut batch = Batch::default();
    change(&mut batch);
    app.store.commit(batch).await.unwrap();
}

fn stored(app: &App, n: u64) -> Value {
    let value = app.store.get(Space::Audit, &keys::audit_entry(n)).unwrap();
    value.unwrap()
}

#[tokio::test]
async fn an_untouched_audit_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let app = app_with_entries(dir.path(), 0).await;
    assert_eq!(verify(&app, None).await.unwrap().entries, 0);
    let mut heads = std::collections::BTreeSet::new();
    for n in 1..=5 {
        note(&app, n).await.unwrap();
        let whole = verify(&app, None).await.unwrap();
        assert_eq!(whole.entries, n as u64);
        assert!(heads.insert(whole.head), "each entry moves the head");
    }
    let newest: Vec<u64> = list(&app, None, 2)
        .await
        .unwrap()
        .iter()
        .map(|e| e.n)
        .collect();
    let older: Vec<u64> = list(&app, Some(4), 9)
        .await
        .unwrap()
        .iter()
        .map(|e| e.n)
        .collect();
    assert_eq!((newest, older), (vec![5, 4], vec![3, 2, 1]));
}

#[tokio::test]
async fn an_audit_longer_than_a_page_is_walked_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let entries = PAGE as u64 * 2;
    with(&app, 1, move |_, change| {
        for _ in 0..entries {
            change.note(Note {
                who: "cli",
                what: "test.note",
                subject: "x",
                detail: None,
            });
        }
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
    assert_eq!(verify(&app, None).await.unwrap().entries, entries);
}

#[tokio::test]
async fn a_changed_entry_is_found_wherever_it_is() {
    for n in [1, 3, 5] {
        let dir = tempfile::tempdir().unwrap();
        let app = app_with_entries(dir.path(), 5).await;
        let mut entry: AuditEntry = decode(&stored(&app, n)).unwrap();
        entry.who = "nobody".to_owned();
        tamper(&app, |b| {
            b.put(Space::Audit, keys::audit_entry(n), encode(&entry));
        })
        .await;
        assert_eq!(verify(&app, None).await, Err(AuditFault::Changed(n)));
    }
}

#[tokio::test]
async fn a_flipped_bit_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let app = app_with_entries(dir.path(), 3).await;
    let mut value = stored(&app, 2);
    value[5] ^= 1;
    tamper(&app, |b| {
        b.put(Space::Audit, keys::audit_entry(2), value);
    })
    .await;
    assert_eq!(verify(&app, None).await, Err(AuditFault::Unreadable(2)));
}

#[tokio::test]
async fn a_removed_entry_is_found() {
    for (removed, fault) in [
        (1, AuditFault::Missing(1)),
        (3, AuditFault::Missing(3)),
        (5, AuditFault::End { found: 4, head: 5 }),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let app = app_with_entries(dir.path(), 5).await;
        tamper(&app, |b| {
            b.del(Space::Audit, keys::audit_entry(removed));
        })
        .await;
        assert_eq!(verify(&app, None).await, Err(fault));
    }
}

#[tokio::test]
async fn exchanged_entries_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let app = app_with_entries(dir.path(), 5).await;
    let (two, three) = (stored(&app, 2), stored(&app, 3));
    tamper(&app, |b| {
        b.put(Space::Audit, keys::audit_entry(2), three);
        b.put(Space::Audit, keys::audit_entry(3), two);
    })
    .await;
    let fault = AuditFault::Misplaced { place: 2, found: 3 };
    assert_eq!(verify(&app, None).await, Err(fault));
}

#[tokio::test]
async fn a_head_put_back_is_found_and_writes_over_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let app = app_with_entries(dir.path(), 3).await;
    let early = app.store.get(Space::Audit, &keys::audit_head()).unwrap();
    note(&app, 4).await.unwrap();
    tamper(&app, |b| {
        b.put(Space::Audit, keys::audit_head(), early.unwrap());
    })
    .await;
    let fault = AuditFault::End { found: 4, head: 3 };
    assert_eq!(verify(&app, None).await, Err(fault.clone()));
    assert_eq!(note(&app, 5).await, Err(StoreError::Conflict));
    tamper(&app, |b| {
        b.del(Space::Audit, keys::audit_head());
    })
    .await;
    assert_eq!(
        verify(&app, None).await,
        Err(AuditFault::End { found: 4, head: 0 })
    );
    assert_eq!(note(&app, 6).await, Err(StoreError::Conflict));
}

/// Cuts off what comes after the `n`th entry, the head put right.
async fn cut_after(app: &App, n: u64, last: u64) {
    let head = AuditHead {
        n,
        hash: sha256(&stored(app, n)),
    };
    tamper(app, |b| {
        (n + 1..=last).for_each(|n| {
            b.del(Space::Audit, keys::audit_entry(n));
        });
        b.put(Space::Audit, keys::audit_head(), encode(&head));
    })
    .await;
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_found_by_the_hash_that_was_noted() {
    let dir = tempfile::tempdir().unwrap();
    let app = app_with_entries(dir.path(), 5).await;
    let head = |whole: Whole| HEXLOWER.decode(whole.head.as_bytes()).unwrap();
    let noted = head(verify(&app, None).await.unwrap());
    let early = sha256(&stored(&app, 2));
    note(&app, 6).await.unwrap();
    for hash in [&noted, &early, &vec![0; 32]] {
        assert!(verify(&app, Some(hash.clone())).await.is_ok(), "{hash:?}");
    }
    cut_after(&app, 3, 6).await;
    assert_eq!(
        verify(&app, None).await.unwrap().entries,
        3,
        "the chain alone is whole"
    );
    assert_eq!(
        verify(&app, Some(noted.clone())).await,
        Err(AuditFault::NotNoted)
    );
    assert!(verify(&app, Some(early)).await.is_ok());
    // Grown again to the same length, it is still another one.
    for at in [4, 5, 7] {
        note(&app, at + 100).await.unwrap();
    }
    assert_eq!(verify(&app, Some(noted)).await, Err(AuditFault::NotNoted));
}

#[tokio::test]
async fn changes_at_the_same_time_all_find_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let all = (0..50).map(|n| note(&app, n));
    for done in futures_util::future::join_all(all).await {
        done.unwrap();
    }
    assert_eq!(verify(&app, None).await.unwrap().entries, 50);
}

#[tokio::test]
async fn a_change_decides_again_when_another_process_was_faster() {
    let dir = tempfile::tempdir().unwrap();
    let app = app_with_entries(dir.path(), 1).await;
    let mut intruder = Some(());
    with(&app, 9, move |app, change| {
        if intruder.take().is_some() {
            let mut batch = Batch::default();
            let note = Note {
                who: "other",
                what: "test.note",
                subject: "x",
                detail: None,
            };
            Chain::read(app.store.as_ref())?.append(&mut batch, note, 8);
            app.store.commit(batch).wait()?;
        }
        change.note(Note {
            who: "cli",
            what: "test.note",
            subject: "x",
            detail: None,
        });
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
    let whos: Vec<String> = list(&app, None, 9)
        .await
        .unwrap()
        .into_iter()
        .map(|e| e.who)
        .collect();
    assert_eq!(whos, ["cli", "other", "cli"]);
    assert_eq!(verify(&app, None).await.unwrap().entries, 3);
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_change_complete() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let (entered, was_entered) = std::sync::mpsc::channel();
    let (go, may_go) = std::sync::mpsc::channel();
    let mut caller = Box::pin(with(&app, 1, move |_, change| {
        entered.send(()).unwrap();
        may_go.recv().unwrap();
        change.note(Note {
            who: "cli",
            what: "test.note",
            subject: "x",
            detail: None,
        });
        Ok::<_, StoreError>(())
    }));
    // Polled once, the change is on its way.
    assert!((&mut caller).now_or_never().is_none());
    tokio::task::spawn_blocking(move || was_entered.recv().unwrap())
        .await
        .unwrap();
    drop(caller);
    go.send(()).unwrap();
    // `verify` takes its turn after the change.
    assert_eq!(verify(&app, None).await.unwrap().entries, 1);
}

//! What a spool promises, sentence by sentence. `model` tries the rest.

use declic_common::envelope::{Envelope, Help};
use declic_common::limits::JSON_INT_MAX;
use declic_common::receipt::{Receipt, RefusalReason, Refused};
use declic_common::{UpBody, UpKind};
use tempfile::TempDir;

use super::append::ADDRESS_BYTES;
use super::disk::Faults;
use super::*;

/// Small files, so that a few messages fill several.
const SMALL: Limits = Limits {
    bytes: 16 * 1024,
    age_ms: 90 * 86_400_000,
    segment_bytes: 1024,
    unwritten: 8,
};

/// One PC and its disk, through all its restarts.
struct Home {
    dir: TempDir,
    faults: Faults,
    now: Clocks,
    limits: Limits,
}

impl Home {
    fn new() -> Self {
        Home {
            dir: TempDir::new().unwrap(),
            faults: Faults::default(),
            now: boot_clocks(1),
            limits: SMALL,
        }
    }

    fn open(&self) -> (Life, Spool) {
        let life_disk = Disk::failing(self.dir.path(), &self.faults);
        let (mut life, _) = Life::begin_on(life_disk, &self.now).unwrap();
        let disk = Disk::failing(&self.dir.path().join(DIR), &self.faults);
        let spool = Spool::open_on(disk, self.limits, &mut life);
        (life, spool)
    }

    fn files(&self) -> Vec<std::path::PathBuf> {
        let mut files: Vec<_> = std::fs::read_dir(self.dir.path().join(DIR))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    }

    fn say(&self, spool: &mut Spool, life: &Life, text: &str) -> Number {
        spool
            .append(UpKind::Help, &self.now, life, &help(text))
            .unwrap()
    }
}

fn boot_clocks(boot: u64) -> Clocks {
    Clocks {
        boot_id: format!("{boot:08x}-0000-0000-0000-000000000000"),
        uptime_ms: 10_000,
        awake_ms: 10_000,
        wall_ms: 1_780_000_000_000,
    }
}

fn help(text: &str) -> Help {
    Help {
        text: text.to_owned(),
    }
}

fn receipt(number: Number, through: u64) -> Receipt {
    Receipt {
        install: number.install,
        boot: number.boot,
        through_seq: through,
        stored: Vec::new(),
        refused: Vec::new(),
        controller_time: 1_780_000_000_000,
    }
}

fn text(stored: &[u8]) -> String {
    let sent = envelope::address(stored, 1, None, false);
    match Envelope::parse(UpKind::Help, &sent).unwrap().body {
        UpBody::Help(help) => help.text,
        other => panic!("not what was spooled: {other:?}"),
    }
}

fn texts(held: &[Held]) -> Vec<String> {
    held.iter().map(|held| text(&held.stored)).collect()
}

fn seqs(held: &[Held]) -> Vec<u64> {
    held.iter().map(|held| held.number.seq).collect()
}

#[test]
fn what_was_taken_is_there_after_a_restart_in_order() {
    let home = Home::new();
    let (life, mut spool) = home.open();
    for n in 1..=20 {
        let number = home.say(&mut spool, &life, &format!("message {n}"));
        assert_eq!(
            (number.install, number.boot, number.seq),
            (life.install(), 1, n)
        );
    }
    drop((life, spool));
    let (life, mut spool) = home.open();
    let held = spool.oldest_after(None, 100);
    assert_eq!(texts(&held)[19], "message 20");
    assert_eq!(seqs(&held), (1..=20).collect::<Vec<_>>());
    assert_eq!(home.say(&mut spool, &life, "next").seq, 21);
    assert!(home.files().len() > 2);
}

#[test]
fn a_queue_is_read_in_pieces_while_it_shrinks() {
    let home = Home::new();
    let (mut life, mut spool) = home.open();
    for n in 1..=10 {
        home.say(&mut spool, &life, &format!("{n}"));
    }
    let first = spool.oldest_after(None, 4);
    assert_eq!(seqs(&first), [1, 2, 3, 4]);
    spool.settle(&receipt(first[0].number, 6), &mut life);
    let cursor = first[3].cursor();
    assert_eq!(seqs(&spool.oldest_after(cursor, 3)), [7, 8, 9]);
    assert_eq!(seqs(&spool.newest(2)), [10, 9]);
    spool.settle(&receipt(first[0].number, 10), &mut life);
    assert!(spool.oldest_after(cursor, 3).is_empty());
    assert_eq!(spool.stats().waiting, 0);
}

#[test]
fn settled_files_are_deleted_and_the_newest_stays() {
    let home = Home::new();
    let (mut life, mut spool) = home.open();
    let mut last = home.say(&mut spool, &life, "first");
    for _ in 0..20 {
        last = home.say(&mut spool, &life, "more");
    }
    assert!(home.files().len() > 3);
    let settled = spool.settle(&receipt(last, last.seq), &mut life);
    assert_eq!((settled.stored, spool.stats().waiting), (21, 0));
    assert_eq!(home.files().len(), 1);
    assert_eq!(home.say(&mut spool, &life, "on").seq, 22);
}

#[test]
fn a_restart_sends_again_no_more_than_what_came_after_the_last_message() {
    let home = Home::new();
    let (mut life, mut spool) = home.open();
    for _ in 0..30 {
        let number = home.say(&mut spool, &life, "settled at once");
        spool.settle(&receipt(number, number.seq), &mut life);
    }
    drop((life, spool));
    let (_life, mut spool) = home.open();
    assert_eq!(seqs(&spool.oldest_after(None, 100)), [30]);
    assert!(!spool.last_settled(20).is_empty());
}

#[test]
fn live_messages_may_overtake_a_backlog() {
    let home = Home::new();
    let (mut life, mut spool) = home.open();
    for n in 1..=9 {
        home.say(&mut spool, &life, &format!("{n}"));
    }
    let newest = spool.newest(1).remove(0);
    let overtaken = Receipt {
        stored: vec![(8, 9)],
        ..receipt(newest.number, 2)
    };
    assert_eq!(spool.settle(&overtaken, &mut life).stored, 4);
    assert_eq!(seqs(&spool.oldest_after(None, 9)), [3, 4, 5, 6, 7]);
    assert_eq!(spool.first_seq(newest.number), 3);
    assert_eq!(spool.settle(&overtaken, &mut life), Settled::default());
    assert_eq!(texts(&spool.last_settled(2)), ["8", "9"]);
    assert!(spool.get(newest.number).is_none());
}

#[test]
fn a_refused_message_is_counted_and_never_sent_again() {
    let mut home = Home::new();
    let (mut life, mut spool) = home.open();
    let number = home.say(&mut spool, &life, "unwanted");
    home.say(&mut spool, &life, "wanted");
    let refused = Receipt {
        refused: vec![Refused {
            seq: 1,
            reason: RefusalReason::BadBody,
        }],
        ..receipt(number, 0)
    };
    assert_eq!(spool.settle(&refused, &mut life).refused, 1);
    assert_eq!(spool.settle(&refused, &mut life).refused, 0);
    home.say(&mut spool, &life, "after");
    drop((life, spool));
    home.now = boot_clocks(2);
    let (_life, mut spool) = home.open();
    assert_eq!(seqs(&spool.oldest_after(None, 9)), [2, 3]);
    assert_eq!(spool.stats().refused, 1);
}

#[test]
fn a_message_that_can_never_travel_is_refused_at_once() {
    let home = Home::new();
    let (life, mut spool) = home.open();
    let limit = UpKind::Help.max_bytes();
    let error = spool
        .append(UpKind::Help, &home.now, &life, &help(&"x".repeat(limit)))
        .unwrap_err();
    assert_eq!((error.kind, error.max), (UpKind::Help, limit));
    assert_eq!(spool.stats(), Stats::default());
    // The largest one that is taken still fits when it is addressed.
    let longest = envelope::address(b"{", JSON_INT_MAX, Some(JSON_INT_MAX), true).len();
    assert!(longest <= ADDRESS_BYTES);
}

#[test]
fn a_full_spool_drops_its_oldest_files_and_declares_it() {
    let home = Home::new();
    let (life, mut spool) = home.open();
    let mut last = home.say(&mut spool, &life, "first");
    for n in 0..200 {
        last = home.say(&mut spool, &life, &format!("message {n}"));
        assert!(spool.stats().bytes <= SMALL.bytes);
    }
    let stats = spool.stats();
    assert_eq!(stats.waiting + stats.dropped, 201);
    assert_eq!(spool.first_seq(last), stats.dropped + 1);
    drop((life, spool));
    let (_life, mut spool) = home.open();
    assert_eq!(spool.stats().dropped, stats.dropped);
    assert_eq!(seqs(&spool.oldest_after(None, 1)), [stats.dropped + 1]);
}

#[test]
fn only_time_that_surely_passed_makes_a_message_too_old() {
    let mut home = Home::new();
    let (life, mut spool) = home.open();
    home.say(&mut spool, &life, "old");
    home.now.wall_ms += 400 * 86_400_000;
    home.say(&mut spool, &life, "the clock jumped by a year");
    assert_eq!(spool.stats().dropped, 0);
    home.now.uptime_ms += SMALL.age_ms + 1;
    home.say(&mut spool, &life, "ninety days on");
    assert_eq!(spool.stats().dropped, 2);
    drop((life, spool));
    let (_life, mut spool) = home.open();
    assert_eq!(
        (spool.stats().dropped, seqs(&spool.newest(9))),
        (2, vec![3])
    );
}

#[test]
fn a_full_disk_leaves_the_messages_in_memory_until_there_is_room() {
    let home = Home::new();
    let (mut life, mut spool) = home.open();
    let kept = home.say(&mut spool, &life, "on disk");
    home.faults.full_after(Some(50));
    let held = home.say(&mut spool, &life, "in memory");
    assert_ne!(held.install, kept.install);
    assert_eq!(held.boot, kept.boot);
    home.say(&mut spool, &life, "too");
    assert_eq!(
        texts(&spool.oldest_after(None, 9)),
        ["on disk", "in memory", "too"]
    );
    assert!(spool.stats().disk_full);
    // A receipt frees memory as well.
    spool.settle(&receipt(held, 1), &mut life);
    home.faults.full_after(None);
    spool.write_again(&life);
    assert_eq!((spool.stats().disk_full, spool.stats().waiting), (false, 2));
    let number = home.say(&mut spool, &life, "as before");
    assert_eq!((number.install, number.seq), (kept.install, kept.seq + 1));
    drop((life, spool));
    let (_life, mut spool) = home.open();
    assert_eq!(
        texts(&spool.oldest_after(None, 9)),
        ["on disk", "as before", "too"]
    );
}

#[test]
fn memory_is_bounded_while_the_disk_is_full() {
    let home = Home::new();
    let (life, mut spool) = home.open();
    home.faults.read_only(true);
    let mut last = home.say(&mut spool, &life, "first");
    for _ in 0..20 {
        last = home.say(&mut spool, &life, "more");
    }
    let stats = spool.stats();
    assert_eq!((stats.waiting, stats.dropped), (8, 13));
    assert_eq!(spool.first_seq(last), 14);
    home.faults.read_only(false);
    home.say(&mut spool, &life, "healed");
    drop((life, spool));
    let (_life, spool) = home.open();
    assert_eq!((spool.stats().waiting, spool.stats().dropped), (9, 13));
}

#[test]
fn damage_is_skipped_and_counted_once() {
    let home = Home::new();
    let (life, mut spool) = home.open();
    for n in 1..=12 {
        home.say(&mut spool, &life, &format!("message {n}"));
    }
    drop((life, spool));
    let first = &home.files()[0];
    let mut bytes = std::fs::read(first).unwrap();
    bytes[frame::HEADER + 3] ^= 1;
    std::fs::write(first, bytes).unwrap();
    for _ in 0..3 {
        let (life, mut spool) = home.open();
        assert_eq!(spool.stats().damaged, 1);
        assert_eq!(seqs(&spool.oldest_after(None, 1)), [2]);
        home.say(&mut spool, &life, "on");
    }
}

#[test]
fn damage_that_comes_while_the_agent_runs_is_found_when_the_message_is_read() {
    let home = Home::new();
    let (life, mut spool) = home.open();
    for n in 1..=12 {
        home.say(&mut spool, &life, &format!("message {n}"));
    }
    let first = &home.files()[0];
    let mut bytes = std::fs::read(first).unwrap();
    bytes[frame::HEADER + 3] ^= 1;
    std::fs::write(first, bytes).unwrap();
    assert_eq!(seqs(&spool.oldest_after(None, 2)), [2, 3]);
    assert_eq!((spool.stats().damaged, spool.stats().waiting), (1, 11));
    drop((life, spool));
    assert_eq!(home.open().1.stats().damaged, 1);
}

#[test]
fn an_end_that_is_not_clean_begins_a_new_installation() {
    let home = Home::new();
    let (life, mut spool) = home.open();
    let first = home.say(&mut spool, &life, "whole");
    home.say(&mut spool, &life, "cut short");
    drop((life, spool));
    let file = home.files().pop().unwrap();
    let length = std::fs::metadata(&file).unwrap().len();
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..length as usize - 3]).unwrap();
    let (life, mut spool) = home.open();
    assert_eq!(texts(&spool.oldest_after(None, 9)), ["whole"]);
    assert_eq!(spool.stats().damaged, 0);
    let next = home.say(&mut spool, &life, "next");
    assert_ne!(next.install, first.install);
    assert_eq!((next.boot, next.seq), (1, 1));
}

#[test]
fn a_new_boot_counts_from_one_under_the_same_installation() {
    let mut home = Home::new();
    let (life, mut spool) = home.open();
    let first = home.say(&mut spool, &life, "one");
    drop((life, spool));
    home.now = boot_clocks(2);
    let (life, mut spool) = home.open();
    let second = home.say(&mut spool, &life, "two");
    assert_eq!(second.install, first.install);
    assert_eq!((second.boot, second.seq), (2, 1));
    drop((life, spool));
    let (life, mut spool) = home.open();
    assert_eq!(home.say(&mut spool, &life, "three").seq, 2);
}

#[test]
fn a_state_put_back_to_an_earlier_day_is_found_out_by_the_first_receipt() {
    let home = Home::new();
    let (mut life, mut spool) = home.open();
    let number = home.say(&mut spool, &life, "given before");
    spool.settle(&receipt(number, 40), &mut life);
    let next = home.say(&mut spool, &life, "given now");
    assert_ne!(next.install, number.install);
    assert_eq!(life.kept(), Some(next.install));
}

#[test]
fn an_addressed_message_carries_its_age_and_the_oldest_number_held() {
    let mut home = Home::new();
    let (mut life, mut spool) = home.open();
    let number = home.say(&mut spool, &life, "a");
    home.say(&mut spool, &life, "b");
    home.say(&mut spool, &life, "c");
    spool.settle(&receipt(number, 1), &mut life);
    home.now.uptime_ms += 90_000;
    let held = spool.newest(1).remove(0);
    let sent = spool.address(&held, &life, &home.now);
    let envelope = Envelope::parse(held.kind, &sent).unwrap();
    assert_eq!((envelope.number.seq, envelope.first_seq), (3, 2));
    assert_eq!(
        (envelope.age_ms, envelope.age_estimated),
        (Some(90_000), false)
    );
}

#[test]
fn a_look_from_outside_sees_the_same_and_changes_nothing() {
    let home = Home::new();
    let (mut life, mut spool) = home.open();
    for n in 1..=12 {
        let number = home.say(&mut spool, &life, &format!("{n}"));
        spool.settle(&receipt(number, n.min(6)), &mut life);
    }
    drop((life, spool));
    let before = home.files();
    let mut look = Look::at(home.dir.path());
    assert_eq!(texts(&look.oldest(2)), ["7", "8"]);
    assert_eq!(texts(&look.newest(2)), ["12", "11"]);
    assert_eq!(look.stats().waiting, 6);
    assert_eq!(home.files(), before);
    assert_eq!(
        Look::at(&home.dir.path().join("nowhere")).stats(),
        Stats::default()
    );
}

mod damage;

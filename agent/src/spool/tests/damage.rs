//! Copies of an agent's state, damaged in their files: every message that is read is one that was
//! written, what is lost is counted or was settled, and no number is given twice.
//!
//! A few in every run of the tests; `cargo xtask damage` tries hundreds and prints the table.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::Path;

use declic_tests::Dice;
use declic_tests::damage::{Harm, Table, variants};
use declic_tests::fuzz::fuzz;

use super::*;

/// A spool of several files, part of it settled, of two boots.
fn lived() -> (Home, BTreeMap<Number, String>) {
    let mut home = Home::new();
    let mut said = BTreeMap::new();
    for boot in 1..=2 {
        home.now = boot_clocks(boot);
        let (mut life, mut spool) = home.open();
        for n in 0..30 {
            let text = format!("message {n} of boot {boot}");
            let number = home.say(&mut spool, &life, &text);
            said.insert(number, text);
            if boot == 1 && n == 8 {
                spool.settle(&receipt(number, 5), &mut life);
            }
        }
    }
    (home, said)
}

fn copy_of(home: &Home) -> Home {
    let copy = Home {
        dir: TempDir::new().unwrap(),
        faults: Faults::default(),
        now: home.now.clone(),
        limits: home.limits,
    };
    let spool = copy.dir.path().join(DIR);
    std::fs::create_dir(&spool).unwrap();
    for (from, to) in [
        (home.dir.path().join(DIR), &*spool),
        (home.dir.path().into(), copy.dir.path()),
    ] {
        for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
    }
    copy
}

/// Opens a damaged copy, lives on in it, and opens it again.
fn outcome(home: &Home, said: &BTreeMap<Number, String>, how: &str) -> &'static str {
    let (life, mut spool) = home.open();
    let held = spool.oldest_after(None, 1000);
    let mut found = HashSet::new();
    for held in &held {
        let text = text(&held.stored);
        assert_eq!(said.get(&held.number), Some(&text), "{how}");
        assert!(found.insert(held.number), "{how}: {:?} twice", held.number);
    }
    let new = home.say(&mut spool, &life, "after the damage");
    assert!(!said.contains_key(&new), "{how}: {new:?} is given twice");
    let damaged = spool.stats().damaged;
    drop((life, spool));
    let (_life, mut spool) = home.open();
    assert!(spool.get(new).is_some(), "{how}: what came later is lost");
    let begun_anew = said.keys().all(|number| number.install != new.install);
    // Five of them were settled; a restart may send some of those again.
    match (found.len() + 5 >= said.len(), damaged > 0, begun_anew) {
        (true, _, false) => "every message",
        (true, _, true) => "every message, numbered anew",
        (false, true, _) => "some lost, and counted",
        (false, false, true) => "some lost, numbered anew",
        // The file is gone with its names, or its end: the controller counts the gap.
        (false, false, false) => "some lost, a gap in the numbers",
    }
}

#[test]
fn a_damaged_spool_gives_what_was_written_or_nothing_and_no_number_twice() {
    let (home, said) = lived();
    let mut table = Table::default();
    for seed in 0..variants(80) {
        let mut dice = Dice::new(seed);
        let copy = copy_of(&home);
        let mut files = copy.files();
        files.push(copy.dir.path().join(crate::life::FILE));
        let file = &files[dice.index(files.len())];
        let harm = Harm::any(&mut dice);
        harm.to(file, &mut dice).unwrap();
        let how = format!("seed {seed}, {} {}", name_of(file), harm.word());
        table.count(harm, outcome(&copy, &said, &how));
    }
    let _ = writeln!(std::io::stderr(), "the agent's spool\n{table}");
    assert!(table.all("every message, numbered anew") > 0, "{table}");
    assert!(table.all("some lost, and counted") > 0, "{table}");
}

fn name_of(file: &Path) -> std::borrow::Cow<'_, str> {
    file.file_name().unwrap_or_default().to_string_lossy()
}

#[test]
fn a_file_of_the_spool_in_any_state_gives_what_was_written_or_nothing() {
    let (home, said) = lived();
    let files = home.files().into_iter();
    let examples = files.map(|file| std::fs::read(file).unwrap()).collect();
    fuzz("spool", examples, |bytes| {
        let copy = copy_of(&home);
        let file = &copy.files()[1];
        std::fs::write(file, bytes).unwrap();
        outcome(&copy, &said, "fuzz")
    });
}

#[test]
fn a_life_in_any_state_is_the_one_that_was_written_or_a_new_one() {
    let (home, said) = lived();
    let life = std::fs::read(home.dir.path().join(crate::life::FILE)).unwrap();
    fuzz("life", vec![life], |bytes| {
        let copy = copy_of(&home);
        std::fs::write(copy.dir.path().join(crate::life::FILE), bytes).unwrap();
        outcome(&copy, &said, "fuzz")
    });
}

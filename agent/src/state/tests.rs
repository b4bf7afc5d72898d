//! What an agent remembers, and what a damaged or full disk does to that.

use super::*;

fn open(dir: &Path) -> State {
    State::open(dir, &Settings::default())
}

#[test]
fn a_choice_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).set_consent(Consent::Usage).unwrap();
    assert_eq!(open(dir.path()).consent(), Consent::Usage);
}

#[test]
fn nobody_has_agreed_to_anything_in_a_damaged_file() {
    let dir = tempfile::tempdir().unwrap();
    for bytes in [
        &b""[..],
        b"{\"consent\":\"usa",
        b"{\"consent\":\"all\"}",
        b"[]",
    ] {
        fs::write(dir.path().join(FILE), bytes).unwrap();
        assert_eq!(open(dir.path()).consent(), Consent::Maintenance);
    }
}

#[test]
fn a_command_is_remembered_as_run() {
    let dir = tempfile::tempdir().unwrap();
    let command = CommandId::from_bits(5);
    let mut state = open(dir.path());
    assert!(!state.has_run(command));
    state.note_run(command).unwrap();
    assert!(open(dir.path()).has_run(command));
}

#[test]
fn a_command_that_could_not_be_noted_has_not_run() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("later");
    let command = CommandId::from_bits(5);
    let mut state = open(&place);
    assert!(state.note_retirement(command).is_err());
    assert!(!state.has_run(command) && state.retirement().is_none());
    fs::create_dir(&place).unwrap();
    state.note_retirement(command).unwrap();
    assert_eq!(open(&place).retirement(), Some(command));
}

#[test]
fn settings_that_the_disk_refused_are_kept_the_next_time() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("later");
    let settings = Settings {
        interval_s: 300,
        ..Settings::default()
    };
    let mut state = open(&place);
    assert!(state.set_settings(settings.clone()).is_err());
    fs::create_dir(&place).unwrap();
    state.set_settings(settings).unwrap();
    assert_eq!(open(&place).settings().interval_s, 300);
}

#[test]
fn widening_counts_only_once_it_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = open(&dir.path().join("gone"));
    assert!(state.set_consent(Consent::Usage).is_err());
    assert_eq!(state.consent(), Consent::Maintenance);
}

#[test]
fn a_letter_and_its_command_are_kept_together_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("later");
    let command = CommandId::from_bits(5);
    let says = Says::Diagnose { minutes: 10 };
    let mut state = open(&place);
    assert!(state.note_letter(command, says.clone(), 1, 2).is_err());
    assert!(!state.has_run(command) && state.inbox().unread() == 0);
    fs::create_dir(&place).unwrap();
    state.note_letter(command, says, 1, 2).unwrap();
    let again = open(&place);
    assert!(again.has_run(command) && again.inbox().unread() == 1);
}

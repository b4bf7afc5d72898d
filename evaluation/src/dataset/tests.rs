use super::archive::{Fault, read, write};
use super::seal::SigningKey;
use crate::sample::{Shape, about, programme};

fn frozen() -> (Vec<u8>, SigningKey) {
    let key = SigningKey::from_seed(&[3; 32]).unwrap();
    let mut dataset = programme(Shape { homes: 2, seed: 1 });
    let mut file = Vec::new();
    write(&mut dataset, about("0"), &key, &mut file, &mut |_| {}).unwrap();
    (file, key)
}

#[test]
fn a_dataset_reads_back_as_it_was_frozen() {
    let (file, key) = frozen();
    let opened = read(file.as_slice(), Some(&key.public())).unwrap();
    assert_eq!(opened.faults, Vec::new());
    assert!(opened.dataset == programme(Shape { homes: 2, seed: 1 }));
    assert_eq!(opened.manifest.about.k_public, 11);
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    let (file, key) = frozen();
    let mut dataset = programme(Shape { homes: 2, seed: 1 });
    dataset.households.reverse();
    dataset.device_days.rotate_left(40);
    let mut again = Vec::new();
    write(&mut dataset, about("0"), &key, &mut again, &mut |_| {}).unwrap();
    assert!(file == again);
}

#[test]
fn every_changed_byte_is_found() {
    let (file, key) = frozen();
    // A prime step visits headers, padding, manifest, signature and rows alike.
    for at in (0..file.len()).step_by(1511) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        if let Ok(opened) = read(changed.as_slice(), Some(&key.public())) {
            assert!(!opened.faults.is_empty(), "byte {at} of {}", file.len());
        }
    }
    let mut longer = file.clone();
    longer.push(0);
    let faults = read(longer.as_slice(), None).unwrap().faults;
    assert_eq!(
        faults,
        [Fault::Framing {
            first_byte: file.len() as u64
        }]
    );
}

#[test]
fn a_changed_row_is_named_by_its_table() {
    let (file, _) = frozen();
    let at = file
        .windows(10)
        .position(|ten| ten == b",selected,")
        .unwrap();
    let mut changed = file.clone();
    changed[at + 1] = b'x';
    let faults = read(changed.as_slice(), None).unwrap().faults;
    let tables: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(
        tables
            .iter()
            .any(|text| text.starts_with("households.csv changed")),
        "{tables:?}"
    );
    assert!(
        tables
            .iter()
            .any(|text| text.contains("state cannot be read")),
        "{tables:?}"
    );
}

#[test]
fn who_signed_it_is_checked_where_it_is_known() {
    let (file, _) = frozen();
    let other = SigningKey::from_seed(&[4; 32]).unwrap().public();
    let faults = read(file.as_slice(), Some(&other)).unwrap().faults;
    assert!(
        matches!(faults.as_slice(), [Fault::Signer { .. }]),
        "{faults:?}"
    );
}

//! Broken files: absent, never zero, never a panic.

use proptest::prelude::*;

use super::*;

/// Each one strikes a whole machine several times.
const CASES: u32 = 32;

/// What can befall a file.
#[derive(Clone, Debug)]
enum Damage {
    Gone,
    Empty,
    Bytes(Vec<u8>),
    /// Cut after so many hundredths.
    Cut(u8),
    /// One byte is another.
    Flip(u16, u8),
    /// Every digit is a nine, and there are many.
    Nines,
    Negative,
    Huge,
    /// A folder stands where the file was.
    Folder,
    Unreadable,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Gone),
        Just(Damage::Empty),
        prop::collection::vec(any::<u8>(), 1..300).prop_map(Damage::Bytes),
        (0u8..100).prop_map(Damage::Cut),
        (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        Just(Damage::Nines),
        Just(Damage::Negative),
        Just(Damage::Huge),
        Just(Damage::Folder),
        Just(Damage::Unreadable),
    ]
}

fn strike(path: &Path, damage: &Damage) {
    let content = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&content);
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let new = match damage {
        Damage::Gone => return fs::remove_file(path).unwrap(),
        Damage::Folder => {
            fs::remove_file(path).unwrap();
            return fs::create_dir(path).unwrap();
        }
        Damage::Unreadable => {
            use std::os::unix::fs::PermissionsExt;
            return fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
        }
        Damage::Empty => Vec::new(),
        Damage::Bytes(bytes) => bytes.clone(),
        Damage::Cut(hundredths) => content[..content.len() * usize::from(*hundredths) / 100].into(),
        Damage::Flip(at, byte) => {
            let mut content = content;
            let at = usize::from(*at) % content.len().max(1);
            if let Some(place) = content.get_mut(at) {
                *place = *byte;
            }
            content
        }
        Damage::Nines => {
            let nines = |c: char| {
                if c.is_ascii_digit() {
                    "99999".to_owned()
                } else {
                    c.to_string()
                }
            };
            text.chars().map(nines).collect::<String>().into_bytes()
        }
        Damage::Negative => format!("-{}", text.replace(' ', " -")).into_bytes(),
        Damage::Huge => text.repeat((2 << 20) / text.len().max(1) + 1).into_bytes(),
    };
    fs::write(path, new).unwrap();
    File::open(path).unwrap().set_modified(modified).unwrap();
}

fn files_of(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files_of(&entry.path(), files);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
}

fn read_everything(machine: &mut Machine) {
    for usage in [false, true, true] {
        machine.sample();
        survives_the_wire(&machine.readings(usage));
    }
    survives_the_wire(&slow(machine));
    survives_the_wire(&machine.inventory());
    machine.clocks();
    machine.going_down();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_any_file_stops_a_machine_or_makes_it_say_what_the_protocol_forbids(
        laptop: bool,
        strikes in prop::collection::vec((any::<prop::sample::Index>(), damage()), 1..40),
    ) {
        let tree = Tree::of(if laptop { "laptop" } else { "desktop_2009" });
        let mut machine = tree.machine();
        machine.readings(true);
        let mut files = Vec::new();
        files_of(tree.0.path(), &mut files);
        for (file, damage) in strikes {
            let at = file.index(files.len());
            strike(&files.swap_remove(at), &damage);
        }
        // A machine that ran before the damage, and one that starts after it.
        read_everything(&mut machine);
        read_everything(&mut tree.machine());
    }
}

#[test]
fn a_machine_without_any_file_says_nothing_and_no_zero() {
    let nothing = TempDir::new().unwrap();
    let mut machine = Machine::new(Sources::tree(nothing.path()));
    let json = serde_json::to_string(&machine.readings(true)).unwrap();
    assert_eq!(json, "{}");
    assert_eq!(serde_json::to_string(&slow(&mut machine)).unwrap(), "{}");
    let inventory = serde_json::to_value(machine.inventory()).unwrap();
    assert_eq!(
        inventory,
        serde_json::json!({"agent_version": env!("CARGO_PKG_VERSION")})
    );
}

#[test]
fn empty_files_are_absent_and_not_zero() {
    let tree = Tree::of("laptop");
    let mut files = Vec::new();
    files_of(tree.0.path(), &mut files);
    for file in files {
        strike(&file, &Damage::Empty);
    }
    let mut machine = tree.machine();
    machine.readings(true);
    let json = serde_json::to_string(&machine.readings(true)).unwrap();
    // Interfaces are folders: that none is up is all that can be seen.
    assert_eq!(json, r#"{"link":{"kind":"none"}}"#);
}

//! A coordinator keeps a programme: its applications come from a file, a household gets a PC,
//! reads what is known of it, and is forgotten, whatever is killed in between.

use std::fs;
use std::path::Path;

use declic_tests::Controller;
use declic_tests::process::printed;

/// What names the person of this story.
const NAMES: [&str; 2] = ["Aminatou", "05 56 00 00 17"];

fn refused(controller: &Controller, args: &[&str], code: i32) -> String {
    let answer = controller.declic(args);
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert_eq!(answer.status.code(), Some(code), "{args:?}: {said}");
    format!("{said}{}", String::from_utf8_lossy(&answer.stdout))
}

/// Files below a folder that hold one of the names.
fn files_with_names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with_names(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            let named = NAMES.iter().any(|name| {
                let name = name.as_bytes();
                bytes.windows(name.len()).any(|part| part == name)
            });
            found.extend(named.then(|| path.display().to_string()));
        }
    }
    found
}

#[test]
fn a_household_comes_in_reads_what_is_known_of_it_and_is_forgotten() {
    let mut controller = Controller::prepare();
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("keys");
    controller.more = vec![
        "--household-keys-copy".to_owned(),
        copy.display().to_string(),
    ];
    controller.run();

    let nothing = refused(&controller, &["site", "list"], 3);
    assert!(nothing.contains("declic programme set"), "{nothing}");
    let name = "name=Clic et Déclic";
    printed(&controller.declic(&[
        "programme",
        "set",
        "clic-2010",
        name,
        "begins_on=01/04/2010",
    ]));
    printed(&controller.declic(&["site", "set", "aubiers", "name=Les Aubiers", "seats=10"]));

    // The file names a site that is not there, on its third line.
    let file = place.path().join("candidatures.csv");
    let head = "code,site,received_on,state\n";
    let line = |n: u32, site: &str| format!("A-{n:04},{site},2010-02-03,received\n");
    fs::write(
        &file,
        format!("{head}{}{}", line(1, "aubiers"), line(2, "nowhere")),
    )
    .unwrap();
    let file = file.display().to_string();
    let trial = refused(
        &controller,
        &["application", "import", &file, "--dry-run"],
        1,
    );
    assert!(trial.contains('3') && trial.contains("site"), "{trial}");
    refused(&controller, &["application", "import", &file], 1);
    printed(&controller.declic(&["application", "import", &file, "--skip-bad"]));
    let list = controller.json(&["application", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 1);

    let own = [
        "site=aubiers",
        "application=A-0001",
        "charter_on=2010-05-03",
    ];
    printed(&controller.declic(&[&["household", "set", "AUB-017"][..], &own].concat()));
    let person = [
        "person",
        "set",
        "new",
        "household=AUB-017",
        "first_name=Aminatou",
    ];
    let person = printed(&controller.declic(&person));
    assert_eq!(person.trim(), "P-0001");
    let contact = [
        "contact",
        "set",
        "new",
        "household=AUB-017",
        "phone=05 56 00 00 17",
    ];
    printed(&controller.declic(&contact));
    let shown = printed(&controller.declic(&["contact", "list"]));
    assert!(shown.contains("05 56 00 00 17"), "{shown}");
    let csv = printed(&controller.declic(&["person", "export"]));
    assert!(csv.contains("Aminatou"), "{csv}");

    // What is sealed is in no file, and its key in two folders.
    controller.kill();
    assert_eq!(files_with_names(controller.dir()), Vec::<String>::new());
    let key = "clic-2010.household.AUB-017.key";
    let here = controller.dir().join("household-keys");
    assert_eq!(
        fs::read(here.join(key)).unwrap(),
        fs::read(copy.join(key)).unwrap()
    );

    // The disk of the keys is lost: they come back from the other one.
    fs::remove_dir_all(&here).unwrap();
    controller.run();
    let shown = printed(&controller.declic(&["person", "show", "P-0001"]));
    assert!(shown.contains("Aminatou"), "{shown}");

    let whole = place.path().join("AUB-017.json");
    let whole_text = whole.display().to_string();
    let export = ["household", "export", "AUB-017", "--output", &whole_text];
    printed(&controller.declic(&export));
    for file in [whole.clone(), whole.with_extension("txt")] {
        let text = fs::read_to_string(file).unwrap();
        assert!(NAMES.iter().all(|name| text.contains(name)), "{text}");
    }
    refused(&controller, &["household", "erase", "AUB-017"], 2);
    printed(&controller.declic(&["household", "erase", "AUB-017", "--yes"]));
    assert!(!here.join(key).exists() && !copy.join(key).exists());
    let shown = printed(&controller.declic(&["person", "show", "P-0001"]));
    assert!(!shown.contains("Aminatou"), "{shown}");

    // A copy of the key that somebody puts back does not outlive the next start.
    controller.stop();
    fs::write(copy.join(key), "00".repeat(32)).unwrap();
    controller.run();
    assert!(!copy.join(key).exists());
    let audit = printed(&controller.declic(&["audit", "list", "--format", "csv"]));
    assert!(audit.contains("household.erase"), "{audit}");
    printed(&controller.declic(&["audit", "verify"]));
    let words = controller.words();
    for name in NAMES {
        assert!(!audit.contains(name) && !words.contains(name), "{name}");
    }
    assert_eq!(files_with_names(controller.dir()), Vec::<String>::new());
}

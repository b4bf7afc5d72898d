//! The day of a technician: from the list, to the household, to a ticket that is solved.

use declic_tests::browser::ENTER;
use declic_tests::wait::seconds;
use declic_tests::{Browser, eventually};
use serde_json::Value;

use super::office::{Office, PASSWORD};

/// How somebody works with pages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Mouse,
    Keyboard,
    WithoutScript,
    SmallScreen,
}

impl Way {
    /// Does what is on the page: a link or a button.
    fn does(self, browser: &Browser, css: &str) {
        match self {
            Way::Keyboard => {
                browser.tab_to(css);
                browser.press(ENTER);
            }
            _ => browser.click(css),
        }
    }

    fn writes(self, browser: &Browser, css: &str, words: &str) {
        match self {
            Way::Keyboard => {
                browser.tab_to(css);
                browser.press(words);
            }
            _ => browser.write(css, words),
        }
    }
}

#[test]
fn a_technician_takes_a_ticket_from_the_list_to_a_visit_and_solves_it() {
    let office = Office::open();
    for way in [
        Way::Mouse,
        Way::Keyboard,
        Way::WithoutScript,
        Way::SmallScreen,
    ] {
        let browser = office.browser();
        match way {
            Way::SmallScreen => browser.resize(320, 640),
            Way::WithoutScript => browser.forbid_scripts(),
            _ => browser.resize(1280, 900),
        }
        works_a_day(&office, &browser, way);
        let complaints = browser.complaints();
        assert!(complaints.is_empty(), "{complaints:?}");
    }
}

fn works_a_day(office: &Office, browser: &Browser, way: Way) {
    let ticket = office.ticket("BDX-001", "Plus de son depuis hier");
    browser.go(&office.url("/aujourdhui"));
    assert!(browser.url().contains("/connexion?retour=%2Faujourdhui"));
    way.writes(browser, "#name", "amina");
    way.writes(browser, "#password", PASSWORD);
    way.does(browser, "main form button");
    browser.sees("Aujourd’hui");
    browser.sees("BDX-001");
    fits(browser);

    way.does(browser, &format!("main a[href$='/tickets/{ticket}']"));
    browser.sees("Plus de son depuis hier");
    fits(browser);
    way.does(browser, "button[value=prendre]");
    browser.sees("Ce ticket est à vous");
    way.does(browser, "button[value=commencer]");
    stands(browser, "En cours");
    way.writes(browser, "#note", "Vu avec le foyer : jeudi ?");
    way.does(browser, "button[value=noter]");
    browser.sees("Votre mot est ajouté");
    browser.sees("Vu avec le foyer");

    opens(browser, way, "visiter");
    way.does(browser, "button[value=visiter]");
    browser.sees("C’est noté");
    browser.sees("Visite, 30");
    opens(browser, way, "regler");
    way.does(browser, "button[value=regler]");
    stands(browser, "Réglé");
    fits(browser);
    let detail = office.controller.json(&["ticket", "show", &ticket]);
    assert_eq!(detail["state"], "solved", "{detail}");
    assert_eq!(detail["assignee"], "amina");
    assert_eq!(detail["minutes"], 30);
    let said: Vec<&Value> = detail["events"].as_array().unwrap().iter().collect();
    assert!(
        said.iter()
            .any(|event| event["text"] == "Vu avec le foyer : jeudi ?")
    );

    way.does(browser, "button[value=clore]");
    stands(browser, "Clos");
    way.does(browser, ".top form button");
    browser.sees("La session est terminée");
    browser.go(&office.url("/tickets"));
    assert!(browser.url().contains("/connexion"), "{}", browser.url());
}

/// Waits until the ticket stands there: a button may bear the same word before.
fn stands(browser: &Browser, state: &str) {
    eventually(
        &format!("a ticket that is « {state} »"),
        seconds(20),
        || {
            let marks = browser.texts("#top .pill");
            marks.iter().any(|mark| mark == state).then_some(())
        },
    );
}

/// Opens the part of the page that has this button.
fn opens(browser: &Browser, way: Way, value: &str) {
    let css = format!("details:has(button[value={value}]) > summary");
    way.does(browser, &css);
    eventually("an open part", seconds(10), || {
        let open =
            format!("return !!document.querySelector('details[open] button[value={value}]')");
        (browser.run(&open) == true).then_some(())
    });
}

/// Nothing is wider than the screen: nobody has to move a page sideways to read it.
fn fits(browser: &Browser) {
    let width = browser.run("return document.documentElement.scrollWidth - innerWidth");
    assert!(
        width.as_i64() <= Some(0),
        "{width} pixels too wide: {}",
        browser.url()
    );
}

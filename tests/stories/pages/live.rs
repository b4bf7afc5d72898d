//! A page that is looked at follows what changes, and leaves its reader alone.

use declic_tests::eventually;
use declic_tests::wait::seconds;

use super::office::Office;

#[test]
fn a_list_follows_what_changes_and_takes_neither_the_keyboard_nor_the_place() {
    let office = Office::open();
    let browser = office.browser();
    browser.resize(900, 400);
    office.sign_in(&browser, "amina");
    browser.sees("Personne n’a besoin de vous");
    browser.run("document.querySelector('#site').focus(); scrollTo(0, 120)");
    let place = browser.run("return scrollY");
    let ticket = office.ticket("BDX-002", "Écran noir");
    eventually("the new ticket on the page", seconds(30), || {
        browser.reads().contains(&ticket).then_some(())
    });
    let focus = browser.run("return document.activeElement.id");
    assert_eq!(focus, "site", "the keyboard stays where it was");
    assert_eq!(browser.run("return scrollY"), place, "and so does the page");

    // What somebody has begun to write is theirs.
    browser.go(&office.url(&format!("/tickets/{ticket}")));
    browser.write("#note", "Je com");
    let args = ["ticket", "comment", &ticket, "Le foyer rappelle"];
    assert!(office.controller.declic(&args).status.success());
    eventually("the comment on the page", seconds(30), || {
        browser.reads().contains("Le foyer rappelle").then_some(())
    });
    assert_eq!(
        browser.run("return document.querySelector('#note').value"),
        "Je com"
    );
    browser.write("#note", "mence");
    browser.click("button[value=noter]");
    browser.sees("Quelqu’un a changé ce ticket entre-temps");
    browser.sees("Je commence");
    browser.click(".conflict button");
    browser.sees("Votre mot est ajouté");

    // Signed out elsewhere: the page that is open shows nothing any more.
    let out = office.controller.declic(&["account", "log-out", "amina"]);
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    eventually("the door", seconds(30), || {
        browser.url().contains("/connexion").then_some(())
    });
}

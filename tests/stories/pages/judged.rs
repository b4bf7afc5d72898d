//! Every page, judged: by axe-core in both languages and both schemes of colours, by
//! html-validate, by its weight, and at 320 pixels.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use declic_tests::pages::PAGES;
use declic_tests::{Account, Browser, Demo, npm};

/// Bytes of a page, with all that it loads.
const WEIGHT: u64 = 100 * 1024;

#[test]
fn every_page_is_within_reach_of_everybody_valid_and_light() {
    let demo = Demo::start(&["--weeks", "4", "--devices", "100", "--interval", "30"]);
    let account = Account::ordinary();
    let browser = Browser::open(&account);
    let axe = fs::read_to_string(npm::file("axe-core/axe.min.js")).unwrap();
    let place = tempfile::tempdir().unwrap();

    browser.resize(1280, 900);
    browser.go(&format!("{}/connexion", demo.url));
    judge(&browser, &axe, "/connexion");
    browser.go(&demo.link);
    let ticket = opened(&demo, &browser);
    let device = demo.json(&["device", "list"])[0]["device"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut pages: Vec<String> = PAGES.map(str::to_owned).to_vec();
    pages.extend([
        format!("/postes/{device}"),
        format!("/tickets/{ticket}"),
        "/nulle-part".to_owned(),
    ]);
    for lang in ["fr", "en"] {
        for path in &pages {
            browser.go(&format!(
                "{}/langue/{lang}?retour={}",
                demo.url,
                escaped(path)
            ));
            assert!(browser.url().ends_with(path.as_str()), "{}", browser.url());
            let spoken = browser.run("return document.documentElement.lang");
            assert_eq!(spoken, lang, "{path}");
            for dark in [false, true] {
                browser.darken(dark);
                judge(&browser, &axe, path);
            }
            weigh(&browser, path);
            keep(&browser, place.path(), &format!("{lang}-{path}"));
            browser.resize(320, 640);
            let wide = browser.run("return document.documentElement.scrollWidth");
            assert!(wide.as_u64() <= Some(320), "{path} at 320 pixels: {wide}");
            browser.resize(1280, 900);
        }
    }
    validate(place.path());
}

#[test]
fn both_reports_are_within_reach_of_everybody_in_both_languages() {
    let demo = Demo::start(&["--devices", "12", "--interval", "30"]);
    let account = Account::ordinary();
    let browser = Browser::open(&account);
    let axe = fs::read_to_string(npm::file("axe-core/axe.min.js")).unwrap();
    let place = tempfile::tempdir().unwrap();
    // The browser is another account than we.
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let at = |name: &str| place.path().join(name).display().to_string();
    demo.declic(&["evaluation", "freeze", "--output", &at("dataset.tar")]);
    for lang in ["fr", "en"] {
        for kind in ["full", "public"] {
            let file = at(&format!("{kind}-{lang}.html"));
            let dataset = at("dataset.tar");
            let mut args = vec![
                "evaluation",
                "report",
                "--lang",
                lang,
                "--dataset",
                &dataset,
            ];
            args.extend(["--output", &file]);
            args.extend((kind == "public").then_some("--public"));
            demo.declic(&args);
            fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
            browser.go(&format!("file://{file}"));
            let spoken = browser.run("return document.documentElement.lang");
            assert_eq!(spoken, lang, "{file}");
            judge(&browser, &axe, &file);
            browser.resize(320, 640);
            let wide = browser.run("return document.documentElement.scrollWidth");
            assert!(wide.as_u64() <= Some(320), "{file} at 320 pixels: {wide}");
            browser.resize(1280, 900);
        }
    }
    fs::remove_file(at("dataset.tar")).unwrap();
    validate(place.path());
}

/// A ticket, opened as a technician does it.
fn opened(demo: &Demo, browser: &Browser) -> String {
    let device = demo.json(&["device", "list"])[1]["device"]
        .as_str()
        .unwrap()
        .to_owned();
    browser.go(&format!("{}/postes/{device}", demo.url));
    browser.click("#a-ticket summary");
    browser.write("#quoi", "L’écran reste noir : voir sur place ?");
    browser.click("#a-ticket button");
    browser.sees("Le ticket est ouvert");
    let url = browser.url();
    let (_, ticket) = url.rsplit_once('/').unwrap();
    ticket.split('?').next().unwrap().to_owned()
}

fn escaped(path: &str) -> String {
    path.replace('%', "%25")
        .replace('?', "%3F")
        .replace('&', "%26")
}

/// What axe-core finds wrong with the page as it is shown.
fn judge(browser: &Browser, axe: &str, path: &str) {
    // Everything is looked at, what is folded away too.
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true; })");
    browser.run(axe);
    browser.run(
        "window.axeFound = null; \
         axe.run(document, {resultTypes: ['violations']}).then(found => { \
           window.axeFound = found.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3) \
             .map(n => n.target.join(' ') + ' ' + (n.any[0] || n.all[0] || n.none[0] || {}).message) \
             .join(' | ')); })",
    );
    let found = declic_tests::eventually(
        &format!("the judgement of {path}"),
        declic_tests::wait::seconds(60),
        || {
            let found = browser.run("return window.axeFound");
            found.is_array().then_some(found)
        },
    );
    assert_eq!(found, serde_json::json!([]), "{path} in {}", browser.url());
}

/// Prints what a page weighs and how long the controller took for it; too much is a fault.
fn weigh(browser: &Browser, path: &str) {
    let measured = browser.run(
        "const page = performance.getEntriesByType('navigation')[0]; \
         const rest = performance.getEntriesByType('resource') \
           .filter(r => r.initiatorType === 'link' || r.initiatorType === 'script'); \
         return [page.decodedBodySize + rest.reduce((n, r) => n + r.decodedBodySize, 0), \
                 Math.round(page.responseEnd - page.requestStart)]",
    );
    let bytes = measured[0].as_u64().unwrap();
    let ms = &measured[1];
    let _ = writeln!(std::io::stderr(), "{bytes:>7} bytes, {ms:>4} ms  {path}");
    assert!(bytes <= WEIGHT, "{path} weighs {bytes} bytes");
}

/// Keeps the page as the controller wrote it.
fn keep(browser: &Browser, place: &Path, name: &str) {
    let html = browser.run(
        "const got = new XMLHttpRequest(); got.open('GET', location.href, false); \
         got.setRequestHeader('accept', 'text/html'); got.send(); return got.responseText",
    );
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    fs::write(place.join(format!("{name}.html")), html.as_str().unwrap()).unwrap();
}

/// Every kept page is valid HTML.
fn validate(place: &Path) {
    let rules = serde_json::json!({
        "extends": ["html-validate:standard"],
        "rules": {
            // How a file is written, not what it is.
            "no-trailing-whitespace": "off", "void-style": "off", "attribute-boolean-style": "off",
            "doctype-style": "off", "long-title": "off", "no-inline-style": "error",
            // A button of a form sends it: that is what they are for here.
            "no-implicit-button-type": "off",
        },
    });
    fs::write(place.join(".htmlvalidate.json"), rules.to_string()).unwrap();
    let judged = Command::new("node")
        .arg(npm::file("html-validate/bin/html-validate.mjs"))
        .args(["--formatter", "text", "--ext", "html"])
        .arg(place)
        .current_dir(place)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&judged.stdout);
    assert!(
        judged.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&judged.stderr)
    );
}

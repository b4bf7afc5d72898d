//! `cargo xtask screenshots`: every page as people see it, in both languages, light and dark,
//! on a large screen and on the smallest one.

use std::fs;
use std::path::Path;

use anyhow::Context;
use data_encoding::BASE64;
use declic_tests::pages::PAGES;
use declic_tests::{Account, Browser, Demo};

use crate::run::say;

/// A longer page is cut here, in pixels.
const HEIGHT: u32 = 6_000;

/// Saves pictures of every page into this folder.
pub(crate) fn save(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    say("a demonstration lives through eight weeks first; that takes a minute or two");
    let args = [
        "--speed",
        "600",
        "--weeks",
        "8",
        "--devices",
        "40",
        "--begin",
        "2026-11-20T08:00",
    ];
    let demo = Demo::start(&args);
    let account = Account::ordinary();
    let browser = Browser::open(&account);
    let mut pages: Vec<String> = vec!["/connexion".to_owned()];
    browser.go(&format!("{}/connexion", demo.url));
    shoot(&browser, &demo, folder, &pages)?;
    browser.go(&demo.link);
    pages = PAGES.map(str::to_owned).to_vec();
    let first = |args: &[&str], field: &str| {
        let list = demo.json(args);
        list[0][field].as_str().map(str::to_owned)
    };
    // The home with the most to tell is the one that needs somebody.
    pages.extend(first(&["today"], "device").map(|id| format!("/postes/{id}")));
    pages.extend(first(&["ticket", "list"], "ticket").map(|id| format!("/tickets/{id}")));
    pages.push("/nulle-part".to_owned());
    shoot(&browser, &demo, folder, &pages)?;
    say(&format!("the pictures are in {}", folder.display()));
    Ok(())
}

fn shoot(browser: &Browser, demo: &Demo, folder: &Path, pages: &[String]) -> anyhow::Result<()> {
    for lang in ["fr", "en"] {
        browser.go(&format!("{}/langue/{lang}?retour=/accessibilite", demo.url));
        for (scheme, dark) in [("light", false), ("dark", true)] {
            browser.darken(dark);
            for width in [1280, 320] {
                browser.resize(width, 900);
                for path in pages {
                    browser.go(&format!("{}{path}", demo.url));
                    let name: String = path
                        .trim_start_matches('/')
                        .chars()
                        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                        .collect();
                    let file = folder.join(format!("{name}-{lang}-{scheme}-{width}.png"));
                    let png = BASE64.decode(browser.picture(HEIGHT).as_bytes());
                    fs::write(&file, png.context("the browser gave no picture")?)
                        .with_context(|| format!("failed to write {}", file.display()))?;
                }
            }
        }
    }
    Ok(())
}

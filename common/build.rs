//! Writes the French list of BIP-39 as plain text for `src/six_words/list.rs`.
//!
//! As text it costs a program nothing until somebody asks for words; as the crate's
//! table of 2,048 slices it would be relocated, and resident, in every agent.

use std::path::Path;
use std::{env, fs};

fn main() {
    let words = bip39::Language::French.word_list().map(composed);
    let dir = env::var("OUT_DIR").expect("cargo names a folder for what a build writes");
    fs::write(Path::new(&dir).join("french.txt"), words.join("\n"))
        .expect("the folder of a build can be written");
    println!("cargo::rerun-if-changed=build.rs");
}

/// The list writes a letter and then its accent (NFD); keyboards and terminals know
/// the two as one (NFC).
fn composed(word: &str) -> String {
    word.replace("e\u{301}", "é").replace("e\u{300}", "è")
}

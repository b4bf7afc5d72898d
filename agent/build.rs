//! How the small programs of the profile `agent` are linked.

use std::env;

/// Where lld links, which is what understands this: by itself on the first, by our choice
/// (`.cargo/config.toml`) on the second.
const GNU: &str = "x86_64-unknown-linux-gnu";
const MUSL: &str = "x86_64-unknown-linux-musl";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=small.ld");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // "Small before fast" is the profile `agent` alone.
    if !is("OPT_LEVEL", "z") {
        return;
    }
    // A C compiler stands before lld on the first, and passes on what is marked.
    let mark = match env::var("TARGET").as_deref() {
        Ok(GNU) => "-Wl,",
        Ok(MUSL) => "",
        _ => return,
    };
    let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo names the folder");
    println!("cargo:rustc-link-arg-bins={mark}--script={folder}/small.ld");
    // Functions of the same code are kept once. Nothing here compares the addresses of functions.
    println!("cargo:rustc-link-arg-bins={mark}--icf=all");
    if is("TARGET", MUSL) {
        // The list of addresses to put right at the start, in a fiftieth of the room. A libc that is
        // shared must be of 2022 or newer for it; this program brings its own.
        println!("cargo:rustc-link-arg-bins={mark}--pack-dyn-relocs=relr");
    }
}

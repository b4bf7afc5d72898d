//! How the small programs of the profile `agent` are linked.

use std::env;

/// What lld, which Rust links with on this platform, is told by us.
const LLD: &str = "x86_64-unknown-linux-gnu";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=small.ld");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // "Small before fast" is the profile `agent` alone.
    if !is("OPT_LEVEL", "z") || !is("TARGET", LLD) {
        return;
    }
    let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo names the folder");
    println!("cargo:rustc-link-arg-bins=-Wl,-T,{folder}/small.ld");
    // Functions of the same code are kept once. Nothing here compares the addresses of functions.
    println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
}

//! How the shipped program is linked.

use std::env;

/// What lld, which Rust links with on this platform, is told by us.
const LLD: &str = "x86_64-unknown-linux-gnu";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("PROFILE", "release") && is("TARGET", LLD) {
        // Functions of the same code are kept once: hundreds of routes are made of the same parts.
        // Nothing here compares the addresses of functions.
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
}

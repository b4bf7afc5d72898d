//! The one place that writes to the terminal. A reader that went away is no error.

use std::io::{self, Write};

pub(super) fn line(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

pub(super) fn error(text: &str) {
    let _ = writeln!(io::stderr().lock(), "declic-agent: {text}");
}

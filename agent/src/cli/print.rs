//! The one place that writes to the terminal, for both programs of the PC. A reader that went away is no error.

use std::io::{self, Write};

pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

pub(crate) fn error(text: &str) {
    let _ = writeln!(io::stderr().lock(), "declic-agent: {text}");
}

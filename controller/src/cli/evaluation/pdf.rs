//! A report as PDF: printed by Chromium, where it is installed, from the same HTML page.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use declic_common::tr;

use crate::cli::exit::{Exit, Failure};

/// The names under which it is installed.
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

/// Prints a page on A4 into `output`. Nothing is fetched: the page needs nothing else.
pub(super) fn print(page: &str, output: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let text = tr(
            format!("le PDF ne s’écrit pas ({error})"),
            format!("the PDF cannot be written ({error})"),
        );
        Failure::new(Exit::Failed, text)
    };
    let Some(browser) = BROWSERS.into_iter().find(|name| is_there(name)) else {
        return Err(Failure::new(
            Exit::Failed,
            tr(
                "il faut Chromium pour faire un PDF (Debian : apt install chromium) ; sinon, écrire le rapport en HTML et l’imprimer depuis un navigateur",
                "a PDF needs Chromium (Debian: apt install chromium); or write the report as HTML and print it from a browser",
            ),
        ));
    };
    let place = tempfile::tempdir().map_err(failed)?;
    let (source, made) = (
        place.path().join("report.html"),
        place.path().join("report.pdf"),
    );
    fs::write(&source, page).map_err(failed)?;
    let mut command = Command::new(browser);
    command
        .args([
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--no-pdf-header-footer",
        ])
        .args(["--disable-background-networking", "--disable-dev-shm-usage"])
        .arg(joined("--user-data-dir=", place.path().join("profile")))
        .arg(joined("--print-to-pdf=", &made));
    if rustix::process::geteuid().is_root() {
        // It refuses to run as root with its sandbox; the page is our own, without a script.
        command.arg("--no-sandbox");
    }
    let printed = command
        .arg(joined("file://", &source))
        .stdin(Stdio::null())
        .output()
        .map_err(failed)?;
    let pdf = fs::read(&made).unwrap_or_default();
    if !printed.status.success() || !pdf.starts_with(b"%PDF-") {
        let said = String::from_utf8_lossy(&printed.stderr);
        let said = said.lines().last().unwrap_or_default();
        let text = tr(
            format!("{browser} n’a pas fait de PDF : {said}"),
            format!("{browser} made no PDF: {said}"),
        );
        return Err(Failure::new(Exit::Failed, text));
    }
    crate::cli::record::write_private(output, &pdf)
}

fn joined(option: &str, value: impl AsRef<OsStr>) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(option);
    text.push(value);
    text
}

fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

//! A demonstration: homes that live, and a link that lets a browser in.

use std::process::Command;

use tempfile::TempDir;

use crate::process::{Process, free_port, program};
use crate::wait::{eventually, seconds};

#[derive(Debug)]
pub struct Demo {
    /// Where its pages are, without a slash at the end.
    pub url: String,
    /// Lets one browser in, once.
    pub link: String,
    place: TempDir,
    _process: Process,
}

impl Demo {
    /// Starts `declic demo` with these arguments, and waits until it shows its link.
    pub fn start(args: &[&str]) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let url = format!("http://127.0.0.1:{}", free_port());
        let mut command = Command::new(program("declic"));
        command
            .arg("demo")
            .args(args)
            .args(["--http", url.trim_start_matches("http://")])
            .args(["--mqtt", &format!("127.0.0.1:{}", free_port())])
            .arg("--data-dir")
            .arg(place.path().join("data"))
            .env("LANG", "fr_FR.UTF-8");
        let mut process = Process::start(&mut command, &place.path().join("demo.log"))
            .expect("a demonstration starts");
        // A fast one has weeks to live first.
        let link = eventually("the link of a demonstration", seconds(600), || {
            assert!(process.is_running(), "{}", process.words());
            let words = process.words();
            let link = words
                .split_whitespace()
                .find(|word| word.contains("/entree/"))?;
            Some(link.to_owned())
        });
        Demo {
            url,
            link,
            place,
            _process: process,
        }
    }

    /// Runs `declic …` on it, which must go well.
    pub fn declic(&self, args: &[&str]) {
        let output = Command::new(program("declic"))
            .args(args)
            .arg("--data-dir")
            .arg(self.place.path().join("data"))
            .output()
            .expect("declic runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "declic {}: {said}", args.join(" "));
    }

    /// Runs `declic … --format json` on it.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let output = Command::new(program("declic"))
            .args(args)
            .args(["--format", "json", "--data-dir"])
            .arg(self.place.path().join("data"))
            .output()
            .expect("declic runs");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

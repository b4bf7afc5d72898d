//! Prometheus of our own, over blocks that `promtool` made of what others wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use declic_tests::controller::http_ok;
use declic_tests::process::{Process, free_port};
use declic_tests::wait::{PATIENCE, eventually};
use tempfile::TempDir;

pub(crate) const NAME: &str = "prometheus";
pub(crate) const SERVER: &str = "/usr/bin/prometheus";

pub(crate) struct Prometheus {
    pub(crate) process: Process,
    pub(crate) port: u16,
    dir: TempDir,
}

/// Makes blocks in the folder of a server that does not run yet.
pub(crate) fn backfill(openmetrics: &Path) -> anyhow::Result<TempDir> {
    let dir = tempfile::tempdir()?;
    let output = Command::new("promtool")
        .args(["tsdb", "create-blocks-from"])
        // As large as a running server would have made them by now.
        .arg("--max-block-duration=486h")
        .args(["--quiet", "openmetrics"])
        .arg(openmetrics)
        .arg(dir.path().join("data"))
        .stdout(Stdio::null())
        .output()
        .context("promtool does not start")?;
    if !output.status.success() {
        bail!(
            "promtool: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(dir)
}

impl Prometheus {
    /// Over what [`backfill`] made.
    pub(crate) fn start(dir: TempDir) -> anyhow::Result<Self> {
        let port = free_port();
        let config = dir.path().join("prometheus.yml");
        fs::write(&config, "scrape_configs: []\n")?;
        let mut command = Command::new(SERVER);
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                dir.path().join("data").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--storage.tsdb.retention.time=10y");
        let process = Process::start(&mut command, &dir.path().join("log"))?;
        let prometheus = Prometheus { process, port, dir };
        eventually("Prometheus", PATIENCE, || {
            http_ok(&format!("http://127.0.0.1:{port}/-/ready")).then_some(())
        });
        Ok(prometheus)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }
}

//! InfluxDB 1 of our own: in a temporary folder, its write-ahead log synced at each write.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use declic_tests::process::{Process, free_port};
use declic_tests::wait::{PATIENCE, eventually};
use tempfile::TempDir;

use crate::bench::client::Client;

pub(crate) const NAME: &str = "influxdb";
pub(crate) const SERVER: &str = "/usr/bin/influxd";

const CREATE: &str = "/query?q=CREATE%20DATABASE%20bench";

pub(crate) struct Influx {
    pub(crate) process: Process,
    pub(crate) port: u16,
    dir: TempDir,
}

impl Influx {
    /// A server with one empty database, `bench`.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let (dir, port) = (tempfile::tempdir()?, free_port());
        let at = dir.path().display();
        let config = format!(
            "reporting-disabled = true\nbind-address = \"127.0.0.1:{}\"\n\
             [meta]\ndir = \"{at}/meta\"\n\
             [data]\ndir = \"{at}/data\"\nwal-dir = \"{at}/wal\"\nwal-fsync-delay = \"0s\"\n\
             query-log-enabled = false\nindex-version = \"tsi1\"\n\
             compact-full-write-cold-duration = \"5s\"\ncache-snapshot-write-cold-duration = \"5s\"\n\
             [monitor]\nstore-enabled = false\n\
             [http]\nbind-address = \"127.0.0.1:{port}\"\nlog-enabled = false\n",
            free_port()
        );
        let file = dir.path().join("influxdb.conf");
        fs::write(&file, config)?;
        let mut command = Command::new(SERVER);
        command.arg("-config").arg(&file).env("HOME", dir.path());
        let process = Process::start(&mut command, &dir.path().join("log"))?;
        let influx = Influx { process, port, dir };
        eventually("InfluxDB", PATIENCE, || {
            let made = influx.client().ok()?.post(CREATE, b"");
            made.ok()
        });
        Ok(influx)
    }

    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        Client::tcp(self.port)
    }

    /// Where what was written ends up, the write-ahead log apart.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn wal(&self) -> PathBuf {
        self.dir.path().join("wal")
    }
}

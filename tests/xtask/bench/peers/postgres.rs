//! PostgreSQL of our own: a cluster in a temporary folder, every commit synced, as it is
//! delivered.

use std::fs;
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use declic_tests::process::{Process, free_port};
use declic_tests::wait::{PATIENCE, eventually};
use rustix::process::Signal;
use tempfile::TempDir;

pub(crate) const NAME: &str = "postgresql";
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";
pub(crate) const SERVER: &str = "/usr/lib/postgresql/15/bin/postgres";
/// It refuses to run as root.
const ACCOUNT: &str = "postgres";

pub(crate) struct Postgres {
    process: Process,
    port: u16,
    dir: TempDir,
}

impl Postgres {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
        done(Command::new("chown").arg(ACCOUNT).arg(dir.path()))?;
        let data = dir.path().join("data");
        let init = [
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "-D",
        ];
        done(
            as_account(&format!("{PROGRAMS}/initdb"))
                .args(init)
                .arg(&data),
        )?;
        let port = free_port();
        let mut command = as_account(SERVER);
        command.arg("-D").arg(&data);
        for setting in [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", dir.path().display()),
            "max_connections=120".to_owned(),
            // As delivered, and named because everything depends on them.
            "fsync=on".to_owned(),
            "synchronous_commit=on".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        let log = dir.path().join("log");
        fs::write(&log, "")?;
        let process = Process::start(&mut command, &log)?;
        let postgres = Postgres { process, port, dir };
        eventually("PostgreSQL", PATIENCE, || {
            postgres.sql("select 1").is_ok().then_some(())
        });
        Ok(postgres)
    }

    /// The postmaster; `runuser` waits above it.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(format!("{PROGRAMS}/{program}"));
        command.args(["-h"]).arg(self.dir.path()).args([
            "-p",
            &self.port.to_string(),
            "-U",
            "postgres",
        ]);
        command
    }

    /// Runs a statement; what it answers, without heads.
    pub(crate) fn sql(&self, statement: &str) -> anyhow::Result<String> {
        let output = self
            .client("psql")
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-c",
                statement,
                "postgres",
            ])
            .output()?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Fills a table with lines of comma-separated values.
    pub(crate) fn copy(
        &self,
        table: &str,
        lines: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let copy = format!("\\copy {table} from stdin with (format csv)");
        let mut child = self
            .client("psql")
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", &copy, "postgres"])
            .stdin(Stdio::piped())
            .spawn()?;
        let mut into = BufWriter::new(child.stdin.take().context("its input")?);
        lines(&mut into)?;
        into.flush()?;
        drop(into);
        let status = child.wait()?;
        anyhow::ensure!(status.success(), "psql ended with {status}");
        Ok(())
    }

    /// Runs a file of statements with `\timing on`, and gives the milliseconds of each.
    pub(crate) fn timed(&self, statements: &str) -> anyhow::Result<Vec<f64>> {
        let file = self.dir.path().join("timed.sql");
        // The answers are fetched and formatted, and go nowhere.
        fs::write(&file, format!("\\timing on\n\\o /dev/null\n{statements}"))?;
        let output = self
            .client("psql")
            .args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f"])
            .arg(&file)
            .arg("postgres")
            .output()?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let text = String::from_utf8(output.stdout)?;
        let times = text.lines().filter_map(|line| line.strip_prefix("Time: "));
        let times = times.filter_map(|rest| rest.split_whitespace().next()?.parse().ok());
        Ok(times.collect())
    }

    /// `clients` connections that run a script of pgbench until they are killed.
    pub(crate) fn load(&self, script: &Path, clients: usize) -> anyhow::Result<Child> {
        let clients = clients.to_string();
        self.client("pgbench")
            .args([
                "--no-vacuum",
                "--protocol=prepared",
                "--jobs=2",
                "--time=600",
            ])
            .args(["--client", &clients, "--file"])
            .arg(script)
            .arg("postgres")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("pgbench does not start")
    }

    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        // Fast: sessions are ended, everything is written.
        for child in super::super::proc::children(self.pid()) {
            if let Some(pid) = i32::try_from(child)
                .ok()
                .and_then(rustix::process::Pid::from_raw)
            {
                rustix::process::kill_process(pid, Signal::INT)?;
            }
        }
        self.process.ended(PATIENCE);
        Ok(())
    }
}

fn as_account(program: &str) -> Command {
    let mut command = Command::new("runuser");
    command
        .args(["-u", ACCOUNT, "--", program])
        .current_dir("/");
    command
}

fn done(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output()?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("{:?}: {}", command.get_program(), words.trim());
    }
    Ok(())
}

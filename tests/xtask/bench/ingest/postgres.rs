//! PostgreSQL: one wide row and one transaction for each report, prepared, over a local socket
//! without TLS; each of the hundred connections waits for its commit.

use std::fmt::Write;
use std::fs;

use super::{CONNECTIONS, MEMORY, watch};
use crate::bench::peers::postgres::{NAME, Postgres};
use crate::bench::proc;
use crate::bench::table::Table;

const VALUES: usize = 20;

pub(super) fn measure(table: &mut Table) -> anyhow::Result<()> {
    let server = Postgres::start()?;
    let columns: String = (0..VALUES).fold(String::new(), |mut text, n| {
        let _ = write!(text, ", v{n} bigint");
        text
    });
    server.sql(&format!(
        "create table health (device int, at timestamptz{columns}, primary key (device, at))"
    ))?;
    let values: String = (0..VALUES).fold(String::new(), |mut text, n| {
        let _ = write!(text, ", :v + {n}");
        text
    });
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("insert.sql");
    fs::write(
        &script,
        format!(
            "\\set v random(1, 1000000000)\n\
             insert into health values (:client_id, clock_timestamp(){values});\n"
        ),
    )?;
    let mut load = server.load(&script, CONNECTIONS)?;
    let pid = server.pid();
    watch(
        table,
        NAME,
        || Ok(server.sql("select count(*) from health")?.parse()?),
        || proc::cpu_seconds_of_tree(pid),
    )?;
    table.note(NAME, MEMORY, "KiB", proc::resident_kib_of_tree(pid)?);
    load.kill()?;
    load.wait()?;
    server.stop()
}

//! zabbix-agent2 with active checks of twenty values, without TLS; what it sends goes to a
//! server of ours that takes everything.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use anyhow::{Context, ensure};
use declic_tests::process::{Process, free_port};
use serde_json::{Value, json};

use super::house::{House, NEAR};
use super::{INSTALLED, INTERVAL_S, VALUES, watch};
use crate::bench::peers;
use crate::bench::table::Table;

pub(super) const PROGRAM: &str = "/usr/sbin/zabbix_agent2";
const NAME: &str = "zabbix-agent2";
const ITEMS: [&str; 20] = [
    "system.cpu.load[all,avg1]",
    "system.cpu.load[all,avg5]",
    "system.cpu.load[all,avg15]",
    "system.cpu.util[,user]",
    "system.cpu.util[,system]",
    "system.cpu.util[,idle]",
    "system.cpu.util[,iowait]",
    "system.cpu.num",
    "vm.memory.size[total]",
    "vm.memory.size[available]",
    "vm.memory.size[cached]",
    "vm.memory.size[buffers]",
    "system.swap.size[,total]",
    "system.swap.size[,free]",
    "vfs.fs.size[/,total]",
    "vfs.fs.size[/,free]",
    "vfs.fs.size[/,used]",
    "vfs.fs.inode[/,pfree]",
    "system.uptime",
    "system.boottime",
];
/// Before each message: a mark, flags, then the length and another number, little-endian.
const MARK: &[u8; 4] = b"ZBXD";
const PLAIN: u8 = 1;

/// What a server heard.
#[derive(Default)]
struct Heard {
    messages: AtomicU64,
    /// When values came for the first time: the message before asked what to check.
    since: OnceLock<Instant>,
}

pub(super) fn measure(table: &mut Table) -> anyhow::Result<()> {
    let house = House::build()?;
    let listener = TcpListener::bind((NEAR, 0))?;
    let port = listener.local_addr()?.port();
    let heard = Arc::new(Heard::default());
    {
        // It ends with this program: nobody else asks it.
        let heard = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &heard);
            }
        });
    }
    let dir = tempfile::tempdir()?;
    let settings = dir.path().join("agent.conf");
    fs::write(
        &settings,
        format!(
            "ServerActive={NEAR}:{port}\nHostname=bench\nLogType=console\nBufferSend=1\n\
             ListenIP=127.0.0.1\nListenPort={}\nControlSocket={}/socket\n",
            free_port(),
            dir.path().display()
        ),
    )?;
    let mut command = house.inside(PROGRAM);
    command.arg("-f").arg("-c").arg(&settings);
    let mut agent = Process::start(&mut command, &dir.path().join("log"))?;
    // It checks everything once in an interval; what it sends is packed, and not looked into.
    let reports = || {
        let since = heard
            .since
            .get()
            .map_or(0, |since| since.elapsed().as_secs());
        since / INTERVAL_S
    };
    watch(table, NAME, &house, "zabbix_agent2", reports).context(NAME)?;
    let messages = heard.messages.load(Ordering::Relaxed);
    ensure!(messages > reports() / 2, "only {messages} messages came");
    table.note(NAME, VALUES, "values", ITEMS.len() as f64);
    if let Some(kib) = peers::installed_kib("zabbix-agent2") {
        table.note(NAME, INSTALLED, "KiB", kib);
    }
    agent.kill();
    Ok(())
}

/// Answers one request: with thanks, and with what to check, whichever it asked for.
fn serve(mut stream: TcpStream, heard: &Heard) -> anyhow::Result<()> {
    let mut head = [0; 13];
    stream.read_exact(&mut head)?;
    ensure!(head.starts_with(MARK), "not a Zabbix agent");
    let length = u32::from_le_bytes(head[5..9].try_into()?);
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body)?;
    if heard.messages.fetch_add(1, Ordering::Relaxed) == 1 {
        let _ = heard.since.set(Instant::now());
    }
    let item = |(n, key): (usize, &&str)| {
        json!({
            "key": key, "itemid": n + 1, "delay": INTERVAL_S.to_string(),
            "lastlogsize": 0, "mtime": 0,
        })
    };
    let items: Vec<Value> = ITEMS.iter().enumerate().map(item).collect();
    let answer = json!({"response": "success", "info": "processed", "data": items}).to_string();
    let mut message = Vec::from(MARK);
    message.push(PLAIN);
    message.extend((answer.len() as u32).to_le_bytes());
    message.extend([0; 4]);
    message.extend(answer.as_bytes());
    Ok(stream.write_all(&message)?)
}

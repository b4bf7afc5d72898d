//! A process's own accounting.

use std::fs;

use anyhow::Context;

/// CPU time of a process so far, in seconds: user and system, all threads.
pub(crate) fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    // /proc/PID/schedstat of every task counts in nanoseconds; /proc/PID/stat only in ticks.
    let mut nanoseconds = 0.0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        let on_cpu = text.split_whitespace().next().unwrap_or("0");
        nanoseconds += on_cpu.parse::<f64>().context("schedstat")?;
    }
    Ok(nanoseconds / 1e9)
}

/// The same to the hundredth of a second, threads that have ended included: for a
/// process whose threads come and go.
pub(crate) fn cpu_seconds_of_all(pid: u32) -> anyhow::Result<f64> {
    /// Of Linux's interface to programs, whatever the kernel counts in (`USER_HZ`).
    const TICKS: f64 = 100.0;
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name before may hold anything; utime and stime are the 14th and 15th field.
    let (_, fields) = text.rsplit_once(')').context("no name")?;
    let times: Vec<f64> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(times.iter().sum::<f64>() / TICKS)
}

/// A line of `/proc/PID/status` in KiB, such as `VmRSS`.
pub(crate) fn status_kib(pid: u32, name: &str) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .context("no such line")?;
    let number = line.split_whitespace().nth(1).context("no number")?;
    Ok(number.parse()?)
}

/// CPU time of a process and of all its descendants, those that have ended included, in
/// seconds, to the hundredth: for a server that is many processes.
pub(crate) fn cpu_seconds_of_tree(pid: u32) -> anyhow::Result<f64> {
    const TICKS: f64 = 100.0;
    // What ended was added to its parent's account (cutime, cstime).
    let mut ticks: f64 = fields(pid)?.iter().sum();
    for child in descendants(pid) {
        // One that ends meanwhile is in its parent's account from now on.
        ticks += fields(child).map_or(0.0, |times| times.iter().sum());
    }
    Ok(ticks / TICKS)
}

/// utime, stime, cutime and cstime, in ticks.
fn fields(pid: u32) -> anyhow::Result<[f64; 4]> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = text.rsplit_once(')').context("no name")?;
    let mut times = [0.0; 4];
    for (time, field) in times.iter_mut().zip(fields.split_whitespace().skip(11)) {
        *time = field.parse()?;
    }
    Ok(times)
}

/// Those that a process started itself and that still live.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace()
        .filter_map(|p| p.parse().ok())
        .collect()
}

fn descendants(pid: u32) -> Vec<u32> {
    let mut found = children(pid);
    let mut at = 0;
    while at < found.len() {
        found.extend(children(found[at]));
        at += 1;
    }
    found
}

/// How many processes want a core, over the last minute.
pub(crate) fn load() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split_whitespace().next().context("no load")?.parse()?)
}

/// Bytes that the files of a folder take.
pub(crate) fn bytes_of(folder: &std::path::Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => bytes_of(&entry.path())?,
            // A file that is replaced while we look is counted by its successor.
            false => entry.metadata().map_or(0, |data| data.len()),
        };
    }
    Ok(bytes)
}

/// Resident memory of a process and its descendants, what they share counted once: the sum of
/// what is their own and of the largest shared part.
pub(crate) fn resident_kib_of_tree(pid: u32) -> anyhow::Result<f64> {
    let (mut own, mut shared) = (0.0, 0.0_f64);
    for pid in std::iter::once(pid).chain(descendants(pid)) {
        let Ok(anonymous) = status_kib(pid, "RssAnon") else {
            continue;
        };
        own += anonymous;
        let parts = status_kib(pid, "RssFile")? + status_kib(pid, "RssShmem")?;
        shared = shared.max(parts);
    }
    Ok(own + shared)
}

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

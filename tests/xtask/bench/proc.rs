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

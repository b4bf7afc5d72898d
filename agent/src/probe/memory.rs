//! Memory as `/proc/meminfo` tells it.

use declic_common::report::Memory;

use super::files::Files;

pub(super) fn read(files: &mut Files) -> Option<Memory> {
    let mut memory = Memory::default();
    for line in files.lines("proc/meminfo")? {
        let Some((name, rest)) = line.split_once(':') else {
            continue;
        };
        let field = match name {
            "MemTotal" => &mut memory.total_bytes,
            "MemAvailable" => &mut memory.available_bytes,
            "SwapTotal" => &mut memory.swap_total_bytes,
            "SwapFree" => &mut memory.swap_free_bytes,
            _ => continue,
        };
        *field = rest
            .trim()
            .strip_suffix(" kB")
            .and_then(|kib| kib.trim().parse::<u64>().ok())
            .filter(|kib| *kib <= 1 << 50)
            .map(|kib| kib * 1024);
        // It comes last of these, a third of the way down.
        if name == "SwapFree" {
            break;
        }
    }
    // A machine without memory cannot say so.
    memory.total_bytes = memory.total_bytes.filter(|total| *total > 0);
    (memory != Memory::default()).then_some(memory)
}

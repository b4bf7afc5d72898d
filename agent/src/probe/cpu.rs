//! How busy the processors were: mean since the last report, maximum of the samples.

use declic_common::report::Cpu;

use super::files::Files;

/// Shorter windows say more about their own edges than about the machine.
const WINDOW_TICKS: u64 = 10;

/// Counters of `/proc/stat` (proc(5)), in ticks since boot, all processors together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticks {
    busy: u64,
    all: u64,
}

impl Ticks {
    fn read(files: &mut Files) -> Option<Self> {
        let line = files.lines("proc/stat")?.next()?;
        let mut fields = line.strip_prefix("cpu ")?.split_ascii_whitespace();
        // user nice system idle iowait irq softirq steal; guests are inside user.
        let mut all = 0u64;
        let mut resting = 0u64;
        for place in 0..8 {
            let Some(field) = fields.next() else {
                // Kernels before 2.6.11 stop after softirq.
                if place < 7 {
                    return None;
                }
                break;
            };
            let ticks: u64 = field.parse().ok()?;
            all = all.checked_add(ticks)?;
            if place == 3 || place == 4 {
                resting += ticks;
            }
        }
        Some(Self {
            busy: all - resting,
            all,
        })
    }

    /// Share in use since `earlier`, in thousandths.
    fn since(self, earlier: Self) -> Option<u16> {
        let all = self.all.checked_sub(earlier.all)?;
        let busy = self.busy.saturating_sub(earlier.busy).min(all);
        (all >= WINDOW_TICKS).then(|| (busy as u128 * 1000 / all as u128) as u16)
    }
}

/// Remembers where the last report and the last sample stood.
#[derive(Debug)]
pub(super) struct CpuMeter {
    report: Option<Ticks>,
    sample: Option<Ticks>,
    max: Option<u16>,
}

impl CpuMeter {
    pub(super) fn new(files: &mut Files) -> Self {
        let now = Ticks::read(files);
        Self {
            report: now,
            sample: now,
            max: None,
        }
    }

    pub(super) fn sample(&mut self, files: &mut Files) {
        self.take(Ticks::read(files));
    }

    fn take(&mut self, now: Option<Ticks>) {
        let Some(now) = now else { return };
        match self.sample {
            Some(earlier) if now.all >= earlier.all => {
                let Some(share) = now.since(earlier) else {
                    return;
                };
                self.max = self.max.max(Some(share));
            }
            _ => {}
        }
        self.sample = Some(now);
    }

    pub(super) fn read(&mut self, files: &mut Files) -> Option<Cpu> {
        let now = Ticks::read(files);
        self.take(now);
        let mean = now.zip(self.report).and_then(|(now, then)| now.since(then));
        let [load1, load5, load15] = loads(files);
        let cpu = Cpu {
            mean_permille: mean,
            // The last window may be too short to count; a maximum is no less than its mean.
            max_permille: self.max.take().max(mean),
            load1_centi: load1,
            load5_centi: load5,
            load15_centi: load15,
        };
        self.report = now;
        (cpu != Cpu::default()).then_some(cpu)
    }
}

/// Load averages over 1, 5 and 15 minutes, in hundredths.
fn loads(files: &mut Files) -> [Option<u32>; 3] {
    let Some(line) = files.word("proc/loadavg") else {
        return [None; 3];
    };
    let mut fields = line.split(' ').map(|field| {
        let (whole, hundredths) = field.split_once('.')?;
        let hundredths: u32 = hundredths.parse().ok().filter(|h| *h < 100)?;
        let whole: u32 = whole.parse().ok()?;
        whole
            .checked_mul(100)
            .map(|centi| centi + hundredths)
            .filter(|centi| *centi <= 1_000_000)
    });
    std::array::from_fn(|_| fields.next().flatten())
}

//! The real machine: everything that a Debian or Ubuntu PC tells.

use std::path::Path;

use declic_common::inventory::Inventory;
use declic_common::report::{HealthReport, Slow};

use super::battery;
use super::clocks::ClockReader;
use super::cpu::CpuMeter;
use super::disks::DiskReader;
use super::files::Files;
use super::links::Links;
use super::temperatures::Thermometers;
use super::updates::{self, UpdateCount};
use super::usage::UsageMeter;
use super::{Climb, Clocks, Probe, SlowJob, Sources, Targets};
use super::{inventory, ladder, memory, smart, units};

/// A PC, read through its [`Sources`].
#[derive(Debug)]
pub struct Machine {
    files: Files,
    clocks: ClockReader,
    cpu: CpuMeter,
    disks: DiskReader,
    thermometers: Thermometers,
    links: Links,
    usage: UsageMeter,
    updates: UpdateCount,
}

impl Machine {
    /// Starts counting: the first report tells of the time since this call.
    pub fn new(sources: Sources) -> Self {
        let mut files = Files::new(sources);
        let mut clocks = ClockReader::new();
        clocks.read(&mut files);
        let mut links = Links::default();
        links.changed(&mut files);
        Self {
            cpu: CpuMeter::new(&mut files),
            clocks,
            disks: DiskReader::default(),
            thermometers: Thermometers::default(),
            links,
            usage: UsageMeter::default(),
            updates: UpdateCount::default(),
            files,
        }
    }

    /// Keeps in this folder what was expensive to find out, for the next start.
    pub fn remembering(mut self, folder: &Path) -> Self {
        self.updates = UpdateCount::in_file(folder.join("updates.json"));
        self
    }
}

impl Probe for Machine {
    fn clocks(&mut self) -> Clocks {
        self.clocks.read(&mut self.files)
    }

    fn sample(&mut self) -> bool {
        self.cpu.sample(&mut self.files);
        if self.usage.is_counting() {
            let clocks = self.clocks();
            self.usage.sample(&mut self.files, &clocks);
        }
        self.links.changed(&mut self.files)
    }

    fn readings(&mut self, usage: bool) -> HealthReport {
        // Only use is dated.
        let clocks = usage.then(|| self.clocks());
        let files = &mut self.files;
        HealthReport {
            cpu: self.cpu.read(files),
            memory: memory::read(files),
            disks: self.disks.read(files),
            temperatures: self.thermometers.read(files),
            link: self.links.read(files),
            battery: battery::read(files),
            usage: self.usage.read(files, clocks.as_ref()),
            ..HealthReport::default()
        }
    }

    fn slow(&mut self) -> SlowJob {
        let sources = self.files.sources.clone();
        let updates = self.updates.clone();
        Box::new(move || {
            let mut files = Files::new(sources);
            Slow {
                slow_at: None,
                updates: updates.read(&mut files),
                reboot_required: updates::reboot_required(&mut files),
                failed_units: units::failed(&files.sources),
                smart: smart::read(&mut files),
            }
        })
    }

    fn inventory(&mut self) -> Inventory {
        inventory::read(&mut self.files)
    }

    fn climb(&mut self, targets: Targets) -> Climb {
        let mut files = Files::new(self.files.sources.clone());
        Box::pin(async move { ladder::climb(&mut files, &targets).await })
    }

    fn going_down(&mut self) -> bool {
        units::going_down(&self.files.sources)
    }
}

//! The controller's power, cut while PCs report and the office opens tickets.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use anyhow::{bail, ensure};
use declic_common::InstallId;
use declic_tests::device::stored;
use declic_tests::load::{Ledger, load, work_for};
use declic_tests::process::printed;
use declic_tests::{Controller, Device, Dice};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::Counts;
use super::disk::Disk;

const DEVICES: usize = 6;
/// One cut in so many falls into the first moments of a controller on an empty disk.
const BIRTHS: u32 = 5;

/// What was acknowledged, noted outside.
#[derive(Clone, Debug, Default)]
struct Noted {
    tickets: BTreeSet<String>,
    /// Hash of the newest audit entry that was shown.
    audit: Option<String>,
}

struct House {
    disk: Disk,
    controller: Controller,
    runtime: Runtime,
    devices: Vec<Device>,
    ledgers: Vec<Arc<Mutex<Ledger>>>,
    noted: Arc<Mutex<Noted>>,
}

/// Cuts the power so many times; fails at the first thing that is missing.
pub(crate) fn cut(cuts: u32, dice: &mut Dice) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let births = cuts / BIRTHS;
    for _ in 0..births {
        birth(dice, &mut counts)?;
        counts.say("controller, at its birth");
    }
    let mut house = House::open()?;
    for n in births..cuts {
        house.cut(dice, &mut counts)?;
        counts.say(&format!("controller, cut {} of {cuts}", n + 1));
    }
    let (reports, tickets) = house.acknowledged();
    counts.acknowledged += reports + tickets;
    counts.words = format!("{reports} reports and {tickets} tickets with their audit entries");
    house.controller.stop();
    Ok(counts)
}

/// A controller that never was ready has promised nothing, but it must come up by itself;
/// one that was ready is the same controller.
fn birth(dice: &mut Dice, counts: &mut Counts) -> anyhow::Result<()> {
    let mut disk = Disk::format()?;
    let mut controller = Controller::prepare_in(disk.path());
    controller.spawn();
    let authority = disk.path().join("pki/ca.pem");
    if dice.below(3) == 0 {
        controller.await_ready();
    } else {
        work_for(dice.moment(0, 1500));
    }
    let url = format!("http://127.0.0.1:{}/readyz", controller.http_port);
    let before = declic_tests::controller::http_ok(&url)
        .then(|| std::fs::read_to_string(&authority))
        .transpose()?;
    counts.add(disk.cut(dice, || controller.kill())?);
    controller.run();
    let after = std::fs::read_to_string(&authority)?;
    if before.is_some_and(|before| before != after) {
        bail!("the controller is another one after a power cut");
    }
    controller.stop();
    Ok(())
}

impl House {
    fn open() -> anyhow::Result<Self> {
        let disk = Disk::format()?;
        let mut controller = Controller::prepare_in(disk.path());
        controller.run();
        let runtime = Runtime::new()?;
        let mut devices = Vec::new();
        for n in 0..DEVICES {
            let device = runtime.block_on(Device::enrol(&controller, &asset(n)))?;
            let install = InstallId::from_bits(device.id.to_bits());
            devices.push(Device { install, ..device });
        }
        Ok(House {
            disk,
            controller,
            runtime,
            ledgers: devices.iter().map(|_| Arc::default()).collect(),
            devices,
            noted: Arc::default(),
        })
    }

    fn cut(&mut self, dice: &mut Dice, counts: &mut Counts) -> anyhow::Result<()> {
        let mut load_tasks = JoinSet::new();
        for (device, ledger) in self.devices.iter().zip(&self.ledgers) {
            let work = load(device.clone(), Arc::clone(ledger));
            load_tasks.spawn_on(work, self.runtime.handle());
        }
        let stop = Arc::new(AtomicBool::new(false));
        let office = self.office(Arc::clone(&stop));
        work_for(dice.moment(0, 900));

        // What was noted before the cut is what must be there after it.
        let ledgers: Vec<Ledger> = self.ledgers.iter().map(|l| of(l).clone()).collect();
        let noted = of(&self.noted).clone();
        let controller = &mut self.controller;
        counts.add(self.disk.cut(dice, || controller.kill())?);
        stop.store(true, Ordering::SeqCst);
        let _ = office.join();
        self.runtime.block_on(load_tasks.shutdown());
        for (ledger, before) in self.ledgers.iter().zip(ledgers) {
            let sent = of(ledger).sent;
            // Its numbers stay given; what the dead machine still said is not known.
            *of(ledger) = Ledger { sent, ..before };
        }
        *of(&self.noted) = noted;

        // The power fails again while it starts, one time in eight.
        self.controller.spawn();
        if dice.below(8) == 0 {
            work_for(dice.moment(0, 600));
            let controller = &mut self.controller;
            counts.add(self.disk.cut(dice, || controller.kill())?);
            self.controller.spawn();
        }
        self.controller.await_ready();
        self.whole()
    }

    /// Opens tickets until it is told to stop, noting each that was acknowledged.
    fn office(&self, stop: Arc<AtomicBool>) -> JoinHandle<()> {
        let noted = Arc::clone(&self.noted);
        let dir = self.controller.dir().to_owned();
        std::thread::spawn(move || {
            // Only its command line is used; it starts nothing.
            let office = Controller::prepare_in(&dir);
            for n in 0.. {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let open =
                    office.declic(&["ticket", "open", &asset(n % DEVICES), "Le PC fait du bruit"]);
                if !open.status.success() {
                    continue;
                }
                let ticket = String::from_utf8_lossy(&open.stdout).trim().to_owned();
                of(&noted).tickets.insert(ticket);
                let audit = office.declic(&["audit", "verify", "--format", "json"]);
                let Ok(check) = serde_json::from_slice::<serde_json::Value>(&audit.stdout) else {
                    continue;
                };
                if let Some(head) = check["head"].as_str() {
                    of(&noted).audit = Some(head.to_owned());
                }
            }
        })
    }

    /// Looks for everything that was acknowledged.
    fn whole(&self) -> anyhow::Result<()> {
        for (device, ledger) in self.devices.iter().zip(&self.ledgers) {
            let stored = stored(&self.controller, device.id)?;
            let missing: Vec<_> = of(ledger).receipted.difference(&stored).copied().collect();
            ensure!(
                missing.is_empty(),
                "{}: reports {missing:?} are lost",
                device.id
            );
        }
        let noted = of(&self.noted).clone();
        let list = self.controller.json(&["ticket", "list", "--all"]);
        let there: BTreeSet<&str> = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|ticket| ticket["ticket"].as_str())
            .collect();
        let missing: Vec<_> = noted
            .tickets
            .iter()
            .filter(|t| !there.contains(t.as_str()))
            .collect();
        ensure!(missing.is_empty(), "tickets {missing:?} are lost");
        let mut verify = vec!["audit", "verify"];
        if let Some(head) = &noted.audit {
            verify.extend(["--noted", head]);
        }
        printed(&self.controller.declic(&verify));
        Ok(())
    }

    fn acknowledged(&self) -> (u64, u64) {
        let reports = self
            .ledgers
            .iter()
            .map(|l| of(l).receipted.len() as u64)
            .sum();
        (reports, of(&self.noted).tickets.len() as u64)
    }
}

fn asset(n: usize) -> String {
    format!("BDX-{n:03}")
}

fn of<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

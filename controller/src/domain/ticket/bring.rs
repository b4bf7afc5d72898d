//! What a technician brings along, and what of it must fit this PC.

use declic_common::inventory::{DiskFitted, Inventory, MemoryFitted};
use declic_common::report::{DiskForm, DiskKind};
use declic_common::ticket::body::Part;
use declic_common::ticket::{Bring, Cause, Fact};

/// What a technician brings along for a cause.
pub fn bring(cause: Cause) -> &'static [Bring] {
    match cause {
        Cause::DiskFailing => &[
            Bring::BackupDrive,
            Bring::SpareDisk,
            Bring::InstallKey,
            Bring::SparePc,
        ],
        Cause::Overheating => &[Bring::CompressedAir, Bring::ThermalPaste],
        Cause::DiskFull => &[Bring::BackupDrive],
        Cause::NeverStarted => &[Bring::PowerSupply, Bring::NetworkCable, Bring::WifiKey],
        Cause::InternetDown => &[Bring::NetworkCable, Bring::WifiKey],
        Cause::Overdue => &[Bring::PowerSupply, Bring::SparePc],
        Cause::MemoryStarving => &[Bring::MemoryModule],
        Cause::UpdatesFailing | Cause::AgentOutdated => &[Bring::InstallKey],
        Cause::ClockWrong => &[Bring::ClockBattery],
        Cause::CertificateEnding | Cause::RebootPending | Cause::Help | Cause::Reported => &[],
    }
}

/// The parts among `items` that must fit, by what the PC is made of. `evidence` tells
/// which of several disks fails.
pub fn parts<'a>(
    items: &[Bring],
    evidence: impl Iterator<Item = &'a Fact>,
    inventory: &Inventory,
) -> Vec<Part> {
    let mut parts = Vec::new();
    if items.contains(&Bring::SpareDisk) {
        let named: Vec<&str> = evidence.filter_map(|fact| fact.disk.as_deref()).collect();
        for part in failing(inventory, &named).filter_map(spare_disk) {
            // Evidence may name a disk twice.
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    if items.contains(&Bring::MemoryModule) {
        parts.extend(inventory.memory.as_ref().and_then(memory_module));
    }
    parts
}

/// The disks that evidence names, or else the only one.
fn failing<'a>(
    inventory: &'a Inventory,
    named: &'a [&str],
) -> impl Iterator<Item = &'a DiskFitted> {
    let disks = inventory.disks.as_deref().unwrap_or_default();
    let is_named = move |disk: &DiskFitted| {
        let digits = disk.disk.as_deref();
        digits.is_some_and(|digits| named.contains(&digits))
    };
    let any = disks.iter().any(is_named);
    disks.iter().filter(move |disk| {
        if any {
            is_named(disk)
        } else {
            disks.len() == 1
        }
    })
}

/// A solid-state disk that takes the place of this one.
fn spare_disk(disk: &DiskFitted) -> Option<Part> {
    let form = match (disk.kind?, disk.form) {
        // They are small enough for the place of a larger one, and larger ones are not made.
        (DiskKind::Ata, None | Some(DiskForm::Inch3And5)) => Some(DiskForm::Inch2And5),
        // Only few PCs have one elsewhere.
        (DiskKind::Nvme, None) => Some(DiskForm::M2),
        (_, form) => form,
    };
    Some(Part {
        disk_kind: disk.kind,
        disk_form: form,
        at_least_bytes: disk.size_bytes,
        ..part(Bring::SpareDisk)
    })
}

/// A module like those that are there.
fn memory_module(memory: &MemoryFitted) -> Option<Part> {
    let module = memory.modules.as_deref()?.first()?;
    (module.kind.is_some() || module.form.is_some()).then(|| Part {
        memory_kind: module.kind.clone(),
        memory_form: module.form,
        ..part(Bring::MemoryModule)
    })
}

fn part(item: Bring) -> Part {
    Part {
        item,
        disk_kind: None,
        disk_form: None,
        memory_kind: None,
        memory_form: None,
        at_least_bytes: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use declic_common::inventory::ModuleForm;
    use serde_json::{Value, json};

    fn wanted(items: &[Bring], failing: &[&str], inventory: Value) -> Vec<Part> {
        let inventory: Inventory = serde_json::from_value(inventory).unwrap();
        let facts: Vec<Fact> = failing
            .iter()
            .map(|disk| Fact {
                disk: Some((*disk).to_owned()),
                ..Fact::new("smart_pending", 9)
            })
            .collect();
        parts(items, facts.iter(), &inventory)
    }

    fn disk(kind: DiskKind, form: DiskForm, bytes: u64) -> Part {
        Part {
            disk_kind: Some(kind),
            disk_form: Some(form),
            at_least_bytes: Some(bytes),
            ..part(Bring::SpareDisk)
        }
    }

    #[test]
    fn the_disk_that_fails_says_which_one_to_bring() {
        let two = json!({"disks": [
            {"disk": "0123abcd", "kind": "ata", "size_bytes": 500, "rotational": true, "form": "3.5_inch"},
            {"disk": "89efcdab", "kind": "nvme", "size_bytes": 250}
        ]});
        let spare = |failing: &[&str]| wanted(&[Bring::SpareDisk], failing, two.clone());
        let sata = disk(DiskKind::Ata, DiskForm::Inch2And5, 500);
        let nvme = disk(DiskKind::Nvme, DiskForm::M2, 250);
        let both = spare(&["89efcdab", "0123abcd"]);
        assert_eq!(both, [sata.clone(), nvme.clone()]);
        assert_eq!(spare(&["0123abcd"]), [sata]);
        assert_eq!(spare(&["89efcdab", "89efcdab"]), [nvme]);
        assert_eq!(spare(&[]), [], "of two, nobody knows which one");
        assert_eq!(
            wanted(&[Bring::CompressedAir], &["0123abcd"], two.clone()),
            []
        );
    }

    #[test]
    fn the_only_disk_is_the_one_and_its_shape_counts_where_it_matters() {
        let only = |disk: Value| wanted(&[Bring::SpareDisk], &[], json!({ "disks": [disk] }));
        let small = only(json!({"kind": "ata", "form": "msata", "size_bytes": 64}));
        assert_eq!(small, [disk(DiskKind::Ata, DiskForm::Msata, 64)]);
        let plain = only(json!({"kind": "ata", "size_bytes": 120}));
        assert_eq!(plain, [disk(DiskKind::Ata, DiskForm::Inch2And5, 120)]);
        assert_eq!(
            only(json!({"size_bytes": 120})),
            [],
            "not even how it is attached"
        );
    }

    #[test]
    fn memory_is_brought_as_it_is_there() {
        let module = |module: Value| {
            let inventory = json!({"memory": {"modules": [module]}});
            wanted(&[Bring::MemoryModule], &[], inventory)
        };
        let like = module(json!({"kind": "DDR3", "form": "so_dimm"}));
        let expected = Part {
            memory_kind: Some("DDR3".to_owned()),
            memory_form: Some(ModuleForm::SoDimm),
            ..part(Bring::MemoryModule)
        };
        assert_eq!(like, [expected]);
        assert_eq!(module(json!({"slot": "A1"})), []);
        assert_eq!(wanted(&[Bring::MemoryModule], &[], json!({})), []);
    }
}

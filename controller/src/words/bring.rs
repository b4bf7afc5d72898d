//! What to bring, so that the right part is taken off the shelf.

use declic_common::inventory::ModuleForm;
use declic_common::report::{DiskForm, DiskKind};
use declic_common::ticket::Bring;
use declic_common::ticket::body::Part;

use super::Voice;

impl Voice {
    /// What to bring along, in one line; what must fit this PC says how.
    pub(crate) fn bring(&self, items: &[Bring], parts: &[Part]) -> String {
        match self.things(items, parts) {
            words if words.is_empty() => "–".to_owned(),
            words => words.join(", "),
        }
    }

    /// What to bring along, thing by thing; what must fit this PC says how.
    pub(crate) fn things(&self, items: &[Bring], parts: &[Part]) -> Vec<String> {
        let words = items.iter().flat_map(|item| {
            let fitting = parts.iter().filter(|part| part.item == *item);
            let fitting: Vec<String> = fitting.map(|part| self.part(part)).collect();
            match fitting.is_empty() {
                true => vec![self.item(*item).to_owned()],
                false => fitting,
            }
        });
        words.collect()
    }

    fn item(&self, item: Bring) -> &'static str {
        match item {
            Bring::SparePc => self.say("PC de réserve", "spare PC"),
            Bring::SpareDisk => self.say("disque de rechange", "spare disk"),
            Bring::BackupDrive => self.say("disque de sauvegarde", "backup drive"),
            Bring::CompressedAir => self.say("air comprimé", "compressed air"),
            Bring::ThermalPaste => self.say("pâte thermique", "thermal paste"),
            Bring::MemoryModule => self.say("barrette de mémoire", "memory module"),
            Bring::ClockBattery => self.say("pile CR2032", "CR2032 battery"),
            Bring::PowerSupply => self.say("alimentation", "power supply"),
            Bring::NetworkCable => self.say("câble réseau", "network cable"),
            Bring::WifiKey => self.say("clé Wi-Fi", "Wi-Fi key"),
            Bring::InstallKey => self.say("clé d’installation", "install key"),
        }
    }

    fn part(&self, part: &Part) -> String {
        let mut words: Vec<String> = Vec::new();
        match part.item {
            Bring::MemoryModule => {
                words.extend(part.memory_kind.clone());
                words.extend(part.memory_form.map(|form| module_form(form).to_owned()));
            }
            _ => {
                words.extend(part.disk_form.map(|form| self.disk_form(form).to_owned()));
                words.extend(
                    part.disk_kind
                        .map(|kind| disk_kind(kind, part.disk_form).to_owned()),
                );
                words.retain(|word| !word.is_empty());
            }
        }
        let how = words.join(" ");
        let name = match part.item {
            // Disks that turn are no longer fitted.
            Bring::SpareDisk => self.say(format!("disque SSD {how}"), format!("{how} SSD")),
            item => {
                let item = self.item(item);
                self.say(format!("{item} {how}"), format!("{how} {item}"))
            }
        };
        match part.at_least_bytes {
            Some(bytes) => format!("{name} ≥ {}", self.whole_disk(bytes)),
            None => name,
        }
    }

    /// The size of a disk as it is written on its box.
    fn whole_disk(&self, bytes: u64) -> String {
        let text = self.disk(bytes);
        let point = self.say(",0", ".0");
        text.replacen(point, "", 1)
    }

    fn disk_form(&self, form: DiskForm) -> &'static str {
        match form {
            DiskForm::Inch3And5 => self.say("3,5 pouces", "3.5-inch"),
            DiskForm::Inch2And5 => self.say("2,5 pouces", "2.5-inch"),
            DiskForm::Inch1And8 => self.say("1,8 pouce", "1.8-inch"),
            DiskForm::M2 => "M.2",
            DiskForm::Msata => "mSATA",
        }
    }
}

/// How a disk is attached, unless its shape has said so.
fn disk_kind(kind: DiskKind, form: Option<DiskForm>) -> &'static str {
    match (kind, form) {
        (DiskKind::Ata, Some(DiskForm::Msata)) => "",
        (DiskKind::Ata, _) => "SATA",
        (DiskKind::Nvme, _) => "NVMe",
        (DiskKind::Scsi, _) => "SCSI",
    }
}

fn module_form(form: ModuleForm) -> &'static str {
    match form {
        ModuleForm::Dimm => "DIMM",
        ModuleForm::SoDimm => "SO-DIMM",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use declic_common::Lang;
    use jiff::Timestamp;

    #[test]
    fn the_right_part_can_be_taken_off_the_shelf() {
        let [fr, en] = [Lang::Fr, Lang::En].map(|lang| Voice::new(lang, Timestamp::UNIX_EPOCH));
        let none = Part {
            item: Bring::SpareDisk,
            disk_kind: None,
            disk_form: None,
            memory_kind: None,
            memory_form: None,
            at_least_bytes: None,
        };
        let disk = |kind, form, bytes| Part {
            disk_kind: Some(kind),
            disk_form: form,
            at_least_bytes: Some(bytes),
            ..none.clone()
        };
        let memory = Part {
            item: Bring::MemoryModule,
            memory_kind: Some("DDR3".to_owned()),
            memory_form: Some(ModuleForm::SoDimm),
            ..none.clone()
        };
        for (part, french, english) in [
            (
                disk(DiskKind::Ata, Some(DiskForm::Inch2And5), 120_034_123_776),
                "disque SSD 2,5 pouces SATA ≥ 120\u{202f}Go",
                "2.5-inch SATA SSD ≥ 120 GB",
            ),
            (
                disk(DiskKind::Ata, Some(DiskForm::Msata), 64_023_257_088),
                "disque SSD mSATA ≥ 64\u{202f}Go",
                "mSATA SSD ≥ 64 GB",
            ),
            (
                disk(DiskKind::Nvme, Some(DiskForm::M2), 1_000_204_886_016),
                "disque SSD M.2 NVMe ≥ 1\u{202f}To",
                "M.2 NVMe SSD ≥ 1 TB",
            ),
            (
                memory,
                "barrette de mémoire DDR3 SO-DIMM",
                "DDR3 SO-DIMM memory module",
            ),
        ] {
            let items = [part.item, Bring::InstallKey];
            let parts = [part];
            let rest = (", clé d’installation", ", install key");
            assert_eq!(fr.bring(&items, &parts), format!("{french}{}", rest.0));
            assert_eq!(en.bring(&items, &parts), format!("{english}{}", rest.1));
        }
        assert_eq!(fr.bring(&[Bring::SpareDisk], &[]), "disque de rechange");
        assert_eq!(en.bring(&[], &[]), "–");
    }
}

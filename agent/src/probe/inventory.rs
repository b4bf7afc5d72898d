//! What the PC is made of.

use std::fs;

use declic_common::inventory::{
    Bios, CpuModel, DiskFitted, Inventory, MemoryFitted, NetworkCard, Os,
};
use declic_common::limits::JSON_INT_MAX;
use declic_common::report::{DiskKind, LinkKind};

use super::files::Files;
use super::text::{clean, filled_in};
use super::{disks, dmi, link, memory, smart};

const DMI: &str = "sys/class/dmi/id";
const BLOCK: &str = "sys/block";
const SECTOR_BYTES: u64 = 512;
const MOST: usize = 16;

pub(super) fn read(files: &mut Files) -> Inventory {
    let vendor = dmi_text(files, "board_vendor", 64);
    let board = dmi_text(files, "board_name", 128);
    let board = match (vendor, board) {
        (Some(vendor), Some(board)) => clean(&format!("{vendor} {board}"), 128),
        (vendor, board) => board.or(vendor),
    };
    Inventory {
        vendor: dmi_text(files, "sys_vendor", 128),
        model: dmi_text(files, "product_name", 128),
        serial: serial(files),
        board,
        bios: bios(files),
        cpu: cpu(files),
        memory: fitted_memory(files),
        disks: fitted_disks(files),
        network: network_cards(files),
        os: os(files),
        agent_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    }
}

fn dmi_text(files: &mut Files, name: &str, chars: usize) -> Option<String> {
    filled_in(files.word(format!("{DMI}/{name}"))?, chars)
}

/// The kernel shows it to root alone; the helper may have left it for us.
fn serial(files: &mut Files) -> Option<String> {
    let helped = files.sources.helper.join("dmi/product_serial");
    dmi_text(files, "product_serial", 128).or_else(|| filled_in(files.word(helped)?, 128))
}

fn bios(files: &mut Files) -> Option<Bios> {
    let bios = Bios {
        vendor: dmi_text(files, "bios_vendor", 128),
        version: dmi_text(files, "bios_version", 128),
        date: dmi_text(files, "bios_date", 32),
    };
    (bios != Bios::default()).then_some(bios)
}

fn cpu(files: &mut Files) -> Option<CpuModel> {
    let mut model = None;
    let mut threads = 0u16;
    // Package and number within it: what threads of one core share.
    let mut cores: Vec<(String, String)> = Vec::new();
    let mut package = String::new();
    for line in files.lines("proc/cpuinfo").into_iter().flatten() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.trim_end() {
            "processor" => threads = threads.saturating_add(1),
            "model name" if model.is_none() => model = filled_in(value, 128),
            "physical id" => package = value.to_owned(),
            "core id" => {
                let core = (package.clone(), value.to_owned());
                if !cores.contains(&core) {
                    cores.push(core);
                }
            }
            _ => {}
        }
    }
    let max_khz = files.number::<u32>("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq");
    let arch = files
        .word("proc/sys/kernel/arch")
        .and_then(|arch| clean(arch, 32));
    let bounded = |count: u16| (1..=4096).contains(&count).then_some(count);
    let cpu = CpuModel {
        model,
        cores: u16::try_from(cores.len()).ok().and_then(bounded),
        threads: bounded(threads),
        max_mhz: max_khz
            .map(|khz| khz / 1000)
            .filter(|mhz| (1..=100_000).contains(mhz)),
        // Kernels before 6.1 do not say; the agent runs on what it was built for.
        arch: arch.or_else(|| Some(std::env::consts::ARCH.to_owned())),
    };
    (cpu.model.is_some() || cpu.threads.is_some()).then_some(cpu)
}

/// The modules' sizes together where the firmware's table can be read, else what
/// the kernel was given, a little less.
fn fitted_memory(files: &mut Files) -> Option<MemoryFitted> {
    let helped = files.sources.helper.join("dmi/DMI");
    let table = match files
        .bytes("sys/firmware/dmi/tables/DMI")
        .and_then(dmi::memory)
    {
        Some(table) => Some(table),
        None => files.bytes(helped).and_then(dmi::memory),
    };
    let sizes = table.as_ref().and_then(|table| {
        let sizes = table.modules.iter().map(|module| module.size_bytes);
        sizes
            .map(|size| size.map(u128::from))
            .sum::<Option<u128>>()
            .and_then(|sum| u64::try_from(sum).ok())
    });
    let total = sizes
        .filter(|sum| *sum > 0)
        .or_else(|| memory::read(files)?.total_bytes)
        .filter(|total| *total <= JSON_INT_MAX);
    let memory = MemoryFitted {
        total_bytes: total,
        slots: table.as_ref().and_then(|table| table.slots),
        modules: table.map(|table| table.modules),
    };
    (memory != MemoryFitted::default()).then_some(memory)
}

fn fitted_disks(files: &mut Files) -> Option<Vec<DiskFitted>> {
    let outputs = smart::outputs(files);
    let mut list = Vec::new();
    for name in files.names(BLOCK) {
        // A mapped device is made of disks that are counted already.
        let mapped = name.starts_with("dm-") || name.starts_with("md");
        let boot_part = name.starts_with("mmcblk") && name.contains("boot");
        let folder = fs::canonicalize(files.path(format!("{BLOCK}/{name}")));
        if mapped || boot_part || list.len() == MOST {
            continue;
        }
        if folder.is_ok_and(|folder| disks::fixed_device(files, &folder, 0)) {
            let output = outputs.iter().find(|output| output.is_device(&name));
            list.extend(fitted_disk(files, &name, output));
        }
    }
    (!list.is_empty()).then_some(list)
}

fn fitted_disk(
    files: &mut Files,
    name: &str,
    output: Option<&smart::Output>,
) -> Option<DiskFitted> {
    let folder = format!("{BLOCK}/{name}");
    let device = |file: &str| format!("{folder}/device/{file}");
    let mut read = |file: &str| files.word(device(file)).map(str::to_owned);
    // SATA disks answer the kernel in SCSI's short fields; udev and smartctl have
    // the whole of them.
    let vendor = read("vendor");
    let is_nvme = name.starts_with("nvme");
    let kind = match vendor.as_deref() {
        _ if is_nvme => Some(DiskKind::Nvme),
        Some("ATA") => Some(DiskKind::Ata),
        Some(_) if name.starts_with("sd") => Some(DiskKind::Scsi),
        _ => None,
    };
    let (model, serial, revision) = (read("model"), read("serial"), read("rev"));
    let own_firmware = read("firmware_rev");
    let card_name = read("name");
    let sectors: Option<u64> = files.number(format!("{folder}/size"));
    let rotational = match files.word(format!("{folder}/queue/rotational")) {
        Some("1") => Some(true),
        Some("0") => Some(false),
        _ => None,
    };
    let udev = Udev::read(files, &folder);
    let model = output
        .and_then(|output| output.model().map(str::to_owned))
        .or(udev.model)
        .or(model)
        .or(card_name);
    let serial = output
        .and_then(|output| output.serial_number.clone())
        .or(udev.serial)
        .or(serial);
    let firmware = output
        .and_then(|output| output.firmware_version.clone())
        .or(udev.revision)
        .or(own_firmware)
        .or(revision);
    let digits = model
        .as_deref()
        .zip(serial.as_deref())
        .and_then(|(model, serial)| smart::digits(model, serial));
    let disk = DiskFitted {
        disk: digits,
        model: model.and_then(|model| filled_in(&model, 128)),
        serial: serial.and_then(|serial| filled_in(&serial, 128)),
        size_bytes: sectors
            .and_then(|sectors| sectors.checked_mul(SECTOR_BYTES))
            .filter(|size| (1..=JSON_INT_MAX).contains(size)),
        kind: kind.or_else(|| output.and_then(smart::Output::kind)),
        rotational,
        firmware: firmware.and_then(|firmware| filled_in(&firmware, 64)),
        form: output.and_then(smart::Output::form),
    };
    (disk != DiskFitted::default()).then_some(disk)
}

/// What udev noted of a disk, in `/run/udev/data/b<major>:<minor>`.
#[derive(Debug, Default)]
struct Udev {
    model: Option<String>,
    serial: Option<String>,
    revision: Option<String>,
}

impl Udev {
    fn read(files: &mut Files, folder: &str) -> Self {
        let Some(number) = files.word(format!("{folder}/dev")).map(str::to_owned) else {
            return Self::default();
        };
        if !number.bytes().all(|b| b.is_ascii_digit() || b == b':') {
            return Self::default();
        }
        let note = format!("run/udev/data/b{number}");
        Self {
            model: files.value(&note, "E:ID_MODEL_ENC").as_deref().map(decode),
            serial: files.value(&note, "E:ID_SERIAL_SHORT"),
            revision: files.value(&note, "E:ID_REVISION"),
        }
    }
}

/// Undoes udev's `\x20` for the characters that it finds unsafe.
fn decode(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split("\\x");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(code) if code.is_ascii() => {
                out.push(char::from(code));
                out.push_str(&part[2..]);
            }
            _ => out.push_str(part),
        }
    }
    out.trim().to_owned()
}

/// The PC's own cards; bridges, tunnels and other machines have no place here.
fn network_cards(files: &mut Files) -> Option<Vec<NetworkCard>> {
    let mut cards = Vec::new();
    for interface in link::interfaces(files)? {
        if !interface.physical || cards.len() == MOST {
            continue;
        }
        let folder = format!("{}/{}", link::INTERFACES, interface.name);
        // An address that software chose (privacy, a bridge) is not the card's.
        let own = files.word(format!("{folder}/addr_assign_type")) == Some("0");
        let mac = if own {
            mac(files, &format!("{folder}/address"))
        } else {
            mac(files, &format!("{folder}/phy80211/macaddress"))
        };
        cards.push(NetworkCard {
            kind: Some(link::kind(files, &interface)).filter(|kind| *kind != LinkKind::None),
            mac,
            driver: files
                .link_name(format!("{folder}/device/driver"))
                .and_then(|driver| clean(&driver, 32)),
        });
    }
    Some(cards)
}

fn mac(files: &mut Files, path: &str) -> Option<String> {
    let text = files.word(path)?.to_ascii_lowercase();
    let mut parts = text.split(':');
    let six = parts.clone().count() == 6;
    let hex = parts.all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    (six && hex && text != "00:00:00:00:00:00").then_some(text)
}

fn os(files: &mut Files) -> Option<Os> {
    let mut value = |key, chars| {
        let value = ["etc/os-release", "usr/lib/os-release"]
            .iter()
            .find_map(|path| files.value(path, key))?;
        clean(&value, chars)
    };
    let (id, name, version) = (
        value("ID", 64),
        value("PRETTY_NAME", 128),
        value("VERSION_ID", 64),
    );
    let os = Os {
        id,
        name,
        version,
        kernel: files
            .word("proc/sys/kernel/osrelease")
            .and_then(|kernel| clean(kernel, 128)),
    };
    (os != Os::default()).then_some(os)
}

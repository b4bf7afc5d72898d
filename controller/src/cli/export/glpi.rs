//! `declic export glpi`: what PCs are made of, one file each, as GLPI takes in the inventories of
//! its agents.
//!
//! It is less than an agent of GLPI would tell: no user, no program, no host name, no address of
//! a network or a card. A PC is called by its inventory number.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use declic_common::api::DeviceDetail;
use declic_common::inventory::{CpuModel, DiskFitted, Inventory, MemoryModule, NetworkCard};
use declic_common::programme::{Noun, Site};
use declic_common::report::{DiskKind, LinkKind};
use declic_common::tr;
use serde_json::{Map, Value, json};

use crate::cli::client::{Controller, read};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Said;
use crate::cli::record::{Desk, Within, aside, write_private};
use crate::cli::words::Voice;

const MIB: u64 = 1024 * 1024;
/// Disks are sold and counted in powers of ten.
const MB: u64 = 1_000_000;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct GlpiArgs {
    #[command(flatten)]
    pub within: Within,
    #[arg(
        long, short, value_name = "FOLDER",
        help = tr("Dossier à écrire : un fichier par PC", "Folder to write: one file for each PC")
    )]
    pub output: PathBuf,
}

/// Writes the PCs of the sites of a programme.
pub(super) async fn run(
    args: &GlpiArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let desk = Desk::open(controller, Site::SHEET, &args.within).await?;
    let folder = &args.output;
    fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        let text = tr(
            format!("{folder} ne se crée pas ({error})"),
            format!("{folder} cannot be made ({error})"),
        );
        Failure::new(Exit::Failed, text)
    })?;
    let (mut written, mut silent) = (0, 0);
    for site in controller
        .items(&desk.beside(Site::SHEET.plural), &[])
        .await?
    {
        let Some(site) = site.pointer("/record/code").and_then(Value::as_str) else {
            continue;
        };
        let query = [("site", site.to_owned())];
        for device in controller.items("devices", &query).await? {
            let id = device["device"].as_str().unwrap_or_default();
            let detail: DeviceDetail = read(controller.get(&format!("devices/{id}"), &[]).await?)?;
            let Some(told) = told(&detail) else {
                silent += 1;
                continue;
            };
            let mut text = serde_json::to_vec_pretty(&told).expect("JSON has text keys");
            text.push(b'\n');
            write_private(&folder.join(format!("{id}.json")), &text)?;
            written += 1;
        }
    }
    let folder = folder.display();
    Ok(aside(&v.say(
        format!("{folder} : {written} PC ; {silent} n’ont pas encore dit de quoi ils sont faits\n"),
        format!("{folder}: {written} PCs; {silent} have not said yet what they are made of\n"),
    )))
}

/// A PC as GLPI reads it; nothing before it told its inventory.
fn told(detail: &DeviceDetail) -> Option<Value> {
    let inventory = detail.inventory.as_ref()?;
    let id = detail.summary.device.to_string();
    let name = detail.summary.asset.clone().unwrap_or_else(|| id.clone());
    let mut content = Map::new();
    content.insert(
        "versionclient".to_owned(),
        json!(concat!("Declic-", env!("CARGO_PKG_VERSION"))),
    );
    let memory = inventory.memory.as_ref();
    let total = memory.and_then(|memory| memory.total_bytes);
    put(
        &mut content,
        "hardware",
        object([
            ("name", Some(json!(name))),
            ("memory", total.map(|bytes| json!(bytes / MIB))),
        ]),
    );
    put(&mut content, "bios", bios(inventory, &name));
    put(&mut content, "operatingsystem", system(inventory));
    let all = |items: Vec<Value>| (!items.is_empty()).then_some(Value::Array(items));
    let cpus = inventory.cpu.iter().filter_map(cpu).collect();
    let modules = memory.and_then(|memory| memory.modules.as_ref());
    let modules = modules.into_iter().flatten().filter_map(module).collect();
    let disks = inventory.disks.iter().flatten().filter_map(disk).collect();
    let cards = inventory.network.iter().flatten().map(card).collect();
    for (section, items) in [
        ("cpus", cpus),
        ("memories", modules),
        ("storages", disks),
        ("networks", cards),
    ] {
        put(&mut content, section, all(items));
    }
    Some(json!({
        "deviceid": id,
        "itemtype": "Computer",
        "action": "inventory",
        "content": content,
    }))
}

fn put(content: &mut Map<String, Value>, section: &str, value: Option<Value>) {
    content.extend(value.map(|value| (section.to_owned(), value)));
}

/// An object of the fields that are known; nothing if none is.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Option<Value> {
    let known: Map<String, Value> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
    (!known.is_empty()).then_some(Value::Object(known))
}

fn text(text: &Option<String>) -> Option<Value> {
    text.as_ref().map(|text| json!(text))
}

fn bios(inventory: &Inventory, name: &str) -> Option<Value> {
    let bios = inventory.bios.as_ref();
    object([
        ("assettag", Some(json!(name))),
        ("smanufacturer", text(&inventory.vendor)),
        ("smodel", text(&inventory.model)),
        ("ssn", text(&inventory.serial)),
        ("mmodel", text(&inventory.board)),
        ("bmanufacturer", bios.and_then(|bios| text(&bios.vendor))),
        ("bversion", bios.and_then(|bios| text(&bios.version))),
        (
            "bdate",
            bios.and_then(|bios| day(bios.date.as_ref()?))
                .map(Value::String),
        ),
    ])
}

/// MM/DD/YYYY, as makers write it, the other way round.
fn day(text: &str) -> Option<String> {
    let date = jiff::civil::Date::strptime("%m/%d/%Y", text).ok()?;
    Some(date.to_string())
}

fn system(inventory: &Inventory) -> Option<Value> {
    let os = inventory.os.as_ref()?;
    object([
        ("name", text(&os.id)),
        ("full_name", text(&os.name)),
        ("version", text(&os.version)),
        ("kernel_name", os.kernel.as_ref().map(|_| json!("linux"))),
        ("kernel_version", text(&os.kernel)),
        (
            "arch",
            inventory.cpu.as_ref().and_then(|cpu| text(&cpu.arch)),
        ),
    ])
}

fn cpu(cpu: &CpuModel) -> Option<Value> {
    let threads = cpu.threads.zip(cpu.cores.filter(|cores| *cores > 0));
    // GLPI refuses the whole file for a word that it does not know.
    let known = |arch: &&String| {
        let arch = arch.as_str();
        matches!(arch, "x86_64" | "aarch64" | "i386" | "i586" | "i686") || arch.starts_with("arm")
    };
    object([
        ("name", text(&cpu.model)),
        ("core", cpu.cores.map(|cores| json!(cores))),
        (
            "thread",
            threads.map(|(threads, cores)| json!(threads / cores)),
        ),
        ("speed", cpu.max_mhz.map(|mhz| json!(mhz))),
        (
            "arch",
            cpu.arch.as_ref().filter(known).map(|arch| json!(arch)),
        ),
    ])
}

fn module(module: &MemoryModule) -> Option<Value> {
    object([
        ("caption", text(&module.slot)),
        (
            "capacity",
            module.size_bytes.map(|bytes| json!(bytes / MIB)),
        ),
        ("type", text(&module.kind)),
        (
            "speed",
            module.speed_mts.map(|speed| json!(format!("{speed} MT/s"))),
        ),
        ("manufacturer", text(&module.vendor)),
        ("model", text(&module.part)),
    ])
}

fn disk(disk: &DiskFitted) -> Option<Value> {
    let interface = disk.kind.map(|kind| match kind {
        DiskKind::Ata => "SATA",
        DiskKind::Nvme => "NVME",
        DiskKind::Scsi => "SCSI",
    });
    object([
        ("model", text(&disk.model)),
        ("serial", text(&disk.serial)),
        ("firmware", text(&disk.firmware)),
        ("disksize", disk.size_bytes.map(|bytes| json!(bytes / MB))),
        ("interface", interface.map(|word| json!(word))),
        ("type", Some(json!("disk"))),
    ])
}

/// Its kind and driver; never its address.
fn card(card: &NetworkCard) -> Value {
    let kind = match card.kind {
        Some(LinkKind::Ethernet) => Some("ethernet"),
        Some(LinkKind::Wifi) => Some("wifi"),
        _ => None,
    };
    let described = card.driver.clone().or(kind.map(str::to_owned));
    let fields = [
        ("description", Some(json!(described.unwrap_or_default()))),
        ("type", kind.map(|word| json!(word))),
    ];
    object(fields).expect("it has a description")
}

#[cfg(test)]
mod tests;

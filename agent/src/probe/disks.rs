//! The fixed disks of the PC: mounted file systems that hold data, by role.
//!
//! A mount path may hold a person's name: it is used here to find the role and
//! the room left, and goes no further.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use declic_common::report::{Disk, DiskClass};
use sysinfo::{DiskRefreshKind, Disks as Mounted};

use super::Answers;
use super::files::Files;

/// File systems that keep data on a disk. Others are networks, images or views.
const KINDS: &[&str] = &[
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfsplus", "jfs",
    "nilfs2", "ntfs", "ntfs3", "reiserfs", "vfat", "xfs", "zfs",
];

/// Room for the firmware's loaders, not for data.
const FIRMWARE: &[&str] = &["/boot/efi", "/efi", "/boot/firmware"];

const MOST: usize = 16;

/// A file system that a report names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    class: DiskClass,
    fs: String,
    mount: PathBuf,
}

/// Remembers what is mounted, so that a report only asks how full it is.
#[derive(Debug, Default)]
pub(super) struct DiskReader {
    seen: Option<u64>,
    places: Vec<Place>,
    mounted: Option<Mounted>,
}

impl DiskReader {
    pub(super) fn read(&mut self, files: &mut Files) -> Option<Vec<Disk>> {
        let mounts = files.bytes("proc/self/mountinfo")?;
        let mut hasher = DefaultHasher::new();
        mounts.hash(&mut hasher);
        let seen = Some(hasher.finish());
        if self.seen != seen {
            let mounts = parse(mounts);
            self.places = places(files, mounts);
            self.mounted = match files.sources.answers {
                // Only our own places are measured: a network's file system may never answer.
                Answers::Machine => {
                    Mounted::new_with_refreshed_list_specifics(DiskRefreshKind::nothing()).ok()
                }
                Answers::Files => None,
            };
            self.seen = seen;
        }
        let room = match files.sources.answers {
            Answers::Machine => self.measured(),
            Answers::Files => answered(files, &self.places),
        };
        let disks: Vec<Disk> = self
            .places
            .iter()
            .zip(room)
            .map(|(place, room)| Disk {
                class: Some(place.class),
                fs: Some(place.fs.clone()),
                total_bytes: room.map(|(total, _)| total),
                free_bytes: room.map(|(_, free)| free),
            })
            .collect();
        (!disks.is_empty()).then_some(disks)
    }

    /// Total and free bytes of each place, from the system.
    fn measured(&mut self) -> Vec<Option<(u64, u64)>> {
        let Some(mounted) = &mut self.mounted else {
            return vec![None; self.places.len()];
        };
        let mut room = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let disk = mounted
                .iter_mut()
                .rfind(|disk| disk.mount_point() == place.mount);
            room.push(disk.and_then(|disk| {
                disk.refresh_specifics(DiskRefreshKind::nothing().with_storage());
                believable(disk.total_space(), disk.available_space())
            }));
        }
        room
    }
}

/// Total and free bytes of each place, from lines `<mount> <total> <free>`.
fn answered(files: &mut Files, places: &[Place]) -> Vec<Option<(u64, u64)>> {
    let mut room = vec![None; places.len()];
    let Some(lines) = files.lines("answers/disks") else {
        return room;
    };
    for line in lines {
        let mut fields = line.rsplitn(3, ' ');
        let (free, total, mount) = (fields.next(), fields.next(), fields.next());
        let found = mount.and_then(|mount| places.iter().position(|p| p.mount == Path::new(mount)));
        if let (Some(place), Some(total), Some(free)) = (found, total, free)
            && let (Ok(total), Ok(free)) = (total.parse(), free.parse())
        {
            room[place] = believable(total, free);
        }
    }
    room
}

fn believable(total: u64, free: u64) -> Option<(u64, u64)> {
    (total > 0 && total <= 1 << 60 && free <= total).then_some((total, free))
}

/// A line of mountinfo (proc(5)), as far as we need it.
struct Mount {
    /// `major:minor`; major 0 where the file system has no device number of its own.
    device: String,
    mount: PathBuf,
    fs: String,
    source: String,
}

fn parse(bytes: &[u8]) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let Some(mount) = mount(line) else { continue };
        // What is mounted over another hides it.
        mounts.retain(|earlier| earlier.mount != mount.mount);
        mounts.push(mount);
    }
    mounts
}

fn mount(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let text = |field: &[u8]| str::from_utf8(field).ok().map(str::to_owned);
    let device = text(fields.nth(2)?)?;
    let mount = unescape(fields.nth(1)?);
    fields.find(|field| *field == b"-")?;
    let fs = text(fields.next()?)?;
    let source = PathBuf::from(OsString::from_vec(unescape(fields.next()?)));
    Some(Mount {
        device,
        mount: PathBuf::from(OsString::from_vec(mount)),
        fs,
        source: source.to_string_lossy().into_owned(),
    })
}

/// Undoes the octal escapes of the kernel (`\040` is a space).
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        let octal = (byte == b'\\')
            .then(|| after.first_chunk::<3>())
            .flatten()
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        if let Some(octal) = octal {
            out.push(octal);
            rest = &after[3..];
        } else {
            out.push(byte);
            rest = after;
        }
    }
    out
}

fn places(files: &mut Files, mounts: Vec<Mount>) -> Vec<Place> {
    let mut devices: Vec<String> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for mount in mounts {
        let firmware = FIRMWARE.iter().any(|path| mount.mount == Path::new(path));
        if !KINDS.contains(&mount.fs.as_str()) || firmware || !fixed(files, &mount) {
            continue;
        }
        let class = class(&mount.mount);
        // The same file system seen again: a bind mount, a subvolume, a data set.
        let identity = identity(&mount);
        if let Some(known) = devices.iter().position(|device| *device == identity) {
            let place = &mut places[known];
            if class < place.class {
                place.class = class;
                place.mount = mount.mount;
            }
            continue;
        }
        devices.push(identity);
        places.push(Place {
            class,
            fs: mount.fs,
            mount: mount.mount,
        });
    }
    places.sort_by_key(|place| place.class);
    places.truncate(MOST);
    places
}

fn class(mount: &Path) -> DiskClass {
    if mount == Path::new("/") {
        DiskClass::System
    } else if mount.starts_with("/home") {
        DiskClass::Home
    } else {
        DiskClass::Other
    }
}

fn identity(mount: &Mount) -> String {
    if mount.fs == "zfs" {
        let pool = mount.source.split('/').next().unwrap_or_default();
        format!("zfs {pool}")
    } else if mount.device.starts_with("0:") {
        mount.source.clone()
    } else {
        mount.device.clone()
    }
}

/// Whether the file system is on a disk that belongs inside this PC. What cannot
/// be traced to a device (a ZFS pool) is taken to be.
fn fixed(files: &mut Files, mount: &Mount) -> bool {
    let block = if mount.device.starts_with("0:") {
        let Some(name) = mount.source.strip_prefix("/dev/") else {
            return mount.fs == "zfs";
        };
        let name = files
            .link_name(format!("dev/{name}"))
            .or_else(|| name.rsplit('/').next().map(str::to_owned));
        format!("sys/class/block/{}", name.unwrap_or_default())
    } else {
        format!("sys/dev/block/{}", mount.device)
    };
    let path = files.path(block);
    match fs::canonicalize(path) {
        Ok(folder) => fixed_device(files, &folder, 0),
        Err(_) => false,
    }
}

/// Whether the block device of this `/sys` folder is fixed; a mapped one (LVM,
/// LUKS, RAID) is if any of the devices below it is.
pub(super) fn fixed_device(files: &mut Files, folder: &Path, depth: u8) -> bool {
    let partition = folder.join("partition").exists();
    let disk = match folder.parent() {
        Some(parent) if partition => parent,
        _ => folder,
    };
    let Some(name) = disk.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    if ["loop", "ram", "zram", "sr", "fd", "nbd"]
        .iter()
        .any(|start| name.starts_with(start))
    {
        return false;
    }
    if name.starts_with("dm-") || name.starts_with("md") {
        let below = files.names(disk.join("slaves"));
        return depth < 8
            && below.iter().any(|name| {
                let slave = files.path(format!("sys/class/block/{name}"));
                fs::canonicalize(slave).is_ok_and(|slave| fixed_device(files, &slave, depth + 1))
            });
    }
    let removable = files.word(disk.join("removable")) != Some("0");
    // A disk in a USB box says that it is fixed; a memory card too.
    let on_usb = disk
        .components()
        .any(|part| part.as_os_str().to_str().is_some_and(is_usb_bus));
    let card = files.word(disk.join("device/type")) == Some("SD");
    !(removable || on_usb || card)
}

/// `usb1`, `usb2` …: the buses' folders in `/sys/devices`.
fn is_usb_bus(part: &str) -> bool {
    part.strip_prefix("usb")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

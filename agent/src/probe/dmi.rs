//! Memory modules from the SMBIOS table (DMTF DSP0134).
//!
//! We walk the table ourselves: the tables of the old PCs that a programme gives
//! a second life are short (before version 2.7) and often damaged, and a damaged
//! one must cost its own entries and nothing else.

use declic_common::inventory::{MemoryModule, ModuleForm};

use super::text::{clean, filled_in};

const MEMORY_ARRAY: u8 = 16;
const MEMORY_DEVICE: u8 = 17;
const END: u8 = 127;

/// Use of an array: the system's own memory, not a video card's or the firmware's.
const USE_SYSTEM: u8 = 3;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const MOST: usize = 64;

/// What the table says of memory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) modules: Vec<MemoryModule>,
    /// Slots, empty ones included.
    pub(super) slots: Option<u16>,
}

/// One structure of the table.
#[derive(Clone, Copy, Debug)]
struct Structure<'a> {
    kind: u8,
    handle: u16,
    /// The formatted part, header included, so that offsets are the standard's.
    data: &'a [u8],
    strings: &'a [u8],
}

impl<'a> Structure<'a> {
    fn byte(&self, offset: usize) -> Option<u8> {
        self.data.get(offset).copied()
    }

    fn word(&self, offset: usize) -> Option<u16> {
        let bytes = self.data.get(offset..)?.first_chunk()?;
        Some(u16::from_le_bytes(*bytes))
    }

    fn double(&self, offset: usize) -> Option<u32> {
        let bytes = self.data.get(offset..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    }

    /// The string whose number is at `offset`; 0 is no string.
    fn string(&self, offset: usize) -> Option<&'a str> {
        let number = usize::from(self.byte(offset)?).checked_sub(1)?;
        let bytes = self.strings.split(|byte| *byte == 0).nth(number)?;
        str::from_utf8(bytes).ok()
    }
}

/// Walks the structures until the end marker, the end of the bytes or damage.
fn structures(table: &[u8]) -> impl Iterator<Item = Structure<'_>> {
    let mut rest = table;
    std::iter::from_fn(move || {
        let [kind, length, low, high, ..] = *rest else {
            return None;
        };
        let length = usize::from(length);
        if kind == END || length < 4 || length > rest.len() {
            return None;
        }
        let (data, after) = rest.split_at(length);
        // Strings end with an empty one: two zeros in a row, even without any string.
        let end = after.windows(2).position(|pair| pair == [0, 0])?;
        rest = &after[end + 2..];
        Some(Structure {
            kind,
            handle: u16::from_le_bytes([low, high]),
            data,
            strings: &after[..end],
        })
    })
}

/// Reads the modules; `None` if the table has no memory device at all.
pub(super) fn memory(table: &[u8]) -> Option<Memory> {
    // Arrays that are not the system's memory, whose devices are skipped.
    let others: Vec<u16> = structures(table)
        .filter(|s| s.kind == MEMORY_ARRAY && s.byte(5) != Some(USE_SYSTEM))
        .map(|s| s.handle)
        .collect();
    let slots: u32 = structures(table)
        .filter(|s| s.kind == MEMORY_ARRAY && s.byte(5) == Some(USE_SYSTEM))
        .filter_map(|s| s.word(0x0d).map(u32::from))
        .sum();
    let devices: Vec<Structure<'_>> = structures(table)
        .filter(|s| s.kind == MEMORY_DEVICE)
        .filter(|s| s.word(4).is_none_or(|array| !others.contains(&array)))
        .collect();
    if devices.is_empty() {
        return None;
    }
    let slots = slots.max(devices.len() as u32);
    Some(Memory {
        modules: devices.iter().filter_map(module).take(MOST).collect(),
        slots: u16::try_from(slots).ok().filter(|slots| *slots <= 1024),
    })
}

/// The module in a slot; `None` for an empty slot.
fn module(device: &Structure<'_>) -> Option<MemoryModule> {
    let size = match device.word(0x0c)? {
        0 => return None,
        0xffff => None,
        // Too large for the field: the extended size has it, in MiB.
        0x7fff => device
            .double(0x1c)
            .map(|mib| u64::from(mib & 0x7fff_ffff) * MIB),
        size if size & 0x8000 != 0 => Some(u64::from(size & 0x7fff) * KIB),
        size => Some(u64::from(size) * MIB),
    };
    let speed = match device.word(0x15) {
        Some(0) | None => None,
        Some(0xffff) => device.double(0x54).map(|speed| speed & 0x7fff_ffff),
        Some(speed) => Some(u32::from(speed)),
    };
    Some(MemoryModule {
        slot: device.string(0x10).and_then(|slot| clean(slot, 64)),
        size_bytes: size.filter(|size| *size > 0),
        kind: device.byte(0x12).and_then(kind).map(str::to_owned),
        speed_mts: speed.filter(|speed| (1..=100_000).contains(speed)),
        vendor: device.string(0x17).and_then(|vendor| filled_in(vendor, 64)),
        part: device.string(0x1a).and_then(|part| filled_in(part, 64)),
        form: device.byte(0x0e).and_then(form),
    })
}

/// Form factors of table 76 that a technician buys.
fn form(code: u8) -> Option<ModuleForm> {
    match code {
        0x09 => Some(ModuleForm::Dimm),
        0x0d => Some(ModuleForm::SoDimm),
        _ => None,
    }
}

/// Memory types of table 77 that are sold as modules.
fn kind(code: u8) -> Option<&'static str> {
    Some(match code {
        0x0f => "SDRAM",
        0x11 => "RDRAM",
        0x12 => "DDR",
        0x13 => "DDR2",
        0x14 => "DDR2 FB-DIMM",
        0x18 => "DDR3",
        0x1a => "DDR4",
        0x1b => "LPDDR",
        0x1c => "LPDDR2",
        0x1d => "LPDDR3",
        0x1e => "LPDDR4",
        0x22 => "DDR5",
        0x23 => "LPDDR5",
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn structure(kind: u8, handle: u16, body: &[u8], strings: &[&str]) -> Vec<u8> {
        let [low, high] = handle.to_le_bytes();
        let mut bytes = vec![kind, body.len() as u8 + 4, low, high];
        bytes.extend_from_slice(body);
        for string in strings {
            bytes.extend_from_slice(string.as_bytes());
            bytes.push(0);
        }
        if strings.is_empty() {
            bytes.push(0);
        }
        bytes.push(0);
        bytes
    }

    fn array(handle: u16, usage: u8, slots: u16) -> Vec<u8> {
        let mut body = vec![3, usage, 3];
        body.extend_from_slice(&[0; 6]);
        body.extend_from_slice(&slots.to_le_bytes());
        structure(MEMORY_ARRAY, handle, &body, &[])
    }

    /// A memory device as SMBIOS 2.3 has it: 27 bytes, no extended size.
    fn device(array: u16, mib: u16, kind: u8, speed: u16, strings: &[&str]) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend_from_slice(&array.to_le_bytes());
        body.extend_from_slice(&[0xfe, 0xff, 64, 0, 64, 0]);
        body.extend_from_slice(&mib.to_le_bytes());
        body.extend_from_slice(&[9, 0, 1, 2, kind, 0x80, 0]);
        body.extend_from_slice(&speed.to_le_bytes());
        body.extend_from_slice(&[3, 4, 5, 6]);
        structure(MEMORY_DEVICE, 0x1100 + mib, &body, strings)
    }

    /// Two slots of an old desktop, one of them empty, and a chip of the firmware.
    pub(crate) fn old_desktop() -> Vec<u8> {
        let full = [
            "DIMM0",
            "BANK0",
            "Borealis",
            "SN-SECRET",
            "AT",
            "BX-2048-800",
        ];
        let empty = [
            "DIMM1",
            "BANK1",
            "Manufacturer01",
            "SerNum01",
            "AT",
            "PartNum01",
        ];
        [
            structure(0, 0, &[0; 14], &["Some Firmware"]),
            array(0x1000, USE_SYSTEM, 2),
            array(0x1001, 5, 1),
            device(0x1000, 2048, 0x13, 800, &full),
            device(0x1000, 0, 2, 0, &empty),
            device(0x1001, 8, 9, 33, &["SYSTEM ROM", "", "", "", "", ""]),
            structure(END, 0xfeff, &[], &[]),
        ]
        .concat()
    }

    #[test]
    fn a_short_table_of_an_old_desktop_gives_its_modules_and_slots() {
        let memory = memory(&old_desktop()).unwrap();
        assert_eq!(memory.slots, Some(2));
        assert_eq!(
            memory.modules,
            [MemoryModule {
                slot: Some("DIMM0".into()),
                size_bytes: Some(2 << 30),
                kind: Some("DDR2".into()),
                speed_mts: Some(800),
                vendor: Some("Borealis".into()),
                part: Some("BX-2048-800".into()),
                form: Some(ModuleForm::Dimm),
            }]
        );
    }

    #[test]
    fn a_module_of_many_gibibytes_has_its_extended_size() {
        let mut body = vec![0; 0x54];
        body[8..10].copy_from_slice(&0x7fff_u16.to_le_bytes());
        body[0x0e] = 0x22;
        body[0x11..0x13].copy_from_slice(&0xffff_u16.to_le_bytes());
        body[0x18..0x1c].copy_from_slice(&65_536_u32.to_le_bytes());
        body[0x50..0x54].copy_from_slice(&70_400_u32.to_le_bytes());
        let memory = memory(&structure(MEMORY_DEVICE, 1, &body, &[])).unwrap();
        assert_eq!(memory.modules[0].size_bytes, Some(64 << 30));
        assert_eq!(memory.modules[0].kind.as_deref(), Some("DDR5"));
        assert_eq!(memory.modules[0].speed_mts, Some(70_400));
    }

    #[test]
    fn a_table_cut_anywhere_keeps_what_came_whole() {
        let table = old_desktop();
        let full = memory(&table).unwrap();
        for end in 0..table.len() {
            let cut = memory(&table[..end]);
            let modules = cut.map_or(0, |memory| memory.modules.len());
            assert!(modules <= full.modules.len());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_walk(table in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = memory(&table);
        }

        #[test]
        fn no_damage_breaks_the_walk(at in 0usize..300, byte: u8) {
            let mut table = old_desktop();
            let at = at % table.len();
            table[at] = byte;
            let _ = memory(&table);
        }
    }
}

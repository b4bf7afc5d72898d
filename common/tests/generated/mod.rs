//! Messages made at random, inside the bounds that `docs/protocol.md` gives.
//!
//! The bounds are written a second time here on purpose: a bound that is
//! narrowed by mistake makes a message lose something on its way.

use declic_common::InstallId;
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::inventory::*;
use declic_common::journal::*;
use declic_common::limits::{JSON_INT_MAX, TIME_MAX_MS};
use declic_common::report::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const BYTES: std::ops::RangeInclusive<u64> = 0..=1 << 60;
const TIME: std::ops::RangeInclusive<i64> = 0..=TIME_MAX_MS;
const SAFE: std::ops::RangeInclusive<u64> = 0..=JSON_INT_MAX;

/// Every field is there or not, independently of the others.
macro_rules! of {
    ($ty:ident { $($field:ident: $values:expr),+ $(,)? }) => {
        ($(option::of($values),)+).prop_map(|($($field,)+)| $ty { $($field),+ }).boxed()
    };
}

/// Text of at most `letters` characters, none of them a control.
fn text(letters: usize) -> BoxedStrategy<String> {
    let letter = any::<char>().prop_filter("a control character", |c| !c.is_control());
    vec(letter, 0..=letters)
        .prop_map(|letters| letters.into_iter().collect())
        .boxed()
}

fn word<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> BoxedStrategy<T> {
    select(all).boxed()
}

pub(crate) fn ladder() -> BoxedStrategy<Ladder> {
    let rung = any::<bool>;
    of!(Ladder {
        link: rung(),
        gateway: rung(),
        dns: rung(),
        internet: rung(),
        controller: rung()
    })
}

fn slow() -> BoxedStrategy<Slow> {
    let updates = of!(Updates {
        pending: 0..=1_000_000_000u32,
        security: 0..=1_000_000_000u32,
        lists_age_s: 0..=10_000_000_000u64,
    });
    let smart = of!(Smart {
        disk: text(8),
        kind: word(DiskKind::ALL),
        passed: any::<bool>(),
        reallocated: BYTES,
        pending: BYTES,
        uncorrectable: BYTES,
        power_on_hours: 0..=2_000_000u32,
        wear_percent: any::<u8>(),
        celsius: -60..=150i16,
    });
    of!(Slow {
        slow_at: TIME,
        updates: updates,
        reboot_required: any::<bool>(),
        failed_units: vec(word(Unit::ALL), 0..=32),
        smart: vec(smart, 0..=16),
    })
}

fn usage() -> BoxedStrategy<Usage> {
    let minutes = || 0..=1440u16;
    of!(Usage {
        rx_bytes: BYTES,
        tx_bytes: BYTES,
        active_minutes: of!(ActiveMinutes {
            night: minutes(),
            morning: minutes(),
            afternoon: minutes(),
            evening: minutes(),
        }),
    })
}

pub(crate) fn report() -> BoxedStrategy<HealthReport> {
    let load = || 0..=1_000_000u32;
    let lost = || 0..=1_000_000_000_000u64;
    let disk = of!(Disk {
        class: word(DiskClass::ALL),
        fs: text(16),
        total_bytes: BYTES,
        free_bytes: BYTES,
    });
    let temperature = of!(Temperature {
        sensor: word(Sensor::ALL),
        millicelsius: -100_000..=200_000i32,
    });
    of!(HealthReport {
        interval_s: 1..=86_400u32,
        cpu: of!(Cpu {
            mean_permille: 0..=1000u16,
            max_permille: 0..=1000u16,
            load1_centi: load(),
            load5_centi: load(),
            load15_centi: load(),
        }),
        memory: of!(Memory {
            total_bytes: BYTES,
            available_bytes: BYTES,
            swap_total_bytes: BYTES,
            swap_free_bytes: BYTES,
        }),
        disks: vec(disk, 0..=16),
        temperatures: vec(temperature, 0..=16),
        link: of!(Link {
            kind: word(LinkKind::ALL),
            signal_dbm: -120..=20i16,
            speed_mbps: 1..=1_000_000u32,
        }),
        ladder: ladder(),
        battery: of!(Battery {
            percent: 0..=100u8,
            state: word(BatteryState::ALL),
            health_permille: 0..=2000u16,
            cycles: 0..=100_000u32,
        }),
        consent: word(Consent::ALL),
        agent: of!(AgentHealth {
            version: text(32),
            dropped: lost(),
            refused: lost(),
            damaged: lost(),
            disk_full: any::<bool>(),
            waiting: 0..=1_000_000_000u64,
            resident_bytes: BYTES,
        }),
        slow: slow(),
        usage: usage(),
    })
}

pub(crate) fn journal() -> BoxedStrategy<Journal> {
    let event = of!(Event {
        kind: word(EventKind::ALL),
        boot: 1..=u32::MAX,
        uptime_ms: SAFE,
        at: TIME,
        ladder: ladder(),
        slept_ms: SAFE,
        by_ms: -TIME_MAX_MS..=TIME_MAX_MS,
        version: text(32),
        clean: any::<bool>(),
        consent: word(Consent::ALL),
        alive_ms: SAFE,
        until: TIME,
    });
    of!(Journal {
        events: vec(event, 0..=12)
    })
}

pub(crate) fn inventory() -> BoxedStrategy<Inventory> {
    let module = of!(MemoryModule {
        slot: text(64),
        size_bytes: SAFE,
        kind: text(32),
        speed_mts: 0..=100_000u32,
        vendor: text(64),
        part: text(64),
        form: word(ModuleForm::ALL),
    });
    let disk = of!(DiskFitted {
        disk: text(8),
        model: text(128),
        serial: text(128),
        size_bytes: SAFE,
        kind: word(DiskKind::ALL),
        rotational: any::<bool>(),
        firmware: text(64),
        form: word(DiskForm::ALL),
    });
    let card = of!(NetworkCard {
        kind: word(LinkKind::ALL),
        mac: text(17),
        driver: text(32),
    });
    of!(Inventory {
        vendor: text(128),
        model: text(128),
        serial: text(128),
        board: text(128),
        bios: of!(Bios {
            vendor: text(128),
            version: text(128),
            date: text(32)
        }),
        cpu: of!(CpuModel {
            model: text(128),
            cores: 1..=4096u16,
            threads: 1..=4096u16,
            max_mhz: 1..=100_000u32,
            arch: text(32),
        }),
        memory: of!(MemoryFitted {
            total_bytes: SAFE,
            modules: vec(module, 0..=8),
            slots: 0..=1024u16,
        }),
        disks: vec(disk, 0..=4),
        network: vec(card, 0..=16),
        os: of!(Os {
            id: text(64),
            name: text(128),
            version: text(64),
            kernel: text(128)
        }),
        agent_version: text(32),
    })
}

/// An envelope round a body, with numbers anywhere in their bounds.
pub(crate) fn envelope(body: BoxedStrategy<UpBody>) -> BoxedStrategy<Envelope<UpBody>> {
    let number = (any::<u64>(), 1..=u32::MAX, 1..=JSON_INT_MAX);
    let safe = JSON_INT_MAX as i64;
    (
        number,
        any::<u64>(),
        option::of(SAFE),
        any::<bool>(),
        -safe..=safe,
        SAFE,
        body,
    )
        .prop_map(
            |((install, boot, seq), first, age_ms, age_estimated, at, uptime_ms, body)| Envelope {
                number: Number {
                    install: InstallId::from_bits(install),
                    boot,
                    seq,
                },
                first_seq: 1 + first % seq,
                age_ms,
                age_estimated,
                observed_at: at,
                uptime_ms,
                body,
            },
        )
        .boxed()
}

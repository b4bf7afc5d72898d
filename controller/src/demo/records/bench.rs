//! The PCs of a demonstration: whence they came, how they were erased and tried, what became of
//! those that went to no home. Every proof comes before what rests on it, as on a real bench.

use declic_common::programme::vocabulary::Hands;
use declic_common::programme::{Lot, Noun, Pc, PcRepair, Sheet, Trial, Wipe};
use jiff::ToSpan;
use jiff::civil::Date;

use super::{Days, dice, line, word};
use crate::demo::enrolling::{SITE, asset};
use crate::demo::posts;

/// Who gave or sold, how, and how many days before the first home.
const LOTS: [(&str, &str, i32); 4] = [
    ("Services de la ville", "donation", 75),
    ("Une université", "donation", 62),
    ("Un reconditionneur", "purchase", 50),
    ("Une entreprise du quartier", "donation", 38),
];
/// The lot that came in lately, and how many days ago.
const LAST_LOT: (&str, &str, i32) = ("Un lycée", "donation", 12);
/// One PC in so many is kept to take the place of one that fails.
const SPARE_EVERY: usize = 12;

/// What a PC is about to become, beside those that went to homes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// A home has it, or a post of the workshop.
    Used,
    Spare,
    /// Not taken in.
    Rejected,
    /// Repaired in vain.
    WornOut,
    InRepair,
    Received,
    Erased,
    Tested,
}

/// What the last lot, and the corners of the bench, hold.
const BENCH: [Fate; 11] = [
    Fate::Rejected,
    Fate::Rejected,
    Fate::Rejected,
    Fate::WornOut,
    Fate::InRepair,
    Fate::Received,
    Fate::Received,
    Fate::Received,
    Fate::Erased,
    Fate::Erased,
    Fate::Tested,
];

struct Machine {
    /// Tells the dice of this one from those of others.
    seed: usize,
    code: String,
    fate: Fate,
    /// Place of its lot, from 0.
    lot: usize,
    received: Date,
}

impl Machine {
    fn erased(&self) -> Date {
        let after = 2 + i32::try_from(self.seed % 7).unwrap_or(0);
        self.received.saturating_add(after.days())
    }

    fn tested(&self) -> Date {
        let after = 1 + i32::try_from(self.seed % 3).unwrap_or(0);
        self.erased().saturating_add(after.days())
    }

    fn grade(&self) -> &'static str {
        word(dice(self.seed, 80), &[(24, "a"), (55, "b"), (21, "c")])
    }

    fn hours(&self) -> u64 {
        4_000 + dice(self.seed, 81) * 310
    }
}

/// The PCs of this many homes, of the posts, the spares and the bench.
fn machines(homes: usize, days: Days) -> Vec<Machine> {
    let of_homes = (0..homes).map(asset);
    let of_posts = posts::numbers(homes).into_iter().map(posts::asset);
    let spares = homes..homes + spares_of(homes);
    let spares = spares.map(asset).map(|code| (code, Fate::Spare));
    let used = of_homes.chain(of_posts).map(|code| (code, Fate::Used));
    let old: Vec<_> = used.chain(spares).collect();
    let whole = old.len();
    let mut machines: Vec<Machine> = old
        .into_iter()
        .enumerate()
        .map(|(seed, (code, fate))| {
            let lot = seed * LOTS.len() / whole;
            let received = days.before(LOTS[lot].2);
            Machine {
                seed,
                code,
                fate,
                lot,
                received,
            }
        })
        .collect();
    for (n, fate) in BENCH.into_iter().enumerate() {
        let seed = whole + n;
        // What was thrown away came long ago; what is on the bench came lately.
        let (lot, received) = match fate {
            Fate::Rejected | Fate::WornOut => (n % LOTS.len(), days.before(LOTS[n % LOTS.len()].2)),
            _ => (LOTS.len(), days.today.saturating_sub(LAST_LOT.2.days())),
        };
        machines.push(Machine {
            seed,
            code: asset(homes + spares_of(homes) + n),
            fate,
            lot,
            received,
        });
    }
    machines
}

fn spares_of(homes: usize) -> usize {
    homes.div_ceil(SPARE_EVERY).max(1)
}

/// The tables of the life of PCs, what is named before what names it.
pub(super) fn tables(homes: usize, days: Days) -> Vec<(&'static Sheet, String)> {
    let machines = machines(homes, days);
    vec![
        (Lot::SHEET, lots(&machines, days)),
        (Pc::SHEET, pcs(&machines)),
        (Wipe::SHEET, wipes(&machines)),
        (Trial::SHEET, trials(&machines)),
        (PcRepair::SHEET, repairs(&machines)),
        // Nothing is recycled before its proof is there.
        (Pc::SHEET, recycled(&machines)),
    ]
}

fn lots(machines: &[Machine], days: Days) -> String {
    let mut csv = "code,site,donor,intake,received_on,pcs,mass_kg\n".to_owned();
    let old = LOTS.map(|(donor, intake, before)| (donor, intake, days.before(before)));
    let (donor, intake, ago) = LAST_LOT;
    let last = (donor, intake, days.today.saturating_sub(ago.days()));
    for (n, (donor, intake, day)) in old.into_iter().chain([last]).enumerate() {
        let pcs = machines.iter().filter(|pc| pc.lot == n).count();
        let mass = (pcs * 8).to_string();
        line(
            &mut csv,
            &[
                &lot_code(n),
                SITE,
                donor,
                intake,
                &day.to_string(),
                &pcs.to_string(),
                &mass,
            ],
        );
    }
    csv
}

fn lot_code(n: usize) -> String {
    format!("D-{:04}", n + 1)
}

fn pcs(machines: &[Machine]) -> String {
    let head = "code,site,lot,received_on,kind,vendor,model,made_in,mass_g,owner,tenure,spare,rejected_on,\
                rejected_for\n";
    let mut csv = head.to_owned();
    for pc in machines {
        let kind = word(
            dice(pc.seed, 82),
            &[(62, "desktop"), (34, "laptop"), (4, "all_in_one")],
        );
        let mass = match kind {
            "laptop" => 2_300,
            "desktop" => 7_900,
            _ => 6_100,
        } + dice(pc.seed, 83) * 9;
        let vendor = word(
            dice(pc.seed, 84),
            &[(45, "Marque A"), (35, "Marque B"), (20, "Marque C")],
        );
        let model = format!("Modèle {}", 1 + dice(pc.seed, 85) % 4);
        let year =
            i64::from(pc.received.year()) - 5 - i64::try_from(dice(pc.seed, 86) % 5).unwrap_or(0);
        let (mut rejected, mut why) = (String::new(), "");
        if pc.fate == Fate::Rejected {
            rejected = pc.received.saturating_add(1.days()).to_string();
            why = word(
                dice(pc.seed, 87),
                &[(45, "too_old"), (35, "broken"), (20, "incomplete")],
            );
        }
        line(
            &mut csv,
            &[
                &pc.code,
                SITE,
                &lot_code(pc.lot),
                &pc.received.to_string(),
                kind,
                vendor,
                &model,
                &year.to_string(),
                &mass.to_string(),
                "Ville",
                "loan",
                if pc.fate == Fate::Spare { "oui" } else { "non" },
                &rejected,
                why,
            ],
        );
    }
    csv
}

/// What became of those that are worth nothing any more.
fn recycled(machines: &[Machine]) -> String {
    let mut csv = "code,recycled_on,recycled_by\n".to_owned();
    let gone = machines
        .iter()
        .filter(|pc| matches!(pc.fate, Fate::Rejected | Fate::WornOut));
    for pc in gone {
        let on = pc.received.saturating_add(30.days()).to_string();
        line(&mut csv, &[&pc.code, &on, "Filière agréée"]);
    }
    csv
}

fn wipes(machines: &[Machine]) -> String {
    let mut csv = "code,pc,on,method,tool,by,result,disks\n".to_owned();
    let mut number = 0;
    for pc in machines.iter().filter(|pc| pc.fate != Fate::Received) {
        let method = match pc.fate {
            Fate::Rejected | Fate::WornOut => "destruction",
            _ => word(
                dice(pc.seed, 88),
                &[(62, "random"), (26, "secure_erase"), (12, "passes")],
            ),
        };
        let tool = match method {
            "destruction" => "",
            "secure_erase" => "hdparm 9.65",
            _ => "nwipe 0.38",
        };
        let by = ["atelier-1", "atelier-2"][pc.seed % 2];
        number += 1;
        let code = format!("X-{number:04}");
        let on = pc.erased().to_string();
        line(
            &mut csv,
            &[&code, &pc.code, &on, method, tool, by, "done", "1"],
        );
    }
    csv
}

fn trials(machines: &[Machine]) -> String {
    let mut csv =
        "code,pc,on,by,passed,grade,memory_ok,disk_ok,power_on_hours,ready_on\n".to_owned();
    let tried = machines.iter().filter(|pc| {
        matches!(
            pc.fate,
            Fate::Used | Fate::Spare | Fate::Tested | Fate::InRepair
        )
    });
    for (n, pc) in tried.enumerate() {
        let passed = pc.fate != Fate::InRepair;
        let is_ready = matches!(pc.fate, Fate::Used | Fate::Spare);
        let on = pc.tested();
        let ready = is_ready.then(|| on.saturating_add(1.days()).to_string());
        let by = ["atelier-1", "atelier-2"][pc.seed % 2];
        line(
            &mut csv,
            &[
                &format!("B-{:04}", n + 1),
                &pc.code,
                &on.to_string(),
                by,
                if passed { "oui" } else { "non" },
                if is_ready { pc.grade() } else { "" },
                "oui",
                if passed { "oui" } else { "non" },
                &pc.hours().to_string(),
                &ready.unwrap_or_default(),
            ],
        );
    }
    csv
}

fn repairs(machines: &[Machine]) -> String {
    let mut csv = "code,pc,begun_on,ended_on,category,by,outcome,barrier,minutes\n".to_owned();
    let mended = machines
        .iter()
        .filter(|pc| matches!(pc.fate, Fate::WornOut | Fate::InRepair));
    for (n, pc) in mended.enumerate() {
        let code = format!("R-{:04}", n + 1);
        let begun = pc.tested().to_string();
        let ended = pc.tested().saturating_add(9.days()).to_string();
        let (code, pc_code) = (code.as_str(), pc.code.as_str());
        let (begun, ended) = (begun.as_str(), ended.as_str());
        let cells = match pc.fate {
            Fate::WornOut => [
                code,
                pc_code,
                begun,
                ended,
                "hardware",
                "atelier-1",
                "end_of_life",
                "item_too_worn_out",
                "95",
            ],
            _ => [
                code,
                pc_code,
                begun,
                "",
                "storage",
                "atelier-2",
                "",
                "",
                "40",
            ],
        };
        line(&mut csv, &cells);
    }
    csv
}

/// A PC that changed hands: the number of its home, the day, and which way.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Handed {
    pub(in crate::demo) home: usize,
    pub(in crate::demo) on: Date,
    pub(in crate::demo) hands: Hands,
}

/// The sheets of PCs that changed hands. Three of a hundred wait for the household.
pub(super) fn handovers(handed: &[Handed], code: fn(usize) -> String) -> String {
    let head = "code,pc,household,hands,on,tenure,accessories,documents,household_signed_on,programme_signed_on\n";
    let mut csv = head.to_owned();
    for (n, sheet) in handed.iter().enumerate() {
        let day = sheet.on.to_string();
        let signed = dice(sheet.home, 89) >= 3;
        let documents = match sheet.hands {
            Hands::Handover => "",
            Hands::Return => word(
                dice(sheet.home, 79),
                &[(55, "erased"), (35, "copied"), (10, "transferred")],
            ),
        };
        line(
            &mut csv,
            &[
                &format!("H-{:04}", n + 1),
                &asset(sheet.home),
                &code(sheet.home),
                sheet.hands.as_str(),
                &day,
                "loan",
                "Écran clavier souris",
                documents,
                if signed { &day } else { "" },
                &day,
            ],
        );
    }
    csv
}

//! Does all that this crate does with a made-up programme, and says how long it took and how
//! much memory: `cargo run --release -p declic-evaluation --example evaluate -- HOMES FOLDER`.
//!
//! FOLDER receives the dataset, the exports and the reports, for looking at and for the
//! recomputation in `tests/python`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use declic_evaluation::dataset::archive;
use declic_evaluation::dataset::seal::SigningKey;
use declic_evaluation::disclosure::{Audience, publish};
use declic_evaluation::folder::{self, Contents};
use declic_evaluation::sample::{Shape, about, period, programme};
use declic_evaluation::verify::verify;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let homes = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100);
    let place = PathBuf::from(
        arguments
            .next()
            .unwrap_or_else(|| "evaluation-sample".into()),
    );
    fs::create_dir_all(&place)?;
    let mut clock = Clock {
        since: Instant::now(),
    };
    let shape = Shape {
        homes,
        ..Shape::CALL
    };
    let mut data = programme(shape);
    clock.tell("make up the rows")?;

    let key = SigningKey::from_seed(&[7; 32])?;
    let file = place.join("dataset.tar");
    let software = concat!("declic ", env!("CARGO_PKG_VERSION"));
    archive::write(
        &mut data,
        about(software),
        &key,
        File::create(&file)?,
        &mut |_| {},
    )?;
    clock.tell("freeze")?;
    let opened = archive::read(File::open(&file)?, Some(&key.public()))?;
    clock.tell("read back and check")?;
    if !opened.faults.is_empty() {
        return Err(format!("the dataset has faults: {:?}", opened.faults).into());
    }

    let inside = publish(&opened.dataset, period(), Audience::Inside, true)?;
    let public = publish(&opened.dataset, period(), Audience::Public, false)?;
    clock.tell("indicators and disclosure control, twice")?;
    for figures in [&inside, &public] {
        let text = format!(
            "  k = {}: {} of {} counts shown\n",
            figures.k, figures.shown, figures.cells
        );
        io::stdout().write_all(text.as_bytes())?;
    }
    let contents = Contents {
        dataset: &opened.dataset,
        manifest: &opened.manifest,
        inside: &inside,
        public: &public,
    };
    let mut told = Ok(());
    folder::write(&contents, &place, &mut |step| {
        if told.is_ok() {
            told = clock.tell(step);
        }
    })?;
    told?;
    let differences = verify(&opened, &fs::read(place.join("figures.json"))?)?;
    clock.tell("verify")?;
    if !differences.is_empty() {
        return Err(format!(
            "{} differences, the first: {}",
            differences.len(),
            differences[0]
        )
        .into());
    }
    Ok(())
}

struct Clock {
    since: Instant,
}

impl Clock {
    /// Says what the last step took, and the most memory so far.
    fn tell(&mut self, what: &str) -> io::Result<()> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak: u64 = peak
            .and_then(|text| text.trim().trim_end_matches(" kB").parse().ok())
            .unwrap_or_default();
        let line = format!(
            "{:>8.0} ms  {:>5} MiB at most  {what}\n",
            self.since.elapsed().as_secs_f64() * 1000.0,
            peak / 1024
        );
        self.since = Instant::now();
        io::stdout().write_all(line.as_bytes())
    }
}

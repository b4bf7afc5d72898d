//! `declic verify DATASET [REPORT]`: whether a dataset is what was signed, and a published
//! document what the dataset says. Needs nothing but the two files.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use declic_common::tr;
use declic_evaluation::dataset::archive;
use declic_evaluation::verify::verify;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Said;
use crate::cli::words::Voice;

/// Differences that are named; beyond, they are counted.
const NAMED: usize = 50;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct VerifyArgs {
    #[arg(value_name = "DATASET", help = tr("Jeu de données figé", "Frozen dataset"))]
    pub dataset: PathBuf,
    #[arg(
        value_name = "REPORT",
        help = tr(
            "Ce qui fut publié : rapport HTML, figures.json ou figures.csv",
            "What was published: an HTML report, figures.json or figures.csv"
        )
    )]
    pub report: Option<PathBuf>,
    #[arg(
        long, value_name = "KEY",
        help = tr(
            "Clé publique de qui doit l’avoir signé, en hexadécimal",
            "Public key of whoever must have signed it, in hexadecimal"
        )
    )]
    pub signer: Option<String>,
}

pub(crate) fn run(args: &VerifyArgs, v: &Voice) -> Result<Said, Failure> {
    let bytes = read(&args.dataset)?;
    let failed = |error: &dyn std::error::Error| Failure::new(Exit::Failed, error.to_string());
    let opened =
        archive::read(bytes.as_slice(), args.signer.as_deref()).map_err(|error| failed(&error))?;
    let mut out = String::new();
    for fault in &opened.faults {
        let _ = writeln!(out, "{fault}");
    }
    let mut wrong = opened.faults.len();
    if let Some(report) = args.report.as_ref().filter(|_| opened.faults.is_empty()) {
        let differences = verify(&opened, &read(report)?).map_err(|error| failed(&error))?;
        for difference in differences.iter().take(NAMED) {
            let _ = writeln!(out, "{difference}");
        }
        wrong += differences.len();
    }
    let signer = &opened.signature.public_key;
    let aside = match wrong {
        0 => v.say(
            format!("tout est juste ; signé par {signer}\n"),
            format!("all of it is right; signed by {signer}\n"),
        ),
        1 => v.say("1 différence\n".to_owned(), "1 difference\n".to_owned()),
        n => v.say(format!("{n} différences\n"), format!("{n} differences\n")),
    };
    Ok(Said {
        out,
        aside,
        no: wrong > 0,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| {
        let path = path.display();
        let text = tr(
            format!("{path} ne se lit pas ({error})"),
            format!("{path} cannot be read ({error})"),
        );
        Failure::new(Exit::Failed, text)
    })
}

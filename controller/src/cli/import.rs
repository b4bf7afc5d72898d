//! `declic import`: reports of the past, from the lines that `declic export` writes.

mod lines;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use declic_common::api::{HistoryLine, ImportHistory, Imported};
use declic_common::tr;

use self::lines::{Line, Reader};
use super::client::{Controller, Target, read};
use super::exit::{Exit, Failure};
use super::export::Lines;
use super::output::{Said, clean};
use super::words::Voice;

/// Lines of one request, and their size: the controller takes 1 MiB and 5,000 lines.
const AT_ONCE: usize = 2_000;
const BYTES_AT_ONCE: usize = 700 * 1024;
/// Bad lines that are shown.
const SHOWN: usize = 50;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct ImportArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: ImportCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum ImportCommand {
    #[command(about = tr(
        "Relevés, un par ligne : JSON, ou CSV avec un en-tête",
        "Reports, one a line: JSON, or CSV with a head"
    ))]
    History(HistoryArgs),
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct HistoryArgs {
    #[arg(value_name = "FILE", help = tr("Fichier à lire", "File to read"))]
    pub file: PathBuf,
    #[arg(
        long, value_enum,
        help = tr("Forme des lignes [selon le nom : .csv, sinon jsonl]", "Form of the lines [by the name: .csv, else jsonl]")
    )]
    pub format: Option<Lines>,
    #[arg(long, help = tr("Dire seulement ce qui n’irait pas", "Only say what would be wrong"))]
    pub dry_run: bool,
    #[arg(
        long, conflicts_with = "dry_run",
        help = tr("Prendre les bonnes lignes même s’il y en a de mauvaises", "Take the good lines even where there are bad ones")
    )]
    pub skip_bad: bool,
}

/// What a pass over the file came to.
#[derive(Debug, Default)]
struct Pass {
    taken: u64,
    folded: u64,
    bad: u64,
    /// The first of them: number of the line, and why.
    shown: Vec<(u64, String)>,
}

pub(crate) async fn run(
    command: ImportCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let ImportCommand::History(args) = command;
    // All lines are looked at before the first one is taken.
    let dry = pass(&args, true, controller, v).await?;
    if args.dry_run || (dry.bad > 0 && !args.skip_bad) {
        return Ok(Said {
            no: dry.bad > 0,
            out: told(&dry, v),
            aside: match args.dry_run {
                true => String::new(),
                false => v.say(
                    "rien n’a été pris ; corriger ces lignes, ou ajouter --skip-bad\n".to_owned(),
                    "nothing was taken; mend these lines, or add --skip-bad\n".to_owned(),
                ),
            },
        });
    }
    let done = pass(&args, false, controller, v).await?;
    Ok(Said::out(told(&done, v)))
}

async fn pass(
    args: &HistoryArgs,
    dry_run: bool,
    controller: &Controller,
    v: &Voice,
) -> Result<Pass, Failure> {
    let mut reader = Reader::open(&args.file, args.format, v)?;
    let mut pass = Pass::default();
    let mut waiting: Vec<(u64, HistoryLine)> = Vec::new();
    let mut bytes = 0;
    while let Some(Line {
        number,
        bytes: size,
        read,
    }) = reader.next(v)?
    {
        match read {
            Ok(line) => waiting.push((number, line)),
            Err(why) => pass.complain(number, why),
        }
        bytes += size;
        if waiting.len() >= AT_ONCE || bytes >= BYTES_AT_ONCE {
            pass.send(&mut waiting, dry_run, controller).await?;
            bytes = 0;
        }
    }
    pass.send(&mut waiting, dry_run, controller).await?;
    pass.shown.sort_by_key(|(number, _)| *number);
    Ok(pass)
}

impl Pass {
    fn complain(&mut self, number: u64, why: String) {
        self.bad += 1;
        if self.shown.len() < SHOWN {
            self.shown.push((number, why));
        }
    }

    async fn send(
        &mut self,
        waiting: &mut Vec<(u64, HistoryLine)>,
        dry_run: bool,
        controller: &Controller,
    ) -> Result<(), Failure> {
        if waiting.is_empty() {
            return Ok(());
        }
        let (numbers, lines): (Vec<u64>, Vec<HistoryLine>) = waiting.drain(..).unzip();
        let asked = ImportHistory { dry_run, lines };
        let answer: Imported = read(controller.post("history/import", &asked).await?)?;
        self.taken += answer.taken;
        self.folded += answer.folded;
        for bad in answer.bad {
            let place = usize::try_from(bad.line).unwrap_or(usize::MAX);
            self.complain(numbers.get(place).copied().unwrap_or(0), bad.why);
        }
        Ok(())
    }
}

fn told(pass: &Pass, v: &Voice) -> String {
    let mut text = String::new();
    for (number, why) in &pass.shown {
        let why = clean(why);
        text.push_str(&v.say(
            format!("ligne {number} : {why}\n"),
            format!("line {number}: {why}\n"),
        ));
    }
    let more = pass.bad - pass.shown.len() as u64;
    if more > 0 {
        let more = v.number(more);
        text.push_str(&v.say(
            format!("… et {more} autres\n"),
            format!("… and {more} more\n"),
        ));
    }
    let (taken, bad) = (v.number(pass.taken), v.number(pass.bad));
    let folded = v.number(pass.folded);
    text.push_str(&v.say(
        format!("{taken} relevés bons, {bad} mauvaises lignes, {folded} de jours dont un seul état est gardé\n"),
        format!("{taken} good reports, {bad} bad lines, {folded} of days that keep one state\n"),
    ));
    text
}

/// A file that cannot be read at all.
fn unreadable(path: &std::path::Path, error: &dyn std::fmt::Display, v: &Voice) -> Failure {
    let path = path.display();
    Failure::new(
        Exit::Failed,
        v.say(
            format!("{path} ne se lit pas ({error})"),
            format!("{path} cannot be read ({error})"),
        ),
    )
}

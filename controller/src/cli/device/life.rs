//! `declic device life` and the steps of a PC's life: the records of the bench, in the words of
//! whoever stands at it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use declic_common::programme::life::{PcLife, PcSummary};
use declic_common::programme::vocabulary::{Grade, LifeState, WipeMethod};
use declic_common::programme::{Handover, Noun, Pc, Trial, Wipe};
use declic_common::tr;
use jiff::civil::Date;
use ring::digest;
use serde_json::{Map, Value, json};

use super::args::word;
use crate::cli::client::{Controller, read};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, Format, Said, csv, table};
use crate::cli::record::{Desk, Pair, Within, aside, set};
use crate::domain::days::{Day, paris};
use crate::words::Voice;

const COLUMNS: [&str; 8] = [
    "pc",
    "state",
    "since",
    "household",
    "site",
    "spare",
    "device",
    "faults",
];

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct LifeArgs {
    #[command(flatten)]
    pub within: Within,
    #[arg(help = tr("Numéro d’inventaire ; sans lui, tous les PC", "Inventory number; all PCs without it"))]
    pub pc: Option<String>,
    #[arg(long, value_parser = word::<LifeState>(LifeState::ALL, LifeState::as_str), conflicts_with = "pc", help = tr("Seulement dans cet état", "Only in this state"))]
    pub state: Option<String>,
    #[arg(long, conflicts_with = "pc", help = tr("Seulement ceux de réserve", "Only spare ones"))]
    pub spare: bool,
    #[arg(long, value_name = "FILE", requires = "pc", conflicts_with = "format", help = tr("Écrire l’étiquette (QR, SVG) dans ce fichier", "Write the label (QR, SVG) to this file"))]
    pub label: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

/// What is done to a PC, and noted.
#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum StepCommand {
    #[command(about = tr("Recevoir un PC, avant qu’aucun agent n’y tourne", "Receive a PC, before any agent runs on it"))]
    Receive {
        #[command(flatten)]
        named: StepArgs,
        #[arg(long, help = tr("Lot dont il vient", "Lot that it comes from"))]
        lot: Option<String>,
        #[arg(long, help = tr("Site qui s’en occupe", "Site that looks after it"))]
        site: Option<String>,
    },
    #[command(about = tr("Noter la preuve de l’effacement", "Note the proof of its erasure"))]
    Erase {
        #[command(flatten)]
        named: StepArgs,
        #[arg(long, value_parser = word::<WipeMethod>(WipeMethod::ALL, WipeMethod::as_str), help = tr("Méthode", "Method"))]
        method: String,
        #[arg(long, help = tr("Programme et version, par exemple « nwipe 0.38 »", "Program and version, such as “nwipe 0.38”"))]
        tool: Option<String>,
        #[arg(long, help = tr("Par qui : un compte ou des initiales", "By whom: an account or initials"))]
        by: String,
        #[arg(long, help = tr("L’effacement a échoué", "The erasure failed"))]
        failed: bool,
        #[arg(long, value_name = "FILE", help = tr("Rapport de nwipe (PDF ou journal) : son empreinte est notée, il reste chez vous", "Report of nwipe (PDF or log): its hash is noted, the file stays with you"))]
        file: Option<PathBuf>,
    },
    #[command(about = tr("Noter un essai à l’établi", "Note a trial on the bench"))]
    Test {
        #[command(flatten)]
        named: StepArgs,
        #[arg(long, help = tr("L’essai a échoué", "The trial failed"))]
        failed: bool,
        #[arg(long, help = tr("Par qui : un compte ou des initiales", "By whom: an account or initials"))]
        by: Option<String>,
    },
    #[command(about = tr("Donner sa classe à un PC essayé, et dire qu’il est prêt", "Grade a PC that was tried, and say that it is ready"))]
    Grade {
        #[command(flatten)]
        named: StepArgs,
        #[arg(value_parser = word::<Grade>(Grade::ALL, Grade::as_str), ignore_case = true, help = tr("Classe", "Grade"))]
        grade: String,
        #[arg(long, help = tr("La classe seule : il n’est pas encore prêt", "The grade alone: it is not ready yet"))]
        not_ready: bool,
    },
    #[command(about = tr("Noter la feuille de remise ou de retour, signée", "Note the signed sheet of a handover or a return"))]
    Handover {
        #[command(flatten)]
        named: StepArgs,
        #[arg(long, value_name = "CODE", help = tr("Code du foyer", "Code of the household"))]
        household: String,
        #[arg(long, requires = "documents", help = tr("Le PC revient", "The PC comes back"))]
        back: bool,
        #[arg(long, requires = "back", help = tr("Choix du foyer pour ses documents : copied, transferred, erased", "What the household chose for its documents: copied, transferred, erased"))]
        documents: Option<String>,
        #[arg(long, value_name = "DATE", help = tr("Jour où le foyer a signé", "Day on which the household signed"))]
        household_signed: Option<Date>,
        #[arg(long, value_name = "DATE", help = tr("Jour où le programme a signé", "Day on which the programme signed"))]
        programme_signed: Option<Date>,
    },
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct StepArgs {
    #[command(flatten)]
    pub within: Within,
    #[arg(help = tr("Numéro d’inventaire", "Inventory number"))]
    pub pc: String,
    #[arg(long, value_name = "DATE", help = tr("Jour [aujourd’hui]", "Day [today]"))]
    pub on: Option<Date>,
    #[arg(long = "field", value_name = "FIELD=VALUE", help = tr("Un autre champ de la fiche, autant de fois qu’il faut", "Another field of the record, as often as needed"))]
    pub more: Vec<Pair>,
}

/// Shows the life of one PC, or where all of them are.
pub(super) async fn show(
    args: LifeArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let desk = Desk::open(controller, Pc::SHEET, &args.within).await?;
    let programme = desk.programme.as_deref().unwrap_or_default();
    let Some(pc) = &args.pc else {
        let mut query = Vec::new();
        query.extend(args.state.clone().map(|state| ("state", state)));
        query.extend(args.spare.then(|| ("spare", "true".to_owned())));
        let path = format!("programmes/{programme}/lives");
        let items = controller.items(&path, &query).await?;
        return Ok(Said::out(match args.format {
            Format::Json => output::json(&items.into()),
            Format::Csv => csv(&items, &COLUMNS),
            Format::Table => list(&read::<Vec<PcSummary>>(items.into())?, v),
        }));
    };
    if let Some(file) = &args.label {
        return label(&desk, pc, file, v).await;
    }
    let value = controller
        .get(&format!("{}/life", desk.one(pc)), &[])
        .await?;
    Ok(Said::out(match args.format {
        Format::Json => output::json(&value),
        Format::Csv => {
            let events = value["events"].as_array().cloned().unwrap_or_default();
            csv(&events, &["on", "step", "household", "good", "told_by"])
        }
        Format::Table => screen(&read(value)?, v),
    }))
}

async fn label(desk: &Desk<'_>, pc: &str, file: &Path, v: &Voice) -> Result<Said, Failure> {
    let mut svg = Vec::new();
    let path = format!("{}/label", desk.one(pc));
    desk.controller.stream(&path, &[], &mut svg).await?;
    std::fs::write(file, svg).map_err(|error| {
        let path = file.display();
        let text = v.say(
            format!("{path} ne s’écrit pas ({error})"),
            format!("{path} cannot be written ({error})"),
        );
        Failure::new(Exit::Failed, text)
    })?;
    let path = file.display();
    Ok(aside(&v.say(
        format!("étiquette écrite dans {path}\n"),
        format!("label written to {path}\n"),
    )))
}

fn list(pcs: &[PcSummary], v: &Voice) -> String {
    let head = [
        v.say("PC", "PC"),
        v.say("ÉTAT", "STATE"),
        v.say("DEPUIS", "SINCE"),
        v.say("FOYER", "HOUSEHOLD"),
        v.say("SITE", "SITE"),
        v.say("RÉSERVE", "SPARE"),
        v.say("À VOIR", "TO SEE"),
    ];
    let dash = || "–".to_owned();
    let row = |pc: &PcSummary| {
        vec![
            pc.pc.clone(),
            v.life_state(pc.state).to_owned(),
            pc.since.to_string(),
            pc.household.clone().unwrap_or_else(dash),
            pc.site.clone().unwrap_or_else(dash),
            v.say(["non", "oui"], ["no", "yes"])[usize::from(pc.spare)].to_owned(),
            pc.faults.to_string(),
        ]
    };
    table(&head, &pcs.iter().map(row).collect::<Vec<_>>())
}

fn screen(life: &PcLife, v: &Voice) -> String {
    let pc = &life.summary;
    let (state, since) = (v.life_state(pc.state), pc.since);
    let mut text = v.say(
        format!("{} : {state} depuis le {since}\n\n", pc.pc),
        format!("{}: {state} since {since}\n\n", pc.pc),
    );
    let rows: Vec<Vec<String>> = life
        .events
        .iter()
        .map(|event| {
            let good = match event.good {
                Some(false) => v.say("échec", "failed").to_owned(),
                _ => event.household.clone().unwrap_or_default(),
            };
            vec![
                event.on.to_string(),
                v.life_step(event.step).to_owned(),
                good,
                event.told_by.clone(),
            ]
        })
        .collect();
    text.push_str(table(&["", "", "", ""], &rows).trim_start());
    if !life.faults.is_empty() {
        text.push_str(v.say("\nÀ voir\n", "\nTo see\n"));
        for fault in &life.faults {
            let why = v.say(&fault.why.fr, &fault.why.en);
            text.push_str(&format!("  {}  {why}\n", fault.on));
        }
    }
    text.push_str(v.say("\nEnsuite\n", "\nNext\n"));
    for next in &life.next {
        let step = v.life_step(next.step);
        let line = match &next.refused {
            None => format!("  + {step}\n"),
            Some(why) => format!("  – {step} : {}\n", v.say(&why.fr, &why.en)),
        };
        text.push_str(&line);
    }
    text
}

/// Notes a step.
pub(super) async fn step(
    command: StepCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let today = Day::of(v.now().as_millisecond(), &paris()).date();
    let (sheet, code, named, fields) = match command {
        StepCommand::Receive { named, lot, site } => {
            let on = named.on.unwrap_or(today);
            let fields = json!({ "received_on": on, "lot": lot, "site": site });
            (Pc::SHEET, named.pc.clone(), named, fields)
        }
        StepCommand::Erase {
            named,
            method,
            tool,
            by,
            failed,
            file,
        } => {
            let on = named.on.unwrap_or(today);
            let (file, hash) = match file {
                Some(path) => hashed(&path, v)?,
                None => (None, None),
            };
            let result = if failed { "failed" } else { "done" };
            let fields = json!({
                "pc": named.pc, "on": on, "method": method, "tool": tool, "by": by,
                "result": result, "file": file, "file_sha256": hash,
            });
            (Wipe::SHEET, "new".to_owned(), named, fields)
        }
        StepCommand::Test { named, failed, by } => {
            let on = named.on.unwrap_or(today);
            let fields = json!({ "pc": named.pc, "on": on, "by": by, "passed": !failed });
            (Trial::SHEET, "new".to_owned(), named, fields)
        }
        StepCommand::Grade {
            named,
            grade,
            not_ready,
        } => {
            let on = named.on.unwrap_or(today);
            let code = last_trial(controller, &named, v).await?;
            let ready = (!not_ready).then_some(on);
            let fields = json!({ "grade": grade.to_lowercase(), "ready_on": ready });
            (Trial::SHEET, code, named, fields)
        }
        StepCommand::Handover {
            named,
            household,
            back,
            documents,
            household_signed,
            programme_signed,
        } => {
            let on = named.on.unwrap_or(today);
            let hands = if back { "return" } else { "handover" };
            let fields = json!({
                "pc": named.pc, "household": household, "hands": hands, "on": on,
                "documents": documents, "household_signed_on": household_signed,
                "programme_signed_on": programme_signed,
            });
            (Handover::SHEET, "new".to_owned(), named, fields)
        }
    };
    let desk = Desk::open(controller, sheet, &named.within).await?;
    let given: Map<String, Value> = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let mut pairs: Vec<Pair> = given
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(field, value)| Pair {
            field,
            value: declic_common::programme::cell::write(&value),
        })
        .collect();
    pairs.extend(named.more);
    set(&desk, &code, &pairs, v).await
}

/// The trial of a PC that was made last.
async fn last_trial(
    controller: &Controller,
    named: &StepArgs,
    v: &Voice,
) -> Result<String, Failure> {
    let desk = Desk::open(controller, Pc::SHEET, &named.within).await?;
    let path = format!("{}/life", desk.one(&named.pc));
    let life: PcLife = read(controller.get(&path, &[]).await?)?;
    let last = life
        .trials
        .into_iter()
        .max_by_key(|trial| (trial.on, trial.code.clone()));
    last.map(|trial| trial.code).ok_or_else(|| {
        let pc = &named.pc;
        let text = v.say(
            format!("{pc} n’a pas d’essai : l’essayer d’abord (`declic device test {pc}`)"),
            format!("{pc} has no trial: try it first (`declic device test {pc}`)"),
        );
        Failure::new(Exit::NotFound, text)
    })
}

/// The name of a file and its SHA-256.
fn hashed(path: &Path, v: &Voice) -> Result<(Option<String>, Option<String>), Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        let path = path.display();
        let text = v.say(
            format!("{path} ne se lit pas ({error})"),
            format!("{path} cannot be read ({error})"),
        );
        Failure::new(Exit::Failed, text)
    })?;
    let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, &bytes).as_ref());
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    Ok((name, Some(hash)))
}

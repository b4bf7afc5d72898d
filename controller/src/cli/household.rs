//! `declic household` and `declic application`: their records, and what people may ask for.

use std::path::Path;

use clap::{Args, Subcommand};
use declic_common::programme::body::{Erasure, HouseholdDevice, HouseholdFile};
use declic_common::programme::{Sheet, sheet};
use declic_common::tr;
use serde_json::Value;

use super::client::{Controller, Target, read};
use super::exit::{Exit, Failure};
use super::output::{Said, clean, json};
use super::record::{self, Desk, RecordCommand, Within, aside, show, write_private};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct HouseholdArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub within: Within,
    #[command(subcommand)]
    pub command: HouseholdCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum HouseholdCommand {
    #[command(flatten)]
    Record(RecordCommand),
    #[command(about = tr(
        "Effacer ces personnes, pour toujours",
        "Forget these people, for ever"
    ))]
    Erase {
        #[arg(help = tr("Code", "Code"))]
        code: String,
        #[arg(long, help = tr("C’est bien ce qui est voulu", "This is what is wanted"))]
        yes: bool,
    },
}

pub(crate) async fn run(
    sheet: &'static Sheet,
    args: HouseholdArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let desk = Desk::open(controller, sheet, &args.within).await?;
    match args.command {
        HouseholdCommand::Record(command) => record::run(command, &desk, v).await,
        HouseholdCommand::Erase { code, yes } => erase(&desk, &code, yes, v).await,
    }
}

async fn erase(desk: &Desk<'_>, code: &str, yes: bool, v: &Voice) -> Result<Said, Failure> {
    if !yes {
        return Err(Failure::new(
            Exit::Usage,
            tr(
                "rien ne les ramènera, sauvegardes comprises : sortir d’abord le dossier d’un foyer (`declic household export CODE`), puis ajouter --yes",
                "nothing brings them back, no backup either: take a household’s file out first (`declic household export CODE`), then add --yes",
            ),
        ));
    }
    let path = format!("{}/erase", desk.one(code));
    let done: Erasure = read(desk.controller.post(&path, &Value::Null).await?)?;
    let Erasure {
        records,
        contacts,
        fields,
        texts,
        ..
    } = done;
    let when = v.moment(done.at);
    Ok(aside(&tr(
        format!(
            "effacé le {when} : clés détruites, {contacts} coordonnées, {fields} champs de {records} fiches, {texts} textes ; le registre en garde la preuve\n"
        ),
        format!(
            "erased on {when}: keys destroyed, {contacts} contacts, {fields} fields of {records} records, {texts} texts; the audit keeps the proof\n"
        ),
    )))
}

/// Everything that is kept of a household: JSON, and beside a file the same to be read.
pub(crate) async fn export(
    desk: &Desk<'_>,
    code: &str,
    output: Option<&Path>,
    v: &Voice,
) -> Result<Said, Failure> {
    let answer = desk
        .controller
        .get(&format!("{}/file", desk.one(code)), &[])
        .await?;
    let text = json(&answer);
    let Some(file) = output else {
        return Ok(Said::out(text));
    };
    let readable = summary(&read(answer)?, v);
    let beside = file.with_extension("txt");
    write_private(file, text.as_bytes())?;
    write_private(&beside, readable.as_bytes())?;
    let (file, beside) = (file.display(), beside.display());
    Ok(aside(&tr(
        format!("tout est dans {file}, et à lire dans {beside}\n"),
        format!("everything is in {file}, and to be read in {beside}\n"),
    )))
}

/// The PCs of a household, with the consent that the present one reports; nothing for whoever
/// may not see PCs.
pub(crate) async fn devices(desk: &Desk<'_>, code: &str, v: &Voice) -> Result<String, Failure> {
    let path = format!("{}/devices", desk.one(code));
    let items = match desk.controller.items(&path, &[]).await {
        Err(failure) if failure.exit == Exit::Refused => return Ok(String::new()),
        items => items?,
    };
    let mut text = String::new();
    for device in read::<Vec<HouseholdDevice>>(items.into())? {
        let name = device.asset.unwrap_or(device.device.to_string());
        let last = device.placements.first();
        let since = last.map_or("–".to_owned(), |placed| v.day(placed.from));
        let to = last.and_then(|placed| placed.to);
        let until = to.map_or("…".to_owned(), |to| v.day(to));
        let consent = v.consent(device.consent);
        let consents = v.say("consentement", "consent");
        text.push_str(&format!(
            "PC {}  {since} → {until}  {consents} {consent}\n",
            clean(&name)
        ));
    }
    Ok(text)
}

/// The file of a household as its people may read it.
fn summary(file: &HouseholdFile, v: &Voice) -> String {
    let made = v.moment(file.made_at);
    let code = &file.household;
    let mut text = v.say(
        format!("Ce que Déclic garde du foyer {code}, le {made}\n"),
        format!("What Déclic keeps of household {code}, on {made}\n"),
    );
    for record in &file.records {
        let Some(sheet) = sheet(&record.noun) else {
            continue;
        };
        let title = v.say(sheet.fr, sheet.en);
        text.push_str(&format!("\n{title}\n{}", show(sheet, &record.kept, v)));
    }
    for device in &file.devices {
        let name = device.asset.clone().unwrap_or(device.device.to_string());
        text.push_str(&format!("\nPC {}\n", clean(&name)));
        for placed in &device.placements {
            let from = v.moment(placed.from);
            let to = placed.to.map_or("–".to_owned(), |to| v.moment(to));
            text.push_str(&v.say(
                format!("du {from} au {to}\n"),
                format!("from {from} to {to}\n"),
            ));
        }
        let id = device.device;
        text.push_str(&v.say(
            format!("Ses relevés : declic device history {id}\n"),
            format!("What it reported: declic device history {id}\n"),
        ));
    }
    for ticket in &file.tickets {
        let summary = &ticket.summary;
        text.push_str(&format!(
            "\n{} ({})\n",
            summary.ticket,
            v.moment(summary.opened_at)
        ));
        for event in &ticket.events {
            let mut change = event.change.clone();
            let said = change.take_text().unwrap_or_default();
            let when = v.moment(event.at);
            text.push_str(&format!(
                "{when}  {}  {}\n",
                event.change.word(),
                clean(&said)
            ));
        }
    }
    text.push_str(v.say("\nQui a vu ou changé quoi\n", "\nWho saw or changed what\n"));
    for told in &file.audit {
        let when = v.moment(told.at);
        let detail = told.detail.clone().unwrap_or_default();
        let line = format!("{when}  {}  {}  {detail}\n", told.who, told.what);
        text.push_str(&line);
    }
    text
}

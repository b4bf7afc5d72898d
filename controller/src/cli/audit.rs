//! `declic audit`: who changed what, and the proof that the list is whole.

use clap::{Args, Subcommand};
use declic_common::api::{AuditCheck, AuditLine};
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{Format, Said, csv, json, table};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct AuditArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: AuditCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum AuditCommand {
    #[command(about = tr("Lister les changements, du plus récent", "List the changes, newest first"))]
    List {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Vérifier que rien n’a été changé ni retiré", "Check that nothing was changed or removed"))]
    Verify {
        #[arg(
            long, value_name = "HASH",
            help = tr(
                "Empreinte notée lors d’une vérification passée : rien jusque-là n’a été retiré",
                "Hash noted at an earlier check: nothing up to there was cut off"
            )
        )]
        noted: Option<String>,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
}

/// Verifying ends with code 1 when the list is not whole.
pub(crate) async fn run(
    command: AuditCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        AuditCommand::List { format } => {
            let items = controller
                .items("audit", &[("limit", "500".to_owned())])
                .await?;
            Ok(Said::out(match format {
                Format::Json => json(&items.into()),
                Format::Csv => csv(&items, &["n", "at", "who", "what", "subject", "detail"]),
                Format::Table => list(&read::<Vec<AuditLine>>(items.into())?, v),
            }))
        }
        AuditCommand::Verify { noted, format } => {
            let query: Vec<_> = noted.map(|hash| ("noted", hash)).into_iter().collect();
            let value = controller.get("audit/check", &query).await?;
            let check: AuditCheck = read(value.clone())?;
            let out = match format {
                Format::Json => json(&value),
                Format::Csv => csv(&[value], &["whole", "entries", "head", "fault"]),
                Format::Table => format!("{}\n", verdict(&check, v)),
            };
            Ok(Said {
                no: !check.whole,
                ..Said::out(out)
            })
        }
    }
}

fn list(lines: &[AuditLine], v: &Voice) -> String {
    let head = v.say(
        ["N°", "QUAND", "QUI", "QUOI", "SUR", "DÉTAIL"],
        ["N", "WHEN", "WHO", "WHAT", "ON", "DETAIL"],
    );
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                line.n.to_string(),
                v.moment(line.at),
                line.who.clone(),
                line.what.clone(),
                line.subject.clone(),
                line.detail.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(&head, &rows)
}

fn verdict(check: &AuditCheck, v: &Voice) -> String {
    match &check.fault {
        None => {
            let n = v.number(check.entries);
            let head = check.head.as_deref().unwrap_or("–");
            v.say(
                format!("{n} entrées, registre entier ; empreinte à noter ailleurs : {head}"),
                format!("{n} entries, whole; hash to note elsewhere: {head}"),
            )
        }
        Some(fault) => v.say(
            format!("le registre n’est pas entier : {fault}"),
            format!("the list is not whole: {fault}"),
        ),
    }
}

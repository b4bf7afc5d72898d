//! `declic absence`: days on which a home, or a whole site, said that nobody would be there.

use clap::{Args, Subcommand};
use declic_common::absence::{Absence, NewAbsence};
use declic_common::tr;
use jiff::civil::Date;
use serde_json::Value;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{Format, Said, csv, json, table};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct AbsenceArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: AbsenceCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum AbsenceCommand {
    #[command(about = tr(
        "Annoncer une absence ; elle est oubliée le lendemain de sa fin",
        "Declare an absence; it is forgotten the day after its end"
    ))]
    Declare(DeclareArgs),
    #[command(about = tr("Lister les absences à venir et en cours", "List the absences to come and under way"))]
    List {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Retirer une absence", "Take an absence back"))]
    Remove {
        #[arg(help = tr("Son identifiant, comme `list` le donne", "Its id, as `list` gives it"))]
        id: String,
    },
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct DeclareArgs {
    #[arg(required_unless_present = "site", conflicts_with = "site", help = tr("Ce PC : nom (d-…) ou numéro d’inventaire", "This device: name (d-…) or asset tag"))]
    pub device: Option<String>,
    #[arg(long, help = tr("Tous les PC de ce site", "All devices of this site"))]
    pub site: Option<String>,
    #[arg(long, value_name = "DATE", help = tr("Premier jour, par exemple 2026-12-20", "First day, such as 2026-12-20"))]
    pub from: Date,
    #[arg(long, value_name = "DATE", help = tr("Dernier jour, compris", "Last day, included"))]
    pub to: Date,
}

const COLUMNS: [&str; 7] = [
    "id",
    "device",
    "site",
    "first",
    "last",
    "who",
    "declared_at",
];

pub(crate) async fn run(
    command: AbsenceCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        AbsenceCommand::Declare(args) => declare(args, controller, v).await,
        AbsenceCommand::List { format } => list(format, controller, v).await,
        AbsenceCommand::Remove { id } => {
            controller.delete(&format!("absences/{id}")).await?;
            Ok(Said {
                aside: v.say("absence retirée\n", "absence removed\n").to_owned(),
                ..Said::default()
            })
        }
    }
}

async fn declare(args: DeclareArgs, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let device = match &args.device {
        Some(asked) => Some(controller.resolve(asked).await?),
        None => None,
    };
    let new = NewAbsence {
        device,
        site: args.site,
        first: args.from,
        last: args.to,
    };
    let made: Absence = read(controller.post("absences", &new).await?)?;
    let (first, last) = (v.date(made.first), v.date(made.last));
    // The id stands alone, for scripts.
    Ok(Said {
        aside: v.say(
            format!("silence attendu du {first} au {last} compris\n"),
            format!("silence expected from {first} to {last}, both included\n"),
        ),
        ..Said::out(format!("{}\n", made.id))
    })
}

async fn list(format: Format, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let items: Vec<Value> = controller.items("absences", &[]).await?;
    Ok(Said::out(match format {
        Format::Json => json(&items.into()),
        Format::Csv => csv(&items, &COLUMNS),
        Format::Table => as_table(&read::<Vec<Absence>>(items.into())?, v),
    }))
}

fn as_table(absences: &[Absence], v: &Voice) -> String {
    let head = v.say(
        ["ABSENCE", "PC OU SITE", "DU", "AU", "PAR"],
        ["ABSENCE", "DEVICE OR SITE", "FROM", "TO", "BY"],
    );
    let rows: Vec<Vec<String>> = absences
        .iter()
        .map(|absence| {
            let device = absence.device.map(|device| device.to_string());
            vec![
                absence.id.clone(),
                device.or_else(|| absence.site.clone()).unwrap_or_default(),
                v.date(absence.first),
                v.date(absence.last),
                absence.who.clone(),
            ]
        })
        .collect();
    table(&head, &rows)
}

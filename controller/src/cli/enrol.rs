//! `declic enrol`: codes that let a PC join.

use clap::{Args, Subcommand};
use declic_common::api::{Enrolment, NewEnrolment};
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::{Exit, Failure};
use super::output::{Format, Said, csv, json, table};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct EnrolArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: EnrolCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum EnrolCommand {
    #[command(about = tr("Faire un code, ou plusieurs, qui servent une fois", "Make a code, or several, which work once"))]
    New {
        #[arg(long, value_name = "TAG", help = tr("Numéro d’inventaire du PC, par exemple BDX-001", "Asset tag of the device, such as BDX-001"))]
        asset: Option<String>,
        #[arg(long, help = tr("Site du PC", "Site of the device"))]
        site: Option<String>,
        #[arg(
            long, value_parser = clap::value_parser!(u32).range(1..=8_760),
            help = tr("Heures jusqu’à la fin du code [168]", "Hours until the code ends [168]")
        )]
        hours: Option<u32>,
        #[arg(
            long, value_name = "DEVICE",
            help = tr(
                "Lier le code à ce PC, dont le certificat est perdu",
                "Bind the code to this device, whose certificate was lost"
            )
        )]
        rebind: Option<String>,
        #[arg(
            long, value_name = "N", default_value_t = 1, conflicts_with = "rebind",
            value_parser = clap::value_parser!(u32).range(1..=100_000),
            help = tr(
                "Faire N codes, un par ligne ; avec --asset BDX, pour BDX-001, BDX-002 et ainsi de suite",
                "Make N codes, one a line; with --asset BDX, for BDX-001, BDX-002 and so on"
            )
        )]
        count: u32,
    },
    #[command(about = tr("Lister les codes", "List the codes"))]
    List {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Rendre un code inutilisable", "Make a code useless"))]
    Cancel {
        #[arg(help = tr("Numéro du code dans la liste", "Id of the code in the list"))]
        id: String,
    },
}

const COLUMNS: [&str; 7] = [
    "id",
    "asset",
    "site",
    "state",
    "created_at",
    "expires_at",
    "device",
];

pub(crate) async fn run(
    command: EnrolCommand,
    controller: &Controller,
    voice: &Voice,
) -> Result<Said, Failure> {
    match command {
        EnrolCommand::New {
            asset,
            site,
            hours,
            rebind,
            count,
        } => {
            let rebind = match rebind {
                Some(device) => Some(controller.resolve(&device).await?),
                None => None,
            };
            let new = NewEnrolment {
                asset,
                site,
                hours,
                rebind,
            };
            match count {
                1 => made(&read(controller.post("enrolments", &new).await?)?, voice),
                count => many(controller, &new, count, voice).await,
            }
        }
        EnrolCommand::List { format } => {
            let items = controller.items("enrolments", &[]).await?;
            Ok(Said::out(match format {
                Format::Json => json(&items.into()),
                Format::Csv => csv(&items, &COLUMNS),
                Format::Table => {
                    let codes: Vec<Enrolment> = read(items.into())?;
                    list(&codes, voice)
                }
            }))
        }
        EnrolCommand::Cancel { id } => {
            controller.delete(&format!("enrolments/{id}")).await?;
            Ok(Said {
                aside: voice.say("code annulé\n", "code cancelled\n").to_owned(),
                ..Said::default()
            })
        }
    }
}

/// As many codes as were asked for, one a line. Where one fails, those before it are
/// still given: they are kept nowhere else.
async fn many(
    controller: &Controller,
    new: &NewEnrolment,
    count: u32,
    v: &Voice,
) -> Result<Said, Failure> {
    let width = count.to_string().len().max(3);
    let mut said = Said::default();
    for n in 1..=count {
        let one = NewEnrolment {
            asset: new.asset.as_ref().map(|tag| format!("{tag}-{n:0width$}")),
            ..new.clone()
        };
        let answer = controller.post("enrolments", &one).await.and_then(read);
        match answer.and_then(|enrolment| made(&enrolment, v)) {
            Ok(one) => said.out.push_str(&one.out),
            Err(failure) if n == 1 => return Err(failure),
            Err(failure) => {
                said.no = true;
                said.aside = v.say(
                    format!("arrêt après {} codes : {failure}\n", n - 1),
                    format!("stopped after {} codes: {failure}\n", n - 1),
                );
                return Ok(said);
            }
        }
    }
    said.aside = v.say(
        format!("{count} codes à usage unique\n"),
        format!("{count} one-use codes\n"),
    );
    Ok(said)
}

/// The code alone on the output, so that a script takes it as it is.
fn made(enrolment: &Enrolment, v: &Voice) -> Result<Said, Failure> {
    let code = enrolment.code.as_ref().ok_or_else(|| {
        let text = v.say(
            "le serveur Déclic n’a pas donné le code",
            "the controller gave no code",
        );
        Failure::new(Exit::Failed, text)
    })?;
    let end = v.moment(enrolment.expires_at);
    let aside = v.say(
        format!(
            "code à usage unique, valable jusqu’au {end} ; sur le PC : declic-agent enrol CODE\n"
        ),
        format!("one-use code, valid until {end}; on the PC: declic-agent enrol CODE\n"),
    );
    Ok(Said {
        aside,
        ..Said::out(format!("{code}\n"))
    })
}

fn list(codes: &[Enrolment], v: &Voice) -> String {
    let head = v.say(
        [
            "CODE",
            "N° D’INVENTAIRE",
            "SITE",
            "ÉTAT",
            "FAIT",
            "FIN",
            "PC",
        ],
        ["CODE", "ASSET", "SITE", "STATE", "MADE", "ENDS", "DEVICE"],
    );
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let rows: Vec<Vec<String>> = codes
        .iter()
        .map(|code| {
            vec![
                code.id.clone(),
                or_dash(&code.asset),
                or_dash(&code.site),
                v.enrolment(code.state).to_owned(),
                v.moment(code.created_at),
                v.moment(code.expires_at),
                or_dash(&code.device.map(|device| device.to_string())),
            ]
        })
        .collect();
    table(&head, &rows)
}

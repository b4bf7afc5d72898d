//! `declic token`: what lets a program in, with the rights of an account.

use clap::{Args, Subcommand};
use declic_common::people::{ApiToken, NewApiToken};
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::{Exit, Failure};
use super::output::{Format, Said, csv, json, table};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct TokenArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: TokenCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum TokenCommand {
    #[command(about = tr("Faire un jeton, montré une seule fois", "Make a token, shown once"))]
    New {
        #[arg(help = tr("Compte dont il a les droits", "Account whose rights it has"))]
        account: String,
        #[arg(help = tr("À quoi il sert, par exemple supervision", "What it is for, such as monitoring"))]
        label: String,
        #[arg(
            long, value_parser = clap::value_parser!(u32).range(1..=366),
            help = tr("Jours jusqu’à sa fin [90]", "Days until it ends [90]")
        )]
        days: Option<u32>,
    },
    #[command(about = tr("Lister les jetons", "List the tokens"))]
    List {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Rendre un jeton sans valeur, tout de suite", "Make a token worthless, at once"))]
    Revoke {
        #[arg(help = tr("Numéro du jeton dans la liste", "Id of the token in the list"))]
        id: String,
    },
}

const COLUMNS: [&str; 6] = [
    "id",
    "account",
    "label",
    "created_at",
    "expires_at",
    "revoked_at",
];

pub(crate) async fn run(
    command: TokenCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        TokenCommand::New {
            account,
            label,
            days,
        } => {
            let new = NewApiToken {
                account,
                label,
                days,
            };
            made(&read(controller.post("tokens", &new).await?)?, v)
        }
        TokenCommand::List { format } => {
            let items = controller.items("tokens", &[]).await?;
            Ok(Said::out(match format {
                Format::Json => json(&items.into()),
                Format::Csv => csv(&items, &COLUMNS),
                Format::Table => list(&read::<Vec<ApiToken>>(items.into())?, v),
            }))
        }
        TokenCommand::Revoke { id } => {
            controller.delete(&format!("tokens/{id}")).await?;
            Ok(Said {
                aside: v.say("jeton révoqué\n", "token revoked\n").to_owned(),
                ..Said::default()
            })
        }
    }
}

/// The token alone on the output, so that it goes straight into a file.
fn made(made: &ApiToken, v: &Voice) -> Result<Said, Failure> {
    let token = made.token.as_ref().ok_or_else(|| {
        let text = v.say(
            "le serveur Déclic n’a pas donné le jeton",
            "the controller gave no token",
        );
        Failure::new(Exit::Failed, text)
    })?;
    let (id, end) = (&made.id, v.moment(made.expires_at));
    let aside = v.say(
        format!("jeton {id}, valable jusqu’au {end} ; il n’est montré qu’une fois\n"),
        format!("token {id}, valid until {end}; it is shown this once\n"),
    );
    Ok(Said {
        aside,
        ..Said::out(format!("{}\n", token.0))
    })
}

fn list(tokens: &[ApiToken], v: &Voice) -> String {
    let head = v.say(
        ["JETON", "COMPTE", "POUR", "FAIT", "FIN", "RÉVOQUÉ"],
        ["TOKEN", "ACCOUNT", "FOR", "MADE", "ENDS", "REVOKED"],
    );
    let rows: Vec<Vec<String>> = tokens
        .iter()
        .map(|token| {
            vec![
                token.id.clone(),
                token.account.clone(),
                token.label.clone(),
                v.day(token.created_at),
                v.day(token.expires_at),
                token.revoked_at.map_or("–".to_owned(), |at| v.moment(at)),
            ]
        })
        .collect();
    table(&head, &rows)
}

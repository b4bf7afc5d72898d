//! `declic account`: who may come in, and what they may do.

use clap::{Args, Subcommand};
use declic_common::people::{Account, Grant, Login, NewAccount, NewGrants, NewPassword};
use declic_common::tr;
use serde_json::Value;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{Format, Said, csv, json, table};
use super::password;
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct AccountArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: AccountCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum AccountCommand {
    #[command(about = tr("Ouvrir un compte ; demande son mot de passe", "Make an account; asks for its password"))]
    New {
        #[arg(help = tr("Son identifiant (pas le nom de la personne), par exemple tech1", "Its login (not the person's name), such as tech1"))]
        name: String,
        #[command(flatten)]
        roles: RoleArgs,
        #[command(flatten)]
        source: PasswordArgs,
        #[arg(
            long, conflicts_with = "password_stdin",
            help = tr("Sans mot de passe : pour des jetons d’accès seulement", "Without a password: for API tokens alone")
        )]
        no_password: bool,
    },
    #[command(about = tr("Lister les comptes", "List the accounts"))]
    List {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Donner d’autres rôles, à la place de ceux d’avant", "Give other roles, in place of those before"))]
    Roles {
        #[arg(help = tr("Identifiant du compte", "Login of the account"))]
        name: String,
        #[command(flatten)]
        roles: RoleArgs,
    },
    #[command(about = tr("Changer le mot de passe ; met fin aux connexions", "Change the password; ends its logins"))]
    Password {
        #[arg(help = tr("Identifiant du compte", "Login of the account"))]
        name: String,
        #[command(flatten)]
        source: PasswordArgs,
    },
    #[command(about = tr("Fermer un compte, avec ses jetons et ses connexions", "Shut an account out, with its tokens and logins"))]
    Disable {
        #[arg(help = tr("Identifiant du compte", "Login of the account"))]
        name: String,
    },
    #[command(about = tr("Rouvrir un compte", "Let an account in again"))]
    Enable {
        #[arg(help = tr("Identifiant du compte", "Login of the account"))]
        name: String,
    },
    #[command(about = tr("Lister qui est connecté", "List who is in"))]
    Logins {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Mettre fin à toutes les connexions d’un compte", "End every login of an account"))]
    LogOut {
        #[arg(help = tr("Identifiant du compte", "Login of the account"))]
        name: String,
    },
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct RoleArgs {
    #[arg(
        long = "role", required = true, value_name = "ROLE[:SITE|:@PROGRAMME]",
        help = tr(
            "Rôle, partout, sur un site ou dans un programme (@) : admin, coordinator, technician, animator, evaluator ; plusieurs fois au besoin",
            "Role, everywhere, on one site or in a programme (@): admin, coordinator, technician, animator, evaluator; several times if need be"
        )
    )]
    grants: Vec<Grant>,
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct PasswordArgs {
    #[arg(
        long,
        help = tr("Lire le mot de passe sur l’entrée standard", "Read the password from standard input")
    )]
    password_stdin: bool,
}

const COLUMNS: [&str; 4] = ["name", "has_password", "created_at", "disabled_at"];
const LOGIN_COLUMNS: [&str; 4] = ["id", "account", "created_at", "expires_at"];

pub(crate) async fn run(
    command: AccountCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        AccountCommand::New {
            name,
            roles,
            source,
            no_password,
        } => {
            let password = match no_password {
                true => None,
                false => Some(password::ask_new(source.password_stdin)?),
            };
            let new = NewAccount {
                name,
                grants: roles.grants,
                password,
            };
            controller.post("accounts", &new).await?;
            Ok(done(v.say("compte ouvert\n", "account made\n")))
        }
        AccountCommand::List { format } => {
            let items = controller.items("accounts", &[]).await?;
            Ok(Said::out(match format {
                Format::Json => json(&items.into()),
                Format::Csv => csv(&items, &COLUMNS),
                Format::Table => list(&read::<Vec<Account>>(items.into())?, v),
            }))
        }
        AccountCommand::Roles { name, roles } => {
            let new = NewGrants {
                grants: roles.grants,
            };
            controller
                .put(&format!("accounts/{name}/grants"), &new)
                .await?;
            Ok(done(v.say("rôles changés\n", "roles changed\n")))
        }
        AccountCommand::Password { name, source } => {
            let new = NewPassword {
                password: password::ask_new(source.password_stdin)?,
                current: None,
            };
            controller
                .put(&format!("accounts/{name}/password"), &new)
                .await?;
            Ok(done(v.say(
                "mot de passe changé, connexions terminées\n",
                "password changed, logins ended\n",
            )))
        }
        AccountCommand::Disable { name } => {
            let path = format!("accounts/{name}/disable");
            controller.post(&path, &Value::Null).await?;
            Ok(done(v.say("compte fermé\n", "account shut out\n")))
        }
        AccountCommand::Enable { name } => {
            let path = format!("accounts/{name}/enable");
            controller.post(&path, &Value::Null).await?;
            Ok(done(v.say("compte rouvert\n", "account let in again\n")))
        }
        AccountCommand::Logins { format } => {
            let items = controller.items("logins", &[]).await?;
            Ok(Said::out(match format {
                Format::Json => json(&items.into()),
                Format::Csv => csv(&items, &LOGIN_COLUMNS),
                Format::Table => logins(&read::<Vec<Login>>(items.into())?, v),
            }))
        }
        AccountCommand::LogOut { name } => {
            controller
                .delete(&format!("accounts/{name}/logins"))
                .await?;
            Ok(done(v.say("connexions terminées\n", "logins ended\n")))
        }
    }
}

fn done(aside: &str) -> Said {
    Said {
        aside: aside.to_owned(),
        ..Said::default()
    }
}

fn list(accounts: &[Account], v: &Voice) -> String {
    let head = v.say(
        ["COMPTE", "RÔLES", "MOT DE PASSE", "OUVERT", "FERMÉ"],
        ["ACCOUNT", "ROLES", "PASSWORD", "MADE", "DISABLED"],
    );
    let rows: Vec<Vec<String>> = accounts
        .iter()
        .map(|account| {
            let grants: Vec<_> = account.grants.iter().map(|grant| v.grant(grant)).collect();
            vec![
                account.name.clone(),
                grants.join(", "),
                match account.has_password {
                    true => v.say("oui", "yes").to_owned(),
                    false => v.say("non", "no").to_owned(),
                },
                v.day(account.created_at),
                account
                    .disabled_at
                    .map_or("–".to_owned(), |at| v.moment(at)),
            ]
        })
        .collect();
    table(&head, &rows)
}

fn logins(logins: &[Login], v: &Voice) -> String {
    let head = v.say(
        ["CONNEXION", "COMPTE", "DEPUIS", "JUSQU’À"],
        ["LOGIN", "ACCOUNT", "SINCE", "UNTIL"],
    );
    let rows: Vec<Vec<String>> = logins
        .iter()
        .map(|login| {
            vec![
                login.id.clone(),
                login.account.clone(),
                v.moment(login.created_at),
                v.moment(login.expires_at),
            ]
        })
        .collect();
    table(&head, &rows)
}

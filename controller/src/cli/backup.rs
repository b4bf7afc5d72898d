//! `declic backup`: copies of everything, made while the controller runs, and the way back.
//!
//! `create` and `list` ask the running controller; `verify` and `restore` read a file, and need
//! none: after a disaster there is none.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use declic_common::backup::{Backup, Backups};
use declic_common::tr;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::client::{Controller, Target, read};
use super::exit::{Exit, Failure};
use super::output::{Format, Said, csv, json as json_text, sheet, table};
use crate::backup::{self, BackupError, Restored, Verified};
use crate::words::Voice;

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum BackupCommand {
    #[command(about = tr(
        "Sauvegarder maintenant, et relire la sauvegarde",
        "Back up now, and read the backup back"
    ))]
    Create {
        #[command(flatten)]
        target: Target,
    },
    #[command(about = tr("Lister les sauvegardes", "List the backups"))]
    List {
        #[command(flatten)]
        target: Target,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr(
        "Relire une sauvegarde : la déballer, l’ouvrir, lire chaque enregistrement",
        "Read a backup: unpack it, open it, read every record"
    ))]
    Verify(VerifyArgs),
    #[command(about = tr(
        "Remettre une sauvegarde en place, le serveur Déclic arrêté",
        "Put a backup in place, with the controller stopped"
    ))]
    Restore(RestoreArgs),
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct VerifyArgs {
    #[arg(value_name = "FILE", help = tr("La sauvegarde (declic-….tar.zst)", "The backup (declic-….tar.zst)"))]
    pub file: PathBuf,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct RestoreArgs {
    #[arg(value_name = "FILE", help = tr("La sauvegarde (declic-….tar.zst)", "The backup (declic-….tar.zst)"))]
    pub file: PathBuf,
    #[arg(
        long, env = "DECLIC_DATA_DIR", value_name = "DIR",
        help = tr("Dossier de données où la remettre", "Data directory to put it into")
    )]
    pub data_dir: PathBuf,
    #[arg(
        long,
        help = tr(
            "Mettre de côté les données qui s’y trouvent",
            "Put the data that is there aside"
        )
    )]
    pub replace: bool,
}

/// How often a backup under way is asked about.
const ASK_EVERY: Duration = Duration::from_millis(300);
/// A backup that takes longer is not waited for; it goes on.
const PATIENCE: Duration = Duration::from_secs(3_600);

const COLUMNS: [&str; 3] = ["name", "made_at", "bytes"];

/// What needs no controller.
pub(crate) fn alone(command: &BackupCommand, v: &Voice) -> Option<Result<Said, Failure>> {
    match command {
        BackupCommand::Verify(args) => Some(verify(args, v)),
        BackupCommand::Restore(args) => Some(restore(args, v)),
        BackupCommand::Create { .. } | BackupCommand::List { .. } => None,
    }
}

/// The controller that a command asks.
pub(crate) fn target(command: &BackupCommand) -> Option<Target> {
    match command {
        BackupCommand::Create { target } | BackupCommand::List { target, .. } => {
            Some(target.clone())
        }
        BackupCommand::Verify(_) | BackupCommand::Restore(_) => None,
    }
}

pub(crate) async fn run(
    command: BackupCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        BackupCommand::List { format, .. } => list(format, controller, v).await,
        _ => create(controller, v).await,
    }
}

async fn create(controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    controller.post("backups", &json!({})).await?;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let now: Backups = read(controller.get("backups", &[]).await?)?;
        if let Some(why) = now.failed {
            let text = v.say(
                format!("pas de sauvegarde : {why}"),
                format!("no backup was made: {why}"),
            );
            return Err(Failure::new(Exit::Failed, text));
        }
        let last = now.last_made.filter(|_| now.making_since.is_none());
        let made = now
            .items
            .iter()
            .find(|made| Some(&made.name) == last.as_ref());
        let Some(made) = made else {
            tokio::time::sleep(ASK_EVERY).await;
            continue;
        };
        let folder = PathBuf::from(now.folder.unwrap_or_default());
        let size = v.disk(made.bytes);
        // The path stands alone, for scripts.
        return Ok(Said {
            aside: v.say(
                format!("sauvegarde faite et relue ({size}) ; elle contient la clé du programme : la garder fermée, ailleurs\n"),
                format!("backup made and read back ({size}); it holds the key of the programme: keep it closed, elsewhere\n"),
            ),
            ..Said::out(format!("{}\n", folder.join(&made.name).display()))
        });
    }
    let text = v.say(
        "la sauvegarde dure depuis une heure ; `declic backup list` dira quand elle sera faite",
        "the backup has taken an hour; `declic backup list` will tell when it is done",
    );
    Err(Failure::new(Exit::Failed, text))
}

async fn list(format: Format, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let value = controller.get("backups", &[]).await?;
    let found: Backups = read(value.clone())?;
    let items: Vec<Value> = found.items.iter().map(|item| json!(item)).collect();
    Ok(Said::out(match format {
        Format::Json => json_text(&value),
        Format::Csv => csv(&items, &COLUMNS),
        Format::Table => as_table(&found, v),
    }))
}

fn as_table(found: &Backups, v: &Voice) -> String {
    let Some(folder) = &found.folder else {
        return v
            .say(
                "ce serveur Déclic ne fait pas de sauvegardes (--backups off)\n",
                "this controller makes no backups (--backups off)\n",
            )
            .to_owned();
    };
    let head = v.say(
        ["SAUVEGARDE", "FAITE", "TAILLE"],
        ["BACKUP", "MADE", "SIZE"],
    );
    let row = |made: &Backup| {
        vec![
            made.name.clone(),
            v.since(Some(made.made_at)),
            v.disk(made.bytes),
        ]
    };
    let rows: Vec<Vec<String>> = found.items.iter().map(row).collect();
    let mut text = v.say(format!("dans {folder}\n\n"), format!("in {folder}\n\n"));
    text.push_str(&table(&head, &rows));
    if let Some(since) = found.making_since {
        let since = v.ago(since);
        text.push_str(&v.say(
            format!("\nune sauvegarde est en cours ({since})\n"),
            format!("\na backup is being made ({since})\n"),
        ));
    }
    if let Some(why) = &found.failed {
        text.push_str(&v.say(
            format!("\nla dernière a échoué : {why}\n"),
            format!("\nthe last one failed: {why}\n"),
        ));
    }
    text
}

fn verify(args: &VerifyArgs, v: &Voice) -> Result<Said, Failure> {
    let found = match backup::verify(&args.file) {
        Ok(found) => found,
        Err(error) => return Err(failure(&error, v)),
    };
    let value = json!({
        "whole": true, "made_at": found.manifest.made_at, "version": found.manifest.version,
        "rows": found.rows, "bytes": found.bytes,
    });
    Ok(Said::out(match args.format {
        Format::Json => json_text(&value),
        Format::Csv => csv(&[value], &["whole", "made_at", "version", "rows", "bytes"]),
        Format::Table => whole(&found, v),
    }))
}

fn whole(found: &Verified, v: &Voice) -> String {
    sheet(&[
        (
            v.say("Sauvegarde", "Backup"),
            v.say("entière", "whole").to_owned(),
        ),
        (
            v.say("Faite", "Made"),
            v.since(Some(found.manifest.made_at)),
        ),
        ("Version", found.manifest.version.clone()),
        (v.say("Enregistrements", "Records"), v.number(found.rows)),
        (v.say("Données", "Data"), v.disk(found.bytes)),
    ])
}

fn restore(args: &RestoreArgs, v: &Voice) -> Result<Said, Failure> {
    let done = backup::restore(&args.file, &args.data_dir, args.replace, Timestamp::now());
    let Restored { verified, aside } = done.map_err(|error| failure(&error, v))?;
    let mut out = whole(&verified, v);
    for old in &aside {
        let old = old.display();
        out.push_str(&v.say(
            format!("ce qui était là est dans {old}\n"),
            format!("what was there is in {old}\n"),
        ));
    }
    out.push_str(v.say(
        "\nLe serveur Déclic peut démarrer. Ce qui a été reçu après la sauvegarde n’y est pas : les PC\n\
         l’ont effacé une fois accusé reçu, et il est compté comme perdu. Ce qui a été révoqué ou effacé\n\
         depuis peut être revenu : relire `declic device list`, `declic enrol list` et `declic audit list`.\n",
        "\nThe controller may start. What was received after the backup is not in it: PCs deleted it\n\
         once it was acknowledged, and it counts as lost. What was revoked or erased since then may be\n\
         back: read `declic device list`, `declic enrol list` and `declic audit list` again.\n",
    ));
    Ok(Said::out(out))
}

fn failure(error: &BackupError, v: &Voice) -> Failure {
    let exit = match error {
        BackupError::Running(_) | BackupError::Taken(_) | BackupError::UnderWay(_) => {
            Exit::Conflict
        }
        _ => Exit::Failed,
    };
    let text = match error {
        BackupError::Running(dir) => v.say(
            format!("un serveur Déclic tourne sur {} : l’arrêter d’abord", dir.display()),
            error.to_string(),
        ),
        BackupError::Taken(place) => v.say(
            format!(
                "il y a déjà des données dans {} ; --replace les met de côté et prend la sauvegarde",
                place.display()
            ),
            error.to_string(),
        ),
        BackupError::Damaged(why) => v.say(
            format!("cette sauvegarde est abîmée ({why}) ; en prendre une autre"),
            error.to_string(),
        ),
        BackupError::Newer(version) => v.say(
            format!("cette sauvegarde vient d’une version plus récente de Déclic ({version}) : l’installer pour la restaurer"),
            error.to_string(),
        ),
        BackupError::UnderWay(dir) => v.say(
            format!(
                "une restauration s’est arrêtée en route dans {} : rien n’est perdu, mais ce qui s’y trouve n’est pas entier ; la refaire avec --replace",
                dir.display()
            ),
            error.to_string(),
        ),
        BackupError::Io { .. } | BackupError::Store(_) => v.say(
            format!("impossible : {error}"),
            error.to_string(),
        ),
    };
    Failure::new(exit, text)
}

//! `declic store`: looks after the data of a controller that is stopped.
//!
//! No running controller is asked: one whose store is damaged does not start.

mod sizes;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use declic_common::tr;
use serde_json::json;

use super::exit::{Exit, Failure};
use super::output::{Format, Said, csv, json, sheet};
use super::words::Voice;
use crate::store::StoreError;
use crate::store::check::{self, Checked};
use crate::store::migrations::MigrateError;
use crate::store::sled::{Missing, OpenError, Options, SalvageError, Salvaged, SledStore, salvage};

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum StoreCommand {
    #[command(about = tr(
        "Tout lire, et dire si rien ne manque ni n’est abîmé",
        "Read everything, and tell whether all is there and sound"
    ))]
    Check(CheckArgs),
    #[command(about = tr(
        "Dire ce qui prend de la place",
        "Tell what takes the room"
    ))]
    Sizes(CheckArgs),
    #[command(about = tr(
        "Sauver dans un nouveau dossier ce qui se lit encore",
        "Save what still reads into a new directory"
    ))]
    Salvage(SalvageArgs),
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct CheckArgs {
    #[arg(
        long, env = "DECLIC_DATA_DIR", value_name = "DIR", default_value = "/var/lib/declic",
        help = tr("Dossier de données du serveur Déclic", "Data directory of the controller")
    )]
    pub data_dir: PathBuf,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SalvageArgs {
    #[arg(
        long, env = "DECLIC_DATA_DIR", value_name = "DIR",
        help = tr("Dossier de données abîmé ; il reste tel quel", "Damaged data directory; it stays as it is")
    )]
    pub data_dir: PathBuf,
    #[arg(
        long, value_name = "NEW_DIR",
        help = tr("Dossier où écrire ce qui est sauvé", "Directory to write what is saved into")
    )]
    pub into: PathBuf,
}

/// Checking ends with code 1 when the store is damaged.
pub(crate) fn run(command: &StoreCommand, v: &Voice) -> Result<Said, Failure> {
    match command {
        StoreCommand::Check(args) => check(args, v),
        StoreCommand::Sizes(args) => sizes::run(args, v),
        StoreCommand::Salvage(args) => save(args, v),
    }
}

/// The store of a data directory; an error if there is none, so that looking
/// never makes one.
fn find(data_dir: &Path, v: &Voice) -> Result<PathBuf, Failure> {
    let store = data_dir.join("store");
    let size = |name| match fs::metadata(store.join(name)) {
        Ok(file) => Ok(file.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(unusable(&error, v)),
    };
    // The lock alone says that there was one; empty, that one was never made.
    if size("db")? > 0 || size("lock")? > 0 {
        return Ok(store);
    }
    let place = store.display();
    let text = v.say(
        format!("il n’y a pas de base dans {place}"),
        format!("there is no store in {place}"),
    );
    Err(Failure::new(Exit::NotFound, text))
}

fn check(args: &CheckArgs, v: &Voice) -> Result<Said, Failure> {
    let place = find(&args.data_dir, v)?;
    let checked = SledStore::open(&place, Options::default())
        .map(|store| check::check(&store))
        .map_or_else(|error| fault_of(error, v).map(Err), |read| read_of(read, v))?;
    let whole = matches!(&checked, Ok(checked) if checked.damaged.is_empty());
    let value = match &checked {
        Ok(found) => json!({
            "whole": whole, "rows": found.rows, "bytes": found.bytes,
            "damaged": found.damaged.len(), "fault": null,
        }),
        Err(fault) => json!({
            "whole": false, "rows": null, "bytes": null, "damaged": null, "fault": fault,
        }),
    };
    let out = match args.format {
        Format::Json => json(&value),
        Format::Csv => csv(&[value], &["whole", "rows", "bytes", "damaged", "fault"]),
        Format::Table => match &checked {
            Ok(found) => counts(found, v),
            Err(fault) => format!("{fault}\n"),
        },
    };
    let aside = match &checked {
        Ok(_) if whole => String::new(),
        Ok(_) => v
            .say("restaurer une sauvegarde\n", "restore a backup\n")
            .to_owned(),
        Err(_) => way_out(&args.data_dir, v),
    };
    let no = !whole;
    Ok(Said { out, aside, no })
}

/// What was read, or what is wrong with the data.
type Verdict = Result<Checked, String>;

fn read_of(read: Result<Checked, StoreError>, v: &Voice) -> Result<Verdict, Failure> {
    match read {
        Ok(checked) => Ok(Ok(checked)),
        Err(StoreError::Corrupt(why)) => Ok(Err(damaged(&why, v))),
        Err(other) => Err(Failure::new(Exit::Failed, other.to_string())),
    }
}

/// What is wrong with the data; a failure where the data is not to blame.
fn fault_of(error: OpenError, v: &Voice) -> Result<String, Failure> {
    match error {
        OpenError::Damaged(why) => Ok(damaged(&why, v)),
        OpenError::Lost(missing) => Ok(lacks(missing, v)),
        OpenError::Migrate(MigrateError::Unmarked) => Ok(v
            .say(
                "les données ne disent pas quel est leur schéma",
                "the data does not say which schema it has",
            )
            .to_owned()),
        OpenError::Locked => Err(Failure::new(
            Exit::Conflict,
            v.say(
                "un serveur Déclic tourne sur ce dossier de données : l’arrêter d’abord",
                "a controller is running on this data directory: stop it first",
            ),
        )),
        OpenError::Io(error) => Err(unusable(&error, v)),
        OpenError::Migrate(error) => {
            let error = anyhow::Error::from(error);
            Err(Failure::new(Exit::Failed, format!("{error:#}")))
        }
    }
}

fn unusable(error: &io::Error, v: &Voice) -> Failure {
    let text = v.say(
        format!("les fichiers de la base ne peuvent pas être utilisés (est-ce le compte du serveur Déclic ?) : {error}"),
        format!("the files of the store cannot be used (is this the controller's account?): {error}"),
    );
    Failure::new(Exit::Failed, text)
}

fn damaged(why: &str, v: &Voice) -> String {
    v.say(
        format!("les données sont abîmées ({why})"),
        format!("the data is damaged ({why})"),
    )
}

fn lacks(missing: Missing, v: &Voice) -> String {
    match missing {
        Missing::Everything => v
            .say(
                "il manque tout ce qui dit ce qui était écrit",
                "all that told what was stored is missing",
            )
            .to_owned(),
        Missing::Groups(n) => {
            let n = v.number(n);
            v.say(
                format!("il manque des données : les dernières écritures, en {n} groupes"),
                format!("data is missing: the last changes, {n} groups of them"),
            )
        }
        Missing::Rows { left, written } => {
            let (left, written) = (v.number(left), v.number(written));
            v.say(
                format!(
                    "il manque des données, ou leur dernière valeur : il reste {left} lignes sur {written}"
                ),
                format!("data is missing, or its newest values: {left} rows of {written} are left"),
            )
        }
    }
}

fn counts(found: &Checked, v: &Voice) -> String {
    let verdict = match found.damaged.len() {
        0 => v.say("entière", "whole"),
        _ => v.say("abîmée", "damaged"),
    };
    sheet(&[
        (v.say("Base", "Store"), verdict.to_owned()),
        (v.say("Enregistrements", "Records"), v.number(found.rows)),
        (v.say("Taille", "Size"), v.disk(found.bytes)),
        (
            v.say("Abîmés", "Damaged"),
            v.number(found.damaged.len() as u64),
        ),
    ])
}

/// What to do with a store that does not open.
fn way_out(data_dir: &Path, v: &Voice) -> String {
    let dir = quoted(data_dir);
    v.say(
        format!(
            "garder une copie de {dir}, puis restaurer une sauvegarde, ou sauver ce qui reste :\n\
             declic store salvage --data-dir {dir} --into NEW_DIR\n"
        ),
        format!(
            "keep a copy of {dir}, then restore a backup, or save what is left:\n\
             declic store salvage --data-dir {dir} --into NEW_DIR\n"
        ),
    )
}

fn save(args: &SalvageArgs, v: &Voice) -> Result<Said, Failure> {
    let from = find(&args.data_dir, v)?;
    let into = args.into.join("store");
    if into.symlink_metadata().is_ok() {
        let place = into.display();
        let text = v.say(
            format!("{place} existe déjà : choisir un nouveau dossier"),
            format!("{place} is already there: choose a new directory"),
        );
        return Err(Failure::new(Exit::Usage, text));
    }
    let salvaged = salvage(&from, &into).map_err(|error| not_saved(error, v))?;
    // As the controller will: what does not open was not saved.
    let opened = SledStore::open(&into, Options::default())
        .map(|store| check::check(&store))
        .map_or_else(|error| fault_of(error, v).map(Err), |read| read_of(read, v))?;
    let saved = opened.map_err(|fault| Failure::new(Exit::Failed, fault))?;
    let mut out = counts(&saved, v);
    out.push_str(&losses(&salvaged, v));
    out.push_str(&next_steps(&from, &into, v));
    Ok(Said::out(out))
}

fn not_saved(error: SalvageError, v: &Voice) -> Failure {
    let why = match error {
        SalvageError::Open(OpenError::Damaged(why)) => {
            let text = v.say(
                format!(
                    "rien ne se lit plus de cette base ({why}) : seule une sauvegarde peut aider"
                ),
                format!("nothing can be read of this store ({why}): only a backup helps"),
            );
            return Failure::new(Exit::Failed, text);
        }
        SalvageError::Open(error) => match fault_of(error, v) {
            Ok(fault) => fault,
            Err(failure) => return failure,
        },
        SalvageError::Copy(StoreError::Backup(why)) => why,
        SalvageError::Copy(error) => error.to_string(),
        SalvageError::TooLittle => {
            let text = v.say(
                "il reste trop peu de données pour en sauver : restaurer une sauvegarde",
                "too little is left to be saved: restore a backup",
            );
            return Failure::new(Exit::Failed, text);
        }
    };
    let text = v.say(
        format!("rien n’a été sauvé : {why}"),
        format!("nothing was saved: {why}"),
    );
    Failure::new(Exit::Failed, text)
}

fn losses(salvaged: &Salvaged, v: &Voice) -> String {
    let missing = salvaged.missing.map(|missing| lacks(missing, v));
    let mut lines = vec![(
        v.say("Perdu", "Lost"),
        missing.unwrap_or_else(|| v.say("rien", "nothing").to_owned()),
    )];
    if salvaged.broken_values > 0 {
        let broken = v.number(salvaged.broken_values);
        lines.push((v.say("Incomplets", "Incomplete"), broken));
    }
    if salvaged.broken_kinds > 0 {
        let broken = v.number(salvaged.broken_kinds);
        lines.push((v.say("Suites interrompues", "Interrupted series"), broken));
    }
    let mut text = sheet(&lines);
    if salvaged.missing.is_some() {
        text.push_str(v.say(
            "\nDes enregistrements sauvés peuvent être anciens, et ce qui venait d’être effacé ou\n\
             révoqué peut être revenu : après le démarrage, relire `declic device list`,\n\
             `declic enrol list` et `declic audit verify`.\n",
            "\nSaved records may be old, and what was erased or revoked lately may be back: once\n\
             the controller runs, read `declic device list`, `declic enrol list` and\n\
             `declic audit verify` again.\n",
        ));
    }
    text
}

/// The keys of the programme lie beside the store: only the store is replaced.
fn next_steps(from: &Path, into: &Path, v: &Voice) -> String {
    let mut aside = from.as_os_str().to_owned();
    aside.push(".damaged");
    let (old, new, aside) = (quoted(from), quoted(into), quoted(Path::new(&aside)));
    let owner = |folder: &Path| fs::metadata(folder).map(|f| (f.uid(), f.gid())).ok();
    // Run as root, for a controller that is not.
    let give = match owner(from) == owner(into) {
        true => String::new(),
        false => format!("  chown -R --reference={old} {new}\n"),
    };
    let moves = format!("{give}  mv {old} {aside}\n  mv {new} {old}\n");
    v.say(
        format!("\nPour en repartir, puis démarrer le serveur Déclic :\n\n{moves}"),
        format!("\nTo go on from there, then start the controller:\n\n{moves}"),
    )
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-".contains(letter);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.into_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

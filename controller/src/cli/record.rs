//! `declic household` and its like: the records of a programme, one command for all nouns.

mod screen;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use declic_common::programme::body::{ChangeRecord, NewImport, Shown};
use declic_common::programme::{Household, Noun, Programme, Sheet, cell};
use declic_common::tr;
use serde_json::Value;

pub(crate) use self::screen::show;
use self::screen::{imported, list};
use super::client::{Controller, Target, read};
use super::exit::{Exit, Failure, fields};
use super::household;
use super::output::{Format, Said, csv, json};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct RecordArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub within: Within,
    #[command(subcommand)]
    pub command: RecordCommand,
}

/// Of which programme.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    #[arg(
        long, global = true, env = "DECLIC_PROGRAMME", value_name = "CODE",
        help = tr(
            "Code du programme ; inutile s’il n’y en a qu’un",
            "Code of the programme; not needed where there is one"
        )
    )]
    pub programme: Option<String>,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum RecordCommand {
    #[command(about = tr("Lister", "List"))]
    List {
        #[arg(value_name = "FIELD=VALUE", help = tr("Seulement là où ce champ vaut cela", "Only where this field is that"))]
        only: Vec<Pair>,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Montrer tous les champs", "Show all fields"))]
    Show {
        #[arg(help = tr("Code", "Code"))]
        code: String,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr(
        "Ajouter, ou changer les champs donnés",
        "Add, or change the fields that are given"
    ))]
    Set {
        #[arg(help = tr(
            "Code, ou `new` pour un numéro donné par le serveur Déclic",
            "Code, or `new` for a number that the controller gives"
        ))]
        code: String,
        #[arg(value_name = "FIELD=VALUE", help = tr("Champ et valeur ; une valeur vide vide le champ", "Field and value; an empty value empties the field"))]
        pairs: Vec<Pair>,
    },
    #[command(about = tr("Enlever ce qui a été saisi par erreur", "Remove what was entered by mistake"))]
    Remove {
        #[arg(help = tr("Code", "Code"))]
        code: String,
    },
    #[command(about = tr("Faire entrer un tableau CSV, tout ou rien", "Take a CSV table, all of it or nothing"))]
    Import {
        #[arg(help = tr("Fichier CSV ; sa première ligne nomme les champs", "CSV file; its first line names the fields"))]
        file: PathBuf,
        #[arg(long, help = tr("Dire ce qui se passerait, et ne rien garder", "Tell what would happen, and keep nothing"))]
        dry_run: bool,
        #[arg(long, conflicts_with = "skip_bad", help = tr("Tout ou rien (c’est ainsi sans rien dire)", "All or nothing (so it is when nothing is said)"))]
        all_or_nothing: bool,
        #[arg(long, help = tr("Prendre les bonnes lignes et laisser les mauvaises", "Take the good lines and leave the bad ones"))]
        skip_bad: bool,
    },
    #[command(about = tr("Sortir un tableau CSV, que l’import reprend", "Write a CSV table, which the import takes back"))]
    Export {
        #[arg(value_name = "FIELD=VALUE", help = tr(
            "Seulement là où ce champ vaut cela ; pour un foyer, son code seul : tout ce qui est gardé de lui",
            "Only where this field is that; for a household, its code alone: everything that is kept of it"
        ))]
        only: Vec<String>,
        #[arg(short, long, value_name = "FILE", help = tr("Fichier à écrire [la sortie standard]", "File to write [standard output]"))]
        output: Option<PathBuf>,
    },
}

/// `field=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub field: String,
    pub value: String,
}

impl std::str::FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (field, value) = text.split_once('=').ok_or_else(|| {
            tr(
                "un champ et sa valeur s’écrivent champ=valeur",
                "a field and its value are written field=value",
            )
            .to_owned()
        })?;
        Ok(Pair {
            field: field.trim().to_owned(),
            value: value.to_owned(),
        })
    }
}

/// Where the records of a noun are, in one programme.
pub(crate) struct Desk<'a> {
    pub(crate) controller: &'a Controller,
    pub(crate) sheet: &'static Sheet,
    /// None for programmes, which are in nothing else.
    pub(crate) programme: Option<String>,
}

impl<'a> Desk<'a> {
    pub(crate) async fn open(
        controller: &'a Controller,
        sheet: &'static Sheet,
        within: &Within,
    ) -> Result<Desk<'a>, Failure> {
        let programme = match (&within.programme, is_whole(sheet)) {
            (_, true) => None,
            (Some(code), _) => Some(code.clone()),
            (None, _) => Some(the_only_one(controller).await?),
        };
        Ok(Desk {
            controller,
            sheet,
            programme,
        })
    }

    fn all(&self) -> String {
        match &self.programme {
            None => "programmes".to_owned(),
            Some(programme) => format!("programmes/{programme}/{}", self.sheet.plural),
        }
    }

    pub(crate) fn one(&self, code: &str) -> String {
        format!("{}/{code}", self.all())
    }

    /// Something of the programme that is no noun.
    pub(crate) fn beside(&self, what: &str) -> String {
        let programme = self.programme.as_deref().unwrap_or_default();
        format!("programmes/{programme}/{what}")
    }

    fn table(&self, verb: &str) -> Result<String, Failure> {
        match &self.programme {
            Some(programme) => Ok(format!(
                "programmes/{programme}/{verb}/{}",
                self.sheet.plural
            )),
            None => Err(Failure::new(
                Exit::Usage,
                tr(
                    "les programmes s’ajoutent un par un (`declic programme set`) ; leur tableau : `declic programme list --format csv`",
                    "programmes are added one by one (`declic programme set`); their table is `declic programme list --format csv`",
                ),
            )),
        }
    }

    async fn kept(&self, code: &str) -> Result<Shown, Failure> {
        read(self.controller.get(&self.one(code), &[]).await?)
    }
}

fn is_household(sheet: &Sheet) -> bool {
    sheet.word == Household::SHEET.word
}

fn is_whole(sheet: &Sheet) -> bool {
    sheet.word == Programme::SHEET.word
}

/// The programme that is meant where none is named.
pub(crate) async fn the_only_one(controller: &Controller) -> Result<String, Failure> {
    let items = controller.items("programmes", &[]).await?;
    let codes: Vec<_> = items
        .iter()
        .filter_map(|item| item.pointer("/record/code")?.as_str())
        .collect();
    match codes[..] {
        [code] => Ok(code.to_owned()),
        [] => Err(Failure::new(
            Exit::NotFound,
            tr(
                "il n’y a pas encore de programme : `declic programme set CODE name=…`",
                "there is no programme yet: `declic programme set CODE name=…`",
            ),
        )),
        _ => {
            let codes = codes.join(", ");
            Err(Failure::new(
                Exit::Usage,
                tr(
                    format!("dire de quel programme il s’agit (--programme) : {codes}"),
                    format!("say which programme is meant (--programme): {codes}"),
                ),
            ))
        }
    }
}

pub(crate) async fn run(
    command: RecordCommand,
    desk: &Desk<'_>,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        RecordCommand::List { only, format } => {
            let items = desk.controller.items(&desk.all(), &query(&only)).await?;
            let records: Vec<Value> = items.iter().map(|item| item["record"].clone()).collect();
            Ok(Said::out(match format {
                Format::Json => json(&items.into()),
                Format::Csv => {
                    let names: Vec<_> = desk.sheet.fields.iter().map(|field| field.name).collect();
                    csv(&records, &names)
                }
                Format::Table => list(desk.sheet, &records, v),
            }))
        }
        RecordCommand::Show { code, format } => {
            let kept = desk.kept(&code).await?;
            Ok(Said::out(match format {
                Format::Table => {
                    let mut text = show(desk.sheet, &kept, v);
                    if is_household(desk.sheet) {
                        text.push_str(&household::devices(desk, &code, v).await?);
                    }
                    text
                }
                Format::Csv => {
                    let names: Vec<_> = desk.sheet.fields.iter().map(|field| field.name).collect();
                    csv(&[Value::Object(kept.record)], &names)
                }
                Format::Json => json(&serde_json::to_value(kept).expect("it came from JSON")),
            }))
        }
        RecordCommand::Set { code, pairs } => set(desk, &code, &pairs, v).await,
        RecordCommand::Remove { code } => {
            desk.controller.delete(&desk.one(&code)).await?;
            Ok(aside(v.say("enlevé\n", "removed\n")))
        }
        RecordCommand::Import {
            file,
            dry_run,
            skip_bad,
            all_or_nothing: _,
        } => {
            let csv = read_text(&file)?;
            let asked = NewImport {
                csv,
                dry_run,
                skip_bad,
            };
            let answer = desk.controller.post(&desk.table("import")?, &asked).await?;
            Ok(imported(&read(answer)?, dry_run))
        }
        RecordCommand::Export { only, output } => {
            if let ([code], true) = (&only[..], is_household(desk.sheet))
                && !code.contains('=')
            {
                return household::export(desk, code, output.as_deref(), v).await;
            }
            let only = only.iter().map(|text| text.parse::<Pair>());
            let only = only
                .collect::<Result<Vec<_>, _>>()
                .map_err(|text| Failure::new(Exit::Usage, text))?;
            let mut out = Vec::new();
            let path = desk.table("export")?;
            desk.controller
                .stream(&path, &query(&only), &mut out)
                .await?;
            match output {
                None => Ok(Said::out(String::from_utf8_lossy(&out))),
                Some(file) => {
                    write_private(&file, &out)?;
                    let path = file.display();
                    Ok(aside(&tr(
                        format!("écrit dans {path}\n"),
                        format!("written to {path}\n"),
                    )))
                }
            }
        }
    }
}

fn query(only: &[Pair]) -> Vec<(&str, String)> {
    let pairs = only.iter();
    pairs
        .map(|pair| (pair.field.as_str(), pair.value.clone()))
        .collect()
}

pub(crate) fn aside(text: &str) -> Said {
    Said {
        aside: text.to_owned(),
        ..Said::default()
    }
}

/// Adds a record, or changes the fields that were named and leaves the others.
pub(crate) async fn set(
    desk: &Desk<'_>,
    code: &str,
    pairs: &[Pair],
    v: &Voice,
) -> Result<Said, Failure> {
    let numbered = !desk.sheet.prefix.is_empty() && code == "new";
    let before = match numbered {
        true => None,
        false => match desk.kept(code).await {
            Ok(kept) => Some(kept),
            Err(failure) if failure.exit == Exit::NotFound => None,
            Err(failure) => return Err(failure),
        },
    };
    let mut record = before
        .as_ref()
        .map(|kept| kept.record.clone())
        .unwrap_or_default();
    if !numbered {
        record.insert("code".to_owned(), code.into());
    }
    for pair in pairs {
        let field = desk
            .sheet
            .field(&pair.field)
            .ok_or_else(|| Failure::new(Exit::Usage, fields(&[desk.sheet.unknown(&pair.field)])))?;
        record.insert(field.name.to_owned(), cell::read(field, &pair.value));
    }
    let answer = match &before {
        None => desk.controller.post(&desk.all(), &record).await?,
        Some(kept) => {
            let change = ChangeRecord {
                version: kept.version,
                record,
            };
            desk.controller.put(&desk.one(code), &change).await?
        }
    };
    let kept: Shown = read(answer)?;
    let code = kept
        .record
        .get("code")
        .and_then(Value::as_str)
        .unwrap_or(code);
    Ok(Said {
        // A number that was given is the answer.
        out: match numbered {
            true => format!("{code}\n"),
            false => String::new(),
        },
        aside: match (numbered, kept.version) {
            (true, _) => String::new(),
            (false, 1) => v.say("ajouté\n", "added\n").to_owned(),
            (false, _) => v.say("changé\n", "changed\n").to_owned(),
        },
        no: false,
    })
}

fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        let text = tr(
            format!("{path} ne se lit pas ({error}) ; l’enregistrer en CSV UTF-8"),
            format!("{path} cannot be read ({error}); save it as CSV in UTF-8"),
        );
        Failure::new(Exit::Failed, text)
    })
}

/// Writes a file that only its owner may read: it may name people.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let write = || {
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error: std::io::Error| {
        let path = path.display();
        let text = tr(
            format!("{path} ne s’écrit pas ({error})"),
            format!("{path} cannot be written ({error})"),
        );
        Failure::new(Exit::Failed, text)
    })
}

//! Where a dataset comes from: a file, or a controller that freezes it now.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use declic_common::tr;
use declic_evaluation::dataset::archive::{self, Opened};

use crate::cli::client::Controller;
use crate::cli::exit::{Exit, Failure};
use crate::cli::record::{Within, the_only_one};

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct DatasetArgs {
    #[arg(
        long = "dataset", value_name = "DATASET",
        help = tr(
            "Jeu de données figé ; sinon le serveur Déclic en fige un, à ce jour",
            "Frozen dataset; otherwise the controller freezes one, as of today"
        )
    )]
    pub file: Option<PathBuf>,
    #[arg(
        long,
        help = tr(
            "Pour tout le monde : rien sur moins de 11 foyers, et aucune ligne",
            "For everybody: nothing about fewer than 11 households, and no rows"
        )
    )]
    pub public: bool,
}

/// A dataset that is what was signed.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) opened: Opened,
}

impl Source {
    pub(crate) async fn take(
        args: &DatasetArgs,
        within: &Within,
        controller: Option<&Controller>,
    ) -> Result<Self, Failure> {
        let bytes = match &args.file {
            Some(path) => fs::read(path).map_err(|error| {
                let path = path.display();
                let text = tr(
                    format!("{path} ne se lit pas ({error})"),
                    format!("{path} cannot be read ({error})"),
                );
                Failure::new(Exit::Failed, text)
            })?,
            None => freeze(controller, within, None).await?,
        };
        let opened = open(&bytes)?;
        match opened.faults.first() {
            None => Ok(Source { opened }),
            Some(fault) => Err(Failure::new(
                Exit::Refused,
                tr(
                    format!("ce jeu de données n’est plus ce qui fut signé : {fault}"),
                    format!("this dataset is not what was signed: {fault}"),
                ),
            )),
        }
    }
}

/// Lets the controller freeze a programme.
pub(crate) async fn freeze(
    controller: Option<&Controller>,
    within: &Within,
    at: Option<&str>,
) -> Result<Vec<u8>, Failure> {
    let controller = controller.expect("what is not done alone has a controller");
    let programme = match &within.programme {
        Some(code) => code.clone(),
        None => the_only_one(controller).await?,
    };
    let path = format!("programmes/{programme}/evaluation/dataset");
    let query: Vec<(&str, String)> = at.iter().map(|at| ("at", (*at).to_owned())).collect();
    let mut bytes = Vec::new();
    controller.stream(&path, &query, &mut bytes).await?;
    Ok(bytes)
}

/// Reads a dataset, whatever is wrong with it.
pub(crate) fn open(bytes: &[u8]) -> Result<Opened, Failure> {
    archive::read(bytes, None).map_err(|error| {
        let because =
            std::error::Error::source(&error).map_or(String::new(), |source| format!(": {source}"));
        Failure::new(Exit::Failed, format!("{error}{because}"))
    })
}

//! `declic rules`: the thresholds with their explanations, and a check of one's own.

use std::path::PathBuf;

use clap::Args;
use declic_common::tr;

use super::exit::{Exit, Failure};
use super::output::Said;
use super::serve::read_rules;
use crate::domain::rules::thresholds::DEFAULTS;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct RulesArgs {
    #[arg(
        long, value_name = "FILE",
        help = tr("Vérifier ce fichier au lieu d’écrire les valeurs par défaut", "Check this file instead of printing the defaults")
    )]
    pub check: Option<PathBuf>,
}

pub(crate) fn run(args: &RulesArgs) -> Result<Said, Failure> {
    let Some(path) = &args.check else {
        return Ok(Said::out(DEFAULTS));
    };
    read_rules(path).map_err(|error| Failure::new(Exit::Failed, format!("{error:#}")))?;
    Ok(Said {
        aside: format!("{}\n", tr("ces règles sont bonnes", "these rules are good")),
        ..Said::default()
    })
}

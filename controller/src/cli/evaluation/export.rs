//! `declic export package|csv|json|xlsx|parquet|cra|mediation|openmetrics`: a programme's
//! figures, and the rows beneath them, in the forms that others read.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::Args;
use declic_common::tr;
use declic_evaluation::export::codes::CodeLists;
use declic_evaluation::export::{
    ExportError, Figures, cra, mediation, openmetrics, package, tables, text, xlsx,
};
use declic_evaluation::folder::all_parquet;

use super::{DatasetArgs, Source, kept, published};
use crate::cli::client::Controller;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Said;
use crate::cli::record::{Within, aside};
use crate::cli::words::Voice;

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Package,
    Csv,
    Json,
    Xlsx,
    Parquet,
    Cra,
    Mediation,
    OpenMetrics,
}

/// What is exported, and where to.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct What {
    #[command(flatten)]
    pub within: Within,
    #[command(flatten)]
    pub dataset: DatasetArgs,
    #[arg(
        long, short, value_name = "PATH",
        help = tr("Fichier ou dossier à écrire", "File or folder to write")
    )]
    pub output: PathBuf,
}

/// Writes an export.
pub(crate) async fn to_files(
    form: Form,
    what: &What,
    controller: Option<&Controller>,
    v: &Voice,
) -> Result<Said, Failure> {
    let source = Source::take(&what.dataset, &what.within, controller).await?;
    let figures = published(&source, what.dataset.public)?;
    let opened = &source.opened;
    let rows = (!what.dataset.public).then_some(&opened.dataset);
    if rows.is_none() && matches!(form, Form::Cra | Form::Mediation) {
        return Err(Failure::new(
            Exit::Usage,
            tr(
                "cette forme est faite de lignes, que --public laisse de côté",
                "this form is made of rows, which --public leaves out",
            ),
        ));
    }
    let (shown, codes) = (Figures(&figures), CodeLists::default());
    let all = tables(&shown, &codes, rows);
    let mut silent = |_: &str| {};
    let path = what.output.as_path();
    let mut note = kept(&figures, v);
    let written: Result<(), ExportError> = (|| {
        match form {
            Form::Package => {
                fs::create_dir_all(path)?;
                let software = &opened.manifest.about.software;
                package::package(&figures, rows, software, path, &mut silent)?;
            }
            Form::Csv => {
                fs::create_dir_all(path)?;
                for table in &all {
                    text::csv(*table, create(&path.join(format!("{}.csv", table.name())))?)?;
                }
            }
            Form::Json => text::publication(&figures, create(path)?)?,
            Form::Xlsx => xlsx::xlsx(&all, create(path)?, &mut silent)?,
            Form::Parquet => {
                fs::create_dir_all(path)?;
                all_parquet(&all, path)?;
            }
            Form::Cra => {
                let period = opened.manifest.about.period;
                cra::activities(&opened.dataset, period, create(path)?)?;
            }
            Form::Mediation => {
                for left in mediation::places(&opened.dataset, create(path)?)? {
                    let (site, lacks) = (&left.site, left.lacks.join(", "));
                    note.push_str(&v.say(
                        format!("{site} : laissé de côté, il manque {lacks}\n"),
                        format!("{site}: left out, it lacks {lacks}\n"),
                    ));
                }
            }
            Form::OpenMetrics => openmetrics::openmetrics(&figures, create(path)?)?,
        }
        Ok(())
    })();
    written.map_err(|error| {
        let because =
            std::error::Error::source(&error).map_or(String::new(), |source| format!(": {source}"));
        Failure::new(Exit::Failed, format!("{error}{because}"))
    })?;
    Ok(aside(&note))
}

fn create(path: &Path) -> Result<BufWriter<File>, std::io::Error> {
    File::create(path).map(BufWriter::new)
}

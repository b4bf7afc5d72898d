//! What leaves the house of an evaluation: one file at a time, written beside everything else,
//! told in the audit before anybody reads it.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use declic_common::Lang;
use declic_evaluation::disclosure::{Audience, Publication, publish};
use declic_evaluation::export::codes::CodeLists;
use declic_evaluation::export::{
    ExportError, Figures, cra, mediation, openmetrics, package, tables, text, xlsx,
};
use declic_evaluation::folder::{self, Contents};
use declic_evaluation::report::{Kind, report};
use jiff::Timestamp;

use super::{At, FreezeError, Rows, reading, tell};
use crate::app::App;
use crate::app::programme::By;

/// A file that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The signed dataset with everything that comes of it.
    Folder,
    /// The signed dataset alone.
    Dataset,
    Package,
    Csv,
    Json,
    Xlsx,
    Parquet,
    OpenMetrics,
    /// The activity file of mediators.
    Activities,
    /// The places of mediation.
    Places,
    ReportFr,
    ReportEn,
}

impl Leaving {
    pub const ALL: [Leaving; 12] = [
        Leaving::Folder,
        Leaving::Dataset,
        Leaving::Package,
        Leaving::Csv,
        Leaving::Json,
        Leaving::Xlsx,
        Leaving::Parquet,
        Leaving::OpenMetrics,
        Leaving::Activities,
        Leaving::Places,
        Leaving::ReportFr,
        Leaving::ReportEn,
    ];

    /// The name of the file; no two have the same.
    pub fn name(self) -> &'static str {
        match self {
            Leaving::Folder => "folder.tar",
            Leaving::Dataset => "dataset.tar",
            Leaving::Package => "package.tar",
            Leaving::Csv => "figures.csv",
            Leaving::Json => "figures.json",
            Leaving::Xlsx => "evaluation.xlsx",
            Leaving::Parquet => "parquet.tar",
            Leaving::OpenMetrics => "metrics.txt",
            Leaving::Activities => "activities.csv",
            Leaving::Places => "places.csv",
            Leaving::ReportFr => "report-fr.html",
            Leaving::ReportEn => "report-en.html",
        }
    }

    pub fn kind(self) -> &'static str {
        match self {
            Leaving::Folder | Leaving::Dataset | Leaving::Package | Leaving::Parquet => {
                "application/x-tar"
            }
            Leaving::Csv | Leaving::Activities | Leaving::Places => "text/csv; charset=utf-8",
            Leaving::Json => "application/json",
            Leaving::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Leaving::OpenMetrics => "text/plain; charset=utf-8",
            Leaving::ReportFr | Leaving::ReportEn => "text/html; charset=utf-8",
        }
    }

    /// The file of this name, for those who may read it.
    pub fn named(name: &str, audience: Audience) -> Result<Self, FreezeError> {
        let found = Leaving::ALL.into_iter().find(|one| one.name() == name);
        found
            .filter(|one| audience == Audience::Inside || one.may_be_public())
            .ok_or_else(|| FreezeError::NoFile(name.to_owned()))
    }

    /// The name under which somebody keeps it.
    pub fn file_name(self, programme: &str, audience: Audience) -> String {
        let public = match audience {
            Audience::Public => "public-",
            Audience::Inside => "",
        };
        format!("{programme}-{public}{}", self.name())
    }

    /// Whether there is one that is for everybody: made of figures, without rows.
    pub fn may_be_public(self) -> bool {
        !matches!(
            self,
            Leaving::Folder | Leaving::Dataset | Leaving::Activities | Leaving::Places
        )
    }
}

/// Writes a file and tells it in the audit. It has no name on this machine and is gone when
/// its reader is; it is read from the beginning.
pub async fn leave(
    app: &Arc<App>,
    code: &str,
    at: At,
    what: (Leaving, Audience),
    by: &By,
    now: Timestamp,
) -> Result<File, FreezeError> {
    let (leaving, audience) = what;
    let data_dir = app.programme.data_dir.clone();
    let file = reading(app, code, at, by, now, move |rows| {
        let mut file = tempfile::tempfile_in(&data_dir)?;
        write(rows, leaving, audience, &mut file, &data_dir)?;
        file.rewind()?;
        Ok(file)
    })
    .await?;
    let deed = match leaving {
        Leaving::Dataset | Leaving::Folder => "evaluation.freeze",
        _ => "evaluation.export",
    };
    let detail = format!("{} {}", leaving.name(), audience.word());
    tell(app, deed, code, detail, by, now).await?;
    Ok(file)
}

fn write(
    rows: &mut Rows,
    leaving: Leaving,
    audience: Audience,
    file: &mut File,
    data_dir: &Path,
) -> Result<(), FreezeError> {
    let public = audience == Audience::Public;
    let mut to = BufWriter::new(file);
    match leaving {
        Leaving::Dataset => {
            rows.seal(&mut to)?;
        }
        Leaving::Folder => whole_folder(rows, &mut to, data_dir)?,
        Leaving::ReportFr | Leaving::ReportEn => {
            let manifest = rows.seal(&mut io::sink())?;
            let figures = published(rows, audience)?;
            let lang = match leaving {
                Leaving::ReportFr => Lang::Fr,
                _ => Lang::En,
            };
            let kind = match public {
                true => Kind::Public,
                false => Kind::Full,
            };
            let page = report(kind, &figures, &rows.dataset, &manifest, lang);
            to.write_all(page.as_bytes())?;
        }
        Leaving::Activities => cra::activities(&rows.dataset, rows.about.period, &mut to)?,
        Leaving::Places => drop(mediation::places(&rows.dataset, &mut to)?),
        _ => {
            rows.dataset.sort();
            let figures = published(rows, audience)?;
            made_of_figures(rows, leaving, &figures, &mut to, data_dir)?;
        }
    }
    to.flush()?;
    Ok(())
}

/// Everything, about the same rows.
fn whole_folder(rows: &mut Rows, to: &mut impl Write, data_dir: &Path) -> Result<(), FreezeError> {
    let folder = tempfile::tempdir_in(data_dir)?;
    let mut dataset = BufWriter::new(File::create(folder.path().join("dataset.tar"))?);
    let manifest = rows.seal(&mut dataset)?;
    dataset.flush()?;
    let contents = Contents {
        dataset: &rows.dataset,
        manifest: &manifest,
        inside: &published(rows, Audience::Inside)?,
        public: &published(rows, Audience::Public)?,
    };
    folder::write(&contents, folder.path(), &mut |_| {})?;
    packed(folder.path(), &rows.about.programme, to)?;
    Ok(())
}

fn made_of_figures(
    rows: &Rows,
    leaving: Leaving,
    figures: &Publication,
    to: &mut (impl Write + Seek + Send),
    data_dir: &Path,
) -> Result<(), ExportError> {
    let (shown, codes) = (Figures(figures), CodeLists::default());
    let data = (figures.audience == Audience::Inside).then_some(&rows.dataset);
    let all = tables(&shown, &codes, data);
    match leaving {
        Leaving::Csv => text::csv(&shown, to)?,
        Leaving::Json => text::publication(figures, to)?,
        Leaving::Xlsx => xlsx::xlsx(&all, to, &mut |_| {})?,
        Leaving::OpenMetrics => openmetrics::openmetrics(figures, to)?,
        _ => {
            let folder = tempfile::tempdir_in(data_dir)?;
            match leaving {
                Leaving::Parquet => folder::all_parquet(&all, folder.path())?,
                _ => {
                    let software = &rows.about.software;
                    package::package(figures, data, software, folder.path(), &mut |_| {})?;
                }
            }
            packed(folder.path(), &rows.about.programme, to)?;
        }
    }
    Ok(())
}

/// What is published: for those who evaluate with the sites, for everybody without.
fn published(rows: &Rows, audience: Audience) -> Result<Publication, FreezeError> {
    let sites = audience == Audience::Inside;
    Ok(publish(&rows.dataset, rows.about.period, audience, sites)?)
}

/// A folder as a tar, without owners and dates.
fn packed(folder: &Path, name: &str, to: &mut impl Write) -> io::Result<()> {
    let mut tar = tar::Builder::new(to);
    tar.mode(tar::HeaderMode::Deterministic);
    tar.append_dir_all(name, folder)?;
    tar.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_a_name_of_its_own() {
        let mut names: Vec<&str> = Leaving::ALL.map(Leaving::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Leaving::ALL.len());
    }
}

//! Everything that comes of one dataset, in one folder: the dataset itself, the figures in every
//! form, and the four reports. All of it is about the same rows, so that it can be verified
//! together.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use declic_common::Lang;

use crate::dataset::Dataset;
use crate::dataset::manifest::Manifest;
use crate::disclosure::Publication;
use crate::export::codes::CodeLists;
use crate::export::{
    ExportError, Figures, cra, mediation, openmetrics, package, parquet, tables, text, xlsx,
};
use crate::report::{Kind, report};

/// What a folder is made of.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    pub dataset: &'a Dataset,
    pub manifest: &'a Manifest,
    /// For those who evaluate.
    pub inside: &'a Publication,
    /// For everybody.
    pub public: &'a Publication,
}

/// Writes all but the dataset into `folder`, which must be there. `progress` hears of each
/// finished step.
pub fn write(
    contents: &Contents<'_>,
    folder: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<(), ExportError> {
    let &Contents {
        dataset,
        manifest,
        inside,
        public,
    } = contents;
    let (software, period) = (&manifest.about.software, manifest.about.period);
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    for part in ["package", "public", "parquet"] {
        fs::create_dir_all(folder.join(part))?;
    }
    text::publication(inside, create("figures.json")?)?;
    let place = folder.join("package");
    package::package(inside, Some(dataset), software, &place, &mut |_| {})?;
    let place = folder.join("public");
    package::package(public, None, software, &place, &mut |_| {})?;
    progress("data packages");
    let (figures, codes) = (Figures(inside), CodeLists::default());
    let all = tables(&figures, &codes, Some(dataset));
    xlsx::xlsx(&all, create("evaluation.xlsx")?, &mut |_| {})?;
    progress("workbook");
    all_parquet(&all, &folder.join("parquet"))?;
    progress("parquet");
    cra::activities(dataset, period, create("activities.csv")?)?;
    mediation::places(dataset, create("places.csv")?)?;
    openmetrics::openmetrics(inside, create("metrics.txt")?)?;
    for lang in [Lang::Fr, Lang::En] {
        for (kind, figures, name) in [
            (Kind::Full, inside, "report"),
            (Kind::Public, public, "public"),
        ] {
            let html = report(kind, figures, dataset, manifest, lang);
            let name = format!("{name}-{}.html", lang.say("fr", "en"));
            fs::write(folder.join(name), html)?;
        }
    }
    progress("reports and small files");
    Ok(())
}

/// Writes one Parquet file for each table into `folder`, which must be there.
pub fn all_parquet(
    tables: &[&dyn crate::dataset::Table],
    folder: &Path,
) -> Result<(), ExportError> {
    for table in tables {
        let name = format!("{}.parquet", table.name());
        parquet::parquet(*table, File::create(folder.join(name))?)?;
    }
    Ok(())
}

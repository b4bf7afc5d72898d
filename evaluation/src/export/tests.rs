use super::codes::CodeLists;
use super::{
    Dictionary, Figures, cra, mediation, openmetrics, package, parquet, tables, text, xlsx,
};
use crate::dataset::{Dataset, Table};
use crate::disclosure::{Audience, Publication, publish};
use crate::sample::{Shape, period, programme};

fn village() -> (Dataset, Publication) {
    let data = programme(Shape { homes: 30, seed: 3 });
    let publication = publish(&data, period(), Audience::Inside, false).unwrap();
    (data, publication)
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn an_unknown_value_is_empty_in_csv_and_null_in_json_and_never_zero() {
    let (data, _) = village();
    let table = &data.surveys as &dyn Table;
    let unanswered = data
        .surveys
        .iter()
        .position(|row| row.answered_on.is_none())
        .unwrap();
    let csv = written(|to| text::csv(table, to).unwrap());
    let line = csv.lines().nth(unanswered + 1).unwrap();
    assert!(line.ends_with(",,,,,,,,,,"), "{line}");
    let json: serde_json::Value =
        serde_json::from_str(&written(|to| text::json(table, to).unwrap())).unwrap();
    assert!(json[unanswered]["skill_1"].is_null());
    assert_eq!(json.as_array().unwrap().len(), data.surveys.len());
}

#[test]
fn a_package_describes_every_column_and_leaves_rows_out_for_the_public() {
    let (data, publication) = village();
    let folder = tempfile::tempdir().unwrap();
    let mut seen = 0;
    package::package(&publication, Some(&data), "0", folder.path(), &mut |_| {
        seen += 1
    })
    .unwrap();
    let text = std::fs::read_to_string(folder.path().join("datapackage.json")).unwrap();
    let described: serde_json::Value = serde_json::from_str(&text).unwrap();
    let resources = described["resources"].as_array().unwrap();
    assert_eq!(resources.len(), seen);
    for resource in resources {
        for field in resource["schema"]["fields"].as_array().unwrap() {
            assert!(
                !field["description"].as_str().unwrap().is_empty(),
                "{field}"
            );
        }
    }
    let days = resources
        .iter()
        .find(|one| one["name"] == "device_days")
        .unwrap();
    assert_eq!(days["schema"]["fields"][4]["unit"], "min");
    let public = tempfile::tempdir().unwrap();
    package::package(&publication, None, "0", public.path(), &mut |_| {}).unwrap();
    let mut files: Vec<_> = std::fs::read_dir(public.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(
        files,
        [
            "code_lists.csv",
            "datapackage.json",
            "figures.csv",
            "indicators.csv"
        ]
    );
}

#[test]
fn a_parquet_file_holds_as_many_rows_and_columns_as_its_table() {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::RowAccessor;
    let (data, publication) = village();
    let (figures, codes) = (Figures(&publication), CodeLists::default());
    for table in tables(&figures, &codes, Some(&data)) {
        let mut bytes = Vec::new();
        parquet::parquet(table, &mut bytes).unwrap();
        let file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut &file, &bytes).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let about = reader.metadata().file_metadata();
        assert_eq!(about.num_rows() as usize, table.rows(), "{}", table.name());
        assert_eq!(about.schema_descr().num_columns(), table.fields().len());
        if table.name() == "households" {
            let first = reader.get_row_iter(None).unwrap().next().unwrap().unwrap();
            assert_eq!(
                first.get_string(0).unwrap(),
                data.households[0].household.as_str()
            );
        }
    }
}

#[test]
fn a_workbook_is_the_same_each_time() {
    let (_, publication) = village();
    let (figures, codes) = (Figures(&publication), CodeLists::default());
    let book = || {
        let mut to = std::io::Cursor::new(Vec::new());
        xlsx::xlsx(&tables(&figures, &codes, None), &mut to, &mut |_| {}).unwrap();
        to.into_inner()
    };
    let bytes = book();
    assert!(bytes.starts_with(b"PK"));
    assert!(bytes == book());
    assert_eq!(Dictionary.rows(), crate::indicators::all().count());
}

#[test]
fn the_activity_file_has_a_line_for_each_session_and_help_and_names_nobody() {
    let (data, _) = village();
    let text = written(|to| cra::activities(&data, period(), to).unwrap());
    assert_eq!(
        text.lines().count(),
        1 + data.sessions.len() + data.assistance.len()
    );
    for row in &data.attendance {
        assert!(!text.contains(row.participant.as_str()));
    }
}

#[test]
fn a_workshop_without_an_address_is_left_out_and_said_so() {
    let (mut data, _) = village();
    let text = written(|to| assert!(mediation::places(&data, to).unwrap().is_empty()));
    assert_eq!(text.lines().count(), 2);
    data.sites[0].address = None;
    data.sites[0].pivot = Some("1".into());
    let mut bytes = Vec::new();
    let left_out = mediation::places(&data, &mut bytes).unwrap();
    assert_eq!(left_out[0].lacks, ["pivot", "adresse"]);
}

#[test]
fn a_dashboard_sees_no_sample_of_what_is_suppressed() {
    let (_, publication) = village();
    let text = written(|to| openmetrics::openmetrics(&publication, to).unwrap());
    assert!(text.ends_with("# EOF\n"));
    let shown = publication
        .lines
        .iter()
        .filter(|line| line.value.is_some())
        .count();
    let samples = text
        .lines()
        .filter(|line| line.starts_with("declic_indicator{"))
        .count();
    assert_eq!(samples, shown);
    assert!(
        publication
            .lines
            .iter()
            .any(|line| line.is_suppressed("value"))
    );
}

//! The files of an evaluation, as programs fetch them.

use super::*;

#[tokio::test]
async fn each_file_of_an_evaluation_is_had_by_its_name_and_told_in_the_audit() {
    let world = lived().await;
    for (name, kind, begins) in [
        ("figures.csv", "text/csv", "number,"),
        ("figures.json", "application/json", "{"),
        ("report-en.html", "text/html", "<!doctype html>"),
        ("metrics.txt", "text/plain", "# "),
    ] {
        for public in ["", "?public=true"] {
            let answer = world
                .get(&format!("{AT}/evaluation/files/{name}{public}"))
                .await;
            assert_eq!(answer.status, 200, "{name}: {}", answer.text);
            let found = answer.headers["content-type"].to_str().unwrap();
            assert!(found.starts_with(kind), "{name}: {found}");
            let text = answer.text.to_lowercase();
            assert!(text.starts_with(begins), "{name}: {:.80}", answer.text);
        }
    }
    let audit = world.get("/api/v1/audit?limit=20").await.json();
    let entries = audit["items"].as_array().unwrap().iter();
    let exports = entries.filter(|row| row["what"] == "evaluation.export");
    assert_eq!(exports.count(), 8, "{audit}");
}

#[tokio::test]
async fn a_file_that_there_is_not_or_that_is_for_nobody_outside_is_not_found() {
    let world = lived().await;
    for name in [
        "figures.xls",
        "dataset.tar?public=true",
        "folder.tar?public=true",
    ] {
        let answer = world.get(&format!("{AT}/evaluation/files/{name}")).await;
        assert_eq!(answer.problem(), "not-found", "{name}: {}", answer.text);
        assert!(
            answer.text.contains("docs/evaluation.md"),
            "{}",
            answer.text
        );
    }
    let answer = world
        .get(&format!("{AT}/evaluation/files/figures.csv?at=end"))
        .await;
    assert_eq!(answer.problem(), "refused", "{}", answer.text);
}

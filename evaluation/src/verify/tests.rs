use declic_common::Lang;

use super::{Difference, pairs, verify};
use crate::dataset::archive::{Opened, read, write};
use crate::dataset::seal::SigningKey;
use crate::disclosure::{Audience, Publication, publish};
use crate::export::{Figures, text};
use crate::report::{Kind, report};
use crate::sample::{Shape, about, period, programme};

fn frozen() -> (Opened, Publication) {
    let mut data = programme(Shape { homes: 30, seed: 3 });
    let key = SigningKey::from_seed(&[3; 32]).unwrap();
    let mut file = Vec::new();
    write(&mut data, about("0"), &key, &mut file, &mut |_| {}).unwrap();
    let publication = publish(&data, period(), Audience::Inside, false).unwrap();
    (read(file.as_slice(), None).unwrap(), publication)
}

fn json(publication: &Publication) -> Vec<u8> {
    let mut bytes = Vec::new();
    text::publication(publication, &mut bytes).unwrap();
    bytes
}

#[test]
fn what_was_published_is_what_the_dataset_gives() {
    let (opened, publication) = frozen();
    assert_eq!(verify(&opened, &json(&publication)).unwrap(), Vec::new());
    let mut csv = Vec::new();
    text::csv(&Figures(&publication), &mut csv).unwrap();
    assert_eq!(verify(&opened, &csv).unwrap(), Vec::new());
    for (kind, audience) in [
        (Kind::Full, Audience::Inside),
        (Kind::Public, Audience::Public),
    ] {
        for lang in [Lang::Fr, Lang::En] {
            let figures = publish(&opened.dataset, period(), audience, false).unwrap();
            let html = report(kind, &figures, &opened.dataset, &opened.manifest, lang);
            assert_eq!(verify(&opened, html.as_bytes()).unwrap(), Vec::new());
        }
    }
}

#[test]
fn one_changed_figure_is_named() {
    let (opened, mut publication) = frozen();
    let line = publication
        .lines
        .iter_mut()
        .find(|line| line.code == "households_installed");
    line.unwrap().value = Some(31.0);
    let differences = verify(&opened, &json(&publication)).unwrap();
    let [one] = differences.as_slice() else {
        panic!("{differences:?}")
    };
    assert_eq!(
        one.to_string(),
        "households_installed / value: value is published as 31, the dataset gives 30"
    );
    publication.lines.remove(0);
    let differences = verify(&opened, &json(&publication)).unwrap();
    assert!(matches!(differences.last(), Some(Difference::Left { .. })));
}

#[test]
fn one_changed_word_of_a_report_is_named_by_its_line() {
    let (opened, publication) = frozen();
    let html = report(
        Kind::Full,
        &publication,
        &opened.dataset,
        &opened.manifest,
        Lang::En,
    );
    let changed = html.replacen("</h1>", " indeed</h1>", 1);
    let differences = verify(&opened, changed.as_bytes()).unwrap();
    assert!(
        matches!(differences.as_slice(), [Difference::Text { .. }]),
        "{differences:?}"
    );
}

#[test]
fn start_and_end_pair_only_within_one_evaluation() {
    let (start, _) = frozen();
    let (mut end, _) = frozen();
    assert!(pairs(&start, &end));
    end.manifest.about.evaluation = "another".into();
    assert!(!pairs(&start, &end));
}

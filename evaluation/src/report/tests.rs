use declic_common::Lang;

use super::{Kind, report};
use crate::dataset::manifest::{FORMAT, Manifest};
use crate::disclosure::{Audience, publish};
use crate::sample::{Shape, about, period, programme};

fn page(kind: Kind, audience: Audience, lang: Lang) -> String {
    let data = programme(Shape { homes: 60, seed: 4 });
    let figures = publish(&data, period(), audience, false).unwrap();
    let manifest = Manifest {
        format: FORMAT.into(),
        about: about("0"),
        tables: Vec::new(),
    };
    report(kind, &figures, &data, &manifest, lang)
}

#[test]
fn the_report_follows_the_seven_criteria_and_needs_nothing_else() {
    let html = page(Kind::Full, Audience::Inside, Lang::Fr);
    let mut at = 0;
    for title in [
        "1. Efficience",
        "2. Ressources",
        "3. Mobilisation",
        "4. Capacité",
        "5. Partenariat",
        "6. Pérennité",
        "7. Innovation",
    ] {
        let next = html.find(title).unwrap_or_else(|| panic!("{title}"));
        assert!(next > at, "{title}");
        at = next;
    }
    assert!(!html.contains("http://") && !html.contains("https://"));
    assert!(!html.contains(" src="));
}

#[test]
fn every_indicator_stands_in_the_annex_with_its_definition() {
    let html = page(Kind::Full, Audience::Inside, Lang::En);
    for one in crate::indicators::all() {
        assert!(
            html.contains(&format!("({}, {})", one.code, one.source)),
            "{}",
            one.code
        );
        assert!(
            html.contains(&super::html::escaped(one.definition(Lang::En))),
            "{}",
            one.code
        );
    }
}

#[test]
fn every_chart_is_titled_and_described_and_no_id_is_given_twice() {
    for lang in [Lang::Fr, Lang::En] {
        let html = page(Kind::Full, Audience::Inside, lang);
        let charts = html.matches("<svg ").count();
        assert!(charts >= 8, "{charts}");
        assert_eq!(html.matches("<desc id=").count(), charts);
        let mut ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}

#[test]
fn the_public_report_says_what_is_suppressed() {
    let html = page(Kind::Public, Audience::Public, Lang::Fr);
    assert!(html.contains("de 1 à 10 foyers"));
    assert!(html.contains("Quartiers populaires"));
    assert!(html.contains("masqué"));
}

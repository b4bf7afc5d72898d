//! A quick form for one assistance: what is asked every time, on one screen. What it leaves out is
//! in the form of the record.

use declic_common::programme::Site;
use declic_common::programme::vocabulary::{AgeBand, Autonomy, SessionPlace, Theme};

use super::super::Asked;
use super::super::choices::persons;
use super::super::plate::ASSISTANCE;
use crate::http::access::Pass;
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

#[derive(Debug)]
pub(super) struct Quick {
    pub(super) action: String,
    /// To come back to.
    pub(super) way: String,
    pub(super) list: String,
    /// The whole form.
    pub(super) full: String,
    pub(super) today: String,
    /// Code and name.
    pub(super) sites: Vec<(String, String)>,
    pub(super) people: Vec<(String, String)>,
    pub(super) ages: Vec<(&'static str, String)>,
    pub(super) places: Vec<(&'static str, String)>,
    pub(super) themes: Vec<(&'static str, String)>,
    pub(super) autonomy: Vec<(&'static str, String)>,
}

impl Quick {
    pub(super) async fn of(
        desk: &Desk,
        pass: &Pass,
        programme: &str,
        sites: &[Site],
        v: &View,
    ) -> Result<Self, Failure> {
        let named = |words: Vec<&'static str>| {
            let words = words.into_iter();
            words
                .map(|word| (word, v.capital(v.record_word(word))))
                .collect()
        };
        let slug = ASSISTANCE.slug;
        let full = v.url(format!("/programmes/{programme}/ajouter/{slug}"));
        Ok(Quick {
            action: full.clone(),
            way: format!("/programmes/{programme}/ateliers"),
            list: v.url(ASSISTANCE.path(programme)),
            full,
            today: v.today().to_string(),
            sites: sites
                .iter()
                .map(|site| (site.code.clone(), site.name.clone()))
                .collect(),
            people: persons(desk, pass, programme, Asked::new(), v).await?,
            ages: named(AgeBand::words()),
            places: named(SessionPlace::words()),
            themes: named(Theme::words()),
            autonomy: named(Autonomy::words()),
        })
    }
}

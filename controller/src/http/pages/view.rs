//! What every page has: its language, its frame, and who looks at it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Uri, header};
use declic_common::Lang;
use declic_common::programme::Line;

use super::assets;
use super::gate::Known;
use super::said::{self, Said};
use crate::app::App;
use crate::app::caller::Caller;
use crate::app::programme::{self, By};
use crate::clock;
use crate::domain::rights::{Permission, Reach};
use crate::http::origin::Origin;
use crate::http::problem::Failure;
use crate::http::router::Desk;
use crate::words::Voice;

/// The cookie of a language that was chosen on a page.
pub(super) const LANG_COOKIE: &str = "declic-lang";

/// A page as one person sees it. It speaks: `v.say("…", "…")` in a template.
#[derive(Clone, Debug)]
pub(in crate::http) struct View {
    voice: Voice,
    /// What stands before every path; empty, or such as `/declic`.
    base: String,
    /// The address of this page within the controller, with its parameters.
    pub(super) here: String,
    pub(super) title: String,
    caller: Option<Caller>,
    /// The path of the part of the menu that this page belongs to.
    part: &'static str,
    /// What of this page is looked at again when it changes: the parameters of `/flux`.
    pub(super) live: Option<String>,
    /// What came of the form that was just sent.
    pub(super) said: Option<Said>,
    pub(super) demo: bool,
}

/// A part of the menu.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) path: String,
    pub(super) name: &'static str,
    pub(super) icon: &'static str,
    pub(super) current: bool,
}

impl Deref for View {
    type Target = Voice;

    fn deref(&self) -> &Voice {
        &self.voice
    }
}

impl View {
    pub(super) fn of(
        extensions: &Extensions,
        headers: &HeaderMap,
        uri: &Uri,
        known: Option<&Known>,
    ) -> Self {
        let desk = Desk::of(extensions);
        let base = Origin::of(extensions).base.clone();
        let here = uri.path_and_query().map_or("/", |here| here.as_str());
        let below = here
            .strip_prefix(&base)
            .filter(|path| path.starts_with('/'));
        let here = below.unwrap_or(here);
        View {
            voice: Voice::new(language(headers), clock::now()),
            base,
            here: here.to_owned(),
            title: String::new(),
            caller: known.map(|known| known.0.clone()),
            part: "",
            live: None,
            said: uri.query().and_then(said::of_query),
            demo: desk.app.programme.demo,
        }
    }

    /// The page of this name, in this part of the menu.
    pub(super) fn titled(self, title: impl Into<String>, part: &'static str) -> Self {
        View {
            title: title.into(),
            part,
            ..self
        }
    }

    /// Its parts are replaced when what they show changes.
    pub(super) fn following(self, what: impl Into<String>) -> Self {
        View {
            live: Some(what.into()),
            ..self
        }
    }

    /// An address of the controller as the browser needs it.
    pub(super) fn url(&self, path: impl AsRef<str>) -> String {
        format!("{}{}", self.base, path.as_ref())
    }

    /// This page, to come back to, as a parameter.
    pub(super) fn back(&self) -> String {
        form_urlencoded::byte_serialize(self.here.as_bytes()).collect()
    }

    pub(super) fn style(&self) -> String {
        self.url(assets::path_of("style.css"))
    }

    pub(super) fn script(&self) -> String {
        self.url(assets::path_of("page.js"))
    }

    pub(super) fn icon(&self) -> String {
        self.url(assets::path_of("icon.svg"))
    }

    pub(super) fn is_in(&self) -> bool {
        self.caller.is_some()
    }

    /// How the person came in, as the menu calls them.
    pub(super) fn who(&self) -> String {
        let caller = self.caller.as_ref();
        caller.map_or_else(String::new, |caller| match &caller.account {
            Some(account) => account.clone(),
            None => self.actor(&caller.who),
        })
    }

    /// Goes into every form, in the field `csrf`.
    pub(super) fn csrf(&self) -> &str {
        let login = self
            .caller
            .as_ref()
            .and_then(|caller| caller.login.as_ref());
        login.map_or("", |(_, csrf)| csrf.0.as_str())
    }

    pub(super) fn may(&self, permission: Permission) -> bool {
        let caller = self.caller.as_ref();
        caller.is_some_and(|caller| caller.reach(permission).is_some())
    }

    pub(super) fn may_steer(&self) -> bool {
        self.may(Permission::SteerDevices)
    }

    /// The parts of the menu that this person may open.
    pub(super) fn menu(&self) -> Vec<Part> {
        let part = |path: &'static str, icon, name, permission| {
            self.may(permission).then(|| Part {
                path: self.within_programme(path),
                name,
                icon,
                current: self.part == path,
            })
        };
        // Whoever neither chooses households nor counts them has no business with applications.
        let chooses = match self.may(Permission::Evaluate) {
            true => Permission::Evaluate,
            false => Permission::KeepProgramme,
        };
        let see = Permission::SeeDevices;
        let workshop = part(
            "/ateliers",
            "workshop",
            self.say("Ateliers", "Workshops"),
            Permission::SeeProgramme,
        );
        // What somebody is here for comes first.
        let leads = self.may(Permission::KeepWorkshop) && !self.may(see);
        let (first, later) = match leads {
            true => (workshop, None),
            false => (None, workshop),
        };
        [
            first,
            part(
                "/aujourdhui",
                "today",
                self.say("Aujourd’hui", "Today"),
                see,
            ),
            part("/postes", "devices", self.say("Postes", "PCs"), see),
            part("/tickets", "tickets", "Tickets", see),
            part(
                "/parc",
                "bench",
                self.say("Parc", "Fleet"),
                Permission::SteerDevices,
            ),
            part(
                "/candidatures",
                "applications",
                self.say("Candidatures", "Applications"),
                chooses,
            ),
            part(
                "/foyers",
                "households",
                self.say("Foyers", "Households"),
                Permission::SeeProgramme,
            ),
            part(
                "/questionnaires",
                "surveys",
                self.say("Questionnaires", "Surveys"),
                Permission::KeepSurveys,
            ),
            later,
            part(
                "/evaluation",
                "evaluation",
                self.say("Évaluation", "Evaluation"),
                Permission::Evaluate,
            ),
            part(
                "/programme",
                "programme",
                self.say("Programme", "Programme"),
                Permission::SeeProgramme,
            ),
            part(
                "/administration",
                "admin",
                self.say("Administration", "Administration"),
                Permission::SeeStatus,
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The menu stays in the programme that is looked at.
    fn within_programme(&self, path: &'static str) -> String {
        let rest = self.here.strip_prefix("/programmes/");
        let code = rest.and_then(|rest| rest.split(['/', '?']).next());
        match (code, path) {
            (Some(code), "/programme") => format!("/programmes/{code}"),
            (Some(code), "/parc") => format!("/programmes/{code}/pc"),
            (
                Some(code),
                "/candidatures" | "/foyers" | "/questionnaires" | "/ateliers" | "/evaluation",
            ) => {
                format!("/programmes/{code}{path}")
            }
            _ => path.to_owned(),
        }
    }

    /// The lines of homes that this person may know of.
    pub(super) async fn lines(&self, app: &Arc<App>) -> Result<BTreeMap<String, Line>, Failure> {
        match self.by(Permission::SeeProgramme) {
            Some(by) => Ok(programme::lines(app, &by).await?),
            None => Ok(BTreeMap::new()),
        }
    }

    /// This person as the register knows them, where they may do something.
    pub(super) fn by(&self, permission: Permission) -> Option<By> {
        let caller = self.caller.as_ref()?;
        Some(caller.by(caller.reach(permission)?))
    }

    /// Where this person may do something.
    pub(super) fn reach(&self, permission: Permission) -> Option<Reach> {
        self.caller.as_ref()?.reach(permission)
    }

    pub(super) fn is_at(&self, part: &str) -> bool {
        self.part == part
    }

    /// The account of whoever looks, to take tickets in its name.
    pub(super) fn account(&self) -> Option<&str> {
        self.caller.as_ref()?.account.as_deref()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for View {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Known>();
        Ok(View::of(
            &parts.extensions,
            &parts.headers,
            &parts.uri,
            known,
        ))
    }
}

/// The language that was chosen on a page, or that the browser likes best of ours.
fn language(headers: &HeaderMap) -> Lang {
    let cookies = headers.get_all(header::COOKIE).iter();
    let chosen = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| match pair.trim().split_once('=')? {
            (LANG_COOKIE, "fr") => Some(Lang::Fr),
            (LANG_COOKIE, "en") => Some(Lang::En),
            _ => None,
        });
    let asked = || {
        let header = headers.get(header::ACCEPT_LANGUAGE)?;
        preferred(header.to_str().ok()?)
    };
    chosen.or_else(asked).unwrap_or(Lang::Fr)
}

/// The one of our two languages that a browser likes better (RFC 9110, 12.5.4).
fn preferred(header: &str) -> Option<Lang> {
    let mut best: Option<(Lang, f32)> = None;
    for part in header.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let tag = pieces.next().unwrap_or_default();
        let lang = match tag.split('-').next().unwrap_or_default() {
            tag if tag.eq_ignore_ascii_case("fr") => Lang::Fr,
            tag if tag.eq_ignore_ascii_case("en") => Lang::En,
            _ => continue,
        };
        let weight = pieces.find_map(|piece| piece.strip_prefix("q=")?.parse().ok());
        let weight = weight.unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(_, before)| weight > before) {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_comes_first_unless_somebody_says_otherwise() {
        let spoken = |accept: &'static str, cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            language(&headers)
        };
        assert_eq!(spoken("de", "a=b"), Lang::Fr);
        assert_eq!(spoken("en-GB,en;q=0.9,fr;q=0.3", "a=b"), Lang::En);
        assert_eq!(spoken("en;q=0.2,fr-FR;q=0.8", "a=b"), Lang::Fr);
        assert_eq!(spoken("en", "declic-lang=fr"), Lang::Fr);
        assert_eq!(spoken("fr", "x=y; declic-lang=en"), Lang::En);
        assert_eq!(spoken("fr", "declic-lang=zz"), Lang::Fr);
    }
}

//! One PC: its life, its papers, and what may be done with it now.

use askama::Template;
use axum::extract::State;
use declic_common::DeviceId;
use declic_common::programme::vocabulary::Hands;
use declic_common::programme::{Handover, Noun, Pc};

use super::super::one::{Fact, Unread, facts};
use super::super::plate::{FLEET, HANDOVER, PC, Tab, tabs};
use super::super::{by, now_ms};
use super::life::Life;
use crate::app::programme;
use crate::domain::rights::Permission;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "pc.html")]
struct One {
    v: View,
    tabs: Vec<Tab>,
    code: String,
    path: String,
    list: String,
    life: Life,
    facts: Vec<Fact>,
    unread: Unread,
    household: Option<(String, String)>,
    /// Its device, for who may see devices.
    device: Option<DeviceId>,
    /// No agent was enrolled for it, and this person may make a code.
    may_enrol: bool,
    papers: Vec<Paper>,
    /// Sheets to be printed now: address and what they are for.
    sheets: Vec<(String, String)>,
    note_paper: Option<String>,
    label: String,
    keeps: bool,
}

/// A sheet of a handover or a return.
#[derive(Debug)]
struct Paper {
    what: String,
    on: String,
    address: String,
    signed: bool,
    print: String,
}

pub(in crate::http::pages::programme) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Page {
    let who = by(&pass);
    let life = programme::life(&desk.app, &programme, &code, &who, now_ms()).await?;
    let shown = programme::find(&desk.app, Pc::SHEET, &programme, &code, &who, now_ms()).await?;
    let title = format!("PC {code}");
    let v = view.titled(title, FLEET);
    let path = format!("{}/{code}", PC.path(&programme));
    let household = life.summary.household.clone();
    let keeps = v.may(PC.keep);
    let hands = match household {
        Some(_) => Hands::Return,
        None => Hands::Handover,
    };
    let sheet = |hands: Hands, household: Option<&str>| {
        let foyer = household.map(|code| format!("&foyer={code}"));
        v.url(format!(
            "{path}/feuille?sens={hands}{}",
            foyer.unwrap_or_default()
        ))
    };
    let mut sheets = vec![match hands {
        Hands::Handover => (
            sheet(Hands::Handover, None),
            v.say("Feuille de remise", "Handover sheet").to_owned(),
        ),
        Hands::Return => (
            sheet(Hands::Return, household.as_deref()),
            v.say("Feuille de retour", "Return sheet").to_owned(),
        ),
    }];
    // It was carried before the sheet was signed.
    if household.is_some() && !life.faults.is_empty() {
        sheets.insert(
            0,
            (
                sheet(Hands::Handover, household.as_deref()),
                v.say("Feuille de remise", "Handover sheet").to_owned(),
            ),
        );
    }
    let note_paper = keeps.then(|| {
        let foyer = household.as_ref().map(|code| format!("&household={code}"));
        let foyer = foyer.unwrap_or_default();
        v.url(format!(
            "/programmes/{programme}/ajouter/remises?pc={code}{foyer}&hands=handover&retour={path}"
        ))
    });
    let template = One {
        tabs: tabs(&v, &programme, FLEET, PC.slug),
        life: Life::of(&programme, &life, &v),
        facts: facts(Pc::SHEET, &shown, &["code"], &programme, &v),
        unread: Unread::of(Pc::SHEET, &shown, &v),
        household: household.map(|code| {
            let way = v.url(format!("/programmes/{programme}/foyers/{code}"));
            (way, code)
        }),
        device: life
            .summary
            .device
            .filter(|_| v.may(Permission::SeeDevices)),
        may_enrol: life.summary.device.is_none() && v.may(Permission::Enrol),
        papers: life
            .handovers
            .iter()
            .map(|paper| told(paper, &programme, &v))
            .collect(),
        sheets,
        note_paper,
        label: v.url(format!("/programmes/{programme}/etiquettes?pc={code}")),
        list: v.url(PC.path(&programme)),
        path: v.url(path),
        code,
        keeps,
        v,
    };
    page(&template)
}

fn told(paper: &Handover, programme: &str, v: &View) -> Paper {
    let (hands, household) = (paper.hands.unwrap_or(Hands::Handover), &paper.household);
    let what = match hands {
        Hands::Handover => v.say(
            format!("Remise au foyer {household}"),
            format!("Handover to household {household}"),
        ),
        Hands::Return => v.say(
            format!("Retour du foyer {household}"),
            format!("Return from household {household}"),
        ),
    };
    Paper {
        what,
        on: paper.on.map(|on| v.date(on)).unwrap_or_default(),
        address: v.url(format!("{}/{}", HANDOVER.path(programme), paper.code)),
        signed: paper.is_signed(),
        print: v.url(format!(
            "{}/{}/feuille?sens={hands}&foyer={household}",
            PC.path(programme),
            paper.pc
        )),
    }
}

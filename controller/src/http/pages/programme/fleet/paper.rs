//! The sheet that both sides sign when a PC changes hands, to be printed.

use askama::Template;
use axum::extract::State;
use declic_common::programme::sheet::is_code;
use declic_common::programme::vocabulary::Hands;
use declic_common::programme::{Handover, Noun, Programme};
use declic_common::ticket::Documents;

use super::super::plate::{FLEET, PC};
use super::super::{Asked, by, now_ms};
use crate::app::programme;
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "handover_sheet.html")]
struct Paper {
    v: View,
    back: String,
    is_return: bool,
    programme: String,
    carrier: Option<String>,
    /// Where a household writes about its data.
    contact: Option<String>,
    pc: String,
    /// Kind, vendor, model.
    machine: String,
    owner: Option<String>,
    tenure: Option<String>,
    grade: Option<String>,
    accessories: Option<String>,
    /// The proof that nothing of anybody is on it: day, method, tool.
    erased: Option<String>,
    household: Option<String>,
    on: Option<String>,
    /// What the household may choose for its documents, and what it chose.
    documents: Vec<(String, bool)>,
    household_signed: Option<String>,
    programme_signed: Option<String>,
}

pub(in crate::http::pages::programme) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Page {
    let who = by(&pass);
    let life = programme::life(&desk.app, &programme, &code, &who, now_ms()).await?;
    let whole = programme::find(
        &desk.app,
        Programme::SHEET,
        &programme,
        &programme,
        &who,
        now_ms(),
    )
    .await?;
    let text = |field: &str| {
        let value = whole.record.get(field).and_then(|value| value.as_str());
        value.map(str::to_owned)
    };
    let hands = asked.get("sens").and_then(|word| Hands::from_word(word));
    let hands = hands.unwrap_or(Hands::Handover);
    // Only what can be a code is written on it: an address must not put words on our paper.
    let household = asked.get("foyer").filter(|code| is_code(code)).cloned();
    let same = |paper: &&Handover| {
        paper.hands == Some(hands) && Some(&paper.household) == household.as_ref()
    };
    let kept = life
        .handovers
        .iter()
        .filter(same)
        .max_by_key(|paper| paper.on);
    let title = match hands {
        Hands::Handover => view.say("Feuille de remise", "Handover sheet"),
        Hands::Return => view.say("Feuille de retour", "Return sheet"),
    };
    let v = view.titled(title, FLEET);
    let record = &life.record;
    let words = |word: &str| v.record_word(word).to_owned();
    let parts = [
        record.kind.map(|kind| v.capital(words(kind.as_str()))),
        record.vendor.clone(),
        record.model.clone(),
    ];
    let machine: Vec<String> = parts.into_iter().flatten().collect();
    let proof = life.wipes.iter().filter(|wipe| wipe.proves());
    let proof = proof.max_by_key(|wipe| wipe.on);
    let erased = proof.map(|wipe| {
        let day = wipe.on.map(|on| v.date(on)).unwrap_or_default();
        let method = wipe.method.map(|method| words(method.as_str()));
        let parts = [Some(day), method, wipe.tool.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    let last = life.trials.iter().filter(|trial| trial.grade.is_some());
    let last = last.max_by(|a, b| (a.on, &a.code).cmp(&(b.on, &b.code)));
    let grade = kept
        .and_then(|paper| paper.grade)
        .or(last.and_then(|trial| trial.grade));
    let tenure = kept.and_then(|paper| paper.tenure).or(record.tenure);
    let day = |on: Option<jiff::civil::Date>| on.map(|on| v.date(on));
    let chosen = kept.and_then(|paper| paper.documents);
    page(&Paper {
        back: v.url(format!("{}/{code}", PC.path(&programme))),
        is_return: hands == Hands::Return,
        programme: text("name").unwrap_or_default(),
        carrier: text("carrier"),
        contact: text("legal_contact"),
        machine: machine.join(" "),
        owner: record.owner.clone(),
        tenure: tenure.map(|tenure| words(tenure.as_str())),
        grade: grade.map(|grade| words(grade.as_str())),
        accessories: kept.and_then(|paper| paper.accessories.clone()),
        erased: erased.filter(|_| hands == Hands::Handover),
        on: day(kept.and_then(|paper| paper.on)),
        documents: Documents::ALL
            .iter()
            .map(|choice| (v.capital(words(choice.as_str())), chosen == Some(*choice)))
            .collect(),
        household_signed: day(kept.and_then(|paper| paper.household_signed_on)),
        programme_signed: day(kept.and_then(|paper| paper.programme_signed_on)),
        household,
        pc: code,
        v,
    })
}

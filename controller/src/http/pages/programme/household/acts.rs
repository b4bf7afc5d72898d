//! What is done on the page of a household: a PC comes and goes, and what it may ask for.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use declic_common::DeviceId;
use declic_common::api::{NewPlacement, Place};
use declic_common::problem::ProblemKind;
use declic_common::programme::{Household, Noun, Programme};

use super::{Told, draw};
use crate::app::device::is_within;
use crate::app::placement::{self, PlaceError};
use crate::app::programme::{self, HomeRefusal, RegisterError};
use crate::clock;
use crate::domain::placement::Refusal;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, go_to};
use crate::http::pages::form::Form;
use crate::http::pages::programme::fleet::plainly;
use crate::http::pages::programme::told::label;
use crate::http::pages::programme::{Fields, by, by_without_seals, now_ms, sent};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Hands a PC over to the household.
pub(in crate::http::pages::programme) async fn hand_over(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Page {
    let wish = NewPlacement {
        place: Place::Home,
        household: Some(at.1.clone()),
        site: None,
        seat: None,
    };
    put(&desk, view, &pass, at, &fields, wish, Said::HandedOver).await
}

/// Takes a PC of the household back.
pub(in crate::http::pages::programme) async fn take_back(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Page {
    let device = sent(&fields, "poste").parse::<DeviceId>().ok();
    let theirs = device.and_then(|device| placement::household(&desk.app, device));
    if theirs.as_deref() != Some(at.1.as_str()) {
        let wrong = view.say(
            "Ce PC n’est pas chez ce foyer.",
            "This PC is not with this household.",
        );
        let told = Told {
            wrong: Some(wrong.to_owned()),
            ..Told::default()
        };
        return draw(&desk, view, &pass, &at, told).await;
    }
    let wish = NewPlacement {
        place: match sent(&fields, "ou") {
            "stock" => Place::Stock,
            _ => Place::Bench,
        },
        household: None,
        site: None,
        seat: None,
    };
    put(&desk, view, &pass, at, &fields, wish, Said::TakenBack).await
}

async fn put(
    desk: &Desk,
    view: View,
    pass: &Pass,
    at: (String, String),
    fields: &Fields,
    wish: NewPlacement,
    said: Said,
) -> Page {
    // The household must be one that this person sees.
    let sheet = Household::SHEET;
    programme::find(
        &desk.app,
        sheet,
        &at.0,
        &at.1,
        &by_without_seals(pass),
        now_ms(),
    )
    .await?;
    let device = sent(fields, "poste").parse::<DeviceId>().ok();
    let device = device.filter(|device| is_within(&desk.app, &pass.reach, *device));
    let wrong = match device {
        None => view
            .say("Choisissez un PC de la liste.", "Choose a PC of the list.")
            .to_owned(),
        Some(device) => match placement::put(&desk.app, device, wish, pass.who(), now_ms()).await {
            Ok(_) => {
                let (programme, code) = &at;
                let to = format!(
                    "/programmes/{programme}/foyers/{code}?{PARAMETER}={}",
                    said.word()
                );
                return Ok(go_to(&view.url(to)));
            }
            Err(error) => refusal(error, &view)?,
        },
    };
    let told = Told {
        wrong: Some(wrong),
        ..Told::default()
    };
    draw(desk, view, pass, &at, told).await
}

/// Why a PC does not go there, for people.
fn refusal(error: PlaceError, v: &View) -> Result<String, Failure> {
    Ok(match error {
        PlaceError::Home(HomeRefusal::NoLegalSheet { programme, gaps }) => {
            let sheet = Programme::SHEET;
            let names = gaps.split(", ").filter_map(|gap| sheet.field(gap));
            let names: Vec<_> = names.map(|field| label(field, v)).collect();
            let names = names.join(", ");
            v.say(
                format!("La fiche légale du programme {programme} n’est pas remplie ; il manque : {names}. Aucun foyer réel ne reçoit de PC avant."),
                format!("The legal sheet of programme {programme} is not filled in; it lacks: {names}. No real home gets a PC before."),
            )
        }
        PlaceError::Home(HomeRefusal::Left(code)) => v.say(
            format!("Le foyer {code} a quitté le programme : retirez d’abord son départ."),
            format!("Household {code} has left the programme: take its leaving back first."),
        ),
        PlaceError::Home(HomeRefusal::Erased(code)) => v.say(
            format!("Le foyer {code} a été effacé : il revient sous un autre code."),
            format!("Household {code} was erased: it comes back under another code."),
        ),
        PlaceError::Home(HomeRefusal::Life { pc, why }) => v.say(
            format!("{pc} ne va pas à ce foyer : {}.", plainly(&why.fr())),
            format!("{pc} does not go to this household: {}.", plainly(&why.en())),
        ),
        PlaceError::Home(HomeRefusal::NotKept { pc, .. }) => v.say(
            format!("{pc} n’est pas encore reçu dans ce programme : recevez-le d’abord, dans « Parc »."),
            format!("{pc} was not received in this programme yet: receive it first, in “Fleet”."),
        ),
        PlaceError::Home(HomeRefusal::NoNumber(_)) => v
            .say(
                "Ce PC n’a pas de numéro d’inventaire : rien ne dit lequel c’est. Inscrivez-le sous son numéro.",
                "This PC has no inventory number: nothing tells which one it is. Enrol it under its number.",
            )
            .to_owned(),
        PlaceError::Refused(Refusal::WithAnother(other)) => v.say(
            format!("Ce PC est chez le foyer {other} : reprenez-le d’abord."),
            format!("This PC is with household {other}: take it back first."),
        ),
        PlaceError::Refused(Refusal::Already) => v
            .say("Ce PC y est déjà.", "This PC is there already.")
            .to_owned(),
        PlaceError::Retired => v
            .say(
                "Ce PC a quitté le programme.",
                "This PC has left the programme.",
            )
            .to_owned(),
        error => return Err(error.into()),
    })
}

/// Everything that is kept of the household, as a file; making it is told in the audit.
pub(in crate::http::pages::programme) async fn file(
    State(desk): State<Desk>,
    _: View,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Page {
    let file = programme::file(&desk.app, &programme, &code, &by(&pass), clock::now()).await?;
    let json = serde_json::to_string_pretty(&file)
        .map_err(|error| Failure::new(ProblemKind::Internal, error.to_string()))?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{code}.json\""));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (
            header::CONTENT_DISPOSITION,
            name.unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, json).into_response())
}

/// Forgets the people of the household, once its code was typed to confirm it.
pub(in crate::http::pages::programme) async fn erase(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Page {
    let wrong = if sent(&fields, "confirme").trim() == at.1 {
        match programme::erase(
            &desk.app,
            Household::SHEET,
            &at.0,
            &at.1,
            &by(&pass),
            now_ms(),
        )
        .await
        {
            Ok(_) => {
                let (programme, code) = &at;
                let word = Said::Erased.word();
                return Ok(go_to(&view.url(format!(
                    "/programmes/{programme}/foyers/{code}?{PARAMETER}={word}"
                ))));
            }
            Err(RegisterError::Named { .. }) => view.say(
                "Un PC est encore chez ce foyer : reprenez-le d’abord, puis effacez.",
                "A PC is still with this household: take it back first, then erase.",
            ),
            Err(error) => return Err(error.into()),
        }
    } else {
        view.say(
            "Rien n’est effacé : tapez le code du foyer pour confirmer.",
            "Nothing is erased: type the code of the household to confirm.",
        )
    };
    let told = Told {
        wrong: Some(wrong.to_owned()),
        ..Told::default()
    };
    draw(&desk, view, &pass, &at, told).await
}

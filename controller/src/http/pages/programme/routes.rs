//! The addresses of the pages of a programme, each with its rule.

use axum::extract::State;

use super::plate::{APPLICATIONS, FLEET, HOUSEHOLDS, PLATES, PROGRAMME, Plate, SURVEYS, WORKSHOP};
use super::{
    Asked, Fields, applications, board, edit, evaluation, fleet, household, households, import,
    list, nothing, one, programmes, sheet, surveys, text, workshop,
};
use crate::domain::rights::Permission::*;
use crate::http::access::Access::Needs;
use crate::http::access::{Pages, Pass};
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::go_to;
use crate::http::pages::form::Form;
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// The pages of records, each with its rule.
pub(in crate::http::pages) fn routes(pages: Pages) -> Pages {
    let mut pages = evaluation::routes(entrances(pages));
    for plate in PLATES {
        pages = lists(pages, plate);
        pages = forms(pages, plate);
    }
    pages = people(pages);
    pages = work(pages);
    pages
        .get(Needs(SeeProgramme), "/programmes/{programme}", board::show)
        .get(
            Needs(KeepProgramme),
            "/programme/ajouter",
            edit::doors::new_programme,
        )
        .post(
            Needs(KeepProgramme),
            "/programme/ajouter",
            edit::doors::create_programme,
        )
        .get(
            Needs(KeepProgramme),
            "/programmes/{programme}/changer",
            edit::doors::old_programme,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/changer",
            edit::doors::change_programme,
        )
}

/// Those who apply, who come in, and who answer.
fn people(pages: Pages) -> Pages {
    pages
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/candidatures/{code}",
            applications::show,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/candidatures/etat",
            applications::decide::decide,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/candidatures/{code}/effacement",
            applications::erase::erase,
        )
        .post(
            Needs(SeeContacts),
            "/programmes/{programme}/candidatures/{code}/coordonnees",
            applications::contacts,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/foyers",
            households::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/foyers/{code}",
            household::show,
        )
        .post(
            Needs(SeeContacts),
            "/programmes/{programme}/foyers/{code}/coordonnees",
            household::contacts,
        )
        .post(
            Needs(SteerDevices),
            "/programmes/{programme}/foyers/{code}/remise",
            household::acts::hand_over,
        )
        .post(
            Needs(SteerDevices),
            "/programmes/{programme}/foyers/{code}/retour",
            household::acts::take_back,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/foyers/{code}/dossier",
            household::acts::file,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/foyers/{code}/effacement",
            household::acts::erase,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/questionnaires",
            surveys::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/feuille",
            sheet::show,
        )
}

/// The workshop, and the life of PCs.
fn work(pages: Pages) -> Pages {
    pages
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/ateliers",
            workshop::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/seances/{code}",
            workshop::session::show,
        )
        .post(
            Needs(KeepWorkshop),
            "/programmes/{programme}/seances/{code}/appel",
            workshop::session::roll,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/seances/{code}/feuille",
            workshop::paper::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/groupes/{code}",
            workshop::group::show,
        )
        .post(
            Needs(KeepWorkshop),
            "/programmes/{programme}/groupes/{code}/inscrits",
            workshop::group::join,
        )
        .post(
            Needs(KeepWorkshop),
            "/programmes/{programme}/groupes/{code}/partis",
            workshop::group::leave,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/pc",
            fleet::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/pc/{code}",
            fleet::one::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/pc/{code}/feuille",
            fleet::paper::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/etiquettes",
            fleet::labels::show,
        )
}

/// What the menu leads to before a programme is known: the first one that somebody sees.
fn entrances(mut pages: Pages) -> Pages {
    let parts = [
        (APPLICATIONS, "/candidatures", SeeProgramme),
        (HOUSEHOLDS, "/foyers", SeeProgramme),
        (SURVEYS, "/questionnaires", SeeProgramme),
        (evaluation::EVALUATION, "/evaluation", Evaluate),
        (PROGRAMME, "", SeeProgramme),
        (WORKSHOP, "/ateliers", SeeProgramme),
        (FLEET, "/pc", SeeProgramme),
    ];
    for (part, below, permission) in parts {
        pages = pages.get(
            Needs(permission),
            part,
            async move |State(desk): State<Desk>, view: View, pass: Pass| {
                let found = programmes(&desk, &pass).await?;
                match found.first() {
                    Some(first) => {
                        let code = text(first, "code");
                        Ok(go_to(&view.url(format!("/programmes/{code}{below}"))))
                    }
                    None => nothing(view, part),
                }
            },
        );
    }
    pages
}

fn lists(pages: Pages, plate: &'static Plate) -> Pages {
    let base = plate.path("{programme}");
    let mut pages = pages.get(
        Needs(plate.see),
        &format!("{base}.csv"),
        async move |State(desk): State<Desk>,
                    view: View,
                    pass: Pass,
                    Path(programme): Path<String>,
                    Query(asked): Query<Asked>| {
            list::csv(desk, view, pass, plate, programme, asked).await
        },
    );
    // Of contacts there is no list: each is shown where it is asked for.
    if !matches!(
        plate.slug,
        "foyers" | "questionnaires" | "coordonnees" | "pc"
    ) {
        pages = pages.get(
            Needs(plate.see),
            &base,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>,
                        Query(asked): Query<Asked>| {
                list::show(desk, view, pass, plate, programme, asked).await
            },
        );
    }
    let own = [
        "foyers",
        "candidatures",
        "coordonnees",
        "pc",
        "seances",
        "groupes",
    ];
    if !own.contains(&plate.slug) {
        pages = pages.get(
            Needs(plate.see),
            &format!("{base}/{{code}}"),
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(at): Path<(String, String)>| {
                one::show(desk, view, pass, plate, at).await
            },
        );
    }
    pages
}

fn forms(pages: Pages, plate: &'static Plate) -> Pages {
    let slug = plate.slug;
    let add = format!("/programmes/{{programme}}/ajouter/{slug}");
    let import = format!("/programmes/{{programme}}/importer/{slug}");
    let one = format!("/programmes/{{programme}}/{slug}/{{code}}");
    pages
        .get(
            Needs(plate.keep),
            &add,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>,
                        Query(asked): Query<Asked>| {
                edit::doors::add(desk, view, pass, plate, programme, asked).await
            },
        )
        .post(
            Needs(plate.keep),
            &add,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>,
                        Form(sent): Form<Fields>| {
                edit::doors::create(desk, view, pass, plate, programme, sent).await
            },
        )
        .get(
            Needs(plate.keep),
            &import,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>| {
                import::show(desk, view, pass, plate, programme).await
            },
        )
        .post(
            Needs(plate.keep),
            &import,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>,
                        Form(sent): Form<Fields>| {
                import::take(desk, view, pass, plate, programme, sent).await
            },
        )
        .get(
            Needs(plate.keep),
            &format!("{one}/changer"),
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(at): Path<(String, String)>,
                        Query(asked): Query<Asked>| {
                edit::doors::old(desk, view, pass, plate, at, asked).await
            },
        )
        .post(
            Needs(plate.keep),
            &format!("{one}/changer"),
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(at): Path<(String, String)>,
                        Form(sent): Form<Fields>| {
                edit::doors::change(desk, view, pass, plate, at, sent).await
            },
        )
        .post(
            Needs(plate.keep),
            &format!("{one}/retirer"),
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(at): Path<(String, String)>,
                        Form(sent): Form<Fields>| {
                one::remove(desk, view, pass, plate, at, sent).await
            },
        )
}

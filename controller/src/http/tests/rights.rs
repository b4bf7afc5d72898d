//! Who may use which route: the whole table, tried request by request.

use std::collections::BTreeSet;

use declic_common::api::Place;
use declic_common::people::Role;
use jiff::Timestamp;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::world::{World, device, send};

/// Every route, and the roles that it lets pass: admin, coordinator, technician,
/// animator, evaluator; then whoever has not come in. Written by hand, so that it
/// says what is wanted rather than what is done.
const TABLE: &str = "
                                            A C T N E  nobody
    GET    /api/v1/devices                  y y y . .  .
    GET    /api/v1/devices/{id}             y y y . .  .
    GET    /api/v1/devices/{id}/latest      y y y . .  .
    GET    /api/v1/devices/{id}/history     y y y . .  .
    GET    /api/v1/devices/{id}/history/rows y y y . . .
    GET    /api/v1/devices/{id}/history/buckets y y y . . .
    GET    /api/v1/devices/{id}/history/days y y y . . .
    GET    /api/v1/fleet/history            y y y . .  .
    GET    /api/v1/fleet/latest             y y y . .  .
    GET    /api/v1/history/export           y y y . .  .
    POST   /api/v1/history/import           y . . . .  .
    GET    /api/v1/devices/{id}/timeline    y y y . .  .
    GET    /api/v1/devices/{id}/timeline/days y y y . .  .
    GET    /api/v1/devices/{id}/placements  y y y . .  .
    POST   /api/v1/devices/{id}/placements  y y y . .  .
    GET    /api/v1/devices/{id}/settings    y y y . .  .
    PUT    /api/v1/devices/{id}/settings    y y y . .  .
    POST   /api/v1/devices/{id}/charter     y y y . .  .
    POST   /api/v1/devices/{id}/retire      y y y . .  .
    POST   /api/v1/devices/{id}/revoke      y y y . .  .
    GET    /api/v1/devices/{id}/commands    y y y . .  .
    POST   /api/v1/devices/{id}/commands    y y y . .  .
    GET    /api/v1/tickets                  y y y . .  .
    POST   /api/v1/tickets                  y y y . .  .
    GET    /api/v1/tickets/{id}             y y y . .  .
    POST   /api/v1/tickets/{id}/changes     y y y . .  .
    GET    /api/v1/today                    y y y . .  .
    GET    /api/v1/silences                 y y y . .  .
    POST   /api/v1/silences                 y y y . .  .
    GET    /api/v1/absences                 y y y . .  .
    POST   /api/v1/absences                 y y y . .  .
    DELETE /api/v1/absences/{id}            y y y . .  .
    GET    /api/v1/enrolments               y y y . .  .
    POST   /api/v1/enrolments               y y y . .  .
    DELETE /api/v1/enrolments/{id}          y y y . .  .
    GET    /api/v1/status                   y y y y y  .
    GET    /api/v1/settings                 y y y y y  .
    PUT    /api/v1/settings/next-address    y . . . .  .
    DELETE /api/v1/settings/next-address    y . . . .  .
    GET    /api/v1/backups                  y . . . .  .
    POST   /api/v1/backups                  y . . . .  .
    GET    /metrics                         y y y y y  .
    GET    /api/v1/audit                    y y . . .  .
    GET    /api/v1/audit/check              y y . . .  .
    GET    /api/v1/accounts                 y . . . .  .
    POST   /api/v1/accounts                 y . . . .  .
    PUT    /api/v1/accounts/{name}/grants   y . . . .  .
    PUT    /api/v1/accounts/{name}/password y . . . .  .
    POST   /api/v1/accounts/{name}/disable  y . . . .  .
    POST   /api/v1/accounts/{name}/enable   y . . . .  .
    DELETE /api/v1/accounts/{name}/logins   y . . . .  .
    GET    /api/v1/tokens                   y . . . .  .
    POST   /api/v1/tokens                   y . . . .  .
    DELETE /api/v1/tokens/{id}              y . . . .  .
    GET    /api/v1/logins                   y . . . .  .
    DELETE /api/v1/logins/{id}              y . . . .  .
    GET    /api/v1/me                       y y y y y  .
    PUT    /api/v1/me/password              y y y y y  .
    DELETE /api/v1/me/login                 y y y y y  .
    POST   /api/v1/logins                   y y y y y  y
    GET    /api/v1/programmes y y y y y  .
    POST   /api/v1/programmes y y . . .  .
    GET    /api/v1/programmes/{programme} y y y y y  .
    PUT    /api/v1/programmes/{programme} y y . . .  .
    DELETE /api/v1/programmes/{programme} y y . . .  .
    GET    /api/v1/programmes/{programme}/sites y y y y y  .
    POST   /api/v1/programmes/{programme}/sites y y . . .  .
    GET    /api/v1/programmes/{programme}/sites/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/sites/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/sites/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/sites y y . . .  .
    GET    /api/v1/programmes/{programme}/export/sites y y y y y  .
    GET    /api/v1/programmes/{programme}/buildings y y y y y  .
    POST   /api/v1/programmes/{programme}/buildings y y . . .  .
    GET    /api/v1/programmes/{programme}/buildings/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/buildings/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/buildings/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/buildings y y . . .  .
    GET    /api/v1/programmes/{programme}/export/buildings y y y y y  .
    GET    /api/v1/programmes/{programme}/applications y y y y y  .
    POST   /api/v1/programmes/{programme}/applications y y . . .  .
    GET    /api/v1/programmes/{programme}/applications/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/applications/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/applications/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/applications y y . . .  .
    GET    /api/v1/programmes/{programme}/export/applications y y y y y  .
    GET    /api/v1/programmes/{programme}/households y y y y y  .
    POST   /api/v1/programmes/{programme}/households y y . . .  .
    GET    /api/v1/programmes/{programme}/households/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/households/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/households/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/households y y . . .  .
    GET    /api/v1/programmes/{programme}/export/households y y y y y  .
    GET    /api/v1/programmes/{programme}/households/{code}/file y y . . .  .
    POST   /api/v1/programmes/{programme}/households/{code}/erase y y . . .  .
    GET    /api/v1/programmes/{programme}/households/{code}/devices y y y . .  .
    GET    /api/v1/programmes/{programme}/questionnaire y y y y y  .
    GET    /api/v1/programmes/{programme}/persons y y y y y  .
    POST   /api/v1/programmes/{programme}/persons y y . . .  .
    GET    /api/v1/programmes/{programme}/persons/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/persons/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/persons/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/persons y y . . .  .
    GET    /api/v1/programmes/{programme}/export/persons y y y y y  .
    GET    /api/v1/programmes/{programme}/lines y y y y y  .
    POST   /api/v1/programmes/{programme}/lines y y . . .  .
    GET    /api/v1/programmes/{programme}/lines/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/lines/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/lines/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/lines y y . . .  .
    GET    /api/v1/programmes/{programme}/export/lines y y y y y  .
    GET    /api/v1/programmes/{programme}/contacts y y y . .  .
    POST   /api/v1/programmes/{programme}/contacts y y . . .  .
    GET    /api/v1/programmes/{programme}/contacts/{code} y y y . .  .
    PUT    /api/v1/programmes/{programme}/contacts/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/contacts/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/contacts y y . . .  .
    GET    /api/v1/programmes/{programme}/export/contacts y y y . .  .
    GET    /api/v1/programmes/{programme}/questions y y y y y  .
    POST   /api/v1/programmes/{programme}/questions y y . . y  .
    GET    /api/v1/programmes/{programme}/questions/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/questions/{code} y y . . y  .
    DELETE /api/v1/programmes/{programme}/questions/{code} y y . . y  .
    POST   /api/v1/programmes/{programme}/import/questions y y . . y  .
    GET    /api/v1/programmes/{programme}/export/questions y y y y y  .
    GET    /api/v1/programmes/{programme}/surveys y y y y y  .
    POST   /api/v1/programmes/{programme}/surveys y y . y y  .
    GET    /api/v1/programmes/{programme}/surveys/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/surveys/{code} y y . y y  .
    DELETE /api/v1/programmes/{programme}/surveys/{code} y y . y y  .
    POST   /api/v1/programmes/{programme}/import/surveys y y . y y  .
    GET    /api/v1/programmes/{programme}/export/surveys y y y y y  .
    GET    /api/v1/programmes/{programme}/costs y y y y y  .
    POST   /api/v1/programmes/{programme}/costs y y . . .  .
    GET    /api/v1/programmes/{programme}/costs/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/costs/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/costs/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/costs y y . . .  .
    GET    /api/v1/programmes/{programme}/export/costs y y y y y  .
    GET    /api/v1/openapi.json             y y y y y  y
    GET    /problems/{slug}                 y y y y y  y
    GET    /healthz                         y y y y y  y
    GET    /readyz                          y y y y y  y

    GET    /                                y y y y y  .
    GET    /connexion                       y y y y y  y
    POST   /connexion                       y y y y y  y
    GET    /entree/{pass}                   y y y y y  y
    POST   /deconnexion                     y y y y y  .
    GET    /langue/{lang}                   y y y y y  y
    GET    /ressources/{name}               y y y y y  y
    GET    /accessibilite                   y y y y y  y
    GET    /vie-privee                      y y y y y  y
    GET    /flux                            y y y y y  .
    GET    /compte                          y y y y y  .
    POST   /compte/mot-de-passe             y y y y y  .
    POST   /compte/sessions/{id}/fin        y y y y y  .
    POST   /compte/sessions/fin             y y y y y  .
    GET    /aujourdhui                      y y y . .  .
    GET    /aujourdhui/tournee              y y y . .  .
    GET    /postes                          y y y . .  .
    GET    /postes.csv                      y y y . .  .
    GET    /postes/{id}                     y y y . .  .
    POST   /postes/{id}/commande            y y y . .  .
    POST   /postes/{id}/ticket              y y y . .  .
    GET    /tickets                         y y y . .  .
    GET    /tickets/{id}                    y y y . .  .
    POST   /tickets/{id}                    y y y . .  .
    GET    /candidatures y y y y y  .
    GET    /foyers y y y y y  .
    GET    /questionnaires y y y y y  .
    GET    /programme y y y y y  .
    GET    /programmes/{programme} y y y y y  .
    GET    /programme/ajouter y y . . .  .
    GET    /programmes/{programme}/changer y y . . .  .
    POST   /programme/ajouter y y . . .  .
    POST   /programmes/{programme}/changer y y . . .  .
    GET    /programmes/{programme}/sites.csv y y y y y  .
    GET    /programmes/{programme}/sites y y y y y  .
    GET    /programmes/{programme}/sites/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/sites y y . . .  .
    GET    /programmes/{programme}/importer/sites y y . . .  .
    GET    /programmes/{programme}/sites/{code}/changer y y . . .  .
    POST   /programmes/{programme}/ajouter/sites y y . . .  .
    POST   /programmes/{programme}/importer/sites y y . . .  .
    POST   /programmes/{programme}/sites/{code}/changer y y . . .  .
    POST   /programmes/{programme}/sites/{code}/retirer y y . . .  .
    GET    /programmes/{programme}/batiments.csv y y y y y  .
    GET    /programmes/{programme}/batiments y y y y y  .
    GET    /programmes/{programme}/batiments/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/batiments y y . . .  .
    GET    /programmes/{programme}/importer/batiments y y . . .  .
    GET    /programmes/{programme}/batiments/{code}/changer y y . . .  .
    POST   /programmes/{programme}/ajouter/batiments y y . . .  .
    POST   /programmes/{programme}/importer/batiments y y . . .  .
    POST   /programmes/{programme}/batiments/{code}/changer y y . . .  .
    POST   /programmes/{programme}/batiments/{code}/retirer y y . . .  .
    GET    /programmes/{programme}/candidatures.csv y y y y y  .
    GET    /programmes/{programme}/candidatures y y y y y  .
    GET    /programmes/{programme}/candidatures/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/candidatures y y . . .  .
    GET    /programmes/{programme}/importer/candidatures y y . . .  .
    GET    /programmes/{programme}/candidatures/{code}/changer y y . . .  .
    POST   /programmes/{programme}/ajouter/candidatures y y . . .  .
    POST   /programmes/{programme}/importer/candidatures y y . . .  .
    POST   /programmes/{programme}/candidatures/{code}/changer y y . . .  .
    POST   /programmes/{programme}/candidatures/{code}/retirer y y . . .  .
    GET    /programmes/{programme}/foyers.csv y y y y y  .
    GET    /programmes/{programme}/foyers y y y y y  .
    GET    /programmes/{programme}/foyers/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/foyers y y . . .  .
    GET    /programmes/{programme}/importer/foyers y y . . .  .
    GET    /programmes/{programme}/foyers/{code}/changer y y . . .  .
    POST   /programmes/{programme}/ajouter/foyers y y . . .  .
    POST   /programmes/{programme}/importer/foyers y y . . .  .
    POST   /programmes/{programme}/foyers/{code}/changer y y . . .  .
    POST   /programmes/{programme}/foyers/{code}/retirer y y . . .  .
    GET    /programmes/{programme}/personnes.csv y y y y y  .
    GET    /programmes/{programme}/personnes y y y y y  .
    GET    /programmes/{programme}/personnes/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/personnes y y . . .  .
    GET    /programmes/{programme}/importer/personnes y y . . .  .
    GET    /programmes/{programme}/personnes/{code}/changer y y . . .  .
    POST   /programmes/{programme}/ajouter/personnes y y . . .  .
    POST   /programmes/{programme}/importer/personnes y y . . .  .
    POST   /programmes/{programme}/personnes/{code}/changer y y . . .  .
    POST   /programmes/{programme}/personnes/{code}/retirer y y . . .  .
    GET    /programmes/{programme}/lignes.csv y y y y y  .
    GET    /programmes/{programme}/lignes y y y y y  .
    GET    /programmes/{programme}/lignes/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/lignes y y . . .  .
    GET    /programmes/{programme}/importer/lignes y y . . .  .
    GET    /programmes/{programme}/lignes/{code}/changer y y . . .  .
    POST   /programmes/{programme}/ajouter/lignes y y . . .  .
    POST   /programmes/{programme}/importer/lignes y y . . .  .
    POST   /programmes/{programme}/lignes/{code}/changer y y . . .  .
    POST   /programmes/{programme}/lignes/{code}/retirer y y . . .  .
    GET    /programmes/{programme}/coordonnees.csv y y y . .  .
    GET    /programmes/{programme}/ajouter/coordonnees y y . . .  .
    GET    /programmes/{programme}/importer/coordonnees y y . . .  .
    GET    /programmes/{programme}/coordonnees/{code}/changer y y . . .  .
    POST   /programmes/{programme}/ajouter/coordonnees y y . . .  .
    POST   /programmes/{programme}/importer/coordonnees y y . . .  .
    POST   /programmes/{programme}/coordonnees/{code}/changer y y . . .  .
    POST   /programmes/{programme}/coordonnees/{code}/retirer y y . . .  .
    GET    /programmes/{programme}/questions.csv y y y y y  .
    GET    /programmes/{programme}/questions y y y y y  .
    GET    /programmes/{programme}/questions/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/questions y y . . y  .
    GET    /programmes/{programme}/importer/questions y y . . y  .
    GET    /programmes/{programme}/questions/{code}/changer y y . . y  .
    POST   /programmes/{programme}/ajouter/questions y y . . y  .
    POST   /programmes/{programme}/importer/questions y y . . y  .
    POST   /programmes/{programme}/questions/{code}/changer y y . . y  .
    POST   /programmes/{programme}/questions/{code}/retirer y y . . y  .
    GET    /programmes/{programme}/questionnaires.csv y y y y y  .
    GET    /programmes/{programme}/questionnaires y y y y y  .
    GET    /programmes/{programme}/questionnaires/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/questionnaires y y . y y  .
    GET    /programmes/{programme}/importer/questionnaires y y . y y  .
    GET    /programmes/{programme}/questionnaires/{code}/changer y y . y y  .
    POST   /programmes/{programme}/ajouter/questionnaires y y . y y  .
    POST   /programmes/{programme}/importer/questionnaires y y . y y  .
    POST   /programmes/{programme}/questionnaires/{code}/changer y y . y y  .
    POST   /programmes/{programme}/questionnaires/{code}/retirer y y . y y  .
    GET    /programmes/{programme}/depenses.csv y y y y y  .
    GET    /programmes/{programme}/depenses y y y y y  .
    GET    /programmes/{programme}/depenses/{code} y y y y y  .
    GET    /programmes/{programme}/ajouter/depenses y y . . .  .
    GET    /programmes/{programme}/importer/depenses y y . . .  .
    GET    /programmes/{programme}/depenses/{code}/changer y y . . .  .
    POST   /programmes/{programme}/ajouter/depenses y y . . .  .
    POST   /programmes/{programme}/importer/depenses y y . . .  .
    POST   /programmes/{programme}/depenses/{code}/changer y y . . .  .
    POST   /programmes/{programme}/depenses/{code}/retirer y y . . .  .
    POST   /programmes/{programme}/candidatures/etat y y . . .  .
    POST   /programmes/{programme}/candidatures/{code}/coordonnees y y y . .  .
    POST   /programmes/{programme}/foyers/{code}/coordonnees y y y . .  .
    POST   /programmes/{programme}/foyers/{code}/remise y y y . .  .
    POST   /programmes/{programme}/foyers/{code}/retour y y y . .  .
    POST   /programmes/{programme}/foyers/{code}/dossier y y . . .  .
    POST   /programmes/{programme}/foyers/{code}/effacement y y . . .  .
    GET    /programmes/{programme}/feuille y y y y y  .
    GET    /administration                  y y y y y  .
    GET    /administration/comptes          y . . . .  .
    POST   /administration/comptes          y . . . .  .
    POST   /administration/comptes/{name}   y . . . .  .
    GET    /administration/jetons           y . . . .  .
    POST   /administration/jetons           y . . . .  .
    POST   /administration/jetons/{id}/fin  y . . . .  .
    GET    /administration/codes            y y y . .  .
    POST   /administration/codes            y y y . .  .
    POST   /administration/codes/{id}/fin   y y y . .  .
    GET    /administration/regles           y y y . .  .
    GET    /administration/journal          y y . . .  .
    GET    /administration/sauvegardes      y . . . .  .
    POST   /administration/sauvegardes      y . . . .  .
";

/// Beside the API, and so not in its document.
const BESIDE: [&str; 5] = [
    "GET /metrics",
    "GET /api/v1/openapi.json",
    "GET /problems/{slug}",
    "GET /healthz",
    "GET /readyz",
];

struct Row {
    method: &'static str,
    path: &'static str,
    /// One per role, in the order of `Role::ALL`, then whoever has not come in.
    passes: Vec<bool>,
}

fn rows() -> Vec<Row> {
    let lines = TABLE.trim().lines().skip(1);
    lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            let passes: Vec<bool> = words.map(|word| word == "y").collect();
            assert_eq!(passes.len(), Role::ALL.len() + 1, "{line}");
            Row {
                method,
                path,
                passes,
            }
        })
        .collect()
}

/// A request of another machine, as the proxy of this one passes it on.
fn from_afar(request: RequestBuilder) -> RequestBuilder {
    request
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-proto", "https")
        // As a browser says of a form of our own pages.
        .header("sec-fetch-site", "same-origin")
}

fn fill(path: &str, id: &str) -> String {
    path.replace("{id}", id)
        .replace("{name}", "nobody")
        .replace("{slug}", "conflict")
        .replace("{pass}", "none")
        .replace("{lang}", "fr")
        // What is followed without an end is refused for this once.
        .replace("/flux", "/flux?poste=none")
        .replace("{programme}", "nowhere")
        .replace("{code}", "nobody")
}

#[tokio::test]
async fn each_route_lets_pass_the_roles_of_the_table_and_no_other() {
    let world = World::with_devices().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push(Some(world.token_of(role.as_str(), &[role.as_str()]).await));
    }
    tokens.push(None);
    for row in rows() {
        let path = fill(row.path, &device(1).to_string());
        for (n, (token, passes)) in tokens.iter().zip(&row.passes).enumerate() {
            let mut request = from_afar(world.stranger(row.method, &path));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            if row.method != "GET" {
                request = request.json(&json!({}));
            }
            let answer = send(request).await;
            let who = Role::ALL.get(n).map_or("nobody", |role| role.as_str());
            let told = format!("{who}: {} {path}: {answer:?}", row.method);
            match (passes, token) {
                (true, _) => assert!(![401, 403].contains(&answer.status.as_u16()), "{told}"),
                (false, Some(_)) => assert_eq!(answer.problem(), "forbidden", "{told}"),
                (false, None) => {
                    assert_eq!(answer.problem(), "sign-in", "{told}");
                    assert!(answer.headers.contains_key("www-authenticate"), "{told}");
                }
            }
        }
    }
}

#[tokio::test]
async fn no_route_is_without_a_rule_and_the_document_tells_it() {
    let document: Value = serde_json::from_str(&crate::http::document()).unwrap();
    let mut documented: BTreeSet<String> = BESIDE.iter().map(|route| (*route).to_owned()).collect();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let route = format!("{} {path}", method.to_uppercase());
            let access = operation["x-access"].as_str();
            let access = access.unwrap_or_else(|| panic!("{route} has no rule"));
            let row = rows()
                .into_iter()
                .find(|row| format!("{} {}", row.method, row.path) == route);
            let row = row.unwrap_or_else(|| panic!("{route} is not in the table"));
            assert_eq!(access == "open", row.passes[Role::ALL.len()], "{route}");
            let nothing_asked = operation["security"] == json!([{}]);
            assert_eq!(access == "open", nothing_asked, "{route}");
            documented.insert(route);
        }
    }
    documented.extend(crate::http::pages::routes().listed().iter().cloned());
    let tried: BTreeSet<String> = rows()
        .iter()
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    assert_eq!(tried, documented);
}

#[tokio::test]
async fn whoever_works_on_one_site_finds_nothing_of_another() {
    let world = World::with_devices().await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let as_tech = |method: &str, path: &str| world.stranger(method, path).bearer_auth(&token);
    let list = send(as_tech("GET", "/api/v1/devices")).await.json();
    let found: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| &d["device"])
        .collect();
    assert_eq!(found, [&json!(device(1).to_string())]);
    let there = send(as_tech("GET", "/api/v1/devices?site=grand-parc")).await;
    assert_eq!(there.json()["items"], json!([]));

    // One elsewhere, one without a site, and one that is not there: no difference.
    for row in rows()
        .iter()
        .filter(|row| row.path.contains("/devices/{id}") || row.path.contains("/postes/{id}"))
    {
        let mut answers = BTreeSet::new();
        for n in [2, 3, 99] {
            let request = as_tech(row.method, &fill(row.path, &device(n).to_string()));
            let answer = send(request.json(&json!({}))).await;
            assert_eq!(
                answer.problem(),
                "unknown-device",
                "{} {}",
                row.method,
                row.path
            );
            answers.insert(answer.text);
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    assert_eq!(
        world
            .get(&format!("/api/v1/devices/{}", device(2)))
            .await
            .status,
        200
    );
    let own = send(as_tech("GET", &format!("/api/v1/devices/{}", device(1)))).await;
    assert_eq!(own.status, 200);
    // The audit and the accounts are of the whole programme.
    let chief = world.token_of("chief", &["admin:aubiers"]).await;
    for path in ["/api/v1/audit", "/api/v1/accounts"] {
        let refused = send(world.stranger("GET", path).bearer_auth(&chief)).await;
        assert_eq!(refused.problem(), "forbidden", "{path}");
        assert!(refused.text.contains("whole programme"), "{}", refused.text);
    }
}

#[tokio::test]
async fn codes_are_made_seen_and_cancelled_within_ones_sites() {
    let world = World::with_devices().await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let as_tech = |method: &str, path: &str| world.stranger(method, path).bearer_auth(&token);
    let make = |body: Value| send(as_tech("POST", "/api/v1/enrolments").json(&body));
    assert_eq!(make(json!({"site": "aubiers"})).await.status, 201);
    for body in [json!({}), json!({"site": "bacalan"})] {
        let refused = make(body).await;
        assert_eq!(refused.problem(), "forbidden");
        assert!(refused.text.contains("aubiers"), "{}", refused.text);
    }
    for n in [2, 3] {
        let rebind = json!({"site": "aubiers", "rebind": device(n).to_string()});
        assert_eq!(make(rebind).await.problem(), "unknown-device");
    }
    let rebind = json!({"rebind": device(1).to_string()});
    assert_eq!(make(rebind).await.status, 201);
    let elsewhere = world
        .post("/api/v1/enrolments", json!({"site": "bacalan"}))
        .await;
    let id = elsewhere.json()["id"].as_str().unwrap().to_owned();
    let cancel = send(as_tech("DELETE", &format!("/api/v1/enrolments/{id}"))).await;
    assert_eq!(cancel.problem(), "unknown-enrolment");
    let seen = send(as_tech("GET", "/api/v1/enrolments")).await.json();
    assert!(!seen.to_string().contains(&id), "{seen}");
    let all = world.get("/api/v1/enrolments").await.json();
    let state = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|code| code["id"] == id.as_str());
    assert_eq!(state.unwrap()["state"], "open");
}

#[tokio::test]
async fn tickets_silences_and_the_day_are_those_of_ones_sites() {
    let world = World::with_devices().await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let as_tech = |method: &str, path: &str| world.stranger(method, path).bearer_auth(&token);
    let text = |n: u64| json!({"device": device(n).to_string(), "text": "Plus de son"});
    for n in [1, 2, 3] {
        let made = world.post("/api/v1/tickets", text(n)).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    for path in ["/api/v1/tickets", "/api/v1/today"] {
        let list = send(as_tech("GET", path)).await.json();
        let items = list["items"].as_array().unwrap();
        let devices: Vec<_> = items.iter().map(|item| &item["device"]).collect();
        assert_eq!(devices, [&json!(device(1).to_string())], "{path}");
    }

    // Elsewhere, without a site, or not there: no difference.
    let comment = json!({"version": 2, "change": "comment", "text": "Vu"});
    let mut answers = BTreeSet::new();
    for id in ["T-1002", "T-1003", "T-9999"] {
        let path = format!("/api/v1/tickets/{id}");
        let seen = send(as_tech("GET", &path)).await;
        let changed = send(as_tech("POST", &format!("{path}/changes")).json(&comment)).await;
        for answer in [seen, changed] {
            assert_eq!(answer.problem(), "unknown-ticket", "{id}");
            answers.insert(answer.text);
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let own = "/api/v1/tickets/T-1001";
    assert_eq!(send(as_tech("GET", own)).await.status, 200);
    let changes = format!("{own}/changes");
    for n in [2, 3, 99] {
        let swap = json!({"version": 2, "change": "swap", "with": device(n).to_string()});
        let swapped = send(as_tech("POST", &changes).json(&swap)).await;
        assert_eq!(swapped.problem(), "unknown-device");
        let opened = send(as_tech("POST", "/api/v1/tickets").json(&text(n))).await;
        assert_eq!(opened.problem(), "unknown-device");
    }
    let said = send(as_tech("POST", &changes).json(&comment)).await;
    assert_eq!(said.status, 200, "{}", said.text);

    let silence = |site: &str| json!({"site": site, "hours": 2});
    for site in ["aubiers", "grand-parc"] {
        let set = world.post("/api/v1/silences", silence(site)).await;
        assert_eq!(set.status, 200, "{}", set.text);
    }
    let list = send(as_tech("GET", "/api/v1/silences")).await.json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{list}");
    assert_eq!(items[0]["site"], "aubiers");
    let set = |site: &str| send(as_tech("POST", "/api/v1/silences").json(&silence(site)));
    assert_eq!(set("aubiers").await.status, 200);
    let (elsewhere, nowhere) = (set("grand-parc").await, set("nowhere").await);
    assert_eq!(elsewhere.text, nowhere.text);
    assert!(!elsewhere.status.is_success());
    let other = json!({"device": device(2).to_string(), "hours": 2});
    let other = send(as_tech("POST", "/api/v1/silences").json(&other)).await;
    assert_eq!(other.problem(), "unknown-device");
}

#[tokio::test]
async fn a_spare_of_no_site_or_of_the_stock_may_be_taken_and_no_other_one() {
    let world = World::with_devices().await;
    let now = Timestamp::now().as_millisecond();
    for n in [4, 5] {
        world.enrol(n, None, Some("grand-parc")).await;
    }
    world.place_at(1, "AUB-017", now).await;
    world.keep_at(2, Place::Bench, now).await;
    world.keep_at(3, Place::Bench, now).await;
    world.keep_at(4, Place::Stock, now).await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let as_tech = |method: &str, path: &str| world.stranger(method, path).bearer_auth(&token);
    let list = send(as_tech("GET", "/api/v1/devices?spare=true"))
        .await
        .json();
    let items = list["items"].as_array().unwrap().iter();
    let spares: Vec<_> = items.map(|item| item["device"].clone()).collect();
    assert_eq!(spares, [3, 4].map(|n| json!(device(n).to_string())));

    let body = json!({"device": device(1).to_string(), "text": "Il ne démarre plus"});
    send(as_tech("POST", "/api/v1/tickets").json(&body)).await;
    let change = |body: Value| send(as_tech("POST", "/api/v1/tickets/T-1001/changes").json(&body));
    let choice = json!({"version": 2, "change": "documents", "choice": "erased"});
    assert_eq!(change(choice).await.status, 200);
    let swap = |n: u64| json!({"version": 3, "change": "swap", "with": device(n).to_string()});
    // On the bench of others, of others and nowhere, and not there: no difference.
    let mut answers = BTreeSet::new();
    for n in [2, 5, 99] {
        let refused = change(swap(n)).await;
        assert_eq!(refused.problem(), "unknown-device", "{n}");
        answers.insert(refused.text);
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let done = change(swap(4)).await;
    assert_eq!(done.status, 200, "{}", done.text);

    // The spare is theirs now, by where it is; the other one still is.
    for n in [1, 4] {
        let path = format!("/api/v1/devices/{}", device(n));
        let seen = send(as_tech("GET", &path)).await;
        assert_eq!(seen.json()["site"], "aubiers", "{}", seen.text);
    }
}

#[tokio::test]
async fn a_device_is_within_reach_by_where_it_is_rather_than_where_it_joined() {
    let world = World::with_devices().await;
    let here = world.token_of("here", &["technician:aubiers"]).await;
    let there = world.token_of("there", &["technician:bacalan"]).await;
    let placements = format!("/api/v1/devices/{}/placements", device(1));
    let home = json!({"place": "home", "household": "BAC-001", "site": "bacalan"});
    assert_eq!(world.post(&placements, home).await.status, 201);
    let ticket = json!({"device": device(1).to_string(), "text": "Bruit", "priority": "high"});
    assert_eq!(world.post("/api/v1/tickets", ticket).await.status, 201);
    let silence = json!({"site": "bacalan", "cause": "overdue", "hours": 2});
    assert_eq!(world.post("/api/v1/silences", silence).await.status, 200);
    let of_device = format!("/api/v1/devices/{}", device(1));
    for (token, seen) in [(&here, false), (&there, true)] {
        let get = async |path: &str| send(world.stranger("GET", path).bearer_auth(token)).await;
        assert_eq!(get(&of_device).await.status == 200, seen);
        for path in [
            "/api/v1/devices",
            "/api/v1/tickets",
            "/api/v1/today",
            "/api/v1/silences",
        ] {
            let list = get(path).await.json();
            assert_eq!(list["items"].as_array().unwrap().len() == 1, seen, "{path}");
        }
    }
    let day = world.get("/api/v1/today?site=bacalan").await.json();
    assert_eq!(day["items"][0]["site"], "bacalan");
}

#[tokio::test]
async fn a_device_is_placed_within_ones_sites() {
    let world = World::with_devices().await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let path = format!("/api/v1/devices/{}/placements", device(1));
    let place = |site: &str| {
        let body = json!({"place": "home", "household": "AUB-017", "site": site});
        send(
            world
                .stranger("POST", &path)
                .bearer_auth(&token)
                .json(&body),
        )
    };
    let refused = place("bacalan").await;
    assert_eq!(refused.problem(), "forbidden");
    assert!(refused.text.contains("aubiers"), "{}", refused.text);
    assert_eq!(place("aubiers").await.status, 201);
}

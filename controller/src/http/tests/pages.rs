//! Pages as a browser gets them: what keeps people in, and others out.

use declic_common::people::{NewAccount, Secret};
use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::json;

use super::world::{Answer, World, device, send};
use crate::app::account;

const PASSWORD: &str = "cheval pile agrafe";

/// A world with a technician of one site, who has a password.
async fn with_amina() -> World {
    let world = World::with_devices().await;
    let amina = NewAccount {
        name: "amina".to_owned(),
        grants: vec!["technician:aubiers".parse().unwrap()],
        password: Some(Secret(PASSWORD.to_owned())),
    };
    let now = Timestamp::now().as_millisecond();
    account::create(&world.app, amina, "cli:0", now)
        .await
        .unwrap();
    world
}

/// A request as a browser sends it.
fn browsed(request: RequestBuilder) -> RequestBuilder {
    request
        .header("accept", "text/html,application/xhtml+xml")
        .header("accept-language", "fr")
}

/// A form of one of our own pages.
fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    browsed(request)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

/// Somebody who has come in.
struct Inside {
    cookie: String,
    csrf: String,
}

impl Inside {
    async fn come(world: &World) -> Self {
        let fields = [("name", "amina"), ("password", PASSWORD)];
        let entered = send(form(world.stranger("POST", "/connexion"), &fields)).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{entered:?}");
        let cookie = entered.headers["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let mut inside = Inside {
            cookie,
            csrf: String::new(),
        };
        let page = inside.get(world, "/aujourdhui").await;
        let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").unwrap();
        inside.csrf = rest.split('"').next().unwrap().to_owned();
        inside
    }

    async fn get(&self, world: &World, path: &str) -> Answer {
        send(browsed(world.stranger("GET", path)).header("cookie", &self.cookie)).await
    }

    async fn post(&self, world: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend_from_slice(fields);
        send(form(world.stranger("POST", path), &all).header("cookie", &self.cookie)).await
    }
}

fn location(answer: &Answer) -> &str {
    answer.headers["location"].to_str().unwrap()
}

#[tokio::test]
async fn whoever_has_not_come_in_is_shown_the_door_and_comes_back_to_the_page() {
    let world = with_amina().await;
    let shown = send(browsed(world.stranger("GET", "/postes?presence=quiet"))).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER);
    let door = location(&shown).to_owned();
    assert_eq!(
        door,
        "/declic/connexion?retour=%2Fpostes%3Fpresence%3Dquiet"
    );
    let fields = [
        ("name", "amina"),
        ("password", PASSWORD),
        ("retour", "/postes?presence=quiet"),
    ];
    let entered = send(form(world.stranger("POST", "/connexion"), &fields)).await;
    assert_eq!(location(&entered), "/declic/postes?presence=quiet");
    for elsewhere in ["//evil.example", "https://evil.example/", "/\\evil.example"] {
        let fields = [
            ("name", "amina"),
            ("password", PASSWORD),
            ("retour", elsewhere),
        ];
        let entered = send(form(world.stranger("POST", "/connexion"), &fields)).await;
        assert_eq!(location(&entered), "/declic/", "{elsewhere}");
    }
    world.stop().await;
}

#[tokio::test]
async fn below_a_base_path_the_first_page_is_found_with_and_without_a_slash() {
    let world = with_amina().await;
    let inside = Inside::come(&world).await;
    for path in ["/", "/declic", "/declic/"] {
        let first = inside.get(&world, path).await;
        assert_eq!(location(&first), "/declic/aujourdhui", "{path}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_told_on_the_page_and_ten_close_the_door_for_a_while() {
    let world = with_amina().await;
    let fields = [("name", "amina"), ("password", "not the password")];
    for _ in 0..10 {
        let refused = send(form(world.stranger("POST", "/connexion"), &fields)).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert!(refused.text.contains("Aucun compte n’a ce nom"));
        assert!(!refused.text.contains("not the password"));
    }
    let right = [("name", "amina"), ("password", PASSWORD)];
    let closed = send(form(world.stranger("POST", "/connexion"), &right)).await;
    assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
    world.stop().await;
}

#[tokio::test]
async fn a_form_of_another_site_or_without_its_token_changes_nothing() {
    let world = with_amina().await;
    let inside = Inside::come(&world).await;
    let path = format!("/postes/{}/ticket", device(1));
    let fields = |csrf: &str| {
        [
            ("csrf", csrf.to_owned()),
            ("texte", "Plus de son".to_owned()),
        ]
    };
    let send_as = async |csrf: &str, site: &str| {
        let fields = fields(csrf);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = browsed(world.stranger("POST", &path))
            .header("cookie", &inside.cookie)
            .header("sec-fetch-site", site)
            .header("content-type", "application/x-www-form-urlencoded");
        send(request.body(body)).await.status
    };
    assert_eq!(send_as(&inside.csrf, "cross-site").await, 403);
    assert_eq!(send_as("", "same-origin").await, 403);
    assert_eq!(send_as("another", "same-origin").await, 403);
    let list = world.get("/api/v1/tickets").await.json();
    assert_eq!(list["items"], json!([]));
    assert_eq!(send_as(&inside.csrf, "same-origin").await, 303);
    // The API still takes no form, not even one of ours.
    let api = form(
        world.stranger("POST", "/api/v1/tickets"),
        &[("csrf", &inside.csrf)],
    );
    let api = send(api.header("cookie", &inside.cookie)).await;
    assert_eq!(api.problem(), "not-json");
    world.stop().await;
}

#[tokio::test]
async fn a_page_loads_nothing_from_elsewhere_and_shows_nobody_a_word_of_markup() {
    let world = with_amina().await;
    let inside = Inside::come(&world).await;
    let path = format!("/postes/{}/ticket", device(1));
    let nasty = "<script>alert(1)</script> \" ' & : fin ?";
    let made = inside.post(&world, &path, &[("texte", nasty)]).await;
    assert_eq!(location(&made), "/declic/tickets/T-1001?dit=ouvert");
    let page = inside.get(&world, "/tickets/T-1001?dit=ouvert").await;
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    assert!(page.text.contains("Le ticket est ouvert."));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(!page.text.contains("style=\""), "no style in a page");
    assert!(!page.text.contains(" onclick"), "no script in a page");
    for link in ["href=\"http", "src=\"http", "href=\"//", "src=\"//", "url("] {
        assert!(!page.text.contains(link), "nothing from elsewhere: {link}");
    }
    // What it needs is kept for a year, under a name of its content.
    let (_, style) = page
        .text
        .split_once("rel=\"stylesheet\" href=\"/declic")
        .unwrap();
    let style = send(world.stranger("GET", style.split('"').next().unwrap())).await;
    assert_eq!(style.status, 200);
    assert!(
        style.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    world.stop().await;
}

#[tokio::test]
async fn two_changes_of_one_ticket_are_both_shown_and_neither_is_lost() {
    let world = with_amina().await;
    let inside = Inside::come(&world).await;
    let path = format!("/postes/{}/ticket", device(1));
    inside
        .post(&world, &path, &[("texte", "Plus de son")])
        .await;
    let note = |text| [("faire", "noter"), ("version", "2"), ("texte", text)];
    let first = inside
        .post(&world, "/tickets/T-1001", &note("J’ai appelé"))
        .await;
    assert_eq!(location(&first), "/declic/tickets/T-1001?dit=note");
    let second = inside
        .post(&world, "/tickets/T-1001", &note("Moi aussi"))
        .await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    for text in [
        "J’ai appelé",
        "Moi aussi",
        "Le faire quand même",
        "name=\"version\" value=\"3\"",
    ] {
        assert!(second.text.contains(text), "{text}: {}", second.text);
    }
    let again = [("faire", "noter"), ("version", "3"), ("texte", "Moi aussi")];
    let again = inside.post(&world, "/tickets/T-1001", &again).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let refused = [("faire", "rouvrir"), ("version", "4")];
    let refused = inside.post(&world, "/tickets/T-1001", &refused).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    world.stop().await;
}

#[tokio::test]
async fn a_technician_of_one_site_sees_it_alone_and_no_administration() {
    let world = with_amina().await;
    let inside = Inside::come(&world).await;
    let list = inside.get(&world, "/postes").await.text;
    assert!(
        list.contains("BDX-001") && !list.contains("BDX-002"),
        "{list}"
    );
    let csv = inside.get(&world, "/postes.csv").await;
    assert!(
        csv.text.starts_with("\u{feff}poste;foyer;site"),
        "{}",
        csv.text
    );
    assert_eq!(csv.text.lines().count(), 2);
    let other = inside.get(&world, &format!("/postes/{}", device(2))).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    assert!(other.text.contains("Il n’y a rien à cette adresse"));
    let accounts = inside.get(&world, "/administration/comptes").await;
    assert_eq!(accounts.status, StatusCode::FORBIDDEN);
    assert!(
        accounts.text.contains("Se déconnecter"),
        "the menu is there"
    );
    for tab in ["Comptes", "Journal", "Sauvegardes"] {
        let status = inside.get(&world, "/administration").await.text;
        assert!(!status.contains(&format!(">{tab}</a>")), "{tab}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_password_is_changed_with_the_one_before_and_ends_every_session() {
    let world = with_amina().await;
    let inside = Inside::come(&world).await;
    let other = Inside::come(&world).await;
    let change = |current, new, again| [("current", current), ("new", new), ("again", again)];
    let path = "/compte/mot-de-passe";
    for fields in [
        change(
            "wrong one here",
            "quatre mots sans suite",
            "quatre mots sans suite",
        ),
        change(PASSWORD, "quatre mots sans suite", "cinq mots sans suite"),
        change(PASSWORD, "court", "court"),
    ] {
        let refused = inside.post(&world, path, &fields).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            refused.text
        );
    }
    let fields = change(PASSWORD, "quatre mots sans suite", "quatre mots sans suite");
    let changed = inside.post(&world, path, &fields).await;
    assert!(location(&changed).starts_with("/declic/connexion?dit="));
    for gone in [&inside, &other] {
        let page = gone.get(&world, "/compte").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
    }
    world.stop().await;
}

#[tokio::test]
async fn a_stream_says_that_something_changed_and_ends_with_the_session() {
    let world = with_amina().await;
    let inside = Inside::come(&world).await;
    let request = world.stranger("GET", "/flux?sans_postes=true");
    let mut stream = request
        .header("cookie", &inside.cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let next = async |stream: &mut reqwest::Response| {
        let chunk = tokio::time::timeout(std::time::Duration::from_secs(30), stream.chunk());
        let chunk = chunk.await.expect("an event").unwrap();
        chunk.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    };
    let ticket = json!({"device": device(1).to_string(), "text": "Plus de son"});
    world.post("/api/v1/tickets", ticket).await;
    let told = next(&mut stream).await.unwrap();
    assert!(told.contains("event: moved"), "{told}");
    assert!(!told.contains("son"), "it says nothing of what changed");
    inside.post(&world, "/compte/sessions/fin", &[]).await;
    let told = next(&mut stream).await.unwrap();
    assert!(told.contains("event: ended"), "{told}");
    assert_eq!(next(&mut stream).await, None);
    world.stop().await;
}

#[tokio::test]
async fn a_language_is_chosen_once_and_a_fault_is_told_in_it() {
    let world = with_amina().await;
    let chosen = send(browsed(
        world.stranger("GET", "/langue/en?retour=/connexion"),
    ))
    .await;
    assert_eq!(location(&chosen), "/declic/connexion");
    let cookie = chosen.headers["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let english = browsed(world.stranger("GET", "/nowhere")).header("cookie", cookie);
    let english = send(english).await;
    assert_eq!(english.status, StatusCode::NOT_FOUND);
    assert!(english.text.contains("lang=\"en\""));
    assert!(english.text.contains("There is nothing at this address"));
    let program = send(world.stranger("GET", "/nowhere")).await;
    assert_eq!(program.problem(), "not-found");
    world.stop().await;
}

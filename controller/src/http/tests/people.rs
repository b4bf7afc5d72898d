//! Coming in: by password, by token, from this machine, and through a proxy.

use declic_common::people::{NewAccount, Secret};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::world::{Answer, World, device, send};
use crate::app::account;

const PASSWORD: &str = "cheval pile agrafe";

/// A world with a technician whose password is [`PASSWORD`].
async fn with_amina() -> World {
    let world = World::with_devices().await;
    let amina = NewAccount {
        name: "amina".to_owned(),
        grants: vec!["technician".parse().unwrap()],
        password: Some(Secret(PASSWORD.to_owned())),
    };
    let now = Timestamp::now().as_millisecond();
    account::create(&world.app, amina, "cli:0", now)
        .await
        .unwrap();
    world
}

async fn log_in(world: &World, name: &str, password: &str) -> Answer {
    let body = json!({"name": name, "password": password});
    send(world.stranger("POST", "/api/v1/logins").json(&body)).await
}

/// The cookie of an answer, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    let text = answer.headers["set-cookie"].to_str().unwrap();
    text.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_login_reads_with_its_cookie_and_changes_with_its_csrf_token_too() {
    let world = with_amina().await;
    let begun = log_in(&world, "amina", PASSWORD).await;
    assert_eq!(begun.status, StatusCode::CREATED);
    let cookie = cookie(&begun);
    let csrf = begun.json()["csrf"].as_str().unwrap().to_owned();
    assert!(!begun.text.contains(cookie.split_once('=').unwrap().1));

    let with_cookie =
        |method: &str, path: &str| world.stranger(method, path).header("cookie", &cookie);
    let me = send(with_cookie("GET", "/api/v1/me")).await.json();
    assert_eq!(
        me,
        json!({"who": "account:amina", "account": "amina", "grants": [{"role": "technician"}], "csrf": csrf})
    );
    let path = format!("/api/v1/devices/{}/commands", device(1));
    let refresh = json!({"command": "refresh"});
    for forged in [None, Some("x"), Some("")] {
        let mut request = with_cookie("POST", &path).json(&refresh);
        if let Some(forged) = forged {
            request = request.header("x-csrf-token", forged);
        }
        assert_eq!(send(request).await.problem(), "forbidden");
    }
    let request = with_cookie("POST", &path).json(&refresh);
    let sent = send(request.header("x-csrf-token", &csrf)).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{sent:?}");

    let out = send(with_cookie("DELETE", "/api/v1/me/login").header("x-csrf-token", &csrf)).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(
        out.headers["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(
        send(with_cookie("GET", "/api/v1/me")).await.problem(),
        "sign-in"
    );
    let audit = world.get("/api/v1/audit?limit=2").await.json();
    assert_eq!(audit["items"][0]["what"], "login.end");
    assert_eq!(audit["items"][1]["who"], "account:amina");
}

#[tokio::test]
async fn ones_own_password_is_changed_with_the_current_one() {
    let world = with_amina().await;
    let begun = log_in(&world, "amina", PASSWORD).await;
    let (cookie, csrf) = (
        cookie(&begun),
        begun.json()["csrf"].as_str().unwrap().to_owned(),
    );
    let change = |body: Value| {
        let request = world.stranger("PUT", "/api/v1/me/password");
        send(
            request
                .header("cookie", &cookie)
                .header("x-csrf-token", &csrf)
                .json(&body),
        )
    };
    let new = "autre phrase bien longue";
    assert_eq!(change(json!({"password": new})).await.problem(), "refused");
    let wrong = change(json!({"password": new, "current": "cheval pile agrafes"})).await;
    assert_eq!(wrong.problem(), "sign-in");
    let weak = change(json!({"password": "amina", "current": PASSWORD})).await;
    assert_eq!(weak.problem(), "refused");
    let done = change(json!({"password": new, "current": PASSWORD})).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    assert_eq!(
        change(json!({"password": new, "current": new}))
            .await
            .problem(),
        "sign-in"
    );
    assert_eq!(log_in(&world, "amina", PASSWORD).await.problem(), "sign-in");
    assert_eq!(
        log_in(&world, "amina", new).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn guessing_is_stopped_and_tells_nothing_about_names() {
    let world = with_amina().await;
    let mut told = std::collections::BTreeSet::new();
    for name in ["amina", "nobody"] {
        for n in 0..10 {
            let wrong = log_in(&world, name, &format!("guess number {n}")).await;
            assert_eq!(wrong.problem(), "sign-in");
            told.insert(wrong.text);
        }
        let full = log_in(&world, name, PASSWORD).await;
        assert_eq!(full.problem(), "too-many");
        let wait: u64 = full.headers["retry-after"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((500..=600).contains(&wait), "{wait}");
    }
    assert_eq!(told.len(), 1, "{told:?}");
    // A thousand guesses at the same moment are no way round.
    let world = with_amina().await;
    let guesses = (0..40).map(|n| {
        let world = &world;
        async move {
            log_in(world, "amina", &format!("guess number {n}"))
                .await
                .status
        }
    });
    let answers = futures_util::future::join_all(guesses).await;
    let checked = answers
        .iter()
        .filter(|status| **status == StatusCode::UNAUTHORIZED);
    assert_eq!(checked.count(), 10);
}

#[tokio::test]
async fn a_worthless_token_says_why_and_is_no_reason_to_look_at_the_cookie() {
    let world = with_amina().await;
    let cookie = cookie(&log_in(&world, "amina", PASSWORD).await);
    for value in [
        "Bearer dct_nothing",
        "Basic YW1pbmE6eA==",
        "Bearer",
        "dct_x",
    ] {
        let request = world
            .stranger("GET", "/api/v1/status")
            .header("authorization", value);
        let answer = send(request.header("cookie", &cookie)).await;
        assert_eq!(answer.problem(), "sign-in", "{value}");
        assert_eq!(
            answer.headers["www-authenticate"],
            "Bearer realm=\"declic\""
        );
        assert!(!answer.text.contains("nothing"), "no secret comes back");
    }
}

#[tokio::test]
async fn a_demonstration_is_open_on_this_machine_alone() {
    let world = World::demo().await;
    let code = send(
        world
            .stranger("POST", "/api/v1/enrolments")
            .json(&json!({})),
    )
    .await;
    assert_eq!(code.status, StatusCode::CREATED);
    let audit = world.get("/api/v1/audit").await.json();
    assert_eq!(audit["items"][0]["who"], "demo");
    let afar = world
        .stranger("GET", "/api/v1/status")
        .header("x-forwarded-for", "203.0.113.9");
    let afar = send(afar.header("x-forwarded-proto", "https")).await;
    assert_eq!(afar.problem(), "sign-in");
}

#[tokio::test]
async fn what_came_over_plain_http_somewhere_is_refused_before_its_secret_is_looked_at() {
    let world = with_amina().await;
    for proto in [None, Some("http"), Some("https, http")] {
        let forwarded = |path: &str| {
            let request = world
                .stranger("POST", path)
                .header("x-forwarded-for", "203.0.113.9");
            match proto {
                Some(proto) => request.header("x-forwarded-proto", proto),
                None => request,
            }
        };
        let body = json!({"name": "amina", "password": PASSWORD});
        let login = send(forwarded("/api/v1/logins").json(&body)).await;
        assert_eq!(login.problem(), "forbidden", "{proto:?}");
        let token = forwarded("/api/v1/enrolments")
            .json(&json!({}))
            .bearer_auth("dct_x");
        assert_eq!(send(token).await.problem(), "forbidden", "{proto:?}");
    }
}

#[tokio::test]
async fn behind_a_proxy_every_name_and_both_paths_answer() {
    let world = with_amina().await;
    let afar = |path: &str| {
        let request = world
            .request("GET", path)
            .header("host", "declic.example.org");
        request
            .header("x-forwarded-for", "203.0.113.9")
            .header("x-forwarded-proto", "https")
    };
    for path in ["/declic/api/v1/status", "/api/v1/status", "/declic/healthz"] {
        assert_eq!(send(afar(path)).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(send(afar("/declic/nothing")).await.problem(), "not-found");
    // The first page sends whoever has come in to their own.
    assert_eq!(send(afar("/declic")).await.status, StatusCode::SEE_OTHER);
    let server = |answer: &Answer| answer.json()["servers"][0]["url"].clone();
    let document = send(afar("/api/v1/openapi.json")).await;
    assert_eq!(server(&document), "/declic/");
    let other = afar("/api/v1/openapi.json").header("x-forwarded-prefix", "/pc");
    assert_eq!(server(&send(other).await), "/pc/");
    // Without a word of the proxy the name must be this machine's own.
    let bare = world
        .request("GET", "/api/v1/status")
        .header("host", "declic.example.org");
    assert_eq!(send(bare).await.problem(), "wrong-host");
}

#[tokio::test]
async fn a_new_account_comes_in_and_a_disabled_one_does_not() {
    let world = World::start().await;
    let new = json!({"name": "bruno", "password": PASSWORD, "grants": [{"role": "technician", "site": "aubiers"}]});
    let made = world.post("/api/v1/accounts", new).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert!(!made.text.contains("argon2"), "{}", made.text);
    assert_eq!(
        log_in(&world, "bruno", PASSWORD).await.status,
        StatusCode::CREATED
    );
    assert_eq!(
        world.get("/api/v1/logins").await.json()["items"][0]["account"],
        "bruno"
    );
    let closed = world
        .post("/api/v1/accounts/bruno/disable", json!({}))
        .await;
    assert!(closed.json()["disabled_at"].is_string());
    assert_eq!(log_in(&world, "bruno", PASSWORD).await.problem(), "sign-in");
    for (body, kind) in [
        (
            json!({"name": "Bruno", "grants": [{"role": "admin"}]}),
            "refused",
        ),
        (
            json!({"name": "bruno", "grants": [{"role": "admin"}]}),
            "conflict",
        ),
        (
            json!({"name": "carla", "grants": [{"role": "landlord"}]}),
            "bad-request",
        ),
        (json!({"name": "carla", "grants": []}), "refused"),
        (
            json!({"name": "carla", "grants": [{"role": "admin"}], "is_admin": true}),
            "bad-request",
        ),
    ] {
        assert_eq!(
            world.post("/api/v1/accounts", body.clone()).await.problem(),
            kind,
            "{body}"
        );
    }
}

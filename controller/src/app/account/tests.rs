//! Accounts, tokens and logins together: who comes in, and for how long.

use std::path::Path;

use declic_common::people::{NewApiToken, Role};

use super::*;
use crate::app::caller::{self, Caller};
use crate::app::{api_token, login, testing};

const NOW: i64 = 1_790_000_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn secret(text: &str) -> Secret {
    Secret(text.to_owned())
}

fn new(name: &str, password: Option<&str>, grants: &[&str]) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        grants: grants.iter().map(|text| text.parse().unwrap()).collect(),
        password: password.map(secret),
    }
}

/// A controller with one account, whose password is `cheval pile agrafe`.
async fn with_amina(dir: &Path) -> Arc<App> {
    let app = testing::app(dir, 8443);
    let amina = new("amina", Some("cheval pile agrafe"), &["technician:aubiers"]);
    create(&app, amina, "cli:0", NOW).await.unwrap();
    app
}

async fn come_in(app: &Arc<App>, now: i64) -> Secret {
    let begun = login::begin(app, "amina", &secret("cheval pile agrafe"), now).await;
    begun.unwrap().secret
}

async fn token(app: &Arc<App>, days: u32) -> (String, String) {
    let new = NewApiToken {
        account: "amina".to_owned(),
        label: "supervision".to_owned(),
        days: Some(days),
    };
    let made = api_token::create(app, new, "cli:0", NOW).await.unwrap();
    (made.id, made.token.unwrap().0)
}

async fn by_token(app: &App, token: &str, now: i64) -> Option<Caller> {
    caller::by_token(app, token, now).await.unwrap()
}

async fn by_login(app: &App, login: &Secret, now: i64) -> Option<Caller> {
    caller::by_login(app, login, now).await.unwrap()
}

#[tokio::test]
async fn only_the_right_name_with_the_right_password_comes_in() {
    let dir = tempfile::tempdir().unwrap();
    let app = with_amina(dir.path()).await;
    create(&app, new("script", None, &["evaluator"]), "cli:0", NOW)
        .await
        .unwrap();
    for (name, password) in [
        ("amina", "cheval pile agrafes"),
        ("amina", ""),
        ("nobody", "cheval pile agrafe"),
        ("Amina", "cheval pile agrafe"),
        ("script", "cheval pile agrafe"),
        ("", "cheval pile agrafe"),
    ] {
        let refused = login::begin(&app, name, &secret(password), NOW).await;
        assert!(matches!(refused, Err(login::LoginError::Wrong)), "{name}");
    }
    let cookie = come_in(&app, NOW).await;
    let amina = by_login(&app, &cookie, NOW).await.unwrap();
    assert_eq!(amina.who, "account:amina");
    assert_eq!(amina.grants[0].role, Role::Technician);
    assert_eq!(by_login(&app, &secret("another"), NOW).await, None);
    assert_eq!(
        by_token(&app, &cookie.0, NOW).await,
        None,
        "a login is no token"
    );
}

#[tokio::test]
async fn a_login_ends_by_itself_by_hand_and_with_its_password() {
    let dir = tempfile::tempdir().unwrap();
    let app = with_amina(dir.path()).await;
    let cookie = come_in(&app, NOW).await;
    assert!(
        by_login(&app, &cookie, NOW + login::LIFE_MS - 1)
            .await
            .is_some()
    );
    assert_eq!(by_login(&app, &cookie, NOW + login::LIFE_MS).await, None);

    let caller = by_login(&app, &cookie, NOW).await.unwrap();
    let (id, _) = caller.login.unwrap();
    login::end(&app, &id, "account:amina", NOW).await.unwrap();
    assert_eq!(by_login(&app, &cookie, NOW).await, None);
    let again = login::end(&app, &id, "account:amina", NOW).await;
    assert!(matches!(again, Err(login::LoginError::Unknown)));

    let (first, second) = (come_in(&app, NOW).await, come_in(&app, NOW).await);
    assert_eq!(login::list(&app, NOW).await.unwrap().len(), 2);
    set_password(&app, "amina", &secret("neuf mots de passe"), "cli:0", NOW)
        .await
        .unwrap();
    for cookie in [first, second] {
        assert_eq!(by_login(&app, &cookie, NOW).await, None);
    }
    assert_eq!(login::list(&app, NOW).await.unwrap(), []);
    let old = login::begin(&app, "amina", &secret("cheval pile agrafe"), NOW).await;
    assert!(old.is_err(), "the old password is gone");
}

#[tokio::test]
async fn ended_logins_are_removed_and_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let app = with_amina(dir.path()).await;
    come_in(&app, NOW).await;
    let fresh = come_in(&app, NOW + 8 * HOUR).await;
    assert_eq!(login::sweep(&app, NOW + 12 * HOUR).await.unwrap(), 1);
    assert_eq!(login::sweep(&app, NOW + 12 * HOUR).await.unwrap(), 0);
    assert!(by_login(&app, &fresh, NOW + 12 * HOUR).await.is_some());
}

#[tokio::test]
async fn a_token_works_until_its_end_or_its_revocation_and_is_kept_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let app = with_amina(dir.path()).await;
    let (id, secret) = token(&app, 2).await;
    assert!(secret.starts_with(api_token::PREFIX));
    let caller = by_token(&app, &secret, NOW + 2 * DAY - 1).await.unwrap();
    assert_eq!(caller.who, format!("account:amina/{id}"));
    assert_eq!(by_token(&app, &secret, NOW + 2 * DAY).await, None);
    let listed = api_token::list(&app).await.unwrap();
    assert_eq!(
        (listed[0].id.as_str(), &listed[0].token),
        (id.as_str(), &None)
    );
    for _ in 0..2 {
        api_token::revoke(&app, &id, "cli:0", NOW).await.unwrap();
    }
    assert_eq!(by_token(&app, &secret, NOW).await, None);

    // Whoever reads the disk finds neither tokens nor passwords.
    app.store.close();
    let found = std::process::Command::new("grep")
        .args([
            "--recursive",
            "--text",
            "--files-with-matches",
            "--fixed-strings",
        ])
        .args(["-e", &secret, "-e", "cheval pile agrafe"])
        .arg(dir.path())
        .output()
        .unwrap();
    assert_eq!(found.status.code(), Some(1), "{found:?}");
}

#[tokio::test]
async fn a_disabled_account_comes_in_by_no_way_and_its_logins_do_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let app = with_amina(dir.path()).await;
    let cookie = come_in(&app, NOW).await;
    let (_, token) = token(&app, 90).await;
    for _ in 0..2 {
        let shown = disable(&app, "amina", "cli:0", NOW).await.unwrap();
        assert!(shown.disabled_at.is_some());
    }
    assert_eq!(by_token(&app, &token, NOW).await, None);
    assert_eq!(by_login(&app, &cookie, NOW).await, None);
    let right = login::begin(&app, "amina", &secret("cheval pile agrafe"), NOW).await;
    assert!(right.is_err());
    enable(&app, "amina", "cli:0", NOW).await.unwrap();
    assert_eq!(by_login(&app, &cookie, NOW).await, None);
    assert!(
        by_token(&app, &token, NOW).await.is_some(),
        "tokens have their own end"
    );
    come_in(&app, NOW).await;
}

#[tokio::test]
async fn grants_count_from_the_next_request_on() {
    let dir = tempfile::tempdir().unwrap();
    let app = with_amina(dir.path()).await;
    let (_, token) = token(&app, 90).await;
    let grants = vec!["evaluator".parse().unwrap()];
    grant(&app, "amina", grants.clone(), "cli:0", NOW)
        .await
        .unwrap();
    assert_eq!(by_token(&app, &token, NOW).await.unwrap().grants, grants);
}

#[tokio::test]
async fn an_account_that_makes_no_sense_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let app = with_amina(dir.path()).await;
    for name in [
        "",
        "a",
        "Amina",
        "amina durand",
        "1st",
        "a/b",
        "é-mail",
        &"a".repeat(33),
    ] {
        let refused = create(&app, new(name, None, &["admin"]), "cli:0", NOW).await;
        assert!(matches!(refused, Err(AccountError::BadName)), "{name}");
    }
    let taken = create(&app, new("amina", None, &["admin"]), "cli:0", NOW).await;
    assert!(matches!(taken, Err(AccountError::Taken)));
    for grants in [&[][..], &["technician:two\nlines"]] {
        let refused = create(&app, new("bruno", None, grants), "cli:0", NOW).await;
        assert!(
            matches!(refused, Err(AccountError::BadGrants)),
            "{grants:?}"
        );
    }
    let weak = create(&app, new("bruno", Some("short"), &["admin"]), "cli:0", NOW).await;
    assert!(matches!(weak, Err(AccountError::BadPassword(_))));
    let nobody = disable(&app, "bruno", "cli:0", NOW).await;
    assert!(matches!(nobody, Err(AccountError::Unknown)));
}

#[tokio::test]
async fn the_audit_says_who_did_what_to_which_account_and_holds_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let app = with_amina(dir.path()).await;
    let cookie = come_in(&app, NOW).await;
    let (id, token) = token(&app, 1).await;
    set_password(
        &app,
        "amina",
        &secret("neuf mots de passe"),
        "account:amina",
        NOW,
    )
    .await
    .unwrap();
    disable(&app, "amina", "account:chef", NOW).await.unwrap();
    let entries = audit::list(&app, None, 99).await.unwrap();
    let told: Vec<_> = entries
        .iter()
        .rev()
        .map(|e| format!("{} {}", e.who, e.what))
        .collect();
    assert_eq!(
        told,
        [
            "cli:0 account.create",
            "account:amina login.begin",
            "cli:0 token.create",
            "account:amina account.password",
            "account:chef account.disable",
        ]
    );
    assert_eq!(entries[4].detail.as_deref(), Some("technician:aubiers"));
    assert_eq!(entries[2].subject, id);
    let text = format!("{entries:?}");
    for hidden in [&token, &cookie.0, "cheval", "neuf", "argon2"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

//! Whoever else knocks.

use super::*;

#[tokio::test]
async fn strangers_get_problem_documents_that_repeat_nothing() {
    let house = House::open().await;
    let token = "0123456789abcdef0123456789abcdef";
    let request = |csr: &str| format!(r#"{{"token":"{token}","csr_pem":"{csr}"}}"#);
    let long = request(&"x".repeat(BODY_BYTES));
    for (path, body, status, kind) in [
        ("/enrol", "", "400", "bad-request"),
        ("/enrol", "{\"token\":\"SECRET\"", "400", "bad-request"),
        (
            "/enrol",
            r#"{"token":"SECRET","csr_pem":""}"#,
            "400",
            "bad-request",
        ),
        ("/enrol", &request(""), "404", "unknown-code"),
        ("/enrol", &long, "413", "too-large"),
        ("/renew", r#"{"csr_pem":""}"#, "401", "no-certificate"),
        ("/nothing", "", "404", "not-found"),
        ("/healthz", "", "405", "method-not-allowed"),
    ] {
        let answer = house.post(path, body).await;
        let begins = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&begins), "{path} {body:.40}: {answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(answer.contains(&format!("/problems/{kind}\"")), "{answer}");
        assert!(
            !answer.contains("SECRET") && !answer.contains(token),
            "{answer}"
        );
    }
    let health = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(house.raw(health).await.starts_with("HTTP/1.1 200 "));
    assert!(
        house
            .raw("nonsense\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 400 ")
    );
}

#[tokio::test]
async fn a_key_that_is_too_old_is_refused_and_the_code_stays_good() {
    let house = House::open().await;
    let code: EnrolCode = house.code(NewEnrolment::default()).await.parse().unwrap();
    let token = data_encoding::HEXLOWER.encode(&code.token);
    for csr in [include_str!("../../../pki/rsa.csr"), "garbage"] {
        let body = serde_json::json!({ "token": token, "csr_pem": csr });
        let answer = house.post("/enrol", &body.to_string()).await;
        assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
        assert!(answer.contains("/problems/bad-csr"), "{answer}");
    }
    let state = tempfile::tempdir().unwrap();
    assert!(
        agent::enrol(&code.to_string(), state.path(), false)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_address_that_guesses_is_put_off() {
    let house = House::open().await;
    let body = r#"{"token":"0123456789abcdef0123456789abcdef","csr_pem":""}"#;
    for _ in 0..FAILURES {
        let answer = house.post("/enrol", body).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    }
    let answer = house.post("/enrol", body).await;
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    // An answer without this header leaves a client to guess.
    let head = answer.to_lowercase();
    let seconds = head
        .lines()
        .find_map(|line| line.strip_prefix("retry-after: "));
    let seconds: u64 = seconds.expect("when to come back").parse().unwrap();
    assert!(
        (1..=FAILURES_WINDOW.as_secs()).contains(&seconds),
        "{seconds}"
    );
}

#[tokio::test]
async fn who_renews_without_a_certificate_cannot_fill_the_log() {
    let house = House::open().await;
    for _ in 0..FAILURES {
        let answer = house.post("/renew", "{}").await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    }
    let answer = house.post("/renew", "{}").await;
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    assert!(
        answer.to_lowercase().contains("\nretry-after: "),
        "{answer}"
    );
}

#[tokio::test]
async fn silent_connections_delay_nobody() {
    let house = House::open().await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(("127.0.0.1", house.port)).await.unwrap());
    }
    let state = tempfile::tempdir().unwrap();
    let enrolled = tokio::time::timeout(Duration::from_secs(8), house.enrol(state.path()));
    enrolled.await.expect("well before a handshake times out");
    drop(silent);
}

#[tokio::test]
async fn codes_and_keys_are_in_no_file_of_the_controller() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let code = house.code(NewEnrolment::default()).await;
    let token = code.parse::<EnrolCode>().unwrap().token;
    agent::enrol(&code, state.path(), false).await.unwrap();
    let identity = fs::read_to_string(state.path().join("identity.json")).unwrap();
    assert!(identity.contains("PRIVATE KEY"));
    let mut folders = vec![house.dir.path().join("store")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = fs::read(&path).unwrap();
            let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
            assert!(!holds(&token) && !holds(code.as_bytes()), "{path:?}");
            assert!(!holds(b"PRIVATE KEY"), "{path:?}");
        }
    }
    assert!(files > 0);
}

//! People and programs reach the controller from elsewhere: over its own TLS, and
//! behind the nginx that a city already runs.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use declic_tests::process::{printed, program};
use declic_tests::wait::seconds;
use declic_tests::{Controller, Nginx};
use serde_json::{Value, json};

const PASSWORD: &str = "cheval pile agrafe";

/// A program of another machine: it knows the address, and what to trust.
struct Elsewhere {
    url: String,
    ca: PathBuf,
    token: PathBuf,
    place: tempfile::TempDir,
}

impl Elsewhere {
    fn of(url: String, ca_pem: &str, token: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let (ca, token_file) = (place.path().join("ca.pem"), place.path().join("token"));
        fs::write(&ca, ca_pem).unwrap();
        fs::write(&token_file, token).unwrap();
        Elsewhere {
            url,
            ca,
            token: token_file,
            place,
        }
    }

    fn declic(&self, args: &[&str]) -> Output {
        Command::new(program("declic"))
            .args(args)
            .args(["--url", &self.url])
            .arg("--ca")
            .arg(&self.ca)
            .arg("--token-file")
            .arg(&self.token)
            // There is no controller on this machine.
            .env("DECLIC_DATA_DIR", self.place.path())
            .env("LANG", "en_GB.UTF-8")
            .output()
            .unwrap()
    }
}

/// Runs `declic` on the controller's own machine, with a line on its input.
fn declic_with_input(controller: &Controller, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(program("declic"))
        .args(args)
        .arg("--data-dir")
        .arg(controller.dir())
        .env("LANG", "en_GB.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{input}").unwrap();
    child.wait_with_output().unwrap()
}

/// The first admin, made where no password is asked for, and a token of theirs.
fn first_admin(controller: &Controller) -> String {
    let new = [
        "account",
        "new",
        "chief",
        "--role",
        "admin",
        "--password-stdin",
    ];
    printed(&declic_with_input(controller, &new, PASSWORD));
    let token = controller.declic(&["token", "new", "chief", "laptop"]);
    printed(&token)
}

fn browser(ca_pem: &str) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    let pem = rustls::pki_types::pem::PemObject::from_pem_slice(ca_pem.as_bytes()).unwrap();
    roots.add(pem).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .build()
        .unwrap()
}

#[test]
fn a_port_that_others_reach_is_refused_unless_nobody_can_read_along() {
    let mut controller = Controller::prepare();
    controller.more = ["--http", "0.0.0.0:0"].map(str::to_owned).to_vec();
    controller.without_http = true;
    controller.spawn();
    let status = controller.process().ended(seconds(30));
    assert_eq!(status.code(), Some(1));
    let said = controller.process().words();
    for way in ["--http-tls", "--trusted-proxy", "127.0.0.1"] {
        assert!(said.contains(way), "{way}: {said}");
    }
}

#[test]
fn the_own_certificate_is_trusted_by_whoever_has_the_authority() {
    let mut controller = Controller::prepare();
    controller.more = ["--http-tls", "own"].map(str::to_owned).to_vec();
    controller.spawn();
    controller.await_socket();
    let token = first_admin(&controller);
    let ca = fs::read_to_string(controller.dir().join("pki/ca.pem")).unwrap();
    let url = format!("https://127.0.0.1:{}", controller.http_port);
    let elsewhere = Elsewhere::of(url.clone(), &ca, &token);
    let status = printed(&elsewhere.declic(&["status", "--format", "json"]));
    assert!(status.contains("\"ready\": true"), "{status}");

    // Another authority, a worthless token, plain HTTP: nothing, and it is said why.
    let other = rcgen::generate_simple_self_signed(vec!["x".to_owned()]).unwrap();
    let wrong_ca = Elsewhere::of(url.clone(), &other.cert.pem(), &token);
    assert_eq!(wrong_ca.declic(&["status"]).status.code(), Some(5));
    let wrong_token = Elsewhere::of(url.clone(), &ca, "dct_nothing");
    let refused = wrong_token.declic(&["status"]);
    assert_eq!(refused.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--token-file"));
    let plain = format!("http://127.0.0.1:{}/healthz", controller.http_port);
    assert!(!declic_tests::controller::http_ok(&plain));

    let tokens = elsewhere.declic(&["token", "list", "--format", "json"]);
    let tokens: Value = serde_json::from_str(&printed(&tokens)).unwrap();
    let id = tokens[0]["id"].as_str().unwrap();
    printed(&controller.declic(&["token", "revoke", id]));
    assert_eq!(elsewhere.declic(&["status"]).status.code(), Some(6));
    let audit = printed(&controller.declic(&["audit", "list", "--format", "csv"]));
    assert!(audit.contains("token.revoke"), "{audit}");
    let words = controller.process().words();
    for hidden in [PASSWORD, token.trim(), "chief"] {
        assert!(!words.contains(hidden), "the log holds {hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_people_log_in_and_the_guesser_is_known_by_their_own_address() {
    let mut controller = Controller::prepare();
    controller.more = ["--trusted-proxy", "127.0.0.1", "--base-path", "/declic"]
        .map(str::to_owned)
        .to_vec();
    controller.run();
    let token = first_admin(&controller);
    let nginx = Nginx::start(controller.http_port);
    let base = format!("https://127.0.0.1:{}/declic", nginx.port);

    let elsewhere = Elsewhere::of(base.clone(), &nginx.certificate_pem, &token);
    let made = elsewhere.declic(&["enrol", "new", "--asset", "BDX-001"]);
    assert!(!printed(&made).trim().is_empty());
    let audit = printed(&controller.declic(&["audit", "list", "--format", "csv"]));
    assert!(audit.contains(",account:chief/t-"), "{audit}");

    let browser = browser(&nginx.certificate_pem);
    let log_in = |password: &str| {
        let body = json!({"name": "chief", "password": password});
        browser
            .post(format!("{base}/api/v1/logins"))
            .json(&body)
            .send()
    };
    let begun = log_in(PASSWORD).await.unwrap();
    assert_eq!(begun.status(), 201);
    let cookie = begun.headers()["set-cookie"].to_str().unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let csrf = begun.json::<Value>().await.unwrap()["csrf"]
        .as_str()
        .unwrap()
        .to_owned();
    let me = browser
        .get(format!("{base}/api/v1/me"))
        .header("cookie", &cookie);
    let me: Value = me.send().await.unwrap().json().await.unwrap();
    assert_eq!(me["who"], "account:chief");
    let change = |path: &str| {
        browser
            .post(format!("{base}{path}"))
            .header("cookie", &cookie)
    };
    let forged = change("/api/v1/enrolments")
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    assert_eq!(forged.status(), 403);
    let ours = change("/api/v1/enrolments").header("x-csrf-token", csrf);
    assert_eq!(ours.json(&json!({})).send().await.unwrap().status(), 201);

    // The metrics are open to this machine's own programs, not to whom the proxy brings.
    let metrics = format!("http://127.0.0.1:{}/metrics", controller.http_port);
    assert!(declic_tests::controller::http_ok(&metrics));
    let afar = browser.get(format!("{base}/metrics")).send().await.unwrap();
    assert_eq!(afar.status(), 401);
    let document = browser
        .get(format!("{base}/api/v1/openapi.json"))
        .send()
        .await
        .unwrap();
    let document: Value = document.json().await.unwrap();
    assert_eq!(document["servers"][0]["url"], "/declic/");

    // What the client claims of itself does not count: nginx writes the true address,
    // which has thirty wrong passwords.
    let mut statuses = Vec::new();
    for n in 0..32 {
        let body = json!({"name": format!("name{n}"), "password": "a wrong password"});
        let guess = browser.post(format!("{base}/api/v1/logins")).json(&body);
        let guess = guess
            .header("x-forwarded-for", format!("203.0.113.{n}"))
            .send();
        let guess = guess.await.unwrap();
        if guess.status() == 429 {
            assert!(guess.headers().contains_key("retry-after"));
        }
        statuses.push(guess.status().as_u16());
    }
    assert_eq!(statuses[..30], [401; 30]);
    assert_eq!(statuses[30..], [429; 2]);

    // Shut out: cookie and token end with the account, at once.
    printed(&controller.declic(&["account", "disable", "chief"]));
    let me = browser
        .get(format!("{base}/api/v1/me"))
        .header("cookie", &cookie);
    assert_eq!(me.send().await.unwrap().status(), 401);
    assert_eq!(elsewhere.declic(&["status"]).status.code(), Some(6));
}

#[test]
fn accounts_outlive_a_kill_and_the_password_is_on_no_disk() {
    let mut controller = Controller::start();
    let token = first_admin(&controller);
    controller.kill();
    controller.run();
    let list = printed(&controller.declic(&["account", "list"]));
    assert!(list.contains("chief"), "{list}");
    let url = format!("http://127.0.0.1:{}", controller.http_port);
    let here = Elsewhere::of(url, "", &token);
    let status = Command::new(program("declic"))
        .args(["status", "--url", &here.url, "--token-file"])
        .arg(&here.token)
        .status()
        .unwrap();
    assert!(status.success());
    controller.stop();
    for secret in [PASSWORD, token.trim()] {
        let found = Command::new("grep")
            .args([
                "--recursive",
                "--text",
                "--quiet",
                "--fixed-strings",
                secret,
            ])
            .arg(controller.dir())
            .status()
            .unwrap();
        assert_eq!(found.code(), Some(1), "a secret is on the disk");
    }
}

/// A person at a terminal, which `script` gives them: each answer is typed once its
/// question is there. Gives how it ended and all that the terminal showed.
fn typed(controller: &Controller, answers: [(&str, &str); 2]) -> (bool, String) {
    let line = format!(
        "{} account new tech --role technician --data-dir {}",
        program("declic").display(),
        controller.dir().display()
    );
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("LANG", "en_GB.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    for (question, answer) in answers {
        while !String::from_utf8_lossy(&shown).contains(question) {
            let mut more = [0; 256];
            let n = screen.read(&mut more).unwrap();
            assert!(
                n > 0,
                "no {question:?}: {}",
                String::from_utf8_lossy(&shown)
            );
            shown.extend(&more[..n]);
        }
        writeln!(keys, "{answer}").unwrap();
    }
    screen.read_to_end(&mut shown).unwrap();
    let ended = child.wait().unwrap();
    (
        ended.success(),
        String::from_utf8_lossy(&shown).into_owned(),
    )
}

#[test]
fn a_password_is_typed_twice_and_not_shown() {
    let controller = Controller::start();
    let twice = |second| [("New password", PASSWORD), ("Once more", second)];
    let (made, shown) = typed(&controller, twice("cheval pile agrafes"));
    assert!(!made && shown.contains("differ"), "{shown}");
    assert!(!shown.contains("cheval"), "{shown}");
    assert_eq!(controller.json(&["account", "list"]), json!([]));
    let (made, shown) = typed(&controller, twice(PASSWORD));
    assert!(made && !shown.contains("cheval"), "{shown}");
    let list = controller.json(&["account", "list"]);
    assert_eq!(list[0]["has_password"], true);
}

use std::fs;
use std::sync::Mutex;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use declic_tests::MailServer;
use declic_tests::process::free_port;
use jiff::SignedDuration;
use ring::hmac;
use tokio::sync::mpsc;

use super::*;
use crate::app::notice::Notice;
use crate::app::testing;
use crate::store::Batch;

pub(super) fn settings(text: &str) -> Settings {
    toml::from_str(text).unwrap()
}

fn refusal(text: &str) -> String {
    Channels::new(&settings(text)).unwrap_err().to_string()
}

#[test]
fn settings_that_cannot_work_are_told_at_the_start() {
    let mail = |rest: &str| {
        format!(
            "[mail]\nserver = \"127.0.0.1\"\nfrom = \"declic@example.org\"\nto = [\"t@example.org\"]\n{rest}"
        )
    };
    assert!(Channels::new(&settings(&mail(""))).is_ok());
    let cases = [
        (
            mail("").replace("t@example.org", "nobody"),
            "`to`|not a mail",
        ),
        (mail("").replace("\"t@example.org\"", ""), "at least one"),
        (
            mail("security = \"none\"").replace("127.0.0.1", "mail.example.org"),
            "only for a server on this machine",
        ),
        (mail("user = \"u\""), "go together"),
        (
            mail("user = \"u\"\npassword-file = \"/nonexistent/secret\""),
            "cannot read",
        ),
        (
            "[webhook]\nurl = \"http://example.org/\"".to_owned(),
            "https",
        ),
        ("[webhook]\nurl = \"nowhere\"".to_owned(), "https"),
    ];
    for (text, expected) in cases {
        let said = refusal(&text);
        assert!(
            expected.split('|').any(|part| said.contains(part)),
            "{text}: {said}"
        );
    }
    assert!(toml::from_str::<Settings>("[mail]\nsever = \"x\"").is_err());
    for digest in ["7", "25:00", "on", "07:00:61"] {
        let text = format!("digest = \"{digest}\"");
        let said = toml::from_str::<Settings>(&text).unwrap_err().to_string();
        assert!(said.contains("07:00") && said.contains("off"), "{said}");
    }
}

/// Queues one notice for each channel.
async fn tell(app: &App, channels: &Channels, now: Timestamp) {
    let told = Notice {
        urgent: true,
        subject: "T-12 · BDX-001 · disque en panne".to_owned(),
        text: "Le disque de BDX-001 s’abîme.\n".to_owned(),
        json: r#"{"ticket":"T-12"}"#.to_owned(),
        ends_at: None,
    };
    let mut batch = Batch::default();
    for word in channels.words() {
        notice::queue(&mut batch, word, &told, now);
    }
    app.store.commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_notice_waits_for_its_mail_server_and_arrives_there_once() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(&dir.path().join("data"), 1);
    let port = free_port();
    let channels = Channels::new(&settings(&format!(
        "[mail]\nserver = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n\
         from = \"Declic <declic@example.org>\"\nto = [\"a@example.org\", \"b@example.org\"]"
    )))
    .unwrap();
    let now = Timestamp::now();
    tell(&app, &channels, now).await;
    channels.round(&app, now).await;
    assert_eq!(app.counters.notices.get(), 0, "nobody was there to take it");

    let maildir = dir.path().join("mail");
    let server = MailServer::start(&maildir, port);
    let later = now + SignedDuration::from_mins(2);
    channels.round(&app, later).await;
    channels
        .round(&app, later + SignedDuration::from_hours(2))
        .await;
    let mails = server.mails();
    assert_eq!((mails.len(), app.counters.notices.get()), (1, 1));
    for expected in [
        "a@example.org",
        "b@example.org",
        "Message-ID: <",
        "@declic>",
    ] {
        assert!(mails[0].contains(expected), "{expected} in {}", mails[0]);
    }
}

pub(super) type Posted = (HeaderMap, String);

/// A program that takes notices, but the first only after a failure.
pub(super) async fn webhook() -> (String, mpsc::Receiver<Posted>) {
    let (sender, posted) = mpsc::channel(8);
    let answers = Arc::new(Mutex::new(vec![StatusCode::OK, StatusCode::BAD_GATEWAY]));
    let app =
        Router::new()
            .route(
                "/hook",
                post(
                    |State(sender): State<mpsc::Sender<Posted>>,
                     headers: HeaderMap,
                     body: String| async move {
                        sender.send((headers, body)).await.unwrap();
                        answers.lock().unwrap().pop().unwrap_or(StatusCode::OK)
                    },
                ),
            )
            .with_state(sender);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, posted)
}

#[tokio::test]
async fn a_webhook_that_failed_gets_the_same_notice_again_signed() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(&dir.path().join("data"), 1);
    let secret = dir.path().join("secret");
    fs::write(&secret, "orange\n").unwrap();
    let (url, mut posted) = webhook().await;
    let channels = Channels::new(&settings(&format!(
        "[webhook]\nurl = \"{url}\"\nsecret-file = \"{}\"",
        secret.display()
    )))
    .unwrap();
    let now = Timestamp::now();
    tell(&app, &channels, now).await;
    for minute in [0, 2, 300] {
        let round = now + SignedDuration::from_mins(minute);
        channels.round(&app, round).await;
    }
    let (first, body) = posted.recv().await.unwrap();
    let (second, _) = posted.recv().await.unwrap();
    assert!(posted.try_recv().is_err(), "taken, and sent again");
    assert_eq!(first["declic-notice"], second["declic-notice"]);
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"orange");
    let tag = hmac::sign(&key, body.as_bytes());
    let tag = data_encoding::HEXLOWER.encode(tag.as_ref());
    assert_eq!(first["declic-signature"], format!("sha256={tag}"));
    assert_eq!(app.counters.notices.get(), 1);
}

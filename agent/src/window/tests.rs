//! The window over a real agent: every page, every form, and who stays outside.

use std::time::Duration;

use declic_common::socket::{AgentStatus, Answer, Ask};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::run::{self, Options, Signal};
use crate::simulate::Home;
use crate::testing::enrol_nowhere;

/// Long enough for any machine; no test waits for it.
const LONG: Duration = Duration::from_secs(60);
const PATIENT: Patience = Patience {
    idle: LONG,
    after_close: LONG,
};
const PAGES: [&str; 7] = [
    "/",
    "/sent",
    "/help",
    "/messages",
    "/words",
    "/pause",
    "/consent",
];

/// A window, and the agent behind it if there is one.
struct Room {
    dir: TempDir,
    port: u16,
    address: String,
    window: JoinHandle<()>,
    stop: Option<mpsc::Sender<Signal>>,
}

impl Room {
    /// A window whose agent does not run.
    async fn empty(patience: Patience) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let open = Open::on(dir.path(), patience).await.unwrap();
        let address = open.address();
        let port = address.split([':', '/']).nth(4).unwrap().parse().unwrap();
        Room {
            dir,
            port,
            address,
            window: tokio::spawn(open.serve()),
            stop: None,
        }
    }

    async fn open() -> Self {
        let mut room = Self::empty(PATIENT).await;
        enrol_nowhere(room.dir.path());
        let options = Options {
            state_dir: room.dir.path().to_owned(),
            interval: None,
            speed: 1,
            socket: true,
            synced: true,
        };
        let (stop, signals) = mpsc::channel(1);
        tokio::spawn(run::run(options, Box::new(Home::new(3, 1)), signals));
        room.stop = Some(stop);
        let socket = crate::socket::path(room.dir.path());
        timeout(LONG, async {
            while tokio::net::UnixStream::connect(&socket).await.is_err() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("an agent that answers");
        room
    }

    /// Uses the address up, and gives the cookie.
    async fn enter(&self) -> String {
        let path = format!("/{}", self.address.rsplit('/').next().unwrap());
        let welcome = self.send("GET", &path, "", "").await;
        assert!(welcome.starts_with("HTTP/1.1 303"), "{welcome}");
        let cookie = welcome
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "));
        let pair = cookie.unwrap().split(';').next().unwrap();
        format!("cookie: {pair}\r\n")
    }

    /// One request with these header lines; the whole answer.
    async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let host = format!("host: 127.0.0.1:{}\r\n", self.port);
        let host = if headers.contains("host:") { "" } else { &host };
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{host}{headers}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(LONG, stream.read_to_string(&mut answer))
            .await
            .unwrap()
            .unwrap();
        answer
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> String {
        let headers = format!("{cookie}origin: http://127.0.0.1:{}\r\n", self.port);
        self.send("POST", path, &headers, form).await
    }

    async fn ask(&self, ask: Ask) -> Answer {
        let dir = self.dir.path().to_owned();
        let asked = tokio::task::spawn_blocking(move || crate::socket::ask(&dir, &ask)).await;
        asked.unwrap().unwrap()
    }

    async fn status(&self) -> AgentStatus {
        match self.ask(Ask::Status).await {
            Answer::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }
}

fn status_of(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_page_is_there_in_both_languages_and_takes_nothing_from_elsewhere() {
    let room = Room::open().await;
    let cookie = room.enter().await;
    for path in PAGES {
        for (lang, word) in [
            ("fr", "Cette page ne quitte pas"),
            ("en", "This page does not leave"),
        ] {
            let headers = format!("{cookie}accept-language: {lang}\r\n");
            let page = room.send("GET", path, &headers, "").await;
            assert_eq!(status_of(&page), 200, "{path}: {page}");
            assert!(
                page.contains(word) && page.contains(&format!("<html lang=\"{lang}\">")),
                "{path}"
            );
            assert!(page.contains("content-security-policy: default-src 'none'"));
            assert!(page.contains("cache-control: no-store"));
            let body = page.split_once("\r\n\r\n").unwrap().1;
            let foreign = body.replace("http://www.w3.org/2000/svg", "");
            assert!(!foreign.contains("//"), "{path} names another place");
            assert_eq!(body.matches("<h1>").count(), 1, "{path}");
        }
    }
    let chosen = format!(
        "{}; declic-lang=en\r\naccept-language: fr\r\n",
        cookie.trim()
    );
    let english = room.send("GET", "/", &chosen, "").await;
    assert!(english.contains("<html lang=\"en\">"), "{english}");
    assert_eq!(
        status_of(&room.send("GET", "/etc/passwd", &cookie, "").await),
        404
    );
}

#[tokio::test]
async fn what_the_household_does_in_the_window_the_agent_does() {
    let room = Room::open().await;
    let cookie = room.enter().await;
    let before = room.status().await.waiting;
    let helped = room
        .post("/help", &cookie, "text=Plus+de+son%0D%0A%3Cb%3E")
        .await;
    assert!(helped.contains("location: /?done=helped"), "{helped}");
    assert!(room.status().await.waiting > before);
    // Shown as it was written, and not as HTML.
    let sent = room.send("GET", "/sent", &cookie, "").await;
    assert!(
        sent.contains("Plus de son") && !sent.contains("<b>"),
        "{sent}"
    );

    let paused = room.post("/pause", &cookie, "for=7200").await;
    assert!(paused.contains("location: /pause?done=paused"), "{paused}");
    assert!(room.status().await.paused_until.is_some());
    let home = room.send("GET", "/", &cookie, "").await;
    assert!(home.contains("Déclic est en pause"), "{home}");
    room.post("/pause", &cookie, "for=end").await;
    assert_eq!(room.status().await.paused_until, None);
    let long = room.post("/pause", &cookie, "for=99999999").await;
    assert!(long.contains("location: /pause?no=bad_length"), "{long}");

    let consent = room
        .post("/consent", &cookie, "level=usage&charter=ABCD")
        .await;
    assert!(
        consent.contains("location: /consent?no=charter_unknown"),
        "{consent}"
    );
    let refused = room
        .send("GET", "/consent?no=charter_unknown", &cookie, "")
        .await;
    assert!(refused.contains("Demandez au technicien"), "{refused}");
    assert_eq!(room.status().await.consent.as_str(), "maintenance");

    let words = room.send("GET", "/words", &cookie, "").await;
    let Answer::Code { words: said } = room.ask(Ask::Code).await else {
        panic!("no words")
    };
    assert!(
        words.contains(&format!("<li>{}</li>", said[0])),
        "{said:?} {words}"
    );
}

#[tokio::test]
async fn nobody_else_comes_in() {
    let room = Room::open().await;
    let stranger = room.send("GET", "/", "", "").await;
    assert_eq!(status_of(&stranger), 403, "{stranger}");
    let cookie = room.enter().await;
    let path = format!("/{}", room.address.rsplit('/').next().unwrap());
    assert_eq!(
        status_of(&room.send("GET", &path, "", "").await),
        403,
        "a used pass"
    );
    for host in ["evil.example", "localhost", "127.0.0.1:1"] {
        let headers = format!("host: {host}\r\n{cookie}");
        assert_eq!(
            status_of(&room.send("GET", "/", &headers, "").await),
            421,
            "{host}"
        );
    }
    let foreign = format!("{cookie}origin: http://evil.example\r\n");
    let form = "for=7200";
    assert_eq!(
        status_of(&room.send("POST", "/pause", &foreign, form).await),
        403
    );
    assert_eq!(
        status_of(&room.send("POST", "/pause", &cookie, form).await),
        403,
        "no origin"
    );
    assert_eq!(
        status_of(&room.send("DELETE", "/", &foreign, "").await),
        403
    );
    for form in ["", "for=", "for=soon", "level=all"] {
        assert_eq!(
            status_of(&room.post("/pause", &cookie, form).await),
            400,
            "{form}"
        );
    }
    assert_eq!(
        status_of(&room.post("/run", &cookie, "command=rm").await),
        400
    );
    let huge = format!("text={}", "a".repeat(40_000));
    assert_eq!(status_of(&room.post("/help", &cookie, &huge).await), 413);
    assert_eq!(room.status().await.paused_until, None, "nothing was done");
}

#[tokio::test]
async fn without_an_agent_the_window_says_so() {
    let room = Room::empty(PATIENT).await;
    let cookie = room.enter().await;
    let page = room.send("GET", "/", &cookie, "").await;
    assert_eq!(status_of(&page), 503);
    assert!(page.contains("Déclic ne tourne pas sur ce PC"), "{page}");
    let help = room.post("/help", &cookie, "text=").await;
    assert!(help.contains("location: /help?no=absent"), "{help}");
}

/// Opens a page as a browser does, and waits until it is open.
async fn shown(room: &Room, cookie: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", room.port)).await.unwrap();
    let request = format!(
        "GET /alive HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n{cookie}\r\n",
        room.port
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    read_until(&mut stream, ": open").await;
    stream
}

async fn read_until(stream: &mut TcpStream, word: &str) {
    let mut seen = String::new();
    let mut bytes = [0; 1024];
    while !seen.contains(word) {
        let n = timeout(LONG, stream.read(&mut bytes))
            .await
            .unwrap()
            .unwrap();
        assert!(n > 0, "closed after {seen:?}");
        seen.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
}

#[tokio::test]
async fn the_window_ends_when_its_last_page_is_closed() {
    let room = Room::empty(Patience {
        idle: LONG,
        after_close: Duration::from_millis(50),
    })
    .await;
    let cookie = room.enter().await;
    let (first, second) = (shown(&room, &cookie).await, shown(&room, &cookie).await);
    drop(first);
    // The other one is still open: its window answers.
    assert_eq!(
        status_of(&room.send("GET", "/style.css", &cookie, "").await),
        200
    );
    drop(second);
    timeout(LONG / 2, room.window)
        .await
        .expect("an end")
        .unwrap();
}

#[tokio::test]
async fn a_forgotten_page_is_told_that_the_window_has_ended() {
    let room = Room::empty(Patience {
        idle: Duration::from_millis(300),
        after_close: LONG,
    })
    .await;
    let cookie = room.enter().await;
    let mut page = shown(&room, &cookie).await;
    read_until(&mut page, "event: end").await;
    drop(page);
    timeout(LONG / 2, room.window)
        .await
        .expect("an end")
        .unwrap();
}

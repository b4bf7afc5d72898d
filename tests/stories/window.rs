//! The resident's window, in a real browser, from an account without any rights.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream, UdpSocket};
use std::process::Command;
use std::time::Instant;

use declic_tests::browser::ENTER;
use declic_tests::process::{Process, printed, program};
use declic_tests::wait::seconds;
use declic_tests::{Account, Agent, Browser, Controller, eventually};
use serde_json::Value;
use tempfile::TempDir;

/// A window of an ordinary account.
struct Window {
    process: Process,
    address: String,
    _log: TempDir,
}

impl Window {
    fn open(account: &Account, agent: &Agent) -> Self {
        let log = tempfile::tempdir().unwrap();
        // The one becomes the other.
        account.program("declic-window");
        let mut command = account.command(account.program("declic-agent"));
        command
            .args(["window", "--no-open", "--state-dir"])
            .arg(agent.dir());
        let mut process = Process::start(&mut command, &log.path().join("window.log")).unwrap();
        let address = eventually("the address of the window", seconds(20), || {
            assert!(
                process.is_running(),
                "the window ended: {}",
                process.words()
            );
            Some(process.words().lines().next()?.to_owned()).filter(|line| line.starts_with("http"))
        });
        Window {
            process,
            address,
            _log: log,
        }
    }

    /// The address of one of its pages.
    fn page(&self, path: &str) -> String {
        let (origin, _) = self.address.rsplit_once('/').unwrap();
        format!("{origin}{path}")
    }

    fn port(&self) -> u16 {
        let origin = self.page("");
        origin.rsplit(':').next().unwrap().parse().unwrap()
    }
}

/// A home with a controller, an agent that reports every second, and somebody at the PC.
struct Home {
    controller: Controller,
    agent: Agent,
    account: Account,
}

impl Home {
    fn furnished() -> Self {
        let controller = Controller::start();
        let mut agent = Agent::enrolled(&controller.code("BDX-001"));
        agent.run("1s");
        eventually("the first report", seconds(30), || {
            controller
                .device("BDX-001")
                .filter(|device| device["reports"].as_u64() > Some(0))
        });
        Home {
            controller,
            agent,
            account: Account::ordinary(),
        }
    }

    /// What became of the command that was sent last.
    fn last_command(&self) -> String {
        let commands = self.controller.json(&["device", "commands", "BDX-001"]);
        commands[0]["state"].as_str().unwrap().to_owned()
    }

    fn device(&self, field: &str) -> Value {
        self.controller.device("BDX-001").unwrap()[field].clone()
    }
}

#[test]
fn an_ordinary_account_does_everything_in_the_window() {
    let mut home = Home::furnished();
    let mut window = Window::open(&home.account, &home.agent);
    let browser = Browser::open(&home.account);
    browser.go(&window.address);
    assert_eq!(browser.texts("h1"), ["Mon PC"]);
    assert_eq!(
        browser.url(),
        window.page("/"),
        "the pass is not in the address any more"
    );

    asks_for_help_with_the_keyboard_alone(&home, &browser);
    reads_a_message(&home, &window, &browser);
    refuses_a_diagnosis(&home, &window, &browser);
    pauses_and_resumes(&home, &window, &browser);
    changes_consent(&home, &window, &browser);
    six_words_are_understood(&window, &browser);

    // Without the controller, and after its restart.
    home.controller.stop();
    browser.go(&window.page("/help"));
    browser.write("#text", "Sans réseau");
    browser.click("main form button");
    browser.sees("Votre demande d’aide est notée");
    home.controller.run();
    home.agent.settled();
    let shown = printed(&home.agent.verb(&["show", "--json"]));
    assert!(shown.contains("Sans réseau"), "{shown}");

    browser.close();
    let ended = window.process.ended(seconds(60));
    assert!(ended.success(), "{ended}: {}", window.process.words());
    home.agent.stop();
    home.controller.stop();
}

fn asks_for_help_with_the_keyboard_alone(home: &Home, browser: &Browser) {
    browser.tab_to("a[href='/help']");
    browser.press(ENTER);
    browser.sees("Qu’est-ce qui ne va pas ?");
    browser.tab_to("#text");
    browser.press("Plus de son <b>");
    browser.tab_to("main form button");
    browser.press(ENTER);
    browser.sees("Votre demande d’aide est notée");
    home.agent.settled();
    let shown = printed(&home.agent.verb(&["show", "--json"]));
    assert!(shown.contains("Plus de son <b>"), "{shown}");
}

fn reads_a_message(home: &Home, window: &Window, browser: &Browser) {
    printed(
        &home
            .controller
            .declic(&["device", "send", "BDX-001", "message", "Jeudi à 14 h ?"]),
    );
    eventually("the message", seconds(20), || {
        browser.go(&window.page("/"));
        browser.reads().contains("1 à lire").then_some(())
    });
    browser.click("a[href='/messages']");
    browser.sees("Jeudi à 14 h ?");
    assert_eq!(home.last_command(), "sent", "shown is not read");
    browser.click("button[value=read]");
    eventually("its outcome", seconds(20), || {
        (home.last_command() == "done").then_some(())
    });
    browser.sees("Le technicien saura que vous l’avez lu");
    browser.sees("Jeudi à 14 h ?");
}

fn refuses_a_diagnosis(home: &Home, window: &Window, browser: &Browser) {
    printed(
        &home
            .controller
            .declic(&["device", "send", "BDX-001", "diagnose"]),
    );
    eventually("the request", seconds(20), || {
        browser.go(&window.page("/messages"));
        (browser.texts("button[value=yes]").len() == 1).then_some(())
    });
    browser.click("button[value=no]");
    eventually("its outcome", seconds(20), || {
        (home.last_command() == "declined").then_some(())
    });
}

fn pauses_and_resumes(home: &Home, window: &Window, browser: &Browser) {
    browser.go(&window.page("/pause"));
    browser.click("button[value='7200']");
    browser.sees("En pause jusqu’au");
    eventually("a paused home", seconds(20), || {
        (home.device("presence") == "paused").then_some(())
    });
    home.agent.settled();
    let reports = home.device("reports");
    // That nothing came shows only after the time of several reports.
    let began = Instant::now();
    eventually("three intervals", seconds(10), || {
        (began.elapsed() > seconds(3)).then_some(())
    });
    browser.go(&window.page("/help"));
    browser.click("main form button");
    browser.sees("Votre demande d’aide est notée");
    home.agent.settled();
    assert_eq!(home.device("reports"), reports, "no report during a pause");
    browser.go(&window.page("/pause"));
    browser.click("button[value=end]");
    eventually("reports again", seconds(20), || {
        let more = home.device("reports").as_u64() > reports.as_u64();
        (more && home.device("presence") == "on").then_some(())
    });
}

fn changes_consent(home: &Home, window: &Window, browser: &Browser) {
    let charter = printed(&home.controller.declic(&["device", "charter", "BDX-001"]));
    let type_code = |code: &str| {
        browser.go(&window.page("/consent"));
        browser.write("#charter", code);
        browser.click("main form button");
    };
    eventually("a wrong code is refused as such", seconds(20), || {
        // Until its settings have come, the PC knows of no charter.
        type_code("WRONGWRO");
        eventually("an answer", seconds(10), || {
            browser.url().contains("?no=").then_some(())
        });
        browser
            .reads()
            .contains("Ce n’est pas le code")
            .then_some(())
    });
    type_code(charter.trim());
    browser.sees("les données d’usage sont aussi envoyées");
    eventually("usage", seconds(20), || {
        (home.device("consent") == "usage").then_some(())
    });
    browser.click("main form button");
    eventually("maintenance", seconds(20), || {
        (home.device("consent") == "maintenance").then_some(())
    });
}

fn six_words_are_understood(window: &Window, browser: &Browser) {
    browser.go(&window.page("/words"));
    browser.sees("Ils disent comment va ce PC");
    let words = browser.texts("ol.words li");
    // On any machine: it needs neither a controller nor a network.
    let decode = |words: &[String]| {
        let mut command = Command::new(program("declic"));
        command.arg("decode").args(words).args(["--format", "json"]);
        command.output().unwrap()
    };
    let decoded: Value = serde_json::from_str(&printed(&decode(&words))).unwrap();
    assert_eq!(decoded["diagnosis"]["agent"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        decoded["diagnosis"]["ladder"]["controller"], true,
        "{decoded}"
    );
    assert_eq!(decoded["diagnosis"]["paused"], false);
    let mut wrong = words;
    let other = if wrong[2] == "zoologie" {
        "abaisser"
    } else {
        "zoologie"
    };
    wrong[2] = other.to_owned();
    assert_eq!(
        decode(&wrong).status.code(),
        Some(6),
        "a wrong word is caught"
    );
}

#[test]
fn the_window_is_refused_to_everybody_else() {
    let mut home = Home::furnished();
    let window = Window::open(&home.account, &home.agent);
    let (host, port) = (format!("127.0.0.1:{}", window.port()), window.port());
    assert_eq!(status(port, &host, "/"), 403, "without the cookie");
    assert_eq!(status(port, "evil.example", "/"), 421, "under another name");
    let pass = window.address.rsplit('/').next().unwrap();
    assert_eq!(
        status(port, &host, &format!("/{pass}")),
        303,
        "the one that has the address"
    );
    assert_eq!(status(port, &host, &format!("/{pass}")), 403, "works once");

    // Another machine comes to another address of this one; there, nobody listens.
    let mut others = vec![
        IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ];
    others.extend(outward_address());
    for address in others {
        let refused = TcpStream::connect_timeout(&(address, port).into(), seconds(10));
        let kind = refused.map(|_| ()).map_err(|error| error.kind());
        // Without IPv6 there is not even an address.
        let none = [ErrorKind::ConnectionRefused, ErrorKind::AddrNotAvailable];
        assert!(
            kind.is_err_and(|kind| none.contains(&kind)),
            "{address}: {kind:?}"
        );
    }
    home.agent.stop();
    home.controller.stop();
}

/// The address under which other machines know this one, if it has a network. Nothing
/// is sent: a UDP socket only chooses its way.
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("198.51.100.1:9").ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_loopback() && !own.is_unspecified()).then_some(own)
}

fn status(port: u16, host: &str, path: &str) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

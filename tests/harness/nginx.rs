//! Debian's nginx with the settings that `docs/operations.md` shows.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::process::{Process, free_port};
use crate::wait::{eventually, seconds};

const PROGRAM: &str = "/usr/sbin/nginx";
/// Begins the settings in the page, up to the end of their block.
const IN_THE_PAGE: &str = "```nginx\n";

/// A reverse proxy on the loopback, with TLS.
#[derive(Debug)]
pub struct Nginx {
    pub port: u16,
    /// Certificate that it shows, PEM.
    pub certificate_pem: String,
    _process: Process,
    _dir: TempDir,
}

impl Nginx {
    /// A proxy before the controller whose API is on this port of the loopback.
    pub fn start(http_port: u16) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let names = vec!["declic.example.org".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let certificate_pem = made.cert.pem();
        let (certificate, key) = (dir.path().join("c.pem"), dir.path().join("k.pem"));
        fs::write(&certificate, &certificate_pem).expect("written");
        fs::write(&key, made.signing_key.serialize_pem()).expect("written");

        let server = shown_in_the_page()
            .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"))
            .replace("listen [::]:443 ssl;", "")
            .replace("/etc/ssl/declic.pem", &certificate.display().to_string())
            .replace("/etc/ssl/declic.key", &key.display().to_string())
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{http_port}"));
        let place = dir.path().display();
        // One process, so that none is left behind when the test kills it.
        let text = format!(
            "daemon off;\nmaster_process off;\npid {place}/pid;\nerror_log {place}/error.log;\nevents {{}}\n\
             http {{\naccess_log off;\nclient_body_temp_path {place}/body;\n\
             proxy_temp_path {place}/proxy;\nfastcgi_temp_path {place}/f;\n\
             uwsgi_temp_path {place}/u;\nscgi_temp_path {place}/s;\n{server}\n}}\n"
        );
        let config = dir.path().join("nginx.conf");
        fs::write(&config, text).expect("written");
        let mut command = Command::new(PROGRAM);
        command
            .arg("-c")
            .arg(&config)
            .arg("-e")
            .arg(dir.path().join("error.log"));
        let mut process = Process::start(&mut command, &dir.path().join("nginx.log"))
            .expect("nginx runs: `cargo xtask test` installs it");
        eventually("a proxy", seconds(10), || {
            assert!(process.is_running(), "nginx ended: {}", process.words());
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Nginx {
            port,
            certificate_pem,
            _process: process,
            _dir: dir,
        }
    }
}

/// The settings of the page, so that it cannot show any that do not work.
fn shown_in_the_page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let after = page
        .split_once(IN_THE_PAGE)
        .expect("the page shows nginx")
        .1;
    let block = after.split_once("```").expect("a block has an end").0;
    block.to_owned()
}

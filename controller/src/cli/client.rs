//! Asks a running controller: over its socket, or over its port.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use declic_common::api::{DeviceSummary, Page, Problem};
use declic_common::people::Secret;
use declic_common::{DeviceId, tr};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Method, RequestBuilder, Url};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::exit::{Exit, Failure};
use super::words::Voice;
use crate::http::socket_path;

/// Longer than the controller gives itself for an answer.
const TIMEOUT: Duration = Duration::from_secs(40);

/// For an answer that goes on for as long as there is something to tell.
const STREAM: Duration = Duration::from_secs(600);

/// Which controller to ask.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Target {
    #[arg(
        long, global = true, env = "DECLIC_DATA_DIR", value_name = "DIR",
        default_value = "/var/lib/declic",
        help = tr("Dossier de données du serveur Déclic", "Data directory of the controller")
    )]
    pub data_dir: PathBuf,
    #[arg(
        long, global = true, env = "DECLIC_URL", value_name = "URL",
        help = tr(
            "Passer par le réseau, par exemple https://declic.example.org ; demande un jeton d’accès",
            "Go through the network, such as https://declic.example.org; needs an API token"
        )
    )]
    pub url: Option<Url>,
    #[arg(
        long, global = true, env = "DECLIC_TOKEN_FILE", value_name = "FILE",
        help = tr(
            "Fichier du jeton d’accès (sinon la variable DECLIC_TOKEN)",
            "File of the API token (or the variable DECLIC_TOKEN)"
        )
    )]
    pub token_file: Option<PathBuf>,
    #[arg(
        long, global = true, env = "DECLIC_CA", value_name = "FILE",
        help = tr(
            "Autorité à croire, en PEM (pki/ca.pem du serveur) [celles du système]",
            "Authority to trust, in PEM (pki/ca.pem of the controller) [those of the system]"
        )
    )]
    pub ca: Option<PathBuf>,
}

/// A controller that can be asked.
#[derive(Debug)]
pub(crate) struct Controller {
    http: Client,
    base: Url,
    target: Target,
    /// Sent with every request, when asked over the network.
    token: Option<Secret>,
    /// Told what time each answer says it is.
    voice: Voice,
}

/// A client that speaks plain HTTP to this machine, over `socket` if there is one.
pub(crate) fn plain_client(socket: Option<&Path>) -> Client {
    // The library wants a TLS set-up even where none is used: one that trusts nobody.
    client(RootCertStore::empty(), socket)
}

fn client(roots: RootCertStore, socket: Option<&Path>) -> Client {
    let provider = Arc::new(ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring has TLS 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT);
    if let Some(socket) = socket {
        builder = builder.unix_socket(socket);
    }
    builder.build().expect("a client without files to read")
}

impl Target {
    fn token(&self) -> Result<Option<Secret>, Failure> {
        let text = match &self.token_file {
            Some(path) => read_file(path)?,
            None => std::env::var("DECLIC_TOKEN").unwrap_or_default(),
        };
        let text = text.trim();
        Ok((!text.is_empty()).then(|| Secret(text.to_owned())))
    }

    /// Whom to believe at an address that begins with https.
    fn roots(&self) -> Result<RootCertStore, Failure> {
        let mut roots = RootCertStore::empty();
        let Some(path) = &self.ca else {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            return Ok(roots);
        };
        let pem = read_file(path)?;
        let found = CertificateDer::pem_slice_iter(pem.as_bytes()).flatten();
        roots.add_parsable_certificates(found);
        if roots.is_empty() {
            let path = path.display();
            let text = tr(
                format!("{path} ne contient aucun certificat en PEM"),
                format!("{path} holds no certificate in PEM"),
            );
            return Err(Failure::new(Exit::Usage, text));
        }
        Ok(roots)
    }
}

fn read_file(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        let text = tr(
            format!("{path} ne se lit pas ({error})"),
            format!("{path} cannot be read ({error})"),
        );
        Failure::new(Exit::Failed, text)
    })
}

/// Whether an address means this machine, where nobody reads along.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl Controller {
    pub(crate) fn new(target: Target, voice: &Voice) -> Result<Self, Failure> {
        let Some(url) = target.url.clone() else {
            let base = Url::parse("http://localhost/").expect("a fixed and valid address");
            return Ok(Controller {
                http: plain_client(Some(&socket_path(&target.data_dir))),
                base,
                target,
                token: None,
                voice: voice.clone(),
            });
        };
        let http = match url.scheme() {
            "https" => client(target.roots()?, None),
            "http" if is_here(&url) => plain_client(None),
            _ => {
                let text = tr(
                    "l’adresse doit commencer par https://, ou par http:// et désigner cette machine",
                    "the address must begin with https://, or with http:// and be on this machine",
                );
                return Err(Failure::new(Exit::Usage, text));
            }
        };
        Ok(Controller {
            http,
            base: url,
            token: target.token()?,
            target,
            voice: voice.clone(),
        })
    }

    /// Everything on a list, all pages followed.
    pub(crate) async fn items(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut query = query.to_vec();
        loop {
            let page: Page<Value> = read(self.get(path, &query).await?)?;
            items.extend(page.items);
            query.retain(|(name, _)| *name != "cursor");
            match page.next {
                Some(next) => query.push(("cursor", next)),
                None => return Ok(items),
            }
        }
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Failure> {
        self.call(Method::GET, path, query, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &impl Serialize) -> Result<Value, Failure> {
        self.change(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: &impl Serialize) -> Result<Value, Failure> {
        self.change(Method::PUT, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, &[], None).await
    }

    async fn change(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Value, Failure> {
        let body = serde_json::to_value(body).expect("our own types always have a JSON form");
        self.call(method, path, &[], Some(body)).await
    }

    /// The body of a good answer; null if it has none.
    async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<Value>,
    ) -> Result<Value, Failure> {
        let mut request = self.request(method, path, query);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let unreachable = |error| self.unreachable(error);
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        if let Some(now) = date(answer.headers()) {
            self.voice.at(now);
        }
        let body = answer.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            if body.is_empty() {
                return Ok(Value::Null);
            }
            return serde_json::from_slice(&body).map_err(|_| not_ours());
        }
        let problem: Problem = serde_json::from_slice(&body).map_err(|_| not_ours())?;
        Err(Failure::of_problem(&problem))
    }

    /// Passes a long answer on as it comes. One that breaks off is a failure.
    pub(crate) async fn stream(
        &self,
        path: &str,
        query: &[(&str, String)],
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let unreachable = |error| self.unreachable(error);
        let request = self.request(Method::GET, path, query).timeout(STREAM);
        let mut answer = request.send().await.map_err(unreachable)?;
        if !answer.status().is_success() {
            let body = answer.bytes().await.map_err(unreachable)?;
            let problem: Problem = serde_json::from_slice(&body).map_err(|_| not_ours())?;
            return Err(Failure::of_problem(&problem));
        }
        while let Some(piece) = answer.chunk().await.map_err(unreachable)? {
            out.write_all(&piece)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        }
        Ok(())
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, String)]) -> RequestBuilder {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("http addresses have paths")
            .pop_if_empty()
            .extend(["api", "v1"])
            .extend(path.split('/'));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(&token.0);
        }
        request
    }

    /// A device by its name, or by its asset tag.
    pub(crate) async fn resolve(&self, asked: &str) -> Result<DeviceId, Failure> {
        if let Ok(device) = asked.parse() {
            return Ok(device);
        }
        self.find(asked, &[]).await
    }

    /// The same among spare devices first: one may take some that one does not look
    /// after. What is no spare is refused by the controller, which knows why.
    pub(crate) async fn resolve_spare(&self, asked: &str) -> Result<DeviceId, Failure> {
        if let Ok(device) = asked.parse() {
            return Ok(device);
        }
        match self.find(asked, &[("spare", "true".to_owned())]).await {
            Err(failure) if failure.exit == Exit::NotFound => self.find(asked, &[]).await,
            found => found,
        }
    }

    async fn find(&self, asked: &str, only: &[(&str, String)]) -> Result<DeviceId, Failure> {
        let mut query = vec![("text", asked.to_owned())];
        query.extend_from_slice(only);
        let found = self.items("devices", &query).await?;
        let mut same = Vec::new();
        for item in found {
            let device: DeviceSummary = read(item)?;
            let asset = device.asset.unwrap_or_default();
            if asset.to_lowercase() == asked.to_lowercase() {
                same.push(device.device);
            }
        }
        match same[..] {
            [device] => Ok(device),
            [] => Err(Failure::new(
                Exit::NotFound,
                tr(
                    format!("aucun PC ne s’appelle {asked} ; voir `declic device list`"),
                    format!("no device is called {asked}; see `declic device list`"),
                ),
            )),
            _ => {
                let names: Vec<_> = same.iter().map(DeviceId::to_string).collect();
                let names = names.join(", ");
                Err(Failure::new(
                    Exit::Conflict,
                    tr(
                        format!("plusieurs PC portent le numéro d’inventaire {asked} : {names}"),
                        format!("several devices carry the tag {asked}: {names}"),
                    ),
                ))
            }
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> Failure {
        let dir = self.target.data_dir.display();
        let text = match (&self.target.url, io_kind(&error)) {
            (None, Some(ErrorKind::NotFound | ErrorKind::ConnectionRefused)) => tr(
                format!(
                    "aucun serveur Déclic ne tourne sur {dir} (le démarrer avec `declic serve --data-dir {dir}`)"
                ),
                format!(
                    "no controller runs on {dir} (start it with `declic serve --data-dir {dir}`)"
                ),
            ),
            (None, Some(ErrorKind::PermissionDenied)) => {
                let text = tr(
                    format!(
                        "le serveur Déclic de {dir} n’écoute que son propriétaire (essayer avec sudo)"
                    ),
                    format!("the controller of {dir} answers to its owner only (try with sudo)"),
                );
                return Failure::new(Exit::Refused, text);
            }
            (Some(url), Some(ErrorKind::ConnectionRefused)) => tr(
                format!("rien n’écoute à l’adresse {url} (démarrer `declic serve`)"),
                format!("nothing listens at {url} (start `declic serve`)"),
            ),
            _ => {
                let cause = innermost(&error);
                tr(
                    format!("le serveur Déclic n’a pas répondu ({cause})"),
                    format!("the controller did not answer ({cause})"),
                )
            }
        };
        Failure::new(Exit::Unreachable, text)
    }
}

/// When an answer was made, by the clock of who made it (RFC 9110, 6.6.1).
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// Reads what the controller answered into a type of the API.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|_| not_ours())
}

fn not_ours() -> Failure {
    Failure::new(
        Exit::Failed,
        tr(
            "la réponse n’est pas celle d’un serveur Déclic de cette version",
            "the answer is not that of a controller of this version",
        ),
    )
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    match error.downcast_ref::<std::io::Error>() {
        Some(error) => Some(error.kind()),
        None => io_kind(error.source()?),
    }
}

fn innermost(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => innermost(source),
        None => error.to_string(),
    }
}

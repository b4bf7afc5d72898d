//! Asks a running controller: over its socket, or over its port.

use std::error::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use declic_common::api::{DeviceSummary, Page, Problem};
use declic_common::{DeviceId, tr};
use reqwest::{Client, Method, Url};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::exit::{Exit, Failure};
use crate::http::socket_path;

/// Longer than the controller gives itself for an answer.
const TIMEOUT: Duration = Duration::from_secs(40);

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
        long, global = true, value_name = "URL",
        help = tr(
            "Passer par un port de cette machine, par exemple http://127.0.0.1:8080",
            "Go through a port of this machine, such as http://127.0.0.1:8080"
        )
    )]
    pub url: Option<Url>,
}

/// A controller that can be asked.
#[derive(Debug)]
pub(crate) struct Controller {
    http: Client,
    base: Url,
    target: Target,
}

/// A client that speaks plain HTTP to this machine, over `socket` if there is one.
pub(crate) fn plain_client(socket: Option<&Path>) -> Client {
    // The library wants a TLS set-up even where none is used: one that trusts nobody.
    let provider = Arc::new(ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring has TLS 1.3")
        .with_root_certificates(RootCertStore::empty())
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

impl Controller {
    pub(crate) fn new(target: Target) -> Result<Self, Failure> {
        let (http, base) = match &target.url {
            Some(url) if url.scheme() != "http" => {
                let text = tr(
                    "l’adresse doit commencer par http:// et désigner cette machine",
                    "the address must begin with http:// and be on this machine",
                );
                return Err(Failure::new(Exit::Usage, text));
            }
            Some(url) => (plain_client(None), url.clone()),
            None => {
                let base = Url::parse("http://localhost/").expect("a fixed and valid address");
                (plain_client(Some(&socket_path(&target.data_dir))), base)
            }
        };
        Ok(Controller { http, base, target })
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
        if let Some(body) = body {
            request = request.json(&body);
        }
        let unreachable = |error| self.unreachable(error);
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
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

    /// A device by its name, or by its asset tag.
    pub(crate) async fn resolve(&self, asked: &str) -> Result<DeviceId, Failure> {
        if let Ok(device) = asked.parse() {
            return Ok(device);
        }
        let found = self.items("devices", &[("text", asked.to_owned())]).await?;
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

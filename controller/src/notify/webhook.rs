//! Notices to a program of others: one POST of JSON each.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use data_encoding::HEXLOWER;
use reqwest::{Client, Url, redirect};
use ring::hmac;
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};

use super::settings::{self, BadSettings, secret};
use crate::store::records::NoticeRow;

const TIMEOUT: Duration = Duration::from_secs(20);
/// Names a notice; the same at each attempt, so that a repeat is known.
const ID: &str = "declic-notice";
/// `sha256=` and the HMAC-SHA256 (RFC 2104) of the body, in hexadecimal.
const SIGNATURE: &str = "declic-signature";

/// An address that takes notices.
#[derive(Debug)]
pub(super) struct Webhook {
    client: Client,
    url: Url,
    key: Option<hmac::Key>,
}

impl Webhook {
    pub(super) fn new(settings: &settings::Webhook) -> Result<Self, BadSettings> {
        let url: Url = settings.url.parse().map_err(|_| BadSettings::Url)?;
        let here = url.host_str().is_some_and(settings::is_loopback);
        if !(url.scheme() == "https" || url.scheme() == "http" && here) {
            return Err(BadSettings::Url);
        }
        let key = match &settings.secret_file {
            Some(file) => Some(hmac::Key::new(hmac::HMAC_SHA256, secret(file)?.as_bytes())),
            None => None,
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(BadSettings::Client)?;
        Ok(Webhook { client, url, key })
    }

    /// Posts a notice; any answer but 2xx is a failure.
    pub(super) async fn send(&self, notice: &NoticeRow) -> anyhow::Result<()> {
        let mut request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header(ID, format!("{:016x}", notice.id));
        if let Some(key) = &self.key {
            let tag = hmac::sign(key, notice.json.as_bytes());
            let tag = HEXLOWER.encode(tag.as_ref());
            request = request.header(SIGNATURE, format!("sha256={tag}"));
        }
        // The address may hold a secret: no error shows it.
        let sent = request.body(notice.json.clone()).send().await;
        let answer = sent.map_err(reqwest::Error::without_url)?;
        ensure!(
            answer.status().is_success(),
            "the webhook answered {}",
            answer.status()
        );
        Ok(())
    }
}

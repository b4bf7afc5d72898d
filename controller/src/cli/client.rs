//! Asks a running controller: over its socket, or over its port.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

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
        // Longer than the controller gives itself for an answer.
        .timeout(Duration::from_secs(40));
    if let Some(socket) = socket {
        builder = builder.unix_socket(socket);
    }
    builder.build().expect("a client without files to read")
}

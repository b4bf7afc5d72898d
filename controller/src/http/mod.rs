//! The HTTP door: the pages that people use, the JSON API, the state of the process, and
//! its metrics.
//!
//! Each route has its rule (`access`), each request its origin and each caller an
//! identity. It answers on a socket of its owner, on loopback, and beyond loopback
//! over TLS or behind a trusted proxy alone.

mod accept;
mod access;
mod answer;
mod api;
mod attachment;
mod attempts;
pub mod enrol;
mod extract;
mod guard;
mod identity;
mod limits;
mod metrics;
mod openapi;
mod origin;
mod pages;
mod problem;
mod reasons;
mod router;
mod server;

pub use openapi::document;
pub(crate) use origin::is_base;
pub use server::{ListenError, Listeners, bind_tcp, bind_unix, serve, socket_path};

#[cfg(test)]
pub(crate) mod tests;

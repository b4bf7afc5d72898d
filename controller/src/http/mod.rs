//! The HTTP door: the JSON API, the state of the process, and its metrics.
//!
//! Until there are accounts, whoever can open it may do everything: so it
//! answers on loopback and on a socket of its owner, and nowhere else.

mod answer;
mod api;
pub mod enrol;
mod extract;
mod guard;
mod metrics;
mod openapi;
mod problem;
mod reasons;
mod router;
mod server;

pub use openapi::document;
pub use server::{ListenError, Listeners, bind_tcp, bind_unix, serve, socket_path};

#[cfg(test)]
pub(crate) mod tests;

//! The controller of a Déclic programme: one process, one data directory.
//!
//! Doors (`ingest`, `http`, `jobs`, `cli`) → `app` (load, decide, save) →
//! `domain` (pure decisions) and `store`. `ARCHITECTURE.md` has the map.

pub mod app;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod http;
pub mod ingest;
pub mod jobs;
pub mod notify;
pub mod pki;
pub mod rhythm;
pub mod serve;
pub mod store;
mod words;

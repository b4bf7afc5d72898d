//! The agent of one home PC: silent, small, and the household's before it is ours.
//!
//! `probe` reads the machine → `reporter` makes a report → `spool` keeps it on disk
//! → `sender` and `uplink` bring it to the controller until a receipt comes.
//! `agent` owns them all, `run` waits for what happens. `ARCHITECTURE.md` has the map.

pub mod agent;
mod alarm;
pub mod charter;
pub mod cli;
pub mod enrol;
pub mod errands;
pub mod fleet;
pub mod identity;
pub mod inbox;
pub mod journal;
pub mod life;
pub mod meter;
pub mod pace;
pub mod pause;
pub mod probe;
pub mod reporter;
pub mod run;
pub mod sender;
pub mod simulate;
pub mod socket;
pub mod spool;
pub mod start;
pub mod state;
#[cfg(test)]
mod testing;
mod tls;
pub mod uplink;
pub mod window;

//! The agent of one home PC: silent, small, and the household's before it is ours.
//!
//! `probe` reads the machine → `reporter` numbers and dates → `spool` keeps on
//! disk → `uplink` sends until a receipt comes. `ARCHITECTURE.md` has the map.

pub mod enrol;
pub mod identity;
pub mod journal;
pub mod life;
pub mod probe;
pub mod spool;

//! What a programme changed: the frozen dataset, its indicators, what may be published of
//! them, and how anybody recomputes it.
//!
//! Pure: no store, no clock, no network. The controller fills a [`dataset::Dataset`] from its
//! records; everything else follows from that and can be done again on any machine.

pub mod calendar;
pub mod dataset;
pub mod disclosure;
pub mod export;
pub mod folder;
pub mod indicators;
pub mod report;
pub mod sample;
pub mod verify;
pub mod vocabulary;

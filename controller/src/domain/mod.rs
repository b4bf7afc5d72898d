//! Decisions as plain functions on plain data. Knows `common` and nothing else;
//! time is a parameter.

pub mod dating;
pub mod metric;
pub mod numbering;
pub mod pause;
pub mod presence;
pub mod timeline;

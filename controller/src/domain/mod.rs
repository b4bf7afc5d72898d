//! Decisions as plain functions on plain data. Knows `common` and nothing else;
//! time is a parameter.

pub mod absence;
pub mod buckets;
pub mod dating;
pub mod days;
pub mod life;
pub mod metric;
pub mod numbering;
pub mod pause;
pub mod placement;
pub mod presence;
pub mod retention;
pub mod rhythm;
pub mod rights;
pub mod rotation;
pub mod rules;
pub mod ticket;
pub mod timeline;

//! The command line of technicians.

pub(crate) mod client;

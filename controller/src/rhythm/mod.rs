//! Measures the rule of presence: years of homes, simulated or brought from
//! elsewhere, are lived through moment by moment, and what the rule said is held
//! against what had failed. Nothing here serves a running controller, but for a demonstration,
//! whose homes live as these do.

pub mod home;
mod noise;
pub mod score;
#[cfg(test)]
mod tests;
pub mod watch;
pub mod world;

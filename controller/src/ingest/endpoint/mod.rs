//! Our own MQTT endpoint: the door that every device uses unless a city already
//! has a broker.
//!
//! It is no broker: nothing goes from one device to another, nothing is retained
//! and every session is clean. What comes up goes to the recorder and is
//! acknowledged once it is durable; what goes down comes from the store.
//! MQTT 3.1.1 and 5, TLS 1.3, QoS 0 and 1.

mod accept;
mod downs;
mod greeting;
mod identity;
mod limits;
mod packets;
mod replies;
mod session;
mod terms;
mod wire;

#[cfg(test)]
mod tests;

pub use self::accept::run;
pub use self::limits::{Limits, Rate};

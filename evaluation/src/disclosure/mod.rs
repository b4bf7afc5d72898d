//! What may be published without telling of anybody: small cells are left out, and with them
//! the cells from which they could be worked out.
//!
//! * A cell that describes 1 to k − 1 households is left out (k = 5 for those who evaluate, 11
//!   for everybody). Zero is shown.
//! * So is what else must be, that nobody who reads everything published together can say more
//!   of a cell left out than the rule itself says: every value from 1 to the greater of k − 1
//!   and its own stays possible. Which cells these are is chosen by linear programming, the
//!   least telling first, and those that turn out to be needless are put back.
//! * A checker that knows nothing of the choice attacks the result: it bounds each cell by
//!   linear programming from everything published, and fails the publication if one is bounded
//!   more tightly.
//! * A rate, a mean or a percentile is left out with what it rests on.
//!
//! Limits: bounds are those of real numbers (an attacker who uses that counts are whole can be
//! a little sharper); only what adds up is known to it, not that two questions are nearly the same
//! (children by band and at installation); that all or none of many did something is shown;
//! two publications of different days or periods are not compared.

mod attack;
mod protect;
mod publication;
mod system;
#[cfg(test)]
mod tests;

pub use attack::{Bounds, Leak, check};
pub use publication::{Audience, Line, Publication, Unsafe, publish};
pub use system::System;

//! The command line as people and scripts meet it.

mod asking;
mod benching;
mod histories;
mod parsing;
mod rendering;
mod storing;
mod tampering;
mod ticketing;
mod tickets_shown;

//! The door as others see it: a real controller, on a real store, over real sockets.

mod api;
mod changes;
mod doors;
mod history;
mod pages;
mod paging;
mod people;
mod rights;
mod tickets;
mod timeline;
pub(crate) mod world;

//! The door as others see it: a real controller, on a real store, over real sockets.

mod api;
mod changes;
mod doors;
mod evaluation;
mod forgotten;
mod history;
mod lives;
mod pages;
mod paging;
mod people;
mod programme;
mod records_pages;
mod rights;
mod tables;
mod tickets;
mod timeline;
mod workshop;
pub(crate) mod world;

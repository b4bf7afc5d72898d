//! The door as others see it: a real controller, on a real store, over real sockets.

mod api;
mod changes;
mod doors;
mod forgotten;
mod history;
mod pages;
mod paging;
mod people;
mod programme;
mod records_pages;
mod rights;
mod tables;
mod tickets;
mod timeline;
pub(crate) mod world;

mod api;
mod doors;
mod memory;
mod paging;
pub(crate) mod world;

//! Real TLS on loopback, a real store, a friendly client and hostile ones.

mod friendly;
mod fuzz;
mod hostile;
mod limits;
mod raw;
mod site;
mod storage;
mod version5;
mod wild;

//! A small real controller for tests: its own store, its own authority.

use std::path::Path;
use std::sync::Arc;

use declic_common::settings::{Address, Settings};
use jiff::Timestamp;

use super::App;
use crate::config::{Listening, Programme};
use crate::domain::rules::thresholds::Thresholds;
use crate::pki::Pki;
use crate::store::sled::{Options, SledStore};

/// A controller whose data is in `dir`, reached on loopback at `enrol_port`.
pub(crate) fn app(dir: &Path, enrol_port: u16) -> Arc<App> {
    let address = Address {
        host: "127.0.0.1".to_owned(),
        mqtt_port: 8883,
        enrol_port,
    };
    app_at(dir, address, pki(dir))
}

/// The authority of `dir`, for loopback.
pub(crate) fn pki(dir: &Path) -> Pki {
    let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
    Pki::open(dir, &names, true).unwrap()
}

/// [`app`], with an address and an authority of its own.
pub(crate) fn app_at(dir: &Path, address: Address, pki: Pki) -> Arc<App> {
    let programme = Programme {
        address,
        settings: Settings::default(),
        rules: Thresholds::default(),
        listening: Listening::default(),
        demo: false,
        data_dir: dir.to_owned(),
    };
    let store = SledStore::open(&dir.join("store"), Options::default()).unwrap();
    App::start(Arc::new(store), Arc::new(pki), programme, Timestamp::now()).unwrap()
}

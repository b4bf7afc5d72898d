//! What several tests stand on: a PC that is enrolled, and whose time the test tells.

use std::path::Path;
use std::sync::{Arc, Mutex};

use declic_common::DeviceId;
use declic_common::enrol::Enrolled;
use declic_common::inventory::Inventory;
use declic_common::report::HealthReport;
use declic_common::settings::{Address, Settings};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};

use crate::identity::Identity;
use crate::probe::{Climb, Clocks, Probe, SlowJob, Targets};
use crate::simulate::Home;

/// The identity of a PC whose controller nobody can reach.
pub(crate) fn enrol_nowhere(state_dir: &Path) {
    let authority = CertifiedIssuer::self_signed(
        CertificateParams::default(),
        KeyPair::generate().expect("a key"),
    )
    .expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::default()
        .signed_by(&key, &authority)
        .expect("a certificate");
    // A listener that is gone again: its port refuses.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let enrolled = Enrolled {
        device: DeviceId::from_bits(7),
        certificate_pem: certificate.pem(),
        ca_pem: authority.pem(),
        renew_at: i64::MAX,
        expires_at: i64::MAX,
        controller_time: 0,
        address: Address {
            host: "127.0.0.1".to_owned(),
            mqtt_port: port,
            enrol_port: port,
        },
        settings: Settings::default(),
    };
    Identity::new(enrolled, key.serialize_pem(), false)
        .expect("an identity")
        .save(state_dir)
        .expect("a place for it");
}

/// A home whose clocks stand still until the test moves them.
pub(crate) struct Still {
    home: Home,
    clocks: Arc<Mutex<Clocks>>,
}

impl Still {
    pub(crate) fn new(clocks: &Arc<Mutex<Clocks>>) -> Self {
        Still {
            home: Home::new(1, 1),
            clocks: Arc::clone(clocks),
        }
    }
}

impl Probe for Still {
    fn clocks(&mut self) -> Clocks {
        self.clocks.lock().expect("no test panics with it").clone()
    }
    fn sample(&mut self) -> bool {
        false
    }
    fn readings(&mut self, usage: bool) -> HealthReport {
        self.home.readings(usage)
    }
    fn slow(&mut self) -> SlowJob {
        self.home.slow()
    }
    fn inventory(&mut self) -> Inventory {
        self.home.inventory()
    }
    fn climb(&mut self, targets: Targets) -> Climb {
        self.home.climb(targets)
    }
    fn going_down(&mut self) -> bool {
        false
    }
}

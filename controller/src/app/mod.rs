//! What the controller can do: load, decide, save. One file per noun.
//!
//! The doors call this; it calls `domain` for decisions and `store` for keeping.

pub mod absence;
pub mod account;
pub mod announcement;
pub mod api_token;
pub mod audit;
pub mod backup;
pub mod baseline;
pub mod caller;
pub mod certificate;
pub mod command;
pub mod counters;
pub mod device;
pub mod digest;
pub mod enrolment;
pub mod evaluation;
pub mod evidence;
pub mod history;
pub mod hub;
pub mod life;
pub mod login;
pub mod minimise;
pub mod notice;
pub mod pass;
pub mod password;
pub mod placement;
pub mod presence;
pub mod programme;
pub mod readiness;
pub mod recorder;
pub mod registry;
pub mod retire;
pub mod rhythm;
pub mod rules;
pub mod settings;
pub mod silence;
#[cfg(test)]
pub(crate) mod testing;
pub mod ticket;
pub mod timeline;
pub mod today;

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::config::Programme;
use crate::pki::Pki;
use crate::store::{Store, StoreError};

use self::absence::Absences;
use self::announcement::Announced;
use self::audit::Turn;
use self::counters::Counters;
use self::hub::Hub;
use self::life::Pulse;
use self::password::Passwords;
use self::programme::Keyring;
use self::recorder::Recorder;
use self::registry::Registry;
use self::rhythm::Rhythms;

/// Everything that the doors need, shared by all of them.
#[derive(Debug)]
pub struct App {
    /// By which notices leave; set once the way out is prepared, and none until then.
    pub channels: OnceLock<Vec<&'static str>>,
    pub store: Arc<dyn Store>,
    pub registry: Arc<Registry>,
    pub hub: Arc<Hub>,
    pub recorder: Recorder,
    pub counters: Arc<Counters>,
    pub pki: Arc<Pki>,
    pub passwords: Passwords,
    pub passes: pass::Passes,
    pub announced: Announced,
    pub absences: Absences,
    pub backups: backup::Desk,
    pub evaluations: evaluation::figures::Remembered,
    pub rhythms: Rhythms,
    /// Taken by whoever changes devices, codes or the announced address.
    pub audit: Turn,
    pub programme: Programme,
    /// What opens the sealed fields of households.
    pub keys: Arc<Keyring>,
    pub started_at: Timestamp,
    pub pulse: Pulse,
}

impl App {
    /// Loads the registry and starts the recorder.
    pub fn start(
        store: Arc<dyn Store>,
        pki: Arc<Pki>,
        programme: Programme,
        now: Timestamp,
    ) -> Result<Arc<App>, StoreError> {
        let registry = Arc::new(Registry::load(store.as_ref())?);
        let announced = Announced::load(store.as_ref())?;
        let absences = Absences::load(store.as_ref())?;
        let copy = programme.household_keys_copy.clone();
        let keys = Arc::new(Keyring::new(&programme.data_dir, copy));
        let hub = Arc::new(Hub::default());
        let counters = Arc::new(Counters::default());
        let recorder = Recorder::start(
            Arc::clone(&store),
            Arc::clone(&registry),
            Arc::clone(&keys),
            Arc::clone(&hub),
            Arc::clone(&counters),
        );
        Ok(Arc::new(App {
            channels: OnceLock::new(),
            store,
            registry,
            hub,
            recorder,
            counters,
            pki,
            passwords: Passwords::default(),
            passes: pass::Passes::default(),
            announced,
            absences,
            backups: backup::Desk::default(),
            evaluations: evaluation::figures::Remembered::default(),
            rhythms: Rhythms::default(),
            audit: Turn::default(),
            programme,
            keys,
            started_at: now,
            pulse: Pulse::default(),
        }))
    }
}

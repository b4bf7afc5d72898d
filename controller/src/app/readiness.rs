//! Whether new work is taken, and why not: every door says the same.

use super::App;
use crate::store::StoreState;

/// Why the controller takes no new work now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    #[error("the disk that holds the data has {free_bytes} bytes left; free some space")]
    Full { free_bytes: u64 },
    #[error("the store stopped after an error ({0}); restart the controller")]
    Store(String),
    /// Nothing can put its thread back: the process ends, and is started again.
    #[error(
        "the recorder stopped after a fault of its own, so nothing that PCs say is stored; the \
         controller ends by itself and must be started again: its log says where the fault is"
    )]
    Recorder,
}

impl App {
    /// Whether new work is taken.
    pub fn check_ready(&self) -> Result<(), Unready> {
        if self.recorder.is_dead() {
            return Err(Unready::Recorder);
        }
        match self.store.state() {
            StoreState::Ready => Ok(()),
            StoreState::Full { free_bytes } => Err(Unready::Full { free_bytes }),
            StoreState::Poisoned(why) => Err(Unready::Store(why)),
        }
    }
}

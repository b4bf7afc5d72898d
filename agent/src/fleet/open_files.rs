//! Each home has a connection and some files open, and a system gives a process few.

use anyhow::ensure;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A connection, its alarm, the lock of its folder, and the file of its spool; one to spare.
const OF_A_HOME: u64 = 5;
/// Those of the process itself.
const OURS: u64 = 64;

/// Asks the system for what so many homes need.
pub(super) fn for_homes(homes: usize) -> anyhow::Result<()> {
    let needed = homes as u64 * OF_A_HOME + OURS;
    let limit = getrlimit(Resource::Nofile);
    let enough = |bound: Option<u64>| bound.is_none_or(|bound| bound >= needed);
    if enough(limit.current) {
        return Ok(());
    }
    // Above the hard limit only root may go.
    let maximum = limit.maximum.map(|maximum| maximum.max(needed));
    let wanted = Rlimit {
        current: Some(needed),
        maximum,
    };
    ensure!(
        setrlimit(Resource::Nofile, wanted).is_ok(),
        "{homes} homes need {needed} open files, and this process may have {}: raise the limit \
         (`ulimit -n {needed}` as root, or LimitNOFILE in the unit), or simulate fewer",
        limit.maximum.unwrap_or_default()
    );
    Ok(())
}

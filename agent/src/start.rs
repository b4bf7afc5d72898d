//! What every program of the PC does first: it chooses its language and opens its log.

use declic_common::Lang;

/// To be called once, before anything is said.
pub fn begin() {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Lang::from_locale(&locale.unwrap_or_default()).choose();
    // Silent in normal work: only what somebody should look at.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(if std::env::var_os("DECLIC_DEBUG").is_some() {
            tracing::Level::DEBUG
        } else {
            tracing::Level::WARN
        })
        .init();
}

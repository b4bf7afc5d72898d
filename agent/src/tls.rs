//! What TLS said, inside what the libraries above it say.

use std::error::Error;
use std::io;

use rustls::AlertDescription;

/// Whether the other side refused because the certificate of this PC has ended.
pub(crate) fn says_ended(error: &(dyn Error + 'static)) -> bool {
    matches!(
        tls_error(error),
        Some(rustls::Error::AlertReceived(
            AlertDescription::CertificateExpired
        ))
    )
}

/// The TLS error at the bottom of the error of a library above it.
pub(crate) fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        // An I/O error skips what it wraps when it is asked for its source.
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

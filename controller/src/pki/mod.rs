//! The controller's own certificate authority.

/// The certificate authority of one controller.
#[derive(Debug)]
pub struct Pki;

//! A device, what lets it in, and where it is.

use declic_common::DeviceId;
use declic_common::api::Place;
use minicbor::{Decode, Encode};

/// A device of the programme. Times are ms UTC, controller clock.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Device {
    #[n(0)]
    pub id: DeviceId,
    #[n(1)]
    pub asset: Option<String>,
    #[n(2)]
    pub site: Option<String>,
    #[n(3)]
    pub enrolled_at: i64,
    /// The newest certificate.
    #[n(4)]
    pub certificate: Certificate,
    #[n(5)]
    pub revoked_at: Option<i64>,
    #[n(6)]
    pub retired_at: Option<i64>,
    /// What is sent down as settings, in JSON.
    #[n(7)]
    pub settings: Option<String>,
    /// A renewed device may still show the certificate before this one.
    #[n(8)]
    pub previous_serial: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Certificate {
    /// Hexadecimal, lower case.
    #[n(0)]
    pub serial: String,
    #[n(1)]
    pub issued_at: i64,
    #[n(2)]
    pub expires_at: i64,
}

/// An enrolment code, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolment {
    /// Not secret: names the code in lists.
    #[n(0)]
    pub id: String,
    #[n(1)]
    pub asset: Option<String>,
    #[n(2)]
    pub site: Option<String>,
    #[n(3)]
    pub created_at: i64,
    #[n(4)]
    pub expires_at: i64,
    /// The device that used it, and when.
    #[n(5)]
    pub used_by: Option<DeviceId>,
    #[n(6)]
    pub used_at: Option<i64>,
    #[n(7)]
    pub cancelled_at: Option<i64>,
    #[n(8)]
    pub rebind: Option<DeviceId>,
    /// What the code was answered with (PEM), so that the same key may ask again
    /// when the answer was lost on its way.
    #[n(9)]
    pub certificate_pem: Option<String>,
}

/// A certificate that is no longer accepted before its end; under its serial
/// number. Brokers learn it from the revocation list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Revoked {
    #[n(0)]
    pub device: DeviceId,
    #[n(1)]
    pub at: i64,
    /// From then on the certificate has ended by itself.
    #[n(2)]
    pub until: i64,
}

/// Where a device is and was, oldest first; the last one without an end is where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Placements {
    #[n(0)]
    pub periods: Vec<Placement>,
}

/// A device in one place, from a moment to another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Placement {
    #[n(0)]
    pub place: Place,
    /// Pseudonymous code of the household, in a home.
    #[n(1)]
    pub household: Option<String>,
    #[n(2)]
    pub site: Option<String>,
    #[n(3)]
    pub from: i64,
    #[n(4)]
    pub to: Option<i64>,
    /// Number of the post, on a seat.
    #[n(5)]
    pub seat: Option<u16>,
}

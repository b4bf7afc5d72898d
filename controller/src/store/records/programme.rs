//! The records of a programme, whatever their noun.

use minicbor::{Decode, Encode};

use crate::store::record::Record;

records!(
    RegisterRow = 28 v 1,
    Erased = 29 v 1,
);

/// One record of any noun, under its programme and code.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RegisterRow {
    /// Counts its changes, from 1.
    #[n(0)]
    pub version: u64,
    /// ms UTC, controller clock.
    #[n(1)]
    pub changed_at: i64,
    /// A JSON object: the fields of the noun by their names, without those that are sealed.
    #[n(2)]
    pub body: String,
    #[n(3)]
    #[cbor(default)]
    pub sealed: Vec<SealedField>,
}

/// A field that only the key of a household opens.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealedField {
    #[n(0)]
    pub name: String,
    /// Nonce (24 bytes), then what XChaCha20-Poly1305 made of the value in JSON.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// What somebody wrote, which only the key of their household opens.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealedText {
    #[n(0)]
    pub programme: String,
    #[n(1)]
    pub household: String,
    /// Nonce (24 bytes), then what XChaCha20-Poly1305 made of the text.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// A household, or one that applied, whose key was destroyed on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Erased {
    #[n(0)]
    pub at: i64,
}

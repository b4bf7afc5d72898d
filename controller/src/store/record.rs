//! How a value is written: `[kind][version][payload: CBOR, integer keys][crc32c, big-endian]`.
//!
//! Fields are only ever added, under new integer keys; a change that old data
//! cannot meet gets a new version and a numbered migration.

use minicbor::{Decode, Encode};

use super::{StoreError, Value};

/// A kind of stored value.
pub trait Record: Encode<()> + for<'b> Decode<'b, ()> {
    /// First byte of the value; never used for two things.
    const KIND: u8;
    const VERSION: u8;
}

/// Writes a record as a value of the store.
pub fn encode<R: Record>(record: &R) -> Value {
    let mut bytes = vec![R::KIND, R::VERSION];
    minicbor::encode(record, &mut bytes).expect("writing to memory does not fail");
    let crc = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&crc.to_be_bytes());
    bytes
}

/// Whether these are the bytes that were written, whatever they mean.
pub fn is_whole(value: &[u8]) -> bool {
    value
        .split_last_chunk::<4>()
        .is_some_and(|(body, crc)| body.len() >= 2 && crc32c::crc32c(body).to_be_bytes() == *crc)
}

/// Reads a value back; damage of any kind is [`StoreError::Corrupt`].
pub fn decode<R: Record>(value: &[u8]) -> Result<R, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("record of kind {}: {what}", R::KIND));
    let (body, crc) = value
        .split_last_chunk::<4>()
        .ok_or_else(|| corrupt("too short"))?;
    if crc32c::crc32c(body) != u32::from_be_bytes(*crc) {
        return Err(corrupt("checksum"));
    }
    match body {
        [kind, version, payload @ ..] if *kind == R::KIND && *version == R::VERSION => {
            minicbor::decode(payload).map_err(|_| corrupt("unreadable"))
        }
        [kind, version, ..] => Err(corrupt(&format!("found kind {kind} version {version}"))),
        _ => Err(corrupt("too short")),
    }
}

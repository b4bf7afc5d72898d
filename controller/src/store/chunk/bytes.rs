//! Small numbers in bytes, read back without ever trusting them.

use super::ChunkError;

/// Seven bits a byte, the lowest first.
pub(super) fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Small on both sides of zero stays small.
pub(super) fn fold(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

pub(super) fn unfold(value: u64) -> i64 {
    ((value >> 1) as i64) ^ -((value & 1) as i64)
}

/// Bytes still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn byte(&mut self) -> Result<u8, ChunkError> {
        let (first, rest) = self.0.split_first().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn number(&mut self) -> Result<u64, ChunkError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7F);
            // The tenth byte has one bit left.
            if shift == 63 && part > 1 {
                return Err(ChunkError::Damaged("a number is too large"));
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ChunkError::Damaged("a number is too long"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, ChunkError> {
        Ok(unfold(self.number()?))
    }

    /// A count that something will be as large as.
    pub(super) fn count(&mut self, max: usize) -> Result<usize, ChunkError> {
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        match count <= max {
            true => Ok(count),
            false => Err(ChunkError::Damaged("a count is too large")),
        }
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], ChunkError> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(SHORT)?;
        self.0 = rest;
        Ok(taken)
    }
}

const SHORT: ChunkError = ChunkError::Damaged("it ends too early");

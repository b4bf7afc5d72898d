//! One message as it stands in a file of the spool: a header, then its bytes.
//!
//! Both have their own CRC-32C, so that damage is told from a write cut short.
//! The magic is no UTF-8 and never occurs inside a message: after damage,
//! reading goes on at the next one. Each header also says how the spool stood
//! when it was written; the last header is thus the spool's whole memory, and
//! costs no write of its own.

use declic_common::envelope::Number;
use declic_common::{InstallId, UpKind};

use crate::life::Start;

const MAGIC: [u8; 4] = [0xd3, 0xc1, 0x1c, 0xf5];
/// Bytes of a header.
pub(crate) const HEADER: usize = 104;

/// Where a frame begins: a file of the spool and an offset in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) segment: u32,
    pub(crate) offset: u32,
}

/// What the header says of its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) kind: UpKind,
    pub(crate) number: Number,
    /// Which start of the machine made it.
    pub(crate) start: Start,
    pub(crate) uptime_ms: u64,
}

/// How the spool stood when the frame was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The installation whose numbers are only given once they are on disk,
    /// and the number that comes next.
    pub(crate) install: InstallId,
    pub(crate) next_seq: u64,
    /// Everything before this is settled or dropped.
    pub(crate) oldest: Position,
    pub(crate) dropped: u64,
    pub(crate) refused: u64,
    /// Damaged messages before `oldest`.
    pub(crate) damaged: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) label: Label,
    pub(crate) standing: Standing,
    /// Bytes of the message.
    pub(crate) length: u32,
    crc: u32,
}

/// What stands at one place of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Whole(Header),
    /// A message that cannot be read.
    Damaged,
    /// The beginning of a write that did not end: no message was lost.
    Torn,
}

/// Writes a frame.
pub(crate) fn encode(label: &Label, standing: &Standing, stored: &[u8]) -> Vec<u8> {
    let kind = UpKind::ALL.iter().position(|kind| *kind == label.kind);
    let mut bytes = Vec::with_capacity(HEADER + stored.len());
    bytes.extend(MAGIC);
    bytes.extend((kind.unwrap_or_default() as u32).to_le_bytes());
    bytes.extend((stored.len() as u32).to_le_bytes());
    bytes.extend(label.number.boot.to_le_bytes());
    for word in [
        label.number.install.to_bits(),
        label.number.seq,
        label.start.to_bits(),
        label.uptime_ms,
        standing.install.to_bits(),
        standing.next_seq,
    ] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(standing.oldest.segment.to_le_bytes());
    bytes.extend(standing.oldest.offset.to_le_bytes());
    for count in [standing.dropped, standing.refused, standing.damaged] {
        bytes.extend(count.to_le_bytes());
    }
    bytes.extend(crc32c::crc32c(stored).to_le_bytes());
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes.extend(stored);
    bytes
}

/// Reads a header, if it is whole.
fn header(bytes: &[u8; HEADER]) -> Option<Header> {
    let u32_at = |at: usize| Some(u32::from_le_bytes(*bytes[at..].first_chunk()?));
    let u64_at = |at: usize| Some(u64::from_le_bytes(*bytes[at..].first_chunk()?));
    if bytes[..4] != MAGIC || crc32c::crc32c(&bytes[..HEADER - 4]) != u32_at(HEADER - 4)? {
        return None;
    }
    Some(Header {
        label: Label {
            kind: *UpKind::ALL.get(u32_at(4)? as usize)?,
            number: Number {
                install: InstallId::from_bits(u64_at(16)?),
                boot: u32_at(12)?,
                seq: u64_at(24)?,
            },
            start: Start::from_bits(u64_at(32)?),
            uptime_ms: u64_at(40)?,
        },
        standing: Standing {
            install: InstallId::from_bits(u64_at(48)?),
            next_seq: u64_at(56)?,
            oldest: Position {
                segment: u32_at(64)?,
                offset: u32_at(68)?,
            },
            dropped: u64_at(72)?,
            refused: u64_at(80)?,
            damaged: u64_at(88)?,
        },
        length: u32_at(8)?,
        crc: u32_at(96)?,
    })
}

/// Reads the message of exactly one frame; `None` if it is damaged.
pub(crate) fn open(frame: &[u8]) -> Option<(Header, &[u8])> {
    let (head, stored) = frame.split_first_chunk::<HEADER>()?;
    let header = header(head)?;
    let whole = stored.len() == header.length as usize && crc32c::crc32c(stored) == header.crc;
    whole.then_some((header, stored))
}

/// The pieces of one file of the spool, with their offsets, in order.
pub(crate) fn pieces(bytes: &[u8]) -> impl Iterator<Item = (u32, Piece)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let offset = at as u32;
        let (piece, length) = piece(rest);
        at += length;
        Some((offset, piece))
    })
}

/// What stands at the beginning of `bytes`, and where the next piece begins.
fn piece(bytes: &[u8]) -> (Piece, usize) {
    let Some(head) = bytes.first_chunk::<HEADER>() else {
        let begun = MAGIC.starts_with(&bytes[..bytes.len().min(MAGIC.len())])
            || bytes.starts_with(&MAGIC)
            || is_blank(bytes);
        let piece = if begun { Piece::Torn } else { Piece::Damaged };
        return (piece, bytes.len());
    };
    match header(head) {
        Some(header) => {
            let end = HEADER + header.length as usize;
            match bytes.get(..end) {
                None => (Piece::Torn, bytes.len()),
                Some(frame) if open(frame).is_some() => (Piece::Whole(header), end),
                Some(_) => (Piece::Damaged, end),
            }
        }
        // A file that grew before its content arrived ends in zeros.
        None if is_blank(bytes) => (Piece::Torn, bytes.len()),
        None => {
            let next = bytes[1..]
                .windows(MAGIC.len())
                .position(|window| window == MAGIC);
            (Piece::Damaged, next.map_or(bytes.len(), |at| at + 1))
        }
    }
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(seq: u64, stored: &[u8]) -> Vec<u8> {
        let label = Label {
            kind: UpKind::Help,
            number: Number {
                install: InstallId::from_bits(11),
                boot: 3,
                seq,
            },
            start: Start::from_bits(u64::MAX),
            uptime_ms: 77,
        };
        let standing = Standing {
            install: InstallId::from_bits(12),
            next_seq: seq + 1,
            oldest: Position {
                segment: 4,
                offset: 5,
            },
            dropped: 6,
            refused: 7,
            damaged: 8,
        };
        encode(&label, &standing, stored)
    }

    /// The numbers of whole frames, and how many pieces were damaged and torn.
    fn read(bytes: &[u8]) -> (Vec<u64>, usize, usize) {
        let (mut seqs, mut damaged, mut torn) = (Vec::new(), 0, 0);
        for (_, piece) in pieces(bytes) {
            match piece {
                Piece::Whole(header) => seqs.push(header.label.number.seq),
                Piece::Damaged => damaged += 1,
                Piece::Torn => torn += 1,
            }
        }
        (seqs, damaged, torn)
    }

    #[test]
    fn a_frame_comes_back_as_it_was_written() {
        let bytes = frame(9, b"{\"a\":1}");
        let (header, stored) = open(&bytes).unwrap();
        assert_eq!(stored, b"{\"a\":1}");
        assert_eq!(encode(&header.label, &header.standing, stored), bytes);
        assert_eq!(bytes.len(), HEADER + 7);
    }

    #[test]
    fn one_bad_byte_anywhere_costs_one_message() {
        let mut file = [frame(1, b"{\"a\":1}"), frame(2, b"{}"), frame(3, b"{}")].concat();
        let second = HEADER + 7..2 * HEADER + 9;
        for at in second {
            file[at] ^= 0x10;
            assert_eq!(read(&file), (vec![1, 3], 1, 0), "byte {at}");
            file[at] ^= 0x10;
        }
    }

    #[test]
    fn a_write_cut_at_any_byte_is_torn_and_not_damage() {
        let file = [frame(1, b"{\"a\":1}"), frame(2, b"{\"b\":2}")].concat();
        for cut in HEADER + 8..file.len() {
            assert_eq!(read(&file[..cut]), (vec![1], 0, 1), "cut at {cut}");
        }
        let mut grown = file.clone();
        grown.resize(file.len() + 300, 0);
        assert_eq!(read(&grown), (vec![1, 2], 0, 1));
    }
}

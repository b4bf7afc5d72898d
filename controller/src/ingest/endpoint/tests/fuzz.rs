//! Bytes that no client should send: each is a packet or a fault, however the network cuts them.

use declic_common::limits::PACKET_BYTES;
use declic_tests::fuzz::fuzz;

use crate::ingest::endpoint::packets::{Fault, Incoming, Reader};

/// A first packet of either version, then one of each kind.
fn sessions() -> Vec<Vec<u8>> {
    let v4 = b"\x10\x1a\0\x04MQTT\x04\x02\0\x3c\0\x0ed-aaaaaaaaaaaa";
    let v4_will = b"\x10\x27\0\x04MQTT\x04\x0e\0\x3c\0\x0ed-aaaaaaaaaaaa\0\x04a/wl\0\x05gone!";
    let v5 = b"\x10\x1b\0\x04MQTT\x05\x02\0\x3c\0\0\x0ed-aaaaaaaaaaaa";
    let v5_properties =
        b"\x10\x2b\0\x04MQTT\x05\x02\0\x3c\x10\x11\0\0\0\x05\x21\0\x10\x27\0\0\x20\0\x22\0\x01\0\x0ed-aaaaaaaaaaaa";
    let after: [&[u8]; 9] = [
        b"\x32\x0a\0\x04a/re\0\x01{}",
        b"\x32\x0b\0\x04a/re\0\x01\0{}",
        b"\x30\x08\0\x04a/re{}",
        b"\x40\x02\0\x01",
        b"\x82\x09\0\x01\0\x04a/rc\x01",
        b"\x82\x0a\0\x01\0\0\x04a/rc\x01",
        b"\xa2\x08\0\x01\0\x04a/rc",
        b"\xc0\0",
        b"\xe0\0",
    ];
    let firsts: [&[u8]; 4] = [v4, v4_will, v5, v5_properties];
    let pairs = firsts.iter().flat_map(|first| {
        let with = |then: &&[u8]| [*first, *then].concat();
        after.iter().map(with).collect::<Vec<_>>()
    });
    pairs.chain([after.concat()]).collect()
}

/// All packets of a stream, up to its first fault, when it comes in pieces of this size.
fn read(bytes: &[u8], piece: usize) -> Vec<Result<String, Fault>> {
    let mut reader = Reader::new(PACKET_BYTES as u32);
    let mut found = Vec::new();
    for mut piece in bytes.chunks(piece.max(1)) {
        while !piece.is_empty() {
            let (taken, packet) = reader.read(piece);
            assert!(taken <= piece.len(), "more was taken than there is");
            match packet {
                Ok(Some(packet)) => found.push(Ok(shown(&packet))),
                Ok(None) => assert_eq!(taken, piece.len(), "it would wait for ever"),
                Err(fault) => {
                    found.push(Err(fault));
                    return found;
                }
            }
            piece = &piece[taken..];
        }
    }
    found
}

fn shown(packet: &Incoming) -> String {
    format!("{packet:?}")
}

#[test]
fn any_bytes_are_packets_or_a_fault_and_the_same_ones_however_they_are_cut() {
    let mut known = false;
    fuzz("packet", sessions(), |bytes| {
        let whole = read(bytes, bytes.len());
        known |= whole.len() > 1 && whole.iter().all(Result::is_ok);
        for piece in [1, 7] {
            assert_eq!(read(bytes, piece), whole, "in pieces of {piece}");
        }
        let digits = |text: &String| {
            text.chars()
                .filter(|c| !c.is_ascii_digit())
                .collect::<String>()
        };
        let kinds = whole
            .iter()
            .map(|found| found.as_ref().map(digits).map_err(|f| f.to_string()));
        kinds.collect::<Vec<_>>()
    });
    assert!(known, "no example is a session");
}

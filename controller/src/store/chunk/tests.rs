use proptest::prelude::*;

use super::*;

const BASE: i64 = 1_790_000_000_000;

fn id(at: i64, seq: u64) -> RowId {
    RowId {
        at,
        install: 0x0FED_CBA9_8765_4321,
        boot: 3,
        seq,
    }
}

fn row(at: i64, seq: u64, values: &[(u16, i64)]) -> Row {
    Row {
        id: id(at, seq),
        estimated: seq.is_multiple_of(7),
        values: values.iter().map(|(n, value)| (*n, 1, *value)).collect(),
    }
}

/// A day as a home PC reports it every five minutes: noise, a counter, what stands
/// still, what is said once an hour, and what comes only in the evening.
fn day() -> Table {
    let mut noise = 12_345_u64;
    let mut next = |below: u64| {
        noise = noise
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((noise >> 33) % below) as i64
    };
    let rows = (0..288).map(|n| {
        let at = BASE + n * 300_000 + next(400);
        let mut values = vec![
            (16, 50 + next(200)),
            (17, 8_000_000_000),
            (18, (500_000 + next(90_000)) * 4_096),
            (19, 1_000 + n),
        ];
        if n % 12 == 0 {
            values.push((20, next(5)));
        }
        if n > 200 {
            values.push((21, -60 - next(9)));
        }
        row(at, n as u64 + 1, &values)
    });
    Table::default().merged(rows.collect())
}

fn read(bytes: &[u8]) -> Result<Table, ChunkError> {
    Reader::open(bytes)?.table()
}

#[test]
fn a_day_is_read_back_as_it_was_and_is_small() {
    let day = day();
    let bytes = encode(&day);
    assert_eq!(read(&bytes).unwrap(), day);
    // 1,259 values and 288 times; with a time of its own each would take 9 bytes.
    assert!(bytes.len() < 2_400, "{}", bytes.len());
}

#[test]
fn one_metric_is_read_without_the_others() {
    let day = day();
    let bytes = encode(&day);
    let reader = Reader::open(&bytes).unwrap();
    assert_eq!(reader.rows(), 288);
    assert_eq!(
        reader.metrics().collect::<Vec<_>>(),
        [16, 17, 18, 19, 20, 21]
    );
    for number in [16, 20, 21] {
        assert_eq!(
            reader.column(number).unwrap().as_ref(),
            day.columns.get(&number)
        );
    }
    assert_eq!(reader.column(99).unwrap(), None);
    assert_eq!(reader.ids().unwrap(), day.ids);
}

#[test]
fn an_empty_table_and_one_without_metrics_are_tables() {
    let empty = Table::default();
    assert_eq!(read(&encode(&empty)).unwrap(), empty);
    let bare = Table::default().merged(vec![row(BASE, 1, &[])]);
    assert_eq!(read(&encode(&bare)).unwrap(), bare);
}

#[test]
fn what_comes_late_takes_its_place_and_twice_is_once() {
    let all: Vec<Row> = (0..20)
        .map(|n| row(BASE + n * 10, n as u64, &[(16, n), (17, -n)]))
        .collect();
    let whole = Table::default().merged(all.clone());
    let (odd, even): (Vec<Row>, Vec<Row>) = all.into_iter().partition(|row| row.id.seq % 2 == 1);
    let late = Table::default().merged(even).merged(odd.clone());
    assert_eq!(late, whole);
    assert_eq!(late.merged(odd), whole);
}

#[test]
fn both_parts_of_a_split_hold_what_they_held() {
    let day = day();
    let (morning, evening) = day.clone().split(150);
    assert!(!morning.columns.contains_key(&21), "not one value is left");
    let mut rows: Vec<Row> = evening.rows();
    rows.reverse();
    assert_eq!(morning.merged(rows), day);
}

#[test]
fn the_chunk_of_this_version_is_read_for_ever() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/records/v3/columns.hex");
    if std::env::var_os("DECLIC_NEW_GOLDEN").is_some() && !std::path::Path::new(path).exists() {
        let hex = data_encoding::HEXLOWER.encode(&encode(&day()));
        let lines: Vec<&str> = hex
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    }
    let text: String = std::fs::read_to_string(path).unwrap();
    let hex: String = text.split_whitespace().collect();
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    assert_eq!(read(&bytes).unwrap(), day());
}

#[test]
fn a_chunk_that_is_cut_or_goes_on_is_an_error() {
    let bytes = encode(&day());
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "{len}");
    }
    assert!(read(&[bytes.as_slice(), &[0]].concat()).is_err());
    let mut later = bytes;
    later[0] = 2;
    assert_eq!(read(&later), Err(ChunkError::Schema(2)));
}

#[test]
fn hours_add_up_to_the_day() {
    let day = day();
    let (first, bytes) = hours::encode(&day).unwrap();
    for (number, column) in &day.columns {
        let mut count = 0;
        let mut sum = 0.0;
        hours::read(first, &bytes, *number, |hour| {
            assert_eq!(hour.at % 3_600_000, 0);
            count += hour.count;
            sum += hour.sum;
        })
        .unwrap();
        let values: Vec<i64> = column.values.iter().copied().flatten().collect();
        assert_eq!(count as usize, values.len());
        assert_eq!(sum, values.iter().sum::<i64>() as f64, "{number}");
    }
    hours::read(first, &bytes, 99, |_| panic!("no such metric")).unwrap();
    assert!(bytes.len() < 420, "{}", bytes.len());
    assert!(hours::encode(&Table::default()).is_none());
}

/// Values of every width, with holes.
fn values() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        2 => Just(None),
        3 => (-50_i64..50).prop_map(Some),
        2 => any::<i32>().prop_map(|n| Some(i64::from(n) * 4_096)),
        1 => any::<i64>().prop_map(Some),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX)].prop_map(Some),
    ]
}

fn tables() -> impl Strategy<Value = Table> {
    (0..90_usize, 0..5_usize).prop_flat_map(|(rows, columns)| {
        let row = (0..5_000_i64, 1..4_u32, any::<u64>());
        let ids = proptest::collection::btree_set(row, rows);
        let column = proptest::collection::vec(values(), rows);
        let columns = proptest::collection::vec(column, columns);
        (ids, columns).prop_map(|(ids, columns)| {
            let rows = ids.into_iter().enumerate().map(|(n, (at, boot, seq))| Row {
                id: RowId {
                    at: at - 2_500,
                    install: seq >> 4,
                    boot,
                    seq,
                },
                estimated: seq.is_multiple_of(3),
                values: (16..)
                    .zip(&columns)
                    .filter_map(|(number, column)| Some((number, 3, column[n]?)))
                    .collect(),
            });
            Table::default().merged(rows.collect())
        })
    })
}

proptest! {
    #[test]
    fn every_table_is_read_back_exactly(table in tables()) {
        let bytes = encode(&table);
        prop_assert_eq!(read(&bytes).unwrap(), table);
    }

    #[test]
    fn bytes_that_nobody_wrote_end_in_an_error_and_never_in_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = read(&bytes);
        let mut known = bytes;
        if let Some(first) = known.first_mut() {
            *first = SCHEMA;
        }
        let _ = read(&known);
        let _ = hours::read(0, &known, 16, |_| {});
    }

    #[test]
    fn a_damaged_chunk_ends_in_an_error_or_in_a_table_of_bounded_size(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        keep in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode(&day());
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(table) = read(&bytes) {
            prop_assert!(table.len() <= ROWS_MAX);
        }
        bytes.truncate(keep.index(bytes.len()));
        let _ = read(&bytes);
        let (first, mut hours) = hours::encode(&day()).unwrap();
        let at = keep.index(hours.len());
        hours[at] ^= 0x55;
        for number in 16..22 {
            let _ = hours::read(first, &hours, number, |_| {});
        }
    }
}

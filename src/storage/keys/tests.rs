//! The layout: hashes as the service has them, ranges that hold exactly what they should.

use proptest::prelude::*;

use super::*;
use crate::storage::{Order, order};
use crate::types::ExponentWidth;

const SPACE: Space = Space(7);

fn n(text: &str) -> KeyValue<'static> {
    KeyValue::N(Number::parse(text, ExponentWidth::Bits64).expect("a number"))
}

#[test]
fn hashed_numbers_have_the_form_of_oracle() {
    for (text, expected) in [
        ("0", &[0x80][..]),
        ("1", &[0xC1, 2]),
        ("10", &[0xC1, 11]),
        ("100", &[0xC2, 2]),
        ("123", &[0xC2, 2, 24]),
        ("12.5", &[0xC1, 13, 51]),
        ("0.01", &[0xC0, 2]),
        ("0.001", &[0xBF, 11]),
        ("-1", &[0x3E, 100, 102]),
        ("-123", &[0x3D, 100, 78, 102]),
        ("1E125", &[0xFF, 11]),
        ("1E-130", &[0x80, 2]),
    ] {
        let KeyValue::N(number) = n(text) else {
            unreachable!("made above")
        };
        let mut form = [0; HASHED_NUMBER_BYTES];
        let length = fill_hashed_number(&mut form, number);
        assert_eq!(&form[..length], expected, "{text}");
    }
    // Twenty pairs: the first has a leading zero digit, and a negative number has no closing byte.
    let KeyValue::N(number) = n("-1.2345678901234567890123456789012345678") else {
        unreachable!("made above")
    };
    let mut form = [0; HASHED_NUMBER_BYTES];
    assert_eq!(fill_hashed_number(&mut form, number), 21);
    assert_eq!(form[20], 101 - 80);
}

#[test]
fn hash_is_the_start_of_the_digest() {
    // MD5("Outliersa") begins so.
    let digest = Md5::digest(b"Outliersa");
    let expected = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    assert_eq!(partition_hash(&[KeyValue::S("a")]), expected);
    assert_eq!(partition_hash(&[KeyValue::B(b"a")]), expected);
    assert_eq!(
        partition_hash(&[KeyValue::S(""), KeyValue::S("a")]),
        expected
    );
    let key = row(SPACE, KeyValue::S("a"), None);
    assert_eq!(
        (row_hash(&key), parse_space(&key)),
        (Some(expected), Some(SPACE))
    );
}

#[test]
fn sort_conditions_hold_what_they_say() {
    let values = ["-3", "0", "1", "1.5", "2", "10"];
    let prefix = partition(SPACE, &[KeyValue::S("p")]);
    let matching = |condition: SortRange<'_>| -> Vec<&str> {
        let range = sort_range(&prefix, condition);
        let in_range = |value: &&str| {
            let key = index_row(
                SPACE,
                &[KeyValue::S("p")],
                &[n(value)],
                KeyValue::S("b"),
                None,
            );
            range.contains(&key)
        };
        values.into_iter().filter(in_range).collect()
    };
    assert_eq!(matching(SortRange::All), values);
    assert_eq!(matching(SortRange::Equal(n("1"))), ["1"]);
    assert_eq!(matching(SortRange::Below(n("1"))), ["-3", "0"]);
    assert_eq!(matching(SortRange::AtMost(n("1"))), ["-3", "0", "1"]);
    assert_eq!(matching(SortRange::Above(n("1"))), ["1.5", "2", "10"]);
    assert_eq!(
        matching(SortRange::AtLeast(n("1"))),
        ["1", "1.5", "2", "10"]
    );
    assert_eq!(
        matching(SortRange::Between(n("0"), n("2"))),
        ["0", "1", "1.5", "2"]
    );
    assert!(matching(SortRange::Between(n("2"), n("0"))).is_empty());
}

#[test]
fn begins_with_is_a_range() {
    let range = sort_range(&partition(SPACE, &[n("1")]), SortRange::BeginsWith(b"ab\0"));
    for (value, expected) in [
        ("ab", false),
        ("ab\0", true),
        ("ab\0\0z", true),
        ("ab\u{1}", false),
        ("a", false),
    ] {
        let key = row(SPACE, n("1"), Some(KeyValue::S(value)));
        assert_eq!(range.contains(&key), expected, "{value:?}");
    }
}

#[test]
fn partitions_and_spaces_do_not_mix() {
    let ours = row(SPACE, KeyValue::S("p"), Some(n("1")));
    assert!(whole_space(SPACE).contains(&ours));
    assert!(!whole_space(Space(6)).contains(&ours) && !whole_space(Space(8)).contains(&ours));
    let last = Space(u32::MAX);
    assert!(whole_space(last).contains(&row(last, n("1"), None)));
    assert!(!sort_range(&partition(SPACE, &[KeyValue::S("p\0")]), SortRange::All).contains(&ours));
}

#[test]
fn a_range_resumes_after_a_key() {
    let range = KeyRange::prefix(b"b".to_vec());
    for (order, key, left, gone) in [
        (Order::Forward, b"bb", b"bc", b"bb"),
        (Order::Reverse, b"bb", b"ba", b"bb"),
        (Order::Forward, b"aa", b"ba", b"aa"),
        (Order::Reverse, b"cc", b"bz", b"cc"),
    ] {
        let rest = range.clone().resumed(order, key);
        assert!(
            rest.contains(left) && !rest.contains(gone),
            "{order:?} {key:?}"
        );
    }
    let nothing = range.resumed(Order::Forward, b"cc");
    assert!(!nothing.contains(b"bz") && !nothing.contains(b"cd"));
}

#[test]
fn names_are_listed_within_a_scope() {
    let key = table("eu\0west", "orders");
    assert_eq!(
        parse_scoped(&key),
        Some(("eu\0west".to_owned(), "orders".to_owned()))
    );
    assert!(whole_scope(Namespace::Table, "eu\0west").contains(&key));
    assert!(!whole_scope(Namespace::Table, "eu").contains(&key));
    assert!(whole_namespace(Namespace::Table).contains(&key));
    assert!(table("eu", "a") < table("eu", "ab") && table("eu", "ab") < table("eu", "b"));
}

#[test]
fn streams_and_expiry_read_back() {
    let key = stream_record(3, u64::MAX);
    assert_eq!(parse_stream_record(&key), Some((3, u64::MAX)));
    assert!(whole_stream(3).contains(&key) && stream_from(3, 9).contains(&key));
    assert!(!stream_from(3, 9).contains(&stream_record(3, 8)));
    assert!(!whole_stream(4).contains(&key));
    let row_key = row(SPACE, n("1"), None);
    let key = expiry(100, &row_key);
    assert_eq!(parse_expiry(&key), Some((100, row_key)));
    assert!(expired_before(101).contains(&key) && !expired_before(100).contains(&key));
}

proptest! {
    #[test]
    fn segments_part_a_space(hash: u32, total in 1u32..1_000_001) {
        let mut key = vec![Namespace::Row as u8];
        key.extend_from_slice(&SPACE.0.to_be_bytes());
        key.extend_from_slice(&hash.to_be_bytes());
        let place = u32::try_from((u64::from(hash) * u64::from(total)) >> 32).expect("below total");
        for (number, expected) in [(place, true), (place + 1, false), (place.wrapping_sub(1), false)] {
            if number < total {
                prop_assert_eq!(segment(SPACE, number, total).contains(&key), expected);
            }
        }
        prop_assert!(!segment(Space(SPACE.0 + 1), place, total).contains(&key));
    }

    #[test]
    fn any_bytes_parse_or_fail(key in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = (parse_scoped(&key), parse_space(&key), row_hash(&key));
        let _ = (parse_stream_record(&key), parse_expiry(&key), order::decode_bytes(&key));
    }
}

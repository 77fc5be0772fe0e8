//! Items come back as they were; every short cut agrees with the long way; damaged bytes are refused.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::*;
use crate::types::{Number, wire};

fn numbers() -> impl Strategy<Value = Number> {
    let digits = prop_oneof![
        -1000i128..1000,
        any::<i64>().prop_map(i128::from),
        any::<i128>()
    ];
    (digits, prop_oneof![Just(0i16), -10i16..10, -170i16..126])
        .prop_filter_map("in range", |(digits, exponent)| {
            Number::from_parts(digits, exponent)
        })
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z\"\\\\\u{0}-\u{1f}]{0,20}", ".{0,20}", "[a-z]{100,400}"]
}

fn binaries() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..40)
}

fn attrs() -> impl Strategy<Value = Attr> {
    fn sorted<T: Ord>(set: BTreeSet<T>) -> Vec<T> {
        set.into_iter().collect()
    }
    let leaf = prop_oneof![
        texts().prop_map(Attr::S),
        numbers().prop_map(Attr::N),
        binaries().prop_map(Attr::B),
        any::<bool>().prop_map(Attr::Bool),
        Just(Attr::Null),
        btree_set(texts(), 1..5).prop_map(|set| Attr::Ss(sorted(set))),
        btree_set(numbers(), 1..5).prop_map(|set| Attr::Ns(sorted(set))),
        btree_set(binaries(), 1..5).prop_map(|set| Attr::Bs(sorted(set))),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Attr::L),
            vec((texts(), inner), 0..6).prop_map(|entries| Attr::M(entries.into_iter().collect())),
        ]
    })
}

fn items() -> impl Strategy<Value = Item> {
    vec(("[a-e\"é]{0,2}", attrs()), 0..8).prop_map(|entries| entries.into_iter().collect())
}

fn json(bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    write_json(bytes, &mut out).map(|()| out)
}

fn wire_json(item: &Item) -> Vec<u8> {
    let mut out = Vec::new();
    wire::write_item(&mut out, item);
    out
}

fn kept(item: &Item, keep: impl Fn(&str) -> bool) -> Item {
    let kept = item.iter().filter(|(name, _)| keep(name));
    kept.map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

/// Whatever decodes is encoded again to the same value, and its JSON is that of the value.
fn check_bytes(bytes: &[u8]) {
    let decoded = decode_item(bytes);
    let text = json(bytes);
    let _ = (
        lookup(bytes, "a"),
        decode_some(bytes, &["a", "b"]),
        byte_size(bytes),
    );
    let _ = project_top(bytes, |name| name != "a");
    if let Ok(item) = decoded {
        assert_eq!(decode_item(&encode_item(&item)), Ok(item.clone()));
        assert_eq!(text, Ok(wire_json(&item)));
    }
}

fn nested(levels: usize) -> Item {
    let list = (1..levels).fold(Attr::Null, |inner, _| Attr::L(vec![inner]));
    [("a".to_owned(), list)].into_iter().collect()
}

#[test]
fn nesting_is_bounded() {
    let fits = encode_item(&nested(MAX_DEPTH));
    assert_eq!(decode_item(&fits), Ok(nested(MAX_DEPTH)));
    assert_eq!(json(&fits), Ok(wire_json(&nested(MAX_DEPTH))));
    let deeper = encode_item(&nested(MAX_DEPTH + 1));
    assert_eq!(decode_item(&deeper), Err(CodecError::Depth));
    assert_eq!(json(&deeper), Err(CodecError::Depth));
    assert_eq!(project_top(&deeper, |_| true), Err(CodecError::Depth));
}

#[test]
fn damage_is_named() {
    let item: Item = [("a".to_owned(), Attr::S("é".into()))]
        .into_iter()
        .collect();
    let good = encode_item(&item);
    assert_eq!(good, [1, 3, 1, 1, b'a', 3, 2, 0xC3, 0xA9]);
    for (place, byte, expected) in [
        (0, 2, CodecError::Version(2)),
        (1, 4, CodecError::Size),
        (2, 0, CodecError::Trailing),
        (2, 2, CodecError::Truncated),
        (5, 99, CodecError::Tag(99)),
        (6, 3, CodecError::Truncated),
        (8, b'a', CodecError::Utf8),
    ] {
        let mut bad = good.clone();
        bad[place] = byte;
        assert_eq!(decode_item(&bad), Err(expected), "byte {place}");
    }
    assert_eq!(
        decode_item(&[1, 0x80, 0x80, 0x80, 0x80, 0x80]),
        Err(CodecError::Varint)
    );
    // The same name twice, an empty set, a number with a trailing zero digit.
    assert_eq!(
        decode_item(&[1, 4, 2, 1, b'a', 0, 1, b'a', 0]),
        Err(CodecError::Order)
    );
    assert_eq!(
        decode_item(&[1, 1, 1, 1, b'a', 8, 1, 0]),
        Err(CodecError::Order)
    );
    assert_eq!(
        decode_item(&[1, 3, 1, 1, b'a', 4, 1, 10]),
        Err(CodecError::Number)
    );
    let mut out = b"before".to_vec();
    assert_eq!(write_json(&good[..8], &mut out), Err(CodecError::Truncated));
    assert_eq!(out, b"before");
}

#[test]
fn long_lengths_are_kept() {
    let text = "x".repeat(70_000);
    let list = Attr::L(vec![
        Attr::S(text.clone()),
        Attr::B(text.into_bytes()),
        Attr::Null,
    ]);
    let item: Item = [("n".repeat(65_535), Attr::L(vec![list]))]
        .into_iter()
        .collect();
    let bytes = encode_item(&item);
    assert_eq!(decode_item(&bytes), Ok(item.clone()));
    assert_eq!(json(&bytes), Ok(wire_json(&item)));
}

#[test]
fn extreme_numbers_print_plainly() {
    let long = 10i128.pow(38) - 1;
    for (coefficient, exponent) in [
        (0, 0),
        (1, 125),
        (-1, -130),
        (long, 88),
        (-long, -167),
        (15, -1),
    ] {
        let number = Number::from_parts(coefficient, exponent).expect("in range");
        let item: Item = [("a".to_owned(), Attr::N(number))].into_iter().collect();
        assert_eq!(json(&encode_item(&item)), Ok(wire_json(&item)));
    }
}

proptest! {
    #[test]
    fn items_round_trip(item in items()) {
        let bytes = encode_item(&item);
        prop_assert_eq!(byte_size(&bytes), Ok(item.byte_size()));
        prop_assert_eq!(json(&bytes), Ok(wire_json(&item)));
        prop_assert_eq!(decode_item(&bytes), Ok(item));
    }

    #[test]
    fn parts_agree_with_the_whole(item in items(), names in vec("[a-e]{0,2}", 0..4)) {
        let bytes = encode_item(&item);
        let is_named = |name: &str| names.iter().any(|other| other == name);
        let part = kept(&item, is_named);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        prop_assert_eq!(decode_some(&bytes, &names), Ok(part.clone()));
        prop_assert_eq!(project_top(&bytes, is_named), Ok(encode_item(&part)));
        let mut out = Vec::new();
        prop_assert_eq!(write_json_some(&bytes, &mut out, is_named), Ok(()));
        prop_assert_eq!(out, wire_json(&part));
        for name in names {
            prop_assert_eq!(lookup(&bytes, name), Ok(item.get(name).cloned()));
        }
    }

    #[test]
    fn any_bytes_decode_or_fail(mut bytes in vec(prop_oneof![0u8..12, any::<u8>()], 0..60)) {
        check_bytes(&bytes);
        bytes.insert(0, VERSION);
        check_bytes(&bytes);
    }

    #[test]
    fn damaged_items_decode_or_fail(item in items(), place: prop::sample::Index, byte: u8) {
        let mut bytes = encode_item(&item);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        check_bytes(&bytes);
        check_bytes(&bytes[..place]);
    }
}

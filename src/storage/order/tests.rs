//! Codes sort as values do, none is a prefix of another, and each gives its value back.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::types::ExponentWidth;

fn code(value: KeyValue<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    encode_key_value(&mut out, value);
    out
}

fn number(text: &str) -> Number {
    Number::parse(text, ExponentWidth::Bits64).expect("a number")
}

/// Any number, near neighbours and shared digits included.
fn numbers() -> impl Strategy<Value = Number> {
    let digits = prop_oneof![0i128..100, 0i128..100_000, 0i128..10i128.pow(37)];
    (digits, -130i16..126, any::<bool>()).prop_filter_map(
        "in range",
        |(digits, exponent, minus)| {
            Number::from_parts(if minus { -digits } else { digits }, exponent)
        },
    )
}

/// Short strings over few bytes, so that prefixes and zeros are common.
fn binaries() -> impl Strategy<Value = Vec<u8>> {
    vec(
        prop_oneof![Just(0), Just(1), Just(2), Just(254), Just(255), any::<u8>()],
        0..6,
    )
}

fn check_pair(a: KeyValue<'_>, b: KeyValue<'_>) {
    let (left, right) = (code(a), code(b));
    let values = a.to_attr().compare(&b.to_attr()).expect("one type");
    assert_eq!(left.cmp(&right), values, "{a:?} {b:?}");
    assert_eq!(left.starts_with(&right), values.is_eq(), "{a:?} {b:?}");
}

fn check_round_trip(value: KeyValue<'_>) {
    let mut bytes = code(value);
    bytes.extend_from_slice(b"rest");
    let attr = value.to_attr();
    let (back, rest) = decode_key_value(&bytes, attr.kind()).expect("a code");
    assert_eq!((back, rest), (attr, &b"rest"[..]));
}

#[test]
fn extreme_numbers_sort() {
    let ascending = [
        "-9.9999999999999999999999999999999999999E+125",
        "-1E125",
        "-100",
        "-99.5",
        "-99",
        "-10",
        "-9",
        "-1.01",
        "-1",
        "-0.1",
        "-1E-129",
        "-1.0000000000000000000000000000000000001E-130",
        "-1E-130",
        "0",
        "1E-130",
        "1.0000000000000000000000000000000000001E-130",
        "0.1",
        "1",
        "1.01",
        "9",
        "10",
        "99",
        "99.5",
        "100",
        "1E125",
        "9.9999999999999999999999999999999999999E+125",
    ];
    for (place, low) in ascending.iter().enumerate() {
        check_round_trip(KeyValue::N(number(low)));
        assert!(code(KeyValue::N(number(low))).len() <= 22);
        for high in &ascending[place..] {
            check_pair(KeyValue::N(number(low)), KeyValue::N(number(high)));
        }
    }
}

#[test]
fn successor_skips_full_bytes() {
    for (prefix, above) in [
        (&b"a"[..], Some(&b"b"[..])),
        (b"a\xFF\xFF", Some(b"b")),
        (b"a\xFEb", Some(b"a\xFEc")),
        (b"\xFF", None),
        (b"", None),
    ] {
        assert_eq!(successor(prefix).as_deref(), above);
    }
}

proptest! {
    #[test]
    fn numbers_sort(a in numbers(), b in numbers()) {
        check_pair(KeyValue::N(a), KeyValue::N(b));
        check_round_trip(KeyValue::N(a));
    }

    #[test]
    fn binaries_sort(a in binaries(), b in binaries()) {
        check_pair(KeyValue::B(&a), KeyValue::B(&b));
        check_round_trip(KeyValue::B(&a));
    }

    #[test]
    fn strings_sort(a in ".{0,5}", b in ".{0,5}") {
        check_pair(KeyValue::S(&a), KeyValue::S(&b));
        check_round_trip(KeyValue::S(&a));
    }

    #[test]
    fn prefixes_survive(a in binaries(), b in binaries()) {
        let mut prefix = Vec::new();
        encode_bytes_prefix(&mut prefix, &b);
        prop_assert_eq!(code(KeyValue::B(&a)).starts_with(&prefix), a.starts_with(&b));
    }

    #[test]
    fn successor_bounds_a_prefix(prefix in binaries(), key in binaries()) {
        let within = successor(&prefix).is_none_or(|above| key < above) && key >= prefix;
        prop_assert_eq!(within, key.starts_with(&prefix));
    }

    #[test]
    fn any_bytes_decode_or_fail(bytes in vec(any::<u8>(), 0..40)) {
        for kind in [AttrType::S, AttrType::N, AttrType::B] {
            if let Some((attr, rest)) = decode_key_value(&bytes, kind) {
                let value = KeyValue::of(&attr).expect("a key type");
                prop_assert_eq!(&code(value)[..], &bytes[..bytes.len() - rest.len()]);
            }
        }
    }
}

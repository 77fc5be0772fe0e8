//! Key codes of any two values sort as the values do, and any bytes decode to a key value or to nothing.

#![no_main]

use dynasled::storage::order::{KeyValue, decode_key_value, encode_key_value};
use dynasled::types::{AttrType, ExponentWidth, Number};
use libfuzzer_sys::fuzz_target;

fn code(value: KeyValue<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    encode_key_value(&mut out, value);
    out
}

fn check_pair(a: KeyValue<'_>, b: KeyValue<'_>) {
    let (left, right) = (code(a), code(b));
    let order = a.to_attr().compare(&b.to_attr());
    assert_eq!(Some(left.cmp(&right)), order);
    assert_eq!(left.starts_with(&right), a == b);
    let back = decode_key_value(&left, a.to_attr().kind());
    assert_eq!(back, Some((a.to_attr(), &[][..])));
}

fn check_bytes(bytes: &[u8]) {
    for kind in [AttrType::S, AttrType::N, AttrType::B] {
        if let Some((attr, rest)) = decode_key_value(bytes, kind) {
            let value = KeyValue::of(&attr).expect("a key type");
            assert_eq!(code(value), &bytes[..bytes.len() - rest.len()]);
        }
    }
}

fuzz_target!(|pair: (&[u8], &[u8])| {
    let (a, b) = pair;
    check_pair(KeyValue::B(a), KeyValue::B(b));
    check_bytes(a);
    if let (Ok(a), Ok(b)) = (std::str::from_utf8(a), std::str::from_utf8(b)) {
        check_pair(KeyValue::S(a), KeyValue::S(b));
        let number = |text| Number::parse(text, ExponentWidth::Bits64);
        if let (Ok(a), Ok(b)) = (number(a), number(b)) {
            check_pair(KeyValue::N(a), KeyValue::N(b));
        }
    }
});

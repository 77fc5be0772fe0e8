//! The JSON form of values and items, written in one pass.
//!
//! Reading goes the other way in `ops::values`, over a checked request. Stored items have a writer of their
//! own in `storage::codec` that yields the same text without building an [`Attr`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::Write as _;

use crate::types::attr::Attr;
use crate::types::item::Item;
use crate::types::number::Number;

/// Writes `{"name":{"S":"value"},...}`.
pub fn write_item(out: &mut Vec<u8>, item: &Item) {
    out.push(b'{');
    for (place, (name, value)) in item.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_str(out, name);
        out.push(b':');
        write_attr(out, value);
    }
    out.push(b'}');
}

/// Writes `{"S":"value"}` and its like.
pub fn write_attr(out: &mut Vec<u8>, value: &Attr) {
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(value.kind().name().as_bytes());
    out.extend_from_slice(b"\":");
    match value {
        Attr::S(text) => write_str(out, text),
        Attr::N(number) => write_number(out, *number),
        Attr::B(bytes) => write_base64(out, bytes),
        Attr::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Attr::Null => out.extend_from_slice(b"true"),
        Attr::L(list) => write_list(out, list, write_attr),
        Attr::M(map) => write_item(out, map),
        Attr::Ss(set) => write_list(out, set, |out, member| write_str(out, member)),
        Attr::Ns(set) => write_list(out, set, |out, member| write_number(out, *member)),
        Attr::Bs(set) => write_list(out, set, |out, member| write_base64(out, member)),
    }
    out.push(b'}');
}

/// Writes a JSON string, quotes included.
pub fn write_str(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string is always JSON and a vector always takes it");
}

/// Writes a number as the JSON string that carries it.
pub fn write_number(out: &mut Vec<u8>, number: Number) {
    write!(out, "\"{number}\"").expect("a vector takes every write");
}

/// Writes bytes as a JSON string of base64.
pub fn write_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    STANDARD
        .encode_slice(bytes, &mut out[start..])
        .expect("four characters for three bytes fit");
    out.push(b'"');
}

fn write_list<T>(out: &mut Vec<u8>, list: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (place, element) in list.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, element);
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_type() {
        let number = |value: i64| Number::from(value);
        let map: Item = [("q\"".to_owned(), Attr::Null)].into_iter().collect();
        for (value, expected) in [
            (Attr::S("a\n\u{e9}\"".into()), r#"{"S":"a\né\""}"#),
            (Attr::N(number(-12)), r#"{"N":"-12"}"#),
            (Attr::B(vec![255, 0, 1, 2]), r#"{"B":"/wABAg=="}"#),
            (Attr::Bool(false), r#"{"BOOL":false}"#),
            (Attr::Null, r#"{"NULL":true}"#),
            (
                Attr::L(vec![Attr::Null, Attr::Bool(true)]),
                r#"{"L":[{"NULL":true},{"BOOL":true}]}"#,
            ),
            (Attr::M(map), r#"{"M":{"q\"":{"NULL":true}}}"#),
            (
                Attr::Ss(vec!["a".into(), "b".into()]),
                r#"{"SS":["a","b"]}"#,
            ),
            (Attr::Ns(vec![number(1), number(2)]), r#"{"NS":["1","2"]}"#),
            (Attr::Bs(vec![vec![], vec![1]]), r#"{"BS":["","AQ=="]}"#),
        ] {
            let mut out = Vec::new();
            write_attr(&mut out, &value);
            assert_eq!(String::from_utf8(out).expect("JSON is UTF-8"), expected);
        }
    }
}

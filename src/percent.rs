//! Percent-encoding, as paths and queries of URLs have it, and the values of a query.

use std::borrow::Cow;

/// Undoes percent-encoding; what is not a valid escape stays as it is.
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes
            .get(at + 1..at + 3)
            .and_then(hex_byte)
            .filter(|_| bytes[at] == b'%');
        decoded.push(escape.unwrap_or(bytes[at]));
        at += if escape.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

/// The value of a name in a query, decoded.
pub fn query_value<'q>(query: &'q str, name: &str) -> Option<Cow<'q, str>> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        for (text, expected) in [
            ("a", "a"),
            ("%41", "A"),
            ("%", "%"),
            ("%4", "%4"),
            ("%zz%2f", "%zz/"),
            ("é%c3%a9", "éé"),
        ] {
            assert_eq!(decode(text), expected);
        }
    }

    #[test]
    fn queries() {
        let query = "a=1&b%3D=x%26y=z&a=2&c";
        for (name, expected) in [
            ("a", Some("1")),
            ("b=", Some("x&y=z")),
            ("c", Some("")),
            ("d", None),
        ] {
            assert_eq!(query_value(query, name).as_deref(), expected, "{name}");
        }
    }
}

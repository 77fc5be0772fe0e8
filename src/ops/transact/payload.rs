//! What a transaction asks for as a whole: a digest that tells two requests apart, and the bytes that count against the
//! limit.
//!
//! The digest does not depend on the order in which a client writes the members of an object, which may change from one
//! attempt to the next. Recursion ends where the reader of requests ended it.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use crate::engine::tokens::Digest;
use crate::model::{Json, Value};

/// The digest of a part of a request.
pub(in crate::ops) fn digest(actions: &[Json<'_>]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(length(actions.len()));
    for action in actions {
        feed(&mut hash, action);
    }
    hash.finalize().into()
}

fn length(count: usize) -> [u8; 8] {
    (count as u64).to_be_bytes()
}

/// Every piece goes in behind a letter for its kind, and behind its length where it has one, so that no two requests feed
/// the same bytes.
fn feed(hash: &mut Sha256, json: &Json<'_>) {
    match json {
        Json::Null => hash.update(b"0"),
        Json::Flag(flag) => hash.update([b'?', u8::from(*flag)]),
        Json::Integer(number) => {
            hash.update(b"i");
            hash.update(number.to_be_bytes());
        }
        Json::Double(number) => {
            hash.update(b"d");
            hash.update(number.to_be_bytes());
        }
        Json::Text(text) => feed_bytes(hash, b't', text.as_bytes()),
        Json::Bytes(bytes) => feed_bytes(hash, b'b', bytes),
        Json::List(elements) => {
            hash.update(b"l");
            hash.update(length(elements.len()));
            for element in elements {
                feed(hash, element);
            }
        }
        Json::Map(entries) => feed_entries(hash, entries, feed),
        Json::Values(entries) => feed_entries(hash, entries, feed_value),
        Json::Structure(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(member, value)| (member.name, value))
                .collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            hash.update(b"s");
            hash.update(length(members.len()));
            for (name, value) in members {
                feed_bytes(hash, b'm', name.as_bytes());
                feed(hash, value);
            }
        }
        Json::Value(value) => feed_value(hash, value),
    }
}

fn feed_bytes(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    hash.update([kind]);
    hash.update(length(bytes.len()));
    hash.update(bytes);
}

fn feed_entries<T>(
    hash: &mut Sha256,
    entries: &[(Cow<'_, str>, T)],
    feed: impl Fn(&mut Sha256, &T),
) {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by(|one, two| one.0.cmp(&two.0));
    hash.update(b"e");
    hash.update(length(sorted.len()));
    for (name, value) in sorted {
        feed_bytes(hash, b'k', name.as_bytes());
        feed(hash, value);
    }
}

fn feed_value(hash: &mut Sha256, value: &Value<'_>) {
    match value {
        Value::S(text) => feed_bytes(hash, b'S', text.as_bytes()),
        Value::N(text) => feed_bytes(hash, b'N', text.as_bytes()),
        Value::B(bytes) => feed_bytes(hash, b'B', bytes),
        Value::Bool(flag) => hash.update([b'F', u8::from(*flag)]),
        Value::Null(flag) => hash.update([b'0', u8::from(*flag)]),
        Value::L(elements) => {
            hash.update(b"L");
            hash.update(length(elements.len()));
            for element in elements {
                feed_value(hash, element);
            }
        }
        Value::M(entries) => {
            hash.update(b"M");
            feed_entries(hash, entries, feed_value);
        }
        Value::Ss(members) => feed_set(hash, b'1', members.iter().map(|member| member.as_bytes())),
        Value::Ns(members) => feed_set(hash, b'2', members.iter().map(|member| member.as_bytes())),
        Value::Bs(members) => feed_set(hash, b'3', members.iter().map(Vec::as_slice)),
        Value::Untyped => hash.update(b"u"),
        Value::Many => hash.update(b"v"),
    }
}

fn feed_set<'m>(hash: &mut Sha256, kind: u8, members: impl Iterator<Item = &'m [u8]>) {
    let mut sorted: Vec<_> = members.collect();
    sorted.sort_unstable();
    hash.update([kind]);
    hash.update(length(sorted.len()));
    for member in sorted {
        feed_bytes(hash, b'x', member);
    }
}

/// About how many bytes the values of an action's expressions take; numbers count as they are written.
pub(super) fn value_bytes(values: &[(Cow<'_, str>, Value<'_>)]) -> usize {
    values
        .iter()
        .map(|(name, value)| name.len() + bytes_of(value))
        .sum()
}

fn bytes_of(value: &Value<'_>) -> usize {
    match value {
        Value::S(text) | Value::N(text) => text.len(),
        Value::B(bytes) => bytes.len(),
        Value::Bool(_) | Value::Null(_) | Value::Untyped | Value::Many => 1,
        Value::L(elements) => {
            3 + elements
                .iter()
                .map(|element| 1 + bytes_of(element))
                .sum::<usize>()
        }
        Value::M(entries) => 3 + entries.len() + value_bytes(entries),
        Value::Ss(members) | Value::Ns(members) => members.iter().map(|member| member.len()).sum(),
        Value::Bs(members) => members.iter().map(Vec::len).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{check, table};

    fn of(body: &str) -> (Digest, usize) {
        let checked = check::check(
            "TransactWriteItems",
            &table::TRANSACT_WRITE_ITEMS_INPUT,
            body.as_bytes(),
        );
        let checked = checked.unwrap_or_else(|fault| panic!("{body}: {fault:?}"));
        let actions = checked
            .body()
            .member("TransactItems")
            .expect("it is required")
            .elements();
        let values = actions[0]
            .member("Put")
            .and_then(|put| put.member("Item"))
            .map_or(0, |item| value_bytes(item.values()));
        (digest(actions), values)
    }

    fn put(item: &str) -> String {
        format!(r#"{{"TransactItems": [{{"Put": {{"TableName": "tab", "Item": {item}}}}}]}}"#)
    }

    #[test]
    fn the_order_of_members_does_not_count() {
        let one = of(&put(
            r#"{"a": {"M": {"x": {"N": "1"}, "y": {"SS": ["p", "q"]}}}, "b": {"BOOL": true}}"#,
        ));
        let other = of(&put(
            r#"{"b": {"BOOL": true}, "a": {"M": {"y": {"SS": ["q", "p"]}, "x": {"N": "1"}}}}"#,
        ));
        assert_eq!(one, other);
        let turned =
            r#"{"TransactItems": [{"Put": {"Item": {"a": {"S": "b"}}, "TableName": "tab"}}]}"#;
        assert_eq!(of(&put(r#"{"a": {"S": "b"}}"#)).0, of(turned).0);
    }

    #[test]
    fn different_payloads_have_different_digests() {
        let items = [
            r#"{"a": {"S": "b"}}"#,
            r#"{"a": {"S": "bc"}}"#,
            r#"{"a": {"N": "1"}}"#,
            r#"{"a": {"B": "Yg=="}}"#,
            r#"{"a": {"L": [{"S": "b"}, {"S": "c"}]}}"#,
            r#"{"a": {"L": [{"S": "c"}, {"S": "b"}]}}"#,
            r#"{"a": {"SS": ["b"]}}"#,
            r#"{"a": {"NULL": true}}"#,
            r#"{"a": {"M": {"b": {"S": "c"}}}}"#,
            r#"{"a": {"S": "b"}, "c": {"S": "d"}}"#,
            r#"{"ab": {"S": ""}}"#,
        ];
        let digests: std::collections::HashSet<_> =
            items.iter().map(|item| of(&put(item)).0).collect();
        assert_eq!(digests.len(), items.len());
    }

    #[test]
    fn values_count_by_their_size() {
        for (item, bytes) in [
            (r#"{"a": {"S": "xyz"}}"#, 4),
            (
                r#"{"a": {"L": [{"S": "x"}, {"NULL": true}]}}"#,
                1 + 3 + 2 + 2,
            ),
            (r#"{"a": {"M": {"k": {"B": "Yg=="}}}}"#, 1 + 3 + 1 + 1 + 1),
            (r#"{"a": {"SS": ["x", "yz"]}, "b": {"BOOL": true}}"#, 4 + 2),
        ] {
            assert_eq!(of(&put(item)).1, bytes, "{item}");
        }
    }
}

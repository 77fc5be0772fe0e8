//! Values as constraint errors repeat them: in the service's own record notation, or as compact JSON.
//!
//! Owns both notations. What is printed is cut at `LIMIT` bytes of a list or map, so that a refused request cannot ask for
//! an answer many times its size; a single text is repeated in full.

use super::json::{Json, Value};
use super::names::push_camel;
use super::shape::Shape;
use crate::types::wire::write_str;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// From here on lists, maps and structures are not printed further.
const LIMIT: usize = 64 * 1024;

/// Datatypes of a value in the order of its record, some of them never used.
const DATATYPES: [&str; 16] = [
    "s",
    "n",
    "b",
    "iNT",
    "dECIMAL",
    "dOUBLE",
    "sS",
    "nS",
    "bS",
    "iNTSET",
    "dECIMALSET",
    "dOUBLESET",
    "m",
    "l",
    "nULL",
    "bOOL",
];

/// The notation of an echo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `[KeySchemaElement(attributeName=pk, keyType=HASH)]`.
    Record,
    /// `{"Keys":[{"pk":{"S":"a"}}]}`.
    Compact,
}

/// Members that the service's records have beyond its public model: structure, member.
// Observed: fixtures/conformance/batch_write_item/request_items.json
const HIDDEN: [(&str, &str); 1] = [("PutRequest", "workloadProfileName")];

impl Notation {
    /// Prints a part of a request.
    pub(super) fn print(self, shape: &Shape, json: &Json<'_>) -> String {
        let mut out = String::new();
        match self {
            Self::Record => record(&mut out, shape, json),
            Self::Compact => {
                let mut bytes = Vec::new();
                compact(&mut bytes, json);
                out.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        out
    }
}

fn record(out: &mut String, shape: &Shape, json: &Json<'_>) {
    match (shape, json) {
        (_, Json::Flag(flag)) => out.push_str(if *flag { "true" } else { "false" }),
        (_, Json::Integer(number)) => out.push_str(&number.to_string()),
        (_, Json::Double(number)) => out.push_str(&number.to_string()),
        (_, Json::Text(text)) => out.push_str(text),
        (_, Json::Bytes(bytes)) => buffer(out, bytes),
        (_, Json::Value(value)) => record_value(out, value),
        (_, Json::Values(entries)) => mapped(out, entries, record_value),
        (Shape::List { element, .. }, Json::List(elements)) => {
            listed(out, elements, |out, json| record(out, element, json));
        }
        (Shape::Map { value, .. }, Json::Map(entries)) => {
            mapped(out, entries, |out, json| record(out, value, json));
        }
        (Shape::Structure { name, members }, Json::Structure(_)) => {
            out.push_str(name);
            out.push('(');
            for (at, member) in members.iter().enumerate() {
                separate(out, at);
                push_camel(out, member.name);
                out.push('=');
                let value = json.member(member.name).unwrap_or(&Json::Null);
                record(out, member.shape, value);
            }
            for (_, hidden) in HIDDEN.iter().filter(|(structure, _)| structure == name) {
                separate(out, members.len());
                out.push_str(hidden);
                out.push_str("=null");
            }
            out.push(')');
        }
        _ => out.push_str("null"),
    }
}

fn record_value(out: &mut String, value: &Value<'_>) {
    let present = match value {
        Value::S(_) => "s",
        Value::N(_) => "n",
        Value::B(_) => "b",
        Value::Ss(_) => "sS",
        Value::Ns(_) => "nS",
        Value::Bs(_) => "bS",
        Value::M(_) => "m",
        Value::L(_) => "l",
        Value::Null(_) => "nULL",
        Value::Bool(_) => "bOOL",
        Value::Untyped | Value::Many => "",
    };
    out.push_str("AttributeValue(");
    for (at, datatype) in DATATYPES.iter().enumerate() {
        separate(out, at);
        out.push_str(datatype);
        out.push('=');
        if *datatype == present {
            record_content(out, value);
        } else {
            out.push_str("null");
        }
    }
    out.push(')');
}

fn record_content(out: &mut String, value: &Value<'_>) {
    match value {
        Value::S(text) | Value::N(text) => out.push_str(text),
        Value::B(bytes) => buffer(out, bytes),
        Value::Bool(flag) | Value::Null(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Ss(texts) | Value::Ns(texts) => listed(out, texts, |out, text| out.push_str(text)),
        Value::Bs(members) => listed(out, members, |out, bytes| buffer(out, bytes)),
        Value::L(elements) => listed(out, elements, record_value),
        Value::M(entries) => mapped(out, entries, record_value),
        Value::Untyped | Value::Many => {}
    }
}

fn buffer(out: &mut String, bytes: &[u8]) {
    let length = bytes.len();
    let text = format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]");
    out.push_str(&text);
}

fn separate(out: &mut String, at: usize) {
    if at > 0 {
        out.push_str(", ");
    }
}

fn listed<T>(out: &mut String, elements: &[T], print: impl Fn(&mut String, &T)) {
    out.push('[');
    for (at, element) in elements.iter().enumerate() {
        separate(out, at);
        if out.len() > LIMIT {
            out.push_str("...");
            break;
        }
        print(out, element);
    }
    out.push(']');
}

fn mapped<T>(out: &mut String, entries: &[(Cow<'_, str>, T)], print: impl Fn(&mut String, &T)) {
    out.push('{');
    for (at, (name, entry)) in entries.iter().enumerate() {
        separate(out, at);
        if out.len() > LIMIT {
            out.push_str("...");
            break;
        }
        out.push_str(name);
        out.push('=');
        print(out, entry);
    }
    out.push('}');
}

fn compact(out: &mut Vec<u8>, json: &Json<'_>) {
    match json {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Flag(flag) => push_flag(out, *flag),
        Json::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Json::Double(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Json::Text(text) => write_str(out, text),
        Json::Bytes(bytes) => push_base64(out, bytes),
        Json::List(elements) => array(out, elements, compact),
        Json::Map(entries) => {
            object(
                out,
                entries.iter().map(|(name, entry)| (name.as_ref(), entry)),
                compact,
            );
        }
        Json::Values(entries) => compact_entries(out, entries),
        Json::Structure(members) => {
            object(
                out,
                members.iter().map(|(member, value)| (member.name, value)),
                compact,
            );
        }
        Json::Value(value) => compact_value(out, value),
    }
}

fn compact_entries(out: &mut Vec<u8>, entries: &[(Cow<'_, str>, Value<'_>)]) {
    object(
        out,
        entries.iter().map(|(name, entry)| (name.as_ref(), entry)),
        compact_value,
    );
}

fn compact_value(out: &mut Vec<u8>, value: &Value<'_>) {
    let tag: &[u8] = match value {
        Value::S(_) => b"{\"S\":",
        Value::N(_) => b"{\"N\":",
        Value::B(_) => b"{\"B\":",
        Value::Ss(_) => b"{\"SS\":",
        Value::Ns(_) => b"{\"NS\":",
        Value::Bs(_) => b"{\"BS\":",
        Value::M(_) => b"{\"M\":",
        Value::L(_) => b"{\"L\":",
        Value::Null(_) => b"{\"NULL\":",
        Value::Bool(_) => b"{\"BOOL\":",
        Value::Untyped | Value::Many => b"{",
    };
    out.extend_from_slice(tag);
    match value {
        Value::S(text) | Value::N(text) => write_str(out, text),
        Value::B(bytes) => push_base64(out, bytes),
        Value::Bool(flag) | Value::Null(flag) => push_flag(out, *flag),
        Value::Ss(texts) | Value::Ns(texts) => array(out, texts, |out, text| write_str(out, text)),
        Value::Bs(members) => array(out, members, |out, bytes| push_base64(out, bytes)),
        Value::L(elements) => array(out, elements, compact_value),
        Value::M(entries) => compact_entries(out, entries),
        Value::Untyped | Value::Many => {}
    }
    out.push(b'}');
}

fn push_flag(out: &mut Vec<u8>, flag: bool) {
    out.extend_from_slice(if flag { b"true".as_slice() } else { b"false" });
}

fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    write_str(out, &STANDARD.encode(bytes));
}

fn array<T>(out: &mut Vec<u8>, elements: &[T], print: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (at, element) in elements.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if out.len() > LIMIT {
            out.extend_from_slice(b"...");
            break;
        }
        print(out, element);
    }
    out.push(b']');
}

fn object<'e, T: 'e>(
    out: &mut Vec<u8>,
    entries: impl Iterator<Item = (&'e str, &'e T)>,
    print: impl Fn(&mut Vec<u8>, &T),
) {
    out.push(b'{');
    for (at, (name, entry)) in entries.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if out.len() > LIMIT {
            out.extend_from_slice(b"...");
            break;
        }
        write_str(out, name);
        out.push(b':');
        print(out, entry);
    }
    out.push(b'}');
}

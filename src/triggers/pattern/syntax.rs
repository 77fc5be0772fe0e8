//! The JSON of a pattern as it was written: members in order, numbers with all their digits.
//!
//! `serde_json` reads the text and says where it is no JSON, but hands over a number beyond 64 bits as the nearest float.
//! The texts of the numbers are taken from the pattern itself, in the order in which the reader comes by them.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize as _, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

/// A value of a pattern.
#[derive(Debug, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// The number's own text.
    Number(&'a str),
    Text(String),
    List(Vec<Json<'a>>),
    /// Names are distinct: the last of equal ones counts.
    Object(Vec<(String, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a text; nesting is bounded by the reader (128).
    pub(super) fn parse(text: &'a str) -> Result<Json<'a>, serde_json::Error> {
        let rest = Cell::new(text);
        let mut reader = serde_json::Deserializer::from_str(text);
        let json = Reader { rest: &rest }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(json)
    }
}

/// Builds values, and knows the text behind the last number that it came by.
#[derive(Clone, Copy)]
struct Reader<'r, 'a> {
    rest: &'r Cell<&'a str>,
}

impl<'a> Reader<'_, 'a> {
    fn number<E: Error>(self) -> Result<Json<'a>, E> {
        let text = self.rest.get();
        let start = number_start(text).ok_or_else(|| E::custom("a number is missing"))?;
        let is_part =
            |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
        let length = text[start..]
            .bytes()
            .take_while(|byte| is_part(*byte))
            .count();
        let (number, rest) = text[start..].split_at(length);
        self.rest.set(rest);
        Ok(Json::Number(number))
    }
}

/// Where the first number outside of a string begins.
fn number_start(text: &str) -> Option<usize> {
    let (mut is_string, mut is_escaped) = (false, false);
    text.bytes().position(|byte| {
        if is_string {
            is_string = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            return false;
        }
        is_string = byte == b'"';
        byte == b'-' || byte.is_ascii_digit()
    })
}

impl<'de, 'a> DeserializeSeed<'de> for Reader<'_, 'a> {
    type Value = Json<'a>;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Json<'a>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de, 'a> Visitor<'de> for Reader<'_, 'a> {
    type Value = Json<'a>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json<'a>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json<'a>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Json<'a>, E> {
        self.number()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Json<'a>, E> {
        self.number()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Json<'a>, E> {
        self.number()
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json<'a>, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'a>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = list.next_element_seed(self)? {
            members.push(member);
        }
        Ok(Json::List(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json<'a>, A::Error> {
        let mut members: Vec<(String, Json<'a>)> = Vec::new();
        while let Some(name) = object.next_key_seed(Name)? {
            let value = object.next_value_seed(self)?;
            match members.iter_mut().find(|(earlier, _)| *earlier == name) {
                Some((_, earlier)) => *earlier = value,
                None => members.push((name, value)),
            }
        }
        Ok(Json::Object(members))
    }
}

/// A member's name.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = String;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<String, D::Error> {
        String::deserialize(reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let text = r#"{"1": [-12.50e+3, "7\"8\\", 9], "b\"2": {"c": 123456789012345678901234567890, "c": 0.1}}"#;
        let json = Json::parse(text).expect("it is JSON");
        let Json::Object(members) = json else {
            panic!("it is an object")
        };
        assert_eq!(
            members,
            [
                (
                    "1".to_owned(),
                    Json::List(vec![
                        Json::Number("-12.50e+3"),
                        Json::Text("7\"8\\".to_owned()),
                        Json::Number("9"),
                    ])
                ),
                (
                    "b\"2".to_owned(),
                    Json::Object(vec![("c".to_owned(), Json::Number("0.1"))])
                ),
            ]
        );
        let long = Json::parse("[123456789012345678901234567890]").expect("it is JSON");
        assert_eq!(
            long,
            Json::List(vec![Json::Number("123456789012345678901234567890")])
        );
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            "{} x",
            "1e999",
            "\u{feff}{}",
            "{\"a\":\"\u{1}\"}",
        ] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
        let deep = "[".repeat(100_000);
        let error = Json::parse(&deep).expect_err("it is too deep");
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }
}

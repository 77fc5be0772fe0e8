//! Loose conversion of JSON scalars to the type a shape asks for, and the texts of those that do not convert.
//!
//! Owns the type errors of scalars and of collections found in their place. Pure functions; `read` decides where they
//! apply and that only the first error of a body counts.

use super::json::Json;
use super::names::class;
use super::shape::Shape;
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use std::borrow::Cow;

/// Found where something scalar was expected.
pub(super) const MISPLACED_OBJECT: &str = "Start of structure or map found where not expected";

const NOT_A_FLAG: &str = "Unexpected token received from parser";
const NOT_BASE64: &str = "only base-64-encoded strings are convertible to bytes";
// The service spells it so.
const BAD_BASE64: &str = "Invalid last non-pad Base64 character dectected";

/// Where a value stands: the service words a misplaced scalar differently inside lists and maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A member of a structure.
    Member,
    /// An element of a list or an entry of a map.
    Element,
}

/// A scalar as JSON has it.
pub(super) enum Scalar<'a> {
    Flag(bool),
    Integer(i64),
    Double(f64),
    Text(Cow<'a, str>),
}

impl Scalar<'_> {
    fn token(&self) -> &'static str {
        match self {
            Self::Flag(true) => "TRUE_VALUE",
            Self::Flag(false) => "FALSE_VALUE",
            Self::Integer(_) => "NUMBER_VALUE",
            Self::Double(_) => "DECIMAL_VALUE",
            Self::Text(_) => "STRING_VALUE",
        }
    }
}

/// The scalar as the shape asks for it, or the type error.
pub(super) fn convert<'a>(
    shape: &Shape,
    scalar: Scalar<'a>,
    place: Place,
) -> Result<Json<'a>, String> {
    let token = scalar.token();
    let mismatch = |target: &str| format!("{token} cannot be converted to {target}");
    match (shape, scalar) {
        (Shape::Text { .. } | Shape::Table, Scalar::Text(text)) => Ok(Json::Text(text)),
        (Shape::Text { .. } | Shape::Table, _) => Err(mismatch("String")),
        (Shape::Integer { .. } | Shape::Long { .. }, Scalar::Integer(number)) => {
            Ok(Json::Integer(number))
        }
        // A fraction is cut, not refused; the cast saturates.
        (Shape::Integer { .. } | Shape::Long { .. }, Scalar::Double(number)) => {
            Ok(Json::Integer(number.floor() as i64))
        }
        (Shape::Integer { .. }, _) => Err(mismatch("Integer")),
        (Shape::Long { .. }, _) => Err(mismatch("Long")),
        (Shape::Double | Shape::Timestamp, Scalar::Integer(number)) => Ok(Json::Integer(number)),
        (Shape::Double | Shape::Timestamp, Scalar::Double(number)) => Ok(Json::Double(number)),
        (Shape::Double, _) => Err(mismatch("Double")),
        (Shape::Timestamp, _) => Err(mismatch("Date")),
        (Shape::Flag, Scalar::Flag(flag)) => Ok(Json::Flag(flag)),
        (Shape::Flag, Scalar::Text(text)) => flag(&text)
            .map(Json::Flag)
            .ok_or_else(|| NOT_A_FLAG.to_owned()),
        (Shape::Flag, _) => Err(mismatch("Boolean")),
        (Shape::Bytes, Scalar::Text(text)) => bytes(&text).map(Json::Bytes),
        (Shape::Bytes, _) => Err(NOT_BASE64.to_owned()),
        (Shape::Structure { .. } | Shape::List { .. } | Shape::Map { .. } | Shape::Value, _) => {
            Err(match place {
                Place::Member => "Unexpected field type".to_owned(),
                Place::Element => "Unexpected value type in payload".to_owned(),
            })
        }
    }
}

/// The type error of an array in place of anything but a list.
pub(super) fn misplaced_array(shape: &Shape) -> String {
    let class = class(shape);
    if matches!(shape, Shape::Map { .. }) {
        format!("Unrecognized collection type {class}")
    } else {
        format!("Unrecognized collection type class {class}")
    }
}

fn flag(text: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["true", "1", "yes"]) {
        Some(true)
    } else if is(["false", "0", "no"]) {
        Some(false)
    } else {
        None
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    if !text.len().is_multiple_of(4) {
        return Err(format!(
            "Base64 encoded length is expected a multiple of 4 bytes but found: {}",
            text.len()
        ));
    }
    STANDARD
        .decode(text)
        .map_err(|_: DecodeError| BAD_BASE64.to_owned())
}

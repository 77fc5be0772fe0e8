//! A request as a tree: only members its shape knows, each of the type its shape asks for.
//!
//! Owns the tree and its accessors; `read` builds it. Text borrows from the body where it holds no escapes, binary is
//! decoded. Objects keep document order, of two entries with one name the last counts, and a member that is JSON `null`
//! is not there at all. The tree's depth is bounded by the reader, so dropping it is safe.

use super::shape::Member;
use std::borrow::Cow;

/// Named attribute values in document order: an item, a key, the inside of a map, expression values.
pub type Entries<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// A request or a part of it.
#[derive(Clone, Debug)]
pub enum Json<'a> {
    /// A `null` element of a list.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A fraction or a time.
    Double(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Decoded base64.
    Bytes(Vec<u8>),
    /// An array.
    List(Vec<Json<'a>>),
    /// An object with free names.
    Map(Vec<(Cow<'a, str>, Json<'a>)>),
    /// An object with free names whose entries are attribute values.
    Values(Entries<'a>),
    /// An object with known members.
    Structure(Vec<(&'static Member, Json<'a>)>),
    /// An attribute value.
    Value(Value<'a>),
}

/// An attribute value as sent: of the right JSON types, its content not yet checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text.
    S(Cow<'a, str>),
    /// A number's text, not yet read.
    N(Cow<'a, str>),
    /// Binary, decoded.
    B(Vec<u8>),
    /// True or false.
    Bool(bool),
    /// Null; the service refuses `false`.
    Null(bool),
    /// A list.
    L(Vec<Value<'a>>),
    /// A map; names may be empty.
    M(Entries<'a>),
    /// A set of texts as sent: may be empty or hold a member twice.
    Ss(Vec<Cow<'a, str>>),
    /// A set of number texts as sent.
    Ns(Vec<Cow<'a, str>>),
    /// A set of binaries as sent, decoded.
    Bs(Vec<Vec<u8>>),
    /// No known datatype.
    Untyped,
    /// More than one datatype; what they held is not kept.
    Many,
}

impl<'a> Json<'a> {
    /// A member of a structure.
    pub fn member(&self, name: &str) -> Option<&Json<'a>> {
        match self {
            Self::Structure(members) => members
                .iter()
                .find(|(member, _)| member.name == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Takes a member out of a structure.
    pub fn take(&mut self, name: &str) -> Option<Json<'a>> {
        match self {
            Self::Structure(members) => {
                let at = members.iter().position(|(member, _)| member.name == name)?;
                Some(members.swap_remove(at).1)
            }
            _ => None,
        }
    }

    /// The text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The number, whole or not.
    #[allow(clippy::cast_precision_loss)] // times and fractions only: the service keeps them as doubles
    pub fn double(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Double(number) => Some(*number),
            _ => None,
        }
    }

    /// True or false.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The binary.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The elements of a list; none for anything else.
    pub fn elements(&self) -> &[Json<'a>] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }

    /// The entries of a map that does not hold attribute values; none for anything else.
    pub fn entries(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The entries of a map of attribute values; none for anything else.
    pub fn values(&self) -> &[(Cow<'a, str>, Value<'a>)] {
        match self {
            Self::Values(entries) => entries,
            _ => &[],
        }
    }

    /// The entries of a map of attribute values, by value; none for anything else.
    pub fn into_values(self) -> Entries<'a> {
        match self {
            Self::Values(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// The elements of a list, by value; none for anything else.
    pub fn into_elements(self) -> Vec<Json<'a>> {
        match self {
            Self::List(elements) => elements,
            _ => Vec::new(),
        }
    }

    /// The entries of a map that does not hold attribute values, by value; none for anything else.
    pub fn into_entries(self) -> Vec<(Cow<'a, str>, Json<'a>)> {
        match self {
            Self::Map(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// The attribute value.
    pub fn value(&self) -> Option<&Value<'a>> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The attribute value, by value.
    pub fn into_value(self) -> Option<Value<'a>> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Whether this is the `null` element of a list.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

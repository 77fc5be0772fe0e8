//! The vocabulary of the shape table: what a member may hold.
//!
//! Owns the types and the short constructors that keep the generated table readable. Shapes refer to each other by
//! `&'static` references, so recursion costs nothing. Bounds are inclusive; an open bound is the extreme of its type.

/// What a member may hold.
#[derive(Debug)]
pub enum Shape {
    /// An object with known members.
    Structure {
        /// Its name in the model.
        name: &'static str,
        /// Its members in the model's order.
        members: &'static [Member],
    },
    /// An array.
    List {
        /// What it holds.
        element: &'static Shape,
        /// How many.
        length: Length,
    },
    /// An object with free names.
    Map {
        /// What its names must meet: a text or a table.
        key: &'static Shape,
        /// What it holds.
        value: &'static Shape,
        /// How many entries.
        length: Length,
    },
    /// A string.
    Text {
        /// How long.
        length: Length,
        /// The regular expression it must match in full; empty for none.
        pattern: &'static str,
        /// The words allowed; empty for any.
        words: &'static [&'static str],
    },
    /// A table's name or ARN.
    Table,
    /// A whole number of 32 bits.
    Integer {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A whole number of 64 bits.
    Long {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A fraction.
    Double,
    /// True or false.
    Flag,
    /// Base64 text.
    Bytes,
    /// Seconds since the epoch.
    Timestamp,
    /// An attribute value.
    Value,
}

/// Smallest and largest number of characters, elements or entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Fewest.
    pub min: u64,
    /// Most.
    pub max: u64,
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Its name in requests.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What it may hold.
    pub shape: &'static Shape,
}

/// Whether a member must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It need not.
    Optional,
}

impl Length {
    /// No bound.
    pub const ANY: Length = Length {
        min: 0,
        max: u64::MAX,
    };
}

impl Shape {
    /// The members of a structure; none for other shapes.
    pub fn members(&self) -> &'static [Member] {
        match self {
            Self::Structure { members, .. } => members,
            _ => &[],
        }
    }
}

/// Text without constraints.
pub static TEXT: Shape = text(0, u64::MAX);
/// A table's name or ARN.
pub static TABLE: Shape = Shape::Table;
/// An integer without constraints.
pub static INTEGER: Shape = integer(i64::MIN, i64::MAX);
/// A long without constraints.
pub static LONG: Shape = long(i64::MIN, i64::MAX);
/// A fraction.
pub static DOUBLE: Shape = Shape::Double;
/// True or false.
pub static FLAG: Shape = Shape::Flag;
/// Base64 text.
pub static BYTES: Shape = Shape::Bytes;
/// Seconds since the epoch.
pub static TIMESTAMP: Shape = Shape::Timestamp;
/// An attribute value.
pub static VALUE: Shape = Shape::Value;

pub(super) const fn structure(name: &'static str, members: &'static [Member]) -> Shape {
    Shape::Structure { name, members }
}

pub(super) const fn list(element: &'static Shape, min: u64, max: u64) -> Shape {
    let length = Length { min, max };
    Shape::List { element, length }
}

pub(super) const fn map(key: &'static Shape, value: &'static Shape, min: u64, max: u64) -> Shape {
    let length = Length { min, max };
    Shape::Map { key, value, length }
}

pub(super) const fn text(min: u64, max: u64) -> Shape {
    pattern(min, max, "")
}

pub(super) const fn pattern(min: u64, max: u64, pattern: &'static str) -> Shape {
    Shape::Text {
        length: Length { min, max },
        pattern,
        words: &[],
    }
}

pub(super) const fn words(words: &'static [&'static str]) -> Shape {
    Shape::Text {
        length: Length::ANY,
        pattern: "",
        words,
    }
}

pub(super) const fn integer(min: i64, max: i64) -> Shape {
    Shape::Integer { min, max }
}

pub(super) const fn long(min: i64, max: i64) -> Shape {
    Shape::Long { min, max }
}

pub(super) const fn required(name: &'static str, shape: &'static Shape) -> Member {
    let need = Need::Required;
    Member { name, need, shape }
}

pub(super) const fn optional(name: &'static str, shape: &'static Shape) -> Member {
    let need = Need::Optional;
    Member { name, need, shape }
}

//! Faults of attribute values: what is wrong with one number, set or document.
//!
//! Owns the structure only; each layer's wording is in `voice`. Members of a set are kept as raw bytes in the order sent,
//! since the layers print them differently.

use crate::types::NumberError;

/// The three kinds of sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// `SS`.
    Text,
    /// `NS`.
    Number,
    /// `BS`.
    Binary,
}

/// What is wrong with an attribute value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// Not a number: the text as sent.
    NotANumber(String),
    /// Magnitude too large.
    Overflow,
    /// Magnitude too small.
    Underflow,
    /// More than 38 significant digits.
    TooManyDigits,
    /// A set without members.
    EmptySet(SetKind),
    /// A set that holds one member twice.
    DuplicateInSet {
        /// Which kind of set.
        kind: SetKind,
        /// The members as sent: text as UTF-8, binary decoded. Not read for numbers.
        members: Vec<Vec<u8>>,
    },
    /// `NULL` with a value other than true.
    NullFalse,
    /// No known datatype.
    NoType,
    /// More than one datatype.
    ManyTypes,
    /// Nested too deeply.
    TooDeep,
    /// An attribute or map entry without a name.
    EmptyName,
    /// The name of an attribute or map entry is too long.
    LongName,
}

impl ValueError {
    /// The fault for a number text that could not be read.
    pub fn of_number(error: &NumberError, text: &str) -> Self {
        match error {
            NumberError::NotANumber => Self::NotANumber(text.to_owned()),
            NumberError::Overflow => Self::Overflow,
            NumberError::Underflow => Self::Underflow,
            NumberError::TooManyDigits => Self::TooManyDigits,
        }
    }
}

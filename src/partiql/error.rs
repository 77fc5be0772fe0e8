//! What can be wrong with a statement, and the service's wording of it.
//!
//! `Display` gives the whole message. Some kinds are found only where statements meet tables and parameters; they are
//! here so that all wording of statements is in one place.

use std::fmt;

use crate::partiql::ast::{Returning, Span};
use crate::partiql::words::Function;
use crate::types::{AttrType, NumberError};

/// A statement that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartiqlError {
    /// Not a statement.
    Malformed(Malformation),
    /// An operation of the language that the service does not have.
    UnsupportedOperation(&'static str),
    /// A clause of the language that the service does not have.
    UnsupportedClause(&'static str, Span),
    /// A table or column with another name.
    Aliasing,
    /// The number literal at a path within its value is out of range.
    Number(NumberError, String),
    /// The function takes a path.
    NeedsPath(&'static str),
    /// Wrong number of operands.
    OperandCount(&'static str, usize),
    /// An operand of the wrong type.
    OperandType(&'static str, AttrType),
    /// Something else than a path.
    UnexpectedPathComponent(Span),
    /// A list index that is negative or too large, as written.
    IndexRange(String, Span),
    /// No function of that name, in lower case, can stand here.
    UnknownFunction(String, Span),
    /// `SET a = set_add(b, ..)`: the function, and where it is.
    SetTarget(Function, Span),
    /// The second argument is no set: the function, and where its first argument is.
    SetMembers(Function, Span),
    /// Not two arguments: the function, and where it is.
    SetArguments(Function, Span),
    /// An operand of an update does not go with the others.
    UpdateOperand,
    /// A set that holds one string twice: all its members as written.
    DuplicateTexts(Vec<String>),
    /// A set that holds one number twice: all its members as written, and the path within the value.
    DuplicateNumbers(Vec<String>, String),
    /// `<<>>`
    EmptySet,
    /// A set of strings and numbers.
    MixedSet,
    /// A set of something else.
    SetMember,
    /// Something within a value that is no value: its name, the path, and where it is.
    UnsupportedValue(String, String, Span),
    /// A path to an index, or further, after `INSERT INTO`.
    TableOnly(Span),
    /// More than a table and an index.
    TooManyComponents,
    /// A table or index name without a character.
    EmptyComponent,
    /// A column twice: its name in the result.
    DuplicateColumn(String),
    /// A `RETURNING` that a DELETE does not have.
    DeleteReturning(Returning),
    /// An UPDATE or DELETE of an index.
    IndexNotSupported,
    /// An UPDATE or DELETE without all of the key.
    MissingKeys,
    /// Branches of an OR that meet on the sort key.
    OverlappingRanges,
    /// More `?` than parameters.
    ParameterCount,
}

/// What makes a text no statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformation {
    /// Characters that are no token, or tokens of which no more is said.
    Unreadable,
    /// Something follows a complete statement.
    Leftover,
    /// No SET or REMOVE.
    NoChange,
    /// Nothing begins like this.
    Term,
    /// An operator at the end.
    RightSide,
    /// A reserved word.
    Keyword,
    /// An operator where an operand has to be.
    Operator,
    /// `IS` without a type.
    TypeName,
    /// No identifier begins a table name or an assignment.
    SimplePath,
    /// No identifier follows the dot.
    PathComponent,
}

impl std::error::Error for PartiqlError {}

impl fmt::Display for Malformation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Statement wasn't well formed, can't be processed: ")?;
        out.write_str(match self {
            Self::Unreadable => "",
            Self::Leftover => "Unexpected token after expression",
            Self::NoChange => "Expected data manipulation",
            Self::Term => "Unexpected term",
            Self::RightSide => "Missing right-hand side expression of infix operator",
            Self::Keyword => "Unexpected keyword",
            Self::Operator => "Unexpected operator",
            Self::TypeName => "Expected type name",
            Self::SimplePath => "Expected identifier for simple path",
            Self::PathComponent => "Invalid path dot component",
        })
    }
}

impl fmt::Display for PartiqlError {
    #[allow(clippy::too_many_lines)] // one arm a message
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformation) => malformation.fmt(out),
            Self::UnsupportedOperation(name) => write!(out, "Unsupported operation: {name}"),
            Self::UnsupportedClause(name, span) => {
                write!(out, "Unsupported clause: {name} at {span}")
            }
            Self::Aliasing => out.write_str("Aliasing is not supported"),
            Self::Number(error, path) => {
                let what = match error {
                    NumberError::Overflow | NumberError::NotANumber => {
                        "Number overflow. Attempting to store a number with magnitude larger than \
                         supported range"
                    }
                    NumberError::Underflow => {
                        "Number underflow. Attempting to store a number with magnitude smaller \
                         than supported range"
                    }
                    NumberError::TooManyDigits => {
                        "Attempting to store more than 38 significant digits in a Number"
                    }
                };
                write!(out, "{what} under {path}")
            }
            Self::NeedsPath(name) => write!(
                out,
                "Operator or function requires a document path; operator or function: {name}"
            ),
            Self::OperandCount(name, count) => write!(
                out,
                "Incorrect number of operands for operator or function; \
                 operator or function: {name}, number of operands: {count}"
            ),
            Self::OperandType(name, kind) => write!(
                out,
                "Incorrect operand type for operator or function; \
                 operator or function: {name}, operand type: {}",
                kind.name()
            ),
            Self::UnexpectedPathComponent(span) => {
                write!(out, "Unexpected path component at {span}")
            }
            Self::IndexRange(index, span) => write!(
                out,
                "List index is not within the allowable range; index: [{index}] at {span}"
            ),
            Self::UnknownFunction(name, span) => {
                write!(out, "Unrecognized function: {name} at {span}")
            }
            Self::SetTarget(function, span) => write!(
                out,
                "The first argument to {} must equal the assignment value at {span}",
                function.name().to_uppercase()
            ),
            Self::SetMembers(function, span) => write!(
                out,
                "The second argument to {} must be a value with type SET at {span}",
                function.name().to_uppercase()
            ),
            Self::SetArguments(function, span) => write!(
                out,
                "{} must have exactly two arguments at {span}",
                function.name().to_uppercase()
            ),
            Self::UpdateOperand => {
                out.write_str("An operand in the update expression has an incorrect data type")
            }
            Self::DuplicateTexts(members) => write!(
                out,
                "One or more parameter values were invalid: \
                 Input collection [{}] contains duplicates.",
                members.join(", ")
            ),
            Self::DuplicateNumbers(members, path) => write!(
                out,
                "One or more parameter values were invalid: \
                 Input collection [{}] contains duplicates! under {path}",
                members.join(", ")
            ),
            Self::EmptySet => out.write_str("Empty bags are not supported"),
            Self::MixedSet => {
                out.write_str("DynamoDB only supports either numbers or strings in bags")
            }
            Self::SetMember => out.write_str("Unsupported data type in Bag"),
            Self::UnsupportedValue(name, path, span) => write!(
                out,
                "Unsupported data type: {name} under key {path} at {span}"
            ),
            Self::TableOnly(span) => write!(
                out,
                "FROM clause may only contain a single table name in data manipulation statements \
                 at {span}"
            ),
            Self::TooManyComponents => {
                out.write_str("A path may contain at most 2 components in the FROM clause")
            }
            Self::EmptyComponent => out.write_str("Path component cannot be an empty string"),
            Self::DuplicateColumn(name) => {
                write!(out, "Duplicate identifiers in select clause: {name}")
            }
            Self::DeleteReturning(returning) => write!(
                out,
                "Invalid returning clause: {returning}. \
                 Only RETURNING ALL OLD * is allowed in DELETE statements."
            ),
            Self::IndexNotSupported => out.write_str("This operation is not supported on an index"),
            Self::MissingKeys => out.write_str(
                "Where clause does not contain a mandatory equality on all key attributes",
            ),
            Self::OverlappingRanges => out.write_str(
                "Overlapping conditions with range keys are not supported in where clause",
            ),
            Self::ParameterCount => {
                out.write_str("Number of parameters in request and statement don't match.")
            }
        }
    }
}

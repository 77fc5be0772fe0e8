//! What can be wrong with the text of an expression or its placeholders, and the service's wording of it.
//!
//! `Display` gives the bare message; the envelope of single-item writes is added where replies are worded. Problems
//! that show only against an item are `apply::UpdateError`.

use std::fmt;
use std::ops::Range;

use crate::types::{AttrType, Path};

/// The request parameter that an expression came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// `ConditionExpression`
    Condition,
    /// `FilterExpression`
    Filter,
    /// `KeyConditionExpression`
    KeyCondition,
    /// `ProjectionExpression`
    Projection,
    /// `UpdateExpression`
    Update,
}

impl Clause {
    /// The parameter's name.
    pub fn name(self) -> &'static str {
        match self {
            Clause::Condition => "ConditionExpression",
            Clause::Filter => "FilterExpression",
            Clause::KeyCondition => "KeyConditionExpression",
            Clause::Projection => "ProjectionExpression",
            Clause::Update => "UpdateExpression",
        }
    }
}

/// An expression that is refused before any item is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct ExprError {
    /// Which expression; `None` for the placeholders, which belong to all of them.
    pub clause: Option<Clause>,
    /// What is wrong.
    pub kind: ExprErrorKind,
    /// Bytes of the expression's text where it shows; empty for placeholders.
    pub range: Range<usize>,
}

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprErrorKind {
    /// Nothing is written.
    Empty,
    /// More bytes than the limit.
    TooLong(usize),
    /// The token cannot stand here.
    Syntax {
        /// The token, `<EOF>` at the end.
        token: String,
        /// The text from the token before to the token after.
        near: String,
    },
    /// Two pairs of parentheses around one thing.
    RedundantParentheses,
    /// More operators than the limit.
    TooManyOperators(usize),
    /// More choices of an IN than the limit.
    TooManyChoices(usize),
    /// The inline name is a reserved word.
    Reserved(String),
    /// The `#name` has no target.
    UndefinedName(String),
    /// The `:value` has no value.
    UndefinedValue(String),
    /// More path elements than the limit.
    PathDepth(usize),
    /// The list index, as written, is out of range.
    IndexRange(String),
    /// No function of that name.
    UnknownFunction(String),
    /// The function cannot stand here.
    MisusedFunction(&'static str),
    /// The function takes a path only.
    NeedsPath(&'static str),
    /// Wrong number of operands.
    OperandCount(&'static str, usize),
    /// A constant operand of the wrong type; the type may be the list of all types for a path.
    OperandType(&'static str, &'static str),
    /// A constant of the wrong type for ADD or DELETE.
    ActionType(&'static str, AttrType),
    /// Not a type name.
    AttributeTypeName(String),
    /// The same path twice.
    NotDistinct(&'static str, Box<Path>),
    /// Bounds of different types, each as its type name and text.
    BoundTypes(String, String),
    /// The lower bound is greater.
    BoundOrder(String, String),
    /// Two paths, one within the other.
    Overlap(Box<[Path; 2]>),
    /// Two paths that disagree on what a document is.
    Conflict(Box<[Path; 2]>),
    /// An update section written twice.
    RepeatedSection(&'static str),
    /// Not the form of a key condition.
    KeyForm(KeyFormError),
    /// Keys of `ExpressionAttributeNames` that no expression uses.
    UnusedNames(Vec<String>),
    /// Keys of `ExpressionAttributeValues` that no expression uses.
    UnusedValues(Vec<String>),
    /// A key of `ExpressionAttributeNames` that is no `#name`.
    NameKey(String),
    /// A key of `ExpressionAttributeValues` that is no `:value`.
    ValueKey(String),
}

/// What makes a well-formed condition no key condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFormError {
    /// An operator or function that keys do not support.
    Operator(&'static str),
    /// A path with more than one element.
    NestedAttribute,
    /// `size`.
    NestedOperation,
    /// Two conditions on one attribute.
    RepeatedKey,
    /// BETWEEN or begins_with on something else than an attribute.
    KeyNotFirst(&'static str),
    /// Two attributes in one condition.
    SeveralNames,
    /// Constants only.
    NoName,
}

impl std::error::Error for ExprError {}

impl fmt::Display for ExprError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(clause) = self.clause {
            write!(out, "Invalid {}: ", clause.name())?;
            // The size is told for every expression but an update.
            if clause == Clause::Update && matches!(self.kind, ExprErrorKind::TooLong(_)) {
                return out.write_str("Expression size has exceeded the maximum allowed size;");
            }
        }
        self.kind.fmt(out)
    }
}

impl fmt::Display for ExprErrorKind {
    #[allow(clippy::too_many_lines)] // one arm a message
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("The expression can not be empty;"),
            Self::TooLong(bytes) => write!(
                out,
                "Expression size has exceeded the maximum allowed size; expression size: {bytes}"
            ),
            Self::Syntax { token, near } => {
                write!(out, "Syntax error; token: \"{token}\", near: \"{near}\"")
            }
            Self::RedundantParentheses => {
                out.write_str("The expression has redundant parentheses;")
            }
            Self::TooManyOperators(count) => write!(
                out,
                "The expression contains too many operators; operator count: {count}"
            ),
            Self::TooManyChoices(count) => write!(
                out,
                "The IN operator is provided with too many operands; number of operands: {count}"
            ),
            Self::Reserved(word) => write!(
                out,
                "Attribute name is a reserved keyword; reserved keyword: {word}"
            ),
            Self::UndefinedName(name) => write!(
                out,
                "An expression attribute name used in the document path is not defined; \
                 attribute name: {name}"
            ),
            Self::UndefinedValue(name) => write!(
                out,
                "An expression attribute value used in expression is not defined; \
                 attribute value: {name}"
            ),
            Self::PathDepth(levels) => write!(
                out,
                "The document path has too many nesting levels; nesting levels: {levels}"
            ),
            Self::IndexRange(digits) => write!(
                out,
                "List index is not within the allowable range; index: [{digits}]"
            ),
            Self::UnknownFunction(name) => write!(out, "Invalid function name; function: {name}"),
            Self::MisusedFunction(name) => write!(
                out,
                "The function is not allowed to be used this way in an expression; \
                 function: {name}"
            ),
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
                 operator or function: {name}, operand type: {kind}"
            ),
            Self::ActionType(name, kind) => write!(
                out,
                "Incorrect operand type for operator or function; \
                 operator: {name}, operand type: {}",
                kind.long_name()
            ),
            Self::AttributeTypeName(name) => write!(
                out,
                "Invalid attribute type name found; \
                 type: {name}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
            ),
            Self::NotDistinct(name, path) => write!(
                out,
                "The first operand must be distinct from the remaining operands for this operator \
                 or function; operator: {name}, first operand: {path}"
            ),
            Self::BoundTypes(lower, upper) => write!(
                out,
                "The BETWEEN operator requires same data type for lower and upper bounds; \
                 lower bound operand: AttributeValue: {{{lower}}}, \
                 upper bound operand: AttributeValue: {{{upper}}}"
            ),
            Self::BoundOrder(lower, upper) => write!(
                out,
                "The BETWEEN operator requires upper bound to be greater than or equal to lower \
                 bound; lower bound operand: AttributeValue: {{{lower}}}, \
                 upper bound operand: AttributeValue: {{{upper}}}"
            ),
            Self::Overlap(paths) => write!(
                out,
                "Two document paths overlap with each other; \
                 must remove or rewrite one of these paths; path one: {}, path two: {}",
                paths[0], paths[1]
            ),
            Self::Conflict(paths) => write!(
                out,
                "Two document paths conflict with each other; \
                 must remove or rewrite one of these paths; path one: {}, path two: {}",
                paths[0], paths[1]
            ),
            Self::RepeatedSection(name) => write!(
                out,
                "The \"{name}\" section can only be used once in an update expression;"
            ),
            Self::KeyForm(error) => error.fmt(out),
            Self::UnusedNames(keys) => write!(
                out,
                "Value provided in ExpressionAttributeNames unused in expressions: keys: {{{}}}",
                keys.join(", ")
            ),
            Self::UnusedValues(keys) => write!(
                out,
                "Value provided in ExpressionAttributeValues unused in expressions: keys: {{{}}}",
                keys.join(", ")
            ),
            Self::NameKey(key) => write!(
                out,
                "ExpressionAttributeNames contains invalid key: Syntax error; key: \"{key}\""
            ),
            Self::ValueKey(key) => write!(
                out,
                "ExpressionAttributeValues contains invalid key: Syntax error; key: \"{key}\""
            ),
        }
    }
}

impl fmt::Display for KeyFormError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(name) => {
                write!(
                    out,
                    "Invalid operator used in KeyConditionExpression: {name}"
                )
            }
            Self::NestedAttribute => {
                out.write_str("KeyConditionExpressions cannot have conditions on nested attributes")
            }
            Self::NestedOperation => {
                out.write_str("KeyConditionExpressions cannot contain nested operations")
            }
            Self::RepeatedKey => {
                out.write_str("KeyConditionExpressions must only contain one condition per key")
            }
            Self::KeyNotFirst(name) => write!(
                out,
                "Invalid condition in KeyConditionExpression: \
                 {name} operator must have the key attribute as its first operand"
            ),
            Self::SeveralNames => out.write_str(
                "Invalid condition in KeyConditionExpression: \
                 Multiple attribute names used in one condition",
            ),
            Self::NoName => out.write_str(
                "Invalid condition in KeyConditionExpression: No key attribute specified",
            ),
        }
    }
}

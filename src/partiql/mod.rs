//! PartiQL statements: text to tree, the checks that need no more than the text, and constants to values.
//!
//! Syntax only: no I/O, no request, no table, no panic on any text. [`parse_statement`] is the way in; a tree it
//! hands out has passed the checks of `check`. What needs the table or the parameters (keys, projections of an index,
//! types of parameters) is decided where statements are turned into plans, with the errors of [`PartiqlError`].
//!
//! The depth of a tree is bounded by the parser, so that walking, printing and dropping it may recurse.

pub mod ast;
pub mod check;
mod display;
pub mod error;
mod keywords;
mod lexer;
mod parser;
pub mod value;
pub mod words;

pub use ast::{
    Change, Column, Delete, Direction, Expr, ExprKind, Insert, Member, NumberLiteral, OrderKey,
    Projection, Returning, Select, Source, Span, Statement, StatementKind, Update,
};
pub use error::{Malformation, PartiqlError};
pub use parser::{parse_selected_source, parse_statement};
pub use value::resolve_value;
pub use words::{Comparator, Function, TypeName};

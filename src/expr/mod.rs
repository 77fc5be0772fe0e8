//! Expressions: text to tree, static checks, evaluation against an item, updates applied to an item.
//!
//! Pure: no I/O, no table, no panic on any text. Each expression of a request is parsed once, all of them against one
//! [`Placeholders`]; unused placeholders are checked after the last one. What needs a table's schema (key attributes
//! in filters and updates, types of key conditions) is checked by the engine on the trees.
//!
//! Parsing uses explicit stacks and a tree's depth is bounded by the operator and size limits, so that neither
//! parsing nor any later walk can exhaust the call stack.

pub mod apply;
pub mod ast;
pub mod charge;
pub mod check;
pub mod display;
pub mod error;
pub mod eval;
pub mod legacy;
mod lexer;
pub mod names;
mod outline;
mod parser;
pub mod reserved;

pub use apply::UpdateError;
pub use ast::{
    Action, Comparator, Condition, KeyClause, KeyCondition, KeyTest, Operand, Projection, SetValue,
    Update, UpdateStyle,
};
pub use check::render_bound;
pub use error::{Clause, ExprError, ExprErrorKind, KeyFormError};
pub use legacy::{AttributeTest, Joint, LegacyError, Operator};
pub use names::Placeholders;
pub use parser::condition::parse_condition;
pub use parser::key_condition::parse_key_condition;
pub use parser::projection::parse_projection;
pub use parser::update::parse_update;

#[cfg(test)]
mod reference;

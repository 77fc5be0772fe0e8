//! Requests as the service's model sees them: shapes, the JSON they are read from, and the constraints they must meet.
//!
//! `table` holds the generated shapes, `json` a request read through one of them, `check` the only walker over both and
//! `overrides` what was observed to differ from the model. Rules that need more than one member, a value's inside or a table
//! live above this layer.

pub mod check;
mod echo;
pub mod json;
mod keys;
mod names;
pub mod overrides;
mod read;
mod scalar;
pub mod shape;
#[rustfmt::skip]
pub mod table;
mod text;

pub use check::{Checked, check, check_syntax};
pub use json::{Entries, Json, Value};
pub use shape::{Member, Need, Shape};

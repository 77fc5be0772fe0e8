//! Attribute values and what they are made of: numbers, items, document paths, and their JSON form.
//!
//! Pure values: no I/O, no request, no table. Nothing here panics on any input.

pub mod attr;
pub mod item;
pub mod number;
pub mod path;
pub mod wire;

pub use attr::{Attr, AttrType};
pub use item::Item;
pub use number::{ExponentWidth, Number, NumberError};
pub use path::{Path, Relation, Step};

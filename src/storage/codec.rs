//! The compact form in which items are stored.
//!
//! Owns the bytes of an item and everything that can be done to them without building one: sizes, single attributes,
//! projections, JSON. Attributes are sorted by name; every value can be skipped without being read. Bytes are read with
//! checks: damaged ones give a [`CodecError`], never a panic, and recursion ends at [`MAX_DEPTH`]. Only [`decode_item`] checks
//! everything; the others check what they touch.
//!
//! ```text
//! item   = version (1 byte), size charged for the item, number of attributes, { name, value }
//! name   = length, UTF-8
//! value  = tag (1 byte), then by tag: nothing (NULL, TRUE, FALSE); number (see `codec/number.rs`);
//!          length, bytes (S, B); length, count, values (L); length, count, { name, value } (M);
//!          length, count, { name } (SS, BS); length, count, { number } (NS)
//! ```
//! Lengths, counts and sizes are LEB128 varints.

use std::fmt;

use self::reader::{RawValue, Reader};
use crate::types::{Attr, Item};

mod encode;
mod json;
mod number;
mod reader;
#[cfg(test)]
mod tests;
mod value;

pub use encode::encode_item;
pub use json::{write_json, write_json_some};

/// First byte of every item.
pub const VERSION: u8 = 1;

/// Levels of nesting that are read; the service allows 32.
pub const MAX_DEPTH: usize = 64;

/// Why bytes are not an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodecError {
    /// The version byte is of another program version.
    Version(u8),
    /// The bytes end inside a value.
    Truncated,
    /// Bytes are left after the last value.
    Trailing,
    /// A tag that stands for no type.
    Tag(u8),
    /// A length or count that is no varint.
    Varint,
    /// A text that is not UTF-8.
    Utf8,
    /// A number that is out of range or not in its one form.
    Number,
    /// Names or set members that are not sorted, or a set without members.
    Order,
    /// More than [`MAX_DEPTH`] levels.
    Depth,
    /// A size that is not the size of the attributes.
    Size,
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "item of unknown version {version}"),
            Self::Truncated => f.write_str("item ends too early"),
            Self::Trailing => f.write_str("item goes on after its end"),
            Self::Tag(tag) => write!(f, "unknown value tag {tag}"),
            Self::Varint => f.write_str("length of a value cannot be read"),
            Self::Utf8 => f.write_str("text is not UTF-8"),
            Self::Number => f.write_str("number cannot be read"),
            Self::Order => f.write_str("names or set members are out of order"),
            Self::Depth => f.write_str("item is nested too deeply"),
            Self::Size => f.write_str("size of the item is wrong"),
        }
    }
}

impl std::error::Error for CodecError {}

/// The item that was encoded.
pub fn decode_item(bytes: &[u8]) -> Result<Item, CodecError> {
    let mut fields = Fields::of(bytes)?;
    let mut entries: Vec<(String, Attr)> =
        Vec::with_capacity(fields.remaining.min(bytes.len() / 2));
    while let Some((name, value)) = fields.next_field()? {
        if entries
            .last()
            .is_some_and(|(previous, _)| previous.as_str() >= name)
        {
            return Err(CodecError::Order);
        }
        entries.push((name.to_owned(), value::decode(value)?));
    }
    let size = fields.byte_size;
    let item = Item::from_sorted(entries);
    if item.byte_size() == size {
        Ok(item)
    } else {
        Err(CodecError::Size)
    }
}

/// Only the top-level attributes that are named, in any order; others are skipped unread.
pub fn decode_some(bytes: &[u8], names: &[&str]) -> Result<Item, CodecError> {
    let mut fields = Fields::of(bytes)?;
    let mut entries = Vec::with_capacity(names.len().min(fields.remaining));
    while entries.len() < names.len() {
        let Some((name, value)) = fields.next_field()? else {
            break;
        };
        if names.contains(&name) {
            entries.push((name.to_owned(), value::decode(value)?));
        }
    }
    Ok(Item::from_sorted(entries))
}

/// One top-level attribute.
pub fn lookup(bytes: &[u8], name: &str) -> Result<Option<Attr>, CodecError> {
    let mut fields = Fields::of(bytes)?;
    while let Some((found, value)) = fields.next_field()? {
        match found.cmp(name) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => return value::decode(value).map(Some),
            std::cmp::Ordering::Greater => break,
        }
    }
    Ok(None)
}

/// An item of the top-level attributes whose names pass, copied without decoding: what a projecting index keeps.
pub fn project_top(
    bytes: &[u8],
    mut keep: impl FnMut(&str) -> bool,
) -> Result<Vec<u8>, CodecError> {
    let mut fields = Fields::of(bytes)?;
    let mut kept = Vec::with_capacity(bytes.len());
    let mut count = 0;
    let mut size = 0;
    loop {
        let before = fields.rest();
        let Some((name, value)) = fields.next_field()? else {
            break;
        };
        if keep(name) {
            kept.extend_from_slice(&before[..before.len() - fields.rest().len()]);
            size += name.len() + value::byte_size(value)?;
            count += 1;
        }
    }
    let mut out = Vec::with_capacity(kept.len() + encode::MAX_HEADER_BYTES);
    encode::push_header(&mut out, size, count);
    out.extend_from_slice(&kept);
    Ok(out)
}

/// The size that the service charges for the item, from its header.
pub fn byte_size(bytes: &[u8]) -> Result<usize, CodecError> {
    Ok(Fields::of(bytes)?.byte_size)
}

/// The top-level attributes of stored bytes, one after the other, unread.
struct Fields<'a> {
    reader: Reader<'a>,
    remaining: usize,
    byte_size: usize,
}

impl<'a> Fields<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(bytes);
        match reader.byte()? {
            VERSION => {}
            other => return Err(CodecError::Version(other)),
        }
        let byte_size = reader.varint()?;
        let remaining = reader.varint()?;
        Ok(Self {
            reader,
            remaining,
            byte_size,
        })
    }

    fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }

    /// The next name and value as they lie; after the last one checks that nothing follows.
    fn next_raw(&mut self) -> Result<Option<(&'a [u8], RawValue<'a>)>, CodecError> {
        if self.remaining == 0 {
            return if self.rest().is_empty() {
                Ok(None)
            } else {
                Err(CodecError::Trailing)
            };
        }
        self.remaining -= 1;
        let name = self.reader.prefixed()?;
        Ok(Some((name, self.reader.value()?)))
    }

    fn next_field(&mut self) -> Result<Option<(&'a str, RawValue<'a>)>, CodecError> {
        match self.next_raw()? {
            Some((name, value)) => Ok(Some((reader::text(name)?, value))),
            None => Ok(None),
        }
    }
}

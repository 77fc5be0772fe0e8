//! Ranges of keys: whole namespaces and spaces, one partition under a sort condition, a scan segment, a stream from a place.
//!
//! Owns `KeyRange` and how it is cut when a page resumes. Builders rely on the codes of key values being prefix-free: all
//! rows whose next value is `v` begin with the code of `v`, and nothing else does.

use std::ops::Bound;

use super::{Namespace, Space};
use crate::storage::Order;
use crate::storage::order::{
    KeyValue, encode_bytes, encode_bytes_prefix, encode_key_value, successor,
};

/// Two bounds of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// Where it starts.
    pub from: Bound<Vec<u8>>,
    /// Where it ends.
    pub to: Bound<Vec<u8>>,
}

impl KeyRange {
    /// All keys that begin with `prefix`.
    pub fn prefix(prefix: Vec<u8>) -> Self {
        let to = below_successor(&prefix);
        Self {
            from: Bound::Included(prefix),
            to,
        }
    }

    /// The bounds in the form that [`Store::range`](crate::storage::Store::range) takes.
    pub fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (as_slice(&self.from), as_slice(&self.to))
    }

    /// Whether a key lies within.
    pub fn contains(&self, key: &[u8]) -> bool {
        let after_start = match &self.from {
            Bound::Included(from) => key >= from.as_slice(),
            Bound::Excluded(from) => key > from.as_slice(),
            Bound::Unbounded => true,
        };
        let before_end = match &self.to {
            Bound::Included(to) => key <= to.as_slice(),
            Bound::Excluded(to) => key < to.as_slice(),
            Bound::Unbounded => true,
        };
        after_start && before_end
    }

    /// What is left when reading goes on after `key` in the given order. A key outside cuts all or nothing.
    #[must_use]
    pub fn resumed(mut self, order: Order, key: &[u8]) -> Self {
        match order {
            Order::Forward if is_start_below(&self.from, key) => {
                self.from = Bound::Excluded(key.to_vec());
            }
            Order::Reverse if is_end_above(&self.to, key) => {
                self.to = Bound::Excluded(key.to_vec());
            }
            Order::Forward | Order::Reverse => {}
        }
        self
    }
}

/// A condition on the value that follows a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortRange<'a> {
    /// Any value, or none.
    All,
    /// `=`
    Equal(KeyValue<'a>),
    /// `<`
    Below(KeyValue<'a>),
    /// `<=`
    AtMost(KeyValue<'a>),
    /// `>`
    Above(KeyValue<'a>),
    /// `>=`
    AtLeast(KeyValue<'a>),
    /// `BETWEEN`, both ends included.
    Between(KeyValue<'a>, KeyValue<'a>),
    /// `begins_with` of a string or binary.
    BeginsWith(&'a [u8]),
}

/// The rows under `prefix` (a partition, possibly with the sort values that are fixed) whose next value meets a condition.
pub fn sort_range(prefix: &[u8], condition: SortRange<'_>) -> KeyRange {
    let coded = |value: KeyValue<'_>| {
        let mut key = prefix.to_vec();
        encode_key_value(&mut key, value);
        key
    };
    let start = || Bound::Included(prefix.to_vec());
    let end = || below_successor(prefix);
    let (from, to) = match condition {
        SortRange::All => (start(), end()),
        SortRange::Equal(value) => return KeyRange::prefix(coded(value)),
        SortRange::Below(value) => (start(), Bound::Excluded(coded(value))),
        SortRange::AtMost(value) => (start(), below_successor(&coded(value))),
        SortRange::Above(value) => (from_successor(&coded(value)), end()),
        SortRange::AtLeast(value) => (Bound::Included(coded(value)), end()),
        SortRange::Between(low, high) => {
            (Bound::Included(coded(low)), below_successor(&coded(high)))
        }
        SortRange::BeginsWith(bytes) => {
            let mut key = prefix.to_vec();
            encode_bytes_prefix(&mut key, bytes);
            return KeyRange::prefix(key);
        }
    };
    KeyRange { from, to }
}

/// All rows of a table or index.
pub fn whole_space(space: Space) -> KeyRange {
    KeyRange::prefix(space_prefix(space))
}

/// Segment `segment` of `total` of a table or index: every row lies in exactly one.
pub fn segment(space: Space, segment: u32, total: u32) -> KeyRange {
    let start_of = |segment: u32| {
        // The least hash of the segment; one past the last segment is 2^32, which no hash reaches.
        (u64::from(segment) << 32).div_ceil(u64::from(total.max(1)))
    };
    let place = |segment: u32| match u32::try_from(start_of(segment)) {
        Ok(hash) => {
            let mut key = space_prefix(space);
            key.extend_from_slice(&hash.to_be_bytes());
            Some(key)
        }
        Err(_) => successor(&space_prefix(space)),
    };
    KeyRange {
        from: place(segment).map_or(Bound::Unbounded, Bound::Included),
        to: place(segment.saturating_add(1)).map_or(Bound::Unbounded, Bound::Excluded),
    }
}

/// All keys of a namespace.
pub fn whole_namespace(namespace: Namespace) -> KeyRange {
    KeyRange::prefix(vec![namespace as u8])
}

/// All tables (or tokens) of a scope, in byte order of their names.
pub fn whole_scope(namespace: Namespace, scope: &str) -> KeyRange {
    let mut prefix = vec![namespace as u8];
    encode_bytes(&mut prefix, scope.as_bytes());
    KeyRange::prefix(prefix)
}

/// All records of a stream.
pub fn whole_stream(stream: u64) -> KeyRange {
    let mut prefix = vec![Namespace::Stream as u8];
    prefix.extend_from_slice(&stream.to_be_bytes());
    KeyRange::prefix(prefix)
}

/// The records of a stream from a sequence number on, that one included.
pub fn stream_from(stream: u64, sequence: u64) -> KeyRange {
    KeyRange {
        from: Bound::Included(super::stream_record(stream, sequence)),
        ..whole_stream(stream)
    }
}

/// Expiry keys of items that expire before an epoch second, the earliest first.
pub fn expired_before(epoch_second: u64) -> KeyRange {
    let start = vec![Namespace::Expiry as u8];
    let mut end = start.clone();
    end.extend_from_slice(&epoch_second.to_be_bytes());
    KeyRange {
        from: Bound::Included(start),
        to: Bound::Excluded(end),
    }
}

fn space_prefix(space: Space) -> Vec<u8> {
    let mut prefix = vec![Namespace::Row as u8];
    prefix.extend_from_slice(&space.0.to_be_bytes());
    prefix
}

fn below_successor(prefix: &[u8]) -> Bound<Vec<u8>> {
    successor(prefix).map_or(Bound::Unbounded, Bound::Excluded)
}

/// A start above everything with this prefix. Every prefix here begins with a namespace below `FF`, so there is one.
fn from_successor(prefix: &[u8]) -> Bound<Vec<u8>> {
    successor(prefix).map_or_else(|| Bound::Excluded(prefix.to_vec()), Bound::Included)
}

fn is_start_below(from: &Bound<Vec<u8>>, key: &[u8]) -> bool {
    match from {
        Bound::Included(from) | Bound::Excluded(from) => key >= from.as_slice(),
        Bound::Unbounded => true,
    }
}

fn is_end_above(to: &Bound<Vec<u8>>, key: &[u8]) -> bool {
    match to {
        Bound::Included(to) | Bound::Excluded(to) => key <= to.as_slice(),
        Bound::Unbounded => true,
    }
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}

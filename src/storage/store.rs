//! The `Store` trait: an ordered map of byte strings, written in atomic batches.
//!
//! Owns the contract that both stores keep and that the property tests hold them to: keys sort as bytes, a batch is visible
//! whole to every later call, a row is never torn. A range is not a snapshot: it may mix moments. One writer calls `apply`;
//! any number of threads read beside it.

use std::ops::{Bound, ControlFlow};

use bytes::Bytes;

use super::StoreError;

/// What is called with each key and value of a range; breaks when it has enough.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// An ordered map of byte strings.
pub trait Store: Send + Sync + 'static {
    /// The value under `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError>;

    /// Visits rows in key order (or reverse) between the bounds until `visit` breaks. Implementations hold a lock per bounded
    /// chunk at most and none while `visit` runs, so `visit` may read from the store. Bounds that exclude everything visit
    /// nothing.
    fn range(
        &self,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError>;

    /// Applies all edits or none, also across a crash.
    fn apply(&self, batch: Batch) -> Result<(), StoreError>;

    /// Makes what was applied as durable as this store can.
    fn flush(&self) -> Result<(), StoreError>;

    /// Bytes on disk, or approximate bytes held in memory.
    fn size(&self) -> Result<u64, StoreError>;
}

/// Direction of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Ascending keys.
    Forward,
    /// Descending keys.
    Reverse,
}

/// Edits that are applied together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Key and new value, or `None` to remove the key. When a key appears twice the last edit counts.
    pub edits: Vec<(Vec<u8>, Option<Bytes>)>,
}

impl Batch {
    /// A batch without edits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds "set `key` to `value`".
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Bytes>) {
        self.edits.push((key.into(), Some(value.into())));
    }

    /// Adds "remove `key`".
    pub fn delete(&mut self, key: impl Into<Vec<u8>>) {
        self.edits.push((key.into(), None));
    }

    /// Whether there is nothing to apply.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Number of edits.
    pub fn len(&self) -> usize {
        self.edits.len()
    }
}

/// Whether no key can lie between the bounds; ordered maps panic on such ranges, so both stores ask first.
pub(super) fn is_empty_range(from: Bound<&[u8]>, to: Bound<&[u8]>) -> bool {
    match (from, to) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(a), Bound::Included(b)) => a > b,
        (Bound::Included(a) | Bound::Excluded(a), Bound::Included(b) | Bound::Excluded(b)) => {
            a >= b
        }
    }
}

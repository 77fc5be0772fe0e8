//! The store in memory: an ordered map under a read-write lock.
//!
//! Needs no disk and is the model that the store on disk is checked against. A range copies keys and shares values chunk by
//! chunk, so no lock is held while rows are visited and a long range never keeps the writer out for long. Nothing survives
//! the process.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;

use super::StoreError;
use super::store::{Batch, Order, Store, Visit, is_empty_range};

/// Rows of the first chunk of a range; it doubles up to [`LAST_CHUNK_ROWS`], so short reads copy little.
const FIRST_CHUNK_ROWS: usize = 16;
const LAST_CHUNK_ROWS: usize = 256;
const CHUNK_BYTES: usize = 256 * 1024;

/// What a row costs besides its key and value, about: its share of a map node, and two allocations.
const ROW_OVERHEAD: u64 = 96;

/// Rows kept in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    rows: RwLock<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    map: BTreeMap<Box<[u8]>, Bytes>,
    held: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Edits cannot stop half-way (they only allocate and move), so a poisoned lock still guards whole rows.
    fn read(&self) -> RwLockReadGuard<'_, Rows> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        Ok(self.read().map.get(key).cloned())
    }

    fn range(
        &self,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        let (mut from, mut to) = (from.map(<[u8]>::to_vec), to.map(<[u8]>::to_vec));
        let mut chunk = Chunk::default();
        let mut limit = FIRST_CHUNK_ROWS;
        loop {
            let bounds = (as_slice(&from), as_slice(&to));
            if is_empty_range(bounds.0, bounds.1) {
                return Ok(());
            }
            let progress = chunk.fill(&self.read().map, bounds, order, limit);
            for (key, value) in chunk.rows() {
                if visit(key, value).is_break() {
                    return Ok(());
                }
            }
            let (Progress::More, Some(last)) = (progress, chunk.last_key()) else {
                return Ok(());
            };
            let last = Bound::Excluded(last.to_vec());
            match order {
                Order::Forward => from = last,
                Order::Reverse => to = last,
            }
            limit = (limit * 2).min(LAST_CHUNK_ROWS);
        }
    }

    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in batch.edits {
            let key_bytes = key.len() as u64 + ROW_OVERHEAD;
            let before = match value {
                Some(value) => {
                    rows.held += key_bytes + value.len() as u64;
                    rows.map.insert(key.into_boxed_slice(), value)
                }
                None => rows.map.remove(key.as_slice()),
            };
            if let Some(before) = before {
                rows.held -= key_bytes + before.len() as u64;
            }
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn size(&self) -> Result<u64, StoreError> {
        Ok(self.read().held)
    }
}

enum Progress {
    /// The range may go on after the chunk.
    More,
    /// The chunk reached the end of the range.
    End,
}

/// Rows taken out under one hold of the lock. Keys lie end to end in one buffer.
#[derive(Default)]
struct Chunk {
    keys: Vec<u8>,
    rows: Vec<(usize, Bytes)>,
}

impl Chunk {
    fn fill(
        &mut self,
        map: &BTreeMap<Box<[u8]>, Bytes>,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
        order: Order,
        limit: usize,
    ) -> Progress {
        self.keys.clear();
        self.rows.clear();
        let mut range = map.range::<[u8], _>(bounds);
        let mut bytes = 0;
        while self.rows.len() < limit && bytes < CHUNK_BYTES {
            let next = match order {
                Order::Forward => range.next(),
                Order::Reverse => range.next_back(),
            };
            let Some((key, value)) = next else {
                return Progress::End;
            };
            self.keys.extend_from_slice(key);
            self.rows.push((self.keys.len(), value.clone()));
            bytes += key.len() + value.len();
        }
        Progress::More
    }

    fn rows(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut start = 0;
        self.rows.iter().map(move |(end, value)| {
            let key = &self.keys[start..*end];
            start = *end;
            (key, value.as_ref())
        })
    }

    fn last_key(&self) -> Option<&[u8]> {
        let start = match self.rows.len().checked_sub(2) {
            Some(before_last) => self.rows[before_last].0,
            None => 0,
        };
        self.rows.last().map(|(end, _)| &self.keys[start..*end])
    }
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}

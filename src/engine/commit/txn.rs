//! `Txn`: what a job sees and changes. Its own edits first, then its group's, then the store.
//!
//! A job that succeeds is absorbed by its group; one that fails or panics is dropped whole, and that is the savepoint
//! which makes many actions one. Nothing here writes to the store.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::engine::catalog::{Catalog, TableName};
use crate::engine::streams::StreamHead;
use crate::engine::table::Table;
use crate::error::Fault;
use crate::storage::keys::{self, Space};
use crate::storage::{Batch, Store, StoreError};

/// Edits that are not in the store yet.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    rows: HashMap<Vec<u8>, Option<Bytes>>,
    tallies: HashMap<Space, Tally>,
    pub(super) tables: HashMap<TableName, Option<Arc<Table>>>,
    pub(super) streams: HashMap<u64, Option<Arc<StreamHead>>>,
    /// Streams that got records, few of them.
    pub(super) recorded: Vec<u64>,
    /// Bytes of keys and values, to bound a group.
    pub(super) bytes: usize,
}

/// Change of a space's statistics.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    rows: i64,
    bytes: i64,
}

/// Numbers that are given out once and never again, on the commit thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counters {
    /// Last sequence number of all streams.
    pub(super) sequence: u64,
    /// Next space of a table or an index.
    pub(super) space: u32,
}

impl Overlay {
    /// Takes over the edits of a job that succeeded.
    pub(super) fn absorb(&mut self, job: Overlay) {
        self.bytes += job.bytes;
        self.rows.extend(job.rows);
        for (space, tally) in job.tallies {
            let sum = self.tallies.entry(space).or_default();
            sum.rows += tally.rows;
            sum.bytes += tally.bytes;
        }
        self.tables.extend(job.tables);
        self.streams.extend(job.streams);
        for stream in job.recorded {
            self.note_record(stream);
        }
    }

    fn note_record(&mut self, stream: u64) {
        if !self.recorded.contains(&stream) {
            self.recorded.push(stream);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Turns tallies into statistics rows and everything into one batch.
    pub(super) fn into_batch(mut self, store: &dyn Store) -> Result<Batch, StoreError> {
        for (space, tally) in std::mem::take(&mut self.tallies) {
            let key = keys::statistics(space);
            if let Some(None) = self.rows.get(&key) {
                continue; // the space was given up in this group
            }
            let before = store
                .get(&key)?
                .as_deref()
                .map_or_else(Statistics::default, Statistics::decode);
            let after = Statistics {
                rows: before.rows.saturating_add_signed(tally.rows),
                bytes: before.bytes.saturating_add_signed(tally.bytes),
            };
            self.rows.insert(key, Some(after.encode()));
        }
        Ok(Batch {
            edits: self.rows.into_iter().collect(),
        })
    }
}

/// Rows and bytes of a table or an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// How many rows there are.
    pub rows: u64,
    /// Their bytes, by the service's size rule.
    pub bytes: u64,
}

impl Statistics {
    /// Reads the stored form; anything else counts as nothing.
    pub fn decode(bytes: &[u8]) -> Statistics {
        let word = |at: usize| {
            bytes
                .get(at..at + 8)
                .and_then(|word| word.try_into().ok())
                .map_or(0, u64::from_be_bytes)
        };
        Statistics {
            rows: word(0),
            bytes: word(8),
        }
    }

    fn encode(self) -> Bytes {
        let mut out = Vec::with_capacity(16);
        out.extend_from_slice(&self.rows.to_be_bytes());
        out.extend_from_slice(&self.bytes.to_be_bytes());
        out.into()
    }
}

/// The view and the edits of one job.
pub struct Txn<'g> {
    pub(super) store: &'g dyn Store,
    pub(super) catalog: &'g Catalog,
    pub(super) group: &'g Overlay,
    pub(super) own: Overlay,
    pub(super) counters: Counters,
    /// Milliseconds since the epoch, the same for the whole job.
    pub now_ms: u64,
}

impl Txn<'_> {
    /// The value under a key as this job would leave it.
    pub fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        match self.own.rows.get(key).or_else(|| self.group.rows.get(key)) {
            Some(edit) => Ok(edit.clone()),
            None => self.store.get(key),
        }
    }

    /// Sets a row.
    pub fn put(&mut self, key: Vec<u8>, value: Bytes) {
        self.own.bytes += key.len() + value.len();
        self.own.rows.insert(key, Some(value));
    }

    /// Removes a row.
    pub fn delete(&mut self, key: Vec<u8>) {
        self.own.bytes += key.len();
        self.own.rows.insert(key, None);
    }

    /// Adds a record to a stream; its readers are told when the group is done.
    pub fn put_record(&mut self, stream: u64, record: Bytes) {
        let sequence = self.next_sequence();
        self.put(keys::stream_record(stream, sequence), record);
        self.own.note_record(stream);
    }

    /// Adds to the statistics of a space.
    pub fn tally(&mut self, space: Space, rows: i64, bytes: i64) {
        let sum = self.own.tallies.entry(space).or_default();
        sum.rows += rows;
        sum.bytes += bytes;
    }

    /// The next sequence number of a stream record. Numbers of dropped jobs are lost, which no reader minds.
    pub fn next_sequence(&mut self) -> u64 {
        self.counters.sequence += 1;
        self.counters.sequence
    }

    /// A space that was never used.
    pub fn next_space(&mut self) -> Space {
        let space = Space(self.counters.space);
        self.counters.space += 1;
        space
    }

    /// The table of that name, whatever its phase.
    pub fn table(&self, name: &TableName) -> Option<Arc<Table>> {
        match self
            .own
            .tables
            .get(name)
            .or_else(|| self.group.tables.get(name))
        {
            Some(edit) => edit.clone(),
            None => self.catalog.table(&name.scope, &name.name).cloned(),
        }
    }

    /// The table that a plan was made for as it is now: the same one, or the same rows under a changed schema.
    /// Not found when it was deleted meanwhile, also when one of the same name was made since.
    pub fn current(&self, planned: &Arc<Table>) -> Result<Arc<Table>, Fault> {
        let changed = !self.own.tables.is_empty() || !self.group.tables.is_empty();
        let current = if changed {
            self.table(&TableName::of(planned))
        } else {
            self.catalog.table(&planned.scope, &planned.name).cloned()
        };
        current
            .filter(|table| table.space == planned.space)
            .ok_or_else(|| Fault::not_found("Requested resource not found"))
    }

    /// Publishes a new or changed table when the group is done.
    pub fn put_table(&mut self, table: Table) -> Result<Arc<Table>, Fault> {
        let descriptor = serde_json::to_vec(&table)
            .map_err(|error| Fault::internal(format!("descriptor of {}: {error}", table.name)))?;
        self.put(keys::table(&table.scope, &table.name), descriptor.into());
        let table = Arc::new(table);
        self.own
            .tables
            .insert(TableName::of(&table), Some(Arc::clone(&table)));
        Ok(table)
    }

    /// Takes a table out of the catalog and gives its rows and those of its indexes up to `jobs::removal`.
    pub fn drop_table(&mut self, table: &Table) {
        self.delete(keys::table(&table.scope, &table.name));
        self.own.tables.insert(TableName::of(table), None);
        self.drop_space(table.space);
        for index in &table.indexes {
            self.drop_space(index.space);
        }
    }

    /// Gives the rows of a table or an index up to `jobs::removal`.
    pub fn drop_space(&mut self, space: Space) {
        self.delete(keys::statistics(space));
        self.put(keys::reclaim(space), Bytes::new());
    }

    /// The stream of that number.
    pub fn stream(&self, number: u64) -> Option<Arc<StreamHead>> {
        match self
            .own
            .streams
            .get(&number)
            .or_else(|| self.group.streams.get(&number))
        {
            Some(edit) => edit.clone(),
            None => self.catalog.stream(number).cloned(),
        }
    }

    /// The latest stream of a table name, also when that table is gone.
    pub fn last_stream(&self, scope: &str, table: &str) -> Option<Arc<StreamHead>> {
        let edited = self
            .group
            .streams
            .values()
            .chain(self.own.streams.values())
            .flatten();
        self.catalog
            .streams_after(None)
            .chain(edited)
            .filter(|head| head.scope == scope && head.table == table)
            .max_by_key(|head| head.number)
            .cloned()
    }

    /// Publishes a new or changed stream when the group is done.
    pub fn put_stream(&mut self, head: StreamHead) -> Result<(), Fault> {
        let state = serde_json::to_vec(&head).map_err(|error| {
            Fault::internal(format!("state of stream {}: {error}", head.number))
        })?;
        self.put(keys::stream_head(head.number), state.into());
        self.own.streams.insert(head.number, Some(Arc::new(head)));
        Ok(())
    }

    /// Takes a stream out of the catalog.
    pub fn drop_stream(&mut self, number: u64) {
        self.delete(keys::stream_head(number));
        self.own.streams.insert(number, None);
    }
}

//! Streams: their state, and the records that writes leave in them.
//!
//! A stream has one shard, open as long as the stream is enabled. Records are rows in order of one sequence counter,
//! written in the same commit as the change they tell; nothing in a write grows with the stream. Owns `StreamHead`
//! and reading a page of records; the bytes of a record are `record`'s, places in a stream `position`'s.

pub mod news;
pub mod position;
pub mod record;

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::clock::render_moment;
use crate::engine::commit::Txn;
use crate::engine::table::{KeySchema, Table, TableStream, ViewType};
use crate::error::Fault;
use crate::limits::STREAM_PAGE_BYTES;
use crate::storage::{Order, Store, StoreError, codec, keys};
use record::{EventName, Record};

/// State of a stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StreamHead {
    /// Number of its records in storage.
    pub number: u64,
    /// Which set of tables its table belongs to.
    pub scope: String,
    /// Name of its table, which may be gone.
    pub table: String,
    /// Label, the last part of the ARN.
    pub label: String,
    /// What each record holds.
    pub view: ViewType,
    /// Milliseconds since the epoch.
    pub created_ms: u64,
    /// Key schema of the table.
    pub key: KeySchema,
    /// First sequence number of the shard.
    pub first: u64,
    /// Records below this sequence number were trimmed.
    pub trimmed_to: u64,
    /// Set when the stream was disabled: its shard is closed.
    pub closed: Option<Closed>,
    /// Tags, in the order in which they were set.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
}

/// When and where a shard ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Closed {
    /// Milliseconds since the epoch.
    pub at_ms: u64,
    /// Last sequence number.
    pub last: u64,
}

impl StreamHead {
    /// ARN, with the region as the request names it.
    pub fn arn(&self, region: &str, account: &str) -> String {
        format!(
            "arn:aws:dynamodb:{region}:{account}:table/{}/stream/{}",
            self.table, self.label
        )
    }

    /// Status in the API; being enabled and disabled lasts as long as other statuses.
    pub fn status(&self, now_ms: u64, delay_ms: u64) -> &'static str {
        let is_over = |since_ms: u64| since_ms.saturating_add(delay_ms) <= now_ms;
        match self.closed {
            None if is_over(self.created_ms) => "ENABLED",
            None => "ENABLING",
            Some(closed) if is_over(closed.at_ms) => "DISABLED",
            Some(_) => "DISABLING",
        }
    }

    /// The id of the one shard.
    pub fn shard_id(&self) -> String {
        // Unlike a sequence number the tail never leaves eight digits, so the id keeps the service's form.
        format!("shardId-{:020}-{:08x}", self.created_ms, self.number as u32)
    }
}

/// On whose behalf an item changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// A request.
    User,
    /// The service itself: an item expired.
    Service,
}

/// Opens a stream on a table; a table made again, or a stream enabled again, gets a new one.
pub fn open(txn: &mut Txn<'_>, table: &mut Table, view: ViewType) -> Result<(), Fault> {
    let number = txn.next_sequence();
    // Labels tell streams of one table name apart, so a second one within a millisecond is dated later.
    let last = txn.last_stream(&table.scope, &table.name);
    let created_ms = last.map_or(txn.now_ms, |last| txn.now_ms.max(last.created_ms + 1));
    let head = StreamHead {
        number,
        scope: table.scope.clone(),
        table: table.name.clone(),
        // Streams are told apart in ARNs by when they were made.
        label: render_moment(created_ms),
        view,
        created_ms,
        key: table.key.clone(),
        first: number,
        trimmed_to: 0,
        closed: None,
        tags: Vec::new(),
    };
    table.stream = Some(TableStream {
        number,
        label: head.label.clone(),
        view,
        enabled: true,
    });
    txn.put_stream(head)
}

/// Closes the stream of a table; its records stay readable until they are too old.
pub fn close(txn: &mut Txn<'_>, table: &mut Table) -> Result<(), Fault> {
    let Some(stream) = table.stream.as_mut().filter(|stream| stream.enabled) else {
        return Ok(());
    };
    stream.enabled = false;
    if let Some(head) = txn.stream(stream.number) {
        let last = txn.next_sequence();
        txn.put_stream(StreamHead {
            closed: Some(Closed {
                at_ms: txn.now_ms,
                last,
            }),
            ..(*head).clone()
        })?;
    }
    Ok(())
}

/// Records a change of an item.
pub fn record(
    txn: &mut Txn<'_>,
    table: &Table,
    stream: &TableStream,
    region: &str,
    old: Option<&Bytes>,
    new: Option<&Bytes>,
    author: Author,
) -> Result<(), StoreError> {
    let event = match (old, new) {
        (None, Some(_)) => EventName::Insert,
        (Some(_), Some(_)) => EventName::Modify,
        (Some(_), None) => EventName::Remove,
        (None, None) => return Ok(()),
    };
    let Some(item) = new.or(old) else {
        return Ok(());
    };
    let keys_only = codec::project_top(item, |name| table.key.contains(name))?;
    let record = Record {
        event,
        author,
        created_ms: txn.now_ms,
        region,
        keys: &keys_only,
        new_image: new
            .filter(|_| stream.view.has_new_image())
            .map(|bytes| &bytes[..]),
        old_image: old
            .filter(|_| stream.view.has_old_image())
            .map(|bytes| &bytes[..]),
    };
    txn.put_record(stream.number, record.encode());
    Ok(())
}

/// Some records of a stream.
#[derive(Debug, Default)]
pub struct RecordPage {
    /// Sequence numbers and stored records, in order.
    pub records: Vec<(u64, Bytes)>,
    /// Where to read on.
    pub next: u64,
}

/// Reads up to `limit` records from a sequence number on, and no more than a page's bytes.
pub fn read(
    store: &dyn Store,
    stream: u64,
    from: u64,
    limit: usize,
) -> Result<RecordPage, StoreError> {
    let mut page = RecordPage {
        records: Vec::new(),
        next: from,
    };
    let mut bytes = 0;
    let range = keys::stream_from(stream, from);
    let (start, end) = range.bounds();
    store.range(start, end, Order::Forward, &mut |key, value| {
        let Some((_, sequence)) = keys::parse_stream_record(key) else {
            return ControlFlow::Continue(());
        };
        bytes += value.len();
        if bytes > STREAM_PAGE_BYTES && !page.records.is_empty() {
            return ControlFlow::Break(());
        }
        page.records.push((sequence, Bytes::copy_from_slice(value)));
        page.next = sequence + 1;
        if page.records.len() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(page)
}

/// How many records there are from a sequence number on, up to `limit`.
pub fn count(
    store: &dyn Store,
    stream: u64,
    range: Range<u64>,
    limit: u64,
) -> Result<u64, StoreError> {
    let mut found = 0;
    let rows = keys::stream_from(stream, range.start);
    let (start, end) = rows.bounds();
    store.range(
        start,
        end,
        Order::Forward,
        &mut |key, _| match keys::parse_stream_record(key) {
            Some((_, sequence)) if sequence < range.end && found < limit => {
                found += 1;
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Break(()),
        },
    )?;
    Ok(found)
}

/// The sequence number behind the last record of a stream; 0 when it has none.
pub fn end(store: &dyn Store, stream: u64) -> Result<u64, StoreError> {
    let mut end = 0;
    let rows = keys::whole_stream(stream);
    let (start, stop) = rows.bounds();
    store.range(start, stop, Order::Reverse, &mut |key, _| {
        end = keys::parse_stream_record(key).map_or(0, |(_, sequence)| sequence + 1);
        ControlFlow::Break(())
    })?;
    Ok(end)
}

/// The first sequence number of a range from which on no record is older than a time. Records are in the order of their
/// times, but for what a clock that was set back made of them.
pub fn seek(
    store: &dyn Store,
    stream: u64,
    range: Range<u64>,
    time_ms: u64,
) -> Result<u64, StoreError> {
    let Range { mut start, mut end } = range;
    while start < end {
        let middle = start + (end - start) / 2;
        let page = read(store, stream, middle, 1)?;
        match page.records.first() {
            Some((sequence, record))
                if *sequence < end && Record::decode(record)?.created_ms < time_ms =>
            {
                start = sequence + 1;
            }
            _ => end = middle,
        }
    }
    Ok(start)
}

/// The streams of a scope, a table's or all, behind one of them.
pub fn list(
    heads: impl Iterator<Item = Arc<StreamHead>>,
    scope: &str,
    table: Option<&str>,
    limit: usize,
) -> Vec<Arc<StreamHead>> {
    heads
        .filter(|head| head.scope == scope && table.is_none_or(|table| head.table == table))
        .take(limit)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Batch, MemoryStore};

    #[test]
    fn records_are_found_by_time() {
        let store = MemoryStore::default();
        let mut batch = Batch::default();
        for sequence in [3, 4, 9, 20] {
            let record = Record {
                event: EventName::Insert,
                author: Author::User,
                created_ms: sequence * 10,
                region: "r",
                keys: b"",
                new_image: None,
                old_image: None,
            };
            batch.put(keys::stream_record(7, sequence), record.encode());
            batch.put(keys::stream_record(8, sequence), record.encode());
        }
        store.apply(batch).expect("memory takes it");
        for (time_ms, expected) in [
            (0, 1),
            (30, 1),
            (31, 4),
            (40, 4),
            (41, 5),
            (90, 5),
            (95, 10),
            (200, 10),
            (201, 21),
        ] {
            let found = seek(&store, 7, 1..30, time_ms).expect("memory gives it");
            let first = |from| {
                read(&store, 7, from, 1)
                    .expect("memory gives it")
                    .records
                    .first()
                    .map(|record| record.0)
            };
            assert_eq!(first(found), first(expected), "{time_ms}");
        }
        assert_eq!(seek(&store, 9, 5..30, 0).expect("memory gives it"), 5);
    }
}

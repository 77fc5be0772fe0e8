//! Tables, items, indexes and streams over a store of bytes.
//!
//! [`Engine`] opens a store and hands out three things: tables by name, reads (a row, or a page of rows) that go straight
//! to the store, and [`Engine::commit`], through which every change goes. Operations plan before they commit; nothing here
//! knows an operation's name or reads a request.

pub mod capacity;
pub mod catalog;
pub mod commit;
pub mod cursor;
pub mod expiry;
pub mod holds;
pub mod index;
mod jobs;
pub mod page;
pub mod plan;
pub mod settings;
pub mod streams;
pub mod table;
pub mod tables;
pub mod tokens;
pub mod transaction;
pub mod write;

use std::ops::{Bound, ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;

use crate::clock::Clock;
use crate::error::Fault;
use crate::storage::keys;
use crate::storage::{Order, Store, StoreError};
use catalog::{Catalog, TableName};
use commit::{Queue, Statistics, Txn};
use holds::Holds;
use jobs::{Filling, Part, Workers};
use page::{Page, ReadPlan};
use streams::news::News;
use table::{Index, Phase, Table};

pub use crate::storage::Durability;

/// What chooses a set of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NamespaceMode {
    /// Nothing: there is one set.
    #[default]
    Shared,
    /// The region of a request.
    Region,
    /// Access key and region of a request.
    Credentials,
}

/// How an engine runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// When an acknowledged write is safe.
    pub durability: Durability,
    /// How long CREATING, UPDATING and DELETING last.
    pub status_delay: Duration,
    /// Account in ARNs: twelve digits.
    pub account: String,
    /// What chooses a set of tables.
    pub namespace: NamespaceMode,
    /// How often expired items are deleted; `None`: never.
    pub ttl_interval: Option<Duration>,
    /// The time.
    pub clock: Clock,
}

/// What readers, the commit thread and background threads share.
pub(crate) struct Shared {
    store: Arc<dyn Store>,
    catalog: RwLock<Catalog>,
    clock: Clock,
    options: Options,
    /// Last sequence number that is in the store.
    sequence: AtomicU64,
    news: News,
}

impl Shared {
    fn find_table(&self, scope: &str, name: &str) -> Option<Arc<Table>> {
        self.catalog
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .table(scope, name)
            .cloned()
    }
}

/// Tables, items, indexes and streams. Dropping it ends its threads, the last jobs done and flushed.
pub struct Engine {
    shared: Arc<Shared>,
    holds: Arc<Holds>,
    // Dropped in this order: background threads first, since they commit; then the queue, whose end ends the commit thread.
    workers: Workers,
    queue: Queue,
    _commit_thread: Joined,
}

/// A thread that is waited for when it is dropped.
struct Joined(Option<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        if self.0.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the commit thread panicked");
        }
    }
}

impl Engine {
    /// Opens a store, new or used before.
    pub fn open(store: Arc<dyn Store>, options: Options) -> Result<Engine, StoreError> {
        let catalog = RwLock::new(Catalog::load(&*store)?);
        let counters = commit::load_counters(&*store)?;
        let sequence = AtomicU64::new(counters.0);
        let shared = Arc::new(Shared {
            store,
            catalog,
            clock: options.clock.clone(),
            options,
            sequence,
            news: News::default(),
        });
        let (queue, receiver) = commit::queue();
        let writer = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("commit".to_owned())
            .spawn(move || commit::run(&writer, receiver, counters))?;
        let workers = Workers::start(&shared, &queue)?;
        Ok(Engine {
            shared,
            holds: Arc::default(),
            workers,
            queue,
            _commit_thread: Joined(Some(thread)),
        })
    }

    /// How it runs.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Milliseconds since the epoch.
    pub fn now_ms(&self) -> u64 {
        self.shared.clock.now_ms()
    }

    /// The clock that everything follows.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// What readers of streams wait for.
    pub fn news(&self) -> &News {
        &self.shared.news
    }

    /// The status delay in milliseconds.
    pub fn status_delay_ms(&self) -> u64 {
        u64::try_from(self.shared.options.status_delay.as_millis()).unwrap_or(u64::MAX / 2)
    }

    /// The table of that name, in whatever phase.
    pub fn find_table(&self, scope: &str, name: &str) -> Option<Arc<Table>> {
        self.shared.find_table(scope, name)
    }

    /// A table to read from or write to: not one that is being made or deleted.
    pub fn table(&self, scope: &str, name: &str) -> Result<Arc<Table>, Fault> {
        self.find_table(scope, name)
            .filter(|table| match table.phase {
                Phase::Active => true,
                phase => matches!(
                    phase.at(self.now_ms()),
                    Phase::Active | Phase::Updating { .. }
                ),
            })
            .ok_or_else(|| Fault::not_found("Requested resource not found"))
    }

    /// Reads the catalog.
    pub fn with_catalog<T>(&self, read: impl FnOnce(&Catalog) -> T) -> T {
        read(
            &self
                .shared
                .catalog
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// A row as it is in the store.
    pub fn row(&self, key: &[u8]) -> Result<Option<Bytes>, Fault> {
        Ok(self.shared.store.get(key)?)
    }

    /// A page of rows.
    pub async fn page(&self, plan: ReadPlan) -> Result<Page, Fault> {
        page::collect(&self.shared.store, plan).await
    }

    /// Records of a stream; see [`streams::read`].
    pub async fn records(
        &self,
        stream: u64,
        from: u64,
        limit: usize,
    ) -> Result<streams::RecordPage, Fault> {
        self.read_apart(move |store| streams::read(store, stream, from, limit))
            .await
    }

    /// Where the records of a time begin in a stream; see [`streams::seek`].
    pub async fn seek_record(&self, stream: u64, from: u64, time_ms: u64) -> Result<u64, Fault> {
        let until = self.next_sequence();
        self.read_apart(move |store| streams::seek(store, stream, from..until, time_ms))
            .await
    }

    /// The sequence number behind the last record of a stream; 0 when it has none.
    pub async fn end_of_stream(&self, stream: u64) -> Result<u64, Fault> {
        self.read_apart(move |store| streams::end(store, stream))
            .await
    }

    /// When the first record of a stream from a sequence number on was written, in milliseconds since the epoch.
    pub async fn time_of_record(&self, stream: u64, from: u64) -> Result<Option<u64>, Fault> {
        let page = self.records(stream, from, 1).await?;
        match page.records.first() {
            Some((_, record)) => Ok(Some(streams::record::Record::decode(record)?.created_ms)),
            None => Ok(None),
        }
    }

    /// How many records a range of a stream has, up to `limit`.
    pub async fn count_records(
        &self,
        stream: u64,
        range: Range<u64>,
        limit: u64,
    ) -> Result<u64, Fault> {
        self.read_apart(move |store| streams::count(store, stream, range, limit))
            .await
    }

    /// What triggers keep under names that begin with `prefix`: the rest of each name and the value.
    pub fn trigger_rows(&self, prefix: &str) -> Result<Vec<(String, Bytes)>, StoreError> {
        let start = keys::trigger(prefix);
        let mut found = Vec::new();
        let range = keys::whole_namespace(keys::Namespace::Trigger);
        let (_, end) = range.bounds();
        self.shared.store.range(
            Bound::Included(&start),
            end,
            Order::Forward,
            &mut |key, value| {
                let Some(rest) = key.strip_prefix(&start[..]) else {
                    return ControlFlow::Break(());
                };
                let name = String::from_utf8_lossy(rest).into_owned();
                found.push((name, Bytes::copy_from_slice(value)));
                ControlFlow::Continue(())
            },
        )?;
        Ok(found)
    }

    /// Reads on a thread that may block.
    async fn read_apart<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        let store = Arc::clone(&self.shared.store);
        match tokio::task::spawn_blocking(move || read(&*store)).await {
            Ok(read) => Ok(read?),
            Err(error) => Err(Fault::internal(format!("reading a stream failed: {error}"))),
        }
    }

    /// The sequence number behind every record that is in the store.
    pub fn next_sequence(&self) -> u64 {
        self.shared.sequence.load(Ordering::Acquire) + 1
    }

    /// Rows and bytes of a table or an index.
    pub fn statistics(&self, space: keys::Space) -> Result<Statistics, Fault> {
        let row = self.shared.store.get(&keys::statistics(space))?;
        Ok(row
            .as_deref()
            .map_or_else(Statistics::default, Statistics::decode))
    }

    /// Runs a job on the commit thread and waits until its edits, if it succeeds, are as safe as durability asks.
    pub async fn commit<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Txn<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.queue.commit(job).await
    }

    /// Has the items of a table copied into an index that is new in it.
    pub fn fill_index(&self, table: &Table, index: &Index) {
        self.workers.fill(Filling {
            table: TableName::of(table),
            part: Part::Index(index.space),
        });
    }

    /// Has the items of a table given the expiry rows that its new time-to-live setting asks for.
    pub fn fill_expiry(&self, table: &Table) {
        if let Some(ttl) = table.time_to_live() {
            self.workers.fill(Filling {
                table: TableName::of(table),
                part: Part::Expiry(ttl.number),
            });
        }
    }

    /// Deletes what has expired by now; how many items that were.
    pub async fn delete_expired(&self) -> Result<u64, Fault> {
        let work = self.workers.expiry(&self.shared, &self.queue);
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| Err(Fault::internal(format!("deleting failed: {error}"))))
    }

    /// Has the rows of dropped tables and indexes deleted, and phases that are over ended.
    pub fn sweep(&self) {
        self.workers.wake();
    }

    /// Makes everything acknowledged as durable as the store can.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.shared.store.flush()
    }
}

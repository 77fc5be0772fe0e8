//! The commit thread: the only writer. Jobs queue up, run one after another, and go to the store in groups.
//!
//! A group is whatever waits when the thread is free, up to [`GROUP_JOBS`] jobs or [`GROUP_BYTES`] bytes; no timer, so a
//! lone request is not delayed. Its edits are one atomic batch. Replies go out after the batch is applied (and flushed,
//! when durability asks for it), failed jobs' too, since a failed condition may rest on a write of the same group.
//! If the store refuses a batch its state is unknown: every later job is answered with an internal error.

mod txn;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use tokio::sync::{mpsc, oneshot};

use crate::engine::{Durability, Shared};
use crate::error::Fault;
use crate::storage::{Store, StoreError, keys};

use txn::{Counters, Overlay};
pub use txn::{Statistics, Txn};

/// Jobs of one group. Beyond this a batch gains little, and readers wait for the store while one is applied.
const GROUP_JOBS: usize = 32;
/// Bytes of one group, for the same reason.
const GROUP_BYTES: usize = 512 * 1024;
/// Jobs that may wait; a sender beyond waits itself.
const QUEUE_JOBS: usize = 1024;

const SEQUENCE: &str = "sequence";
const SPACE: &str = "space";

/// A job in the queue.
trait Job: Send {
    /// Runs the job; whether its edits count.
    fn run(&mut self, txn: &mut Txn<'_>) -> Verdict;
    /// Answers the caller once the group is over.
    fn reply(self: Box<Self>, group: GroupEnd);
}

/// What becomes of a job's edits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Keep,
    Drop,
}

/// How a group ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GroupEnd {
    Stored,
    Failed,
}

struct TypedJob<T, F> {
    action: Option<F>,
    result: Option<Result<T, Fault>>,
    caller: oneshot::Sender<Result<T, Fault>>,
}

impl<T, F> Job for TypedJob<T, F>
where
    T: Send,
    F: FnOnce(&mut Txn<'_>) -> Result<T, Fault> + Send,
{
    fn run(&mut self, txn: &mut Txn<'_>) -> Verdict {
        let Some(action) = self.action.take() else {
            return Verdict::Drop;
        };
        let result = catch_unwind(AssertUnwindSafe(|| action(txn)))
            .unwrap_or_else(|_| Err(Fault::internal("a commit job panicked")));
        let verdict = if result.is_ok() {
            Verdict::Keep
        } else {
            Verdict::Drop
        };
        self.result = Some(result);
        verdict
    }

    fn reply(self: Box<Self>, group: GroupEnd) {
        let result = match (group, self.result) {
            (GroupEnd::Stored, Some(result)) => result,
            _ => Err(Fault::internal(
                "the store refused a write; restart to go on from what it holds",
            )),
        };
        // A caller that hung up does not want its answer.
        drop(self.caller.send(result));
    }
}

/// The sending end of the queue. The thread ends when every clone of it is gone.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

impl Queue {
    /// Queues a job and waits for the end of its group.
    pub(super) async fn commit<T, F>(&self, action: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Txn<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let (job, reply) = typed_job(action);
        self.jobs.send(job).await.map_err(|_| stopping())?;
        reply.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// The same from a thread that may block.
    pub(super) fn commit_blocking<T, F>(&self, action: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Txn<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let (job, reply) = typed_job(action);
        self.jobs.blocking_send(job).map_err(|_| stopping())?;
        reply.blocking_recv().unwrap_or_else(|_| Err(stopping()))
    }
}

type Reply<T> = oneshot::Receiver<Result<T, Fault>>;

fn typed_job<T, F>(action: F) -> (Box<dyn Job>, Reply<T>)
where
    T: Send + 'static,
    F: FnOnce(&mut Txn<'_>) -> Result<T, Fault> + Send + 'static,
{
    let (caller, reply) = oneshot::channel();
    (
        Box::new(TypedJob {
            action: Some(action),
            result: None,
            caller,
        }),
        reply,
    )
}

fn stopping() -> Fault {
    Fault::internal("the server is stopping")
}

/// A queue and its receiving end, for [`run`].
pub(super) fn queue() -> (Queue, Receiver) {
    let (jobs, waiting) = mpsc::channel(QUEUE_JOBS);
    (Queue { jobs }, Receiver { waiting })
}

/// The receiving end of the queue.
pub(super) struct Receiver {
    waiting: mpsc::Receiver<Box<dyn Job>>,
}

/// The numbers of a store that was used before, or of a new one.
pub(super) fn load_counters(store: &dyn Store) -> Result<(u64, u32), StoreError> {
    let word = |name| -> Result<Option<u64>, StoreError> {
        let Some(value) = store.get(&keys::meta(name))? else {
            return Ok(None);
        };
        let bytes: [u8; 8] = value
            .as_ref()
            .try_into()
            .map_err(|_| StoreError::Corrupt(format!("counter {name}")))?;
        Ok(Some(u64::from_be_bytes(bytes)))
    };
    let space = u32::try_from(word(SPACE)?.unwrap_or(1))
        .map_err(|_| StoreError::Corrupt(SPACE.to_owned()))?;
    Ok((word(SEQUENCE)?.unwrap_or(0), space))
}

/// Runs jobs until the queue is closed and empty, then flushes. The body of the commit thread.
pub(super) fn run(shared: &Arc<Shared>, mut receiver: Receiver, (sequence, space): (u64, u32)) {
    let mut writer = Writer {
        shared: Arc::clone(shared),
        counters: Counters { sequence, space },
        broken: false,
    };
    while let Some(first) = receiver.waiting.blocking_recv() {
        writer.run_group(first, &mut receiver.waiting);
    }
    if let Err(error) = shared.store.flush() {
        tracing::error!(%error, "the last flush failed");
    }
}

struct Writer {
    shared: Arc<Shared>,
    counters: Counters,
    /// Whether the store refused a batch.
    broken: bool,
}

impl Writer {
    fn run_group(&mut self, first: Box<dyn Job>, waiting: &mut mpsc::Receiver<Box<dyn Job>>) {
        let before = self.counters;
        let mut group = Overlay::default();
        let mut jobs = Vec::with_capacity(4);
        let mut next = Some(first);
        {
            let shared = Arc::clone(&self.shared);
            let catalog = shared
                .catalog
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            while let Some(mut job) = next.take() {
                if !self.broken {
                    let mut txn = Txn {
                        store: &*shared.store,
                        catalog: &catalog,
                        group: &group,
                        own: Overlay::default(),
                        counters: self.counters,
                        now_ms: shared.clock.now_ms(),
                    };
                    let verdict = job.run(&mut txn);
                    self.counters = txn.counters;
                    let own = txn.own;
                    if verdict == Verdict::Keep {
                        group.absorb(own);
                    }
                }
                jobs.push(job);
                if jobs.len() < GROUP_JOBS && group.bytes < GROUP_BYTES {
                    next = waiting.try_recv().ok();
                }
            }
        }
        let end = self.store_group(group, before);
        for job in jobs {
            job.reply(end);
        }
    }

    /// Writes a group and publishes what it changed.
    fn store_group(&mut self, mut group: Overlay, before: Counters) -> GroupEnd {
        if self.broken {
            return GroupEnd::Failed;
        }
        if group.is_empty() {
            return GroupEnd::Stored;
        }
        let tables = std::mem::take(&mut group.tables);
        let streams = std::mem::take(&mut group.streams);
        let recorded = std::mem::take(&mut group.recorded);
        if let Err(error) = self.write(group, before) {
            tracing::error!(%error, "the store refused a write; no more writes are taken");
            self.broken = true;
            return GroupEnd::Failed;
        }
        let is_change = !tables.is_empty() || !streams.is_empty();
        if is_change {
            let mut catalog = self
                .shared
                .catalog
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            for (name, table) in tables {
                catalog.set_table(name, table);
            }
            for (number, head) in streams {
                catalog.set_stream(number, head);
            }
        }
        self.shared
            .sequence
            .store(self.counters.sequence, Ordering::Release);
        self.shared.news.tell_records(&recorded);
        if is_change {
            self.shared.news.tell_change();
        }
        GroupEnd::Stored
    }

    fn write(&self, group: Overlay, before: Counters) -> Result<(), StoreError> {
        let store = &*self.shared.store;
        let mut batch = group.into_batch(store)?;
        if self.counters.sequence != before.sequence {
            batch.put(
                keys::meta(SEQUENCE),
                self.counters.sequence.to_be_bytes().to_vec(),
            );
        }
        if self.counters.space != before.space {
            batch.put(
                keys::meta(SPACE),
                u64::from(self.counters.space).to_be_bytes().to_vec(),
            );
        }
        store.apply(batch)?;
        if self.shared.options.durability == Durability::Always {
            store.flush()
        } else {
            Ok(())
        }
    }
}

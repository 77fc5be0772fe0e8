//! Flushes groups that are applied and answers their callers, on a thread of its own: the next group is run and applied
//! meanwhile, so that neither the disk nor the commit thread waits for the other.
//!
//! Groups are answered in their order. One that wrote nothing passes through here too: what its jobs saw may rest on a
//! group that is not flushed yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

use super::{GroupEnd, Job};
use crate::storage::Store;

/// Groups that may wait to be flushed; all that wait are flushed at once.
const WAITING_GROUPS: usize = 4;

/// A group that is applied.
struct Applied {
    jobs: Vec<Box<dyn Job>>,
    /// Whether it wrote anything.
    has_edits: bool,
}

/// The thread; dropping it answers what waits and ends it.
pub(super) struct Flusher {
    groups: Option<SyncSender<Applied>>,
    thread: Option<JoinHandle<()>>,
}

impl Flusher {
    /// Starts the thread. `broken` is set when the store cannot be flushed.
    pub(super) fn start(
        store: Arc<dyn Store>,
        broken: Arc<AtomicBool>,
    ) -> std::io::Result<Flusher> {
        let (groups, waiting) = mpsc::sync_channel(WAITING_GROUPS);
        let thread = std::thread::Builder::new()
            .name("flush".to_owned())
            .spawn(move || flush_groups(&*store, &broken, &waiting))?;
        Ok(Flusher {
            groups: Some(groups),
            thread: Some(thread),
        })
    }

    /// Hands an applied group over.
    pub(super) fn finish(&self, jobs: Vec<Box<dyn Job>>, has_edits: bool) {
        if let Some(groups) = &self.groups
            && let Err(mpsc::SendError(unsent)) = groups.send(Applied { jobs, has_edits })
        {
            reply_all(unsent.jobs, GroupEnd::Failed);
        }
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.groups = None;
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the flush thread panicked");
        }
    }
}

fn flush_groups(store: &dyn Store, broken: &AtomicBool, waiting: &Receiver<Applied>) {
    while let Ok(Applied {
        mut jobs,
        mut has_edits,
    }) = waiting.recv()
    {
        for more in waiting.try_iter() {
            jobs.extend(more.jobs);
            has_edits |= more.has_edits;
        }
        let flushed = if has_edits { store.flush() } else { Ok(()) };
        if let Err(error) = flushed {
            tracing::error!(%error, "the store cannot be flushed; no more writes are taken");
            broken.store(true, Ordering::Release);
        }
        // After a failed flush nobody knows what is safe, so no later group is said to be.
        let end = if broken.load(Ordering::Acquire) {
            GroupEnd::Failed
        } else {
            GroupEnd::Stored
        };
        reply_all(jobs, end);
    }
}

/// Answers the callers of a group.
pub(super) fn reply_all(jobs: Vec<Box<dyn Job>>, end: GroupEnd) {
    for job in jobs {
        job.reply(end);
    }
}

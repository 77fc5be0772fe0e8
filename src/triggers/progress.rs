//! A mapping's checkpoint at work: lanes move it, drains wait for it, and a task of its own keeps it on disk.
//!
//! A lane does not wait for the disk: the newest checkpoint is written while the next batch is out, one commit at a time.
//! After a crash at most the batches of the last moment are delivered again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::engine::Engine;
use crate::error::Fault;
use crate::storage::keys;
use crate::triggers::checkpoint::{Checkpoint, Window};

/// Name of a mapping's checkpoint among what triggers keep.
pub(super) const ROW: &str = "position/";

/// How far a mapping has come.
#[derive(Debug)]
pub(super) struct Progress {
    id: String,
    checkpoint: Mutex<Checkpoint>,
    moved: watch::Sender<()>,
    changed: Notify,
    /// Set when the mapping is deleted: nothing is written any more.
    gone: Arc<AtomicBool>,
}

impl Progress {
    pub(super) fn new(id: &str, checkpoint: Checkpoint) -> Progress {
        Progress {
            id: id.to_owned(),
            checkpoint: Mutex::new(checkpoint),
            moved: watch::Sender::new(()),
            changed: Notify::new(),
            gone: Arc::default(),
        }
    }

    /// The checkpoint as it is.
    pub(super) fn checkpoint(&self) -> MutexGuard<'_, Checkpoint> {
        self.checkpoint
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Told when the checkpoint moves.
    pub(super) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Everything before `position` that belongs to the lane is settled. `Kept::Later` is for moves over nothing, which
    /// need not be written.
    pub(super) fn settle(&self, lane: usize, position: u64, kept: Kept) {
        if self.checkpoint().settle(lane, position) {
            self.moved.send_replace(());
            if kept == Kept::Now {
                self.changed.notify_one();
            }
        }
    }

    /// The same with what the function wants to be handed next in its tumbling window: one is not kept without the other.
    pub(super) fn settle_with(&self, lane: usize, position: u64, window: Window) {
        {
            let mut checkpoint = self.checkpoint();
            checkpoint.set_window(lane, Some(window));
            checkpoint.settle(lane, position);
        }
        self.moved.send_replace(());
        self.changed.notify_one();
    }

    pub(super) fn set_window(&self, lane: usize, window: Option<Window>) {
        self.checkpoint().set_window(lane, window);
        self.changed.notify_one();
    }

    /// Begins another stream.
    pub(super) fn begin(&self, checkpoint: Checkpoint) {
        *self.checkpoint() = checkpoint;
        self.moved.send_replace(());
        self.changed.notify_one();
    }

    /// Writes the checkpoint whenever it changed, for ever.
    pub(super) async fn keep(&self, engine: &Engine) {
        let mut is_failing = false;
        loop {
            self.changed.notified().await;
            let written = self.write(engine).await;
            if let Err(fault) = &written
                && !is_failing
            {
                tracing::error!(?fault, mapping = self.id, "a position could not be kept");
            }
            is_failing = written.is_err();
        }
    }

    /// Writes the checkpoint.
    pub(super) async fn write(&self, engine: &Engine) -> Result<(), Fault> {
        let row = encode(&self.checkpoint())?;
        let key = keys::trigger(&format!("{ROW}{}", self.id));
        let gone = Arc::clone(&self.gone);
        engine
            .commit(move |txn| {
                if !gone.load(Ordering::SeqCst) {
                    txn.put(key, row.into());
                }
                Ok(())
            })
            .await
    }

    /// Lets nothing be written any more.
    pub(super) fn forget(&self) {
        self.gone.store(true, Ordering::SeqCst);
    }

    /// Whether the mapping was deleted, and not just stopped with the server.
    pub(super) fn is_forgotten(&self) -> bool {
        self.gone.load(Ordering::SeqCst)
    }
}

/// The stored form of a checkpoint.
pub(super) fn encode(checkpoint: &Checkpoint) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(checkpoint)
        .map_err(|error| Fault::internal(format!("a position could not be written: {error}")))
}

/// Whether a move is written at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Now,
    Later,
}

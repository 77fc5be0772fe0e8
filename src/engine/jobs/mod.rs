//! Background work: filling new indexes and expiry rows, deleting expired items and the rows of what was dropped, ending
//! transient phases, trimming streams and client request tokens.
//!
//! Each piece of work is many small commits through the queue, so requests go on between them. What is to be done can be
//! read from the store, so a restart goes on where a stop left off. One thread fills indexes, one deletes what has
//! expired, another keeps house, so that none holds up the rest.

mod backfill;
mod expire;
mod forget;
mod reclaim;
mod removal;
mod trim;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::engine::Shared;
use crate::engine::commit::Queue;
use crate::error::Fault;

/// How often streams and tokens are trimmed.
const TRIM_EVERY: Duration = Duration::from_secs(60);
/// How often a deletion that waits for its time is looked at.
const REMOVAL_EVERY: Duration = Duration::from_millis(20);

/// What the background threads work with.
pub(super) struct Context {
    pub(super) shared: Arc<Shared>,
    pub(super) queue: Queue,
    stopping: Arc<AtomicBool>,
}

impl Context {
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

pub(super) use backfill::{Filling, Part};

/// The threads; dropping it ends and joins them.
pub(super) struct Workers {
    fillings: Option<Sender<Filling>>,
    wake: Option<Sender<()>>,
    end_expiry: Option<Sender<()>>,
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts the threads, with what an earlier process left to do.
    pub(super) fn start(shared: &Arc<Shared>, queue: &Queue) -> std::io::Result<Workers> {
        let stopping = Arc::new(AtomicBool::new(false));
        let context = || Context {
            shared: Arc::clone(shared),
            queue: queue.clone(),
            stopping: Arc::clone(&stopping),
        };
        let (fillings, unfilled) = mpsc::channel();
        let (wake, woken) = mpsc::channel();
        for filling in backfill::unfinished(shared) {
            fillings.send(filling).ok();
        }
        let filler = context();
        let keeper = context();
        let mut threads = vec![
            std::thread::Builder::new()
                .name("backfill".to_owned())
                .spawn(move || {
                    for filling in unfilled {
                        report(backfill::fill(&filler, &filling));
                    }
                })?,
            std::thread::Builder::new()
                .name("housekeeping".to_owned())
                .spawn(move || keep_house(&keeper, &woken))?,
        ];
        let mut end_expiry = None;
        if let Some(interval) = shared.options.ttl_interval {
            let (end, ended) = mpsc::channel();
            let deleter = context();
            threads.push(
                std::thread::Builder::new()
                    .name("expiry".to_owned())
                    .spawn(move || {
                        while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                            report(expire::delete_expired(&deleter).map(drop));
                        }
                    })?,
            );
            end_expiry = Some(end);
        }
        Ok(Workers {
            fillings: Some(fillings),
            wake: Some(wake),
            end_expiry,
            stopping,
            threads,
        })
    }

    /// Has something filled.
    pub(super) fn fill(&self, filling: Filling) {
        if let Some(sender) = &self.fillings {
            sender.send(filling).ok();
        }
    }

    /// The work of deleting what has expired, for a thread that may block; it ends early when these threads end.
    pub(super) fn expiry(
        &self,
        shared: &Arc<Shared>,
        queue: &Queue,
    ) -> impl FnOnce() -> Result<u64, Fault> + Send + 'static {
        let context = Context {
            shared: Arc::clone(shared),
            queue: queue.clone(),
            stopping: Arc::clone(&self.stopping),
        };
        move || expire::delete_expired(&context)
    }

    /// Has dropped rows deleted and pending deletions looked at.
    pub(super) fn wake(&self) {
        if let Some(sender) = &self.wake {
            sender.send(()).ok();
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.fillings = None;
        self.wake = None;
        self.end_expiry = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a background thread panicked");
            }
        }
    }
}

fn keep_house(context: &Context, woken: &mpsc::Receiver<()>) {
    let mut trimmed = Instant::now();
    loop {
        report(removal::remove_due(context));
        report(reclaim::delete_dropped(context));
        if trimmed.elapsed() >= TRIM_EVERY {
            report(trim::trim(context));
            report(forget::delete_old_tokens(context));
            trimmed = Instant::now();
        }
        let pause = if removal::is_pending(&context.shared) {
            REMOVAL_EVERY
        } else {
            TRIM_EVERY
        };
        match woken.recv_timeout(pause) {
            Ok(()) => while woken.try_recv().is_ok() {},
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn report(result: Result<(), Fault>) {
    if let Err(fault) = result {
        tracing::error!(?fault, "background work failed");
    }
}

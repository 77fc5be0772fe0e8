//! What every connection is doing, and closing the ones that do it for too long.
//!
//! Each connection keeps one word with its phase and the time it entered it, written on its own path without locks or
//! timers. One task looks at all words a few times a second and aborts connections over their limit; the same words
//! tell a stop or a full house which connections may be closed without cutting a request short. A connection leaves
//! `Idle` or is closed from there by compare-and-swap, so a request that has begun is never dropped as idle.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Phase {
    /// Nothing has arrived since the last reply.
    Idle,
    /// A request's head is arriving.
    Head,
    /// Its body is arriving.
    Body,
    /// It is being answered; there is no limit.
    Serving,
    /// The answer is on its way.
    Replying,
    /// It was closed while idle.
    Closed,
}

const PHASE_BITS: u32 = 3;
/// Idle for less than this, a connection may have been opened or kept for a request that is about to arrive.
const SETTLED: Duration = Duration::from_secs(1);

impl Phase {
    fn of(word: u64) -> Phase {
        match word & ((1 << PHASE_BITS) - 1) {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Body,
            3 => Phase::Serving,
            4 => Phase::Replying,
            _ => Phase::Closed,
        }
    }
}

/// How long a connection may stay in a phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// `Head`.
    pub(super) head: Duration,
    /// `Body`.
    pub(super) body: Duration,
    /// `Idle` and `Replying`.
    pub(super) idle: Duration,
}

/// One connection's word.
#[derive(Debug)]
pub(super) struct Watch {
    word: AtomicU64,
    clock: Arc<Clock>,
}

/// Milliseconds since the start, as of the last look.
#[derive(Debug)]
struct Clock {
    started: Instant,
    now: AtomicU64,
}

impl Watch {
    /// The current phase.
    pub(super) fn phase(&self) -> Phase {
        Phase::of(self.word.load(Ordering::Relaxed))
    }

    /// Enters a phase.
    pub(super) fn enter(&self, phase: Phase) {
        self.word.store(self.word_of(phase), Ordering::Relaxed);
    }

    /// Notes that bytes came in.
    pub(super) fn note_input(&self) {
        let word = self.word.load(Ordering::Relaxed);
        if Phase::of(word) == Phase::Idle {
            // Failing means that the connection has just been closed.
            self.word
                .compare_exchange(
                    word,
                    self.word_of(Phase::Head),
                    Ordering::AcqRel,
                    Ordering::Relaxed,
                )
                .ok();
        }
    }

    /// Notes that all output has been handed to the system.
    pub(super) fn note_flushed(&self) {
        if self.phase() == Phase::Replying {
            self.enter(Phase::Idle);
        }
    }

    fn word_of(&self, phase: Phase) -> u64 {
        (self.clock.now.load(Ordering::Relaxed) << PHASE_BITS) | phase as u64
    }
}

#[derive(Debug)]
struct Entry {
    watch: Arc<Watch>,
    task: AbortHandle,
}

/// All open connections.
#[derive(Debug)]
pub(super) struct Registry {
    clock: Arc<Clock>,
    entries: Mutex<(u64, HashMap<u64, Entry>)>,
}

/// Removes a connection from the registry when its task ends, however it ends.
#[derive(Debug)]
pub(super) struct Registration {
    registry: Arc<Registry>,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.lock().1.remove(&self.id);
    }
}

impl Registry {
    /// An empty registry.
    pub(super) fn new() -> Arc<Registry> {
        let clock = Arc::new(Clock {
            started: Instant::now(),
            now: AtomicU64::new(0),
        });
        Arc::new(Registry {
            clock,
            entries: Mutex::default(),
        })
    }

    /// Starts a connection's task. The lock is held meanwhile, so the task cannot end before it is listed.
    pub(super) fn start(
        self: &Arc<Registry>,
        spawn: impl FnOnce(Arc<Watch>, Registration) -> AbortHandle,
    ) {
        let watch = Arc::new(Watch {
            word: AtomicU64::new(0),
            clock: self.clock.clone(),
        });
        watch.enter(Phase::Idle);
        let mut entries = self.lock();
        entries.0 += 1;
        let id = entries.0;
        let task = spawn(
            watch.clone(),
            Registration {
                registry: self.clone(),
                id,
            },
        );
        entries.1.insert(id, Entry { watch, task });
    }

    /// The number of open connections.
    pub(super) fn len(&self) -> usize {
        self.lock().1.len()
    }

    /// Looks at all connections now and then, for ever.
    pub(super) async fn keep_watch(&self, patience: Patience) {
        let shortest = patience.head.min(patience.body).min(patience.idle);
        let pause = (shortest / 4).clamp(Duration::from_millis(10), Duration::from_millis(500));
        loop {
            tokio::time::sleep(pause).await;
            let now = self.tick();
            for entry in self.lock().1.values() {
                let word = entry.watch.word.load(Ordering::Acquire);
                let spent = Duration::from_millis(now.saturating_sub(word >> PHASE_BITS));
                let limit = match Phase::of(word) {
                    Phase::Idle | Phase::Replying => patience.idle,
                    Phase::Head => patience.head,
                    Phase::Body => patience.body,
                    Phase::Serving | Phase::Closed => continue,
                };
                if spent > limit && entry.close_from(word) {
                    tracing::debug!(phase = ?Phase::of(word), "closed a connection that took too long");
                }
            }
        }
    }

    /// Closes the connection that has been idle for longest, if there is one whose next request is not likely under way.
    pub(super) fn shed(&self) {
        let entries = self.lock();
        let now = self.clock.started.elapsed();
        let idle = entries.1.values().filter_map(|entry| {
            let word = entry.watch.word.load(Ordering::Acquire);
            let since = Duration::from_millis(word >> PHASE_BITS);
            let settled = Phase::of(word) == Phase::Idle && now.saturating_sub(since) >= SETTLED;
            settled.then_some((word, entry))
        });
        if let Some((word, entry)) = idle.min_by_key(|(word, _)| *word) {
            entry.close_from(word);
        }
    }

    /// Closes all connections that are not in the middle of a request.
    pub(super) fn close_idle(&self) {
        for entry in self.lock().1.values() {
            let word = entry.watch.word.load(Ordering::Acquire);
            if matches!(Phase::of(word), Phase::Idle | Phase::Head) {
                entry.close_from(word);
            }
        }
    }

    /// Closes all connections.
    pub(super) fn close_all(&self) {
        for entry in self.lock().1.values() {
            entry.task.abort();
        }
    }

    fn tick(&self) -> u64 {
        let now = self.clock.started.elapsed().as_millis() as u64;
        self.clock.now.store(now, Ordering::Relaxed);
        now
    }

    fn lock(&self) -> MutexGuard<'_, (u64, HashMap<u64, Entry>)> {
        // Nothing that runs under the lock leaves the map half changed.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Closes the connection unless it has moved on since `word` was read.
    fn close_from(&self, word: u64) -> bool {
        let closed = Phase::Closed as u64;
        let moved = self
            .watch
            .word
            .compare_exchange(word, closed, Ordering::AcqRel, Ordering::Relaxed)
            .is_err();
        if !moved {
            self.task.abort();
        }
        !moved
    }
}

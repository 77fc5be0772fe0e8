//! Where invocations and the polls of runtime clients meet.
//!
//! A poll takes the oldest invocation that waits; the newest poll is served first, since an older one may be that of a
//! process which vanished without closing its connection. An invocation leaves the desk when it is answered or when nobody
//! waits for its answer any more, so what is here is bounded by the function's concurrency.
//!
//! A process that dies while it runs the function is recognized by two things together: the connection on which it took the
//! invocation is closed, and there is a poll from a newer connection, that of its successor. Either one alone is ordinary:
//! some clients use a connection for each request, and a function may have several processes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};

use super::connection::Line;
use crate::clock::Clock;
use crate::triggers::functions::{FunctionSetting, Invocation, Outcome, failure};

/// Invocations that wait for a client or for its answer.
#[derive(Debug)]
pub(super) struct Desk {
    function: String,
    clock: Clock,
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    /// Counts invocations, takes and first polls: what has a smaller number came before.
    count: u64,
    entries: BTreeMap<u64, Entry>,
    /// When a poll last came on a new connection.
    fresh_poll: u64,
    /// Whether clients close connections before they answer, so that a closed one tells nothing about its process.
    hangs_up: bool,
    init_error: InitError,
}

#[derive(Debug, Default)]
struct InitError {
    /// The last one, so that the same is logged once.
    logged: Option<Bytes>,
    /// One that no invocation has been failed with yet.
    untold: Option<Bytes>,
}

#[derive(Debug)]
struct Entry {
    invocation: Arc<Invocation>,
    timeout: Duration,
    /// Whether the function runs one at a time, so that it has one process.
    alone: bool,
    /// Gone when the invoker knows.
    begin: Option<oneshot::Sender<()>>,
    done: oneshot::Sender<Outcome>,
    taken: Option<Taken>,
}

#[derive(Debug)]
struct Taken {
    line: Arc<Line>,
    at: u64,
}

/// What a poll is given.
#[derive(Debug)]
pub(super) struct Handed {
    /// The invocation.
    pub(super) invocation: Arc<Invocation>,
    /// When it will be given up, in milliseconds since the epoch.
    pub(super) deadline_ms: u64,
    /// When it was taken, likewise.
    pub(super) now_ms: u64,
}

/// Takes an invocation off the desk when nobody waits for its end any more.
struct Place<'d> {
    desk: &'d Desk,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.desk.lock().entries.remove(&self.number);
    }
}

impl State {
    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn find(&self, id: &str) -> Option<u64> {
        let mut taken = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.taken.is_some());
        let (number, _) = taken.find(|(_, entry)| entry.invocation.request_id == id)?;
        Some(*number)
    }

    fn finish(&mut self, number: u64, outcome: Outcome) {
        if let Some(entry) = self.entries.remove(&number) {
            // The invoker may be gone: then nobody wants to know.
            entry.done.send(outcome).ok();
        }
    }

    /// Fails what was taken by processes that have been replaced since.
    fn fail_orphans(&mut self) {
        let is_orphan = |entry: &Entry| {
            let Some(taken) = &entry.taken else {
                return false;
            };
            let replaced = taken.line.is_closed() && taken.at < self.fresh_poll;
            replaced && (entry.alone || !self.hangs_up)
        };
        let orphans: Vec<u64> = self
            .entries
            .iter()
            .filter(|(_, entry)| is_orphan(entry))
            .map(|(number, _)| *number)
            .collect();
        for number in orphans {
            let id = &self.entries[&number].invocation.request_id;
            let message =
                format!("RequestId: {id} Error: Runtime exited without providing a reason");
            self.finish(number, failure::made("Runtime.ExitError", &message));
        }
    }
}

impl Desk {
    /// An empty desk of a function.
    pub(super) fn new(function: &str, clock: Clock) -> Desk {
        Desk {
            function: function.to_owned(),
            clock,
            state: Mutex::default(),
            arrived: Notify::new(),
        }
    }

    /// Lays an invocation down and waits until it has been answered, or for the function's time after it was taken.
    pub(super) async fn invoke(
        &self,
        setting: &FunctionSetting,
        invocation: Invocation,
    ) -> Outcome {
        let (begin, taken) = oneshot::channel();
        let (done, mut answer) = oneshot::channel();
        let entry = Entry {
            invocation: Arc::new(invocation),
            timeout: setting.timeout,
            alone: setting.concurrency == 1,
            begin: Some(begin),
            done,
            taken: None,
        };
        let Some(_place) = self.lay(entry) else {
            return self.gone();
        };
        // Ends in an error if the answer comes before anybody took the invocation.
        if taken.await.is_ok() {
            match tokio::time::timeout(setting.timeout, &mut answer).await {
                Ok(outcome) => outcome.unwrap_or_else(|_| self.gone()),
                Err(_) => Outcome::TimedOut,
            }
        } else {
            answer.await.unwrap_or_else(|_| self.gone())
        }
    }

    fn lay(&self, entry: Entry) -> Option<Place<'_>> {
        let mut state = self.lock();
        if state.closed {
            return None;
        }
        let number = state.next();
        state.entries.insert(number, entry);
        if let Some(error) = state.init_error.untold.take() {
            state.finish(number, failure::unhandled(error));
        } else {
            self.arrived.notify_last();
        }
        Some(Place { desk: self, number })
    }

    fn gone(&self) -> Outcome {
        Outcome::Unreachable(format!("the function {} is gone", self.function))
    }

    /// Waits for an invocation to run.
    pub(super) async fn next(&self, line: &Arc<Line>) -> Handed {
        {
            let mut state = self.lock();
            state.init_error.untold = None;
            state.init_error.logged = None;
            state.note_start(line);
        }
        loop {
            let arrived = self.arrived.notified();
            if let Some(handed) = self.take(line) {
                return handed;
            }
            arrived.await;
        }
    }

    fn take(&self, line: &Arc<Line>) -> Option<Handed> {
        let mut state = self.lock();
        let at = state.next();
        let mut waiting = state.entries.values_mut();
        let entry =
            waiting.find(|entry| entry.taken.is_none() && entry.invocation.begun.begin())?;
        entry.taken = Some(Taken {
            line: line.clone(),
            at,
        });
        if let Some(begin) = entry.begin.take() {
            begin.send(()).ok();
        }
        let now_ms = self.clock.now_ms();
        let handed = Handed {
            invocation: entry.invocation.clone(),
            deadline_ms: now_ms.saturating_add(entry.timeout.as_millis() as u64),
            now_ms,
        };
        if waiting.any(|entry| entry.taken.is_none()) {
            // Two that arrive before a poll waits leave one notice.
            self.arrived.notify_last();
        }
        Some(handed)
    }

    /// Whether a client runs this invocation.
    pub(super) fn runs(&self, id: &str) -> bool {
        self.lock().find(id).is_some()
    }

    /// Ends an invocation; `false`: no client runs one of this id.
    pub(super) fn finish(&self, id: &str, outcome: Outcome) -> bool {
        let mut state = self.lock();
        let Some(number) = state.find(id) else {
            return false;
        };
        let taken = state.entries[&number].taken.as_ref();
        if taken.is_some_and(|taken| taken.line.is_closed()) {
            state.hangs_up = true;
        }
        state.finish(number, outcome);
        true
    }

    /// Fails one waiting invocation, the next one if none waits, with the error of a client that could not start.
    pub(super) fn fail_init(&self, line: &Arc<Line>, error: Outcome) {
        let Outcome::FunctionError { payload, .. } = error else {
            return;
        };
        let mut state = self.lock();
        state.note_start(line);
        if state.init_error.logged.as_ref() != Some(&payload) {
            let error = failure::headline(&payload);
            tracing::warn!(function = %self.function, ?error, "the runtime of a function cannot start");
            state.init_error.logged = Some(payload.clone());
        }
        let mut entries = state.entries.iter();
        let waiting = entries.find(|(_, entry)| entry.taken.is_none());
        match waiting.map(|(number, _)| *number) {
            Some(number) => state.finish(number, failure::unhandled(payload)),
            None => state.init_error.untold = Some(payload),
        }
    }

    /// Notes the end of a connection.
    pub(super) fn note_closed(&self, line: &Line) {
        debug_assert!(line.is_closed(), "it says so itself");
        self.lock().fail_orphans();
    }

    /// Fails all invocations, those to come included.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        // Their senders go with them, which tells the invokers.
        state.entries.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Notes that a client polls or gives up, which one that has just started does on a new connection.
    fn note_start(&mut self, line: &Line) {
        if line.is_fresh() {
            self.fresh_poll = self.next();
            self.fail_orphans();
        }
    }
}

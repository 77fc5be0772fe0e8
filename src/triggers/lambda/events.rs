//! Invocations that nobody waits for: in memory, bounded, tried three times.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::triggers::functions::{Functions, Invocation, Outcome};

/// Most events that wait.
const MOST: usize = 1000;
/// Most bytes that they hold together.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// What an event holds besides its payload, roughly.
const OVERHEAD: usize = 1024;
/// How long after a failure it is tried again.
const PAUSES_MS: [u64; 2] = [60_000, 120_000];

/// The room for events that wait.
#[derive(Clone, Debug)]
pub struct Events {
    places: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

/// There is no room for another event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Default for Events {
    fn default() -> Events {
        Events {
            places: Arc::new(Semaphore::new(MOST)),
            room: Arc::new(Semaphore::new(MOST_BYTES)),
        }
    }
}

impl Events {
    /// Invokes a function as soon as it can be, and again if that fails.
    pub(super) fn accept(
        &self,
        functions: Functions,
        clock: Clock,
        name: String,
        invocation: Invocation,
    ) -> Result<(), Full> {
        let bytes = u32::try_from(invocation.payload.len() + OVERHEAD).map_err(|_| Full)?;
        let place = self.places.clone().try_acquire_owned();
        let room = self.room.clone().try_acquire_many_owned(bytes);
        let held = (place.map_err(|_| Full)?, room.map_err(|_| Full)?);
        tokio::spawn(async move {
            deliver(&functions, &clock, &name, &invocation).await;
            drop(held);
        });
        Ok(())
    }
}

async fn deliver(functions: &Functions, clock: &Clock, name: &str, invocation: &Invocation) {
    let mut pauses = PAUSES_MS.iter();
    loop {
        let Some(failure) = failure_of(functions.invoke(name, invocation.clone()).await) else {
            return;
        };
        let Some(pause) = pauses.next() else {
            let id = &invocation.request_id;
            tracing::warn!(function = %name, %id, "an event was dropped, its third try failed: {failure}");
            return;
        };
        tracing::debug!(function = %name, "an event will be tried again in {} s: {failure}", pause / 1000);
        clock
            .wait_until(clock.now_ms().saturating_add(*pause))
            .await;
    }
}

/// What the log says of an invocation that failed.
fn failure_of(outcome: Outcome) -> Option<String> {
    match outcome {
        Outcome::Success(_) => None,
        Outcome::FunctionError { payload, .. } => {
            const SHOWN: usize = 300;
            let shown = &payload[..payload.len().min(SHOWN)];
            Some(String::from_utf8_lossy(shown).into_owned())
        }
        Outcome::TimedOut => Some("it took too long".to_owned()),
        Outcome::Unreachable(why) => Some(why),
    }
}

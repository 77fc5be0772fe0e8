//! Invocations that nobody waits for: in memory, bounded, tried three times.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::triggers::functions::{Begun, Functions, Invocation, Outcome, headline};

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
pub(crate) struct Events {
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
        let attempt = Invocation {
            begun: Begun::default(),
            ..invocation.clone()
        };
        let Some(failure) = failure_of(functions.invoke(name, attempt).await) else {
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
        Outcome::FunctionError { payload, .. } => Some(headline(&payload)),
        Outcome::TimedOut => Some("it took too long".to_owned()),
        Outcome::Unreachable(why) => Some(why),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::triggers::functions::{FunctionSetting, Target};
    use crate::triggers::outbound::peer::{Answer, Peer, reply};

    async fn functions_at(url: String, clock: &Clock) -> Functions {
        let functions = Functions::new(clock.clone(), "127.0.0.1".to_owned());
        let setting = FunctionSetting {
            name: "f".to_owned(),
            target: Target::Url(url),
            concurrency: 1,
            timeout: Duration::from_secs(60),
        };
        functions.put(setting).await.unwrap();
        functions
    }

    fn event(payload: Bytes) -> Invocation {
        Invocation {
            request_id: "1".to_owned(),
            function_arn: "arn:aws:lambda:eu-south-1:000000000000:function:f".to_owned(),
            payload,
            client_context: None,
            begun: Begun::default(),
        }
    }

    async fn until(what: &str, holds: impl Fn() -> bool) {
        for _ in 0..1000 {
            if holds() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("in vain: {what}");
    }

    #[tokio::test]
    async fn three_tries_a_minute_and_two_apart() {
        let fails = r#"{"errorType":"Error","errorMessage":"no"}"#;
        let peer = Peer::new(|_| reply(200, "X-Amz-Function-Error: Unhandled\r\n", fails)).await;
        let clock = Clock::manual(1_000_000);
        let functions = functions_at(peer.url(), &clock).await;
        let events = Events::default();
        let invocation = event(Bytes::from_static(b"{}"));
        let accepted = events.accept(functions, clock.clone(), "f".to_owned(), invocation);
        assert_eq!(accepted, Ok(()));
        for (tries, pause) in [(1, 60_000), (2, 120_000)] {
            until("a try", || peer.requests().len() == tries).await;
            // The pause begins when the answer was read, which may be a moment later.
            tokio::time::sleep(Duration::from_millis(50)).await;
            clock.advance(pause - 1);
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert_eq!(peer.requests().len(), tries);
            clock.advance(1);
        }
        until("the end", || events.places.available_permits() == MOST).await;
        assert_eq!(peer.requests().len(), 3);
        assert_eq!(events.room.available_permits(), MOST_BYTES);
    }

    #[tokio::test]
    async fn events_wait_in_bounded_room() {
        let peer = Peer::new(|_| Answer::Hang).await;
        let clock = Clock::manual(0);
        let functions = functions_at(peer.url(), &clock).await;
        let accept = |events: &Events, payload: &Bytes| {
            let invocation = event(payload.clone());
            events.accept(functions.clone(), clock.clone(), "f".to_owned(), invocation)
        };
        let events = Events::default();
        for _ in 0..MOST {
            assert_eq!(accept(&events, &Bytes::from_static(b"{}")), Ok(()));
        }
        assert_eq!(accept(&events, &Bytes::from_static(b"{}")), Err(Full));

        let events = Events::default();
        let large = Bytes::from(vec![b' '; 1024 * 1024]);
        for _ in 0..63 {
            assert_eq!(accept(&events, &large), Ok(()));
        }
        assert_eq!(accept(&events, &large), Err(Full));
        assert_eq!(accept(&events, &Bytes::from_static(b"{}")), Ok(()));
    }
}

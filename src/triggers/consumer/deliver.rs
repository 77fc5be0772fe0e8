//! Delivering a batch: invoke, judge, settle; after a failure try again, split, or give up.
//!
//! A batch is worked off in pieces, in order: at first one, the whole; a failed one becomes its two halves where the
//! mapping bisects, or what is left of it where the function reported what failed. A piece that can be tried no more is
//! told of at the mapping's destination and passed. Waiting follows the server's clock.

use std::ops::{ControlFlow, Range};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use uuid::Uuid;

use super::answer::{Expectation, Failure, Verdict, judge};
use super::lane::{Batch, End, Lane, stopped};
use crate::engine::streams::position::parse_sequence_number;
use crate::triggers::checkpoint::{Span, Window};
use crate::triggers::delivery::{Delivery, Ending};
use crate::triggers::destination::{Condition, Discarded};
use crate::triggers::event::{self, EventRecord, WindowFrame};
use crate::triggers::functions::{Begun, Invocation, Outcome};
use crate::triggers::progress::Kept;

/// The first pause after a failure; each further one is twice as long.
const PAUSE_MS: u64 = 100;
/// The longest pause.
const LONGEST_PAUSE_MS: u64 = 10_000;
/// How often a destination is tried.
const DESTINATION_ATTEMPTS: u32 = 3;
const EMPTY_STATE: &str = "{}";

/// Some records of a batch that are still to be delivered.
#[derive(Debug)]
struct Piece {
    records: Range<usize>,
    /// Invocations that failed with these records.
    attempts: u32,
    request_id: String,
    failure: Option<Failure>,
}

/// When in its tumbling window an invocation comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// With records.
    Within,
    /// At the end.
    Last,
    /// At an end that came early, since the state grew too large.
    Early,
}

/// What became of an invocation.
pub(super) enum Attempt {
    /// It came to an end.
    Ended(Invoked),
    /// The function did not get it before its records became too old.
    Late,
    /// The lane was stopped before the function got it.
    Stopped,
}

/// An invocation that came to an end.
pub(super) struct Invoked {
    request_id: String,
    pub(super) outcome: Outcome,
    at_ms: u64,
    duration_ms: u64,
}

impl Lane {
    /// Delivers a batch or gives it up; breaks when the lane is stopped before.
    pub(super) async fn deliver(&mut self, batch: Batch) -> ControlFlow<()> {
        let mut pieces = vec![Piece {
            records: 0..batch.records.len(),
            attempts: 0,
            request_id: String::new(),
            failure: None,
        }];
        while let Some(piece) = pieces.pop() {
            let piece = self.give_up_old(&batch, piece).await;
            if piece.records.is_empty() {
                continue;
            }
            self.deliver_piece(&batch, piece, &mut pieces).await?;
        }
        ControlFlow::Continue(())
    }

    async fn deliver_piece(
        &mut self,
        batch: &Batch,
        mut piece: Piece,
        pieces: &mut Vec<Piece>,
    ) -> ControlFlow<()> {
        let records = &batch.records[piece.records.clone()];
        let settings = &self.mapping.settings;
        let expected = Expectation {
            failures: settings.report_batch_item_failures,
            state: batch.window.is_some(),
        };
        let expiry = self.expiry_of(records.first().map_or(0, |record| record.created_ms));
        let attempt = self.invoke(records, batch.window, Moment::Within, expiry);
        let invoked = match attempt.await {
            Attempt::Ended(invoked) => invoked,
            Attempt::Late => {
                pieces.push(piece);
                return ControlFlow::Continue(());
            }
            Attempt::Stopped => return ControlFlow::Break(()),
        };
        let verdict = judge(&invoked.outcome, expected, |number| {
            let sequence = parse_sequence_number(number)?;
            let place = records.binary_search_by_key(&sequence, |record| record.sequence);
            // A number may be read in several ways and is written in one.
            place
                .ok()
                .filter(|place| records[*place].sequence_number() == number)
        });
        let ending = match &verdict {
            Verdict::Done(_) => Ending::Success,
            Verdict::DoneUpTo(..) => Ending::Partial,
            Verdict::Failed(failure) => Ending::Failure(failure.error.clone()),
        };
        self.note(records, piece.attempts + 1, &invoked, ending);
        piece.request_id = invoked.request_id;
        match verdict {
            Verdict::Done(state) => {
                let window = window_with(batch, state);
                self.settle(batch, piece.records.end, records.len(), window);
                return self.end_large_window().await;
            }
            Verdict::DoneUpTo(done, state) => {
                let window = window_with(batch, state);
                if done > 0 {
                    self.settle(batch, piece.records.start + done, done, window);
                    piece.records.start += done;
                    // What is left was part of one failed invocation so far.
                    piece.attempts = 0;
                } else if window.is_some() {
                    self.trigger.progress.set_window(self.number, window);
                }
                piece.failure = None;
                self.end_large_window().await?;
            }
            Verdict::Failed(failure) => {
                let is_function_error = failure.function_error.is_some();
                piece.failure = Some(failure);
                if self.mapping.settings.bisect_batch_on_function_error
                    && is_function_error
                    && piece.records.len() > 1
                {
                    pieces.extend(halves(&piece));
                    return ControlFlow::Continue(());
                }
            }
        }
        piece.attempts += 1;
        self.try_again_or_give_up(batch, piece, pieces).await
    }

    /// Whether what failed so many times is not tried again.
    pub(super) fn is_exhausted(&self, attempts: u32) -> bool {
        u32::try_from(self.mapping.settings.maximum_retry_attempts)
            .is_ok_and(|retries| attempts > retries)
    }

    async fn try_again_or_give_up(
        &mut self,
        batch: &Batch,
        piece: Piece,
        pieces: &mut Vec<Piece>,
    ) -> ControlFlow<()> {
        if self.is_exhausted(piece.attempts) {
            let records = piece.records.clone();
            self.give_up(
                &batch.records[records.clone()],
                &piece,
                Condition::RetryAttemptsExhausted,
            )
            .await;
            self.settle(batch, records.end, 0, None);
            return ControlFlow::Continue(());
        }
        let pause = pause_ms(piece.attempts);
        pieces.push(piece);
        match self.rest_until(self.now_ms() + pause).await {
            End::Stopped => ControlFlow::Break(()),
            End::Drained => ControlFlow::Continue(()),
        }
    }

    /// Passes the records at the beginning of a piece that are too old by now.
    async fn give_up_old(&mut self, batch: &Batch, mut piece: Piece) -> Piece {
        let records = &batch.records[piece.records.clone()];
        let old = records
            .iter()
            .take_while(|record| self.is_too_old(record.created_ms))
            .count();
        if old > 0 {
            self.give_up(&records[..old], &piece, Condition::RecordAgeExceeded)
                .await;
            piece.records.start += old;
            self.settle(batch, piece.records.start, 0, None);
        }
        piece
    }

    /// Invokes the function, if it gets to it before a moment, and waits for the end.
    pub(super) async fn invoke(
        &mut self,
        records: &[EventRecord],
        window: Option<Span>,
        moment: Moment,
        expiry: u64,
    ) -> Attempt {
        if let Some(attempt) = self.await_function(expiry).await {
            return attempt;
        }
        let payload = match window {
            Some(Span { start_ms, end_ms }) => {
                let checkpoint = self.trigger.progress.checkpoint();
                let state = checkpoint
                    .window(self.number)
                    .map_or(EMPTY_STATE, |window| &window.state);
                let frame = WindowFrame {
                    start_ms,
                    end_ms,
                    state,
                    shard_id: &self.head.shard_id(),
                    source_arn: &self.source_arn,
                    is_final: moment == Moment::Last,
                    is_early: moment == Moment::Early,
                };
                event::render(records, Some(&frame))
            }
            None => event::render(records, None),
        };
        let request_id = Uuid::new_v4().to_string();
        let invocation = Invocation {
            request_id: request_id.clone(),
            function_arn: self.function_arn(),
            payload: payload.into(),
            client_context: None,
            begun: Begun::default(),
        };
        let begun = invocation.begun.clone();
        let (at_ms, since) = (self.now_ms(), Instant::now());
        let functions = self.means.functions.clone();
        let name = self.mapping.function.clone();
        let mut running = pin!(functions.invoke(&name, invocation));
        let clock = self.means.engine.clock().clone();
        let unless_begun = tokio::select! {
            outcome = &mut running => Err(outcome),
            () = stopped(&mut self.stop) => Ok(Attempt::Stopped),
            () = clock.wait_until(expiry) => Ok(Attempt::Late),
        };
        let outcome = match unless_begun {
            Err(outcome) => outcome,
            Ok(attempt) if begun.withdraw() => return attempt,
            // What the function has begun counts.
            Ok(_) => running.await,
        };
        Attempt::Ended(Invoked {
            request_id,
            outcome,
            at_ms,
            duration_ms: since.elapsed().as_millis() as u64,
        })
    }

    /// Waits until the function is configured; something when that is not so before the lane is stopped or it is too late.
    async fn await_function(&mut self, expiry: u64) -> Option<Attempt> {
        let mut changes = self.means.functions.changes();
        let clock = self.means.engine.clock().clone();
        while self.means.functions.find(&self.mapping.function).is_none() {
            let error = format!(
                "there is no function {}; configure it with --function or PUT /_dynasled/functions/{}",
                self.mapping.function, self.mapping.function
            );
            self.trigger
                .log
                .hinder(&self.mapping.describe(), "Function not found", error);
            tokio::select! {
                _ = changes.changed() => {}
                () = clock.wait_until(expiry) => return Some(Attempt::Late),
                () = stopped(&mut self.stop) => return Some(Attempt::Stopped),
            }
        }
        None
    }

    /// Everything before a record of the batch is settled, and the window is as it is now.
    fn settle(&self, batch: &Batch, end: usize, delivered: usize, window: Option<Window>) {
        let Some(last) = end.checked_sub(1).and_then(|last| batch.records.get(last)) else {
            return;
        };
        let log = &self.trigger.log;
        log.delivered.fetch_add(delivered as u64, Ordering::Relaxed);
        let (progress, position) = (&self.trigger.progress, last.sequence + 1);
        match window {
            Some(window) => progress.settle_with(self.number, position, window),
            None => progress.settle(self.number, position, Kept::Now),
        }
    }

    pub(super) fn note(
        &self,
        records: &[EventRecord],
        attempt: u32,
        invoked: &Invoked,
        ending: Ending,
    ) {
        let sequences = records
            .first()
            .zip(records.last())
            .map(|(first, last)| (first.sequence_number(), last.sequence_number()));
        let delivery = Delivery {
            at_ms: invoked.at_ms,
            records: records.len(),
            sequences,
            attempt,
            ending,
            duration_ms: invoked.duration_ms,
        };
        self.trigger.log.note(&self.mapping.describe(), delivery);
    }

    /// Counts records as given up and tells the destination of them.
    async fn give_up(&mut self, records: &[EventRecord], piece: &Piece, condition: Condition) {
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            return;
        };
        let what = self.mapping.describe();
        let before = (self.trigger.log.given_up).fetch_add(records.len() as u64, Ordering::Relaxed);
        if before == 0 {
            tracing::warn!(
                records = records.len(),
                "{what} gives records up; more of them are only counted"
            );
        }
        let Some(destination) = self.destination.as_ref().map(Arc::clone) else {
            return;
        };
        let function_error = piece
            .failure
            .as_ref()
            .and_then(|failure| failure.function_error.clone());
        let discarded = Discarded {
            request_id: if piece.request_id.is_empty() {
                Uuid::new_v4().to_string()
            } else {
                piece.request_id.clone()
            },
            function_arn: self.function_arn(),
            condition,
            approximate_invoke_count: piece.attempts,
            function_error,
            shard_id: self.head.shard_id(),
            start_sequence_number: first.sequence_number(),
            end_sequence_number: last.sequence_number(),
            first_arrival_ms: first.created_ms,
            last_arrival_ms: last.created_ms,
            batch_size: records.len(),
            stream_arn: self.source_arn.clone(),
            timestamp_ms: self.now_ms(),
        };
        let mut told = Ok(());
        for attempt in 1..=DESTINATION_ATTEMPTS {
            told = destination.send(&self.means.outbound, &discarded).await;
            if told.is_ok() || attempt == DESTINATION_ATTEMPTS {
                break;
            }
            // A stop shortens the pause only.
            self.rest_until(self.now_ms() + PAUSE_MS).await;
        }
        self.trigger.log.note_destination(&what, &told);
    }

    fn function_arn(&self) -> String {
        let account = &self.means.engine.options().account;
        self.mapping.function_arn(&self.region, account)
    }
}

/// The window of a batch with its new state.
fn window_with(batch: &Batch, state: Option<String>) -> Option<Window> {
    let (span, state) = batch.window.zip(state)?;
    Some(Window { span, state })
}

/// The halves of a piece, the second first. Splitting does not count as an attempt.
fn halves(piece: &Piece) -> [Piece; 2] {
    let middle = piece.records.start + piece.records.len() / 2;
    let half = |records| Piece {
        records,
        attempts: piece.attempts,
        request_id: piece.request_id.clone(),
        failure: piece.failure.clone(),
    };
    [
        half(middle..piece.records.end),
        half(piece.records.start..middle),
    ]
}

pub(super) fn pause_ms(attempts: u32) -> u64 {
    let doublings = attempts.saturating_sub(1).min(10);
    (PAUSE_MS << doublings).min(LONGEST_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let pauses: Vec<u64> = [0, 1, 2, 3, 8, 9, 1_000_000].map(pause_ms).to_vec();
        assert_eq!(pauses, [100, 100, 200, 400, 10_000, 10_000, 10_000]);
    }

    #[test]
    fn pieces_are_halved_in_order() {
        let piece = Piece {
            records: 3..6,
            attempts: 2,
            request_id: "r".to_owned(),
            failure: None,
        };
        let [second, first] = halves(&piece);
        assert_eq!((first.records, second.records), (3..4, 4..6));
        assert_eq!((first.attempts, second.attempts), (2, 2));
    }
}

//! What a mapping did lately: the last deliveries, counts, and how things stand, for people and for tests.
//!
//! Memory is bounded by [`KEPT`]. A failing function is told of in the log once, when it begins to fail, and once more when
//! it works again; of one that fails now and then, once a minute.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// Deliveries that are remembered.
const KEPT: usize = 500;
/// How long the log says nothing of a function that fails again.
const QUIET_MS: u64 = 60_000;

/// One invocation for a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    /// When it began, in milliseconds since the epoch.
    pub at_ms: u64,
    /// How many records it carried; none in the last invocation of a window.
    pub records: usize,
    /// First and last sequence number.
    pub sequences: Option<(String, String)>,
    /// Which attempt at these records it was, from 1.
    pub attempt: u32,
    /// How it ended.
    pub ending: Ending,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The function took all records.
    Success,
    /// The function took the records before the first it reported.
    Partial,
    /// The function failed, or could not be reached.
    Failure(String),
}

/// What a mapping did.
#[derive(Debug, Default)]
pub(super) struct Log {
    recent: Mutex<Recent>,
    /// Records that a function took.
    pub delivered: AtomicU64,
    /// Records that no filter let through.
    pub filtered: AtomicU64,
    /// Records that were given up.
    pub given_up: AtomicU64,
    /// Invocations that failed.
    pub failures: AtomicU64,
}

#[derive(Debug, Default)]
struct Recent {
    deliveries: VecDeque<Delivery>,
    /// Failures since the last success.
    failing: u64,
    /// When the log was last told that the function fails.
    told_ms: Option<u64>,
    /// Whether the log believes that it still does.
    is_told: bool,
    /// Whether the destination could not be told.
    is_untold: bool,
    last_error: Option<String>,
    problem: Option<&'static str>,
}

impl Log {
    /// Remembers a delivery.
    pub(super) fn note(&self, what: &str, delivery: Delivery) {
        let mut recent = self.recent();
        match &delivery.ending {
            Ending::Success | Ending::Partial => {
                if std::mem::take(&mut recent.is_told) {
                    tracing::info!(failures = recent.failing, "{what} works again");
                }
                recent.failing = 0;
                recent.problem = None;
            }
            Ending::Failure(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                let is_quiet = |told_ms| delivery.at_ms < told_ms + QUIET_MS;
                if !recent.is_told && !recent.told_ms.is_some_and(is_quiet) {
                    tracing::warn!("{what} fails and is tried again: {error}");
                    recent.told_ms = Some(delivery.at_ms);
                    recent.is_told = true;
                }
                recent.failing += 1;
                recent.last_error = Some(error.clone());
                recent.problem = Some("Function call failed");
            }
        }
        recent.deliveries.push_back(delivery);
        if recent.deliveries.len() > KEPT {
            recent.deliveries.pop_front();
        }
    }

    /// Says what keeps the mapping from delivering, other than its function failing; once in the log.
    pub(super) fn hinder(&self, what: &str, problem: &'static str, error: String) {
        let mut recent = self.recent();
        if recent.last_error.as_ref() != Some(&error) {
            tracing::warn!("{what} waits: {error}");
            recent.last_error = Some(error);
        }
        recent.problem = Some(problem);
    }

    /// What hindered is over.
    pub(super) fn relieve(&self) {
        self.recent().problem = None;
    }

    /// Notes whether the destination could be told of records that were given up; in the log when it first could not.
    pub(super) fn note_destination(&self, what: &str, told: &Result<(), String>) {
        let mut recent = self.recent();
        if let Err(error) = told
            && !recent.is_untold
        {
            tracing::error!(
                "{what}: the destination could not be told of records that were given up: {error}"
            );
        }
        recent.is_untold = told.is_err();
    }

    /// `LastProcessingResult` of the API.
    pub(super) fn last_result(&self) -> String {
        let recent = self.recent();
        match recent.problem {
            Some(problem) => format!("PROBLEM: {problem}"),
            None if recent.deliveries.is_empty() => "No records processed".to_owned(),
            None => "OK".to_owned(),
        }
    }

    /// The last error, also when all is well by now.
    pub(super) fn last_error(&self) -> Option<String> {
        self.recent().last_error.clone()
    }

    /// The last deliveries, the oldest first.
    pub(super) fn deliveries(&self) -> Value {
        let recent = self.recent();
        recent.deliveries.iter().map(Delivery::to_json).collect()
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    fn to_json(&self) -> Value {
        let (outcome, error) = match &self.ending {
            Ending::Success => ("success", None),
            Ending::Partial => ("partial", None),
            Ending::Failure(error) => ("failure", Some(error)),
        };
        let (first, last) = self
            .sequences
            .as_ref()
            .map(|(first, last)| (first, last))
            .unzip();
        json!({
            "at": self.at_ms as f64 / 1000.0,
            "records": self.records,
            "first": first,
            "last": last,
            "attempt": self.attempt,
            "outcome": outcome,
            "duration_ms": self.duration_ms,
            "error": error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(ending: Ending) -> Delivery {
        Delivery {
            at_ms: 1500,
            records: 1,
            sequences: Some(("1".to_owned(), "2".to_owned())),
            attempt: 1,
            ending,
            duration_ms: 3,
        }
    }

    #[test]
    fn results_follow_the_last_delivery() {
        let log = Log::default();
        assert_eq!(log.last_result(), "No records processed");
        log.note("f", delivery(Ending::Failure("no".to_owned())));
        assert_eq!(log.last_result(), "PROBLEM: Function call failed");
        log.note("f", delivery(Ending::Success));
        assert_eq!(log.last_result(), "OK");
        assert_eq!(log.last_error().as_deref(), Some("no"));
        assert_eq!(log.deliveries()[0]["outcome"], "failure");
    }

    #[test]
    fn the_log_is_told_once_a_minute_at_most() {
        let log = Log::default();
        let (mut told, mut was_told) = (0, false);
        let mut note = |second: u64, ending| {
            let delivery = Delivery {
                at_ms: second * 1000,
                ..delivery(ending)
            };
            log.note("f", delivery);
            let is_told = log.recent().is_told;
            told += u32::from(is_told && !was_told);
            was_told = is_told;
            told
        };
        for second in 0..600 {
            note(second, Ending::Failure("no".to_owned()));
            note(second, Ending::Success);
        }
        assert_eq!(note(600, Ending::Success), 10);
        for second in 601..1000 {
            note(second, Ending::Failure("no".to_owned()));
        }
        let told = note(1000, Ending::Failure("no".to_owned()));
        assert_eq!(told, 11, "it never worked in between");
    }

    #[test]
    fn only_the_last_are_kept() {
        let log = Log::default();
        for attempt in 0..KEPT as u32 + 7 {
            log.note(
                "f",
                Delivery {
                    attempt,
                    ..delivery(Ending::Success)
                },
            );
        }
        let kept = log.deliveries();
        assert_eq!(kept.as_array().map(Vec::len), Some(KEPT));
        assert_eq!(kept[0]["attempt"], 7);
    }
}

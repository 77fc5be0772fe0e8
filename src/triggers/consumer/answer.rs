//! What a function said: reading its answer for failed records and window state, and what follows from an outcome.
//!
//! Pure decisions; `deliver` acts on them.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::triggers::functions::{Outcome, headline};

/// Bytes of the state of a tumbling window; a larger one ends the window.
pub(super) const STATE_BYTES: usize = 1024 * 1024;
/// Characters of an error that are kept.
const ERROR_LENGTH: usize = 500;

/// What follows from an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All records are done; JSON of the window's state, where the mapping has windows.
    Done(Option<String>),
    /// The records before this one are done.
    DoneUpTo(usize, Option<String>),
    /// None are.
    Failed(Failure),
}

/// Why an invocation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// For people.
    pub(super) error: String,
    /// What `X-Amz-Function-Error` would say; nothing when the function did not run.
    pub(super) function_error: Option<String>,
}

/// What counts of an answer, as it was written: it may be long, and a state is handed on untouched.
#[derive(Default, Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    state: Option<&'a RawValue>,
    #[serde(borrow, rename = "batchItemFailures")]
    failures: Option<&'a RawValue>,
}

/// A record that an answer names.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, rename = "itemIdentifier")]
    identifier: Option<Cow<'a, str>>,
}

/// What an answer has to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expectation {
    /// It may name failed records.
    pub(super) failures: bool,
    /// It has to hold a state.
    pub(super) state: bool,
}

/// Judges an outcome; `place` finds a record by its sequence number.
pub(super) fn judge(
    outcome: &Outcome,
    expected: Expectation,
    place: impl Fn(&str) -> Option<usize>,
) -> Verdict {
    let ran = |error: String| {
        Verdict::Failed(Failure {
            error,
            function_error: Some("Unhandled".to_owned()),
        })
    };
    match outcome {
        Outcome::Success(_) if expected == Expectation::default() => Verdict::Done(None),
        Outcome::Success(body) => judge_answer(body, expected, place).unwrap_or_else(ran),
        Outcome::FunctionError { kind, payload } => Verdict::Failed(Failure {
            error: headline(payload),
            function_error: Some(kind.clone()),
        }),
        Outcome::TimedOut => ran("the function took too long".to_owned()),
        Outcome::Unreachable(error) => Verdict::Failed(Failure {
            error: error.clone(),
            function_error: None,
        }),
    }
}

fn judge_answer(
    body: &[u8],
    expected: Expectation,
    place: impl Fn(&str) -> Option<usize>,
) -> Result<Verdict, String> {
    let body = body.trim_ascii();
    let answer: Answer = match body.first() {
        None => Answer::default(),
        Some(b'{') => serde_json::from_slice(body)
            .map_err(|error| format!("the answer is no JSON: {error}"))?,
        Some(_) if body == b"null" => Answer::default(),
        Some(_) => return Err("the answer is neither an object nor null".to_owned()),
    };
    let state = match answer.state {
        Some(state) if expected.state => Some(state.get().to_owned()),
        None if expected.state => return Err("the answer has no state".to_owned()),
        _ => None,
    };
    let failed = match answer.failures {
        Some(failures) if expected.failures => first_failed(failures, place)?,
        _ => None,
    };
    Ok(match failed {
        Some(place) => Verdict::DoneUpTo(place, state),
        None => Verdict::Done(state),
    })
}

/// The first record that an answer names as failed. What names no record of the batch fails it as a whole.
fn first_failed(
    failures: &RawValue,
    place: impl Fn(&str) -> Option<usize>,
) -> Result<Option<usize>, String> {
    let failures: Vec<&RawValue> = serde_json::from_str(failures.get())
        .map_err(|_| "batchItemFailures is no list".to_owned())?;
    let mut first: Option<usize> = None;
    for failure in failures {
        let text = failure.get();
        // A list would pass for an object, its elements for members.
        let named: Option<Named> = text
            .starts_with('{')
            .then(|| serde_json::from_str(text).ok())
            .flatten();
        let identifier = named.and_then(|named| named.identifier);
        let found = identifier.as_deref().and_then(&place).ok_or_else(|| {
            let named = cut(identifier.as_deref().unwrap_or(text));
            format!("batchItemFailures names no record of the batch: {named}")
        })?;
        first = Some(first.map_or(found, |first| first.min(found)));
    }
    Ok(first)
}

fn cut(text: &str) -> String {
    text.chars().take(ERROR_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const FAILURES: Expectation = Expectation {
        failures: true,
        state: false,
    };
    const STATE: Expectation = Expectation {
        failures: true,
        state: true,
    };

    fn verdict(answer: &str, expected: Expectation) -> Verdict {
        let outcome = Outcome::Success(Bytes::copy_from_slice(answer.as_bytes()));
        judge(&outcome, expected, |sequence| {
            ["7", "8", "9"].iter().position(|known| *known == sequence)
        })
    }

    #[test]
    fn answers_name_failed_records() {
        for answer in [
            "",
            "null",
            "{}",
            r#"{"batchItemFailures":[]}"#,
            r#"{"batchItemFailures":null}"#,
            r#"{"other":1}"#,
        ] {
            assert_eq!(verdict(answer, FAILURES), Verdict::Done(None), "{answer}");
        }
        let two = r#"{"batchItemFailures":[{"itemIdentifier":"9"},{"itemIdentifier":"8"}]}"#;
        assert_eq!(verdict(two, FAILURES), Verdict::DoneUpTo(1, None));
        assert_eq!(verdict(two, Expectation::default()), Verdict::Done(None));
        for answer in [
            "x",
            "\"ok\"",
            "[]",
            r#"{"batchItemFailures":{}}"#,
            r#"{"batchItemFailures":[{}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"ItemIdentifier":"8"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"10"}]}"#,
            r#"{"batchItemFailures":["8"]}"#,
            r#"{"batchItemFailures":[["8"]]}"#,
            r#"[null,[{"itemIdentifier":"8"}]]"#,
            &"[".repeat(100_000),
        ] {
            assert!(
                matches!(verdict(answer, FAILURES), Verdict::Failed(_)),
                "{answer}"
            );
        }
    }

    #[test]
    fn windows_need_a_state() {
        assert_eq!(
            verdict(r#"{"state":{"n":1}}"#, STATE),
            Verdict::Done(Some(r#"{"n":1}"#.to_owned()))
        );
        for answer in ["", "{}", r#"{"state":null}"#] {
            assert!(
                matches!(verdict(answer, STATE), Verdict::Failed(_)),
                "{answer}"
            );
        }
    }
}

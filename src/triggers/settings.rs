//! What a mapping is asked to do: the options of an event source mapping, under AWS's names, with AWS's defaults.
//!
//! [`Changes`] is what somebody said (a request, an argument, a table of the configuration file), [`Settings`] what holds.
//! The rules about values stand here once, whoever says them; `members` reads and writes the JSON of AWS's API.

mod members;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Form, Rule, Violation};
use crate::triggers::destination::Destination;
use crate::triggers::pattern::{self, Pattern};

pub use members::WrongType;
pub(in crate::triggers) use members::{structure, text};

/// Filters that one mapping may have.
const MOST_FILTERS: usize = 5;
/// Bytes of a destination's text.
const LONGEST_DESTINATION: u64 = 1024;
/// Where queues might be, for those who only ask whether a text names one.
const ANY_ENDPOINT: &str = "http://localhost";
/// Ages that are allowed besides -1.
const RECORD_AGE: std::ops::RangeInclusive<i64> = 60..=604_800;

/// Where a new mapping begins in its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StartingPosition {
    /// With the oldest record that is kept.
    #[serde(rename = "TRIM_HORIZON")]
    TrimHorizon,
    /// With what comes after the mapping was made.
    #[default]
    #[serde(rename = "LATEST")]
    Latest,
}

/// All options of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Settings {
    /// Most records of one invocation: 1 to 10,000.
    pub batch_size: u32,
    /// Seconds to wait for a batch to fill: 0 to 300.
    pub maximum_batching_window_in_seconds: u32,
    /// Patterns, of which a record has to match one; none: every record.
    pub filters: Vec<String>,
    /// Retries of a failed batch, -1: until its records expire.
    pub maximum_retry_attempts: i32,
    /// Age in seconds beyond which a record is given up, -1: when it expires.
    pub maximum_record_age_in_seconds: i32,
    /// Whether a batch that the function failed is split in two.
    pub bisect_batch_on_function_error: bool,
    /// Whether the function says which records of a batch failed.
    pub report_batch_item_failures: bool,
    /// Where records that are given up are told of: a file, a URL or a queue; see `destination`.
    pub on_failure: Option<String>,
    /// Batches of different partition keys in flight at once: 1 to 10.
    pub parallelization_factor: u32,
    /// Seconds of a tumbling window, 0: none.
    pub tumbling_window_in_seconds: u32,
    /// Whether records are delivered.
    pub enabled: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            batch_size: 100,
            maximum_batching_window_in_seconds: 0,
            filters: Vec::new(),
            maximum_retry_attempts: -1,
            maximum_record_age_in_seconds: -1,
            bisect_batch_on_function_error: false,
            report_batch_item_failures: false,
            on_failure: None,
            parallelization_factor: 1,
            tumbling_window_in_seconds: 0,
            enabled: true,
        }
    }
}

/// Options that were said; the others stay what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// See [`Settings`].
    pub batch_size: Option<i64>,
    /// See [`Settings`].
    pub maximum_batching_window_in_seconds: Option<i64>,
    /// `FilterCriteria.Filters[].Pattern`.
    pub filters: Option<Vec<String>>,
    /// See [`Settings`].
    pub maximum_retry_attempts: Option<i64>,
    /// See [`Settings`].
    pub maximum_record_age_in_seconds: Option<i64>,
    /// See [`Settings`].
    pub bisect_batch_on_function_error: Option<bool>,
    /// `FunctionResponseTypes` holds `ReportBatchItemFailures`.
    pub report_batch_item_failures: Option<bool>,
    /// `DestinationConfig.OnFailure.Destination`; empty: none.
    pub on_failure: Option<String>,
    /// See [`Settings`].
    pub parallelization_factor: Option<i64>,
    /// See [`Settings`].
    pub tumbling_window_in_seconds: Option<i64>,
    /// See [`Settings`].
    pub enabled: Option<bool>,
}

/// Why options cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingFault {
    /// A member is not of the JSON type it has to be.
    Type(WrongType),
    /// Values outside of their ranges, at least one.
    Ranges(Vec<Violation>),
    /// A filter's pattern that is none.
    Pattern {
        /// Which filter, from 1.
        number: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// Anything else, as a sentence.
    Other(String),
}

impl fmt::Display for SettingFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingFault::Type(fault) => fault.fmt(out),
            SettingFault::Ranges(violations) => {
                for (at, violation) in violations.iter().enumerate() {
                    out.write_str(if at > 0 { "; " } else { "" })?;
                    write_violation(out, violation)?;
                }
                Ok(())
            }
            SettingFault::Pattern { number, problem } => {
                write!(out, "the pattern of filter {number} is none: {problem}")
            }
            SettingFault::Other(sentence) => out.write_str(sentence),
        }
    }
}

/// A violation in our own words: the API's are for programs that expect them.
fn write_violation(out: &mut fmt::Formatter<'_>, violation: &Violation) -> fmt::Result {
    let name = violation.path.split('.').next().unwrap_or_default();
    let (first, rest) = name.split_at(usize::from(!name.is_empty()));
    write!(out, "{}{rest}", first.to_ascii_uppercase())?;
    match &violation.rule {
        Rule::MinValue(least) => {
            let echo = violation.echo.as_deref().unwrap_or_default();
            write!(out, " is {echo}, the least is {least}")
        }
        Rule::MaxValue(most) => {
            let echo = violation.echo.as_deref().unwrap_or_default();
            write!(out, " is {echo}, the most is {most}")
        }
        Rule::MaxLength(most) => write!(out, " is too long, {most} is the most"),
        Rule::Elements(_) => out.write_str(" knows ReportBatchItemFailures only"),
        rule => write!(out, " does not fit: {rule:?}"),
    }
}

impl Settings {
    /// Whether the destination can be reached, as far as that is known: a queue named by an ARN needs an endpoint.
    pub fn check_destination(&self, sqs_endpoint: Option<&str>) -> Result<(), SettingFault> {
        match &self.on_failure {
            None => Ok(()),
            Some(text) => Destination::parse(text, sqs_endpoint)
                .map(|_| ())
                .map_err(SettingFault::Other),
        }
    }
}

impl Changes {
    /// The settings that hold once these changes were made to `base`.
    pub fn apply(&self, base: &Settings) -> Result<Settings, SettingFault> {
        let violations = self.violations();
        if !violations.is_empty() {
            return Err(SettingFault::Ranges(violations));
        }
        if let Some(age) = self.maximum_record_age_in_seconds
            && age != -1
            && !RECORD_AGE.contains(&age)
        {
            let (least, most) = (RECORD_AGE.start(), RECORD_AGE.end());
            let words = format!(
                "MaximumRecordAgeInSeconds must be either -1 (forever) or between {least} and {most} (inclusive)"
            );
            return Err(SettingFault::Other(words));
        }
        if let Some(filters) = &self.filters {
            check_filters(filters)?;
        }
        let on_failure = match self.on_failure.as_deref() {
            None => base.on_failure.clone(),
            Some("") => None,
            Some(text) => {
                // Only the form is looked at: where queues are is the server's affair.
                Destination::parse(text, Some(ANY_ENDPOINT)).map_err(SettingFault::Other)?;
                Some(text.to_owned())
            }
        };
        Ok(Settings {
            batch_size: number(self.batch_size, base.batch_size),
            maximum_batching_window_in_seconds: number(
                self.maximum_batching_window_in_seconds,
                base.maximum_batching_window_in_seconds,
            ),
            filters: self.filters.as_ref().unwrap_or(&base.filters).clone(),
            maximum_retry_attempts: number(
                self.maximum_retry_attempts,
                base.maximum_retry_attempts,
            ),
            maximum_record_age_in_seconds: number(
                self.maximum_record_age_in_seconds,
                base.maximum_record_age_in_seconds,
            ),
            bisect_batch_on_function_error: self
                .bisect_batch_on_function_error
                .unwrap_or(base.bisect_batch_on_function_error),
            report_batch_item_failures: self
                .report_batch_item_failures
                .unwrap_or(base.report_batch_item_failures),
            on_failure,
            parallelization_factor: number(
                self.parallelization_factor,
                base.parallelization_factor,
            ),
            tumbling_window_in_seconds: number(
                self.tumbling_window_in_seconds,
                base.tumbling_window_in_seconds,
            ),
            enabled: self.enabled.unwrap_or(base.enabled),
        })
    }

    /// The values that are outside of their ranges.
    pub fn violations(&self) -> Vec<Violation> {
        let ranges = [
            ("batchSize", self.batch_size, 1, 10_000),
            (
                "maximumBatchingWindowInSeconds",
                self.maximum_batching_window_in_seconds,
                0,
                300,
            ),
            (
                "maximumRecordAgeInSeconds",
                self.maximum_record_age_in_seconds,
                -1,
                *RECORD_AGE.end(),
            ),
            (
                "maximumRetryAttempts",
                self.maximum_retry_attempts,
                -1,
                10_000,
            ),
            ("parallelizationFactor", self.parallelization_factor, 1, 10),
            (
                "tumblingWindowInSeconds",
                self.tumbling_window_in_seconds,
                0,
                900,
            ),
        ];
        let mut violations = Vec::new();
        for (path, value, least, most) in ranges {
            let rule = match value {
                Some(value) if value < least => Rule::MinValue(least),
                Some(value) if value > most => Rule::MaxValue(most),
                _ => continue,
            };
            let echo = value.unwrap_or_default().to_string();
            violations.push(violation(path, echo, rule));
        }
        for (at, filter) in self.filters.iter().flatten().enumerate() {
            if filter.chars().count() > pattern::LONGEST {
                let path = format!("filterCriteria.filters.{}.member.pattern", at + 1);
                let rule = Rule::MaxLength(pattern::LONGEST as u64);
                violations.push(violation(path, filter.clone(), rule));
            }
        }
        if let Some(text) = &self.on_failure
            && text.len() as u64 > LONGEST_DESTINATION
        {
            let path = "destinationConfig.onFailure.destination";
            let rule = Rule::MaxLength(LONGEST_DESTINATION);
            violations.push(violation(path, text.clone(), rule));
        }
        violations
    }
}

fn violation(path: impl Into<String>, echo: String, rule: Rule) -> Violation {
    Violation {
        form: Form::Echoed,
        path: path.into(),
        echo: Some(echo),
        rule,
    }
}

/// A value whose range was looked at.
fn number<T: TryFrom<i64>>(said: Option<i64>, base: T) -> T {
    said.and_then(|value| T::try_from(value).ok())
        .unwrap_or(base)
}

fn check_filters(filters: &[String]) -> Result<(), SettingFault> {
    if filters.len() > MOST_FILTERS {
        let words = format!(
            "FilterCriteria has {} filters; a mapping may have {MOST_FILTERS}",
            filters.len()
        );
        return Err(SettingFault::Other(words));
    }
    for (at, filter) in filters.iter().enumerate() {
        Pattern::parse(filter).map_err(|error| SettingFault::Pattern {
            number: at + 1,
            problem: error.to_string(),
        })?;
    }
    Ok(())
}

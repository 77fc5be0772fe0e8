//! What a mapping is asked to do: the options of an event source mapping, under AWS's names, with AWS's defaults.
//!
//! [`Changes`] is what somebody said (a request, an argument, a table of the configuration file), [`Settings`] what holds.
//! The rules about values stand here once, whoever says them.

use serde::{Deserialize, Serialize};

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

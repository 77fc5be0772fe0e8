//! Options of a mapping as members of the JSON that AWS's API sends and answers.
//!
//! Reading looks at types only; what a value may be is the rule of `settings`. Members that are unknown are left alone, a
//! member that is `null` is one that is not there.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Changes, SettingFault, Settings, violation};
use crate::error::Rule;

const REPORT: &str = "ReportBatchItemFailures";

/// The JSON type that a member has to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Integer,
    Boolean,
    Text,
    List,
    Structure,
}

/// A member that is not of the JSON type it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongType {
    member: String,
    expected: Expected,
    found: &'static str,
}

impl WrongType {
    fn of(member: &str, expected: Expected, found: &Value) -> WrongType {
        WrongType {
            member: member.to_owned(),
            expected,
            found: match found {
                Value::Null => "NULL",
                Value::Bool(true) => "TRUE_VALUE",
                Value::Bool(false) => "FALSE_VALUE",
                Value::Number(number) if number.is_f64() => "DECIMAL_VALUE",
                Value::Number(_) => "NUMBER_VALUE",
                Value::String(_) => "STRING_VALUE",
                Value::Array(_) => "START_ARRAY",
                Value::Object(_) => "START_OBJECT",
            },
        }
    }

    /// What the API says of it.
    pub fn api_text(&self) -> String {
        let target = match self.expected {
            Expected::Integer => "an Integer",
            Expected::Boolean => "a Boolean",
            Expected::Text => "a String",
            Expected::List | Expected::Structure => return "Unexpected field type".to_owned(),
        };
        match self.found {
            "START_ARRAY" => "Start of list found where not expected".to_owned(),
            "START_OBJECT" => "Start of structure or map found where not expected.".to_owned(),
            found => format!("{found} can not be converted to {target}"),
        }
    }
}

impl fmt::Display for WrongType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.expected {
            Expected::Integer => "a whole number",
            Expected::Boolean => "true or false",
            Expected::Text => "a text",
            Expected::List => "a list",
            Expected::Structure => "an object",
        };
        write!(out, "{} has to be {expected}", self.member)
    }
}

impl From<WrongType> for SettingFault {
    fn from(fault: WrongType) -> SettingFault {
        SettingFault::Type(fault)
    }
}

/// A member that is there and not `null`.
fn member<'v>(of: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    of.get(name).filter(|value| !value.is_null())
}

/// A member that has to be a text.
pub(in crate::triggers) fn text<'v>(
    of: &'v Map<String, Value>,
    name: &str,
) -> Result<Option<&'v str>, WrongType> {
    typed(of, name, Expected::Text, Value::as_str)
}

/// What the API sends, as members.
pub(in crate::triggers) fn structure(value: &Value) -> Result<&Map<String, Value>, WrongType> {
    let fault = || WrongType::of("the whole", Expected::Structure, value);
    value.as_object().ok_or_else(fault)
}

fn typed<'v, T>(
    of: &'v Map<String, Value>,
    name: &str,
    expected: Expected,
    read: impl Fn(&'v Value) -> Option<T>,
) -> Result<Option<T>, WrongType> {
    match member(of, name) {
        None => Ok(None),
        Some(value) => match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(WrongType::of(name, expected, value)),
        },
    }
}

/// A whole number; a fraction is cut off, as the API does.
fn integer(of: &Map<String, Value>, name: &str) -> Result<Option<i64>, WrongType> {
    typed(of, name, Expected::Integer, |value| {
        let cut = || value.as_f64().filter(|number| number.abs() < 1e15);
        value.as_i64().or_else(|| cut().map(|number| number as i64))
    })
}

fn boolean(of: &Map<String, Value>, name: &str) -> Result<Option<bool>, WrongType> {
    typed(of, name, Expected::Boolean, Value::as_bool)
}

impl Changes {
    /// Reads the members that CreateEventSourceMapping and UpdateEventSourceMapping share.
    pub fn from_json(value: &Value) -> Result<Changes, SettingFault> {
        let members = structure(value)?;
        Ok(Changes {
            batch_size: integer(members, "BatchSize")?,
            maximum_batching_window_in_seconds: integer(members, "MaximumBatchingWindowInSeconds")?,
            filters: filters(members)?,
            maximum_retry_attempts: integer(members, "MaximumRetryAttempts")?,
            maximum_record_age_in_seconds: integer(members, "MaximumRecordAgeInSeconds")?,
            bisect_batch_on_function_error: boolean(members, "BisectBatchOnFunctionError")?,
            report_batch_item_failures: response_types(members)?,
            on_failure: on_failure(members)?,
            parallelization_factor: integer(members, "ParallelizationFactor")?,
            tumbling_window_in_seconds: integer(members, "TumblingWindowInSeconds")?,
            enabled: boolean(members, "Enabled")?,
        })
    }
}

fn filters(members: &Map<String, Value>) -> Result<Option<Vec<String>>, SettingFault> {
    let Some(criteria) = typed(
        members,
        "FilterCriteria",
        Expected::Structure,
        Value::as_object,
    )?
    else {
        return Ok(None);
    };
    let list = typed(criteria, "Filters", Expected::List, Value::as_array)?;
    let mut patterns = Vec::new();
    for (at, filter) in list.into_iter().flatten().enumerate() {
        let fault = || WrongType::of("Filters", Expected::Structure, filter);
        let filter = filter.as_object().ok_or_else(fault)?;
        let pattern = text(filter, "Pattern")?.ok_or_else(|| SettingFault::Pattern {
            number: at + 1,
            problem: "there is no Pattern".to_owned(),
        })?;
        patterns.push(pattern.to_owned());
    }
    Ok(Some(patterns))
}

fn response_types(members: &Map<String, Value>) -> Result<Option<bool>, SettingFault> {
    let name = "FunctionResponseTypes";
    let Some(list) = typed(members, name, Expected::List, Value::as_array)? else {
        return Ok(None);
    };
    let mut words = Vec::new();
    for word in list {
        let fault = || WrongType::of(name, Expected::Text, word);
        words.push(word.as_str().ok_or_else(fault)?);
    }
    let rule = if words.iter().any(|word| *word != REPORT) {
        Rule::Elements(vec![Rule::Words(&[REPORT])])
    } else if words.len() > 1 {
        Rule::MaxLength(1)
    } else {
        return Ok(Some(!words.is_empty()));
    };
    let echo = format!("[{}]", words.join(", "));
    let broken = violation("functionResponseTypes", echo, rule);
    Err(SettingFault::Ranges(vec![broken]))
}

fn on_failure(members: &Map<String, Value>) -> Result<Option<String>, SettingFault> {
    let structure = |of, name| typed(of, name, Expected::Structure, Value::as_object);
    let Some(config) = structure(members, "DestinationConfig")? else {
        return Ok(None);
    };
    if let Some(success) = structure(config, "OnSuccess")?
        && text(success, "Destination")?.is_some_and(|text| !text.is_empty())
    {
        let words = "OnSuccess is not for event source mappings of streams; use OnFailure";
        return Err(SettingFault::Other(words.to_owned()));
    }
    let failure = structure(config, "OnFailure")?;
    let destination = match failure {
        None => None,
        Some(failure) => text(failure, "Destination")?,
    };
    Ok(Some(destination.unwrap_or_default().to_owned()))
}

impl Settings {
    /// The members of an EventSourceMappingConfiguration that tell these settings.
    pub fn members(&self) -> Map<String, Value> {
        let failure = match &self.on_failure {
            Some(destination) => json!({ "Destination": destination }),
            None => json!({}),
        };
        let responses: &[&str] = if self.report_batch_item_failures {
            &[REPORT]
        } else {
            &[]
        };
        let mut members = Map::new();
        for (name, value) in [
            ("BatchSize", json!(self.batch_size)),
            (
                "MaximumBatchingWindowInSeconds",
                json!(self.maximum_batching_window_in_seconds),
            ),
            ("ParallelizationFactor", json!(self.parallelization_factor)),
            ("DestinationConfig", json!({ "OnFailure": failure })),
            (
                "MaximumRecordAgeInSeconds",
                json!(self.maximum_record_age_in_seconds),
            ),
            (
                "BisectBatchOnFunctionError",
                json!(self.bisect_batch_on_function_error),
            ),
            ("MaximumRetryAttempts", json!(self.maximum_retry_attempts)),
            (
                "TumblingWindowInSeconds",
                json!(self.tumbling_window_in_seconds),
            ),
            ("FunctionResponseTypes", json!(responses)),
        ] {
            members.insert(name.to_owned(), value);
        }
        if !self.filters.is_empty() {
            let filters: Vec<Value> = self
                .filters
                .iter()
                .map(|pattern| json!({ "Pattern": pattern }))
                .collect();
            let criteria = json!({ "Filters": filters });
            members.insert("FilterCriteria".to_owned(), criteria);
        }
        members
    }
}

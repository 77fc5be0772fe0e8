//! What a request sends besides its path: a JSON body of members.

use bytes::Bytes;
use serde_json::Value;

use super::fault::{ApiFault, Exception, violation};
use super::name::FunctionName;
use crate::error::{Rule, Violation};
use crate::triggers::settings::{structure, text};

/// Most bytes of a request about a mapping: five filters are the largest part of one.
const LONGEST: usize = 256 * 1024;
const UUID_LENGTH: usize = 36;

/// Members for sources other than streams of DynamoDB.
const OTHER_SOURCES: &[&str] = &[
    "AmazonManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "LoggingConfig",
    "ProvisionedPollerConfig",
    "Queues",
    "ScalingConfig",
    "SelfManagedEventSource",
    "SelfManagedKafkaEventSourceConfig",
    "SourceAccessConfigurations",
    "StartingPositionTimestamp",
    "Topics",
];

/// Reads a body of members. Nesting is bounded by the parser.
pub(super) fn read(body: &Bytes) -> Result<Value, ApiFault> {
    if body.len() > LONGEST {
        let words = format!("Request must be smaller than {LONGEST} bytes");
        return Err(ApiFault::new(Exception::RequestTooLarge, words));
    }
    let value = serde_json::from_slice(body).map_err(|error| {
        ApiFault::serialization(format!("Could not parse request body into json: {error}"))
    })?;
    structure(&value)?;
    Ok(value)
}

/// A text member.
pub(super) fn member<'v>(body: &'v Value, name: &str) -> Result<Option<&'v str>, ApiFault> {
    Ok(text(structure(body)?, name)?)
}

/// The function that a body names; violations join the others.
pub(super) fn function(
    body: &Value,
    violations: &mut Vec<Violation>,
) -> Result<Option<FunctionName>, ApiFault> {
    let name = match member(body, "FunctionName")? {
        None => return Ok(None),
        Some(name) => FunctionName::parse(name),
    };
    Ok(name.map_err(|broken| violations.push(broken)).ok())
}

/// Refuses members that mean nothing for a stream of DynamoDB; empty ones say nothing.
pub(super) fn refuse_other_sources(body: &Value) -> Result<(), ApiFault> {
    let says_something = |value: &Value| match value {
        Value::Null => false,
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    let odd = OTHER_SOURCES
        .iter()
        .find(|name| body.get(**name).is_some_and(says_something));
    match odd {
        None => Ok(()),
        Some(name) => Err(ApiFault::parameter(format!(
            "{name} is not a valid parameter for an event source mapping of a DynamoDB stream"
        ))),
    }
}

/// Refuses what cannot be the id of a mapping, and makes it one that can be compared.
pub(super) fn mapping_id(id: &str) -> Result<String, ApiFault> {
    let rule = match id.chars().count() {
        ..UUID_LENGTH => Rule::MinLength(UUID_LENGTH as u64),
        UUID_LENGTH => return Ok(id.to_ascii_lowercase()),
        _ => Rule::MaxLength(UUID_LENGTH as u64),
    };
    Err(ApiFault::violations(vec![violation(
        "uUID",
        Some(id),
        rule,
    )]))
}

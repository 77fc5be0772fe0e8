//! ListEventSourceMappings: in pages, of a source or a function where one is named.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::fault::{ApiFault, Exception, violation};
use super::name::FunctionName;
use super::{Answer, Call, respond, view};
use crate::error::{Rule, Violation};
use crate::ops::streams::arn;
use crate::triggers::mapping::{Mapping, Source};

/// Most mappings of one reply, whatever the request says.
const LONGEST_PAGE: usize = 100;
const MOST_ITEMS: i64 = 10_000;

/// Shows mappings.
pub(super) fn run(call: &Call<'_>) -> Answer {
    let source = call.query("EventSourceArn").filter(|arn| !arn.is_empty());
    let mut violations = Vec::new();
    let function = match call.query("FunctionName").filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => FunctionName::parse(&name)
            .map_err(|broken| violations.push(broken))
            .ok(),
    };
    let most = match call.query("MaxItems") {
        None => LONGEST_PAGE,
        Some(text) => page_length(&text, &mut violations)?,
    };
    if !violations.is_empty() {
        return Err(ApiFault::violations(violations));
    }
    let after = match call.query("Marker").filter(|marker| !marker.is_empty()) {
        None => None,
        Some(marker) if uuid::Uuid::try_parse(&marker).is_ok() => Some(marker),
        Some(_) => return Err(ApiFault::parameter("Invalid marker")),
    };
    let wanted = |mapping: &Mapping| {
        after.as_ref().is_none_or(|after| *mapping.id > **after)
            && function
                .as_ref()
                .is_none_or(|function| is_of(mapping, function))
            && source
                .as_ref()
                .is_none_or(|source| reads(call, mapping, source))
            && view::is_visible(call, mapping)
    };
    let mut mappings = call.triggers.mappings.shown();
    mappings.retain(|mapping| wanted(mapping));
    let has_more = mappings.len() > most;
    mappings.truncate(most);
    let views: Vec<Value> = mappings
        .iter()
        .map(|mapping| view::current(call, mapping))
        .collect();
    let mut body = json!({ "EventSourceMappings": views });
    if let (true, Some(last)) = (has_more, mappings.last()) {
        body["NextMarker"] = last.id.clone().into();
    }
    Ok(respond(StatusCode::OK, &body))
}

fn page_length(text: &str, violations: &mut Vec<Violation>) -> Result<usize, ApiFault> {
    let number: i64 = text.parse().map_err(|_| {
        let words = format!("{text} is no number of items");
        ApiFault::new(Exception::Serialization, words)
    })?;
    let rule = match number {
        ..1 => Rule::MinValue(1),
        1..=MOST_ITEMS => return Ok(LONGEST_PAGE.min(number as usize)),
        _ => Rule::MaxValue(MOST_ITEMS),
    };
    violations.push(violation("maxItems", Some(text), rule));
    Ok(0)
}

/// A name without an alias stands for all.
fn is_of(mapping: &Mapping, function: &FunctionName) -> bool {
    mapping.function == function.name
        && (function.qualifier.is_none() || mapping.qualifier == function.qualifier)
}

/// Whether a mapping reads the stream of an ARN, whatever region and account that says.
fn reads(call: &Call<'_>, mapping: &Mapping, source: &str) -> bool {
    let Ok(head) = arn::find(&call.triggers.engine, &call.scope(), source) else {
        return matches!(&mapping.source, Source::Stream { arn, .. } if arn == source);
    };
    mapping.goes_on_with(&head)
}

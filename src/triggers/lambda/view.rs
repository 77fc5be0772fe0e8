//! A mapping as those see it who ask: EventSourceMappingConfiguration.

use bytes::Bytes;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::Call;
use crate::engine::NamespaceMode;
use crate::triggers::mapping::{Mapping, Source};

/// The reply to a change: the state is the change.
pub(super) fn changed(call: &Call<'_>, mapping: &Mapping) -> Response<Bytes> {
    let view = configuration(call, mapping, mapping.transition.name());
    super::respond(StatusCode::ACCEPTED, &view)
}

/// A mapping in the state in which it is.
pub(super) fn current(call: &Call<'_>, mapping: &Mapping) -> Value {
    let engine = &call.triggers.engine;
    let state = mapping.state(engine.now_ms(), engine.status_delay_ms());
    configuration(call, mapping, state)
}

fn configuration(call: &Call<'_>, mapping: &Mapping, state: &str) -> Value {
    let (region, account) = (&call.caller.region, call.account());
    let mut members = mapping.settings.members();
    for (name, value) in [
        ("UUID", json!(mapping.id)),
        ("StartingPosition", json!(mapping.starting_position)),
        ("FunctionArn", json!(mapping.function_arn(region, account))),
        ("EventSourceMappingArn", json!(mapping.arn(region, account))),
        ("LastModified", json!(mapping.modified_ms as f64 / 1000.0)),
        (
            "LastProcessingResult",
            json!(call.triggers.mappings.last_result(&mapping.id)),
        ),
        ("State", json!(state)),
        ("StateTransitionReason", json!("User action")),
    ] {
        members.insert(name.to_owned(), value);
    }
    if let Some(arn) = source_arn(call, mapping) {
        members.insert("EventSourceArn".to_owned(), arn.into());
    }
    Value::Object(members)
}

/// ARN of the stream that a mapping reads; none while the table of a configured one has no stream.
pub(super) fn source_arn(call: &Call<'_>, mapping: &Mapping) -> Option<String> {
    match &mapping.source {
        Source::Stream { arn, .. } => Some(arn.clone()),
        Source::Table { .. } => call.triggers.engine.with_catalog(|catalog| {
            let streams = catalog.streams_after(None);
            let last = streams.filter(|head| mapping.reads(head)).last()?;
            Some(last.arn(&call.caller.region, call.account()))
        }),
    }
}

/// Whether the caller sees a mapping: those of streams in other sets of tables are not theirs.
pub(super) fn is_visible(call: &Call<'_>, mapping: &Mapping) -> bool {
    let engine = &call.triggers.engine;
    let scope = call.scope();
    match &mapping.source {
        _ if engine.options().namespace == NamespaceMode::Shared => true,
        Source::Table { scope: own, .. } => *own == scope,
        Source::Stream { stream, .. } => engine.with_catalog(|catalog| {
            let head = catalog.stream(*stream);
            head.is_none_or(|head| head.scope == scope)
        }),
    }
}

//! CreateEventSourceMapping.

use serde_json::Value;

use super::fault::{ApiFault, Exception, violation};
use super::{Answer, Call, sent, view};
use crate::error::{Rule, Violation};
use crate::ops::streams::arn::{self, NoStream};
use crate::triggers::registry::{CreateFault, NewMapping};
use crate::triggers::settings::{Changes, Settings, StartingPosition};

const POSITIONS: &[&str] = &["LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"];

/// Makes a mapping.
pub(super) async fn run(call: &Call<'_>) -> Answer {
    let body = sent::read(call.request.body())?;
    let mut violations = Vec::new();
    let function = sent::function(&body, &mut violations)?;
    if function.is_none() && violations.is_empty() {
        violations.push(violation("functionName", None, Rule::NotNull));
    }
    let position = starting_position(&body, &mut violations)?;
    let source = sent::member(&body, "EventSourceArn")?;
    let changes = Changes::from_json(&body)?;
    violations.extend(changes.violations());
    let function = match function {
        Some(function) if violations.is_empty() => function,
        _ => return Err(ApiFault::violations(violations)),
    };
    sent::refuse_other_sources(&body)?;
    let source = source.filter(|arn| !arn.is_empty()).ok_or_else(|| {
        ApiFault::parameter(
            "EventSourceArn is missing: the streams of this server's tables are the only event sources here",
        )
    })?;
    let engine = &call.triggers.engine;
    let stream = arn::find(engine, &call.scope(), source);
    if stream
        .as_ref()
        .is_err_and(|why| *why == NoStream::Malformed)
    {
        let words = format!(
            "Unrecognized event source, must be a DynamoDB stream here. Unsupported arn {source}"
        );
        return Err(ApiFault::parameter(words));
    }
    let starting_position = match position {
        Some(Position::Known(position)) => position,
        Some(Position::Timestamp) => {
            let words = format!("Unsupported starting position for arn type: {source}");
            return Err(ApiFault::parameter(words));
        }
        None => {
            let words = "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: \
                         Member must not be null.";
            return Err(ApiFault::parameter(words));
        }
    };
    let settings = changes.apply(&Settings::default())?;
    settings.check_destination(call.triggers.sqs_endpoint.as_deref())?;
    if call.triggers.functions.find(&function.name).is_none() {
        return Err(ApiFault::parameter("Function does not exist"));
    }
    let stream = stream.map_err(|_| ApiFault::parameter(format!("Stream not found: {source}")))?;
    let name = function.name.clone();
    let new = NewMapping {
        function: function.name,
        qualifier: function.qualifier,
        stream: stream.number,
        stream_arn: source.to_owned(),
        region: call.caller.region.clone(),
        starting_position,
        settings,
    };
    match call.triggers.mappings.create(new).await {
        Ok(mapping) => Ok(view::changed(call, &mapping)),
        Err(CreateFault::Exists(id)) => Err(exists(source, &name, &id)),
        Err(CreateFault::Fault(fault)) => Err(fault.into()),
    }
}

/// The refusal of a second mapping of a stream and a function.
pub(super) fn exists(source: &str, function: &str, id: &str) -> ApiFault {
    let words = format!(
        "The event source arn (\" {source} \") and function (\" {function} \") provided mapping already exists. \
         Please update or delete the existing mapping with UUID {id}"
    );
    ApiFault::new(Exception::ResourceConflict, words)
}

/// A starting position of the API.
enum Position {
    Known(StartingPosition),
    /// For other sources than ours.
    Timestamp,
}

fn starting_position(
    body: &Value,
    violations: &mut Vec<Violation>,
) -> Result<Option<Position>, ApiFault> {
    let Some(text) = sent::member(body, "StartingPosition")? else {
        return Ok(None);
    };
    Ok(match text {
        "TRIM_HORIZON" => Some(Position::Known(StartingPosition::TrimHorizon)),
        "LATEST" => Some(Position::Known(StartingPosition::Latest)),
        "AT_TIMESTAMP" => Some(Position::Timestamp),
        _ => {
            let rule = Rule::Words(POSITIONS);
            violations.push(violation("startingPosition", Some(text), rule));
            None
        }
    })
}

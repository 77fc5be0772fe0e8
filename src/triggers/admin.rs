//! Our own paths: functions to configure at run time, and what mappings do.
//!
//! `/_dynasled/functions`, `/_dynasled/functions/{name}`, `/_dynasled/triggers`, `/_dynasled/triggers/{id}/deliveries`,
//! `/_dynasled/triggers/drain`. Errors are `{"error": …}` with a sentence that says what to do.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::clock::parse_duration;
use crate::error::Fault;
use crate::percent;
use crate::triggers::functions::{Described, FunctionFault, FunctionSetting};
use crate::triggers::registry::Trigger;
use crate::triggers::{Triggers, drain};

/// How long a drain waits when nothing is said.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest that one may wait.
const LONGEST_DRAIN: Duration = Duration::from_secs(900);

/// Status and body.
type Answer = Result<(StatusCode, Value), Refusal>;

/// Why a request is refused.
struct Refusal(StatusCode, String);

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        tracing::error!(?fault, "a request about triggers failed");
        let sentence = "the data could not be read or written; the log says more".to_owned();
        Refusal(StatusCode::INTERNAL_SERVER_ERROR, sentence)
    }
}

fn invalid(sentence: impl Into<String>) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, sentence.into())
}

/// Answers a request for one of our paths.
pub(super) async fn answer(triggers: &Triggers, request: &Request<Bytes>) -> Response<Bytes> {
    let (status, body) = route(triggers, request)
        .await
        .unwrap_or_else(|Refusal(status, sentence)| (status, json!({ "error": sentence })));
    let body = if body.is_null() {
        Bytes::new()
    } else {
        body.to_string().into()
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

async fn route(triggers: &Triggers, request: &Request<Bytes>) -> Answer {
    let path = percent::decode(request.uri().path());
    let parts: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    match (&parts[..], request.method()) {
        (["functions"], _) if is_read => {
            let functions: Vec<Value> = triggers
                .functions
                .list()
                .iter()
                .map(Described::to_json)
                .collect();
            Ok((StatusCode::OK, json!({ "functions": functions })))
        }
        (["functions", name], _) if is_read => match triggers.functions.find(name) {
            Some(function) => Ok((StatusCode::OK, function.to_json())),
            None => Err(no_function(name)),
        },
        (["functions", name], &Method::PUT) => put_function(triggers, name, request.body()).await,
        (["functions", name], &Method::DELETE) => {
            if triggers.remove_function(name).await? {
                Ok((StatusCode::NO_CONTENT, Value::Null))
            } else {
                Err(no_function(name))
            }
        }
        (["triggers"], _) if is_read => {
            let mut shown = Vec::new();
            for trigger in triggers.mappings.all() {
                shown.extend(describe(triggers, &trigger).await?);
            }
            Ok((StatusCode::OK, json!({ "triggers": shown })))
        }
        (["triggers", id, "deliveries"], _) if is_read => match triggers.mappings.trigger(id) {
            Some(trigger) => Ok((
                StatusCode::OK,
                json!({ "deliveries": trigger.log.deliveries() }),
            )),
            None => Err(Refusal(
                StatusCode::NOT_FOUND,
                format!("there is no trigger {id}; GET /_dynasled/triggers lists them"),
            )),
        },
        (["triggers", "drain"], &Method::POST) => drain_all(triggers, request.uri().query()).await,
        (["functions" | "triggers", ..], _) => Err(Refusal(
            StatusCode::NOT_FOUND,
            "use GET, PUT or DELETE /_dynasled/functions/{name}, GET /_dynasled/triggers, \
             GET /_dynasled/triggers/{id}/deliveries or POST /_dynasled/triggers/drain?timeout=5s"
                .to_owned(),
        )),
        _ => Err(Refusal(StatusCode::NOT_FOUND, "not found".to_owned())),
    }
}

fn no_function(name: &str) -> Refusal {
    Refusal(
        StatusCode::NOT_FOUND,
        format!("there is no function {name}; PUT /_dynasled/functions/{name} makes one"),
    )
}

async fn put_function(triggers: &Triggers, name: &str, body: &[u8]) -> Answer {
    let setting = read_function(name, body).map_err(invalid)?;
    match triggers.put_function(setting).await? {
        Ok(described) => Ok((StatusCode::OK, described.to_json())),
        Err(FunctionFault::Invalid(sentence)) => Err(invalid(sentence)),
        Err(FunctionFault::Port(sentence)) => Err(Refusal(StatusCode::CONFLICT, sentence)),
    }
}

fn read_function(name: &str, body: &[u8]) -> Result<FunctionSetting, String> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| format!("the body is no JSON ({error}); {EXAMPLE}"))?;
    let members = body
        .as_object()
        .ok_or_else(|| format!("the body is no object; {EXAMPLE}"))?;
    FunctionSetting::from_json(name, members)
}

const EXAMPLE: &str = r#"say {"url": "http://…"} or {"runtime_api": true}"#;

async fn describe(triggers: &Triggers, trigger: &Trigger) -> Result<Option<Value>, Fault> {
    let Some(mapping) = trigger.mapping() else {
        return Ok(None);
    };
    let engine = &triggers.engine;
    let (pending, oldest_ms) = drain::lag(trigger, &mapping, engine).await?;
    let now_ms = engine.now_ms();
    let (stream, position) = {
        let checkpoint = trigger.progress.checkpoint();
        (checkpoint.stream, checkpoint.position())
    };
    let account = &engine.options().account;
    let region = trigger.region();
    let head = engine.with_catalog(|catalog| catalog.stream(stream).cloned());
    let log = &trigger.log;
    Ok(Some(json!({
        "id": mapping.id,
        "function": mapping.function,
        "table": mapping.table(),
        "stream_arn": head.map(|head| head.arn(&region, account)),
        "state": mapping.state(now_ms, engine.status_delay_ms()),
        "last_result": log.last_result(),
        "last_error": log.last_error(),
        "position": crate::engine::streams::position::sequence_number(position),
        "pending": pending,
        "lag_ms": oldest_ms.map_or(0, |oldest| now_ms.saturating_sub(oldest)),
        "delivered": log.delivered.load(Ordering::Relaxed),
        "filtered": log.filtered.load(Ordering::Relaxed),
        "given_up": log.given_up.load(Ordering::Relaxed),
        "failures": log.failures.load(Ordering::Relaxed),
    })))
}

async fn drain_all(triggers: &Triggers, query: Option<&str>) -> Answer {
    let said = query.and_then(|query| percent::query_value(query, "timeout"));
    let timeout = match said {
        None => DRAIN_TIMEOUT,
        Some(text) => parse_duration(&text)
            .ok()
            .filter(|timeout| *timeout <= LONGEST_DRAIN)
            .ok_or_else(|| invalid("timeout is a time such as 5s or 500ms, up to 900s"))?,
    };
    let left = drain::drain(&triggers.mappings, &triggers.engine, timeout).await?;
    let is_done = left.is_empty();
    let status = if is_done {
        StatusCode::OK
    } else {
        StatusCode::GATEWAY_TIMEOUT
    };
    Ok((status, json!({ "drained": is_done, "left": left })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_objects() {
        let read = |body: &str| read_function("f", body.as_bytes());
        assert!(read(r#"{"url":"http://h/x"}"#).is_ok());
        for body in ["", "[]", "{} {}", "{}", &"[".repeat(10_000)] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}

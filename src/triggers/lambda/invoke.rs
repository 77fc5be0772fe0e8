//! Invoke and InvokeAsync.

use std::pin::pin;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde::de::IgnoredAny;
use serde_json::json;

use super::fault::{ApiFault, Exception, violation};
use super::name::{self, FunctionName};
use super::{Answer, Call};
use crate::error::{Rule, Violation};
use crate::triggers::functions::{Begun, Described, FunctionSetting, Invocation, Outcome};

const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const LOG_TYPE: HeaderName = HeaderName::from_static("x-amz-log-type");
const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("x-amz-client-context");
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");
const TYPES: &[&str] = &["Event", "RequestResponse", "DryRun"];
const LOGS: &[&str] = &["None", "Tail"];
/// Most bytes of a payload whose outcome is waited for.
const LONGEST: usize = 6 * 1024 * 1024;
/// Most bytes of one whose outcome is not.
const LONGEST_EVENT: usize = 1024 * 1024;

/// Who is to be invoked, and with what.
struct Prepared {
    function: Described,
    invocation: Invocation,
}

/// Invokes a function, waiting for the outcome or not.
pub(super) async fn run(call: &Call<'_>, function: &str) -> Answer {
    let headers = call.request.headers();
    let mut violations = Vec::new();
    let name = read_name(call, function, &mut violations);
    let kind = word(
        headers,
        &INVOCATION_TYPE,
        "invocationType",
        TYPES,
        &mut violations,
    );
    word(headers, &LOG_TYPE, "logType", LOGS, &mut violations);
    let name = match name {
        Some(name) if violations.is_empty() => name,
        _ => return Err(ApiFault::violations(violations)),
    };
    match kind {
        Some("Event") => {
            let prepared = prepare(call, &name, LONGEST_EVENT)?;
            accept(call, prepared)
        }
        Some("DryRun") => {
            prepare(call, &name, LONGEST)?;
            Ok(empty(StatusCode::NO_CONTENT))
        }
        _ => {
            let Prepared {
                function,
                invocation,
            } = prepare(call, &name, LONGEST)?;
            let outcome = invoke_in_time(call, &function, invocation).await;
            render(call, &function, outcome)
        }
    }
}

/// Invokes a function, and waits no longer than it may take for a runtime client to ask for the invocation: streams can
/// wait for one to be started, whoever sits before an SDK cannot.
async fn invoke_in_time(call: &Call<'_>, function: &Described, invocation: Invocation) -> Outcome {
    let FunctionSetting { name, timeout, .. } = &function.setting;
    let begun = invocation.begun.clone();
    let mut running = pin!(call.triggers.functions.invoke(name, invocation));
    match tokio::time::timeout(*timeout, &mut running).await {
        Ok(outcome) => outcome,
        Err(_) if !begun.withdraw() => running.await,
        Err(_) => Outcome::Unreachable(format!(
            "nobody has run the function {name} for {} s: its runtime client is not there, or other invocations came first",
            timeout.as_secs()
        )),
    }
}

/// Invokes a function without waiting, as was done before `Invoke` could.
pub(super) fn run_async(call: &Call<'_>, function: &str) -> Answer {
    let name =
        FunctionName::parse(function).map_err(|broken| ApiFault::violations(vec![broken]))?;
    accept(call, prepare(call, &name, LONGEST_EVENT)?)
}

/// The function of the path, with the qualifier of the query if the path has none.
fn read_name(
    call: &Call<'_>,
    function: &str,
    violations: &mut Vec<Violation>,
) -> Option<FunctionName> {
    let parsed = FunctionName::parse(function).map_err(|broken| violations.push(broken));
    let mut name = parsed.ok()?;
    if let Some(qualifier) = call.query("Qualifier") {
        if name::is_qualifier(&qualifier) {
            name.qualifier.get_or_insert(qualifier.into_owned());
        } else {
            let rule = Rule::Pattern("\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");
            violations.push(violation("qualifier", Some(&qualifier), rule));
        }
    }
    Some(name)
}

/// A header that is one of some words.
fn word<'h>(
    headers: &'h HeaderMap,
    header: &HeaderName,
    path: &str,
    words: &'static [&'static str],
    violations: &mut Vec<Violation>,
) -> Option<&'h str> {
    let value = headers.get(header)?.to_str().unwrap_or_default();
    if words.contains(&value) {
        return Some(value);
    }
    violations.push(violation(path, Some(value), Rule::Words(words)));
    None
}

fn prepare(call: &Call<'_>, name: &FunctionName, longest: usize) -> Result<Prepared, ApiFault> {
    let body = call.request.body();
    if body.len() > longest {
        let words = format!(
            "Request must be smaller than {longest} bytes for the InvokeFunction operation"
        );
        return Err(ApiFault::new(Exception::RequestTooLarge, words));
    }
    let function_arn = name.arn(&call.caller.region, call.account());
    let function = call.triggers.functions.find(&name.name).ok_or_else(|| {
        let words = format!("Function not found: {function_arn}");
        ApiFault::new(Exception::ResourceNotFound, words)
    })?;
    let context = call.request.headers().get(&CLIENT_CONTEXT);
    let invocation = Invocation {
        request_id: call.id.clone(),
        function_arn,
        payload: payload(body)?,
        client_context: context.and_then(|value| value.to_str().ok().map(str::to_owned)),
        begun: Begun::default(),
    };
    Ok(Prepared {
        function,
        invocation,
    })
}

/// The event: any JSON, read to its end without being kept, so that its nesting costs no stack.
fn payload(body: &Bytes) -> Result<Bytes, ApiFault> {
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    let refused = |why: String| {
        let words = format!("Could not parse request body into json: {why}");
        ApiFault::new(Exception::InvalidRequestContent, words)
    };
    let text = std::str::from_utf8(body).map_err(|error| refused(error.to_string()))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| refused(error.to_string()))?;
    Ok(body.clone())
}

fn accept(call: &Call<'_>, prepared: Prepared) -> Answer {
    let triggers = call.triggers;
    let accepted = triggers.events.accept(
        triggers.functions.clone(),
        triggers.engine.options().clock.clone(),
        prepared.function.setting.name,
        prepared.invocation,
    );
    match accepted {
        Ok(()) => Ok(empty(StatusCode::ACCEPTED)),
        Err(_) => Err(ApiFault::new(
            Exception::TooManyRequests,
            "Rate Exceeded: too many events wait for their functions already",
        )),
    }
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

fn render(call: &Call<'_>, function: &Described, outcome: Outcome) -> Answer {
    let (payload, error) = match outcome {
        Outcome::Success(payload) => (payload, None),
        Outcome::FunctionError { kind, payload } => (payload, Some(kind)),
        Outcome::TimedOut => {
            let seconds = function.setting.timeout.as_secs_f64();
            let words = format!(
                "RequestId: {} Error: Task timed out after {seconds:.2} seconds",
                call.id
            );
            let payload = json!({ "errorType": "Sandbox.Timedout", "errorMessage": words });
            (payload.to_string().into(), Some("Unhandled".to_owned()))
        }
        Outcome::Unreachable(why) => {
            let words = format!("The function {} was not run: {why}", function.setting.name);
            return Err(ApiFault::new(Exception::Unreachable, words));
        }
    };
    let mut response = Response::new(payload);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(EXECUTED_VERSION, HeaderValue::from_static("$LATEST"));
    if let Some(kind) = error {
        let kind = HeaderValue::from_str(&kind);
        let kind = kind.unwrap_or(HeaderValue::from_static("Unhandled"));
        headers.insert(FUNCTION_ERROR, kind);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &[u8]) -> Result<Bytes, ApiFault> {
        payload(&Bytes::copy_from_slice(body))
    }

    #[test]
    fn payloads_are_json() {
        assert_eq!(check(b"").unwrap(), "{}");
        for body in [r#"{"a":[1,"é"]}"#, " null ", "1e5", r#""text""#, "[]"] {
            assert_eq!(check(body.as_bytes()).unwrap(), body);
        }
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert!(check(deep.as_bytes()).is_ok());
        for body in [
            &b"{"[..],
            b"x",
            b"{} {}",
            b"\"\xff\"",
            b" ",
            b"{\"a\":}",
            "[".repeat(1_000_000).as_bytes(),
        ] {
            let fault = check(body).unwrap_err();
            assert_eq!(fault.exception(), Exception::InvalidRequestContent);
            assert!(
                fault
                    .message()
                    .starts_with("Could not parse request body into json: ")
            );
        }
    }
}

//! Invoking by URL: Lambda's invoke API, as the Runtime Interface Emulator, `sam local` and LocalStack serve it.

use std::time::Duration;

use bytes::Bytes;
use hyper::{HeaderMap, Response, StatusCode};
use serde::de::IgnoredAny;

use super::{Invocation, Outcome, RESPONSE_BYTES, failure};
use crate::triggers::outbound::{Outbound, OutboundError};

const FUNCTION_ERROR: &str = "x-amz-function-error";
/// How much of a reply that is no error object is quoted.
const QUOTED: usize = 500;
/// What the Runtime Interface Emulator answers, with status 200, when the function takes longer than it allows.
const TIMED_OUT: &str = "Task timed out after";

/// Invokes and waits for the end.
pub(super) async fn invoke(
    outbound: &Outbound,
    url: &str,
    timeout: Duration,
    invocation: Invocation,
) -> Outcome {
    let mut headers = vec![
        ("Content-Type", "application/json"),
        ("X-Amz-Invocation-Type", "RequestResponse"),
    ];
    if let Some(context) = &invocation.client_context {
        headers.push(("X-Amz-Client-Context", context));
    }
    if !invocation.begun.begin() {
        return Outcome::Unreachable("it was taken back".to_owned());
    }
    let reply = outbound
        .post(url, &headers, invocation.payload, timeout, RESPONSE_BYTES)
        .await;
    match reply {
        Ok(reply) => outcome_of(url, reply),
        Err(OutboundError::TimedOut) => Outcome::TimedOut,
        Err(OutboundError::TooLarge) => failure::too_large(),
        Err(OutboundError::Refused(why)) => Outcome::Unreachable(why),
    }
}

fn outcome_of(url: &str, reply: Response<Bytes>) -> Outcome {
    let (head, body) = reply.into_parts();
    let kind = kind_of(&head.headers);
    match (head.status, kind) {
        (StatusCode::OK, Some(kind)) => Outcome::FunctionError {
            kind,
            payload: body,
        },
        // The emulator answers 200 when the handler failed, and 502 when its process ended.
        (StatusCode::OK | StatusCode::BAD_GATEWAY, None) if failure::is_error(&body) => {
            failure::unhandled(body)
        }
        (StatusCode::OK, None) if is_time_out(&body) => Outcome::TimedOut,
        (StatusCode::OK, None) => Outcome::Success(body),
        (
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT,
            _,
        ) => Outcome::Unreachable(told(url, head.status, &body)),
        (status, kind) => Outcome::FunctionError {
            kind: kind.unwrap_or_else(|| failure::UNHANDLED.to_owned()),
            payload: if failure::is_object(&body) {
                body
            } else {
                failure::object("Function.UnexpectedStatus", &told(url, status, &body))
            },
        },
    }
}

fn kind_of(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(FUNCTION_ERROR)?.as_bytes();
    Some(String::from_utf8_lossy(kind).into_owned())
}

fn is_time_out(body: &[u8]) -> bool {
    body.len() < QUOTED
        && serde_json::from_slice::<IgnoredAny>(body).is_err()
        && String::from_utf8_lossy(body).contains(TIMED_OUT)
}

/// What was answered, for people.
fn told(url: &str, status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(QUOTED)]).into_owned();
    match text.trim() {
        "" => format!("{url} answered {status}"),
        text => format!("{url} answered {status}: {text}"),
    }
}

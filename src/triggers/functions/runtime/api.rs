//! The paths of the Lambda Runtime API.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, ORIGIN};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use uuid::Uuid;

use super::connection::Line;
use super::desk::{Desk, Handed};
use crate::triggers::functions::setting::LONGEST;
use crate::triggers::functions::{Outcome, RESPONSE_BYTES, failure};

type Reply = Response<Full<Bytes>>;

const ROOT: &str = "/2018-06-01/runtime/";
/// Bytes of an error before the function was there.
const INIT_ERROR_BYTES: usize = 256 * 1024;
/// How much of an oversized body is read and dropped, so that a client which sends first and reads later sees the reply.
const DISCARDED: usize = 64 * 1024 * 1024;
/// How long a body may take: the function may write it as it runs.
const PATIENCE: Duration = LONGEST.saturating_add(Duration::from_secs(60));
/// How long a body that is dropped may pause.
const PAUSE: Duration = Duration::from_secs(2);

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");
const ERROR_BODY: HeaderName = HeaderName::from_static("lambda-runtime-function-error-body");
const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const DEADLINE: HeaderName = HeaderName::from_static("lambda-runtime-deadline-ms");
const FUNCTION_ARN: HeaderName = HeaderName::from_static("lambda-runtime-invoked-function-arn");
const TRACE_ID: HeaderName = HeaderName::from_static("lambda-runtime-trace-id");
const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("lambda-runtime-client-context");

/// What a path asks for.
#[derive(Debug, PartialEq, Eq)]
enum Route<'p> {
    Next,
    Response(&'p str),
    Error(&'p str),
    InitError,
}

impl Route<'_> {
    fn of(path: &str) -> Option<Route<'_>> {
        let path = path.strip_prefix(ROOT)?;
        match path {
            "invocation/next" => return Some(Route::Next),
            "init/error" => return Some(Route::InitError),
            _ => {}
        }
        let (id, what) = path.strip_prefix("invocation/")?.split_once('/')?;
        match what {
            "response" => Some(Route::Response(id)),
            "error" => Some(Route::Error(id)),
            _ => None,
        }
    }

    fn method(&self) -> Method {
        match self {
            Route::Next => Method::GET,
            Route::Response(_) | Route::Error(_) | Route::InitError => Method::POST,
        }
    }
}

/// Answers a request of a runtime client. Does so at last: a poll waits for an invocation.
pub(super) async fn answer(desk: &Desk, line: &Arc<Line>, request: Request<Incoming>) -> Reply {
    let (head, mut body) = request.into_parts();
    if is_of_page(&head.headers) {
        return closing(refusal(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "A web page is no runtime client",
        ));
    }
    let route = Route::of(head.uri.path());
    match route {
        Some(ref route) if head.method != route.method() => closing(refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            &format!("This path takes {}", route.method()),
        )),
        // hyper sees that a client is gone only when its request has been read to the end.
        Some(Route::Next) => match collect(&mut body, 0).await {
            Ok(_) => render(&desk.next(line).await),
            Err(fault) => fault.render(),
        },
        Some(Route::Response(id)) => finish(desk, id, &head.headers, &mut body, outcome_of).await,
        Some(Route::Error(id)) => finish(desk, id, &head.headers, &mut body, error_of).await,
        Some(Route::InitError) => match collect(&mut body, INIT_ERROR_BYTES).await {
            Ok(sent) => {
                desk.fail_init(line, error_of(&head.headers, sent));
                accepted()
            }
            Err(fault) => fault.render(),
        },
        None => closing(refusal(
            StatusCode::NOT_FOUND,
            "NotFound",
            "There is nothing at this path of the Lambda Runtime API",
        )),
    }
}

/// Whether a browser sends this: a page that takes invocations or answers them must not get far.
fn is_of_page(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || headers.contains_key(SEC_FETCH_SITE)
}

/// Ends an invocation with what `read` makes of the request.
async fn finish(
    desk: &Desk,
    id: &str,
    headers: &HeaderMap,
    body: &mut Incoming,
    read: fn(&HeaderMap, Sent) -> Outcome,
) -> Reply {
    let known = desk.runs(id);
    let limit = if known { RESPONSE_BYTES } else { 0 };
    let (outcome, reply) = match collect(body, limit).await {
        Ok(sent) => (read(headers, sent), accepted()),
        Err(BodyFault::TooLarge) if known => (failure::too_large(), BodyFault::TooLarge.render()),
        Err(BodyFault::Cut) => return BodyFault::Cut.render(),
        Err(BodyFault::TooLarge) => return unknown_id(),
    };
    if desk.finish(id, outcome) {
        reply
    } else {
        unknown_id()
    }
}

/// A body as it was sent.
#[derive(Debug, Default)]
struct Sent {
    body: Bytes,
    trailers: HeaderMap,
}

#[derive(Debug, PartialEq, Eq)]
enum BodyFault {
    TooLarge,
    /// It did not arrive whole.
    Cut,
}

impl BodyFault {
    fn render(self) -> Reply {
        match self {
            BodyFault::TooLarge => closing(refusal(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                &format!("Exceeded maximum allowed payload size ({RESPONSE_BYTES} bytes)."),
            )),
            BodyFault::Cut => closing(refusal(
                StatusCode::BAD_REQUEST,
                "InvalidRequest",
                "The body did not arrive whole",
            )),
        }
    }
}

async fn collect(body: &mut Incoming, limit: usize) -> Result<Sent, BodyFault> {
    let read = tokio::time::timeout(PATIENCE, read(body, limit));
    let outcome = read.await.unwrap_or(Err(BodyFault::Cut));
    if matches!(outcome, Err(BodyFault::TooLarge)) {
        discard(body).await;
    }
    outcome
}

async fn read(body: &mut Incoming, limit: usize) -> Result<Sent, BodyFault> {
    let mut whole = BytesMut::new();
    let mut trailers = HeaderMap::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyFault::Cut)?;
        match frame.into_data() {
            Ok(part) if whole.len() + part.len() > limit => return Err(BodyFault::TooLarge),
            Ok(part) => whole.extend_from_slice(&part),
            Err(frame) => trailers = frame.into_trailers().unwrap_or_default(),
        }
    }
    Ok(Sent {
        body: whole.freeze(),
        trailers,
    })
}

async fn discard(body: &mut Incoming) {
    let mut left = DISCARDED;
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(PAUSE, body.frame()).await {
        let read = frame.data_ref().map_or(0, Bytes::len);
        if read > left {
            return;
        }
        left -= read;
    }
}

/// A response, which is an error if a header says so: before the body, or after it when the function wrote as it ran.
fn outcome_of(headers: &HeaderMap, sent: Sent) -> Outcome {
    let told = text(&sent.trailers, &ERROR_TYPE);
    let Some(kind) = told.or_else(|| text(headers, &ERROR_TYPE)) else {
        return Outcome::Success(sent.body);
    };
    let trailer = sent.trailers.get(ERROR_BODY);
    let error = trailer.and_then(|error| STANDARD.decode(error).ok());
    failure::worded(error.map_or(sent.body, Bytes::from), Some(&kind))
}

fn error_of(headers: &HeaderMap, sent: Sent) -> Outcome {
    failure::worded(sent.body, text(headers, &ERROR_TYPE).as_deref())
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.as_bytes();
    Some(String::from_utf8_lossy(value).into_owned())
}

/// An invocation for a client to run.
fn render(handed: &Handed) -> Reply {
    let invocation = &handed.invocation;
    let mut reply = reply_of(StatusCode::OK, invocation.payload.clone());
    let context = invocation.client_context.as_ref().map(|sent| {
        // It is sent in base64, and runtimes want the JSON.
        let decoded = STANDARD.decode(sent).ok();
        decoded.unwrap_or_else(|| sent.clone().into_bytes())
    });
    let headers = [
        (REQUEST_ID, Some(invocation.request_id.clone().into_bytes())),
        (DEADLINE, Some(handed.deadline_ms.to_string().into_bytes())),
        (
            FUNCTION_ARN,
            Some(invocation.function_arn.clone().into_bytes()),
        ),
        (TRACE_ID, Some(trace_id(handed.now_ms).into_bytes())),
        (CLIENT_CONTEXT, context),
    ];
    for (name, value) in headers {
        // What cannot be in a header is left out: a client context is anybody's text.
        if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
            reply.headers_mut().insert(name, value);
        }
    }
    reply
}

fn trace_id(now_ms: u64) -> String {
    let (root, parent) = (
        Uuid::new_v4().simple().to_string(),
        Uuid::new_v4().simple().to_string(),
    );
    let seconds = (now_ms / 1000) as u32;
    format!(
        "Root=1-{seconds:08x}-{};Parent={};Sampled=0",
        &root[..24],
        &parent[..16]
    )
}

fn accepted() -> Reply {
    reply_of(
        StatusCode::ACCEPTED,
        Bytes::from_static(b"{\"status\":\"OK\"}"),
    )
}

fn unknown_id() -> Reply {
    refusal(
        StatusCode::BAD_REQUEST,
        "InvalidRequestID",
        "Invalid request ID",
    )
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Reply {
    reply_of(status, failure::object(kind, message))
}

/// Has the connection closed, for its request's body may not have been read.
fn closing(mut reply: Reply) -> Reply {
    let headers = reply.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    reply
}

fn reply_of(status: StatusCode, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

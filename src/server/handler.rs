//! One request from head to reply.
//!
//! Owns the order of the checks that come before the service: size, then origin and courtesies, then method and content
//! type, then the coding of the body. What the service is asked afterwards is its own affair; if it panics, this request
//! alone is answered with an internal error.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, EXPECT, HOST, HeaderName};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode};
use serde_json::json;

use super::api::{Api, ApiCall, Connection};
use super::authorization;
use super::body::{BodyFault, Received, discard};
use super::coding::Coding;
use super::cors::{self, Verdict};
use super::reply::{self, Refusal, Reply};
use super::route::{self, Reserved, Route};
use super::watch::{Phase, Watch};
use super::{Shared, VERSION};

const X_AMZ_TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// Answers a request.
pub(super) async fn answer<A: Api>(
    shared: &Shared<A>,
    watch: &Watch,
    request: Request<Incoming>,
) -> Reply {
    watch.enter(Phase::Body);
    let (head, mut body) = request.into_parts();
    let mut connection = reply::wanted(head.version, &head.headers);
    let mut reply = match receive(shared, &head, &mut body).await {
        Ok((received, coding)) => {
            watch.enter(Phase::Serving);
            answer_whole(shared, &head, received, coding).await
        }
        Err(refusal) => {
            // A client that waits for `100 Continue` has sent nothing yet; all others get to send before they look.
            if refusal == Refusal::BodyTooLarge && !head.headers.contains_key(EXPECT) {
                discard(&mut body).await;
            }
            match route::of(&head.method, head.uri.path()) {
                Route::Rest => refusal.render_rest(),
                _ => refusal.render(),
            }
        }
    };
    if shared.stopping.load(Ordering::Relaxed) {
        connection = Connection::Close;
    }
    reply::conclude(&mut reply, connection);
    watch.enter(Phase::Replying);
    reply
}

/// What a request's `Content-Encoding` says; `Err` for a coding we do not know.
type Claim = Result<Option<Coding>, ()>;

async fn receive<A: Api>(
    shared: &Shared<A>,
    head: &Parts,
    body: &mut Incoming,
) -> Result<(Received, Claim), Refusal> {
    if size_of_head(head) > shared.limits.head {
        return Err(Refusal::HeadTooLarge);
    }
    let claim = claimed_coding(&head.headers);
    let received = shared
        .budget
        .receive(body, claim.unwrap_or_default())
        .await
        .map_err(refusal_of)?;
    Ok((received, claim))
}

fn refusal_of(fault: BodyFault) -> Refusal {
    match fault {
        BodyFault::TooLarge => Refusal::BodyTooLarge,
        BodyFault::Cut => Refusal::BodyCut,
        BodyFault::Undecodable => Refusal::Undecodable,
    }
}

/// The larger of the request line and the header block; each has the same limit.
fn size_of_head(head: &Parts) -> usize {
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let target = head
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    target.max(headers)
}

fn claimed_coding(headers: &HeaderMap) -> Claim {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map_err(|_| ()).and_then(Coding::of_request),
        (Some(_), Some(_)) => Err(()),
    }
}

async fn answer_whole<A: Api>(
    shared: &Shared<A>,
    head: &Parts,
    body: Received,
    claim: Claim,
) -> Reply {
    let route = route::of(&head.method, head.uri.path());
    if let Route::Reserved(path) = route {
        // Boxed, as below: what is rare takes no room in the future of every request.
        return Box::pin(answer_reserved(shared, head, body, claim, path)).await;
    }
    let verdict = shared.cors.verdict(&head.headers);
    if verdict == Verdict::Refused {
        shared.refusals.note(&head.headers);
        return Refusal::ForeignOrigin.render();
    }
    let mut reply = match route {
        Route::Api => answer_call(shared, head, body, claim).await,
        Route::Rest => Box::pin(answer_rest(shared, head, body, claim)).await,
        Route::Preflight if verdict == Verdict::Allowed => {
            let mut reply = reply::render_empty();
            cors::allow_preflight(&head.headers, reply.headers_mut());
            reply
        }
        Route::Root => Refusal::MissingToken.render(),
        Route::Preflight | Route::Nowhere | Route::Reserved(_) => {
            Refusal::UnknownOperation.render()
        }
    };
    if verdict == Verdict::Allowed {
        cors::allow(reply.headers_mut());
    }
    reply
}

async fn answer_call<A: Api>(
    shared: &Shared<A>,
    head: &Parts,
    body: Received,
    claim: Claim,
) -> Reply {
    if !body.bytes.is_empty() && !is_json(&head.headers) {
        return Refusal::UnknownOperation.render();
    }
    let body = match decode(shared, body, claim).await {
        Ok(decoded) => decoded,
        Err(refusal) => return refusal.render(),
    };
    let target = head.headers.get(X_AMZ_TARGET);
    let call = ApiCall {
        target: target.map(|target| String::from_utf8_lossy(target.as_bytes()).into_owned()),
        host: host(head),
        body: body.bytes.clone(),
        authorization: authorization::read_caller(head.uri.path(), head.uri.query(), &head.headers),
    };
    // `body` lives until the answer is there: its room in the budget stays taken.
    let answer = guard(head, async { shared.api.call(call).await }).await;
    drop(body);
    match answer {
        Some(answer) => reply::render_api(answer, &head.headers).await,
        None => Refusal::Internal.render(),
    }
}

async fn answer_rest<A: Api>(
    shared: &Shared<A>,
    head: &Parts,
    body: Received,
    claim: Claim,
) -> Reply {
    let body = match decode(shared, body, claim).await {
        Ok(decoded) => decoded,
        Err(refusal) => return refusal.render_rest(),
    };
    let caller = authorization::read_rest_caller(head.uri.query(), &head.headers);
    let request = request_of(head, &body);
    let answer = guard(head, async {
        shared.api.rest(request, host(head), caller).await
    });
    let answer = answer.await;
    drop(body);
    answer.map_or_else(|| Refusal::Internal.render_rest(), reply::render_rest)
}

/// The whole request, for those who look at more of it than its body.
fn request_of(head: &Parts, body: &Received) -> Request<Bytes> {
    let mut request = Request::new(body.bytes.clone());
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = head.uri.clone();
    *request.headers_mut() = head.headers.clone();
    request
}

/// The body without the coding that the request claims.
async fn decode<A>(shared: &Shared<A>, body: Received, claim: Claim) -> Result<Received, Refusal> {
    match claim {
        Ok(None) => Ok(body),
        Ok(Some(coding)) => shared.budget.decode(body, coding).await.map_err(refusal_of),
        Err(()) => Err(Refusal::Undecodable),
    }
}

/// Where the request was sent, as its target in absolute form or its `Host` header says.
fn host(head: &Parts) -> Option<String> {
    let named = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = head
        .uri
        .authority()
        .map_or(named, |host| Some(host.as_str()));
    host.filter(|host| !host.is_empty()).map(str::to_owned)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    let kind = value
        .as_bytes()
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    kind.eq_ignore_ascii_case(b"application/x-amz-json-1.0")
        || kind.eq_ignore_ascii_case(b"application/json")
}

/// Runs what answers a request to its end; nothing if it panics, which the log is told.
async fn guard<F: Future>(head: &Parts, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Some),
            Err(panic) => {
                let target = head.headers.get(X_AMZ_TARGET);
                tracing::error!(method = %head.method, path = head.uri.path(), ?target, "a request was given up: {}", words_of(panic.as_ref()));
                Poll::Ready(None)
            }
        },
    )
    .await
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic without words")
}

async fn answer_reserved<A: Api>(
    shared: &Shared<A>,
    head: &Parts,
    body: Received,
    claim: Claim,
    path: Reserved,
) -> Reply {
    let reads = matches!(head.method, Method::GET | Method::HEAD);
    if !reads && shared.cors.verdict(&head.headers) == Verdict::Refused {
        shared.refusals.note(&head.headers);
        let body =
            json!({ "error": "this origin may change nothing; the option --cors allows origins" });
        return reply::render_reserved(StatusCode::FORBIDDEN, body.to_string());
    }
    let (status, body) = match path {
        Reserved::Administration => return administer(shared, head, body, claim).await,
        Reserved::Health => {
            let uptime = shared.started.elapsed().as_millis() as u64;
            (
                StatusCode::OK,
                json!({ "status": "ok", "version": VERSION, "uptime_ms": uptime }),
            )
        }
        Reserved::Ready => match shared.api.ready() {
            Ok(()) => (StatusCode::OK, json!({ "status": "ready" })),
            Err(step) => (
                StatusCode::SERVICE_UNAVAILABLE,
                json!({ "status": "starting", "pending": step }),
            ),
        },
        Reserved::LocalStack => (
            StatusCode::OK,
            json!({ "services": { "dynamodb": "available", "dynamodbstreams": "available" } }),
        ),
        Reserved::Info => {
            let tables = shared.api.table_count();
            (
                StatusCode::OK,
                json!({ "version": VERSION, "options": shared.description, "tables": tables }),
            )
        }
        Reserved::Absent => (StatusCode::NOT_FOUND, json!({ "status": "not found" })),
    };
    reply::render_reserved(status, body.to_string())
}

async fn administer<A: Api>(
    shared: &Shared<A>,
    head: &Parts,
    body: Received,
    claim: Claim,
) -> Reply {
    let Ok(body) = decode(shared, body, claim).await else {
        let words = json!({ "error": "the body is not in the coding that it claims" });
        return reply::render_reserved(StatusCode::BAD_REQUEST, words.to_string());
    };
    let request = request_of(head, &body);
    let answer = guard(head, async { shared.api.administer(request).await }).await;
    drop(body);
    answer.map_or_else(
        || {
            let words = json!({ "error": "internal error" });
            reply::render_reserved(StatusCode::INTERNAL_SERVER_ERROR, words.to_string())
        },
        reply::render_administration,
    )
}

/// The service behind a connection.
pub(super) async fn serve<A: Api>(
    shared: Arc<Shared<A>>,
    watch: Arc<Watch>,
    request: Request<Incoming>,
) -> Reply {
    answer(&shared, &watch, request).await
}

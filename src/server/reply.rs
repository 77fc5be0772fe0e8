//! Turning answers into HTTP replies.
//!
//! Every reply of the API, errors of this layer included, passes `render`: request id, checksum over the bytes as sent,
//! and the service's headers are added here and nowhere else. hyper adds `Date` and `Content-Length`. Replies of
//! reserved paths pass `render_reserved` or `render_administration` and carry none of that; those of Lambda's API pass
//! `render_rest`, which adds what Lambda sends: an id of another form and no checksum.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, SERVER,
};
use hyper::{HeaderMap, Response, StatusCode, Version};

use super::api::{ApiReply, Connection};
use super::coding::{self, Coding, SMALLEST_COMPRESSED};

const AMZ_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const SERVER_NAME: HeaderValue = HeaderValue::from_static("Server");
const KEEP_ALIVE: HeaderValue = HeaderValue::from_static("keep-alive");
const CLOSE: HeaderValue = HeaderValue::from_static("close");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
/// Compressing more than this moves to a thread that may block.
const COMPRESSED_IN_PLACE: usize = 64 * 1024;

/// A whole reply.
pub(super) type Reply = Response<Full<Bytes>>;

/// What this layer answers on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The head is over its limit.
    HeadTooLarge,
    /// The body is over its limit.
    BodyTooLarge,
    /// The body's framing is broken.
    BodyCut,
    /// The body is not in the coding it claims, or that is one we do not know.
    Undecodable,
    /// Not a `POST` of JSON.
    UnknownOperation,
    /// `GET /`: DynamoDB Local's answer, which health checks look for.
    MissingToken,
    /// A page of a foreign origin.
    ForeignOrigin,
    /// The handler panicked.
    Internal,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Refusal::HeadTooLarge | Refusal::BodyCut | Refusal::MissingToken => {
                StatusCode::BAD_REQUEST
            }
            Refusal::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Undecodable | Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::UnknownOperation => StatusCode::NOT_FOUND,
            Refusal::ForeignOrigin => StatusCode::FORBIDDEN,
        }
    }

    fn body(self) -> &'static str {
        match self {
            Refusal::HeadTooLarge | Refusal::BodyTooLarge | Refusal::BodyCut => "",
            Refusal::Undecodable | Refusal::Internal => {
                r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}"#
            }
            Refusal::UnknownOperation => "<UnknownOperationException/>\n",
            Refusal::MissingToken => {
                r#"{"__type":"com.amazonaws.dynamodb.v20120810#MissingAuthenticationToken","Message":"Request must contain either a valid (registered) AWS access key ID or X.509 certificate."}"#
            }
            Refusal::ForeignOrigin => {
                r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"This origin may not use the service; the option --cors allows origins"}"#
            }
        }
    }

    /// The reply. Where a body was left unread the connection cannot be used again.
    pub(super) fn render(self) -> Reply {
        let mut reply = render(
            self.status(),
            Bytes::from_static(self.body().as_bytes()),
            None,
        );
        let headers = reply.headers_mut();
        if !self.body().starts_with('{') {
            headers.remove(CONTENT_TYPE);
        }
        if self.leaves_body() {
            headers.insert(CONNECTION, CLOSE);
        }
        reply
    }

    /// The reply as Lambda's API words it, where it has words for it.
    pub(super) fn render_rest(self) -> Reply {
        let (name, text) = match self {
            Refusal::BodyTooLarge => (
                "RequestTooLargeException",
                r#"{"Type":"User","message":"Request body is too large"}"#,
            ),
            Refusal::Undecodable | Refusal::Internal => (
                "ServiceException",
                r#"{"Type":"Service","Message":"Internal server error"}"#,
            ),
            _ => return self.render(),
        };
        let mut answer = Response::new(Bytes::from_static(text.as_bytes()));
        *answer.status_mut() = self.status();
        let headers = answer.headers_mut();
        headers.insert(ERROR_TYPE, HeaderValue::from_static(name));
        if self.leaves_body() {
            headers.insert(CONNECTION, CLOSE);
        }
        render_rest(answer)
    }

    /// Whether it is made before the body was read to its end.
    fn leaves_body(self) -> bool {
        matches!(
            self,
            Refusal::HeadTooLarge | Refusal::BodyTooLarge | Refusal::BodyCut
        )
    }
}

/// Renders what the service answered, compressed if the client asks for it.
pub(super) async fn render_api(answer: ApiReply, request: &HeaderMap) -> Reply {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = Bytes::from(answer.body);
    let coding = if body.len() > SMALLEST_COMPRESSED {
        accepted(request)
    } else {
        None
    };
    let (body, coding) = match coding {
        Some(coding) => compress(body, coding).await,
        None => (body, None),
    };
    let mut reply = render(status, body, coding);
    if answer.connection == Connection::Close {
        reply.headers_mut().insert(CONNECTION, CLOSE);
    }
    reply
}

fn accepted(request: &HeaderMap) -> Option<Coding> {
    coding::of_reply(request.get(ACCEPT_ENCODING)?.to_str().ok()?)
}

async fn compress(body: Bytes, coding: Coding) -> (Bytes, Option<Coding>) {
    let compressed = if body.len() <= COMPRESSED_IN_PLACE {
        coding.encode(&body).ok()
    } else {
        let whole = body.clone();
        tokio::task::spawn_blocking(move || coding.encode(&whole).ok())
            .await
            .ok()
            .flatten()
    };
    match compressed {
        Some(compressed) => (compressed.into(), Some(coding)),
        None => (body, None),
    }
}

fn render(status: StatusCode, body: Bytes, coding: Option<Coding>) -> Reply {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(SERVER, SERVER_NAME);
    headers.insert(CONTENT_TYPE, AMZ_JSON);
    headers.insert(REQUEST_ID, super::request_id::next());
    headers.insert(CRC32, HeaderValue::from(crc32fast::hash(&body)));
    if let Some(coding) = coding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    reply_of(status, headers, body)
}

/// Renders the answer of a reserved path.
pub(super) fn render_reserved(status: StatusCode, body: String) -> Reply {
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(SERVER, SERVER_NAME);
    headers.insert(CONTENT_TYPE, JSON);
    reply_of(status, headers, body.into())
}

/// Renders what a reserved path answered with headers of its own.
pub(super) fn render_administration(answer: Response<Bytes>) -> Reply {
    let mut reply = answer.map(Full::new);
    let headers = reply.headers_mut();
    headers.insert(SERVER, SERVER_NAME);
    headers.entry(CONTENT_TYPE).or_insert(JSON);
    reply
}

/// Renders an answer of Lambda's API.
pub(super) fn render_rest(answer: Response<Bytes>) -> Reply {
    let mut reply = answer.map(Full::new);
    let headers = reply.headers_mut();
    headers.entry(CONTENT_TYPE).or_insert(JSON);
    headers
        .entry(REQUEST_ID)
        .or_insert_with(super::request_id::next_uuid);
    reply
}

/// An empty success, for preflight requests.
pub(super) fn render_empty() -> Reply {
    let mut reply = render(StatusCode::OK, Bytes::new(), None);
    reply.headers_mut().remove(CONTENT_TYPE);
    reply
}

fn reply_of(status: StatusCode, headers: HeaderMap, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    *reply.headers_mut() = headers;
    reply
}

/// Says what becomes of the connection, where the reply does not say it yet.
pub(super) fn conclude(reply: &mut Reply, connection: Connection) {
    if let (false, Connection::Close) = (reply.headers().contains_key(CONNECTION), connection) {
        reply.headers_mut().insert(CONNECTION, CLOSE);
    } else if !reply.headers().contains_key(CONNECTION) {
        reply.headers_mut().insert(CONNECTION, KEEP_ALIVE);
    }
}

/// What the client wants to become of the connection.
pub(super) fn wanted(version: Version, request: &HeaderMap) -> Connection {
    match request.get(CONNECTION) {
        None if version >= Version::HTTP_11 => Connection::Keep,
        Some(value) if names_option(value, "close") => Connection::Close,
        Some(value) if version >= Version::HTTP_11 || names_option(value, "keep-alive") => {
            Connection::Keep
        }
        None | Some(_) => Connection::Close,
    }
}

fn names_option(value: &HeaderValue, name: &str) -> bool {
    let options = value.as_bytes().split(|byte| *byte == b',');
    options
        .into_iter()
        .any(|option| option.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
}

//! The seam between HTTP and the service behind it.
//!
//! Owns the `Api` trait and the plain values that cross it. A call of the JSON API knows no HTTP: it is a target, a body
//! and a verdict on the `Authorization` header; its reply is a status and a body. The verdict travels with the call
//! because the service reports it only after the JSON and the target have been looked at. Where an answer depends on
//! method, path and headers, whole requests and responses cross.

use std::future::Future;

use bytes::Bytes;
use hyper::{Request, Response};

use crate::error::Kind;

/// What the server asks of the layers below.
pub trait Api: Send + Sync + 'static {
    /// Answers one API call. A panic inside is answered as an internal error for this call alone.
    fn call(&self, call: ApiCall) -> impl Future<Output = ApiReply> + Send;

    /// Answers a request of AWS Lambda's REST API; it was sent to `host`.
    fn rest(
        &self,
        request: Request<Bytes>,
        host: Option<String>,
        authorization: Result<Caller, AuthorizationFault>,
    ) -> impl Future<Output = Response<Bytes>> + Send;

    /// Answers a request to our own paths for functions and triggers.
    fn administer(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;

    /// Ends what goes on without requests. Called once, at a stop, when the last requests may still be in progress.
    fn stop(&self) -> impl Future<Output = ()> + Send;

    /// `Err` names the start-up step that is still pending.
    fn ready(&self) -> Result<(), &'static str>;

    /// The number of tables there are, in all namespaces.
    fn table_count(&self) -> usize;
}

/// One `POST /`, as it arrived.
#[derive(Debug)]
pub struct ApiCall {
    /// The `X-Amz-Target` header, unread.
    pub target: Option<String>,
    /// The host that the request was sent to, with its port if one was named.
    pub host: Option<String>,
    /// The request body, decompressed.
    pub body: Bytes,
    /// Who calls, or why that cannot be said; to be reported after JSON syntax and target.
    pub authorization: Result<Caller, AuthorizationFault>,
}

/// The part of the credential scope that selects tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The access key id; any characters.
    pub access_key: String,
    /// The region that the request was signed for.
    pub region: String,
}

/// Why a request's credentials are not even well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationFault {
    /// The exception.
    pub kind: Kind,
    /// The sentence that goes with it.
    pub message: String,
}

/// What the service answers.
#[derive(Debug)]
pub struct ApiReply {
    /// The HTTP status.
    pub status: u16,
    /// The body, usually a JSON object.
    pub body: Vec<u8>,
    /// What becomes of the connection.
    pub connection: Connection,
}

/// What becomes of a connection after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// It stays open if the client wants that too.
    Keep,
    /// It is closed once the reply is out.
    Close,
}

impl ApiReply {
    /// A reply after which the connection stays open.
    pub fn new(status: u16, body: Vec<u8>) -> ApiReply {
        ApiReply {
            status,
            body,
            connection: Connection::Keep,
        }
    }
}

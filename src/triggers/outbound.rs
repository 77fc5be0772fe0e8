//! The HTTP client with which functions and destinations are reached: plain HTTP/1.1, with connections that are kept.
//!
//! Owns the limits of an exchange (one time-out for all of it, a bound on the reply) and what people are told when it does
//! not come about. A connection that the other side closed while it was idle is replaced without a word.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// How long an unused connection is kept: less than the 5 seconds after which common servers close it, so that a request
/// rarely meets a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(4);
/// Unused connections kept to one address.
const IDLE_CONNECTIONS: usize = 16;
/// Bytes of a reply's head, and of what is read at once.
const READ_BUFFER: usize = 64 * 1024;

/// The client. Clones share its connections.
#[derive(Clone, Debug)]
pub(super) struct Outbound {
    client: Client<HttpConnector, Full<Bytes>>,
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OutboundError {
    /// The URL is none, or nobody answers there: a sentence for people.
    Refused(String),
    /// The exchange took too long.
    TimedOut,
    /// The reply's body is over the limit.
    TooLarge,
}

impl fmt::Display for OutboundError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutboundError::Refused(why) => out.write_str(why),
            OutboundError::TimedOut => out.write_str("no reply in time"),
            OutboundError::TooLarge => out.write_str("the reply is too large"),
        }
    }
}

impl Error for OutboundError {}

impl Default for Outbound {
    fn default() -> Outbound {
        Outbound::new()
    }
}

impl Outbound {
    /// A client without connections.
    pub(super) fn new() -> Outbound {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .http1_max_buf_size(READ_BUFFER)
            .build(connector);
        Outbound { client }
    }

    /// Sends a POST and waits for the whole reply, whatever its status: at most `timeout`, and at most `limit` bytes of body.
    pub(super) async fn post(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
        timeout: Duration,
        limit: usize,
    ) -> Result<Response<Bytes>, OutboundError> {
        let uri = check_url(url).map_err(OutboundError::Refused)?;
        let place = place_of(&uri);
        let request = request(uri, headers, body).map_err(OutboundError::Refused)?;
        let exchange = async {
            let reply = self.client.request(request).await;
            let (head, body) = reply
                .map_err(|error| OutboundError::Refused(words_of(&place, &error)))?
                .into_parts();
            let body = collect(&place, body, limit).await?;
            Ok(Response::from_parts(head, body))
        };
        match tokio::time::timeout(timeout, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(OutboundError::TimedOut),
        }
    }
}

/// The URL, if it is one that can be asked; a sentence for people otherwise.
pub(super) fn check_url(url: &str) -> Result<Uri, String> {
    let scheme = url.split("://").next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case("https") {
        return Err(format!(
            "{url}: https is not spoken here, only plain http is; use an http:// URL"
        ));
    }
    let bad = |why: &str| {
        format!("{url:?} is not a URL ({why}); use one like http://localhost:9000/path")
    };
    let uri: Uri = url.parse().map_err(|_| bad("it cannot be read"))?;
    if uri.scheme_str() != Some("http") {
        return Err(bad("it does not begin with http://"));
    }
    if uri.host().is_none_or(str::is_empty) {
        return Err(bad("it names no host"));
    }
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.contains('@') {
        return Err(bad("it names a user, which is not supported"));
    }
    // A port that is no number up to 65535 would be taken as none.
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    if uri.port_u16().is_none() && port.is_some_and(|port| !port.ends_with(']')) {
        return Err(bad("its port is no number up to 65535"));
    }
    Ok(uri)
}

fn request(
    uri: Uri,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    for (name, value) in headers {
        let bad = || format!("{name}: {value:?} cannot be sent as a header");
        let value = HeaderValue::from_str(value).map_err(|_| bad())?;
        let name = HeaderName::try_from(*name).map_err(|_| bad())?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Host and port for people.
fn place_of(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    format!("{host}:{}", uri.port_u16().unwrap_or(80))
}

async fn collect(place: &str, mut body: Incoming, limit: usize) -> Result<Bytes, OutboundError> {
    if body.size_hint().lower() > limit as u64 {
        return Err(OutboundError::TooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| OutboundError::Refused(broken(place, &error)))?;
        if let Ok(part) = frame.into_data() {
            if whole.len() + part.len() > limit {
                return Err(OutboundError::TooLarge);
            }
            whole.extend_from_slice(&part);
        }
    }
    Ok(whole.freeze())
}

fn broken(place: &str, error: &(dyn Error + 'static)) -> String {
    format!(
        "{place} broke off before its reply was complete ({})",
        root(error)
    )
}

fn words_of(place: &str, error: &hyper_util::client::legacy::Error) -> String {
    if !error.is_connect() {
        return broken(place, error);
    }
    let root = root(error);
    match root.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => {
            format!("nobody listens at {place} (connection refused)")
        }
        _ => format!("{place} cannot be reached ({root})"),
    }
}

/// The innermost error, which says what happened.
fn root<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root
}

#[cfg(test)]
pub(crate) mod peer;
#[cfg(test)]
mod tests;

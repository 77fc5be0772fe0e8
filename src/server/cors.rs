//! Which web pages may talk to the service.
//!
//! Decides on the `Origin` header alone and adds the headers that browsers ask for. A page's origin that is not allowed
//! must not reach a developer's data, so requests without `Origin` (every SDK) are not touched and all others are
//! decided here before anything is executed. Reserved paths never send these headers.

use std::collections::BTreeSet;
use std::sync::Mutex;

use hyper::HeaderMap;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN,
};

const EXPOSED: &str =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";
const REMEMBERED_ORIGINS: usize = 64;

/// The browser origins that are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cors {
    /// Pages served from this machine, on any port.
    Loopback,
    /// All pages.
    Any,
    /// These; an entry with a scheme is compared whole, one without is a host name.
    Origins(Vec<String>),
}

/// What the `Origin` header of a request leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No `Origin`: not a browser, no headers.
    Absent,
    /// The reply carries the headers.
    Allowed,
    /// The request is refused.
    Refused,
}

impl Cors {
    /// Reads `*` or a list of origins separated by commas. `Err` is a sentence.
    pub fn parse(text: &str) -> Result<Cors, String> {
        let entries = || {
            text.split(',')
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
        };
        if entries().any(|entry| entry == "*") {
            return Ok(Cors::Any);
        }
        if let Some(odd) =
            entries().find(|entry| entry.contains(char::is_whitespace) || entry.contains('*'))
        {
            return Err(format!(
                "`{odd}` is neither an origin such as http://localhost:3000 nor `*`"
            ));
        }
        let origins: Vec<String> = entries()
            .map(|entry| entry.trim_end_matches('/').to_ascii_lowercase())
            .collect();
        if origins.is_empty() {
            return Err("the list of origins is empty".to_owned());
        }
        Ok(Cors::Origins(origins))
    }

    /// Whether a page of this origin may use the service.
    pub fn allows(&self, origin: &str) -> bool {
        let origin = origin.trim().to_ascii_lowercase();
        match self {
            Cors::Any => true,
            Cors::Loopback => is_loopback(host_of(&origin)),
            Cors::Origins(allowed) => allowed.iter().any(|entry| {
                *entry == origin
                    || (!entry.contains("://") && *entry != "null" && entry == host_of(&origin))
            }),
        }
    }

    /// Decides on a request.
    pub(super) fn verdict(&self, headers: &HeaderMap) -> Verdict {
        match headers.get(ORIGIN) {
            None => Verdict::Absent,
            Some(origin) if self.allows(&String::from_utf8_lossy(origin.as_bytes())) => {
                Verdict::Allowed
            }
            Some(_) => Verdict::Refused,
        }
    }
}

/// The host in `scheme://host:port`, without brackets; empty when there is none or the port is no number.
fn host_of(origin: &str) -> &str {
    let Some((_, authority)) = origin.split_once("://") else {
        return "";
    };
    let (host, after) = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']').unwrap_or_default(),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    if after.is_empty() || after.strip_prefix(':').is_some_and(is_port) {
        host
    } else {
        ""
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Adds what every reply to an allowed origin carries.
pub(super) fn allow(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
}

/// Adds what the reply to a preflight request carries besides.
pub(super) fn allow_preflight(request: &HeaderMap, reply: &mut HeaderMap) {
    reply.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
    if let Some(method) = request.get(ACCESS_CONTROL_REQUEST_METHOD) {
        reply.insert(ACCESS_CONTROL_ALLOW_METHODS, method.clone());
    }
    if let Some(names) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        reply.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
}

/// Logs each refused origin once, so that a busy page does not fill the log.
#[derive(Debug, Default)]
pub(super) struct RefusalLog {
    seen: Mutex<BTreeSet<String>>,
}

impl RefusalLog {
    /// Notes a refused request.
    pub(super) fn note(&self, headers: &HeaderMap) {
        let origin = headers
            .get(ORIGIN)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let origin = origin.unwrap_or_default();
        let Ok(mut seen) = self.seen.lock() else {
            return;
        };
        if seen.len() < REMEMBERED_ORIGINS && seen.insert(origin.clone()) {
            drop(seen);
            tracing::warn!(%origin, "refused a request of a web page; `--cors {origin}` (DYNASLED_CORS) would allow it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_by_default() {
        let yes = [
            "http://localhost",
            "https://LOCALHOST:3000",
            "http://127.0.0.1:8000",
            "http://[::1]:80",
            "http://a.localhost:1",
        ];
        let no = [
            "http://example.com",
            "null",
            "",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "localhost",
            "http://[::2]",
            "http://[",
            "http://localhost:3000.example.com",
            "http://localhost:",
        ];
        for origin in yes {
            assert!(Cors::Loopback.allows(origin), "{origin}");
        }
        for origin in no {
            assert!(!Cors::Loopback.allows(origin), "{origin}");
        }
    }

    #[test]
    fn lists() {
        let list = Cors::parse("https://A.example/, shop.example").unwrap();
        for origin in ["https://a.example", "http://shop.example:81"] {
            assert!(list.allows(origin), "{origin}");
        }
        for origin in [
            "http://a.example",
            "https://a.example:81",
            "null",
            "http://localhost",
        ] {
            assert!(!list.allows(origin), "{origin}");
        }
        assert!(Cors::parse("null").unwrap().allows("null"));
        assert_eq!(Cors::parse("a,*"), Ok(Cors::Any));
        assert!(
            Cors::parse(" , ").is_err()
                && Cors::parse("http://*.a").is_err()
                && Cors::parse("a b").is_err()
        );
    }
}

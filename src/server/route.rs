//! Which kind of answer a request gets, from its method and path alone.
//!
//! Reserved paths belong to us and never look like the API: no CORS headers, no AWS error bodies. AWS Lambda's REST paths
//! are known by their dates. Everything else is either the API at `POST`, the two courtesies `GET /` and `OPTIONS`, or
//! nothing.

use hyper::Method;

/// What a date looks like.
const DATE: &[u8] = b"0000-00-00";

/// The kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// A call of the API, whatever the path: a wrong one is a matter of the signature.
    Api,
    /// AWS Lambda's API, whatever the method.
    Rest,
    /// A browser asks what it may send.
    Preflight,
    /// `GET /`, which health checks in the wild look at.
    Root,
    /// One of our own paths.
    Reserved(Reserved),
    /// Nothing is served here.
    Nowhere,
}

/// Our own paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reserved {
    /// The process serves.
    Health,
    /// Storage is open and start-up work is done.
    Ready,
    /// What clients of LocalStack wait for.
    LocalStack,
    /// Version, options, tables.
    Info,
    /// Functions and triggers, whatever the method.
    Administration,
    /// Kept free, nothing there.
    Absent,
}

/// Decides on a request.
pub(super) fn of(method: &Method, path: &str) -> Route {
    if path == "/" {
        return match *method {
            Method::POST => Route::Api,
            Method::GET | Method::HEAD => Route::Root,
            Method::OPTIONS => Route::Preflight,
            _ => Route::Nowhere,
        };
    }
    let readable = matches!(*method, Method::GET | Method::HEAD);
    match path {
        "/health" | "/healthz" | "/livez" | "/_dynasled/health" if readable => {
            Route::Reserved(Reserved::Health)
        }
        "/readyz" | "/_dynasled/ready" if readable => Route::Reserved(Reserved::Ready),
        "/_localstack/health" if readable => Route::Reserved(Reserved::LocalStack),
        "/_dynasled/info" if readable => Route::Reserved(Reserved::Info),
        "/health" | "/healthz" | "/livez" | "/readyz" | "/metrics" => {
            Route::Reserved(Reserved::Absent)
        }
        _ if ["/_dynasled/functions", "/_dynasled/triggers"]
            .iter()
            .any(|prefix| is_under(path, prefix)) =>
        {
            Route::Reserved(Reserved::Administration)
        }
        _ if ["/_dynasled", "/_localstack", "/_aws"]
            .iter()
            .any(|prefix| is_under(path, prefix)) =>
        {
            Route::Reserved(Reserved::Absent)
        }
        _ if is_lambda(path) && *method != Method::OPTIONS => Route::Rest,
        _ => match *method {
            Method::POST => Route::Api,
            Method::OPTIONS => Route::Preflight,
            _ => Route::Nowhere,
        },
    }
}

/// Whether a path begins with the date of an API version, as all of Lambda's do.
fn is_lambda(path: &str) -> bool {
    let date = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    date.is_some_and(|(date, _)| {
        date.len() == DATE.len()
            && date.bytes().zip(DATE).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                _ => byte == *wanted,
            })
    })
}

fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &Method, path: &str, expected: Route) {
        assert_eq!(of(method, path), expected, "{method} {path}");
    }

    #[test]
    fn routes() {
        check(&Method::POST, "/", Route::Api);
        check(&Method::POST, "/elsewhere", Route::Api);
        check(&Method::GET, "/", Route::Root);
        check(&Method::HEAD, "/", Route::Root);
        check(&Method::OPTIONS, "/", Route::Preflight);
        check(&Method::PUT, "/", Route::Nowhere);
        check(&Method::CONNECT, "", Route::Nowhere);
        check(&Method::GET, "/shell", Route::Nowhere);
        for path in ["/health", "/healthz", "/livez", "/_dynasled/health"] {
            check(&Method::GET, path, Route::Reserved(Reserved::Health));
            check(&Method::POST, path, Route::Reserved(Reserved::Absent));
        }
        check(&Method::GET, "/readyz", Route::Reserved(Reserved::Ready));
        check(
            &Method::HEAD,
            "/_dynasled/ready",
            Route::Reserved(Reserved::Ready),
        );
        check(
            &Method::GET,
            "/_localstack/health",
            Route::Reserved(Reserved::LocalStack),
        );
        check(
            &Method::GET,
            "/_dynasled/info",
            Route::Reserved(Reserved::Info),
        );
        for path in [
            "/_dynasled",
            "/_dynasled/clock",
            "/_aws/dynamodb/expired",
            "/metrics",
        ] {
            check(&Method::GET, path, Route::Reserved(Reserved::Absent));
            check(&Method::OPTIONS, path, Route::Reserved(Reserved::Absent));
        }
        check(&Method::GET, "/_dynasledge", Route::Nowhere);
    }

    #[test]
    fn functions_and_their_triggers() {
        for path in [
            "/2015-03-31/event-source-mappings",
            "/2015-03-31/event-source-mappings/",
            "/2015-03-31/functions/f/invocations",
            "/2014-11-13/functions/f/invoke-async/",
            "/2017-03-31/tags/arn",
            "/2016-08-19/account-settings/",
        ] {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                check(&method, path, Route::Rest);
            }
            check(&Method::OPTIONS, path, Route::Preflight);
        }
        check(&Method::POST, "/2015-03-31", Route::Api);
        check(&Method::GET, "/2015-03-3/functions", Route::Nowhere);
        check(&Method::GET, "/2015-03-311/functions", Route::Nowhere);
        check(&Method::GET, "/2015/03/31/functions", Route::Nowhere);
        for path in [
            "/_dynasled/functions",
            "/_dynasled/functions/f",
            "/_dynasled/triggers/drain",
        ] {
            for method in [Method::GET, Method::PUT, Method::OPTIONS] {
                check(&method, path, Route::Reserved(Reserved::Administration));
            }
        }
        check(
            &Method::GET,
            "/_dynasled/triggersome",
            Route::Reserved(Reserved::Absent),
        );
    }
}

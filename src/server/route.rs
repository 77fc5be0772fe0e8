//! Which kind of answer a request gets, from its method and path alone.
//!
//! Reserved paths belong to us and never look like the API: no CORS headers, no AWS error bodies. Everything else is
//! either the API at `POST`, the two courtesies `GET /` and `OPTIONS`, or nothing.

use hyper::Method;

/// The kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// A call of the API, whatever the path: a wrong one is a matter of the signature.
    Api,
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
        _ if ["/_dynasled", "/_localstack", "/_aws"]
            .iter()
            .any(|prefix| is_under(path, prefix)) =>
        {
            Route::Reserved(Reserved::Absent)
        }
        _ => match *method {
            Method::POST => Route::Api,
            Method::OPTIONS => Route::Preflight,
            _ => Route::Nowhere,
        },
    }
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
}

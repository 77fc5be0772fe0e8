//! Requests whose method and path matter: AWS Lambda's API, and our own paths for functions and triggers.

use super::{Running, body, header, status};

fn request(line: &str, headers: &str, body: &str) -> String {
    format!(
        "{line} HTTP/1.1\r\nHost: x:1\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

const SIGNED: &str = "X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 \
                      Credential=k/20260101/r/lambda/aws4_request, SignedHeaders=host, Signature=0\r\n";

#[test]
fn whole_requests_reach_the_service() {
    let server = Running::new();
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let path = "/2015-03-31/event-source-mappings/?MaxItems=1";
        let line = format!("{method} {path}");
        let reply = server.exchange(request(&line, SIGNED, "any bytes").as_bytes());
        let expected = format!("{line} x:1 r any bytes");
        assert_eq!((status(&reply), body(&reply)), ("200", expected.as_str()));
        assert_eq!(header(&reply, "content-type"), Some("application/json"));
        assert_eq!(header(&reply, "x-amzn-requestid").unwrap().len(), 36);
        assert_eq!(header(&reply, "x-amz-crc32"), None);
        assert_eq!(header(&reply, "access-control-allow-origin"), None);
    }
}

#[test]
fn bodies_are_decoded() {
    let server = Running::new();
    let line = "POST /2015-03-31/functions/f/invocations";
    let broken = request(line, "Content-Encoding: gzip\r\n", "no gzip");
    let reply = server.exchange(broken.as_bytes());
    assert_eq!(status(&reply), "500");
    assert_eq!(header(&reply, "x-amzn-errortype"), Some("ServiceException"));
    let line = "PUT /_dynasled/functions/f";
    let broken = request(line, "Content-Encoding: zip\r\n", "no zip");
    assert_eq!(status(&server.exchange(broken.as_bytes())), "400");
}

#[test]
fn a_body_over_the_limit_is_refused_in_lambda_s_words() {
    let server = Running::new();
    let line = "POST /2015-03-31/functions/f/invocations";
    let large = request(line, SIGNED, &" ".repeat(16 * 1024 * 1024 + 1));
    let reply = server.exchange(large.as_bytes());
    assert_eq!(status(&reply), "413");
    let name = header(&reply, "x-amzn-errortype");
    assert_eq!(name, Some("RequestTooLargeException"));
    assert_eq!(header(&reply, "connection"), Some("close"));
    assert!(body(&reply).starts_with(r#"{"Type":"User","message":"#));
}

#[test]
fn pages_of_other_origins_change_nothing() {
    let server = Running::new();
    let foreign = "Origin: https://example.com\r\n";
    let near = "Origin: http://localhost:3000\r\n";
    let lambda = "POST /2015-03-31/functions/f/invocations";
    let reply = server.exchange(request(lambda, foreign, "").as_bytes());
    assert_eq!(status(&reply), "403");
    let reply = server.exchange(request(lambda, near, "").as_bytes());
    assert_eq!(header(&reply, "access-control-allow-origin"), Some("*"));
    let preflight = "Access-Control-Request-Method: PUT\r\nOrigin: http://localhost:3000\r\n";
    let line = "OPTIONS /2015-03-31/event-source-mappings/x";
    let reply = server.exchange(request(line, preflight, "").as_bytes());
    assert_eq!(status(&reply), "200");
    assert_eq!(header(&reply, "access-control-allow-methods"), Some("PUT"));

    for (line, headers, expected) in [
        ("PUT /_dynasled/functions/f", foreign, "403"),
        ("DELETE /_dynasled/functions/f", foreign, "403"),
        ("POST /_dynasled/triggers/drain", foreign, "403"),
        ("OPTIONS /_dynasled/triggers", foreign, "403"),
        ("GET /_dynasled/triggers", foreign, "204"),
        ("PUT /_dynasled/functions/f", near, "204"),
        ("PUT /_dynasled/functions/f", "", "204"),
    ] {
        let reply = server.exchange(request(line, headers, "").as_bytes());
        assert_eq!(status(&reply), expected, "{line} {headers}");
        assert!(!reply.to_lowercase().contains("access-control"), "{reply}");
    }
}

#[test]
fn a_panic_is_one_request_s_affair() {
    let server = Running::new();
    for path in ["/2015-03-31/panic", "/_dynasled/triggers/panic"] {
        let reply = server.exchange(request(&format!("GET {path}"), "", "").as_bytes());
        assert_eq!(status(&reply), "500", "{path}");
        assert!(body(&reply).to_lowercase().contains("internal"), "{reply}");
    }
}

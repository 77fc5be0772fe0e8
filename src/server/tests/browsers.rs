//! Requests of web pages.

use super::{Cors, Limits, Running, body, header, status};

const PREFLIGHT: &str = "OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccess-Control-Request-Method: POST\r\n\
                         Access-Control-Request-Headers: x-amz-target, authorization\r\n";

#[test]
fn pages_of_this_machine_are_allowed() {
    let server = Running::new();
    let reply = server.post("Echo", "Origin: http://localhost:3000\r\n", b"{}");
    assert_eq!((status(&reply), body(&reply)), ("200", "{}"));
    assert_eq!(header(&reply, "access-control-allow-origin"), Some("*"));
    assert!(
        header(&reply, "access-control-expose-headers")
            .unwrap()
            .starts_with("x-amzn-RequestId,")
    );
    assert_eq!(header(&reply, "access-control-allow-methods"), None);

    let reply = server.exchange(format!("{PREFLIGHT}Origin: http://127.0.0.1\r\n\r\n").as_bytes());
    assert_eq!((status(&reply), body(&reply)), ("200", ""));
    assert_eq!(header(&reply, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&reply, "access-control-max-age"), Some("172800"));
    assert_eq!(header(&reply, "access-control-allow-methods"), Some("POST"));
    assert_eq!(
        header(&reply, "access-control-allow-headers"),
        Some("x-amz-target, authorization")
    );
}

#[test]
fn other_pages_are_refused_and_nothing_is_executed() {
    let server = Running::new();
    let foreign = "Origin: https://example.com\r\n";
    for reply in [
        server.post("Echo", foreign, b"{}"),
        server.exchange(format!("{PREFLIGHT}{foreign}\r\n").as_bytes()),
        server.exchange(
            format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{foreign}\r\n").as_bytes(),
        ),
        server.post("Echo", "Origin: null\r\n", b"{}"),
    ] {
        assert_eq!(status(&reply), "403");
        assert!(
            body(&reply).contains("--cors") && !reply.to_lowercase().contains("access-control-")
        );
    }
}

#[test]
fn the_option_allows_more() {
    let listed = Running::with(
        Limits::default(),
        Cors::parse("https://example.com").unwrap(),
    );
    assert_eq!(
        status(&listed.post("Echo", "Origin: https://example.com\r\n", b"{}")),
        "200"
    );
    assert_eq!(
        status(&listed.post("Echo", "Origin: http://localhost\r\n", b"{}")),
        "403"
    );
    let any = Running::with(Limits::default(), Cors::Any);
    assert_eq!(status(&any.post("Echo", "Origin: null\r\n", b"{}")), "200");
}

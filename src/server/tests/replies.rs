//! What replies carry, and the paths besides the API.

use std::io::Write;
use std::sync::atomic::Ordering;

use super::{Running, body, head, header, read_all, read_one, status};

#[test]
fn api_replies_carry_the_service_s_headers() {
    let server = Running::new();
    let reply = server.post("Echo", "", b"{}");
    assert_eq!((status(&reply), body(&reply)), ("200", "{}"));
    assert_eq!(
        header(&reply, "content-type"),
        Some("application/x-amz-json-1.0")
    );
    assert_eq!(header(&reply, "server"), Some("Server"));
    assert_eq!(header(&reply, "connection"), Some("close"));
    assert_eq!(header(&reply, "x-amz-crc32"), Some("2745614147"));
    assert_eq!(header(&reply, "x-amzn-requestid").unwrap().len(), 52);
    assert!(header(&reply, "date").is_some());
    assert!(!reply.to_lowercase().contains("access-control"));
}

#[test]
fn targets_may_be_absolute_and_hosts_anything() {
    let server = Running::new();
    let request = b"POST http://dynamodb.eu-south-1.amazonaws.com/ HTTP/1.1\r\nHost: dynamodb.eu-south-1.amazonaws.com\r\n\
                    x-amz-target: Echo\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\
                    Connection: close\r\n\r\n{}";
    assert_eq!(body(&server.exchange(request)), "{}");
    let request =
        b"POST http://dynamodb.eu-south-1.amazonaws.com HTTP/1.0\r\nX-AMZ-TARGET: Length\r\n\r\n";
    assert_eq!(body(&server.exchange(request)), "0");
}

#[test]
fn authorization_travels_with_the_call() {
    let server = Running::new();
    let signed = "X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 \
                  Credential=k/20260101/r/dynamodb/aws4_request, SignedHeaders=host, Signature=0\r\n";
    assert_eq!(
        body(&server.post("x", signed, b"{}")),
        r#"Ok(Caller { access_key: "k", region: "r" })"#
    );
    assert!(body(&server.post("x", "", b"{}")).contains("MissingAuthenticationToken"));
}

#[test]
fn connections_stay_open_and_pipelining_keeps_the_order() {
    let server = Running::new();
    let mut stream = server.connect();
    let mut requests = String::new();
    for number in 0..50 {
        let text = format!("{{\"n\":{number}}}");
        requests += &(head(
            if number % 10 == 0 { "Wait" } else { "Echo" },
            "",
            text.len(),
        ) + &text);
    }
    stream.write_all(requests.as_bytes()).unwrap();
    for number in 0..50 {
        let reply = read_one(&mut stream);
        assert_eq!(header(&reply, "connection"), Some("keep-alive"));
        let expected = if number % 10 == 0 {
            "waited".to_owned()
        } else {
            format!("{{\"n\":{number}}}")
        };
        assert_eq!(body(&reply), expected);
    }
    // Half a request behind a whole one must not hold the first reply back.
    stream
        .write_all((head("Echo", "", 2) + "{}POST / HT").as_bytes())
        .unwrap();
    assert_eq!(body(&read_one(&mut stream)), "{}");
}

#[test]
fn a_client_that_closes_its_side_still_gets_its_reply() {
    let server = Running::new();
    let mut stream = server.connect();
    stream
        .write_all((head("Wait", "", 2) + "{}").as_bytes())
        .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(body(&read_all(&mut stream)), "waited");
}

#[test]
fn a_panic_ends_one_request_only() {
    let server = Running::new();
    let mut stream = server.connect();
    stream
        .write_all((head("Panic", "", 2) + "{}" + &head("Echo", "", 2) + "{}").as_bytes())
        .unwrap();
    let reply = read_one(&mut stream);
    assert_eq!(status(&reply), "500");
    assert!(body(&reply).contains("#InternalServerError"));
    assert_eq!(body(&read_one(&mut stream)), "{}");
}

#[test]
fn the_root_answers_health_checks_as_dynamodb_local_does() {
    let server = Running::new();
    let reply = server.exchange(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(status(&reply), "400");
    assert!(body(&reply).contains("#MissingAuthenticationToken\""));
    let reply = server.exchange(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!((status(&reply), body(&reply)), ("400", ""));
    assert!(
        header(&reply, "content-length")
            .unwrap()
            .parse::<usize>()
            .unwrap()
            > 100
    );
}

#[test]
fn what_is_not_the_api_is_an_unknown_operation() {
    let server = Running::new();
    for line in [
        "GET /shell",
        "PUT /",
        "DELETE /x",
        "CONNECT example.com:443",
        "OPTIONS /",
        "OPTIONS *",
        "BREW /",
    ] {
        let reply = server.exchange(
            format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
        );
        assert_eq!(
            (status(&reply), body(&reply)),
            ("404", "<UnknownOperationException/>\n"),
            "{line}"
        );
        assert_eq!(header(&reply, "x-amz-crc32"), Some("3552371480"));
    }
    let reply = server.exchange(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    );
    assert_eq!(status(&reply), "404");
}

#[test]
fn reserved_paths() {
    let server = Running::new();
    let get = |path: &str| {
        server.exchange(
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nOrigin: http://localhost\r\nConnection: close\r\n\r\n").as_bytes(),
        )
    };
    for path in ["/health", "/healthz", "/livez", "/_dynasled/health"] {
        let reply = get(path);
        assert_eq!(status(&reply), "200");
        assert!(
            body(&reply).contains("\"status\":\"ok\"")
                && !reply.to_lowercase().contains("access-control")
        );
    }
    assert_eq!(status(&get("/readyz")), "200");
    server.fake.starting.store(true, Ordering::Relaxed);
    let reply = get("/_dynasled/ready");
    assert_eq!(status(&reply), "503");
    assert!(body(&reply).contains("thinking"));
    let local_stack = r#"{"services":{"dynamodb":"available","dynamodbstreams":"available"}}"#;
    assert_eq!(body(&get("/_localstack/health")), local_stack);
    let reply = get("/_dynasled/info");
    assert!(body(&reply).contains("\"tables\":3") && body(&reply).contains("\"port\":[1]"));
    for path in ["/metrics", "/_dynasled/clock", "/_dynasled/reset"] {
        assert_eq!(status(&get(path)), "404");
    }
}

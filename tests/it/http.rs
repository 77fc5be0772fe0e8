//! HTTP as such: keep-alive, pipelining, limits, compression, targets in absolute form, paths beside the API, origins.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use serde_json::json;

use crate::support::{Connection, Reply, Server, api_head};

fn list() -> serde_json::Value {
    json!({})
}

async fn raw(server: &Server, request: &str) -> Reply {
    let mut connection = server.connect().await;
    connection
        .send(request.replace('\n', "\r\n").as_bytes())
        .await
        .unwrap();
    connection.receive().await.unwrap()
}

#[tokio::test]
async fn an_answer_has_the_headers_of_the_service() {
    let server = Server::in_memory();
    let reply = server.call("ListTables", &list()).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        Some("application/x-amz-json-1.0")
    );
    let id = reply.header("x-amzn-requestid").unwrap();
    assert!(
        id.len() == 52
            && id
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
        "{id}"
    );
    assert_eq!(
        reply.header("x-amz-crc32").unwrap(),
        crc32fast::hash(&reply.bytes).to_string()
    );
    assert!(reply.header("date").is_some());
    assert!(reply.header("access-control-allow-origin").is_none());
    let again = server.call("ListTables", &list()).await;
    assert_ne!(
        again.header("x-amzn-requestid"),
        reply.header("x-amzn-requestid")
    );
}

#[tokio::test]
async fn connections_are_kept_and_pipelined() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    for _ in 0..3 {
        connection
            .call("ListTables", &list())
            .await
            .unwrap()
            .expect_ok();
    }
    let good = api_head("ListTables", server.port, 2, &[]) + "{}";
    let bad = api_head("NoSuchThing", server.port, 2, &[]) + "{}";
    connection
        .send([good.as_str(), &bad, &good].concat().as_bytes())
        .await
        .unwrap();
    let statuses = [
        connection.receive().await.unwrap(),
        connection.receive().await.unwrap(),
        connection.receive().await.unwrap(),
    ];
    assert_eq!(
        statuses.each_ref().map(|reply| reply.status),
        [200, 400, 200]
    );
    assert_eq!(
        statuses[1].kind().as_deref(),
        Some("UnknownOperationException")
    );
    let last = api_head("ListTables", server.port, 2, &[("Connection", "close")]) + "{}";
    connection.send(last.as_bytes()).await.unwrap();
    assert_eq!(connection.receive().await.unwrap().status, 200);
    assert!(connection.is_closed_within(Duration::from_secs(5)).await);
}

#[tokio::test]
async fn chunked_bodies_are_read() {
    let server = Server::in_memory();
    let head = api_head(
        "ListTables",
        server.port,
        0,
        &[("Transfer-Encoding", "chunked")],
    )
    .replace("Content-Length: 0\r\n", "");
    let mut connection = server.connect().await;
    connection
        .send((head + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n").as_bytes())
        .await
        .unwrap();
    connection.receive().await.unwrap().expect_ok();
}

#[tokio::test]
async fn any_host_and_absolute_targets_are_ours() {
    let server = Server::in_memory();
    let absolute = api_head("ListTables", server.port, 2, &[]) + "{}";
    let absolute = absolute
        .replace("POST / ", "POST http://dynamodb.eu-south-1.amazonaws.com/ ")
        .replace(
            &format!("Host: 127.0.0.1:{}", server.port),
            "Host: dynamodb.eu-south-1.amazonaws.com",
        );
    let mut connection = server.connect().await;
    connection.send(absolute.as_bytes()).await.unwrap();
    connection.receive().await.unwrap().expect_ok();
    let named = api_head("ListTables", server.port, 2, &[]) + "{}";
    connection
        .send(
            named
                .replace("127.0.0.1", "dynamodb.us-east-1.amazonaws.com")
                .as_bytes(),
        )
        .await
        .unwrap();
    connection.receive().await.unwrap().expect_ok();
}

#[tokio::test]
async fn the_endpoint_is_where_the_request_was_sent() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    let plain = api_head("DescribeEndpoints", server.port, 2, &[]) + "{}";
    let absolute = plain.replace("POST / ", "POST http://localhost:4566/ ");
    let nameless = plain.replace(&format!("Host: 127.0.0.1:{}\r\n", server.port), "Host:\r\n");
    for (request, address) in [
        (&plain, format!("127.0.0.1:{}", server.port)),
        (&absolute, "localhost:4566".to_owned()),
        (&nameless, "dynamodb.us-east-1.amazonaws.com".to_owned()),
    ] {
        connection.send(request.as_bytes()).await.unwrap();
        let reply = connection.receive().await.unwrap().expect_ok();
        let endpoint = json!({"Address": address, "CachePeriodInMinutes": 1440});
        assert_eq!(reply, json!({"Endpoints": [endpoint]}));
    }
}

#[tokio::test]
async fn tagging_answers_with_an_empty_body() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    let key = json!([{"AttributeName": "p", "KeyType": "HASH"}]);
    let definition = json!([{"AttributeName": "p", "AttributeType": "S"}]);
    let table = json!({"TableName": "abc", "KeySchema": key, "AttributeDefinitions": definition, "BillingMode": "PAY_PER_REQUEST"});
    let made = connection.call("CreateTable", &table).await.unwrap();
    let arn = made.expect_ok()["TableDescription"]["TableArn"].clone();
    for (operation, request) in [
        (
            "TagResource",
            json!({"ResourceArn": arn, "Tags": [{"Key": "a", "Value": "1"}]}),
        ),
        (
            "UntagResource",
            json!({"ResourceArn": arn, "TagKeys": ["a"]}),
        ),
    ] {
        let reply = connection.call(operation, &request).await.unwrap();
        assert_eq!((reply.status, reply.bytes.len()), (200, 0));
        assert_eq!(reply.header("x-amz-crc32"), Some("0"));
        assert_eq!(
            reply.header("content-type"),
            Some("application/x-amz-json-1.0")
        );
    }
}

#[tokio::test]
async fn protocol_errors_come_in_order() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    let mut attempt = async |head: String, body: &str| {
        connection.send((head + body).as_bytes()).await.unwrap();
        connection.receive().await.unwrap()
    };
    let wrong_type = api_head("ListTables", server.port, 2, &[])
        .replace("application/x-amz-json-1.0", "text/plain");
    let reply = attempt(wrong_type, "{}").await;
    assert_eq!(
        (reply.status, reply.bytes.as_slice()),
        (404, b"<UnknownOperationException/>\n".as_slice())
    );
    let reply = attempt(
        api_head("ListTables", server.port, 2, &[]).replace("POST", "PUT"),
        "{}",
    )
    .await;
    assert_eq!(
        (reply.status, reply.bytes.as_slice()),
        (404, b"<UnknownOperationException/>\n".as_slice())
    );
    for (body, operation) in [
        ("", "ListTables"),
        ("{", "ListTables"),
        ("nothing", "NoSuchThing"),
        ("[1", "NoSuchThing"),
    ] {
        let reply = attempt(api_head(operation, server.port, body.len(), &[]), body).await;
        assert_eq!(
            (reply.status, reply.kind().as_deref()),
            (400, Some("SerializationException")),
            "{body} {operation}"
        );
    }
    let unsigned = |operation: &str| {
        let head = api_head(operation, server.port, 2, &[]);
        let lines = head
            .split("\r\n")
            .filter(|line| !line.starts_with("Authorization"));
        lines.collect::<Vec<_>>().join("\r\n")
    };
    let reply = attempt(unsigned("NoSuchThing"), "{}").await;
    assert_eq!(
        (reply.status, reply.kind().as_deref()),
        (400, Some("UnknownOperationException"))
    );
    let reply = attempt(unsigned("ListTables"), "{}").await;
    assert_eq!(
        (reply.status, reply.kind().as_deref()),
        (400, Some("MissingAuthenticationTokenException"))
    );
    assert_eq!(
        reply.message().as_deref(),
        Some("Request is missing Authentication Token")
    );
    let reply = attempt(unsigned("ListTables").replace("Length: 2", "Length: 0"), "").await;
    assert_eq!(
        (reply.status, reply.kind().as_deref()),
        (400, Some("MissingAuthenticationTokenException"))
    );
    let broken = api_head("ListTables", server.port, 2, &[]).replace("Credential=", "Nothing=");
    let reply = attempt(broken, "{}").await;
    assert_eq!(
        reply.kind().as_deref(),
        Some("IncompleteSignatureException")
    );
    assert!(reply.message().unwrap().starts_with(
        "Authorization header requires 'Credential' parameter. Authorization=AWS4-HMAC-SHA256"
    ));
}

#[tokio::test]
async fn bodies_have_a_limit() {
    const LIMIT: usize = 16 * 1024 * 1024;
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    let fits = format!("{{\"Unknown\":\"{}\"}}", "x".repeat(LIMIT - 14));
    assert!(fits.len() <= LIMIT);
    connection
        .call_with("ListTables", fits.as_bytes(), &[])
        .await
        .unwrap()
        .expect_ok();
    let mut connection = server.connect().await;
    connection
        .send(api_head("ListTables", server.port, LIMIT + 1, &[]).as_bytes())
        .await
        .unwrap();
    assert_eq!(connection.receive().await.unwrap().status, 413);
    let mut connection = server.connect().await;
    let long = "x".repeat(20_000);
    connection
        .send(api_head("ListTables", server.port, 2, &[("X-Long", &long)]).as_bytes())
        .await
        .unwrap();
    match connection.receive().await {
        Ok(reply) => assert!(matches!(reply.status, 400 | 431), "{}", reply.status),
        Err(error) => assert!(
            connection.is_closed_within(Duration::from_secs(5)).await,
            "{error}"
        ),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[tokio::test]
async fn compressed_requests_are_read() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    let twice = [gzip(b"{"), gzip(b"}")].concat();
    for (coding, body) in [
        ("gzip", gzip(b"{}")),
        ("deflate", zlib(b"{}")),
        ("GZIP", gzip(b"{}")),
        ("gzip", twice),
    ] {
        connection
            .call_with("ListTables", &body, &[("Content-Encoding", coding)])
            .await
            .unwrap()
            .expect_ok();
    }
    let whole = gzip(b"{\"Limit\": 10}");
    for (coding, body) in [
        ("gzip", b"not gzip".to_vec()),
        ("gzip", whole[..whole.len() - 6].to_vec()),
        ("gzip", Vec::new()),
        ("deflate", gzip(b"{}")),
    ] {
        let reply = server
            .connect()
            .await
            .call_with("ListTables", &body, &[("Content-Encoding", coding)])
            .await
            .unwrap();
        assert_eq!(
            (reply.status, reply.kind().as_deref()),
            (500, Some("InternalServerError")),
            "{coding}"
        );
    }
    let reply = server
        .connect()
        .await
        .call_with("ListTables", b"{}", &[("Content-Encoding", "br")])
        .await
        .unwrap();
    assert!(reply.status >= 400, "an unknown coding is not run");
    connection
        .call("ListTables", &list())
        .await
        .unwrap()
        .expect_ok();
}

#[tokio::test]
async fn large_answers_are_compressed_on_request() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    server.make_table("wide").await;
    let put = json!({"TableName": "wide", "Item": {"pk": {"S": "a"}, "text": {"S": "word ".repeat(3000)}}});
    connection.call("PutItem", &put).await.unwrap().expect_ok();
    let get = json!({"TableName": "wide", "Key": {"pk": {"S": "a"}}}).to_string();
    let plain = connection
        .call_with("GetItem", get.as_bytes(), &[])
        .await
        .unwrap();
    assert_eq!(plain.header("content-encoding"), None);
    for (accept, coding) in [
        ("gzip", Some("gzip")),
        ("deflate", Some("deflate")),
        ("gzip, deflate", Some("gzip")),
        ("deflate, gzip", Some("deflate")),
        ("gzip;q=0.1, deflate;q=0.9", Some("deflate")),
        ("*, deflate", Some("deflate")),
        ("*", Some("gzip")),
        ("gzip;q=0", None),
        ("identity", None),
        ("br", None),
        ("", None),
    ] {
        let reply = connection
            .call_with("GetItem", get.as_bytes(), &[("Accept-Encoding", accept)])
            .await
            .unwrap();
        assert_eq!(reply.header("content-encoding"), coding, "{accept}");
        let mut text = Vec::new();
        match coding {
            Some("gzip") => drop(
                flate2::read::GzDecoder::new(reply.bytes.as_slice())
                    .read_to_end(&mut text)
                    .unwrap(),
            ),
            Some(_) => drop(
                flate2::read::ZlibDecoder::new(reply.bytes.as_slice())
                    .read_to_end(&mut text)
                    .unwrap(),
            ),
            None => text = reply.bytes.clone(),
        }
        assert_eq!(text, plain.bytes, "{accept}");
        assert_eq!(
            reply.header("x-amz-crc32").unwrap(),
            crc32fast::hash(&reply.bytes).to_string(),
            "{accept}"
        );
    }
    let small = connection
        .call_with("ListTables", b"{}", &[("Accept-Encoding", "gzip")])
        .await
        .unwrap();
    assert_eq!(small.header("content-encoding"), None);
}

#[tokio::test]
async fn paths_beside_the_api() {
    let server = Server::in_memory();
    for path in ["/health", "/healthz", "/livez", "/_dynasled/health"] {
        let reply = raw(&server, &format!("GET {path} HTTP/1.1\nHost: x\n\n")).await;
        let body = reply.json();
        assert_eq!(
            (reply.status, &body["status"]),
            (200, &json!("ok")),
            "{path}"
        );
        assert!(
            body["version"].is_string() && body["uptime_ms"].is_number(),
            "{path}"
        );
    }
    for path in ["/readyz", "/_dynasled/ready"] {
        assert_eq!(
            raw(&server, &format!("GET {path} HTTP/1.1\nHost: x\n\n"))
                .await
                .status,
            200,
            "{path}"
        );
    }
    let reply = raw(&server, "GET /_localstack/health HTTP/1.1\nHost: x\n\n").await;
    assert_eq!(
        reply.json(),
        json!({"services": {"dynamodb": "available", "dynamodbstreams": "available"}})
    );
    let reply = raw(&server, "GET / HTTP/1.1\nHost: x\n\n").await;
    assert_eq!(
        (reply.status, reply.kind().as_deref()),
        (400, Some("MissingAuthenticationToken"))
    );
    assert_eq!(
        raw(&server, "GET /nowhere HTTP/1.1\nHost: x\n\n")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn origins_are_checked() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    let mut from = async |origin: &str| {
        connection
            .call_with("ListTables", b"{}", &[("Origin", origin)])
            .await
            .unwrap()
    };
    for origin in [
        "http://localhost:3000",
        "http://127.0.0.1:8080",
        "https://localhost",
    ] {
        let reply = from(origin).await;
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (200, Some("*")),
            "{origin}"
        );
        assert!(
            reply
                .header("access-control-expose-headers")
                .unwrap()
                .contains("x-amzn-RequestId")
        );
    }
    for origin in [
        "http://evil.example",
        "http://localhost.evil.example",
        "null",
    ] {
        let reply = from(origin).await;
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (403, None),
            "{origin}"
        );
    }
    let preflight = "OPTIONS / HTTP/1.1\nHost: x\nOrigin: http://localhost:3000\nAccess-Control-Request-Method: POST\n\
                     Access-Control-Request-Headers: x-amz-target,content-type\n\n";
    let reply = raw(&server, preflight).await;
    assert_eq!((reply.status, reply.bytes.len()), (200, 0));
    assert_eq!(reply.header("access-control-max-age"), Some("172800"));
    assert_eq!(reply.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(
        reply.header("access-control-allow-headers"),
        Some("x-amz-target,content-type")
    );
    assert_eq!(
        raw(
            &server,
            &preflight.replace("http://localhost:3000", "http://evil.example")
        )
        .await
        .status,
        403
    );
}

#[tokio::test]
async fn half_open_connections_do_not_stop_others() {
    let server = Server::in_memory();
    let mut waiting: Vec<Connection> = Vec::new();
    for _ in 0..200 {
        let mut connection = server.connect().await;
        connection
            .send(b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-")
            .await
            .unwrap();
        waiting.push(connection);
    }
    server.call("ListTables", &list()).await.expect_ok();
}

//! The protocol at its edges: targets, content types, signatures by shape, odd codings, depth. Rows, as observed.

use std::io::Write as _;

use serde_json::json;

use crate::support::{Reply, Server, api_head};

/// Sends one request on a connection of its own, its head changed before.
async fn send(server: &Server, body: &[u8], change: impl Fn(String) -> String) -> Reply {
    let head = change(api_head("ListTables", server.port, body.len(), &[]));
    let mut connection = server.connect().await;
    connection
        .send(&[head.as_bytes(), body].concat())
        .await
        .unwrap();
    connection.receive().await.unwrap()
}

fn without(head: &str, name: &str) -> String {
    let lines = head.split("\r\n").filter(|line| !line.starts_with(name));
    lines.collect::<Vec<_>>().join("\r\n")
}

#[tokio::test]
async fn targets_and_types_of_content() {
    let server = Server::in_memory();
    for (from, to, status, kind) in [
        ("X-Amz-Target", "x-AMZ-tArGeT", 200, None),
        ("x-amz-json-1.0", "json", 200, None),
        ("x-amz-json-1.0", "x-amz-json-1.0; charset=utf-8", 200, None),
        ("x-amz-json-1.0", "x-amz-json-1.1", 404, None),
        (
            "DynamoDB_20120810.",
            "DynamoDB_20111205.",
            400,
            Some("UnknownOperationException"),
        ),
        (
            "DynamoDB_20120810.ListTables",
            "DynamoDB_20120810.ListStreams",
            400,
            Some("UnknownOperationException"),
        ),
        (
            "DynamoDB_20120810.ListTables",
            "DynamoDBStreams_20120810.ListStreams",
            200,
            None,
        ),
        (
            "DynamoDB_20120810.ListTables",
            "DynamoDB_20120810.listTables",
            400,
            Some("UnknownOperationException"),
        ),
        (
            "POST / ",
            "POST /elsewhere ",
            400,
            Some("InvalidSignatureException"),
        ),
    ] {
        let reply = send(&server, b"{}", |head| head.replacen(from, to, 1)).await;
        assert_eq!(
            (reply.status, reply.kind().as_deref()),
            (status, kind),
            "{to}"
        );
    }
    let reply = send(&server, b"{}", |head| without(&head, "X-Amz-Target")).await;
    assert_eq!(reply.kind().as_deref(), Some("UnknownOperationException"));
    assert_eq!(reply.message(), None);
    let reply = send(&server, b"{}", |head| without(&head, "Content-Type")).await;
    assert_eq!(reply.bytes, b"<UnknownOperationException/>\n");
    let reply = send(&server, b"{\"a\": \"\xff\"}", |head| head).await;
    assert_eq!(reply.kind().as_deref(), Some("SerializationException"));
}

#[tokio::test]
async fn signatures_have_a_shape() {
    let server = Server::in_memory();
    let query = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260101%2Fus-east-1%2Fdynamodb%2Faws4_request\
                 &X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=0 ";
    let reply = send(&server, b"{}", |head| head.replace(", ", ",")).await;
    assert_eq!(reply.status, 200);
    let reply = send(&server, b"{}", |head| {
        without(&head, "Authorization").replacen("/ ", query, 1)
    })
    .await;
    assert_eq!(reply.status, 200);
    let reply = send(&server, b"{}", |head| {
        without(&head, "X-Amz-Date").replacen(
            "Host:",
            "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nHost:",
            1,
        )
    })
    .await;
    assert_eq!(reply.status, 200);

    let reply = send(&server, b"{}", |head| head.replacen("/ ", query, 1)).await;
    assert_eq!(reply.kind().as_deref(), Some("InvalidSignatureException"));
    assert_eq!(
        reply.message().as_deref(),
        Some(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
        )
    );
    let reply = send(&server, b"{}", |head| {
        head.replace("AWS4-HMAC-SHA256", "Basic")
    })
    .await;
    assert_eq!(
        reply.kind().as_deref(),
        Some("MissingAuthenticationTokenException")
    );
    let reply = send(&server, b"{}", |head| {
        let head = without(&without(&head, "X-Amz-Date"), "Authorization");
        head.replacen("Host:", "Authorization: AWS4-\r\nHost:", 1)
    })
    .await;
    assert_eq!(
        reply.kind().as_deref(),
        Some("IncompleteSignatureException")
    );
    assert_eq!(
        reply.message().as_deref(),
        Some(
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
             Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a \
             'X-Amz-Date' or a 'Date' header. Authorization=AWS4-"
        )
    );
    let reply = send(&server, b"{}", |head| {
        head.replacen("20260101T000000Z", "201", 1)
    })
    .await;
    assert_eq!(
        reply.message().as_deref(),
        Some(
            "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"
        )
    );
}

#[tokio::test]
async fn connections_close_when_asked() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    let head = api_head("ListTables", server.port, 2, &[("Connection", "close")]);
    connection.send((head + "{}").as_bytes()).await.unwrap();
    let reply = connection.receive().await.unwrap();
    assert_eq!(
        (reply.status, reply.header("connection")),
        (200, Some("close"))
    );
    assert_eq!(reply.header("access-control-allow-origin"), None);
    assert!(
        connection
            .is_closed_within(std::time::Duration::from_secs(5))
            .await
    );
}

#[tokio::test]
async fn odd_codings_of_requests() {
    let server = Server::in_memory();
    let gzip = |text: &[u8]| {
        let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        coder.write_all(text).unwrap();
        coder.finish().unwrap()
    };
    let zlib = |text: &[u8]| {
        let mut coder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        coder.write_all(text).unwrap();
        coder.finish().unwrap()
    };
    let whole = zlib(b"{}");
    let bomb = gzip(format!("{{\"x\":\"{}\"}}", "x".repeat(17 << 20)).as_bytes());
    for (what, coding, body, status) in [
        (
            "junk after a member",
            "gzip",
            [gzip(b"{}"), b"junk".to_vec()].concat(),
            200,
        ),
        (
            "two streams",
            "deflate",
            [zlib(b"{"), zlib(b"}")].concat(),
            500,
        ),
        (
            "no frame",
            "deflate",
            whole[2..whole.len() - 4].to_vec(),
            500,
        ),
        ("nothing", "deflate", Vec::new(), 500),
        ("too large inside", "gzip", bomb, 413),
    ] {
        let mut connection = server.connect().await;
        let headers = [("Content-Encoding", coding)];
        let reply = connection.call_with("ListTables", &body, &headers).await;
        assert_eq!(reply.unwrap().status, status, "{what}");
    }
}

#[tokio::test]
async fn answers_are_compressed_above_4_kib_only() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    server.make_table("edge").await;
    let frame = r#"{"Item":{"pk":{"S":"0"},"t":{"S":""}}}"#.len();
    for (key, size) in [("0", 4096), ("1", 4097)] {
        let item = json!({"pk": {"S": key}, "t": {"S": "a".repeat(size - frame)}});
        let put = json!({"TableName": "edge", "Item": item});
        connection.call("PutItem", &put).await.unwrap().expect_ok();
    }
    for (accept, key, coding) in [
        (&["gzip"][..], "0", None),
        (&["gzip"], "1", Some("gzip")),
        (&["*, gzip;q=0.5"], "1", Some("deflate")),
        (&["gzip;q=0.5,identity;q=0.8"], "1", Some("gzip")),
        (&["x-gzip"], "1", None),
        (&["zstd, GZIP"], "1", Some("gzip")),
        (&["deflate;q=0.9, gzip;q=much"], "1", Some("gzip")),
        (&["deflate;q=0.5, gzip;q=0.5"], "1", Some("deflate")),
        (&["gzip;q=0, *"], "1", Some("deflate")),
        (&["*;q=0"], "1", None),
        (&["br", "gzip"], "1", None),
    ] {
        let get = json!({"TableName": "edge", "Key": {"pk": {"S": key}}}).to_string();
        let headers: Vec<_> = accept.iter().map(|one| ("Accept-Encoding", *one)).collect();
        let reply = connection
            .call_with("GetItem", get.as_bytes(), &headers)
            .await
            .unwrap();
        assert_eq!(reply.header("content-encoding"), coding, "{accept:?} {key}");
    }
}

#[tokio::test]
async fn absurd_depth_is_an_error() {
    const DEPTH: usize = 200_000;
    let server = Server::in_memory();
    let (maps, lists) = ("{\"M\":{\"a\":".repeat(DEPTH), "[".repeat(DEPTH));
    for body in [
        format!(
            "{{\"TableName\":\"deep\",\"Item\":{{\"pk\":{maps}{{\"S\":\"x\"}}{}}}}}",
            "}}".repeat(DEPTH)
        ),
        format!("{{\"Item\":{{\"pk\":{maps}"),
        format!("{{\"Unknown\":{lists}{}}}", "]".repeat(DEPTH)),
        lists,
    ] {
        let mut connection = server.connect().await;
        let reply = connection.call_with("PutItem", body.as_bytes(), &[]).await;
        assert_eq!(reply.unwrap().status, 400);
    }
    server.call("ListTables", &json!({})).await.expect_ok();
}

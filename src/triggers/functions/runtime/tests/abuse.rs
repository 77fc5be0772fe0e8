//! Clients that are no runtime clients.

use super::{Client, INVALID_ID, NEXT, begin, post, success, with_runtime};

#[tokio::test]
async fn paths_and_methods() {
    let functions = with_runtime().await;
    let deep = "a/".repeat(3000);
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/2018-06-01/runtime/", 404),
        ("GET", "/2018-06-01/runtime/invocation/next/", 404),
        ("GET", "/2018-06-01/runtime/invocation/id", 404),
        ("GET", "/2018-06-01/runtime/restore/next", 404),
        ("POST", "/2018-06-01/runtime/invocation/a/b/response", 404),
        ("POST", "/2018-06-01/runtime/invocation/response", 404),
        ("GET", &format!("/{deep}"), 404),
        ("GET", "/2018-06-01/runtime/%2e%2e/invocation/next", 404),
        ("POST", "/2015-03-31/functions/fn/invocations", 404),
        ("POST", "/2018-06-01/runtime/invocation/next", 405),
        ("GET", "/2018-06-01/runtime/init/error", 405),
        ("DELETE", "/2018-06-01/runtime/invocation/a/response", 405),
        ("PUT", "/2018-06-01/runtime/invocation/a/error", 405),
        ("BREW", "/2018-06-01/runtime/invocation/a/error", 405),
        ("POST", "/2018-06-01/runtime/invocation//response", 400),
        ("POST", "/2018-06-01/runtime/invocation/a/response", 400),
        ("POST", "/2018-06-01/runtime/invocation/a/error", 400),
        ("POST", "/2018-06-01/runtime/invocation/%00/error", 400),
    ] {
        let mut client = Client::new(&functions).await;
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        let reply = client.exchange(&request).await;
        assert_eq!(reply.status, status, "{method} {path}");
        let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        assert!(body["errorType"].is_string() && body["errorMessage"].is_string());
        if status == 400 {
            let expected: serde_json::Value = serde_json::from_str(INVALID_ID).unwrap();
            assert_eq!(body, expected);
        }
    }
    serves(&functions).await;
}

#[tokio::test]
async fn web_pages() {
    let functions = with_runtime().await;
    let call = begin(&functions, "0");
    for (method, path, header) in [
        ("GET", "invocation/next", "Sec-Fetch-Site: cross-site"),
        ("POST", "init/error", "Origin: http://localhost:3000"),
        ("POST", "invocation/0/response", "Origin: null"),
    ] {
        let mut client = Client::new(&functions).await;
        let request = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\n{header}\r\nContent-Length: 0\r\n\r\n"
        );
        assert_eq!(client.exchange(&request).await.status, 403, "{header}");
    }
    let mut client = Client::new(&functions).await;
    assert_eq!(client.next().await, "0");
    assert_eq!(client.respond("0", "null").await, 202);
    assert_eq!(call.await.unwrap(), success("null"));
}

async fn serves(functions: &crate::triggers::functions::Functions) {
    let mut client = Client::new(functions).await;
    let call = begin(functions, "1");
    assert_eq!(client.next().await, "1");
    assert_eq!(client.respond("1", "null").await, 202);
    assert_eq!(call.await.unwrap(), success("null"));
}

#[tokio::test]
async fn requests_that_cannot_be_read() {
    let functions = with_runtime().await;
    let huge = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(2 << 20));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(500));
    let line = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(2 << 20));
    for text in [
        "\x16\x03\x01\x02\r\n\r\n",
        "hello\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST /2018-06-01/runtime/invocation/a/response HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        &huge,
        &many,
        &line,
    ] {
        let mut client = Client::new(&functions).await;
        // It may be cut off while it still sends.
        tokio::io::AsyncWriteExt::write_all(&mut client.stream, text.as_bytes())
            .await
            .ok();
        if let Some(reply) = client.receive().await {
            let start = &text[..text.len().min(30)];
            assert!((400..500).contains(&reply.status), "{start} {reply:?}");
        }
    }
    serves(&functions).await;
}

#[tokio::test]
async fn long_headers_of_real_clients() {
    // Clients put the whole stack trace in a header.
    let functions = with_runtime().await;
    let mut client = Client::new(&functions).await;
    let call = begin(&functions, "1");
    client.next().await;
    let cause = "c".repeat(1024 * 1024 - 1);
    let headers = format!("Lambda-Runtime-Function-XRay-Error-Cause: {cause}\r\n");
    let reply = client.post("invocation/id-1/error", &headers, "{}").await;
    assert_eq!(reply.status, 202);
    call.await.unwrap();
}

#[tokio::test]
async fn bodies_that_do_not_end_well() {
    let functions = with_runtime().await;
    let long = "x".repeat(300_000);
    let mut client = Client::new(&functions).await;
    assert_eq!(client.post("init/error", "", &long).await.status, 413);
    // A poll with a body is none that could be watched.
    let mut client = Client::new(&functions).await;
    let poll = NEXT.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\nabc");
    assert_eq!(client.exchange(&poll).await.status, 413);
    // One that is cut leaves the invocation to be answered on another connection.
    let call = begin(&functions, "1");
    let mut client = Client::new(&functions).await;
    assert_eq!(client.next().await, "1");
    let mut cut = Client::new(&functions).await;
    let whole = post("invocation/id-1/response", "", "\"whole\"");
    cut.send(&whole[..whole.len() - 3]).await;
    drop(cut);
    assert_eq!(client.respond("1", "2").await, 202);
    assert_eq!(call.await.unwrap(), success("2"));
    serves(&functions).await;
}

#[tokio::test]
async fn many_connections() {
    let functions = with_runtime().await;
    let mut clients = Vec::new();
    for _ in 0..63 {
        let mut client = Client::new(&functions).await;
        client.respond("none", "").await;
        clients.push(client);
    }
    serves(&functions).await;
    for _ in 0..40 {
        clients.push(Client::new(&functions).await);
    }
    // Those over the limit wait until others are gone.
    let mut last = Client::new(&functions).await;
    last.send(NEXT).await;
    let call = begin(&functions, "1");
    drop(clients);
    assert_eq!(last.receive().await.unwrap().body, "1");
    last.respond("1", "null").await;
    assert_eq!(call.await.unwrap(), success("null"));
}

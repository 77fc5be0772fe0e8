//! The Runtime API as clients see it, over real sockets.

mod abuse;
mod restart;

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::triggers::functions::tests::{
    begin, by_runtime, error_of, functions, invocation, success,
};
use crate::triggers::functions::{Functions, Outcome, RESPONSE_BYTES};

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";
const INVALID_ID: &str =
    "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}";

/// A runtime client of one connection.
struct Client {
    stream: TcpStream,
}

#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl Client {
    async fn new(functions: &Functions) -> Client {
        let address = functions.find("fn").unwrap().address.unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        Client { stream }
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next reply; none when the connection is closed.
    async fn receive(&mut self) -> Option<Reply> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let mut reply = Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body: String::new(),
        };
        let length = reply.header("Content-Length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.ok()?;
        reply.body = String::from_utf8(body).unwrap();
        Some(reply)
    }

    async fn exchange(&mut self, text: &str) -> Reply {
        self.send(text).await;
        self.receive().await.unwrap()
    }

    /// Polls and waits; the payload.
    async fn next(&mut self) -> String {
        let reply = self.exchange(NEXT).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body
    }

    async fn post(&mut self, path: &str, headers: &str, body: &str) -> Reply {
        self.exchange(&post(path, headers, body)).await
    }

    async fn respond(&mut self, payload: &str, body: &str) -> u16 {
        let path = format!("invocation/id-{payload}/response");
        self.post(&path, "", body).await.status
    }
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn with_runtime() -> Functions {
    let functions = functions();
    functions.put(by_runtime("fn")).await.unwrap();
    functions
}

/// With some invocations at once, and little time for each.
async fn with(concurrency: u32, timeout: Duration) -> Functions {
    let functions = functions();
    let mut setting = by_runtime("fn");
    (setting.concurrency, setting.timeout) = (concurrency, timeout);
    functions.put(setting).await.unwrap();
    functions
}

#[tokio::test]
async fn a_round_trip() {
    let functions = with_runtime().await;
    let mut client = Client::new(&functions).await;
    for payload in ["1", "[2]"] {
        let call = begin(&functions, payload);
        let reply = client.exchange(NEXT).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, payload));
        for (name, value) in [
            (
                "Lambda-Runtime-Aws-Request-Id",
                Some(format!("id-{payload}").as_str()),
            ),
            ("Lambda-Runtime-Deadline-Ms", Some("1762000060123")),
            (
                "Lambda-Runtime-Invoked-Function-Arn",
                Some("arn:aws:lambda:eu-south-1:123456789012:function:fn"),
            ),
            ("Content-Type", Some("application/json")),
            ("Lambda-Runtime-Client-Context", None),
        ] {
            assert_eq!(reply.header(name), value, "{name}");
        }
        let trace = reply.header("Lambda-Runtime-Trace-Id").unwrap();
        let root = trace.strip_prefix("Root=1-6905fc80-").unwrap();
        let (root, rest) = root.split_once(";Parent=").unwrap();
        assert_eq!((root.len(), rest.len()), (24, 16 + ";Sampled=0".len()));

        let path = format!("invocation/id-{payload}/response");
        let reply = client.post(&path, "", "\"done\"").await;
        let told = (reply.status, reply.body.as_str());
        assert_eq!(told, (202, "{\"status\":\"OK\"}"));
        assert_eq!(call.await.unwrap(), success("\"done\""));
        // Once only.
        let reply = client.post(&path, "", "\"done\"").await;
        assert_eq!(reply.status, 400);
        let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        let expected: serde_json::Value = serde_json::from_str(INVALID_ID).unwrap();
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn client_contexts() {
    let functions = with_runtime().await;
    let mut client = Client::new(&functions).await;
    for (sent, seen) in [
        ("eyJhIjoxfQ==", Some("{\"a\":1}")),
        ("{\"a\":1}", Some("{\"a\":1}")),
        ("Cgo=", None),
        ("a\r\nb: c", None),
    ] {
        let mut call = invocation("1");
        call.client_context = Some(sent.to_owned());
        let background = functions.clone();
        let call = tokio::spawn(async move { background.invoke("fn", call).await });
        let reply = client.exchange(NEXT).await;
        assert_eq!(reply.header("Lambda-Runtime-Client-Context"), seen);
        assert_eq!(reply.header("b"), None);
        client.respond("1", "2").await;
        call.await.unwrap();
    }
}

#[tokio::test]
async fn errors() {
    let object = "{\"errorMessage\":\"m\",\"errorType\":\"T\",\"stackTrace\":[]}";
    let tell = "Lambda-Runtime-Function-Error-Type: Some.Type\r\n";
    let trailing = "Transfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type\r\n\
                    Lambda-Runtime-Function-Response-Mode: streaming\r\n";
    let chunks = |trailers: &str| format!("2\r\n\"p\r\n5\r\nart..\r\n0\r\n{trailers}\r\n");
    let raw = |headers: &str, body: &str| {
        format!(
            "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}"
        )
    };
    let path = |what: &str| format!("invocation/id-1/{what}");
    for (name, request, kind, message) in [
        ("object", post(&path("error"), tell, object), "T", "m"),
        ("type", post(&path("error"), tell, ""), "Some.Type", ""),
        (
            "text",
            post(&path("error"), "", "oh"),
            "Runtime.Unknown",
            "oh",
        ),
        ("header", post(&path("response"), tell, object), "T", "m"),
        (
            "header alone",
            post(&path("response"), tell, "\"x\""),
            "Some.Type",
            "x",
        ),
        (
            "trailer",
            raw(
                trailing,
                &chunks("Lambda-Runtime-Function-Error-Type: Late\r\n"),
            ),
            "Late",
            "\"part..",
        ),
        (
            "trailer with body",
            raw(
                &trailing.replace("-Type\r\n", "-Type, Lambda-Runtime-Function-Error-Body\r\n"),
                &chunks(
                    "Lambda-Runtime-Function-Error-Type: Late\r\n\
                     Lambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiJBIiwiZXJyb3JNZXNzYWdlIjoiYiJ9\r\n",
                ),
            ),
            "A",
            "b",
        ),
    ] {
        let functions = with_runtime().await;
        let mut client = Client::new(&functions).await;
        let call = begin(&functions, "1");
        client.next().await;
        let reply = client.exchange(&request).await;
        assert_eq!(reply.status, 202, "{name}: {reply:?}");
        let (told, said) = error_of(&call.await.unwrap());
        assert_eq!((told.as_str(), said.as_str()), (kind, message), "{name}");
    }
    let functions = with_runtime().await;
    let mut client = Client::new(&functions).await;
    let call = begin(&functions, "1");
    client.next().await;
    client.exchange(&raw(trailing, &chunks(""))).await;
    assert_eq!(call.await.unwrap(), success("\"part.."));
}

#[tokio::test]
async fn responses_that_are_too_long() {
    let functions = with_runtime().await;
    let mut client = Client::new(&functions).await;
    let call = begin(&functions, "1");
    client.next().await;
    let longest = "x".repeat(RESPONSE_BYTES);
    assert_eq!(client.respond("1", &longest).await, 202);
    assert_eq!(call.await.unwrap(), success(&longest));

    for path in ["invocation/id-2/response", "invocation/id-2/error"] {
        let mut client = Client::new(&functions).await;
        let call = begin(&functions, "2");
        client.next().await;
        let reply = client.post(path, "", &(longest.clone() + "x")).await;
        assert_eq!(reply.status, 413);
        assert!(reply.body.contains("RequestEntityTooLarge"), "{reply:?}");
        assert_eq!(
            error_of(&call.await.unwrap()).0,
            "Function.ResponseSizeTooLarge"
        );
        // Of one that is not there, nothing is kept.
        let mut client = Client::new(&functions).await;
        assert_eq!(client.post(path, "", &longest).await.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_invocation_goes_to_one_poll() {
    const CALLS: usize = 60;
    let functions = with(8, Duration::from_secs(60)).await;
    let mut workers = Vec::new();
    for _ in 0..5 {
        let functions = functions.clone();
        workers.push(tokio::spawn(async move {
            let mut client = Client::new(&functions).await;
            let mut ran = 0;
            loop {
                client.send(NEXT).await;
                let Some(reply) = client.receive().await else {
                    return ran;
                };
                ran += 1;
                assert_eq!(client.respond(&reply.body, &reply.body).await, 202);
            }
        }));
    }
    let calls: Vec<_> = (0..CALLS)
        .map(|number| begin(&functions, &number.to_string()))
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        assert_eq!(call.await.unwrap(), success(&number.to_string()));
    }
    functions.remove("fn");
    let mut ran = 0;
    for worker in workers {
        ran += worker.await.unwrap();
    }
    assert_eq!(ran, CALLS);
}

#[tokio::test]
async fn one_at_a_time() {
    let functions = with_runtime().await;
    let mut clients = [Client::new(&functions).await, Client::new(&functions).await];
    let calls = [begin(&functions, "1"), begin(&functions, "2")];
    assert_eq!(clients[0].next().await, "1");
    clients[1].send(NEXT).await;
    // Nothing comes until the first is answered.
    let early = tokio::time::timeout(Duration::from_millis(30), clients[1].stream.readable());
    assert!(early.await.is_err());
    clients[0].respond("1", "null").await;
    assert_eq!(clients[1].receive().await.unwrap().body, "2");
    clients[1].respond("2", "null").await;
    for call in calls {
        assert_eq!(call.await.unwrap(), success("null"));
    }
}

#[tokio::test]
async fn time_begins_when_a_client_takes_it() {
    let functions = with(1, Duration::from_millis(30)).await;
    let call = begin(&functions, "1");
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(!call.is_finished());
    let mut client = Client::new(&functions).await;
    client.next().await;
    assert_eq!(call.await.unwrap(), Outcome::TimedOut);
    assert_eq!(client.respond("1", "late").await, 400);
    // The turn is free again.
    let call = begin(&functions, "2");
    client.next().await;
    client.respond("2", "null").await;
    assert_eq!(call.await.unwrap(), success("null"));
}

#[tokio::test]
async fn invocations_that_nobody_waits_for() {
    let functions = with_runtime().await;
    let mut client = Client::new(&functions).await;
    let call = begin(&functions, "1");
    tokio::task::yield_now().await;
    call.abort();
    assert!(call.await.is_err());
    let call = begin(&functions, "2");
    assert_eq!(client.next().await, "2");
    call.abort();
    assert!(call.await.is_err());
    assert_eq!(client.respond("2", "late").await, 400);
    let call = begin(&functions, "3");
    assert_eq!(client.next().await, "3");
    client.respond("3", "null").await;
    assert_eq!(call.await.unwrap(), success("null"));
}

#[tokio::test]
async fn removed_and_put_again() {
    let functions = with(2, Duration::from_secs(60)).await;
    let address = functions.find("fn").unwrap().address.unwrap();
    let mut client = Client::new(&functions).await;
    let calls = [begin(&functions, "1"), begin(&functions, "2")];
    client.next().await;
    // The same again: nothing is lost.
    let again = functions.find("fn").unwrap().setting;
    functions.put(again).await.unwrap();
    assert_eq!(client.respond("1", "null").await, 202);
    assert_eq!(client.next().await, "2");
    functions.remove("fn");
    let mut calls = calls.into_iter();
    let first = calls.next().unwrap().await.unwrap();
    assert_eq!(first, success("null"));
    let second = calls.next().unwrap().await.unwrap();
    assert!(matches!(second, Outcome::Unreachable(_)), "{second:?}");
    assert!(TcpStream::connect(&address).await.is_err());
    assert!(client.receive().await.is_none());

    let functions = with_runtime().await;
    let address = functions.find("fn").unwrap().address.unwrap();
    drop(functions);
    assert!(TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn errors_before_the_start() {
    let functions = with_runtime().await;
    let error = |text: &str| json!({ "errorType": "A", "errorMessage": text }).to_string();
    // One that waits is failed, and only that one.
    let calls = [begin(&functions, "1"), begin(&functions, "2")];
    tokio::task::yield_now().await;
    let mut client = Client::new(&functions).await;
    let reply = client.post("init/error", "", &error("first")).await;
    assert_eq!(reply.status, 202);
    let [first, second] = calls;
    assert_eq!(error_of(&first.await.unwrap()).1, "first");
    assert_eq!(client.next().await, "2");
    client.respond("2", "null").await;
    assert_eq!(second.await.unwrap(), success("null"));
    // When none waits it is the next one, and only that one.
    client.post("init/error", "", &error("second")).await;
    assert_eq!(error_of(&begin(&functions, "3").await.unwrap()).1, "second");
    let call = begin(&functions, "4");
    assert_eq!(client.next().await, "4");
    client.respond("4", "null").await;
    call.await.unwrap();
    // A client that starts after all makes it history.
    client.post("init/error", "", &error("third")).await;
    client.send(NEXT).await;
    let mut other = Client::new(&functions).await;
    assert_eq!(other.respond("none", "").await, 400);
    let call = begin(&functions, "5");
    assert_eq!(client.receive().await.unwrap().body, "5");
    client.respond("5", "null").await;
    assert_eq!(call.await.unwrap(), success("null"));
}

//! A server as a child process, and a client that sends it ready-made requests: what the benchmarks share.
#![allow(dead_code)] // each benchmark uses its part

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const CONNECTIONS: usize = 16;
pub(crate) const GROUPS: u64 = 200;
pub(crate) const MESSAGES: u64 = 50;
const TABLE: &str = include_str!("../../fixtures/cruddur/table.json");

pub(crate) type Body = Box<dyn Fn(u64) -> (&'static str, String) + Send + Sync>;

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built")
}

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Server {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, after) = line.split_once("ready on http://")?;
                after.split_whitespace().next()?.parse().ok()
            })
            .expect("the server says where it listens");
        Server { child, address }
    }

    /// CPU used so far, in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields: Vec<f64> = stat
            .rsplit_once(')')
            .map(|(_, rest)| {
                rest.split_whitespace()
                    .skip(11)
                    .take(2)
                    .filter_map(|field| field.parse().ok())
                    .collect()
            })
            .unwrap_or_default();
        fields.iter().sum::<f64>() / 100.0
    }

    /// Resident memory in MB.
    pub(crate) fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .unwrap_or_default();
        let row = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = row.and_then(|row| row.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or_default() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Answers every request on a listener with what `answer` makes of its body parsed as JSON.
pub(crate) async fn serve_json(
    listener: TcpListener,
    answer: impl Fn(serde_json::Value) -> Vec<u8> + Copy + Send + 'static,
) {
    let reply = move |request: Request<Incoming>| async move {
        let body = request.into_body().collect().await;
        let body = body
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let reply = answer(serde_json::from_slice(&body).unwrap_or_default());
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(reply))))
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        stream.set_nodelay(true).ok();
        tokio::spawn(async move {
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), hyper::service::service_fn(reply))
                .await
                .ok();
        });
    }
}

pub(crate) fn stamp(n: u64) -> String {
    format!(
        "2026-{:02}-{:02}T{:02}:{:02}:{:02}.{n:09}",
        1 + n / 2592 % 12,
        1 + n / 96 % 28,
        n / 4 % 24,
        n % 60,
        n % 60
    )
}

pub(crate) fn item(group: u64, n: u64) -> String {
    format!(
        r#"{{"pk":{{"S":"MSG#{group}"}},"sk":{{"S":"{}"}},"message_group_uuid":{{"S":"group-{group}"}},"message_uuid":{{"S":"0e2f7f5a-9a31-4c6f-8d1b-{n:012}"}},"message":{{"S":"The quick brown fox number {n} jumps over the lazy dog and goes on to the next line."}},"user_uuid":{{"S":"f73f4b05-a59e-468b-8a29-a1c39e7a2222"}},"user_display_name":{{"S":"Andrea Example"}},"user_handle":{{"S":"andrea"}}}}"#,
        stamp(n)
    )
}

pub(crate) fn request(operation: &str, body: &str) -> Vec<u8> {
    let head = "AWS4-HMAC-SHA256 Credential=bench/20260101/eu-south-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0";
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-target: DynamoDB_20120810.{operation}\r\nx-amz-date: 20260101T000000Z\r\nauthorization: {head}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(crate) async fn seed(address: SocketAddr) {
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the server accepts");
    let mut buffer = Vec::new();
    call(&mut stream, &request("CreateTable", TABLE), &mut buffer).await;
    for group in 0..GROUPS {
        for chunk in 0..MESSAGES / 25 {
            let puts: Vec<String> = (0..25)
                .map(|m| {
                    format!(
                        r#"{{"PutRequest":{{"Item":{}}}}}"#,
                        item(group, chunk * 25 + m)
                    )
                })
                .collect();
            let body = format!(
                r#"{{"RequestItems":{{"cruddur-messages":[{}]}}}}"#,
                puts.join(",")
            );
            call(&mut stream, &request("BatchWriteItem", &body), &mut buffer).await;
        }
    }
}

/// Sends requests over all connections until the time is over; how many, and how long it took.
pub(crate) async fn drive(address: SocketAddr, body: Arc<Body>, time: Duration) -> (u64, Duration) {
    let (counter, stop) = (
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let start = Instant::now();
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (counter, stop, body) =
                (Arc::clone(&counter), Arc::clone(&stop), Arc::clone(&body));
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address)
                    .await
                    .expect("the server accepts");
                stream.set_nodelay(true).ok();
                let mut buffer = Vec::with_capacity(64 * 1024);
                while !stop.load(Ordering::Relaxed) {
                    let (operation, body) = body(counter.fetch_add(1, Ordering::Relaxed));
                    call(&mut stream, &request(operation, &body), &mut buffer).await;
                }
            })
        })
        .collect();
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("a client does not panic");
    }
    (counter.load(Ordering::Relaxed), start.elapsed())
}

/// One request and its reply, which must be a success.
pub(crate) async fn call(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) {
    stream.write_all(request).await.expect("the server reads");
    buffer.clear();
    let mut end = None;
    while end.is_none_or(|end| buffer.len() < end) {
        let read = stream.read_buf(buffer).await.expect("the server answers");
        assert!(read > 0, "the server closed the connection");
        if end.is_none() {
            end = reply_length(buffer);
        }
    }
    assert!(
        buffer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(buffer)
    );
}

/// Bytes of head and body, once the head is there.
pub(crate) fn reply_length(buffer: &[u8]) -> Option<usize> {
    let head_end = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&buffer[..head_end]).to_ascii_lowercase();
    let length = head
        .split("content-length:")
        .nth(1)?
        .split("\r\n")
        .next()?
        .trim()
        .parse::<usize>()
        .ok()?;
    Some(head_end + length)
}

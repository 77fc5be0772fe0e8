//! The server over real sockets, with a made-up service behind it.

mod abuse;
mod bodies;
mod browsers;
mod replies;
mod rest;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::{Request, Response};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{Api, ApiCall, ApiReply, AuthorizationFault, Caller, Cors, Limits, Options};

/// A service that does what the target says.
#[derive(Default)]
struct Fake {
    starting: AtomicBool,
}

impl Api for Fake {
    async fn call(&self, call: ApiCall) -> ApiReply {
        match call.target.as_deref() {
            Some("Echo") => ApiReply::new(200, call.body.to_vec()),
            Some("Length") => ApiReply::new(200, call.body.len().to_string().into_bytes()),
            Some("Panic") => panic!("as asked"),
            Some("Wait") => {
                tokio::time::sleep(Duration::from_millis(200)).await;
                ApiReply::new(200, b"waited".to_vec())
            }
            Some("Hang") => std::future::pending().await,
            _ => ApiReply::new(400, format!("{:?}", call.authorization).into_bytes()),
        }
    }

    async fn rest(
        &self,
        request: Request<Bytes>,
        host: Option<String>,
        authorization: Result<Caller, AuthorizationFault>,
    ) -> Response<Bytes> {
        assert!(!request.uri().path().ends_with("panic"), "as asked");
        let region = authorization.map_or(String::new(), |caller| caller.region);
        let words = format!(
            "{} {} {} {region} ",
            request.method(),
            request.uri(),
            host.unwrap_or_default()
        );
        Response::new([words.as_bytes(), request.body()].concat().into())
    }

    async fn administer(&self, request: Request<Bytes>) -> Response<Bytes> {
        assert!(!request.uri().path().ends_with("panic"), "as asked");
        let mut reply = Response::new(request.body().clone());
        *reply.status_mut() = hyper::StatusCode::NO_CONTENT;
        reply
    }

    async fn stop(&self) {}

    fn ready(&self) -> Result<(), &'static str> {
        if self.starting.load(Ordering::Relaxed) {
            Err("thinking")
        } else {
            Ok(())
        }
    }

    fn table_count(&self) -> usize {
        3
    }
}

/// A running server; stops when dropped.
struct Running {
    address: SocketAddr,
    fake: Arc<Fake>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    fn new() -> Running {
        Running::with(Limits::default(), Cors::Loopback)
    }

    fn with(limits: Limits, cors: Cors) -> Running {
        let fake = Arc::new(Fake::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let api = fake.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let options = Options {
                    cors,
                    description: serde_json::json!({ "port": [1] }),
                    limits,
                };
                let stop = async { stopped.await.unwrap_or_default() };
                super::serve(api, options, vec![listener], stop).await;
            });
        });
        Running {
            address: told.recv().unwrap(),
            fake,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    /// Sends bytes and reads until the server closes.
    fn exchange(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        read_all(&mut stream)
    }

    /// A `POST /` whose connection is closed afterwards.
    fn post(&self, target: &str, headers: &str, body: &[u8]) -> String {
        let mut request = head(
            target,
            &format!("Connection: close\r\n{headers}"),
            body.len(),
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.exchange(&request)
    }

    fn stop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        self.thread.take().map(std::thread::JoinHandle::join);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

fn head(target: &str, headers: &str, length: usize) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.0\r\n\
         Content-Length: {length}\r\n{headers}\r\n"
    )
}

fn read_all(stream: &mut TcpStream) -> String {
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

/// Reads one reply with a `Content-Length` from a connection that stays open.
fn read_one(stream: &mut TcpStream) -> String {
    let mut reply = Vec::new();
    let mut byte = [0];
    while !reply.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        reply.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&reply).into_owned();
    let length = header(&text, "content-length").unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    text + &String::from_utf8_lossy(&body)
}

fn header<'r>(reply: &'r str, name: &str) -> Option<&'r str> {
    let head = reply.split("\r\n\r\n").next()?;
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn status(reply: &str) -> &str {
    reply.split(' ').nth(1).unwrap_or("none")
}

fn body(reply: &str) -> &str {
    reply.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

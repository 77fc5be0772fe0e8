//! For tests: a server that answers every request as a closure says and keeps what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What is done with a request.
pub(crate) enum Answer {
    /// These bytes are sent and the connection stays.
    Send(String),
    /// These bytes are sent and the connection is closed.
    SendAndClose(String),
    /// These bytes are sent once the semaphore has a permit, which is used up.
    Hold(Arc<Semaphore>, String),
    /// Nothing, for ever.
    Hang,
}

/// A reply with a body.
pub(crate) fn reply(status: u16, headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Send(format!(
        "HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    ))
}

#[derive(Default)]
struct Seen {
    requests: Vec<String>,
    connections: usize,
    closed: usize,
}

/// A running server; stops when dropped.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    _task: JoinSet<()>,
}

impl Peer {
    /// Answers each request, head and body in one text.
    pub(crate) async fn new(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (answer, noted) = (Arc::new(answer), seen.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                noted.lock().unwrap().connections += 1;
                let (answer, noted) = (answer.clone(), noted.clone());
                connections.spawn(async move {
                    converse(stream, &*answer, &noted).await;
                    noted.lock().unwrap().closed += 1;
                });
            }
        });
        Peer {
            address,
            seen,
            _task: task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/a/path?and=query", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// How many of them are closed.
    pub(crate) fn closed(&self) -> usize {
        self.seen.lock().unwrap().closed
    }
}

/// An address where nobody listens.
pub(crate) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

async fn converse(mut stream: TcpStream, answer: &impl Fn(&str) -> Answer, seen: &Mutex<Seen>) {
    while let Some(request) = read_request(&mut stream).await {
        seen.lock().unwrap().requests.push(request.clone());
        let (text, close) = match answer(&request) {
            Answer::Send(text) => (text, false),
            Answer::SendAndClose(text) => (text, true),
            Answer::Hold(permits, text) => {
                permits.acquire().await.unwrap().forget();
                (text, false)
            }
            Answer::Hang => std::future::pending().await,
        };
        if stream.write_all(text.as_bytes()).await.is_err() || close {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(text).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).ok()?)
}

//! Accepting the connections of runtime clients and running each one.
//!
//! A long poll may wait for hours, so there is no limit on a request that is being served. What there is: a bound on
//! connections, on the time until a connection's first request, and on the time between two requests, in which a client
//! runs the function.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::api;
use super::desk::Desk;
use crate::triggers::functions::setting::LONGEST;

/// Connections of one function.
const CONNECTIONS: usize = 64;
/// How long a new connection may take to send the head of its first request.
const FIRST_HEAD: Duration = Duration::from_secs(20);
/// How long the next request may take after a reply: longer than any function runs.
const NEXT_HEAD: Duration = LONGEST.saturating_add(Duration::from_secs(60));
/// hyper's read buffer. A head must fit in, and clients put a whole stack trace in one header, up to 1 MB of it.
const READ_BUFFER: usize = 1024 * 1024 + 256 * 1024;
const PAUSE: Duration = Duration::from_millis(50);

/// A listener that can be closed from outside of the task that accepts.
#[derive(Debug)]
pub(super) struct Port {
    listener: Mutex<Option<TcpListener>>,
}

impl Port {
    /// An open port.
    pub(super) fn new(listener: TcpListener) -> Port {
        Port {
            listener: Mutex::new(Some(listener)),
        }
    }

    /// Closes the port; it can be opened again when this returns.
    pub(super) fn close(&self) {
        self.lock().take();
    }

    /// The next connection; none when the port is closed.
    async fn accept(&self) -> Option<io::Result<TcpStream>> {
        poll_fn(|cx| match &*self.lock() {
            Some(listener) => listener
                .poll_accept(cx)
                .map(|accepted| Some(accepted.map(|(stream, _)| stream))),
            None => Poll::Ready(None),
        })
        .await
    }

    fn lock(&self) -> MutexGuard<'_, Option<TcpListener>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection as the desk sees it.
#[derive(Debug, Default)]
pub(super) struct Line {
    requests: AtomicU64,
    closed: AtomicBool,
}

impl Line {
    /// Whether the current request is the first one, as it is for a process that has just been started.
    pub(super) fn is_fresh(&self) -> bool {
        self.requests.load(Ordering::Relaxed) <= 1
    }

    /// Whether it has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Notes the end.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}

/// Notes the end of a connection, however it comes.
struct Ending {
    line: Arc<Line>,
    desk: Arc<Desk>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.line.close();
        self.desk.note_closed(&self.line);
    }
}

/// Accepts until the port is closed. Connections end with this future.
pub(super) async fn accept(port: Arc<Port>, desk: Arc<Desk>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else {
            return;
        };
        let stream = match port.accept().await {
            None => return,
            Some(Ok(stream)) => stream,
            Some(Err(error)) => {
                tracing::debug!(%error, "a runtime client could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        let desk = desk.clone();
        connections.spawn(async move {
            run(stream, desk).await;
            drop(slot);
        });
    }
}

async fn run(stream: TcpStream, desk: Arc<Desk>) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let line = Arc::new(Line::default());
    let ending = Ending {
        line: line.clone(),
        desk: desk.clone(),
    };
    let service = service_fn(|request| {
        line.requests.fetch_add(1, Ordering::Relaxed);
        let (desk, line) = (desk.clone(), line.clone());
        async move { Ok::<_, Infallible>(api::answer(&desk, &line, request).await) }
    });
    // Without `half_close`, hyper drops what is being served when the client is gone: a poll that nobody waits for ends.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(NEXT_HEAD)
        .max_buf_size(READ_BUFFER)
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = tokio::time::sleep(FIRST_HEAD) => {
            if line.requests.load(Ordering::Relaxed) == 0 {
                return;
            }
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "the connection of a runtime client ended early");
    }
    drop(ending);
}

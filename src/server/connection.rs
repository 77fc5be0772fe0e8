//! Accepting connections and running each one.
//!
//! The number of open connections is bounded. When all are taken, the one that has been idle for longest is closed to
//! make room; if none is idle, one waits here and the others in the system's queue. An error of `accept` never ends the
//! loop.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;

use super::api::Api;
use super::socket::Socket;
use super::watch::{Registration, Watch};
use super::{Shared, handler};

/// hyper's read buffer; a head must fit in, and the handler checks the exact limit.
const READ_BUFFER: usize = 64 * 1024;
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts for ever.
pub(super) async fn accept<A: Api>(shared: Arc<Shared<A>>, listener: TcpListener) {
    let mut complained = false;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                complained = false;
                let slot = take_slot(&shared).await;
                start(&shared, stream, slot);
            }
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                // Out of file descriptors, mostly: make room, and say it once.
                if !complained {
                    tracing::warn!(%error, "cannot accept connections at the moment");
                    complained = true;
                }
                shared.registry.shed();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

async fn take_slot<A: Api>(shared: &Shared<A>) -> Option<OwnedSemaphorePermit> {
    loop {
        if let Ok(slot) = shared.slots.clone().try_acquire_owned() {
            return Some(slot);
        }
        shared.registry.shed();
        if let Ok(slot) = tokio::time::timeout(PAUSE, shared.slots.clone().acquire_owned()).await {
            // The semaphore is never closed.
            return slot.ok();
        }
    }
}

fn start<A: Api>(shared: &Arc<Shared<A>>, stream: TcpStream, slot: Option<OwnedSemaphorePermit>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the client is gone already");
        return;
    }
    shared.registry.start(|watch, registration| {
        let task = tokio::spawn(run(shared.clone(), stream, watch, registration, slot));
        task.abort_handle()
    });
}

async fn run<A: Api>(
    shared: Arc<Shared<A>>,
    stream: TcpStream,
    watch: Arc<Watch>,
    registration: Registration,
    slot: Option<OwnedSemaphorePermit>,
) {
    let socket = TokioIo::new(Socket::new(stream, watch.clone()));
    let service = service_fn(move |request| {
        let answer = handler::serve(shared.clone(), watch.clone(), request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    let outcome = http1::Builder::new()
        .timer(TokioTimer::new())
        // `Watch` keeps the time limits: hyper's own would close idle connections too.
        .header_read_timeout(None)
        .half_close(true)
        .max_buf_size(READ_BUFFER)
        .serve_connection(socket, service)
        .await;
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(registration);
    drop(slot);
}

//! HTTP in, replies out.
//!
//! Owns sockets, connections and everything of the protocol that is not the API itself. What the API answers comes from
//! an [`Api`] handed in at the start. Requests run on their connection's task; a connection serves one at a time and in
//! order. All memory that clients can cause to be held is bounded: heads, bodies, connections, and the time they take.

mod api;
mod authorization;
mod body;
mod coding;
mod connection;
mod cors;
mod handler;
mod reply;
mod request_id;
mod route;
mod socket;
#[cfg(test)]
mod tests;
mod watch;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub use api::{Api, ApiCall, ApiReply, AuthorizationFault, Caller, Connection};
pub use cors::Cors;

use body::Budget;
use cors::RefusalLog;
use watch::{Patience, Registry};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// How long requests in progress may take once a stop was asked for: deliveries had their time before, and a stop takes less
/// than a second.
const DRAIN: Duration = Duration::from_millis(550);

/// What the server needs to know.
#[derive(Clone, Debug)]
pub struct Options {
    /// The allowed browser origins.
    pub cors: Cors,
    /// What `/_dynasled/info` shows as options.
    pub description: serde_json::Value,
    /// The bounds.
    pub limits: Limits,
}

/// The bounds on what clients can make the server hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body, as sent and as decoded.
    pub body: usize,
    /// Bytes of a request line, and of a header block.
    pub head: usize,
    /// Bytes of all large bodies together.
    pub budget: usize,
    /// Open connections.
    pub connections: usize,
    /// How long a head may take to arrive.
    pub head_time: Duration,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long a connection may do nothing.
    pub idle_time: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body: 16 * 1024 * 1024,
            head: 16 * 1024,
            budget: 256 * 1024 * 1024,
            connections: 8192,
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(60),
            // Longer than the pools of the SDKs keep a connection, so that it is they who close.
            idle_time: Duration::from_secs(600),
        }
    }
}

/// What the tasks of one server share.
struct Shared<A> {
    api: Arc<A>,
    cors: Cors,
    refusals: RefusalLog,
    description: serde_json::Value,
    limits: Limits,
    budget: Budget,
    registry: Arc<Registry>,
    slots: Arc<Semaphore>,
    started: Instant,
    stopping: AtomicBool,
}

/// Serves on all listeners until `stop` completes, then drains for a moment and returns.
pub async fn serve<A: Api>(
    api: Arc<A>,
    options: Options,
    listeners: Vec<TcpListener>,
    stop: impl Future<Output = ()>,
) {
    let Options {
        cors,
        description,
        limits,
    } = options;
    let shared = Arc::new(Shared {
        api,
        cors,
        refusals: RefusalLog::default(),
        description,
        limits,
        budget: Budget::new(limits.budget, limits.body),
        registry: Registry::new(),
        slots: Arc::new(Semaphore::new(limits.connections.max(1))),
        started: Instant::now(),
        stopping: AtomicBool::new(false),
    });
    let patience = Patience {
        head: limits.head_time,
        body: limits.body_time,
        idle: limits.idle_time,
    };
    // The tasks end when the set is dropped.
    let mut tasks = JoinSet::new();
    for listener in listeners {
        tasks.spawn(connection::accept(shared.clone(), listener));
    }
    let registry = shared.registry.clone();
    tasks.spawn(async move { registry.keep_watch(patience).await });
    stop.await;
    tasks.shutdown().await;
    drain(&shared).await;
}

/// Lets requests in progress end, for as long as it takes but at most `DRAIN`.
async fn drain<A>(shared: &Shared<A>) {
    shared.stopping.store(true, Ordering::Relaxed);
    let deadline = Instant::now() + DRAIN;
    loop {
        shared.registry.close_idle();
        if shared.registry.len() == 0 {
            return;
        }
        if Instant::now() >= deadline {
            break;
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    tracing::warn!(
        connections = shared.registry.len(),
        "closing connections whose requests did not end in time"
    );
    shared.registry.close_all();
}

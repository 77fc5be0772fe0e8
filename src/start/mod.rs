//! The life of a serving process, from configuration to exit code.
//!
//! Owns the order of things: logs, sockets, user, storage, start lines, stop. Sockets come before the change of user,
//! since a low port may need root, and before storage, so that two processes on one port do not both open the data. The
//! server accepts while storage opens; calls wait for it and `/readyz` says so.

mod announce;
mod late;
mod listen;
mod logging;
mod privileges;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::config::{Config, Storage, durability_name, namespace_name};
use crate::server::{self, Api};
use crate::triggers::functions::Target;
use late::Late;
use listen::BoundPort;

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It was asked to stop.
    Clean = 0,
    /// It could not go on.
    Failed = 1,
    /// Its arguments made no sense.
    Misused = 2,
    /// Its data directory cannot be used.
    Directory = 3,
    /// Its port is taken.
    Port = 4,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a process ends before it was asked to: one sentence for stderr.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// The sentence.
    pub sentence: String,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(exit: Exit, sentence: impl Into<String>) -> Failure {
        Failure {
            exit,
            sentence: sentence.into(),
        }
    }
}

/// Serves until a signal arrives. `open` opens storage and everything above it on a thread that may block; what it
/// returns is dropped before this returns, which must flush.
pub fn run<A, F>(config: Config, began: Instant, open: F) -> Result<(), Failure>
where
    A: Api,
    F: FnOnce(&Config) -> Result<A, Failure> + Send + 'static,
{
    logging::start(config.log_format, config.log_level);
    for argument in config.compatible.iter().flat_map(|shown| &shown.skipped) {
        tracing::debug!(%argument, "an argument for Java was skipped");
    }
    let sockets = listen::bind_all(&config)?;
    if let Some(user) = config.run_as {
        privileges::drop_to(user, &config.storage)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("dynasled-async")
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot start threads: {error}")))?;
    let api = Arc::new(Late::new());
    let outcome = runtime.block_on(serve(&api, config, sockets, began, open));
    // Ends the connections' tasks, which hold the service; what is left of it is dropped with `api`.
    runtime.shutdown_timeout(Duration::from_millis(200));
    drop(api);
    outcome
}

async fn serve<A, F>(
    api: &Arc<Late<A>>,
    config: Config,
    sockets: Vec<BoundPort>,
    began: Instant,
    open: F,
) -> Result<(), Failure>
where
    A: Api,
    F: FnOnce(&Config) -> Result<A, Failure> + Send + 'static,
{
    let signal = stop_signal()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot wait for signals: {error}")))?;
    let listeners = listen::listen_all(sockets)?;
    let addresses = announce::addresses_of(&listeners);
    let options = server::Options {
        cors: config.cors.clone(),
        description: describe(&config, &listeners),
        limits: server::Limits {
            connections: connection_limit(),
            ..server::Limits::default()
        },
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(server::serve(api.clone(), options, listeners, async {
        // A dropped sender means a stop too.
        stopped.await.unwrap_or_default();
    }));
    tokio::pin!(signal);
    let opening = tokio::task::spawn_blocking(move || open(&config).map(|api| (api, config)));
    let opened = tokio::select! {
        opened = opening => Some(opened.unwrap_or_else(|_| Err(Failure::new(Exit::Failed, "opening the data panicked")))),
        () = &mut signal => None,
    };
    let outcome = match opened {
        Some(Ok((opened, config))) => {
            api.set(opened);
            announce::ready(&config, &addresses, api.table_count(), began);
            signal.await;
            Ok(())
        }
        Some(Err(failure)) => Err(failure),
        None => Ok(()),
    };
    tracing::debug!("stopping");
    // While requests are still answered: what runs for a moment longer may need them.
    api.stop().await;
    drop(stop);
    if server.await.is_err() {
        tracing::error!("the server panicked");
    }
    announce::withdraw(&addresses);
    outcome
}

/// What `/_dynasled/info` shows.
fn describe(config: &Config, listeners: &[TcpListener]) -> serde_json::Value {
    let ports: Vec<u16> = listeners
        .iter()
        .filter_map(|listener| Some(listener.local_addr().ok()?.port()))
        .collect();
    let directory = match &config.storage {
        Storage::Memory => None,
        Storage::Directory(directory) => {
            Some(std::path::absolute(directory).unwrap_or_else(|_| directory.clone()))
        }
    };
    json!({
        "host": config.host,
        "ports": ports,
        "storage": if directory.is_some() { "directory" } else { "memory" },
        "data_dir": directory.map(|directory| directory.display().to_string()),
        "durability": durability_name(config.durability),
        "cache_bytes": config.cache_bytes,
        "namespace": namespace_name(config.namespace),
        "account": config.account,
        "ttl_interval_ms": config.ttl_interval.map(|interval| interval.as_millis() as u64),
        "status_delay_ms": config.status_delay.as_millis() as u64,
        "functions": config.triggers.functions.iter().map(|function| match &function.target {
            Target::Url(url) => json!({"name": function.name, "url": url}),
            Target::Runtime { port } => json!({"name": function.name, "runtime_api": true, "port": port}),
        }).collect::<Vec<_>>(),
        "triggers": config.triggers.triggers.iter().map(|trigger| {
            json!({"table": trigger.table, "function": trigger.function})
        }).collect::<Vec<_>>(),
    })
}

/// As many connections as file descriptors allow, with some left for files.
fn connection_limit() -> usize {
    const RESERVED: usize = 64;
    let default = server::Limits::default().connections;
    let Ok(limits) = std::fs::read_to_string("/proc/self/limits") else {
        return default;
    };
    let row = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = row.and_then(|row| row.split_whitespace().next()?.parse::<usize>().ok());
    soft.map_or(default, |soft| {
        soft.saturating_sub(RESERVED).clamp(RESERVED, default)
    })
}

/// Completes when the process is asked to stop. The handlers are in place when this returns.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Completes when the process is asked to stop.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

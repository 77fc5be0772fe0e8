//! Binding ports.
//!
//! In two steps: binding needs no runtime and comes first, listening follows once threads run.

use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs};

use tokio::net::{TcpListener, TcpSocket};

use super::{Exit, Failure};
use crate::config::Config;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A port that is ours and does not listen yet.
#[derive(Debug)]
pub(super) struct BoundPort {
    address: SocketAddr,
    socket: TcpSocket,
}

/// Binds all ports.
pub(super) fn bind_all(config: &Config) -> Result<Vec<BoundPort>, Failure> {
    config
        .ports
        .iter()
        .map(|port| bind(&config.host, *port))
        .collect()
}

fn bind(host: &str, port: u16) -> Result<BoundPort, Failure> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map(Iterator::collect)
        .unwrap_or_default();
    // A name with both kinds of address means the older one: that is where clients look first.
    let address = found
        .iter()
        .find(|address| address.is_ipv4())
        .or(found.first())
        .copied();
    let Some(address) = address else {
        return Err(Failure::new(
            Exit::Misused,
            format!("the host {host} is not an address of this machine"),
        ));
    };
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let bound = socket.and_then(|socket| {
        // A restart must not wait for connections of the process before.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(socket)
    });
    bound
        .map(|socket| BoundPort { address, socket })
        .map_err(|error| failure_of(address, &error))
}

/// Listens on all of them.
pub(super) fn listen_all(ports: Vec<BoundPort>) -> Result<Vec<TcpListener>, Failure> {
    let listen = |port: BoundPort| {
        port.socket
            .listen(BACKLOG)
            .map_err(|error| failure_of(port.address, &error))
    };
    ports.into_iter().map(listen).collect()
}

fn failure_of(address: SocketAddr, error: &std::io::Error) -> Failure {
    let port = address.port();
    match error.kind() {
        ErrorKind::AddrInUse => {
            let sentence = format!(
                "port {port} of {} is in use by another process: stop it, or choose another with --port",
                address.ip()
            );
            Failure::new(Exit::Port, sentence)
        }
        ErrorKind::PermissionDenied => {
            let sentence =
                format!("this user may not bind port {port}: choose one above 1023 with --port");
            Failure::new(Exit::Failed, sentence)
        }
        ErrorKind::AddrNotAvailable => {
            let sentence = format!(
                "{} is not an address of this machine: choose another with --host",
                address.ip()
            );
            Failure::new(Exit::Misused, sentence)
        }
        _ => Failure::new(Exit::Failed, format!("cannot listen on {address}: {error}")),
    }
}

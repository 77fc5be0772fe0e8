//! Functions run by a runtime client: the Lambda Runtime API, one port for each function.
//!
//! The protocol has no name in its paths, so the port says which function a client runs. `connection` accepts and runs
//! connections, `api` is the four paths, `desk` brings invocations and polls together.

mod api;
mod connection;
mod desk;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use self::connection::Port;
use self::desk::Desk;
use super::{FunctionSetting, Invocation, Outcome};
use crate::clock::Clock;

/// An open port where runtime clients ask for invocations.
#[derive(Debug)]
pub(super) struct Runtime {
    address: SocketAddr,
    desk: Arc<Desk>,
    port: Arc<Port>,
    task: AbortHandle,
}

impl Runtime {
    /// Serves on a listener until it is closed or dropped.
    pub(super) fn start(name: &str, listener: TcpListener, clock: Clock) -> io::Result<Runtime> {
        let address = reachable(listener.local_addr()?);
        let desk = Arc::new(Desk::new(name, clock));
        let port = Arc::new(Port::new(listener));
        let task = tokio::spawn(connection::accept(port.clone(), desk.clone()));
        Ok(Runtime {
            address,
            desk,
            port,
            task: task.abort_handle(),
        })
    }

    /// Where clients of this machine find it.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Hands an invocation to the next client that polls, and waits for its answer; its time begins when one took it.
    pub(super) async fn invoke(
        &self,
        setting: &FunctionSetting,
        invocation: Invocation,
    ) -> Outcome {
        self.desk.invoke(setting, invocation).await
    }

    /// Closes the port before it returns, the connections soon after, and fails what waits.
    pub(super) fn close(&self) {
        self.port.close();
        self.desk.close();
        self.task.abort();
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.close();
    }
}

/// An address that can be connected to: that of any interface cannot.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests;

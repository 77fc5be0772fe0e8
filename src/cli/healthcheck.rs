//! `dynasled healthcheck`: is the server of this machine or container ready?
//!
//! Finds the server without being told: the file that a running server leaves behind, then the options in the
//! environment, then the arguments of process 1 (in a container with a read-only root there is no file, but process 1 is
//! the server), then the default port. The first that answers as ours decides.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Command, Environment};
use crate::config::Config;

/// The help of the command.
pub const HELP: &str = "\
usage: dynasled healthcheck [--port N]

Exits with 0 if the server is ready and with 1 if it is not. Without --port the server's own port is found: from the file
it leaves in the temporary directory, from DYNASLED_PORT, from the arguments of process 1, or 8000.
";

const PATIENCE: Duration = Duration::from_secs(2);

/// The file in which a running server leaves its addresses, one a line.
pub fn address_file() -> PathBuf {
    std::env::temp_dir().join("dynasled.address")
}

/// Whether a server is ready; `Err` is a sentence.
pub fn check(port: Option<u16>, environment: Environment<'_>) -> Result<(), String> {
    let candidates = match port {
        Some(port) => vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))],
        None => candidates(environment),
    };
    let mut reasons = Vec::new();
    for address in candidates {
        match ask(address) {
            Ok(()) => return Ok(()),
            Err(reason) => reasons.push(format!("{address}: {reason}")),
        }
    }
    Err(format!("not ready: {}", reasons.join("; ")))
}

/// Where a server may be, likeliest first.
fn candidates(environment: Environment<'_>) -> Vec<SocketAddr> {
    let mut found = written_addresses(&address_file());
    for arguments in [Some(vec!["dynasled".to_owned()]), arguments_of_process_1()]
        .into_iter()
        .flatten()
    {
        if let Ok(Command::Serve(config)) = super::read(&arguments, environment) {
            found.extend(addresses_of(&config));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|address| address.port() != 0 && seen.insert(*address));
    found
}

fn written_addresses(file: &Path) -> Vec<SocketAddr> {
    let Ok(text) = std::fs::read_to_string(file) else {
        return Vec::new();
    };
    text.lines()
        .filter_map(|line| line.parse().ok())
        .map(reachable)
        .collect()
}

fn arguments_of_process_1() -> Option<Vec<String>> {
    let line = std::fs::read("/proc/1/cmdline").ok()?;
    let line = String::from_utf8(line).ok()?;
    Some(line.split_terminator('\0').map(str::to_owned).collect())
}

fn addresses_of(config: &Config) -> Vec<SocketAddr> {
    let resolve = |port: &u16| (config.host.as_str(), *port).to_socket_addrs().ok()?.next();
    config
        .ports
        .iter()
        .filter_map(resolve)
        .map(reachable)
        .collect()
}

/// Where a server that is bound to this address can be reached from here.
fn reachable(address: SocketAddr) -> SocketAddr {
    let host = match address.ip() {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    SocketAddr::new(host, address.port())
}

fn ask(address: SocketAddr) -> Result<(), String> {
    let exchange = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(
            b"GET /_dynasled/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )?;
        let mut reply = Vec::new();
        stream.take(64 * 1024).read_to_end(&mut reply)?;
        Ok(reply)
    };
    let reply = exchange().map_err(|error| error.to_string())?;
    let reply = String::from_utf8_lossy(&reply);
    let status = reply.split(' ').nth(1).unwrap_or_default();
    match (status, reply.split_once("\r\n\r\n")) {
        ("200", Some((_, body))) if body.contains("\"ready\"") => Ok(()),
        ("503", Some((_, body))) => Err(body.to_owned()),
        _ => Err("something else answers there".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_come_from_the_environment() {
        let environment = |name: &str| match name {
            "DYNASLED_PORT" => Some("8101,0,8102".to_owned()),
            "DYNASLED_HOST" => Some("0.0.0.0".to_owned()),
            _ => None,
        };
        let found = candidates(&environment);
        for port in [8101, 8102] {
            assert!(
                found.contains(&SocketAddr::from(([127, 0, 0, 1], port))),
                "{found:?}"
            );
        }
        assert!(found.iter().all(|address| address.port() != 0));
    }

    #[test]
    fn written_addresses_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("address");
        std::fs::write(&file, "0.0.0.0:9000\n[::]:9001\nnonsense\n").unwrap();
        let expected: Vec<SocketAddr> = vec![
            "127.0.0.1:9000".parse().unwrap(),
            "[::1]:9001".parse().unwrap(),
        ];
        assert_eq!(written_addresses(&file), expected);
        assert!(written_addresses(&directory.path().join("none")).is_empty());
    }
}

//! Telling the world that the server is ready.
//!
//! The lines on stdout that people and tools wait for, and the file from which `healthcheck` learns the address. Neither
//! may stop the server: a closed stdout and a read-only disk are both common.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use tokio::net::TcpListener;

use crate::cli::healthcheck::address_file;
use crate::config::{Compatible, Config, Storage, VERSION, namespace_name};
use crate::engine::NamespaceMode;

/// Where the server really listens.
pub(super) fn addresses_of(listeners: &[TcpListener]) -> Vec<SocketAddr> {
    listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .collect()
}

/// Leaves the address file and prints the start lines.
pub(super) fn ready(config: &Config, addresses: &[SocketAddr], tables: usize, began: Instant) {
    // The file first: who has read the lines may ask at once.
    if let Err(error) = write_addresses(&address_file(), &file_text(addresses)) {
        tracing::debug!(%error, "the address file for `healthcheck` could not be written");
    }
    let lines = start_lines(config, addresses, tables, began.elapsed().as_millis());
    let mut stdout = io::stdout().lock();
    if let Err(error) = stdout
        .write_all(lines.as_bytes())
        .and_then(|()| stdout.flush())
    {
        tracing::debug!(%error, "nobody reads stdout");
    }
}

/// Removes the address file if it is still ours.
pub(super) fn withdraw(addresses: &[SocketAddr]) {
    let file = address_file();
    if fs::read_to_string(&file).is_ok_and(|text| text == file_text(addresses))
        && fs::remove_file(&file).is_err()
    {
        tracing::debug!("the address file could not be removed");
    }
}

fn file_text(addresses: &[SocketAddr]) -> String {
    let mut text = format!("{}\n", std::process::id());
    for address in addresses {
        // Writing to a string cannot fail.
        writeln!(text, "{address}").unwrap_or_default();
    }
    text
}

/// Replaces the file in one step; a link that somebody left at its place is replaced, not followed.
fn write_addresses(file: &Path, text: &str) -> io::Result<()> {
    let draft = file.with_extension(std::process::id().to_string());
    fs::File::create_new(&draft)?.write_all(text.as_bytes())?;
    fs::rename(&draft, file).inspect_err(|_| fs::remove_file(&draft).unwrap_or_default())
}

fn start_lines(
    config: &Config,
    addresses: &[SocketAddr],
    tables: usize,
    milliseconds: u128,
) -> String {
    let urls: Vec<String> = addresses
        .iter()
        .map(|address| format!("http://{address}"))
        .collect();
    let place = match &config.storage {
        Storage::Memory => "in memory".to_owned(),
        Storage::Directory(directory) => format!("data in {}", directory.display()),
    };
    let block = config
        .compatible
        .as_ref()
        .map(|shown| compatible_block(config, shown, addresses))
        .unwrap_or_default();
    format!(
        "{block}dynasled {VERSION} ready on {} in {milliseconds} ms ({place}, namespace={}, tables={tables})\n",
        urls.join(", "),
        namespace_name(config.namespace)
    )
}

/// The block that tools written for DynamoDB Local wait for.
fn compatible_block(config: &Config, shown: &Compatible, addresses: &[SocketAddr]) -> String {
    let port = addresses.first().map_or(0, SocketAddr::port);
    let or_null = |text: &Option<String>| text.clone().unwrap_or_else(|| "null".to_owned());
    format!(
        "Initializing DynamoDB Local with the following configuration:\nPort:\t{port}\nInMemory:\t{}\nVersion:\t{VERSION}\n\
         DbPath:\t{}\nSharedDb:\t{}\nshouldDelayTransientStatuses:\t{}\nCorsParams:\t{}\n\n",
        config.storage == Storage::Memory,
        or_null(&shown.db_path),
        config.namespace == NamespaceMode::Shared,
        shown.delay_statuses,
        or_null(&shown.cors),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, read};

    fn check(arguments: &str, expected: &str) {
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        let Ok(Command::Serve(config)) = read(&arguments, &|_| None) else {
            panic!("{arguments:?}")
        };
        let addresses = ["0.0.0.0:8000".parse().unwrap(), "[::]:80".parse().unwrap()];
        assert_eq!(
            start_lines(&config, &addresses, 3, 6).replace(VERSION, "V"),
            expected
        );
    }

    #[test]
    fn lines() {
        check(
            "dynasled --in-memory",
            "dynasled V ready on http://0.0.0.0:8000, http://[::]:80 in 6 ms (in memory, namespace=shared, tables=3)\n",
        );
        check(
            "java -jar DynamoDBLocal.jar -sharedDb -dbPath ./d -cors *",
            "Initializing DynamoDB Local with the following configuration:\nPort:\t8000\nInMemory:\tfalse\nVersion:\tV\n\
             DbPath:\t./d\nSharedDb:\ttrue\nshouldDelayTransientStatuses:\tfalse\nCorsParams:\t*\n\n\
             dynasled V ready on http://0.0.0.0:8000, http://[::]:80 in 6 ms (data in ./d, namespace=shared, tables=3)\n",
        );
    }

    #[test]
    fn the_file_replaces_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (file, other) = (
            directory.path().join("dynasled.address"),
            directory.path().join("other"),
        );
        fs::write(&other, "mine").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&other, &file).unwrap();
        write_addresses(&file, "text").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
        assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
    }
}

//! The checked configuration, and the texts it is made from.
//!
//! `Config` is what the command line and the environment come to; nothing in it can be wrong any more except what only
//! the system knows (a port in use, a directory that cannot be written). Also the only reader of environment variables.
//!
//! `triggers` reads functions and triggers from texts, `file` from a configuration file.

pub mod file;
#[cfg(test)]
#[path = "config/tests.rs"]
mod trigger_tests;
pub mod triggers;

use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::filter::LevelFilter;

use crate::clock::parse_duration;
use crate::engine::NamespaceMode;
use crate::server::Cors;
use crate::storage::Durability;

/// Our version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The port when none is named.
pub const DEFAULT_PORT: u16 = 8000;
/// Memory for sled's pages when no size is named.
pub const DEFAULT_CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// How long transient statuses last under `-delayTransientStatuses`.
pub const COMPATIBLE_STATUS_DELAY: Duration = Duration::from_secs(2);

/// Everything a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to bind, or a name for it.
    pub host: String,
    /// The ports to bind; 0 picks a free one.
    pub ports: Vec<u16>,
    /// Where rows are kept.
    pub storage: Storage,
    /// When an acknowledged write is safe.
    pub durability: Durability,
    /// Memory for sled's pages.
    pub cache_bytes: u64,
    /// What chooses a set of tables.
    pub namespace: NamespaceMode,
    /// Account in ARNs: twelve digits.
    pub account: String,
    /// The allowed browser origins.
    pub cors: Cors,
    /// How often expired items are deleted; `None`: never.
    pub ttl_interval: Option<Duration>,
    /// How long CREATING, UPDATING and DELETING last.
    pub status_delay: Duration,
    /// How logs look.
    pub log_format: LogFormat,
    /// Which logs there are.
    pub log_level: LevelFilter,
    /// The user to become when started as root.
    pub run_as: Option<RunAs>,
    /// Functions, and the tables whose streams invoke them.
    pub triggers: crate::triggers::Options,
    /// Set when the arguments were DynamoDB Local's: what its start block shows.
    pub compatible: Option<Compatible>,
}

/// Where rows are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In memory.
    Memory,
    /// In files in this directory.
    Directory(PathBuf),
}

/// How logs look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// An object a line.
    Json,
}

/// A user and group by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunAs {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

/// DynamoDB Local's own options, as its start block shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compatible {
    /// `-dbPath`.
    pub db_path: Option<String>,
    /// `-delayTransientStatuses`.
    pub delay_statuses: bool,
    /// `-cors`.
    pub cors: Option<String>,
    /// Arguments that mean nothing here.
    pub skipped: Vec<String>,
}

/// Looks a variable up in the process environment; what is not Unicode or empty counts as unset.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads `always`, `interval` or `never`.
pub fn parse_durability(text: &str) -> Result<Durability, String> {
    match text {
        "always" => Ok(Durability::Always),
        "interval" => Ok(Durability::Interval),
        "never" => Ok(Durability::Never),
        _ => Err("use always, interval or never".to_owned()),
    }
}

/// Reads `shared`, `region` or `credentials`.
pub fn parse_namespace(text: &str) -> Result<NamespaceMode, String> {
    match text {
        "shared" => Ok(NamespaceMode::Shared),
        "region" => Ok(NamespaceMode::Region),
        "credentials" => Ok(NamespaceMode::Credentials),
        _ => Err("use shared, region or credentials".to_owned()),
    }
}

/// The word for a namespace mode.
pub fn namespace_name(mode: NamespaceMode) -> &'static str {
    match mode {
        NamespaceMode::Shared => "shared",
        NamespaceMode::Region => "region",
        NamespaceMode::Credentials => "credentials",
    }
}

/// The word for a durability.
pub fn durability_name(durability: Durability) -> &'static str {
    match durability {
        Durability::Always => "always",
        Durability::Interval => "interval",
        Durability::Never => "never",
    }
}

/// Reads `text` or `json`.
pub fn parse_log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("use text or json".to_owned()),
    }
}

/// Reads a level.
pub fn parse_log_level(text: &str) -> Result<LevelFilter, String> {
    text.parse()
        .map_err(|_| "use off, error, warn, info, debug or trace".to_owned())
}

/// Reads an account: twelve digits.
pub fn parse_account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account is twelve digits".to_owned())
    }
}

/// Reads a span of time that may be `off`.
pub fn parse_interval(text: &str) -> Result<Interval, String> {
    if text == "off" {
        return Ok(Interval(None));
    }
    match parse_duration(text)? {
        Duration::ZERO => Err("use a time over zero, or off".to_owned()),
        interval => Ok(Interval(Some(interval))),
    }
}

/// How often something happens; `None`: never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval(pub Option<Duration>);

/// Reads a number of bytes: a number with `k`, `m` or `g` (also `kb`, `KiB` and so on, all powers of 1024).
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let wrong = || "use a number of bytes such as 67108864 or 64m".to_owned();
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    let number = number.parse::<u64>().map_err(|_| wrong())?;
    number.checked_mul(factor).ok_or_else(wrong)
}

/// Reads `UID` or `UID:GID`.
pub fn parse_run_as(text: &str) -> Result<RunAs, String> {
    let (uid, gid) = text.split_once(':').unwrap_or((text, text));
    let number = |text: &str| {
        text.parse::<u32>()
            .map_err(|_| "use UID:GID, such as 1000:1000".to_owned())
    };
    Ok(RunAs {
        uid: number(uid)?,
        gid: number(gid)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        assert_eq!(parse_interval("off"), Ok(Interval(None)));
        assert!(parse_interval("0").is_err());
    }

    #[test]
    fn sizes_and_numbers() {
        for (text, bytes) in [
            ("0", 0),
            ("64m", 64 << 20),
            ("1GiB", 1 << 30),
            ("2 kb", 2048),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "m", "1t", "99999999999999g", "-1"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
        assert_eq!(
            parse_run_as("1000"),
            Ok(RunAs {
                uid: 1000,
                gid: 1000
            })
        );
        assert_eq!(parse_run_as("5:6"), Ok(RunAs { uid: 5, gid: 6 }));
        assert!(parse_run_as("root").is_err());
        assert!(parse_account("000000000000").is_ok() && parse_account("12").is_err());
    }
}

//! Our own options: one struct that clap reads and prints, and how it becomes a `Config`.
//!
//! All options are optional here, so that what was not said can be told from what was; defaults differ between the two
//! grammars and are filled in last.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::filter::LevelFilter;

use crate::clock::parse_duration;
use crate::config::triggers::{combine, parse_function, parse_trigger};
use crate::config::{
    COMPATIBLE_STATUS_DELAY, Compatible, Config, DEFAULT_CACHE_BYTES, DEFAULT_PORT, Interval,
    LogFormat, RunAs, Storage, file, parse_account, parse_bytes, parse_durability, parse_interval,
    parse_log_format, parse_log_level, parse_namespace, parse_run_as,
};
use crate::engine::NamespaceMode;
use crate::server::Cors;
use crate::storage::Durability;
use crate::triggers::functions::FunctionSetting;
use crate::triggers::{self, TriggerSetting};

use super::Misuse;

/// The options of which a flag for one silences variables for both.
pub(super) const STORAGE: [&str; 2] = ["data_dir", "in_memory"];

const USAGE: &str =
    "dynasled [serve] [OPTIONS]\n       dynasled healthcheck [--port N]\n       dynasled version";

const COMMANDS: &str = "\
Commands:
  serve        Serve (also when no command is named)
  healthcheck  Exit with 0 if the server of this machine or container is ready, with 1 if not
  version      Print the version

Every option can also be given as an environment variable, shown in brackets; an option wins over its variable.

DynamoDB Local's arguments (-jar DynamoDBLocal.jar -sharedDb -inMemory -dbPath DIR -port N ...) are understood as well;
`dynasled -jar x -help` describes them.

Exit codes: 0 stopped by a signal, 1 failure while running, 2 bad arguments, 3 data directory not usable, 4 port in use.";

const DURABILITY: &str = "\
When a write is answered, and which answered writes survive:
always: after it is flushed to disk together with the writes beside it. All survive kill -9; all survive power loss, as far as the drive honours a flush.
interval: at once, flushed every 200 ms. A kill -9 loses at most the last 200 ms, a power loss at most the last 400 ms.
never: at once, flushed when 1 MB is waiting or every 5 s. A kill -9 or a power loss may lose what came since.
A clean stop loses nothing. What is lost is the newest; a transaction is kept or lost as a whole.
[default: always]";

const FUNCTION: &str = "\
A function that triggers and Lambda's Invoke reach, repeatable: at a URL that speaks the invoke API, or by the Lambda Runtime API, which is then served on PORT for the function's runtime client (without PORT: on a free one, which GET /_dynasled/functions/NAME tells).
The variable may hold several, separated by white space (a URL holds none).";

const TRIGGER: &str = "\
Invokes a function with what changes in a table, repeatable; the table may be made later. Options are those of AWS's event source mappings:
BatchSize=100, MaximumBatchingWindowInSeconds=0, StartingPosition=LATEST, FilterCriteria={\"Filters\":[{\"Pattern\":\"...\"}]}, MaximumRetryAttempts=-1, MaximumRecordAgeInSeconds=-1, BisectBatchOnFunctionError=false, FunctionResponseTypes=ReportBatchItemFailures, OnFailure=DESTINATION (a file, a URL or a queue; or DestinationConfig as JSON; the ARN of a queue needs AWS_ENDPOINT_URL_SQS), ParallelizationFactor=1, TumblingWindowInSeconds=0, Enabled=true.
The variable may hold several, separated by white space outside of JSON.";

/// A local DynamoDB: speaks the DynamoDB protocol and keeps its data in files or in memory.
#[derive(Debug, Parser)]
#[command(name = "dynasled", version, override_usage = USAGE, after_help = COMMANDS, max_term_width = 110)]
pub(super) struct Options {
    /// Address to bind [default: 127.0.0.1]
    #[arg(long, value_name = "ADDR")]
    host: Option<String>,

    /// Port to bind, repeatable; 0 picks a free one and prints it [default: 8000]
    #[arg(long = "port", value_name = "N", value_delimiter = ',')]
    ports: Vec<u16>,

    /// Directory for the data; created if it is not there [default: ./dynasled-data]
    #[arg(long, value_name = "DIR", conflicts_with = "in_memory")]
    data_dir: Option<PathBuf>,

    /// Keep everything in memory; nothing survives the process
    #[arg(long)]
    in_memory: bool,

    #[arg(long, value_name = "always|interval|never", help = DURABILITY, value_parser = parse_durability)]
    durability: Option<Durability>,

    /// Memory for cached pages of the data directory, such as 64m [default: 64m]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    cache_size: Option<u64>,

    /// What gives a request its own set of tables: nothing (shared), its region, or its access key and region
    /// (credentials) [default: shared]
    #[arg(long, value_name = "shared|region|credentials", value_parser = parse_namespace)]
    namespace: Option<NamespaceMode>,

    /// Account in ARNs, twelve digits [default: 000000000000]
    #[arg(long, value_name = "ID", value_parser = parse_account)]
    account: Option<String>,

    /// Web pages that may use the service: origins separated by commas, or `*` for all. Other pages get 403
    /// [default: pages of this machine (localhost, 127.0.0.1, [::1])]
    #[arg(long, value_name = "ORIGIN[,ORIGIN]|*", value_parser = Cors::parse)]
    cors: Option<Cors>,

    /// How often expired items are deleted, such as 500ms or 10s, or off [default: 1s]
    #[arg(long, value_name = "DURATION|off", value_parser = parse_interval)]
    ttl_interval: Option<Interval>,

    /// How long the statuses CREATING, UPDATING and DELETING last [default: 0]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    status_delay: Option<Duration>,

    #[arg(long = "function", value_name = "NAME=URL|NAME=runtime[:PORT]", help = FUNCTION, value_parser = parse_function)]
    functions: Vec<FunctionSetting>,

    #[arg(long = "trigger", value_name = "TABLE=NAME[,OPTION=VALUE...]", help = TRIGGER, value_parser = parse_trigger)]
    triggers: Vec<TriggerSetting>,

    /// File in TOML with functions and triggers, as the README shows; --function and --trigger add to it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// How logs on stderr look [default: text]
    #[arg(long, value_name = "text|json", value_parser = parse_log_format)]
    log_format: Option<LogFormat>,

    /// Which logs there are: off, error, warn, info, debug or trace [default: info]
    #[arg(long, value_name = "LEVEL", value_parser = parse_log_level)]
    log_level: Option<LevelFilter>,

    /// When started as root, make the data directory writable for this user and become it (the image sets 1000:1000)
    #[arg(long, value_name = "UID[:GID]", value_parser = parse_run_as)]
    run_as: Option<RunAs>,
}

/// What the grammars do not agree on.
pub(super) struct Defaults {
    storage: Storage,
    namespace: NamespaceMode,
    status_delay: Duration,
}

impl Defaults {
    /// Of our own grammar.
    pub(super) fn native() -> Defaults {
        Defaults {
            storage: Storage::Directory("dynasled-data".into()),
            namespace: NamespaceMode::Shared,
            status_delay: Duration::ZERO,
        }
    }

    /// Of DynamoDB Local's.
    pub(super) fn compatible(shown: &Compatible) -> Defaults {
        Defaults {
            storage: Storage::Directory(".".into()),
            namespace: NamespaceMode::Credentials,
            status_delay: if shown.delay_statuses {
                COMPATIBLE_STATUS_DELAY
            } else {
                Duration::ZERO
            },
        }
    }
}

impl Options {
    /// Fills in what was not said.
    pub(super) fn resolve(
        self,
        defaults: &Defaults,
        compatible: Option<Compatible>,
    ) -> Result<Config, Misuse> {
        let misuse = |sentence| Misuse(format!("error: {sentence}\n"));
        let file = self
            .config
            .as_deref()
            .map_or(Ok(file::File::default()), file::read);
        let (functions, triggers) =
            combine(self.functions, self.triggers, file.map_err(misuse)?).map_err(misuse)?;
        let host = self.host.unwrap_or_else(|| "127.0.0.1".to_owned());
        let storage = match self.data_dir {
            _ if self.in_memory => Storage::Memory,
            Some(directory) => Storage::Directory(directory),
            None => defaults.storage.clone(),
        };
        let mut ports = if self.ports.is_empty() {
            vec![DEFAULT_PORT]
        } else {
            self.ports
        };
        let mut seen = std::collections::BTreeSet::new();
        ports.retain(|port| *port == 0 || seen.insert(*port));
        Ok(Config {
            host: host.clone(),
            ports,
            storage,
            durability: self.durability.unwrap_or(Durability::Always),
            cache_bytes: self.cache_size.unwrap_or(DEFAULT_CACHE_BYTES),
            namespace: self.namespace.unwrap_or(defaults.namespace),
            account: self.account.unwrap_or_else(|| "0".repeat(12)),
            cors: self.cors.unwrap_or(Cors::Loopback),
            ttl_interval: self
                .ttl_interval
                .map_or(Some(Duration::from_secs(1)), |Interval(interval)| interval),
            status_delay: self.status_delay.unwrap_or(defaults.status_delay),
            log_format: self.log_format.unwrap_or(LogFormat::Text),
            log_level: self.log_level.unwrap_or(LevelFilter::INFO),
            run_as: self.run_as,
            triggers: triggers::Options {
                host,
                functions,
                triggers,
                sqs_endpoint: None,
            },
            compatible,
        })
    }
}

/// The variable of a long option.
pub(super) fn variable_of(long: &str) -> String {
    format!("DYNASLED_{}", long.replace('-', "_").to_ascii_uppercase())
}

/// Names each option's variable in its help.
pub(super) fn with_variables(command: clap::Command) -> clap::Command {
    command.mut_args(|argument| {
        let (Some(long), Some(help)) = (argument.get_long(), argument.get_help()) else {
            return argument;
        };
        if matches!(long, "help" | "version") {
            return argument;
        }
        let help = format!("{help} [{}]", variable_of(long));
        argument.help(help)
    })
}

//! DynamoDB Local's arguments, as `java` would get them.
//!
//! Recognises them and rewrites them into our own options, so that values are checked in one place. What only concerns a
//! Java machine is skipped. Each option may have one or two dashes, as there.

use crate::config::Compatible;

use super::Misuse;

/// The help of this grammar.
pub const HELP: &str = "\
usage: dynasled -jar DynamoDBLocal.jar [options]      (DynamoDB Local's arguments, one or two dashes each)

  -port N                    Port to bind (default 8000)
  -inMemory                  Keep everything in memory; excludes -dbPath
  -dbPath DIR                Directory for the data (default: the working directory)
  -sharedDb                  One set of tables for all; without it each access key and region has its own
  -cors ORIGIN[,ORIGIN]|*    Web pages that may use the service (default: pages of this machine)
  -delayTransientStatuses    Let CREATING, UPDATING and DELETING last for a moment
  -optimizeDbBeforeStartup   Accepted; there is nothing to optimize
  -disableTelemetry          Accepted; nothing is ever sent anywhere
  -version, -help

Skipped: -jar FILE, -D*, -X*, -javaagent:*, -cp V, -classpath V, --add-opens V.
Our own options may follow, with two dashes (`dynasled --help`), and their environment variables count here too.
";

/// What the arguments come to.
#[derive(Debug, PartialEq, Eq)]
pub enum Reading {
    /// They ask for help.
    Help,
    /// They ask for the version.
    Version,
    /// The same as options of ours, and what the start block shows.
    Options(Vec<String>, Compatible),
}

/// What an argument is in this grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Port,
    SharedDb,
    InMemory,
    DbPath,
    Cors,
    DelayStatuses,
    Help,
    Version,
    /// No meaning for us, no value.
    Skipped,
    /// No meaning for us; a value follows.
    SkippedWithValue,
}

/// The options, and whether the name alone shows that this grammar is meant.
const WORDS: &[(&str, Word, Telling)] = &[
    ("port", Word::Port, Telling::OneDash),
    ("sharedDb", Word::SharedDb, Telling::Always),
    ("inMemory", Word::InMemory, Telling::Always),
    ("dbPath", Word::DbPath, Telling::Always),
    ("cors", Word::Cors, Telling::OneDash),
    (
        "delayTransientStatuses",
        Word::DelayStatuses,
        Telling::Always,
    ),
    ("optimizeDbBeforeStartup", Word::Skipped, Telling::Always),
    ("disableTelemetry", Word::Skipped, Telling::Always),
    ("help", Word::Help, Telling::OneDash),
    ("version", Word::Version, Telling::OneDash),
    ("jar", Word::SkippedWithValue, Telling::Always),
    ("cp", Word::SkippedWithValue, Telling::Always),
    ("classpath", Word::SkippedWithValue, Telling::Always),
    ("add-opens", Word::SkippedWithValue, Telling::Always),
];

/// Names that our grammar has too, with two dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telling {
    Always,
    OneDash,
}

/// Splits arguments that hold a whole command line, as `command: ["-jar DynamoDBLocal.jar -sharedDb"]` gives.
pub fn split_joined(arguments: &[String]) -> Vec<String> {
    let is_joined = |argument: &str| {
        let words: Vec<&str> = argument.split_whitespace().collect();
        words.len() > 1 && argument.trim_start().starts_with('-') && recognise(words[0]).is_some()
    };
    let mut split = Vec::with_capacity(arguments.len());
    for argument in arguments {
        if is_joined(argument) {
            split.extend(argument.split_whitespace().map(str::to_owned));
        } else {
            split.push(argument.clone());
        }
    }
    split
}

/// Whether the arguments are meant in this grammar.
pub fn is_used(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| match recognise(argument) {
        Some((_, Telling::Always, _)) => true,
        Some((_, Telling::OneDash, _)) => !argument.starts_with("--"),
        None => false,
    })
}

/// The word an argument is, and the value that is attached with `=`.
fn recognise(argument: &str) -> Option<(Word, Telling, Option<&str>)> {
    let name = argument.strip_prefix('-')?;
    let one_dash = !name.starts_with('-');
    if one_dash && (name.starts_with(['D', 'X']) || name.starts_with("javaagent:")) {
        return Some((Word::Skipped, Telling::Always, None));
    }
    let name = name.strip_prefix('-').unwrap_or(name);
    let (name, value) = name
        .split_once('=')
        .map_or((name, None), |(name, value)| (name, Some(value)));
    let row = WORDS.iter().find(|(known, ..)| *known == name)?;
    Some((row.1, row.2, value))
}

/// Rewrites the arguments.
pub fn read(arguments: &[String]) -> Result<Reading, Misuse> {
    let mut shown = Compatible::default();
    let mut native = Vec::new();
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let Some((word, _, attached)) = recognise(argument) else {
            if argument.starts_with("--") {
                // An option of ours, with its value: nothing else here stands without a dash.
                native.push(argument.clone());
                if !argument.contains('=') {
                    native.extend(rest.next_if(|next| !next.starts_with('-')).cloned());
                }
            } else if !argument.starts_with("com.amazonaws.") {
                return Err(Misuse(format!(
                    "error: unexpected argument {argument}\n\n{HELP}"
                )));
            }
            continue;
        };
        let mut value = || {
            let value = attached.map(str::to_owned).or_else(|| rest.next().cloned());
            value.ok_or_else(|| {
                Misuse(format!(
                    "error: a value is missing after {argument}\n\n{HELP}"
                ))
            })
        };
        match word {
            Word::Help => return Ok(Reading::Help),
            Word::Version => return Ok(Reading::Version),
            Word::Port => native.push(format!("--port={}", value()?)),
            Word::Cors => shown.cors = Some(value()?),
            Word::DbPath => shown.db_path = Some(value()?),
            Word::SharedDb => native.push("--namespace=shared".to_owned()),
            Word::InMemory => native.push("--in-memory".to_owned()),
            Word::DelayStatuses => shown.delay_statuses = true,
            Word::Skipped => shown.skipped.push(argument.clone()),
            Word::SkippedWithValue => {
                let value = value()?;
                shown.skipped.push(format!("{argument} {value}"));
            }
        }
    }
    if shown.db_path.is_some() && native.iter().any(|option| option == "--in-memory") {
        return Err(Misuse(format!(
            "error: -inMemory and -dbPath exclude each other\n\n{HELP}"
        )));
    }
    native.extend(shown.cors.iter().map(|list| format!("--cors={list}")));
    native.extend(
        shown
            .db_path
            .iter()
            .map(|directory| format!("--data-dir={directory}")),
    );
    Ok(Reading::Options(native, shown))
}

//! From arguments and environment to a `Command`.
//!
//! Two grammars lead to the same options: our own (`cli::options`) and DynamoDB Local's (`cli::compatible`), which is
//! rewritten into ours. Here is only what chooses between them and how environment variables take part: a variable is an
//! argument that was not given.

pub mod compatible;
pub mod healthcheck;
mod options;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, CommandFactory, FromArgMatches};

use crate::config::triggers::split_values;
use crate::config::{Config, VERSION};
use compatible::Reading;
use options::{Defaults, Options};

/// What the process is asked to do.
#[derive(Debug)]
pub enum Command {
    /// Serve.
    Serve(Box<Config>),
    /// Ask a running server whether it is well; on this port if one is named.
    Healthcheck(Option<u16>),
    /// Print a text and stop.
    Print(String),
}

/// Why arguments make no sense: a text for stderr; the exit code is 2.
#[derive(Debug, PartialEq, Eq)]
pub struct Misuse(pub String);

/// Looks up an environment variable; `None` when it is unset or empty.
pub type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Reads the arguments, the program's name first.
pub fn read(arguments: &[String], environment: Environment<'_>) -> Result<Command, Misuse> {
    let (program, arguments) = arguments
        .split_first()
        .map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    match arguments.first().map(String::as_str) {
        Some("healthcheck") => return read_healthcheck(&arguments[1..]),
        Some("version") => return Ok(Command::Print(version_line())),
        _ => {}
    }
    let arguments = arguments
        .strip_prefix(&["serve".to_owned()][..])
        .unwrap_or(arguments);
    let arguments = compatible::split_joined(arguments);
    if is_java(program) || compatible::is_used(&arguments) {
        return match compatible::read(&arguments)? {
            Reading::Help => Ok(Command::Print(compatible::HELP.to_owned())),
            Reading::Version => Ok(Command::Print(version_line())),
            Reading::Options(native, shown) => {
                let defaults = Defaults::compatible(&shown);
                read_options(&native, environment, &defaults, Some(shown))
            }
        };
    }
    read_options(&arguments, environment, &Defaults::native(), None)
}

fn version_line() -> String {
    format!("dynasled {VERSION}\n")
}

/// Whether we were started under the name that `entrypoint: java` uses.
fn is_java(program: &str) -> bool {
    Path::new(program)
        .file_stem()
        .is_some_and(|stem| stem == "java")
}

fn read_healthcheck(arguments: &[String]) -> Result<Command, Misuse> {
    let misuse = || Misuse("usage: dynasled healthcheck [--port N]\n".to_owned());
    let port = match arguments {
        [] => return Ok(Command::Healthcheck(None)),
        [option] if option == "--help" || option == "-h" => {
            return Ok(Command::Print(healthcheck::HELP.to_owned()));
        }
        [option] => option.strip_prefix("--port=").ok_or_else(misuse)?,
        [option, port] if option == "--port" => port,
        _ => return Err(misuse()),
    };
    port.parse()
        .map(|port| Command::Healthcheck(Some(port)))
        .map_err(|_| misuse())
}

fn read_options(
    arguments: &[String],
    environment: Environment<'_>,
    defaults: &Defaults,
    shown: Option<crate::config::Compatible>,
) -> Result<Command, Misuse> {
    let command = options::with_variables(Options::command());
    let parse = |arguments: &[String]| {
        let program = std::iter::once("dynasled".to_owned());
        command
            .clone()
            .try_get_matches_from(program.chain(arguments.iter().cloned()))
    };
    let given = match parse(arguments) {
        Ok(given) => given,
        Err(error) if !error.use_stderr() => return Ok(Command::Print(error.render().to_string())),
        Err(error) => return Err(Misuse(error.render().to_string())),
    };
    let (added, variables) = from_environment(&command, &given, environment);
    let matches = if added.is_empty() {
        given
    } else {
        parse(&[arguments, &added].concat()).map_err(|error| {
            let names = variables.join(", ");
            Misuse(format!(
                "{}\nThese options came from the environment: {names}\n",
                error.render()
            ))
        })?
    };
    let options =
        Options::from_arg_matches(&matches).map_err(|error| Misuse(error.render().to_string()))?;
    let mut config = options.resolve(defaults, shown)?;
    config.triggers.sqs_endpoint = environment("AWS_ENDPOINT_URL_SQS");
    Ok(Command::Serve(Box::new(config)))
}

/// The arguments that the environment adds to those given, and the variables they came from.
fn from_environment(
    command: &clap::Command,
    given: &ArgMatches,
    environment: Environment<'_>,
) -> (Vec<String>, Vec<String>) {
    let is_given = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    if options::STORAGE.iter().any(|id| is_given(id)) {
        // A flag for the one is a decision against a variable for the other.
        settled.extend(options::STORAGE);
    }
    let (mut added, mut variables) = (Vec::new(), Vec::new());
    for argument in command.get_arguments() {
        let (id, Some(long)) = (argument.get_id().as_str(), argument.get_long()) else {
            continue;
        };
        if is_given(id) || settled.contains(id) {
            continue;
        }
        let variable = options::variable_of(long);
        let Some(value) = environment(&variable) else {
            continue;
        };
        match argument.get_action() {
            ArgAction::Append if argument.get_value_delimiter().is_none() => {
                let values = split_values(&value).into_iter();
                added.extend(values.map(|value| format!("--{long}={value}")));
            }
            ArgAction::Set | ArgAction::Append => added.push(format!("--{long}={value}")),
            ArgAction::SetTrue if is_yes(&value) => added.push(format!("--{long}")),
            _ => continue,
        }
        variables.push(variable);
    }
    (added, variables)
}

fn is_yes(value: &str) -> bool {
    !["0", "false", "no", "off", "n", "f"]
        .iter()
        .any(|no| value.eq_ignore_ascii_case(no))
}

//! The process: arguments in, exit code out.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use dynasled::cli::{self, Command, Misuse, healthcheck};
use dynasled::config::environment;
use dynasled::service::Service;
use dynasled::start::{self, Exit, Failure};

/// Gives memory back after a burst of large requests, where the system's allocator keeps it.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let began = Instant::now();
    let arguments: Vec<String> = std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    match cli::read(&arguments, &environment) {
        Ok(Command::Serve(config)) => match start::run(*config, began, Service::open) {
            Ok(()) => Exit::Clean.into(),
            Err(Failure { exit, sentence }) => complain(exit, &format!("dynasled: {sentence}\n")),
        },
        Ok(Command::Healthcheck(port)) => match healthcheck::check(port, &environment) {
            Ok(()) => Exit::Clean.into(),
            Err(sentence) => complain(Exit::Failed, &format!("dynasled: {sentence}\n")),
        },
        Ok(Command::Print(text)) => match std::io::stdout().write_all(text.as_bytes()) {
            Ok(()) => Exit::Clean.into(),
            Err(_) => Exit::Failed.into(),
        },
        Err(Misuse(text)) => complain(Exit::Misused, &text),
    }
}

fn complain(exit: Exit, text: &str) -> ExitCode {
    // If stderr is closed the exit code still says it.
    std::io::stderr()
        .write_all(text.as_bytes())
        .unwrap_or_default();
    exit.into()
}

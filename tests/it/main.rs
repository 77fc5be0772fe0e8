//! The integration tests: the built server as a child process, spoken to as a client does. One binary, a module per feature.
#![allow(clippy::unwrap_used)]

mod concurrency;
mod cruddur;
mod http;
mod protocol;
mod recovery;
mod statements;
mod support;

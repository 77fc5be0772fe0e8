//! A local DynamoDB: the JSON protocol over HTTP, data in sled or in memory.
//!
//! The binary is a thin `main` over this library. Layers, each using lower ones only:
//!
//! ```text
//! 8  cli, config, service, start   7  server   6  triggers   5  ops   4  engine   3  error, model
//! 2  expr, partiql, storage        1  types    0  limits, clock, percent
//! ```
//!
//! ARCHITECTURE.md follows a request through them.

pub mod cli;
pub mod clock;
pub mod config;
pub mod engine;
pub mod error;
pub mod expr;
pub mod limits;
pub mod model;
pub mod ops;
pub mod partiql;
pub mod percent;
pub mod server;
pub mod service;
pub mod start;
pub mod storage;
pub mod triggers;
pub mod types;

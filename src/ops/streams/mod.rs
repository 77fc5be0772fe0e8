//! Reading the streams of tables: which there are, their shards, and their records.
//!
//! A stream has one shard. The engine keeps streams by number; `arn` finds one by the ARN that a request names.

pub mod arn;
pub mod describe_stream;
pub mod get_records;
pub mod get_shard_iterator;
pub mod list_streams;

#[cfg(test)]
mod tests;

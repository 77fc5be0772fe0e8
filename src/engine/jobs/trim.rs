//! Trims stream records that are older than the retention, and forgets streams that were closed that long ago.

use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use super::Context;
use crate::engine::streams::StreamHead;
use crate::engine::streams::record::Record;
use crate::error::Fault;
use crate::limits::STREAM_RETENTION_MS;
use crate::storage::keys;
use crate::storage::{Order, StoreError};

/// Records of one commit.
const RECORDS: usize = 256;

/// Trims every stream.
pub(super) fn trim(context: &Context) -> Result<(), Fault> {
    let heads: Vec<Arc<StreamHead>> = {
        let catalog = context
            .shared
            .catalog
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        catalog.streams_after(None).cloned().collect()
    };
    let oldest_ms = context
        .shared
        .clock
        .now_ms()
        .saturating_sub(STREAM_RETENTION_MS);
    for head in heads {
        while trim_some(context, head.number, oldest_ms)? && !context.is_stopping() {}
        if head.closed.is_some_and(|closed| closed.at_ms < oldest_ms) {
            context.queue.commit_blocking(move |txn| {
                txn.drop_stream(head.number);
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Trims some records of a stream; whether there may be more.
fn trim_some(context: &Context, stream: u64, oldest_ms: u64) -> Result<bool, Fault> {
    let mut old = Vec::new();
    let mut failure: Option<StoreError> = None;
    let range = keys::whole_stream(stream);
    let (from, to) = range.bounds();
    context
        .shared
        .store
        .range(from, to, Order::Forward, &mut |key, value| {
            match Record::decode(value) {
                Ok(record) if record.created_ms < oldest_ms => old.push(key.to_vec()),
                Ok(_) => return ControlFlow::Break(()),
                Err(error) => {
                    failure = Some(error);
                    return ControlFlow::Break(());
                }
            }
            if old.len() < RECORDS {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
    if let Some(error) = failure {
        return Err(error.into());
    }
    let Some(last) = old.last().and_then(|key| keys::parse_stream_record(key)) else {
        return Ok(false);
    };
    let is_full = old.len() == RECORDS;
    context.queue.commit_blocking(move |txn| {
        for key in old {
            txn.delete(key);
        }
        match txn.stream(stream) {
            Some(head) => txn.put_stream(StreamHead {
                trimmed_to: last.1 + 1,
                ..(*head).clone()
            }),
            None => Ok(()),
        }
    })?;
    Ok(is_full)
}

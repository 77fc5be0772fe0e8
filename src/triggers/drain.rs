//! Waiting until everything written so far is delivered or given up.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::error::Fault;
use crate::triggers::mapping::Mapping;
use crate::triggers::registry::{Mappings, Trigger};

/// Records that are counted; more show as this many.
const COUNTED: u64 = 100_000;

/// Up to where a mapping has to come.
struct Goal {
    trigger: Arc<Trigger>,
    mapping: Arc<Mapping>,
    stream: u64,
    /// The sequence number behind the last record.
    end: u64,
}

/// Waits for all mappings that are switched on; what is left of them when the time is over.
pub(super) async fn drain(
    mappings: &Mappings,
    engine: &Engine,
    timeout: Duration,
) -> Result<Vec<Value>, Fault> {
    mappings.catch_up().await?;
    let mut goals = Vec::new();
    for trigger in mappings.all() {
        if let Some(mapping) = trigger.mapping().filter(|mapping| mapping.settings.enabled)
            && let Some((stream, end)) = last_stream(&trigger, &mapping, engine).await?
        {
            goals.push(Goal {
                trigger,
                mapping,
                stream,
                end,
            });
        }
    }
    let all = async {
        for goal in &goals {
            let mut moves = goal.trigger.progress.moves();
            let mut wanted = goal.trigger.wanted();
            while !goal.is_reached() && !goal.is_stopped() {
                tokio::select! {
                    _ = moves.changed() => {}
                    // It may be switched off, or deleted.
                    _ = wanted.changed() => {}
                }
            }
        }
    };
    // A time-out is no failure: what is left says what it came to.
    tokio::time::timeout(timeout, all).await.ok();
    let mut left = Vec::new();
    for goal in goals.iter().filter(|goal| !goal.is_reached()) {
        let mapping = &goal.mapping;
        left.push(json!({
            "id": mapping.id,
            "function": mapping.function,
            "table": mapping.table(),
            "pending": pending(&goal.trigger, mapping, engine, |stream| goal.end_in(stream)).await?,
            "last_error": goal.trigger.log.last_error(),
        }));
    }
    Ok(left)
}

/// How many records a mapping has before it in each of its streams together, up to where `end` says.
async fn pending(
    trigger: &Trigger,
    mapping: &Mapping,
    engine: &Engine,
    end: impl Fn(u64) -> u64,
) -> Result<u64, Fault> {
    let mut pending = 0;
    for (stream, from) in parts_ahead(trigger, mapping, engine) {
        let part = from..end(stream);
        pending += engine.count_records(stream, part, COUNTED).await?;
    }
    Ok(pending)
}

/// How many records a mapping has before it, all of its streams together, and when the first was written.
pub(super) async fn lag(
    trigger: &Trigger,
    mapping: &Mapping,
    engine: &Engine,
) -> Result<(u64, Option<u64>), Fault> {
    let pending = pending(trigger, mapping, engine, |_| u64::MAX).await?;
    let parts = parts_ahead(trigger, mapping, engine).into_iter();
    for (stream, from) in parts.filter(|_| pending > 0) {
        if let Some(oldest) = engine.time_of_record(stream, from).await? {
            return Ok((pending, Some(oldest)));
        }
    }
    Ok((pending, None))
}

/// The streams that a mapping still reads, each from where it stands in it.
fn parts_ahead(trigger: &Trigger, mapping: &Mapping, engine: &Engine) -> Vec<(u64, u64)> {
    let (begun, position) = {
        let checkpoint = trigger.progress.checkpoint();
        (checkpoint.stream, checkpoint.position())
    };
    let streams = streams_from(begun, mapping, engine).into_iter();
    streams
        .map(|stream| (stream, if stream == begun { position } else { 0 }))
        .collect()
}

/// The streams that a mapping reads, from one on.
fn streams_from(begun: u64, mapping: &Mapping, engine: &Engine) -> Vec<u64> {
    if !mapping.is_configured() {
        return vec![begun];
    }
    engine.with_catalog(|catalog| {
        let streams = catalog.streams_after(begun.checked_sub(1));
        streams
            .filter(|head| mapping.reads(head))
            .map(|head| head.number)
            .collect()
    })
}

/// The last of a mapping's streams that has records to deliver, and its end.
async fn last_stream(
    trigger: &Trigger,
    mapping: &Mapping,
    engine: &Engine,
) -> Result<Option<(u64, u64)>, Fault> {
    let begun = trigger.progress.checkpoint().stream;
    for stream in streams_from(begun, mapping, engine).into_iter().rev() {
        let end = engine.end_of_stream(stream).await?;
        if end > 0 {
            return Ok(Some((stream, end)));
        }
    }
    Ok(None)
}

impl Goal {
    fn is_reached(&self) -> bool {
        let checkpoint = self.trigger.progress.checkpoint();
        let is_off = match self.trigger.mapping() {
            Some(mapping) => !mapping.settings.enabled,
            None => self.trigger.progress.is_forgotten(),
        };
        is_off
            || checkpoint.stream > self.stream
            || (checkpoint.stream == self.stream && checkpoint.position() >= self.end)
    }

    /// Whether it cannot be reached any more, for the server stops.
    fn is_stopped(&self) -> bool {
        self.trigger.mapping().is_none() && !self.trigger.progress.is_forgotten()
    }

    /// Where what it is to come to ends in a stream.
    fn end_in(&self, stream: u64) -> u64 {
        if stream == self.stream {
            self.end
        } else {
            u64::MAX
        }
    }
}

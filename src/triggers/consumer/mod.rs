//! Delivery: what a mapping does while it exists.
//!
//! One task a mapping finds the stream to read and runs its lanes; a lane reads the stream, gathers batches (`lane`) and
//! delivers them (`deliver`). When the mapping changes, lanes end after what they have in flight and new ones go on from
//! their positions.

mod answer;
mod deliver;
mod lane;
#[cfg(test)]
mod tests;
mod window;

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::engine::streams::StreamHead;
use crate::triggers::checkpoint::Checkpoint;
use crate::triggers::destination::Destination;
use crate::triggers::functions::Functions;
use crate::triggers::mapping::Mapping;
use crate::triggers::outbound::Outbound;
use crate::triggers::pattern::Pattern;
use crate::triggers::registry::Trigger;
use lane::{End, Lane};

/// What deliveries work with.
#[derive(Clone)]
pub(super) struct Means {
    pub(super) engine: Arc<Engine>,
    pub(super) functions: Functions,
    pub(super) outbound: Outbound,
    /// Where queues named by ARN are.
    pub(super) sqs_endpoint: Option<Arc<str>>,
}

/// Runs a mapping until it is deleted.
pub(super) async fn supervise(trigger: Arc<Trigger>, means: Means) {
    follow(&trigger, &means).await;
    // What the lanes settled last.
    if let Err(fault) = trigger.progress.write(&means.engine).await {
        tracing::error!(?fault, "a position could not be kept");
    }
}

/// Goes from stream to stream, and from one state of the mapping to the next.
async fn follow(trigger: &Arc<Trigger>, means: &Means) {
    let mut wanted = trigger.wanted();
    let mut changes = means.engine.news().of_changes();
    let mut drained = None;
    let keeper = {
        let (trigger, means) = (Arc::clone(trigger), means.clone());
        AbortOnDrop(tokio::spawn(async move {
            trigger.progress.keep(&means.engine).await;
        }))
    };
    loop {
        changes.mark_unchanged();
        let Some(mapping) = wanted.borrow_and_update().clone() else {
            break;
        };
        let head = if mapping.settings.enabled {
            find_stream(&mapping, trigger, means, drained)
        } else {
            None
        };
        let Some(head) = head else {
            tokio::select! {
                told = wanted.changed() => if told.is_err() { break },
                _ = changes.changed() => {}
            }
            continue;
        };
        let stream = head.number;
        if run_lanes(&mapping, head, trigger, means, &mut wanted).await == End::Drained {
            drained = Some(stream);
        }
    }
    drop(keeper);
}

/// The stream to read now: the one begun, as long as it is there and not read to its end, or the next of the table.
fn find_stream(
    mapping: &Mapping,
    trigger: &Trigger,
    means: &Means,
    drained: Option<u64>,
) -> Option<Arc<StreamHead>> {
    let begun = trigger.progress.checkpoint().stream;
    let head = means.engine.with_catalog(|catalog| {
        let current = catalog.stream(begun).filter(|_| drained != Some(begun));
        if !mapping.is_configured() {
            return current.cloned();
        }
        let mut later = catalog.streams_after(Some(begun));
        current
            .or_else(|| later.find(|head| mapping.reads(head)))
            .cloned()
    });
    match &head {
        Some(head) if head.number != begun => {
            // A stream that was made while the mapping was there is read from its beginning.
            trigger
                .progress
                .begin(Checkpoint::new(head.number, head.first));
        }
        None if drained != Some(begun) && !mapping.is_configured() => trigger.log.hinder(
            &mapping.describe(),
            "Stream not found",
            "its stream is gone".to_owned(),
        ),
        _ => {}
    }
    head
}

/// Reads a stream until it is closed and read, or something else is wanted of the mapping.
async fn run_lanes(
    mapping: &Arc<Mapping>,
    head: Arc<StreamHead>,
    trigger: &Arc<Trigger>,
    means: &Means,
    wanted: &mut watch::Receiver<Option<Arc<Mapping>>>,
) -> End {
    let count = mapping.settings.parallelization_factor.max(1) as usize;
    trigger.progress.checkpoint().set_lanes(count);
    // Both were checked when they were said; what is unreadable by now is left out, and said.
    let filters: Arc<[Pattern]> = mapping
        .settings
        .filters
        .iter()
        .filter_map(|text| {
            Pattern::parse(text)
                .inspect_err(|error| tracing::error!(%error, "a stored filter cannot be read"))
                .ok()
        })
        .collect();
    let destination = mapping.settings.on_failure.as_deref().and_then(|text| {
        Destination::parse(text, means.sqs_endpoint.as_deref())
            .inspect_err(|error| tracing::error!(%error, "a stored destination cannot be used"))
            .ok()
    });
    let destination = destination.map(Arc::new);
    let (stop, stopped) = watch::channel(false);
    let mut lanes = JoinSet::new();
    for number in 0..count {
        let lane = Lane::new(
            number,
            mapping,
            &head,
            trigger,
            means,
            (&filters, destination.as_ref()),
            stopped.clone(),
        );
        lanes.spawn(lane.run());
    }
    let mut end = End::Drained;
    loop {
        tokio::select! {
            _ = wanted.changed(), if end == End::Drained => {
                stop.send_replace(true);
                end = End::Stopped;
            }
            joined = lanes.join_next() => match joined {
                None => return end,
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    tracing::error!(%error, "a delivery failed; it begins again from its position");
                    stop.send_replace(true);
                    end = End::Stopped;
                    // A fault that comes back at once must not spin.
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            },
        }
    }
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

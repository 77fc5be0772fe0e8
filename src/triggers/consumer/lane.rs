//! A lane: reads the stream on behalf of its share of the partition keys and gathers batches.
//!
//! A batch is done when it has as many records or bytes as it may, when its time is over, or when there is nothing more to
//! read. Records that no filter lets through and those of other lanes are passed over. Memory is bounded: one page read
//! ahead, one batch.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use tokio::sync::watch;

use super::Means;
use super::deliver::Moment;
use crate::engine::streams::StreamHead;
use crate::engine::streams::record::Record;
use crate::error::Fault;
use crate::limits::{FUNCTION_PAYLOAD_BYTES, STREAM_PAGE_RECORDS, STREAM_RETENTION_MS};
use crate::storage::StoreError;
use crate::triggers::checkpoint::Span;
use crate::triggers::destination::Destination;
use crate::triggers::event::{EventRecord, FRAME_BYTES};
use crate::triggers::mapping::{Mapping, Source};
use crate::triggers::pattern::Pattern;
use crate::triggers::progress::Kept;
use crate::triggers::registry::Trigger;

/// How long a lane waits after the store failed.
const AFTER_FAULT_MS: u64 = 1000;

/// How long a batch whose time is over goes on reading what is there already.
const CHASE_MS: u64 = 200;

/// Why a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The stream is closed and read.
    Drained,
    /// Something else is wanted.
    Stopped,
}

/// What a lane works with.
pub(super) struct Lane {
    pub(super) number: usize,
    lanes: u32,
    pub(super) mapping: Arc<Mapping>,
    pub(super) head: Arc<StreamHead>,
    pub(super) trigger: Arc<Trigger>,
    pub(super) means: Means,
    filters: Arc<[Pattern]>,
    pub(super) destination: Option<Arc<Destination>>,
    pub(super) stop: watch::Receiver<bool>,
    news: watch::Receiver<()>,
    changes: watch::Receiver<()>,
    /// Read from the store and not looked at yet.
    ahead: VecDeque<(u64, Bytes)>,
    /// Where to read on in the store.
    next: u64,
    /// End of the window for which every earlier commit is known to be in the store.
    complete_to_ms: u64,
    /// Region of its ARNs.
    pub(super) region: Arc<str>,
    /// The ARN that events name.
    pub(super) source_arn: String,
}

/// Records for one invocation, or for one after the other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) records: Vec<EventRecord>,
    bytes: usize,
    /// The tumbling window that they belong to.
    pub(super) window: Option<Span>,
}

/// What there is to do.
pub(super) enum Gathered {
    /// Records to deliver.
    Batch(Batch),
    /// The open tumbling window is over.
    WindowOver,
    /// Nothing any more.
    End(End),
}

/// What becomes of a record.
enum Look {
    /// It is not for this lane, or no filter lets it through.
    Pass,
    /// It goes into the batch.
    Take(EventRecord),
    /// The batch is to go out without it.
    Full,
    /// The open window has to be closed first.
    OtherWindow,
}

impl Lane {
    pub(super) fn new(
        number: usize,
        mapping: &Arc<Mapping>,
        head: &Arc<StreamHead>,
        trigger: &Arc<Trigger>,
        means: &Means,
        (filters, destination): (&Arc<[Pattern]>, Option<&Arc<Destination>>),
        stop: watch::Receiver<bool>,
    ) -> Lane {
        let news = means.engine.news();
        let region = trigger.region();
        Lane {
            source_arn: source_arn(mapping, head, &region, means),
            number,
            lanes: mapping.settings.parallelization_factor.max(1),
            next: trigger.progress.checkpoint().lane(number),
            news: news.of_stream(head.number),
            changes: news.of_changes(),
            mapping: Arc::clone(mapping),
            head: Arc::clone(head),
            trigger: Arc::clone(trigger),
            means: means.clone(),
            filters: Arc::clone(filters),
            destination: destination.cloned(),
            stop,
            ahead: VecDeque::new(),
            complete_to_ms: 0,
            region,
        }
    }

    /// Reads and delivers until there is nothing more to do.
    pub(super) async fn run(mut self) -> End {
        let mut is_hindered = false;
        loop {
            let gathered = match self.gather().await {
                Ok(gathered) => gathered,
                Err(fault) => {
                    is_hindered = true;
                    self.trigger.log.hinder(
                        &self.mapping.describe(),
                        "Internal error",
                        format!("its stream cannot be read: {fault:?}"),
                    );
                    let until = self.now_ms() + AFTER_FAULT_MS;
                    self.begin_again();
                    if self.rest_until(until).await == End::Stopped {
                        return End::Stopped;
                    }
                    continue;
                }
            };
            if std::mem::take(&mut is_hindered) {
                self.trigger.log.relieve();
            }
            let done = match gathered {
                Gathered::Batch(batch) => self.deliver(batch).await,
                Gathered::WindowOver => self.close_window(Moment::Last).await,
                Gathered::End(end) => return end,
            };
            if done.is_break() {
                return End::Stopped;
            }
        }
    }

    pub(super) fn now_ms(&self) -> u64 {
        self.means.engine.now_ms()
    }

    /// Sleeps on the server's clock, unless the lane is stopped or the function is put anew, which may work now.
    pub(super) async fn rest_until(&mut self, moment: u64) -> End {
        let clock = self.means.engine.clock().clone();
        let functions = &self.means.functions;
        tokio::select! {
            biased;
            () = stopped(&mut self.stop) => End::Stopped,
            () = clock.wait_until(moment) => End::Drained,
            () = functions.replaced(&self.mapping.function) => End::Drained,
        }
    }

    /// Collects what to do next; waits until there is something.
    async fn gather(&mut self) -> Result<Gathered, Fault> {
        let mut batch = Batch::default();
        let mut deadline = None;
        loop {
            if *self.stop.borrow() {
                return Ok(Gathered::End(End::Stopped));
            }
            self.news.mark_unchanged();
            self.changes.mark_unchanged();
            let written = self.means.engine.next_sequence();
            if self.ahead.is_empty() {
                self.read_ahead().await?;
            }
            let is_end = self.ahead.is_empty();
            if let Some(gathered) = self.take(&mut batch)? {
                return Ok(gathered);
            }
            if batch.records.is_empty() && !is_end {
                continue;
            }
            if batch.records.is_empty() {
                // All that was written so far is settled, as far as it is this lane's.
                self.next = self.next.max(written);
                self.trigger
                    .progress
                    .settle(self.number, self.next, Kept::Later);
                if self.is_drained() {
                    // A window does not outlive its shard.
                    return Ok(if self.open_window().is_some() {
                        Gathered::WindowOver
                    } else {
                        Gathered::End(End::Drained)
                    });
                }
                if self.is_window_over().await? {
                    return Ok(Gathered::WindowOver);
                }
                if self.wait(self.window_end()).await == End::Stopped {
                    return Ok(Gathered::End(End::Stopped));
                }
                continue;
            }
            let window = u64::from(self.mapping.settings.maximum_batching_window_in_seconds) * 1000;
            let now = self.now_ms();
            let deadline = *deadline.get_or_insert(now + window);
            // A tumbling window does not wait for a batch that belongs to it.
            let until = batch
                .window
                .map_or(deadline, |window| window.end_ms.min(deadline));
            if now >= until && (is_end || now >= deadline + CHASE_MS) {
                return Ok(Gathered::Batch(batch));
            }
            if !is_end {
                continue;
            }
            if self.wait(Some(until)).await == End::Stopped {
                return Ok(Gathered::End(End::Stopped));
            }
        }
    }

    /// Waits for records, for a moment, or for a stop.
    async fn wait(&mut self, until: Option<u64>) -> End {
        let clock = self.means.engine.clock().clone();
        let moment = async {
            match until {
                Some(until) => clock.wait_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.news.changed() => End::Drained,
            _ = self.changes.changed() => End::Drained,
            () = moment => End::Drained,
            () = stopped(&mut self.stop) => End::Stopped,
        }
    }

    async fn read_ahead(&mut self) -> Result<(), Fault> {
        let page = self
            .means
            .engine
            .records(self.head.number, self.next, STREAM_PAGE_RECORDS)
            .await?;
        self.next = page.next;
        self.ahead = page.records.into();
        Ok(())
    }

    /// Reads again from the lane's position.
    fn begin_again(&mut self) {
        self.ahead.clear();
        self.next = self.trigger.progress.checkpoint().lane(self.number);
    }

    /// Moves records from what was read ahead into the batch; something when that is what there is to do.
    fn take(&mut self, batch: &mut Batch) -> Result<Option<Gathered>, StoreError> {
        let mut passed = None;
        let mut gathered = None;
        while let Some((sequence, bytes)) = self.ahead.front().cloned() {
            match self.look(sequence, &bytes, batch)? {
                Look::Pass => passed = Some(sequence + 1),
                Look::Take(record) => {
                    batch.bytes += record.json.len() + 1;
                    batch.window = self.window_of(record.created_ms);
                    batch.records.push(record);
                }
                Look::Full => {
                    gathered = Some(Gathered::Batch(std::mem::take(batch)));
                    break;
                }
                Look::OtherWindow => {
                    gathered = Some(Gathered::WindowOver);
                    break;
                }
            }
            self.ahead.pop_front();
            if batch.records.len() >= self.mapping.settings.batch_size as usize {
                gathered = Some(Gathered::Batch(std::mem::take(batch)));
                break;
            }
        }
        // Behind a record of the batch, passing is settled with it.
        if let Some(position) = passed
            .filter(|_| batch.records.is_empty() && !matches!(gathered, Some(Gathered::Batch(_))))
        {
            self.trigger
                .progress
                .settle(self.number, position, Kept::Now);
        }
        Ok(gathered)
    }

    fn look(&mut self, sequence: u64, bytes: &[u8], batch: &Batch) -> Result<Look, StoreError> {
        let record = Record::decode(bytes)?;
        let partition = record.partition(&self.head)?;
        if partition % self.lanes != self.number as u32
            || self
                .trigger
                .progress
                .checkpoint()
                .has_settled(partition, sequence)
        {
            return Ok(Look::Pass);
        }
        if self.mapping.region.is_none() && *self.region != *record.region {
            self.region = record.region.into();
            self.source_arn = source_arn(&self.mapping, &self.head, record.region, &self.means);
            self.trigger.set_region(record.region);
        }
        let rendered = EventRecord::render(&record, &self.head, sequence, &self.source_arn)?;
        if !self.filters.is_empty() {
            let event = serde_json::from_slice(&rendered.json)
                .map_err(|error| StoreError::Corrupt(format!("a stream record: {error}")))?;
            if !self.filters.iter().any(|filter| filter.matches(&event)) {
                self.trigger.log.filtered.fetch_add(1, Ordering::Relaxed);
                return Ok(Look::Pass);
            }
        }
        let window = self.window_of(rendered.created_ms);
        if batch.records.is_empty() {
            let open = self.open_window();
            if open.is_some() && open != window {
                return Ok(Look::OtherWindow);
            }
            return Ok(Look::Take(rendered));
        }
        let bytes = FRAME_BYTES + batch.bytes + rendered.json.len();
        if window != batch.window || bytes > self.payload_bytes() {
            return Ok(Look::Full);
        }
        Ok(Look::Take(rendered))
    }

    /// Bytes that the records of an event may have.
    fn payload_bytes(&self) -> usize {
        if self.mapping.settings.tumbling_window_in_seconds == 0 {
            return FUNCTION_PAYLOAD_BYTES;
        }
        // The window's state has its place in the payload, and the names around it.
        let checkpoint = self.trigger.progress.checkpoint();
        let state = checkpoint
            .window(self.number)
            .map_or(0, |window| window.state.len());
        FUNCTION_PAYLOAD_BYTES.saturating_sub(state + 1024)
    }

    /// The tumbling window of a moment.
    fn window_of(&self, moment_ms: u64) -> Option<Span> {
        let length = u64::from(self.mapping.settings.tumbling_window_in_seconds) * 1000;
        (length > 0).then(|| {
            let start_ms = moment_ms / length * length;
            Span {
                start_ms,
                end_ms: start_ms + length,
            }
        })
    }

    /// The window that is open, which may be of another length than those to come.
    fn open_window(&self) -> Option<Span> {
        let checkpoint = self.trigger.progress.checkpoint();
        checkpoint.window(self.number).map(|window| window.span)
    }

    fn window_end(&self) -> Option<u64> {
        Some(self.open_window()?.end_ms)
    }

    /// Whether the open window is over and every record of it was read.
    async fn is_window_over(&mut self) -> Result<bool, Fault> {
        let Some(end) = self.window_end().filter(|end| *end <= self.now_ms()) else {
            return Ok(false);
        };
        if self.complete_to_ms >= end {
            return Ok(true);
        }
        // What is written after an empty job is dated later than its beginning; what was written before is in the store.
        self.means.engine.commit(|_| Ok(())).await?;
        self.complete_to_ms = end;
        self.read_ahead().await?;
        Ok(self.ahead.is_empty())
    }

    /// Whether the stream is closed, or gone, and was read to its end.
    fn is_drained(&self) -> bool {
        let head = self
            .means
            .engine
            .with_catalog(|catalog| catalog.stream(self.head.number).cloned());
        match head {
            Some(head) => head.closed.is_some_and(|closed| self.next > closed.last),
            None => true,
        }
    }

    /// Whether what was written at a moment is too old to be delivered.
    pub(super) fn is_too_old(&self, created_ms: u64) -> bool {
        self.now_ms() >= self.expiry_of(created_ms)
    }

    /// When what was written at a moment becomes too old.
    pub(super) fn expiry_of(&self, created_ms: u64) -> u64 {
        let limit = u64::try_from(self.mapping.settings.maximum_record_age_in_seconds)
            .map_or(STREAM_RETENTION_MS, |seconds| seconds * 1000);
        created_ms + limit.min(STREAM_RETENTION_MS) + 1
    }
}

/// Completes when a lane is stopped, or nobody is there to stop it.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // What it returns is held no longer than here: it is a lock.
    stop.wait_for(|stop| *stop).await.ok();
}

/// The ARN that events name: the stream as the mapping names it, or in the region of its records.
fn source_arn(mapping: &Mapping, head: &StreamHead, region: &str, means: &Means) -> String {
    match &mapping.source {
        Source::Stream { arn, .. } => arn.clone(),
        Source::Table { .. } => head.arn(region, &means.engine.options().account),
    }
}

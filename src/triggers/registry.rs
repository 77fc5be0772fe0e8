//! The mappings: made, changed and deleted here, kept on disk, each with a task that delivers.
//!
//! What the API makes is a row under `mapping/`, what is configured is made anew at every start (`configured`); the position
//! of either is a row under `position/`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::engine::Engine;
use crate::error::Fault;
use crate::storage::{StoreError, keys};
use crate::triggers::checkpoint::Checkpoint;
use crate::triggers::configured::Awaited;
use crate::triggers::consumer::{self, Means};
use crate::triggers::delivery::Log;
use crate::triggers::mapping::{Mapping, Source, Transition};
use crate::triggers::progress::{self, Progress};
use crate::triggers::settings::{Settings, StartingPosition};

const ROW: &str = "mapping/";
/// Region of a configured mapping before its first record.
const FALLBACK_REGION: &str = "us-east-1";
/// How long what is in flight may take to end at a stop.
const LAST_DELIVERIES: Duration = Duration::from_millis(150);
/// How long the last positions may take to be written at a stop.
const LAST_WRITES: Duration = Duration::from_millis(100);

/// All mappings. Clones share them.
#[derive(Clone)]
pub(super) struct Mappings {
    pub(super) means: Means,
    triggers: Arc<Mutex<BTreeMap<String, Arc<Trigger>>>>,
    /// Held while a mapping is made, changed or deleted.
    changes: Arc<tokio::sync::Mutex<()>>,
    /// Makes configured mappings as tables come; see `configured`.
    pub(super) follower: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// What is configured for tables that are still to come; see `configured`.
    pub(super) awaited: Arc<tokio::sync::Mutex<Awaited>>,
    /// Those that were deleted and have something in flight, or are still shown.
    deleted: Arc<Mutex<Vec<Deleted>>>,
}

/// A deleted mapping: as it is shown, and what it was at work.
struct Deleted {
    mapping: Arc<Mapping>,
    trigger: Arc<Trigger>,
}

/// A mapping at work.
#[derive(Debug)]
pub(super) struct Trigger {
    /// What is wanted of it; nothing: to end.
    wanted: watch::Sender<Option<Arc<Mapping>>>,
    /// How far it has come.
    pub progress: Progress,
    /// What it did.
    pub log: Log,
    region: Mutex<Arc<str>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// A mapping to make for a stream.
#[derive(Clone, Debug)]
pub(super) struct NewMapping {
    /// Name of the function.
    pub function: String,
    /// Its alias or version, as it was named.
    pub qualifier: Option<String>,
    /// Number of the stream.
    pub stream: u64,
    /// ARN of the stream as it was named.
    pub stream_arn: String,
    /// Region of the request.
    pub region: String,
    /// Where to begin.
    pub starting_position: StartingPosition,
    /// How to deliver.
    pub settings: Settings,
}

/// Why a mapping is not made.
#[derive(Debug)]
pub(super) enum CreateFault {
    /// There is one of the same stream and function, with this id.
    Exists(String),
    /// It could not be kept.
    Fault(Fault),
}

impl From<Fault> for CreateFault {
    fn from(fault: Fault) -> CreateFault {
        CreateFault::Fault(fault)
    }
}

impl Trigger {
    /// The mapping, unless it is being deleted.
    pub(super) fn mapping(&self) -> Option<Arc<Mapping>> {
        self.wanted.borrow().clone()
    }

    /// Region of its ARNs: the mapping's own, or that of the last record where it was configured without one.
    pub(super) fn region(&self) -> Arc<str> {
        self.lock_region().clone()
    }

    pub(super) fn set_region(&self, region: &str) {
        *self.lock_region() = region.into();
    }

    fn lock_region(&self) -> MutexGuard<'_, Arc<str>> {
        self.region.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wanted(&self) -> watch::Receiver<Option<Arc<Mapping>>> {
        self.wanted.subscribe()
    }
}

impl Mappings {
    pub(super) fn new(means: Means) -> Mappings {
        Mappings {
            means,
            triggers: Arc::default(),
            changes: Arc::default(),
            follower: Arc::default(),
            awaited: Arc::default(),
            deleted: Arc::default(),
        }
    }

    /// Goes on with the mappings that an earlier process left.
    pub(super) fn resume(&self) -> Result<(), StoreError> {
        let mut positions: BTreeMap<String, Checkpoint> = rows(&self.means.engine, progress::ROW)?;
        for (id, mapping) in rows::<Mapping>(&self.means.engine, ROW)? {
            if let Some(checkpoint) = positions.remove(&id) {
                self.start(Arc::new(mapping), checkpoint);
            }
        }
        Ok(())
    }

    /// Makes a mapping.
    pub(super) async fn create(&self, new: NewMapping) -> Result<Arc<Mapping>, CreateFault> {
        let _alone = self.changes.lock().await;
        let engine = &self.means.engine;
        let head = engine
            .with_catalog(|catalog| catalog.stream(new.stream).cloned())
            .ok_or_else(|| Fault::not_found("Requested resource not found"))?;
        let existing = self
            .list()
            .into_iter()
            .find(|mapping| mapping.function == new.function && mapping.goes_on_with(&head));
        if let Some(existing) = existing {
            return Err(CreateFault::Exists(existing.id.clone()));
        }
        let from = starting_sequence(new.starting_position, head.first, engine.next_sequence());
        let mapping = Mapping {
            id: Uuid::new_v4().to_string(),
            function: new.function,
            qualifier: new.qualifier,
            source: Source::Stream {
                stream: new.stream,
                arn: new.stream_arn,
            },
            region: Some(new.region),
            starting_position: new.starting_position,
            settings: new.settings,
            modified_ms: engine.now_ms(),
            transition: Transition::Creating,
        };
        let checkpoint = Checkpoint::new(new.stream, from);
        let rows = [
            (
                keys::trigger(&format!("{ROW}{}", mapping.id)),
                encode(&mapping)?,
            ),
            (
                keys::trigger(&format!("{}{}", progress::ROW, mapping.id)),
                progress::encode(&checkpoint)?,
            ),
        ];
        engine
            .commit(move |txn| {
                for (key, row) in rows {
                    txn.put(key, row.into());
                }
                Ok(())
            })
            .await?;
        let mapping = Arc::new(mapping);
        self.start(Arc::clone(&mapping), checkpoint);
        Ok(mapping)
    }

    /// The mapping of an id at work.
    pub(super) fn trigger(&self, id: &str) -> Option<Arc<Trigger>> {
        self.triggers().get(id).cloned()
    }

    /// All mappings, in order of their ids.
    pub(super) fn list(&self) -> Vec<Arc<Mapping>> {
        let triggers = self.triggers();
        triggers
            .values()
            .filter_map(|trigger| trigger.mapping())
            .collect()
    }

    /// All mappings at work.
    pub(super) fn all(&self) -> Vec<Arc<Trigger>> {
        self.triggers().values().cloned().collect()
    }

    /// `LastProcessingResult` of a mapping, which may have been deleted just now.
    pub(super) fn last_result(&self, id: &str) -> String {
        let deleted = || {
            let deleted = self.deleted();
            let found = deleted.iter().find(|deleted| deleted.mapping.id == id);
            found.map(|deleted| Arc::clone(&deleted.trigger))
        };
        let trigger = self.trigger(id).or_else(deleted);
        trigger.map_or_else(String::new, |trigger| trigger.log.last_result())
    }

    /// Changes a mapping: its function, where one is named, and all its settings.
    pub(super) async fn update(
        &self,
        id: &str,
        function: Option<(String, Option<String>)>,
        settings: Settings,
    ) -> Result<Arc<Mapping>, Fault> {
        let _alone = self.changes.lock().await;
        let missing = || Fault::not_found("Requested resource not found");
        let trigger = self.trigger(id).ok_or_else(missing)?;
        let mut mapping = (*trigger.mapping().ok_or_else(missing)?).clone();
        mapping.transition = match (mapping.settings.enabled, settings.enabled) {
            (false, true) => Transition::Enabling,
            (true, false) => Transition::Disabling,
            _ => Transition::Updating,
        };
        if let Some((function, qualifier)) = function {
            mapping.function = function;
            mapping.qualifier = qualifier;
        }
        mapping.settings = settings;
        mapping.modified_ms = self.means.engine.now_ms();
        if !mapping.is_configured() {
            let (key, row) = (keys::trigger(&format!("{ROW}{id}")), encode(&mapping)?);
            self.means
                .engine
                .commit(move |txn| {
                    txn.put(key, row.into());
                    Ok(())
                })
                .await?;
        }
        let mapping = Arc::new(mapping);
        trigger.wanted.send_replace(Some(Arc::clone(&mapping)));
        Ok(mapping)
    }

    /// Deletes a mapping and its position; nothing if there is none. What is in flight comes to its end unheard.
    pub(super) async fn delete(&self, id: &str) -> Result<Option<Arc<Mapping>>, Fault> {
        let _alone = self.changes.lock().await;
        let Some((trigger, mapping)) = self
            .trigger(id)
            .and_then(|trigger| trigger.mapping().map(|mapping| (trigger, mapping)))
        else {
            return Ok(None);
        };
        trigger.progress.forget();
        let rows = [ROW, progress::ROW].map(|row| keys::trigger(&format!("{row}{id}")));
        self.means
            .engine
            .commit(move |txn| {
                for row in rows {
                    txn.delete(row);
                }
                Ok(())
            })
            .await?;
        trigger.wanted.send_replace(None);
        self.triggers().remove(id);
        let mapping = Arc::new(Mapping {
            transition: Transition::Deleting,
            modified_ms: self.means.engine.now_ms(),
            ..(*mapping).clone()
        });
        let mut deleted = self.deleted();
        deleted.retain(|deleted| self.is_shown(deleted) || !deleted.trigger.has_ended());
        deleted.push(Deleted {
            mapping: Arc::clone(&mapping),
            trigger,
        });
        Ok(Some(mapping))
    }

    /// What the API shows, in order of the ids: deleted mappings too, for as long as statuses last.
    pub(super) fn shown(&self) -> Vec<Arc<Mapping>> {
        let mut shown = self.list();
        let deleted = self.deleted();
        let leaving = deleted.iter().filter(|deleted| self.is_shown(deleted));
        shown.extend(leaving.map(|deleted| Arc::clone(&deleted.mapping)));
        shown.sort_by(|one, other| one.id.cmp(&other.id));
        shown
    }

    fn is_shown(&self, deleted: &Deleted) -> bool {
        let engine = &self.means.engine;
        let (now_ms, delay_ms) = (engine.now_ms(), engine.status_delay_ms());
        deleted.mapping.is_in_transition(now_ms, delay_ms)
    }

    fn deleted(&self) -> MutexGuard<'_, Vec<Deleted>> {
        self.deleted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all deliveries. What is in flight may end for a moment; what does not comes again after the next start.
    pub(super) async fn stop(&self) {
        if let Some(follower) = self.take_follower() {
            follower.abort();
            // Once it has ended it starts no mapping any more.
            follower.await.ok();
        }
        let triggers = self.all();
        let mut tasks = self.take_ending();
        for trigger in &triggers {
            trigger.wanted.send_replace(None);
            tasks.extend(trigger.task().take());
        }
        let ends = async {
            for task in &mut tasks {
                // A task that panicked has said so.
                task.await.ok();
            }
        };
        tokio::time::timeout(LAST_DELIVERIES, ends).await.ok();
        for task in &tasks {
            task.abort();
        }
        let writes = async {
            for trigger in &triggers {
                if let Err(fault) = trigger.progress.write(&self.means.engine).await {
                    tracing::error!(?fault, "a position could not be kept");
                }
            }
        };
        if tokio::time::timeout(LAST_WRITES, writes).await.is_err() {
            tracing::warn!("positions of triggers could not be written in time");
        }
    }

    /// Ends all deliveries as they are.
    pub(super) fn abort(&self) {
        let triggers = self.all();
        let tasks = triggers.iter().filter_map(|trigger| trigger.task().take());
        let tasks = tasks.chain(self.take_ending()).chain(self.take_follower());
        for task in tasks {
            task.abort();
        }
    }

    fn take_ending(&self) -> Vec<JoinHandle<()>> {
        let deleted = self.deleted();
        let tasks = deleted
            .iter()
            .filter_map(|deleted| deleted.trigger.task().take());
        tasks.collect()
    }

    fn take_follower(&self) -> Option<JoinHandle<()>> {
        let mut follower = self.follower.lock().unwrap_or_else(PoisonError::into_inner);
        follower.take()
    }

    pub(super) fn start(&self, mapping: Arc<Mapping>, checkpoint: Checkpoint) -> Arc<Trigger> {
        let id = mapping.id.clone();
        let region = mapping.region.as_deref().unwrap_or(FALLBACK_REGION);
        let trigger = Arc::new(Trigger {
            region: Mutex::new(region.into()),
            progress: Progress::new(&id, checkpoint),
            wanted: watch::Sender::new(Some(mapping)),
            log: Log::default(),
            task: Mutex::default(),
        });
        let task = tokio::spawn(consumer::supervise(
            Arc::clone(&trigger),
            self.means.clone(),
        ));
        *trigger.task() = Some(task);
        self.triggers().insert(id, Arc::clone(&trigger));
        trigger
    }

    fn triggers(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Trigger>>> {
        self.triggers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trigger {
    fn has_ended(&self) -> bool {
        self.task().as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn task(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first sequence number to deliver.
pub(super) fn starting_sequence(position: StartingPosition, first: u64, next: u64) -> u64 {
    match position {
        StartingPosition::TrimHorizon => first,
        StartingPosition::Latest => next,
    }
}

fn encode(mapping: &Mapping) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(mapping)
        .map_err(|error| Fault::internal(format!("a mapping could not be written: {error}")))
}

/// What is kept under a prefix, by the rest of its name.
pub(super) fn rows<T: serde::de::DeserializeOwned>(
    engine: &Engine,
    prefix: &str,
) -> Result<BTreeMap<String, T>, StoreError> {
    engine
        .trigger_rows(prefix)?
        .into_iter()
        .map(|(name, row)| match serde_json::from_slice(&row) {
            Ok(value) => Ok((name, value)),
            Err(error) => Err(StoreError::Corrupt(format!("{prefix}{name}: {error}"))),
        })
        .collect()
}

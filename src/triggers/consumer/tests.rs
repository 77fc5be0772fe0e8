//! Delivery as functions and their owners see it: an engine in memory, a clock that is moved by hand, and functions that
//! are small servers and keep what they were sent.

mod batches;
mod lanes;
mod life;
mod refusals;
mod reports;
mod retries;
mod shown;
mod waiting;
mod windows;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::engine::streams::StreamHead;
use crate::ops::tables::testing::Service;
use crate::storage::Store;
use crate::triggers::checkpoint::Checkpoint;
use crate::triggers::functions::{FunctionSetting, Target};
use crate::triggers::outbound::peer::{Answer, Peer, reply};
use crate::triggers::registry::{NewMapping, Trigger, rows};
use crate::triggers::settings::{Settings, StartingPosition};
use crate::triggers::{Options, Triggers, drain};

/// How long anything may take before a test gives up: no measure of anything.
const PATIENCE: Duration = Duration::from_secs(30);
const REGION: &str = "us-east-1";

/// An engine with triggers at work.
pub(super) struct World {
    service: Service,
    triggers: Triggers,
}

impl World {
    /// With the table `abc` and its stream.
    async fn new() -> World {
        let world = World::of(Service::new(0)).await;
        world.make_table("abc").await;
        world
    }

    async fn over(store: Arc<dyn Store>) -> World {
        let world = World::of(Service::over(store, 0)).await;
        world.make_table("abc").await;
        world
    }

    async fn of(service: Service) -> World {
        World::with(service, Options::default()).await
    }

    async fn with(service: Service, options: Options) -> World {
        let options = Options {
            host: "127.0.0.1".to_owned(),
            ..options
        };
        let triggers = Triggers::start(Arc::clone(&service.engine), options)
            .await
            .expect("the options are sound");
        World { service, triggers }
    }

    /// Starts again over the same store, as after a crash: nobody is asked to stop.
    async fn crash(self, options: Options) -> World {
        let World { service, triggers } = self;
        drop(triggers);
        World::with(service, options).await
    }

    /// Starts again over the same store, after a stop.
    async fn restart(self, options: Options) -> World {
        let World { service, triggers } = self;
        triggers.stop().await;
        drop(triggers);
        World::with(service, options).await
    }

    async fn make_table(&self, name: &str) {
        self.service
            .create(
                name,
                json!({"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}}),
            )
            .await;
    }

    async fn call(&self, operation: &str, request: Value) {
        self.service
            .call(operation, request)
            .await
            .expect("it is sound");
    }

    async fn put_in(&self, table: &str, key: &str, attributes: Value) {
        let mut item = json!({"p": {"S": key}});
        for (name, value) in attributes.as_object().into_iter().flatten() {
            item[name] = value.clone();
        }
        self.call("PutItem", json!({"TableName": table, "Item": item}))
            .await;
    }

    /// Writes new items, in order; up to a hundred in one commit, so that no batch goes out between them.
    async fn put(&self, keys: &[&str]) {
        for keys in keys.chunks(100) {
            let put = |key| json!({"Put": {"TableName": "abc", "Item": {"p": {"S": key}}}});
            let puts: Vec<Value> = keys.iter().map(put).collect();
            self.call("TransactWriteItems", json!({"TransactItems": puts}))
                .await;
        }
    }

    fn stream_of(&self, table: &str) -> Arc<StreamHead> {
        let head = self.service.engine.with_catalog(|catalog| {
            let streams = catalog.streams_after(None);
            streams.filter(|head| head.table == table).last().cloned()
        });
        head.expect("the table has had a stream")
    }

    /// A function `name` that a peer serves.
    async fn serve(&self, name: &str, function: &Function) {
        self.serve_setting(name, function, 1).await;
    }

    /// Serves a function that answers as permits are added.
    async fn serve_held(&self, concurrency: u32) -> (Arc<Semaphore>, Function) {
        let permits = Arc::new(Semaphore::new(0));
        let function = Function::held(&permits).await;
        self.serve_setting("f", &function, concurrency).await;
        (permits, function)
    }

    async fn serve_setting(&self, name: &str, function: &Function, concurrency: u32) {
        let put = self
            .triggers
            .functions
            .put(setting(name, function, concurrency));
        put.await.expect("a local URL is sound");
    }

    /// A mapping of the table `abc` from its stream's beginning on to the function `f`.
    async fn map(&self, settings: Settings) -> Arc<Trigger> {
        self.map_from(StartingPosition::TrimHorizon, settings).await
    }

    async fn map_from(&self, position: StartingPosition, settings: Settings) -> Arc<Trigger> {
        let head = self.stream_of("abc");
        let new = NewMapping {
            function: "f".to_owned(),
            qualifier: None,
            stream: head.number,
            stream_arn: head.arn(REGION, "000000000000"),
            region: REGION.to_owned(),
            starting_position: position,
            settings,
        };
        let mapping = self.triggers.mappings.create(new).await;
        let id = mapping.expect("it is the first").id.clone();
        self.trigger(&id)
    }

    fn trigger(&self, id: &str) -> Arc<Trigger> {
        self.triggers.mappings.trigger(id).expect("it was made")
    }

    /// The only mapping.
    fn the_trigger(&self) -> Arc<Trigger> {
        let mut all = self.triggers.mappings.all();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    async fn update(&self, trigger: &Trigger, change: impl FnOnce(&mut Settings)) {
        let mapping = trigger.mapping().expect("it is there");
        let mut settings = mapping.settings.clone();
        change(&mut settings);
        let updated = self
            .triggers
            .mappings
            .update(&mapping.id, None, settings)
            .await;
        updated.expect("it is there");
        // Lanes with the old settings deliver until they hear of the new ones.
        settle_down().await;
    }

    /// What a drain leaves.
    async fn drain_for(&self, timeout: Duration) -> Vec<Value> {
        drain::drain(&self.triggers.mappings, &self.service.engine, timeout)
            .await
            .expect("memory gives it")
    }

    /// Waits until all is delivered or given up; the clock stands.
    async fn drain(&self) {
        assert_eq!(self.drain_for(PATIENCE).await, Vec::<Value>::new());
    }

    /// The same while the clock goes.
    async fn drain_as_time_goes(&self) {
        let time = async {
            loop {
                self.service.clock.advance(50);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            () = self.drain() => {}
            () = time => {}
        }
    }

    /// Waits until the only mapping has its position on disk, as far as the end of the table's stream.
    async fn until_kept(&self) {
        let stream = self.stream_of("abc").number;
        let end = self.service.engine.end_of_stream(stream).await;
        let end = end.expect("memory gives it");
        self.until(|| self.kept_position() >= end).await;
    }

    /// The position of the only mapping as it is on disk.
    fn kept_position(&self) -> u64 {
        let rows: std::collections::BTreeMap<String, Checkpoint> =
            rows(&self.service.engine, "position/").expect("memory gives it");
        assert_eq!(rows.len(), 1);
        rows.values().map(Checkpoint::position).sum()
    }

    /// Waits until something holds; the clock stands.
    async fn until(&self, holds: impl Fn() -> bool) {
        until(holds).await;
    }

    /// Waits until something holds while the clock goes.
    async fn until_as_time_goes(&self, holds: impl Fn() -> bool) {
        until(|| {
            if holds() {
                return true;
            }
            self.service.clock.advance(20);
            false
        })
        .await;
    }
}

async fn until(holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, wait).await.is_ok(),
        "it never came to be"
    );
}

/// Lets everything happen that would happen by now: for what must not happen.
async fn settle_down() {
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn setting(name: &str, function: &Function, concurrency: u32) -> FunctionSetting {
    FunctionSetting {
        name: name.to_owned(),
        target: Target::Url(function.peer.url()),
        concurrency,
        timeout: Duration::from_secs(20),
    }
}

/// A function: a server, and the events that it was sent.
pub(super) struct Function {
    peer: Peer,
    calls: Arc<Mutex<Vec<Value>>>,
}

impl Function {
    /// Answers an event and its number, from 0, as the closure says.
    async fn new(answer: impl Fn(&Value, usize) -> Answer + Send + Sync + 'static) -> Function {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&calls);
        let peer = Peer::new(move |request| {
            let (_, body) = request.split_once("\r\n\r\n").expect("it has a head");
            let event: Value = serde_json::from_str(body).expect("an event is JSON");
            let number = {
                let mut kept = kept.lock().unwrap();
                kept.push(event.clone());
                kept.len() - 1
            };
            answer(&event, number)
        });
        Function {
            peer: peer.await,
            calls,
        }
    }

    /// One that always succeeds.
    async fn willing() -> Function {
        Function::new(|_, _| success("null")).await
    }

    /// One that fails whatever batch has an item of this key.
    async fn poisoned_by(key: &'static str) -> Function {
        Function::new(move |event, _| {
            if keys(event).iter().any(|found| found == key) {
                failure()
            } else {
                success("null")
            }
        })
        .await
    }

    /// One that fails so many times at first.
    async fn failing(times: usize) -> Function {
        Function::new(move |_, number| {
            if number < times {
                failure()
            } else {
                success("null")
            }
        })
        .await
    }

    /// One that answers once it is allowed to.
    async fn held(permits: &Arc<Semaphore>) -> Function {
        let permits = Arc::clone(permits);
        Function::new(move |_, _| Answer::Hold(Arc::clone(&permits), text_of(success("null"))))
            .await
    }

    fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    /// Keys of the records of each call.
    fn batches(&self) -> Vec<Vec<String>> {
        self.calls.lock().unwrap().iter().map(keys).collect()
    }

    /// Keys of all records, joined by spaces.
    fn all(&self) -> String {
        self.batches().concat().join(" ")
    }
}

fn keys(event: &Value) -> Vec<String> {
    let records = event["Records"].as_array().expect("an event has records");
    let key = |record: &Value| {
        record["dynamodb"]["Keys"]["p"]["S"]
            .as_str()
            .map(str::to_owned)
    };
    records.iter().filter_map(key).collect()
}

fn sequence(record: &Value) -> String {
    let sequence = record["dynamodb"]["SequenceNumber"].as_str();
    sequence.expect("a record has a number").to_owned()
}

/// `a0 a1 …`
fn in_batches_of(batch_size: u32) -> Settings {
    Settings {
        batch_size,
        ..Settings::default()
    }
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}{n}")).collect()
}

fn refs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn success(body: &str) -> Answer {
    reply(200, "", body)
}

fn failure() -> Answer {
    reply(
        200,
        "X-Amz-Function-Error: Unhandled\r\n",
        r#"{"errorType":"Poison","errorMessage":"no"}"#,
    )
}

fn text_of(answer: Answer) -> String {
    match answer {
        Answer::Send(text) | Answer::SendAndClose(text) | Answer::Hold(_, text) => text,
        Answer::Hang => String::new(),
    }
}

/// The deliveries of a mapping: records, attempt, outcome.
fn deliveries(trigger: &Trigger) -> Vec<(u64, u64, String)> {
    let shown = trigger.log.deliveries();
    let one = |delivery: &Value| {
        (
            delivery["records"].as_u64().unwrap(),
            delivery["attempt"].as_u64().unwrap(),
            delivery["outcome"].as_str().unwrap().to_owned(),
        )
    };
    shown.as_array().unwrap().iter().map(one).collect()
}

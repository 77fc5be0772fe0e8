//! What goes wrong: functions that misbehave, a store that refuses, destinations that are not there.

use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::{Function, World, deliveries, failure, in_batches_of, setting, settle_down, success};
use crate::storage::{Batch, MemoryStore, Order, Store, StoreError, Visit};
use crate::triggers::outbound::peer::{Answer, reply};
use crate::triggers::settings::Settings;

#[tokio::test]
async fn functions_that_misbehave_fail() {
    let deep = Arc::new("[".repeat(5_000_000));
    let huge = Arc::new("x".repeat(7_000_000));
    let deep_object = Arc::new(format!(
        "{}1{}",
        r#"{"batchItemFailures":"#.repeat(100_000),
        "}".repeat(100_000)
    ));
    let world = World::new().await;
    let function = Function::new(move |_, number| match number {
        0 => Answer::SendAndClose("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"bat".to_owned()),
        1 => Answer::SendAndClose(String::new()),
        2 => Answer::SendAndClose("nonsense\r\n\r\n".to_owned()),
        3 => success(&deep),
        4 => success(&huge),
        5 => success(&deep_object),
        6 => reply(503, "", "no"),
        7 => reply(302, "Location: http://localhost/\r\n", ""),
        8 => failure(),
        9 => reply(
            200,
            "X-Amz-Function-Error: Unhandled\r\n",
            &deep[..1_000_000],
        ),
        _ => success("{}"),
    })
    .await;
    world.serve("f", &function).await;
    world.put(&["a"]).await;
    let trigger = world
        .map(Settings {
            report_batch_item_failures: true,
            ..Settings::default()
        })
        .await;
    world.drain_as_time_goes().await;
    let outcomes: Vec<String> = deliveries(&trigger)
        .into_iter()
        .map(|each| each.2)
        .collect();
    let (last, failed) = outcomes.split_last().unwrap();
    assert_eq!((last.as_str(), failed.len()), ("success", 10));
    assert!(failed.iter().all(|outcome| outcome == "failure"));
    let shown = trigger.log.deliveries().to_string();
    assert!(shown.len() < 20_000, "errors are short: {}", shown.len());
}

#[tokio::test]
async fn a_function_that_takes_too_long_fails() {
    let world = World::new().await;
    let function = Function::new(|_, number| {
        if number == 0 {
            Answer::Hang
        } else {
            success("null")
        }
    })
    .await;
    let setting = crate::triggers::functions::FunctionSetting {
        timeout: Duration::from_secs(1),
        ..setting("f", &function, 1)
    };
    world.triggers.functions.put(setting).await.unwrap();
    world.put(&["a"]).await;
    let trigger = world.map(Settings::default()).await;
    world.until(|| deliveries(&trigger).len() == 1).await;
    assert_eq!(
        trigger.log.last_error().as_deref(),
        Some("the function took too long")
    );
    world.drain_as_time_goes().await;
    assert_eq!(function.count(), 2);
}

#[tokio::test]
async fn a_destination_that_is_not_there_stops_nothing() {
    let world = World::new().await;
    let function = Function::failing(1).await;
    world.serve("f", &function).await;
    world.put(&["a", "b"]).await;
    let trigger = world
        .map(Settings {
            batch_size: 1,
            maximum_retry_attempts: 0,
            on_failure: Some("/nowhere/at/all".to_owned()),
            ..Settings::default()
        })
        .await;
    world.drain_as_time_goes().await;
    assert_eq!(function.all(), "a b");
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_destination_s_clock() {
    let world = World::new().await;
    let function = Function::failing(1).await;
    world.serve("f", &function).await;
    let trigger = world
        .map(Settings {
            maximum_retry_attempts: 0,
            on_failure: Some("/nowhere/at/all".to_owned()),
            ..Settings::default()
        })
        .await;
    world.put(&["a"]).await;
    world.until(|| deliveries(&trigger).len() == 1).await;
    settle_down().await;
    // The clock stands: the lane waits for it before it tries the destination again.
    world
        .update(&trigger, |settings| settings.on_failure = None)
        .await;
    world.put(&["b"]).await;
    world.drain().await;
    assert!(function.all().ends_with('b'));
}

/// A store that can be made to refuse.
struct Fragile {
    inner: MemoryStore,
    reads_fail: AtomicBool,
    writes_fail: AtomicBool,
}

impl Fragile {
    fn new() -> Arc<Fragile> {
        Arc::new(Fragile {
            inner: MemoryStore::new(),
            reads_fail: AtomicBool::new(false),
            writes_fail: AtomicBool::new(false),
        })
    }
}

fn refuse(flag: &AtomicBool) -> Result<(), StoreError> {
    if flag.load(Ordering::SeqCst) {
        return Err(StoreError::Backend("refused".to_owned()));
    }
    Ok(())
}

impl Store for Fragile {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        refuse(&self.reads_fail)?;
        self.inner.get(key)
    }

    fn range(
        &self,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        refuse(&self.reads_fail)?;
        self.inner.range(from, to, order, visit)
    }

    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        refuse(&self.writes_fail)?;
        self.inner.apply(batch)
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.inner.flush()
    }

    fn size(&self) -> Result<u64, StoreError> {
        self.inner.size()
    }
}

#[tokio::test]
async fn reads_that_fail_are_tried_again() {
    let store = Fragile::new();
    let world = World::over(Arc::clone(&store) as Arc<dyn Store>).await;
    let (permits, function) = world.serve_held(1).await;
    let trigger = world.map(in_batches_of(2)).await;
    world.put(&["a", "b"]).await;
    world.until(|| function.count() == 1).await;
    world.put(&["c", "d", "e"]).await;
    store.reads_fail.store(true, Ordering::SeqCst);
    permits.add_permits(1);
    world
        .until(|| trigger.log.last_result().starts_with("PROBLEM: "))
        .await;
    store.reads_fail.store(false, Ordering::SeqCst);
    permits.add_permits(10);
    world.drain_as_time_goes().await;
    assert_eq!(function.all(), "a b c d e");
    assert_eq!(trigger.log.last_result(), "OK");
}

#[tokio::test]
async fn writes_that_fail_do_not_stop_deliveries() {
    let store = Fragile::new();
    let world = World::over(Arc::clone(&store) as Arc<dyn Store>).await;
    let (permits, function) = world.serve_held(1).await;
    world.map(in_batches_of(1)).await;
    world.put(&["a", "b", "c"]).await;
    world.until(|| function.count() == 1).await;
    store.writes_fail.store(true, Ordering::SeqCst);
    permits.add_permits(10);
    world.drain().await;
    assert_eq!(function.all(), "a b c");
    // Stopping does not hang either.
    world.triggers.stop().await;
}

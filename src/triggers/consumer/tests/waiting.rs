//! Waiting: for a function that is not there, for its turn, for somebody who polls; and drains, which wait for all of it.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Function, PATIENCE, World, deliveries, in_batches_of, settle_down};
use crate::limits::STREAM_RETENTION_MS;
use crate::triggers::functions::{FunctionSetting, Target};
use crate::triggers::settings::Settings;

/// Far less than a drain would wait for what never comes.
const SOON: Duration = Duration::from_secs(10);

async fn serve_runtime(world: &World) {
    let setting = FunctionSetting {
        name: "f".to_owned(),
        target: Target::Runtime { port: 0 },
        concurrency: 1,
        timeout: Duration::from_secs(20),
    };
    world.triggers.functions.put(setting).await.unwrap();
}

#[tokio::test]
async fn a_function_may_be_configured_later() {
    let world = World::new().await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world
        .until(|| trigger.log.last_result() == "PROBLEM: Function not found")
        .await;
    settle_down().await;
    let function = Function::willing().await;
    // It is noticed at once, the clock stands.
    world.serve("f", &function).await;
    world.drain().await;
    assert_eq!(function.all(), "a");
    assert_eq!(
        deliveries(&trigger).len(),
        1,
        "nothing counted as a failure"
    );
    // Gone and there again.
    world.triggers.functions.remove("f");
    world.put(&["b"]).await;
    settle_down().await;
    world.serve("f", &function).await;
    world.drain().await;
    assert_eq!(function.all(), "a b");
}

#[tokio::test]
async fn records_expire_while_there_is_no_function() {
    let world = World::new().await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world
        .until(|| trigger.log.last_result() == "PROBLEM: Function not found")
        .await;
    world.service.clock.advance(STREAM_RETENTION_MS + 1);
    world.drain().await;
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn records_expire_while_nobody_polls() {
    let world = World::new().await;
    serve_runtime(&world).await;
    let trigger = world
        .map(Settings {
            maximum_record_age_in_seconds: 60,
            ..Settings::default()
        })
        .await;
    world.put(&["a"]).await;
    settle_down().await;
    world.service.clock.advance(30_000);
    world.put(&["b"]).await;
    settle_down().await;
    world.service.clock.advance(30_001);
    world
        .until(|| trigger.log.given_up.load(Ordering::Relaxed) == 1)
        .await;
    world.service.clock.advance(30_000);
    world.drain().await;
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 2);
    assert_eq!(deliveries(&trigger), [], "the function saw nothing");
}

#[tokio::test]
async fn an_update_is_not_kept_waiting_by_what_has_not_begun() {
    let world = World::new().await;
    serve_runtime(&world).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a", "b"]).await;
    settle_down().await;
    let function = Function::willing().await;
    world.serve("g", &function).await;
    let mapping = trigger.mapping().unwrap();
    let to = Some(("g".to_owned(), None));
    let update = world
        .triggers
        .mappings
        .update(&mapping.id, to, mapping.settings.clone());
    update.await.unwrap();
    world.drain().await;
    assert_eq!(function.all(), "a b");
}

#[tokio::test]
async fn a_drain_says_what_is_left() {
    let world = World::new().await;
    let (permits, function) = world.serve_held(1).await;
    world.drain().await;
    world.put(&["a", "b", "c"]).await;
    let trigger = world.map(in_batches_of(2)).await;
    let left = world.drain_for(Duration::from_millis(50)).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["pending"], 3);
    assert_eq!(left[0]["last_error"], Value::Null);
    permits.add_permits(1);
    world.until(|| function.count() == 2).await;
    let left = world.drain_for(Duration::from_millis(50)).await;
    assert_eq!(left[0]["pending"], 1);
    permits.add_permits(1);
    world.drain().await;
    assert_eq!(trigger.log.delivered.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_drain_says_what_is_left_at_a_stop() {
    let world = World::new().await;
    let function = Function::failing(usize::MAX).await;
    world.serve("f", &function).await;
    world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.until(|| function.count() == 1).await;
    let stop = async {
        settle_down().await;
        world.triggers.stop().await;
    };
    let (left, ()) = tokio::join!(world.drain_for(Duration::from_secs(30)), stop);
    assert_eq!(left[0]["pending"], 1);
}

#[tokio::test]
async fn a_drain_asks_for_what_is_written_when_it_begins() {
    let world = World::new().await;
    let (permits, function) = world.serve_held(1).await;
    world.map(in_batches_of(1)).await;
    world.put(&["a"]).await;
    world.until(|| function.count() == 1).await;
    let drain = world.drain();
    let rest = async {
        settle_down().await;
        world.put(&["b"]).await;
        permits.add_permits(1);
    };
    tokio::join!(drain, rest);
    world.until(|| function.count() == 2).await;
}

#[tokio::test]
async fn a_drain_does_not_wait_for_what_is_switched_off_meanwhile() {
    for is_deleted in [false, true] {
        let world = World::new().await;
        let function = Function::failing(usize::MAX).await;
        world.serve("f", &function).await;
        let trigger = world.map(Settings::default()).await;
        world.put(&["a"]).await;
        world.until(|| deliveries(&trigger).len() == 1).await;
        let began = Instant::now();
        let off = async {
            settle_down().await;
            if is_deleted {
                let id = trigger.mapping().unwrap().id.clone();
                world.triggers.mappings.delete(&id).await.unwrap();
            } else {
                world
                    .update(&trigger, |settings| settings.enabled = false)
                    .await;
            }
        };
        let (left, ()) = tokio::join!(world.drain_for(PATIENCE), off);
        assert!(left.is_empty());
        assert!(began.elapsed() < SOON);
    }
}

#[tokio::test]
async fn a_drain_waits_for_every_mapping() {
    let world = World::new().await;
    let (quick, slow) = (Function::willing().await, Function::failing(5).await);
    world.serve("f", &quick).await;
    world.serve("g", &slow).await;
    world.map(Settings::default()).await;
    let head = world.stream_of("abc");
    let new = crate::triggers::registry::NewMapping {
        function: "g".to_owned(),
        qualifier: None,
        stream: head.number,
        stream_arn: head.arn(super::REGION, "000000000000"),
        region: super::REGION.to_owned(),
        starting_position: crate::triggers::settings::StartingPosition::Latest,
        settings: Settings::default(),
    };
    world.triggers.mappings.create(new).await.unwrap();
    world.put(&["a"]).await;
    world.drain_as_time_goes().await;
    assert_eq!((quick.count(), slow.count()), (1, 6));
}

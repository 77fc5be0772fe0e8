//! Mappings that change, end and begin again; tables that come late, go and come again.

use std::sync::Arc;

use serde_json::json;

use super::{
    Function, World, deliveries, failure, in_batches_of, setting, settle_down, success, until,
};
use crate::ops::tables::testing::Service;
use crate::triggers::settings::{Changes, Settings, StartingPosition};
use crate::triggers::{Options, TriggerSetting};

fn configured(position: StartingPosition) -> Options {
    Options {
        triggers: vec![TriggerSetting {
            table: "abc".to_owned(),
            function: "f".to_owned(),
            starting_position: position,
            changes: Changes::default(),
        }],
        ..Options::default()
    }
}

#[tokio::test]
async fn an_update_waits_for_what_is_in_flight() {
    let world = World::new().await;
    let (permits, function) = world.serve_held(1).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.until(|| function.count() == 1).await;
    world
        .update(&trigger, |settings| settings.batch_size = 1)
        .await;
    world.put(&["b", "c"]).await;
    settle_down().await;
    assert_eq!(function.count(), 1);
    permits.add_permits(10);
    world.drain().await;
    assert_eq!(function.batches(), [["a"], ["b"], ["c"]]);
}

#[tokio::test]
async fn an_update_ends_a_pause() {
    let world = World::new().await;
    let function = Function::failing(1).await;
    world.serve("f", &function).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a", "b"]).await;
    world.until(|| deliveries(&trigger).len() == 1).await;
    world
        .update(&trigger, |settings| settings.batch_size = 1)
        .await;
    world.drain().await;
    assert_eq!(function.batches(), [vec!["a", "b"], vec!["a"], vec!["b"]]);
}

#[tokio::test]
async fn a_disabled_mapping_goes_on_where_it_was() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.drain().await;
    world
        .update(&trigger, |settings| settings.enabled = false)
        .await;
    world.put(&["b"]).await;
    // Disabled, it keeps no drain waiting.
    world.drain().await;
    settle_down().await;
    assert_eq!(function.all(), "a");
    assert_eq!(
        trigger
            .mapping()
            .unwrap()
            .state(world.service.engine.now_ms(), 0),
        "Disabled"
    );
    let world = world.restart(Options::default()).await;
    world.serve("f", &function).await;
    settle_down().await;
    assert_eq!(function.all(), "a");
    world
        .update(&world.the_trigger(), |settings| settings.enabled = true)
        .await;
    world.drain().await;
    assert_eq!(function.all(), "a b");
}

#[tokio::test]
async fn a_deleted_mapping_is_gone() {
    let world = World::new().await;
    let function = Function::failing(usize::MAX).await;
    world.serve("f", &function).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.until(|| deliveries(&trigger).len() == 1).await;
    let id = trigger.mapping().unwrap().id.clone();
    let deleted = world.triggers.mappings.delete(&id).await.unwrap();
    assert_eq!(deleted.unwrap().id, id);
    assert!(world.triggers.mappings.delete(&id).await.unwrap().is_none());
    assert!(world.triggers.mappings.trigger(&id).is_none());
    world.drain().await;
    settle_down().await;
    world.service.clock.advance(60_000);
    settle_down().await;
    assert_eq!(function.count(), 1);
    let rows = world.service.engine.trigger_rows("").unwrap();
    assert!(rows.iter().all(|(name, _)| !name.contains(&id)), "{rows:?}");
    let world = world.restart(Options::default()).await;
    assert!(world.triggers.mappings.list().is_empty());
}

#[tokio::test]
async fn deleting_during_an_invocation_leaves_nothing_behind() {
    let world = World::new().await;
    let (permits, function) = world.serve_held(1).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.until(|| function.count() == 1).await;
    let id = trigger.mapping().unwrap().id.clone();
    world.triggers.mappings.delete(&id).await.unwrap();
    permits.add_permits(1);
    world.until(|| deliveries(&trigger).len() == 1).await;
    settle_down().await;
    let rows = world.service.engine.trigger_rows("").unwrap();
    assert!(rows.iter().all(|(name, _)| !name.contains(&id)), "{rows:?}");
    // Nothing of it holds on to the engine once it has ended.
    drop(trigger);
    let World { service, triggers } = world;
    let engine = Arc::clone(&service.engine);
    triggers.stop().await;
    drop((triggers, service));
    until(|| Arc::strong_count(&engine) == 1).await;
}

#[tokio::test]
async fn a_stop_ends_what_hangs_in_deleted_mappings() {
    let world = World::new().await;
    let (_permits, function) = world.serve_held(1).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.until(|| function.count() == 1).await;
    let id = trigger.mapping().unwrap().id.clone();
    world.triggers.mappings.delete(&id).await.unwrap();
    drop(trigger);
    let World { service, triggers } = world;
    let engine = Arc::clone(&service.engine);
    triggers.stop().await;
    drop((triggers, service));
    // Not as late as the function's time is over.
    until(|| Arc::strong_count(&engine) == 1).await;
    assert_eq!(function.count(), 1);
}

#[tokio::test]
async fn triggers_that_are_dropped_end() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.drain().await;
    let World { service, triggers } = world;
    let engine = Arc::clone(&service.engine);
    drop((triggers, service));
    until(|| Arc::strong_count(&engine) == 1).await;
}

#[tokio::test]
async fn a_trigger_may_be_configured_before_its_table() {
    for position in [StartingPosition::Latest, StartingPosition::TrimHorizon] {
        let world = World::with(Service::new(0), configured(position)).await;
        let function = Function::willing().await;
        world.serve("f", &function).await;
        settle_down().await;
        world.make_table("abc").await;
        world.put(&["a", "b"]).await;
        world.drain().await;
        assert_eq!(function.all(), "a b");
    }
}

#[tokio::test]
async fn a_configured_trigger_of_a_table_that_is_there() {
    for (position, wanted) in [
        (StartingPosition::Latest, "b c"),
        (StartingPosition::TrimHorizon, "a b c"),
    ] {
        let service = Service::new(0);
        let world = World::of(service).await;
        world.make_table("abc").await;
        world.put(&["a"]).await;
        let world = world.restart(configured(position)).await;
        let function = Function::willing().await;
        world.serve("f", &function).await;
        world.put(&["b"]).await;
        world.drain().await;
        // Its position is found again at the next start.
        let world = world.restart(configured(position)).await;
        world.serve("f", &function).await;
        world.put(&["c"]).await;
        world.drain().await;
        assert_eq!(function.all(), wanted);
    }
}

#[tokio::test]
async fn a_table_made_again_goes_on_with_its_new_stream() {
    let world = World::with(Service::new(0), configured(StartingPosition::Latest)).await;
    let function = Function::failing(1).await;
    world.serve("f", &function).await;
    world.make_table("abc").await;
    world.put(&["a", "b"]).await;
    world.until(|| function.count() == 1).await;
    world.call("DeleteTable", json!({"TableName": "abc"})).await;
    world.make_table("abc").await;
    world.put(&["c"]).await;
    world.call("DeleteTable", json!({"TableName": "abc"})).await;
    world.make_table("abc").await;
    world.put(&["d"]).await;
    world.drain_as_time_goes().await;
    // The old streams first, with all that is in them; the first batch failed once.
    let all = function.batches().concat();
    let first = function.batches()[0].len();
    assert_eq!(all[first..].join(" "), "a b c d");
    let arns: std::collections::BTreeSet<String> = function
        .calls()
        .iter()
        .map(|call| call["Records"][0]["eventSourceARN"].to_string())
        .collect();
    assert_eq!(arns.len(), 3);
}

#[tokio::test]
async fn a_mapping_of_a_stream_ends_with_it() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.call("DeleteTable", json!({"TableName": "abc"})).await;
    world.make_table("abc").await;
    world.put(&["b"]).await;
    world.drain().await;
    settle_down().await;
    assert_eq!(function.all(), "a");
    assert!(trigger.mapping().is_some());
}

#[tokio::test]
async fn a_restart_loses_and_repeats_nothing() {
    let mut world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    world.map(in_batches_of(3)).await;
    for round in 0..5 {
        let keys = super::names(&format!("r{round}k"), 10);
        world.put(&super::refs(&keys)).await;
        world = world.restart(Options::default()).await;
        world.serve("f", &function).await;
    }
    world.drain_as_time_goes().await;
    let wanted: Vec<String> = (0..5)
        .flat_map(|round| super::names(&format!("r{round}k"), 10))
        .collect();
    assert_eq!(function.all(), wanted.join(" "));
}

#[tokio::test]
async fn after_a_crash_only_what_was_not_kept_comes_again() {
    let mut world = World::new().await;
    let function = Function::new(|_, number| {
        if number % 4 == 3 {
            failure()
        } else {
            success("null")
        }
    })
    .await;
    world.serve("f", &function).await;
    world.map(in_batches_of(1)).await;
    for round in 0..4 {
        world
            .put(&super::refs(&super::names(&format!("r{round}k"), 5)))
            .await;
        world.drain_as_time_goes().await;
        // The disk has the last position a moment later.
        world.until_kept().await;
        world = world.crash(Options::default()).await;
        world.serve("f", &function).await;
    }
    world.drain_as_time_goes().await;
    let mut all = function.batches().concat();
    all.dedup();
    let wanted: Vec<String> = (0..4)
        .flat_map(|round| super::names(&format!("r{round}k"), 5))
        .collect();
    assert_eq!(all, wanted);
}

#[tokio::test]
async fn an_update_to_another_function() {
    let world = World::new().await;
    let (one, two) = (Function::willing().await, Function::willing().await);
    world.serve("f", &one).await;
    world.serve("g", &two).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.drain().await;
    let mapping = trigger.mapping().unwrap();
    let to = Some(("g".to_owned(), None));
    let update = world
        .triggers
        .mappings
        .update(&mapping.id, to, mapping.settings.clone());
    update.await.unwrap();
    settle_down().await;
    world.put(&["b"]).await;
    world.drain().await;
    assert_eq!((one.all(), two.all()), ("a".to_owned(), "b".to_owned()));
}

#[tokio::test]
async fn configured_functions_and_triggers_start_together() {
    let function = Function::willing().await;
    let options = Options {
        functions: vec![setting("f", &function, 1)],
        ..configured(StartingPosition::Latest)
    };
    let world = World::with(Service::new(0), options).await;
    world.make_table("abc").await;
    world.put(&["a"]).await;
    world.drain().await;
    assert_eq!(function.all(), "a");
    // A region is that of the table's records.
    assert_eq!(function.calls()[0]["Records"][0]["awsRegion"], "us-east-1");
}

#[tokio::test]
async fn what_a_table_left_before_it_had_a_trigger_is_not_delivered() {
    let world = World::of(Service::new(0)).await;
    world.make_table("abc").await;
    world.put(&["a"]).await;
    world.call("DeleteTable", json!({"TableName": "abc"})).await;
    let world = world.restart(configured(StartingPosition::Latest)).await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    world.make_table("abc").await;
    world.put(&["b"]).await;
    world.drain().await;
    assert_eq!(function.all(), "b");
}

#[tokio::test]
async fn a_restart_after_the_table_s_end_delivers_what_is_left() {
    let world = World::with(Service::new(0), configured(StartingPosition::Latest)).await;
    world.make_table("abc").await;
    // It has a mapping now, and no function.
    world.put(&["a"]).await;
    assert_eq!(
        world
            .drain_for(std::time::Duration::from_millis(50))
            .await
            .len(),
        1
    );
    world.call("DeleteTable", json!({"TableName": "abc"})).await;
    let world = world.restart(configured(StartingPosition::Latest)).await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    world.drain().await;
    assert_eq!(function.all(), "a");
}

//! What goes into a batch, when it goes out, and what is left out of it.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::{Function, World, names, refs, settle_down};
use crate::triggers::settings::{Settings, StartingPosition};

fn size(batch_size: u32) -> Settings {
    Settings {
        batch_size,
        ..Settings::default()
    }
}

#[tokio::test]
async fn batches_have_so_many_records_in_order() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    let keys = names("k", 10);
    world.put(&refs(&keys)).await;
    world.map(size(4)).await;
    world.drain().await;
    let sizes: Vec<usize> = function.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [4, 4, 2]);
    assert_eq!(function.all(), keys.join(" "));
}

#[tokio::test]
async fn batches_stay_under_six_megabytes() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    let keys = names("k", 20);
    for key in &keys {
        let long = "x".repeat(390_000);
        world.put_in("abc", key, json!({"long": {"S": long}})).await;
    }
    world.map(size(100)).await;
    world.drain().await;
    assert_eq!(function.all(), keys.join(" "));
    let sizes: Vec<usize> = function.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [16, 4], "16 of them have 6.25 million bytes");
    let longest = function
        .calls()
        .into_iter()
        .map(|call| call.to_string().len());
    assert!(longest.max().unwrap() <= 6 * 1024 * 1024);
}

#[tokio::test]
async fn records_gather_while_the_function_is_busy() {
    let world = World::new().await;
    let (permits, function) = world.serve_held(1).await;
    world.map(size(100)).await;
    world.put(&["a"]).await;
    world.until(|| function.count() == 1).await;
    world.put(&["b", "c", "d"]).await;
    permits.add_permits(2);
    world.drain().await;
    assert_eq!(function.batches(), [vec!["a"], vec!["b", "c", "d"]]);
}

#[tokio::test]
async fn starting_positions() {
    let world = World::new().await;
    let (all, late) = (Function::willing().await, Function::willing().await);
    world.serve("f", &late).await;
    world.put(&["a", "b"]).await;
    let trigger = world
        .map_from(StartingPosition::Latest, Settings::default())
        .await;
    world.put(&["c"]).await;
    world.drain().await;
    assert_eq!(late.all(), "c");
    let id = trigger.mapping().unwrap().id.clone();
    world.triggers.mappings.delete(&id).await.unwrap();
    world.serve("f", &all).await;
    world.map(Settings::default()).await;
    world.drain().await;
    assert_eq!(all.all(), "a b c");
}

fn filtered(pattern: &str) -> Settings {
    Settings {
        filters: vec![pattern.to_owned()],
        ..size(2)
    }
}

#[tokio::test]
async fn filters_drop_without_invoking() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    let trigger = world
        .map(filtered(
            r#"{"dynamodb":{"Keys":{"p":{"S":[{"prefix":"x"}]}}}}"#,
        ))
        .await;
    world
        .put(&["a", "x1", "b", "c", "x2", "d", "x3", "e"])
        .await;
    world.drain().await;
    assert_eq!(function.all(), "x1 x2 x3");
    assert_eq!(trigger.log.filtered.load(Ordering::Relaxed), 5);
    assert_eq!(trigger.log.delivered.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn the_position_moves_over_what_never_matches() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    let trigger = world.map(filtered(r#"{"eventName":["REMOVE"]}"#)).await;
    world.put(&refs(&names("k", 30))).await;
    world.drain().await;
    assert_eq!(
        (
            function.count(),
            trigger.log.filtered.load(Ordering::Relaxed)
        ),
        (0, 30)
    );
    assert_eq!(trigger.log.last_result(), "No records processed");
    // It has come so far on disk as well.
    world.until_kept().await;
    let world = world.crash(crate::triggers::Options::default()).await;
    world.serve("f", &function).await;
    world.drain().await;
    assert!(world.the_trigger().log.filtered.load(Ordering::Relaxed) <= 1);
}

#[tokio::test]
async fn a_batching_window_follows_the_clock() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    world
        .map(Settings {
            maximum_batching_window_in_seconds: 5,
            ..size(3)
        })
        .await;
    world.put(&["a", "b"]).await;
    settle_down().await;
    world.service.clock.advance(4_999);
    settle_down().await;
    assert_eq!(function.count(), 0);
    world.service.clock.advance(1);
    world.drain().await;
    // A full batch does not wait.
    world.put(&["c", "d", "e"]).await;
    world.drain().await;
    assert_eq!(function.batches(), [vec!["a", "b"], vec!["c", "d", "e"]]);
}

#[tokio::test]
async fn a_passed_record_behind_a_waiting_batch_is_not_settled_with_it() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    let settings = Settings {
        maximum_batching_window_in_seconds: 5,
        ..filtered(r#"{"dynamodb":{"Keys":{"p":{"S":[{"prefix":"x"}]}}}}"#)
    };
    let trigger = world.map(settings).await;
    settle_down().await;
    let before = trigger.progress.checkpoint().position();
    world.put(&["x1", "b"]).await;
    settle_down().await;
    assert_eq!(trigger.progress.checkpoint().position(), before);
    let world = world.crash(crate::triggers::Options::default()).await;
    world.serve("f", &function).await;
    world.drain_as_time_goes().await;
    assert_eq!(function.all(), "x1");
}

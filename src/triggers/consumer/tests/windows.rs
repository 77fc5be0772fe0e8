//! Tumbling windows.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Function, World, failure, keys, settle_down, success};
use crate::triggers::Options;
use crate::triggers::settings::Settings;

/// Where the clock of the tests stands is 40 s into a minute.
const TO_END_MS: u64 = 20_000;

fn windows() -> Settings {
    Settings {
        tumbling_window_in_seconds: 60,
        ..Settings::default()
    }
}

/// Hands on the keys that it saw.
async fn counting() -> Function {
    Function::new(|event, _| success(&counted(event))).await
}

fn counted(event: &Value) -> String {
    let seen = event["state"]["seen"].as_array();
    let mut seen: Vec<Value> = seen.cloned().unwrap_or_default();
    seen.extend(keys(event).into_iter().map(Value::from));
    json!({"state": {"seen": seen}}).to_string()
}

/// Keys, state before, and whether it was the last call of a window.
fn story(function: &Function) -> Vec<String> {
    let calls = function.calls();
    let one = |call: &Value| {
        let seen = call["state"]["seen"].as_array();
        let seen: Vec<&str> = seen
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let end = match (
            &call["isFinalInvokeForWindow"],
            &call["isWindowTerminatedEarly"],
        ) {
            (Value::Bool(true), Value::Bool(false)) => " final",
            (Value::Bool(false), Value::Bool(true)) => " early",
            (Value::Bool(false), Value::Bool(false)) => "",
            other => panic!("{other:?}"),
        };
        format!("{}+{}{end}", seen.concat(), keys(call).concat())
    };
    calls.iter().map(one).collect()
}

#[tokio::test]
async fn state_goes_from_call_to_call_and_ends_with_the_window() {
    let world = World::new().await;
    let function = counting().await;
    world.serve("f", &function).await;
    world
        .map(Settings {
            batch_size: 2,
            ..windows()
        })
        .await;
    world.put(&["a", "b", "c"]).await;
    world.drain().await;
    settle_down().await;
    assert_eq!(story(&function), ["+ab", "ab+c"]);
    world.service.clock.advance(TO_END_MS - 1);
    settle_down().await;
    assert_eq!(function.count(), 2);
    world.service.clock.advance(1);
    world.until(|| function.count() == 3).await;
    assert_eq!(story(&function)[2], "abc+ final");
    let last = &function.calls()[2];
    assert_eq!(
        last["window"],
        json!({"start": "2025-11-01T12:26:00Z", "end": "2025-11-01T12:27:00Z"})
    );
    assert_eq!(last["Records"], json!([]));
    let head = world.stream_of("abc");
    assert_eq!(last["shardId"], head.shard_id());
    assert_eq!(
        last["eventSourceARN"],
        head.arn("us-east-1", "000000000000")
    );
    // The next one begins with nothing.
    world.put(&["d"]).await;
    world.drain().await;
    assert_eq!(story(&function)[3], "+d");
}

#[tokio::test]
async fn records_of_two_windows_are_never_together() {
    let world = World::new().await;
    let function = counting().await;
    world.serve("f", &function).await;
    world.put(&["a", "b"]).await;
    world.service.clock.advance(TO_END_MS);
    world.put(&["c"]).await;
    world.service.clock.advance(60_000);
    world.put(&["d", "e"]).await;
    world.map(windows()).await;
    world.drain().await;
    settle_down().await;
    assert_eq!(
        story(&function),
        ["+ab", "ab+ final", "+c", "c+ final", "+de"]
    );
}

#[tokio::test]
async fn a_missing_state_is_a_failure() {
    let world = World::new().await;
    let function = Function::new(|event, number| match number {
        0 => success("{}"),
        1 => success(r#"{"state":null}"#),
        2 => success("null"),
        _ => success(&counted(event)),
    })
    .await;
    world.serve("f", &function).await;
    world.put(&["a"]).await;
    world.map(windows()).await;
    world.drain_as_time_goes().await;
    assert_eq!(story(&function)[..4], ["+a"; 4]);
}

#[tokio::test]
async fn a_failed_call_comes_again_with_the_same_state() {
    let world = World::new().await;
    let function = Function::new(|event, number| {
        if number == 1 || number == 3 {
            failure()
        } else {
            success(&counted(event))
        }
    })
    .await;
    world.serve("f", &function).await;
    world.put(&["a", "b"]).await;
    world
        .map(Settings {
            batch_size: 1,
            ..windows()
        })
        .await;
    world.drain_as_time_goes().await;
    world.until_as_time_goes(|| function.count() == 5).await;
    assert_eq!(
        story(&function),
        ["+a", "a+b", "a+b", "ab+ final", "ab+ final"]
    );
}

#[tokio::test]
async fn too_large_a_state_ends_its_window() {
    let large = Arc::new(format!(
        r#"{{"state":{{"seen":["{}"]}}}}"#,
        "x".repeat(1 << 20)
    ));
    let world = World::new().await;
    let function = Function::new(move |event, _| {
        if keys(event).contains(&"b".to_owned()) {
            success(&large)
        } else {
            success(&counted(event))
        }
    })
    .await;
    world.serve("f", &function).await;
    world.put(&["a", "b", "c"]).await;
    world
        .map(Settings {
            batch_size: 1,
            ..windows()
        })
        .await;
    world.drain().await;
    let story = story(&function);
    assert_eq!((&*story[0], &*story[1], &*story[3]), ("+a", "a+b", "+c"));
    assert!(story[2].ends_with("x+ early"));
    assert_eq!(story.len(), 4);
}

#[tokio::test]
async fn a_window_goes_on_after_a_restart() {
    let world = World::new().await;
    let function = counting().await;
    world.serve("f", &function).await;
    world.map(windows()).await;
    world.put(&["a"]).await;
    world.drain().await;
    let world = world.restart(Options::default()).await;
    world.serve("f", &function).await;
    world.put(&["b"]).await;
    world.drain().await;
    let world = world.restart(Options::default()).await;
    world.serve("f", &function).await;
    world.service.clock.advance(TO_END_MS);
    world.until(|| function.count() == 3).await;
    assert_eq!(story(&function), ["+a", "a+b", "ab+ final"]);
}

#[tokio::test]
async fn the_end_of_the_stream_ends_its_window() {
    let world = World::new().await;
    let function = counting().await;
    world.serve("f", &function).await;
    world.map(windows()).await;
    world.put(&["a"]).await;
    world.drain().await;
    world.call("DeleteTable", json!({"TableName": "abc"})).await;
    world.until(|| function.count() == 2).await;
    assert_eq!(story(&function), ["+a", "a+ final"]);
}

#[tokio::test]
async fn a_window_keeps_its_length_when_the_setting_changes() {
    let world = World::new().await;
    let function = counting().await;
    world.serve("f", &function).await;
    let trigger = world.map(windows()).await;
    world.put(&["a"]).await;
    world.drain().await;
    world
        .update(&trigger, |settings| settings.tumbling_window_in_seconds = 0)
        .await;
    world.put(&["b"]).await;
    world.drain().await;
    let calls = function.calls();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[1]["isFinalInvokeForWindow"], true);
    assert_eq!(calls[1]["window"]["end"], "2025-11-01T12:27:00Z");
    assert_eq!(calls[2].get("window"), None);
}

#[tokio::test]
async fn state_is_handed_on_as_the_function_wrote_it() {
    let world = World::new().await;
    let exact = r#"{"b":1e400,"a":123456789012345678901234567890.10,"deep":"x"}"#;
    let function = Function::new(move |_, _| success(&format!(r#"{{"state": {exact} }}"#))).await;
    world.serve("f", &function).await;
    let trigger = world.map(windows()).await;
    world.put(&["a"]).await;
    world.drain().await;
    let window = trigger.progress.checkpoint().window(0).cloned();
    assert_eq!(window.unwrap().state, exact);
}

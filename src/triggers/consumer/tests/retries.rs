//! Functions that fail: trying again, splitting, giving up, and who is told.

use std::path::Path;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{
    Function, World, deliveries, failure, in_batches_of, keys, names, refs, sequence, settle_down,
    success,
};
use crate::limits::STREAM_RETENTION_MS;
use crate::triggers::functions::{FunctionSetting, Target};
use crate::triggers::outbound::peer::nobody;
use crate::triggers::settings::Settings;

fn retrying(attempts: i32) -> Settings {
    Settings {
        maximum_retry_attempts: attempts,
        ..Settings::default()
    }
}

/// What a destination file was told.
fn told(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn two_failures_then_success() {
    let world = World::new().await;
    let function = Function::failing(2).await;
    world.serve("f", &function).await;
    world.put(&["a", "b", "c"]).await;
    let trigger = world.map(in_batches_of(2)).await;
    world.until(|| function.count() == 1).await;
    settle_down().await;
    assert_eq!(function.count(), 1, "the clock stands");
    assert_eq!(trigger.log.last_result(), "PROBLEM: Function call failed");
    world.service.clock.advance(99);
    settle_down().await;
    assert_eq!(function.count(), 1);
    world.service.clock.advance(1);
    world.until(|| function.count() == 2).await;
    world.until(|| deliveries(&trigger).len() == 2).await;
    settle_down().await;
    world.service.clock.advance(199);
    settle_down().await;
    assert_eq!(function.count(), 2, "the second pause is longer");
    world.service.clock.advance(1);
    world.drain().await;
    let two = vec!["a", "b"];
    assert_eq!(
        function.batches(),
        [two.clone(), two.clone(), two, vec!["c"]]
    );
    assert_eq!(trigger.log.last_result(), "OK");
    let outcomes: Vec<String> = deliveries(&trigger)
        .into_iter()
        .map(|(records, attempt, outcome)| format!("{records} {attempt} {outcome}"))
        .collect();
    assert_eq!(
        outcomes,
        ["2 1 failure", "2 2 failure", "2 3 success", "1 1 success"]
    );
}

#[tokio::test]
async fn retries_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("given-up");
    let world = World::new().await;
    let function = Function::failing(3).await;
    world.serve("f", &function).await;
    world.put(&["a", "b", "c"]).await;
    let trigger = world
        .map(Settings {
            batch_size: 2,
            on_failure: Some(path.display().to_string()),
            ..retrying(2)
        })
        .await;
    world.drain_as_time_goes().await;
    assert_eq!(function.all(), "a b a b a b c");
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 2);
    assert_eq!(trigger.log.delivered.load(Ordering::Relaxed), 1);
    let told = told(&path);
    assert_eq!(told.len(), 1);
    let records = function.calls()[0]["Records"].clone();
    let arn = records[0]["eventSourceARN"].clone();
    let head = world.stream_of("abc");
    assert_eq!(told[0]["version"], "1.0");
    let context = &told[0]["requestContext"];
    assert_eq!(context["condition"], "RetryAttemptsExhausted");
    assert_eq!(context["approximateInvokeCount"], 3);
    assert_eq!(
        context["functionArn"],
        "arn:aws:lambda:us-east-1:000000000000:function:f"
    );
    assert_eq!(
        told[0]["responseContext"],
        json!({"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"})
    );
    assert_eq!(
        told[0]["DDBStreamBatchInfo"],
        json!({
            "shardId": head.shard_id(),
            "startSequenceNumber": sequence(&records[0]),
            "endSequenceNumber": sequence(&records[1]),
            "approximateArrivalOfFirstRecord": "2025-11-01T12:26:40Z",
            "approximateArrivalOfLastRecord": "2025-11-01T12:26:40Z",
            "batchSize": 2,
            "streamArn": arn,
        })
    );
}

#[tokio::test]
async fn a_function_that_cannot_be_reached_is_no_function_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("given-up");
    let world = World::new().await;
    let setting = FunctionSetting {
        name: "f".to_owned(),
        target: Target::Url(format!("http://{}/", nobody().await)),
        concurrency: 1,
        timeout: std::time::Duration::from_secs(5),
    };
    world.triggers.functions.put(setting).await.unwrap();
    world.put(&["a", "b"]).await;
    let trigger = world
        .map(Settings {
            bisect_batch_on_function_error: true,
            on_failure: Some(path.display().to_string()),
            ..retrying(1)
        })
        .await;
    world.drain_as_time_goes().await;
    // It is not split: nothing says that the records are at fault.
    assert_eq!(deliveries(&trigger).len(), 2);
    let told = told(&path);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["responseContext"], Value::Null);
}

#[tokio::test]
async fn bisecting_isolates_one_record_of_a_hundred() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("given-up");
    let world = World::new().await;
    let function = Function::new(|event, _| {
        if keys(event).contains(&"k37".to_owned()) {
            failure()
        } else {
            success("null")
        }
    })
    .await;
    world.serve("f", &function).await;
    let all = names("k", 100);
    world.put(&refs(&all)).await;
    let trigger = world
        .map(Settings {
            bisect_batch_on_function_error: true,
            on_failure: Some(path.display().to_string()),
            ..retrying(0)
        })
        .await;
    world.drain_as_time_goes().await;
    let mut done = Vec::new();
    for batch in function.batches() {
        if !batch.contains(&"k37".to_owned()) {
            done.extend(batch);
        }
    }
    let wanted: Vec<String> = all.iter().filter(|key| *key != "k37").cloned().collect();
    assert_eq!(done, wanted, "each once, in order");
    // 100, 50, 25 / 25, 12 / 13, …: seven splits at most, and one call for each half that is fine.
    let failed = deliveries(&trigger)
        .iter()
        .filter(|delivery| delivery.2 == "failure")
        .count();
    assert!(failed <= 8, "{failed} invocations had the record");
    assert!(function.count() <= 15, "{} invocations", function.count());
    let told = told(&path);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["DDBStreamBatchInfo"]["batchSize"], 1);
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn splitting_does_not_use_up_retries() {
    let world = World::new().await;
    let function = Function::new(|event, _| {
        if keys(event).contains(&"b".to_owned()) {
            failure()
        } else {
            success("null")
        }
    })
    .await;
    world.serve("f", &function).await;
    world.put(&["a", "b", "c", "d"]).await;
    world
        .map(Settings {
            bisect_batch_on_function_error: true,
            ..retrying(2)
        })
        .await;
    world.drain_as_time_goes().await;
    let batches: Vec<String> = function
        .batches()
        .iter()
        .map(|batch| batch.concat())
        .collect();
    assert_eq!(batches, ["abcd", "ab", "a", "b", "b", "b", "cd"]);
}

#[tokio::test]
async fn records_of_a_certain_age_are_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("given-up");
    let world = World::new().await;
    let function = Function::failing(3).await;
    world.serve("f", &function).await;
    world.put(&["a"]).await;
    world.service.clock.advance(50_000);
    world.put(&["b"]).await;
    let trigger = world
        .map(Settings {
            maximum_record_age_in_seconds: 60,
            on_failure: Some(path.display().to_string()),
            ..Settings::default()
        })
        .await;
    world.until(|| deliveries(&trigger).len() == 1).await;
    settle_down().await;
    world.service.clock.advance(10_001);
    world.drain_as_time_goes().await;
    // The first is too old by then, the second is not.
    assert_eq!(
        function.batches()[..2],
        [vec!["a", "b"], vec!["b"]],
        "{:?}",
        function.batches()
    );
    let told = told(&path);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(told[0]["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(told[0]["DDBStreamBatchInfo"]["batchSize"], 1);
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn records_are_kept_for_a_day() {
    let world = World::new().await;
    let function = Function::failing(1).await;
    world.serve("f", &function).await;
    world.put(&["a"]).await;
    let trigger = world.map(Settings::default()).await;
    world.until(|| deliveries(&trigger).len() == 1).await;
    settle_down().await;
    world.service.clock.advance(STREAM_RETENTION_MS + 1);
    world.drain().await;
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 1);
    world.put(&["b"]).await;
    world.drain().await;
    assert_eq!(function.all(), "a b");
}

#[tokio::test]
async fn a_failing_function_blocks_its_own_cursor_only() {
    let world = World::new().await;
    world.make_table("xyz").await;
    let (bad, good) = (
        Function::failing(usize::MAX).await,
        Function::willing().await,
    );
    world.serve("f", &bad).await;
    world.serve("g", &good).await;
    let trigger = world.map(Settings::default()).await;
    let head = world.stream_of("abc");
    let other = crate::triggers::registry::NewMapping {
        function: "g".to_owned(),
        qualifier: None,
        stream: head.number,
        stream_arn: head.arn("us-east-1", "000000000000"),
        region: "us-east-1".to_owned(),
        starting_position: crate::triggers::settings::StartingPosition::TrimHorizon,
        settings: Settings::default(),
    };
    world.triggers.mappings.create(other).await.unwrap();
    world.put(&["a", "b"]).await;
    world.until(|| good.all() == "a b").await;
    world.until(|| bad.count() == 1).await;
    let left = world.drain_for(std::time::Duration::from_millis(20)).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["id"], trigger.mapping().unwrap().id);
    assert_eq!(
        (&left[0]["function"], &left[0]["table"], &left[0]["pending"]),
        (&json!("f"), &json!("abc"), &json!(2))
    );
    assert_eq!(left[0]["last_error"], "Poison: no");
}

//! Functions that report which records of a batch failed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{Function, World, deliveries, keys, sequence, success};
use crate::triggers::outbound::peer::Answer;
use crate::triggers::settings::Settings;

fn reporting() -> Settings {
    Settings {
        report_batch_item_failures: true,
        ..Settings::default()
    }
}

/// Reports the records of these keys.
fn report(event: &Value, failed: &[&str]) -> Answer {
    let records = event["Records"].as_array().unwrap();
    let failures: Vec<Value> = records
        .iter()
        .filter(|record| {
            let key = record["dynamodb"]["Keys"]["p"]["S"].as_str().unwrap();
            failed.contains(&key)
        })
        .map(|record| json!({"itemIdentifier": sequence(record)}))
        .collect();
    success(&json!({"batchItemFailures": failures}).to_string())
}

#[tokio::test]
async fn delivery_resumes_at_the_first_record_that_is_reported() {
    let world = World::new().await;
    let function = Function::new(|event, number| {
        if number == 0 {
            report(event, &["e", "c"])
        } else {
            report(event, &[])
        }
    })
    .await;
    world.serve("f", &function).await;
    world.put(&["a", "b", "c", "d", "e"]).await;
    let trigger = world.map(reporting()).await;
    world.drain_as_time_goes().await;
    assert_eq!(function.all(), "a b c d e c d e");
    assert_eq!(trigger.log.delivered.load(Ordering::Relaxed), 5);
    let outcomes: Vec<String> = deliveries(&trigger)
        .into_iter()
        .map(|each| each.2)
        .collect();
    assert_eq!(outcomes, ["partial", "success"]);
}

#[tokio::test]
async fn what_was_taken_before_the_report_is_not_delivered_again_after_a_crash() {
    let world = World::new().await;
    let function = Function::new(|event, _| report(event, &["c"])).await;
    world.serve("f", &function).await;
    world.put(&["a", "b", "c", "d"]).await;
    let trigger = world.map(reporting()).await;
    world.until(|| deliveries(&trigger).len() == 1).await;
    let position = trigger.progress.checkpoint().position();
    world.until(|| world.kept_position() >= position).await;
    let world = world.crash(crate::triggers::Options::default()).await;
    let after = Function::willing().await;
    world.serve("f", &after).await;
    world.drain_as_time_goes().await;
    assert_eq!((function.count(), after.all()), (1, "c d".to_owned()));
}

#[tokio::test]
async fn reports_without_sense_fail_the_batch() {
    let odd = [
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
        r#"{"batchItemFailures":[{"item":"5"}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":"100000000000000000000000"}]}"#,
        r#"{"batchItemFailures":"x"}"#,
        "nonsense",
    ];
    let world = World::new().await;
    let function = Function::new(move |_, number| success(odd.get(number).unwrap_or(&"{}"))).await;
    world.serve("f", &function).await;
    world.put(&["a", "b"]).await;
    let trigger = world.map(reporting()).await;
    world.drain_as_time_goes().await;
    assert_eq!(function.batches(), vec![vec!["a", "b"]; odd.len() + 1]);
    assert_eq!(
        trigger.log.failures.load(Ordering::Relaxed),
        odd.len() as u64
    );
}

#[tokio::test]
async fn a_number_that_is_only_like_a_record_s_names_none() {
    let world = World::new().await;
    let function = Function::new(|event, number| {
        let like = format!("00{}", sequence(&event["Records"][1]));
        let odd = json!({"batchItemFailures": [{"itemIdentifier": like}]});
        success(
            if number == 0 {
                odd.to_string()
            } else {
                "{}".to_owned()
            }
            .as_str(),
        )
    })
    .await;
    world.serve("f", &function).await;
    world.put(&["a", "b"]).await;
    world.map(reporting()).await;
    world.drain_as_time_goes().await;
    assert_eq!(function.all(), "a b a b");
}

#[tokio::test]
async fn progress_does_not_use_up_retries() {
    let world = World::new().await;
    // Each call takes one record.
    let function = Function::new(|event, _| {
        let rest: Vec<String> = keys(event).split_off(1);
        report(event, &rest.iter().map(String::as_str).collect::<Vec<_>>())
    })
    .await;
    world.serve("f", &function).await;
    let all = super::names("k", 20);
    world.put(&super::refs(&all)).await;
    let trigger = world
        .map(Settings {
            maximum_retry_attempts: 2,
            ..reporting()
        })
        .await;
    world.drain_as_time_goes().await;
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 0);
    assert_eq!(trigger.log.delivered.load(Ordering::Relaxed), 20);
    assert_eq!(function.count(), 20);
}

#[tokio::test]
async fn a_record_that_is_reported_for_ever_is_given_up_with_what_follows_in_its_piece() {
    let world = World::new().await;
    let function = Function::new(|event, _| report(event, &["c"])).await;
    world.serve("f", &function).await;
    world.put(&["a", "b", "c", "d"]).await;
    let trigger = world
        .map(Settings {
            maximum_retry_attempts: 1,
            ..reporting()
        })
        .await;
    world.drain_as_time_goes().await;
    assert_eq!(function.all(), "a b c d c d");
    assert_eq!(trigger.log.given_up.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_answer_as_large_as_it_may_be_is_judged() {
    let many = Arc::new(format!(
        r#"{{"other":[{}0],"batchItemFailures":[]}}"#,
        "0,".repeat(3_000_000)
    ));
    let world = World::new().await;
    let function = Function::new(move |_, _| success(&many)).await;
    world.serve("f", &function).await;
    world.put(&["a"]).await;
    world.map(reporting()).await;
    world.drain().await;
    assert_eq!(function.all(), "a");
}

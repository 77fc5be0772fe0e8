//! What records say, and what is told of deliveries.

use serde_json::{Value, json};

use super::{Function, World, deliveries, failure, in_batches_of};
use crate::triggers::settings::Settings;

#[tokio::test]
async fn events_are_lambda_s() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    world.map(Settings::default()).await;
    world
        .put_in(
            "abc",
            "a",
            json!({"n": {"N": "1.50"}, "b": {"B": "AAE="}, "s": {"SS": ["y", "x"]}}),
        )
        .await;
    world
        .call(
            "DeleteItem",
            json!({"TableName": "abc", "Key": {"p": {"S": "a"}}}),
        )
        .await;
    world.drain().await;
    let records: Vec<Value> = function
        .calls()
        .iter()
        .flat_map(|call| call["Records"].as_array().unwrap().clone())
        .collect();
    let head = world.stream_of("abc");
    let insert = &records[0];
    assert_eq!(insert["eventName"], "INSERT");
    assert_eq!(insert["eventVersion"], "1.1");
    assert_eq!(insert["eventSource"], "aws:dynamodb");
    assert_eq!(insert["awsRegion"], "us-east-1");
    assert_eq!(
        insert["eventSourceARN"],
        head.arn("us-east-1", "000000000000")
    );
    assert_eq!(
        insert["dynamodb"]["NewImage"],
        json!({"p": {"S": "a"}, "n": {"N": "1.5"}, "b": {"B": "AAE="}, "s": {"SS": ["x", "y"]}})
    );
    assert_eq!(insert["dynamodb"]["OldImage"], Value::Null);
    assert_eq!(insert["userIdentity"], Value::Null);
    assert_eq!(records[1]["eventName"], "REMOVE");
    assert_eq!(records[1]["userIdentity"], Value::Null);
    assert_ne!(records[0]["eventID"], records[1]["eventID"]);
}

#[tokio::test]
async fn what_expires_says_who_deleted_it() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    world.map(Settings::default()).await;
    let specification = json!({"Enabled": true, "AttributeName": "ttl"});
    world
        .call(
            "UpdateTimeToLive",
            json!({"TableName": "abc", "TimeToLiveSpecification": specification}),
        )
        .await;
    let second = world.service.clock.now_ms() / 1000;
    world
        .put_in("abc", "a", json!({"ttl": {"N": (second + 60).to_string()}}))
        .await;
    world.drain().await;
    world.service.clock.advance(61_000);
    world.service.engine.delete_expired().await.unwrap();
    world.drain().await;
    let calls = function.calls();
    let record = &calls.last().unwrap()["Records"][0];
    assert_eq!(record["eventName"], "REMOVE");
    assert_eq!(
        record["userIdentity"],
        json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"})
    );
}

#[tokio::test]
async fn results_follow_the_last_delivery() {
    let world = World::new().await;
    let function = Function::new(|_, number| {
        if number == 1 {
            failure()
        } else {
            super::success("null")
        }
    })
    .await;
    world.serve("f", &function).await;
    let trigger = world.map(Settings::default()).await;
    let id = trigger.mapping().unwrap().id.clone();
    let result = || world.triggers.mappings.last_result(&id);
    assert_eq!(result(), "No records processed");
    world.put(&["a"]).await;
    world.drain().await;
    assert_eq!(result(), "OK");
    world.put(&["b"]).await;
    world
        .until(|| result() == "PROBLEM: Function call failed")
        .await;
    world.drain_as_time_goes().await;
    assert_eq!(result(), "OK");
    assert_eq!(trigger.log.last_error().as_deref(), Some("Poison: no"));
}

#[tokio::test]
async fn the_last_deliveries_are_remembered() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve("f", &function).await;
    let trigger = world.map(in_batches_of(1)).await;
    for round in 0..22 {
        let items: Vec<Value> = (0..25)
            .map(|n| json!({"PutRequest": {"Item": {"p": {"S": format!("{round}-{n}")}}}}))
            .collect();
        world
            .call("BatchWriteItem", json!({"RequestItems": {"abc": items}}))
            .await;
    }
    world.drain().await;
    assert_eq!(function.count(), 550);
    assert_eq!(deliveries(&trigger).len(), 500);
}

#[tokio::test]
async fn pages_about_triggers() {
    let world = World::new().await;
    let function = Function::failing(1).await;
    world.serve("f", &function).await;
    let trigger = world.map(Settings::default()).await;
    world.put(&["a"]).await;
    world.until(|| deliveries(&trigger).len() == 1).await;
    let ask = async |method: &str, path: &str| {
        let request = hyper::Request::builder()
            .method(method)
            .uri(path)
            .body(bytes::Bytes::new())
            .unwrap();
        let reply = world.triggers.administer(request).await;
        let body: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
        (reply.status().as_u16(), body)
    };
    let (status, shown) = ask("GET", "/_dynasled/triggers").await;
    let shown = &shown["triggers"][0];
    assert_eq!(status, 200);
    assert_eq!(
        (&shown["state"], &shown["pending"], &shown["function"]),
        (&json!("Enabled"), &json!(1), &json!("f"))
    );
    assert_eq!(shown["last_error"], "Poison: no");
    let (status, left) = ask("POST", "/_dynasled/triggers/drain?timeout=20ms").await;
    assert_eq!((status, &left["drained"]), (504, &json!(false)));
    world.drain_as_time_goes().await;
    let (status, left) = ask("POST", "/_dynasled/triggers/drain?timeout=5s").await;
    assert_eq!((status, left), (200, json!({"drained": true, "left": []})));
    let id = trigger.mapping().unwrap().id.clone();
    let (status, list) = ask("GET", &format!("/_dynasled/triggers/{id}/deliveries")).await;
    assert_eq!(status, 200);
    assert_eq!(list["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(ask("GET", "/_dynasled/triggers/x/deliveries").await.0, 404);
}

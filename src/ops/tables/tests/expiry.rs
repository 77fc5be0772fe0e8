//! Time to live as a client sees it, against a clock that is moved by hand.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::testing::Service;

/// What the clock says at first, in seconds.
const NOW: u64 = 1_762_000_000;
const YEAR: u64 = 365 * 24 * 60 * 60;

async fn ok(service: &Service, operation: &str, request: Value) -> Value {
    let reply = service.call(operation, request.clone()).await;
    reply.unwrap_or_else(|error| panic!("{operation} {request}: {error}"))
}

async fn set(service: &Service, enabled: bool, attribute: &str) {
    let specification = json!({"Enabled": enabled, "AttributeName": attribute});
    let request = json!({"TableName": "abc", "TimeToLiveSpecification": specification});
    ok(service, "UpdateTimeToLive", request).await;
    for _ in 0..500 {
        let table = service.engine.find_table("us-east-1", "abc");
        if table.is_none_or(|table| table.ttl.as_ref().is_none_or(|ttl| !ttl.backfilling)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("items are not given their expiry rows");
}

async fn put(service: &Service, p: &str, exp: Value) {
    let item = json!({"p": {"S": p}, "exp": exp, "g": {"S": "g"}});
    ok(
        service,
        "PutItem",
        json!({"TableName": "abc", "Item": item}),
    )
    .await;
}

/// The keys that a scan of the table or an index finds, in order.
async fn keys(service: &Service, index: Option<&str>) -> Vec<String> {
    let mut request = json!({"TableName": "abc"});
    if let Some(index) = index {
        request["IndexName"] = json!(index);
    }
    let reply = ok(service, "Scan", request).await;
    let items = reply["Items"].as_array().expect("there are items");
    let mut keys: Vec<String> = items
        .iter()
        .map(|item| item["p"]["S"].as_str().unwrap_or_default().to_owned())
        .collect();
    keys.sort();
    keys
}

/// Has what has expired deleted, and returns how much that was.
async fn delete_expired(service: &Service) -> u64 {
    let deleted = service.engine.delete_expired().await;
    deleted.expect("a store in memory takes it")
}

fn number(text: &str) -> Value {
    json!({"N": text})
}

fn second(second: u64) -> Value {
    number(&second.to_string())
}

async fn table_with_index_and_stream(service: &Service) -> Value {
    let index = json!({"IndexName": "ggg", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}});
    let definition = |name| json!({"AttributeName": name, "AttributeType": "S"});
    let members = json!({
        "AttributeDefinitions": [definition("p"), definition("g")],
        "GlobalSecondaryIndexes": [index],
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    });
    service.create("abc", members).await
}

async fn records(service: &Service, arn: &Value) -> Vec<Value> {
    let described = ok(service, "DescribeStream", json!({"StreamArn": arn})).await;
    let shard = &described["StreamDescription"]["Shards"][0]["ShardId"];
    let request = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = ok(service, "GetShardIterator", request).await["ShardIterator"].clone();
    let reply = ok(service, "GetRecords", json!({"ShardIterator": iterator})).await;
    reply["Records"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn expired_items_go_with_their_index_rows_and_the_stream_tells() {
    let service = Service::new(0);
    let table = table_with_index_and_stream(&service).await;
    set(&service, true, "exp").await;
    put(&service, "soon", second(NOW + 10)).await;
    put(&service, "later", second(NOW + 20)).await;
    assert_eq!(delete_expired(&service).await, 0);
    service.clock.advance(11_000);
    assert_eq!(
        keys(&service, None).await,
        ["later", "soon"],
        "readable until deleted"
    );
    assert_eq!(delete_expired(&service).await, 1);
    assert_eq!(delete_expired(&service).await, 0);
    assert_eq!(keys(&service, None).await, ["later"]);
    assert_eq!(keys(&service, Some("ggg")).await, ["later"]);
    let described = ok(&service, "DescribeTable", json!({"TableName": "abc"})).await;
    assert_eq!(described["Table"]["ItemCount"], 1);
    assert_eq!(
        described["Table"]["GlobalSecondaryIndexes"][0]["ItemCount"],
        1
    );

    let key = json!({"p": {"S": "later"}});
    ok(
        &service,
        "DeleteItem",
        json!({"TableName": "abc", "Key": key}),
    )
    .await;
    let records = records(&service, &table["LatestStreamArn"]).await;
    let removals: Vec<_> = records
        .iter()
        .filter(|record| record["eventName"] == "REMOVE")
        .collect();
    assert_eq!(removals.len(), 2);
    let [expired, deleted] = [removals[0], removals[1]];
    assert_eq!(
        expired["userIdentity"],
        json!({"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"})
    );
    assert_eq!(expired["dynamodb"]["Keys"], json!({"p": {"S": "soon"}}));
    assert_eq!(
        expired["dynamodb"]["OldImage"]["exp"],
        second(NOW + 10),
        "{expired}"
    );
    assert_eq!(expired["awsRegion"], "us-east-1");
    assert!(
        deleted.get("userIdentity").is_none(),
        "a request deleted it"
    );
}

#[tokio::test]
async fn only_numbers_of_the_last_five_years_expire() {
    let service = Service::new(0);
    service.create("abc", json!({})).await;
    set(&service, true, "exp").await;
    let past = NOW - 100;
    for (p, exp) in [
        ("whole", second(past)),
        ("fraction", number(&format!("{past}.5"))),
        ("exponent", number(&format!("{past}e0"))),
        ("short", number("1.7e9")),
        ("years", second(NOW - 5 * YEAR + 60)),
        ("z-now", second(NOW)),
        ("z-ahead", second(NOW + 100)),
        ("z-too-old", second(NOW - 5 * YEAR - 60)),
        ("z-milliseconds", second(past * 1000)),
        ("z-huge", number("9e125")),
        ("z-zero", second(0)),
        ("z-negative", number(&format!("-{past}"))),
        ("z-text", json!({"S": past.to_string()})),
        ("z-list", json!({"L": [second(past)]})),
        ("z-set", json!({"NS": [past.to_string()]})),
    ] {
        put(&service, p, exp).await;
    }
    assert_eq!(delete_expired(&service).await, 5);
    let left = keys(&service, None).await;
    assert!(
        left.len() == 10 && left.iter().all(|p| p.starts_with("z-")),
        "{left:?}"
    );
    service.clock.advance(1000);
    assert_eq!(delete_expired(&service).await, 1, "a second later, z-now");
}

#[tokio::test]
async fn what_an_item_says_last_counts() {
    let service = Service::new(0);
    service.create("abc", json!({})).await;
    set(&service, true, "exp").await;
    for p in ["put", "updated", "removed", "moved", "same"] {
        put(&service, p, second(NOW + 10)).await;
    }
    put(&service, "put", second(NOW + 1000)).await;
    put(&service, "same", second(NOW + 10)).await;
    let update = |p: &str, expression: &str, values: Value| {
        let mut request =
            json!({"TableName": "abc", "Key": {"p": {"S": p}}, "UpdateExpression": expression});
        if !values.is_null() {
            request["ExpressionAttributeValues"] = values;
        }
        request
    };
    ok(
        &service,
        "UpdateItem",
        update("updated", "ADD exp :n", json!({":n": second(1000)})),
    )
    .await;
    ok(
        &service,
        "UpdateItem",
        update("removed", "REMOVE exp", Value::Null),
    )
    .await;
    let moved = update("moved", "SET exp = :n", json!({":n": second(NOW + 1000)}));
    let request = json!({"TransactItems": [{"Update": moved}]});
    ok(&service, "TransactWriteItems", request).await;
    service.clock.advance(60_000);
    assert_eq!(delete_expired(&service).await, 1);
    assert_eq!(
        keys(&service, None).await,
        ["moved", "put", "removed", "updated"]
    );
    service.clock.advance(3_600_000);
    assert_eq!(delete_expired(&service).await, 3);
    assert_eq!(keys(&service, None).await, ["removed"]);
}

#[tokio::test]
async fn items_older_than_the_setting_expire_too() {
    let service = Service::new(0);
    service.create("abc", json!({})).await;
    for p in 0..300 {
        let exp = if p % 3 == 0 { NOW + 1000 } else { NOW - 10 };
        put(&service, &p.to_string(), second(exp)).await;
    }
    assert_eq!(delete_expired(&service).await, 0, "nothing is set");
    set(&service, true, "exp").await;
    assert_eq!(delete_expired(&service).await, 200);
    assert_eq!(keys(&service, None).await.len(), 100);
}

#[tokio::test]
async fn a_setting_that_is_off_or_new_leaves_nothing_of_the_old() {
    let service = Service::new(0);
    service.create("abc", json!({})).await;
    set(&service, true, "exp").await;
    put(&service, "a", second(NOW + 10)).await;
    set(&service, false, "exp").await;
    put(&service, "b", second(NOW + 10)).await;
    service.clock.advance(60_000);
    assert_eq!(delete_expired(&service).await, 0);
    set(&service, true, "other").await;
    assert_eq!(delete_expired(&service).await, 0);
    assert_eq!(keys(&service, None).await, ["a", "b"]);
    set(&service, false, "other").await;
    set(&service, true, "exp").await;
    assert_eq!(delete_expired(&service).await, 2);
}

#[tokio::test]
async fn a_key_may_tell_the_time() {
    let service = Service::new(0);
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let define = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    let members = json!({
        "KeySchema": [key("p", "HASH"), key("exp", "RANGE")],
        "AttributeDefinitions": [define("p", "S"), define("exp", "N")],
    });
    service.create("abc", members).await;
    put(&service, "old", second(NOW - 10)).await;
    set(&service, true, "exp").await;
    put(&service, "old", second(NOW - 9)).await;
    put(&service, "new", second(NOW + 9)).await;
    assert_eq!(delete_expired(&service).await, 2);
    assert_eq!(keys(&service, None).await, ["new"]);
}

#[tokio::test]
async fn a_table_of_an_old_name_does_not_lose_items_to_old_rows() {
    let service = Service::new(0);
    service.create("abc", json!({})).await;
    set(&service, true, "exp").await;
    put(&service, "a", second(NOW + 10)).await;
    ok(&service, "DeleteTable", json!({"TableName": "abc"})).await;
    service.create("abc", json!({})).await;
    set(&service, true, "exp").await;
    put(&service, "a", second(NOW + 1000)).await;
    service.clock.advance(60_000);
    assert_eq!(delete_expired(&service).await, 0);
    assert_eq!(keys(&service, None).await, ["a"]);
}

#[tokio::test]
async fn statuses_last_as_long_as_the_delay() {
    let service = Service::new(500);
    let change = |enabled: bool| {
        service.call(
            "UpdateTimeToLive",
            json!({"TableName": "abc", "TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": "exp"}}),
        )
    };
    let status = async || {
        ok(&service, "DescribeTimeToLive", json!({"TableName": "abc"})).await
            ["TimeToLiveDescription"]
            .clone()
    };
    service.create("abc", json!({})).await;
    let in_use = "ResourceInUseException: Attempt to change a resource which is still in use: Table is being created: abc";
    assert_eq!(change(true).await, Err(in_use.to_owned()));
    service.clock.advance(500);
    assert!(change(true).await.is_ok());
    let shown = |status: &str| json!({"TimeToLiveStatus": status, "AttributeName": "exp"});
    assert_eq!(status().await, shown("ENABLING"));
    assert_eq!(
        change(true).await,
        Err("ValidationException: TimeToLive is already enabled".to_owned())
    );
    service.clock.advance(500);
    assert_eq!(status().await, shown("ENABLED"));
    assert!(change(false).await.is_ok());
    assert_eq!(status().await, shown("DISABLING"));
    service.clock.advance(500);
    assert_eq!(status().await, json!({"TimeToLiveStatus": "DISABLED"}));
}

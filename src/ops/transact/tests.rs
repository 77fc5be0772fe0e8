//! Transactions in process: holds, tokens over time, and what streams and indexes see of them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::payload::digest;
use crate::clock::Clock;
use crate::engine::holds::Hold;
use crate::engine::tokens::Token;
use crate::engine::{Durability, Engine, NamespaceMode, Options};
use crate::model::{check, table};
use crate::ops::{Caller, dispatch};
use crate::storage::memory::MemoryStore;
use crate::types::{Attr, Item};

/// An engine with a table `t` of key `pk`.
struct Bench {
    engine: Engine,
    clock: Clock,
}

impl Bench {
    async fn new() -> Bench {
        let clock = Clock::manual(1_762_000_000_000);
        let options = Options {
            durability: Durability::Always,
            status_delay: Duration::ZERO,
            account: "000000000000".to_owned(),
            namespace: NamespaceMode::Shared,
            ttl_interval: None,
            clock: clock.clone(),
        };
        let engine = Engine::open(Arc::new(MemoryStore::default()), options).expect("memory opens");
        let bench = Bench { engine, clock };
        bench
            .call(
                "CreateTable",
                json!({
                    "TableName": "tab",
                    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                    "BillingMode": "PAY_PER_REQUEST",
                    "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}
                }),
            )
            .await
            .expect("the table is made");
        bench
    }

    async fn call(&self, operation: &str, input: Value) -> Result<Value, Value> {
        let target = format!("DynamoDB_20120810.{operation}");
        let caller = Caller {
            access_key: "k".to_owned(),
            region: "us-east-1".to_owned(),
            host: None,
        };
        let body = input.to_string();
        let parse = |body: &[u8]| serde_json::from_slice(body).expect("a body is JSON");
        match dispatch(&self.engine, Some(&target), body.as_bytes(), Ok(caller)).await {
            Ok(body) => Ok(parse(&body)),
            Err(reply) => Err(parse(&reply.body)),
        }
    }

    fn hold(&self, keys: &[&str]) -> Hold {
        let table = self.engine.table("", "tab").expect("the table is there");
        let row = |key: &&str| {
            let key: Item = [("pk".to_owned(), Attr::S((*key).to_owned()))]
                .into_iter()
                .collect();
            table.row_key_of(&key).expect("the key fits")
        };
        self.engine
            .hold(keys.iter().map(row).collect(), None)
            .expect("the items are free")
    }

    async fn item(&self, key: &str) -> Value {
        let read = self
            .call(
                "GetItem",
                json!({"TableName": "tab", "Key": {"pk": {"S": key}}}),
            )
            .await;
        read.expect("reads meet no conflict")["Item"].clone()
    }
}

fn put(key: &str, n: u32) -> Value {
    json!({"Put": {"TableName": "tab", "Item": {"pk": {"S": key}, "n": {"N": n.to_string()}}}})
}

fn get(key: &str) -> Value {
    json!({"Get": {"TableName": "tab", "Key": {"pk": {"S": key}}}})
}

fn increment(token: &str) -> Value {
    json!({
        "ClientRequestToken": token,
        "ReturnConsumedCapacity": "TOTAL",
        "TransactItems": [{"Update": {
            "TableName": "tab", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}}
        }}]
    })
}

#[track_caller]
fn check_kind(reply: &Result<Value, Value>, kind: &str) {
    let error = reply.as_ref().expect_err(kind);
    let found = error["__type"]
        .as_str()
        .and_then(|name| name.split('#').nth(1));
    assert_eq!(found, Some(kind), "{error}");
}

#[tokio::test]
async fn a_transaction_in_flight_holds_its_items() {
    let bench = Bench::new().await;
    let hold = bench.hold(&["a", "c"]);
    let reply = bench
        .call(
            "TransactWriteItems",
            json!({"TransactItems": [put("b", 1), put("a", 1)]}),
        )
        .await;
    check_kind(&reply, "TransactionCanceledException");
    let conflict =
        json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"});
    assert_eq!(
        reply.expect_err("canceled")["CancellationReasons"],
        json!([{"Code": "None"}, conflict])
    );
    assert_eq!(bench.item("b").await, Value::Null);

    let reply = bench
        .call(
            "TransactGetItems",
            json!({"TransactItems": [get("a"), get("b"), get("c")]}),
        )
        .await;
    check_kind(&reply, "TransactionCanceledException");
    let reasons = json!([conflict, {"Code": "None"}, conflict]);
    assert_eq!(reply.expect_err("canceled")["CancellationReasons"], reasons);

    drop(hold);
    let reply = bench
        .call(
            "TransactWriteItems",
            json!({"TransactItems": [put("b", 1), put("a", 1)]}),
        )
        .await;
    assert_eq!(reply, Ok(json!({})));
    bench
        .call(
            "TransactGetItems",
            json!({"TransactItems": [get("a"), get("b")]}),
        )
        .await
        .expect("nothing is held");
}

#[tokio::test]
async fn single_writes_of_held_items_are_refused() {
    let bench = Bench::new().await;
    let hold = bench.hold(&["a"]);
    let key = json!({"TableName": "tab", "Key": {"pk": {"S": "a"}}});
    let item = |key: &str| json!({"TableName": "tab", "Item": {"pk": {"S": key}}});
    let refused = bench.call("PutItem", item("a")).await;
    assert_eq!(
        refused.as_ref().expect_err("held")["message"],
        "Transaction is ongoing for the item"
    );
    check_kind(&refused, "TransactionConflictException");
    check_kind(
        &bench.call("UpdateItem", key.clone()).await,
        "TransactionConflictException",
    );
    check_kind(
        &bench.call("DeleteItem", key.clone()).await,
        "TransactionConflictException",
    );
    bench.call("PutItem", item("b")).await.expect("b is free");
    assert_eq!(bench.item("a").await, Value::Null);

    let request = |key: &str| json!({"PutRequest": {"Item": {"pk": {"S": key}}}});
    let delete = json!({"DeleteRequest": {"Key": {"pk": {"S": "b"}}}});
    let batch = json!({"RequestItems": {"tab": [request("c"), request("a"), delete]}});
    let reply = bench
        .call("BatchWriteItem", batch)
        .await
        .expect("the rest is written");
    assert_eq!(reply["UnprocessedItems"], json!({"tab": [request("a")]}));
    assert_eq!(
        (bench.item("b").await, bench.item("a").await),
        (Value::Null, Value::Null)
    );
    assert_eq!(bench.item("c").await, json!({"pk": {"S": "c"}}));
    drop(hold);
    bench.call("PutItem", item("a")).await.expect("a is free");
}

#[tokio::test]
async fn a_token_is_good_for_ten_minutes() {
    let bench = Bench::new().await;
    let reply = bench
        .call("TransactWriteItems", increment("t"))
        .await
        .expect("it is new");
    let written = json!([{"TableName": "tab", "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}]);
    assert_eq!(reply["ConsumedCapacity"], written);
    bench.clock.advance(10 * 60 * 1000 - 1);
    let read = json!([{"TableName": "tab", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]);
    let reply = bench
        .call("TransactWriteItems", increment("t"))
        .await
        .expect("it was done");
    assert_eq!(reply["ConsumedCapacity"], read);
    let other = json!({"ClientRequestToken": "t", "TransactItems": [put("a", 1)]});
    check_kind(
        &bench.call("TransactWriteItems", other).await,
        "IdempotentParameterMismatchException",
    );
    // What was done before does not conflict with what is in flight now.
    let hold = bench.hold(&["a"]);
    let reply = bench
        .call("TransactWriteItems", increment("t"))
        .await
        .expect("it was done");
    assert_eq!(reply["ConsumedCapacity"], read);
    drop(hold);
    assert_eq!(bench.item("a").await["n"], json!({"N": "1"}));
    bench.clock.advance(1);
    bench
        .call("TransactWriteItems", increment("t"))
        .await
        .expect("it is new again");
    assert_eq!(bench.item("a").await["n"], json!({"N": "2"}));
}

#[tokio::test]
async fn a_failed_transaction_leaves_no_token() {
    let bench = Bench::new().await;
    let check = json!({"ConditionCheck": {
        "TableName": "tab", "Key": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_exists(pk)"
    }});
    let request = json!({"ClientRequestToken": "t", "TransactItems": [check, put("b", 1)]});
    check_kind(
        &bench.call("TransactWriteItems", request.clone()).await,
        "TransactionCanceledException",
    );
    bench
        .call(
            "TransactWriteItems",
            json!({"TransactItems": [put("a", 1)]}),
        )
        .await
        .expect("a is made");
    bench
        .call("TransactWriteItems", request)
        .await
        .expect("now the condition holds");
    assert_eq!(bench.item("b").await["n"], json!({"N": "1"}));
}

#[tokio::test]
async fn a_token_in_flight_is_in_progress() {
    let bench = Bench::new().await;
    let body = increment("t").to_string();
    let checked = check::check(
        "TransactWriteItems",
        &table::TRANSACT_WRITE_ITEMS_INPUT,
        body.as_bytes(),
    );
    let checked = checked.expect("the request is sound");
    let digest = digest(
        checked
            .member("TransactItems")
            .expect("it is required")
            .elements(),
    );
    for (digest, kind) in [
        (digest, "TransactionInProgressException"),
        ([0; 32], "IdempotentParameterMismatchException"),
    ] {
        let hold = bench
            .engine
            .hold(Vec::new(), Some(Token::new("", "t", digest)))
            .expect("nothing is held");
        check_kind(
            &bench.call("TransactWriteItems", increment("t")).await,
            kind,
        );
        drop(hold);
    }
    bench
        .call("TransactWriteItems", increment("t"))
        .await
        .expect("nothing is in flight");
}

#[tokio::test]
async fn one_request_twice_at_once_happens_once() {
    let bench = Bench::new().await;
    let calls = (
        bench.call("TransactWriteItems", increment("t")),
        bench.call("TransactWriteItems", increment("t")),
    );
    let (first, second) = tokio::join!(calls.0, calls.1);
    first.expect("it is new");
    if let Ok(reply) = &second {
        assert_eq!(
            reply["ConsumedCapacity"][0]["ReadCapacityUnits"], 2.0,
            "the first was over"
        );
    } else {
        check_kind(&second, "TransactionInProgressException");
    }
    assert_eq!(bench.item("a").await["n"], json!({"N": "1"}));
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_is_not_done_again() {
    let bench = Bench::new().await;
    {
        // Accepted and queued, then given up by its caller.
        let mut first = std::pin::pin!(bench.call("TransactWriteItems", increment("t")));
        tokio::select! {
            biased;
            _ = &mut first => {}
            () = std::future::ready(()) => {}
        }
    }
    bench
        .call("TransactWriteItems", increment("t"))
        .await
        .expect("a retry succeeds");
    assert_eq!(bench.item("a").await["n"], json!({"N": "1"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contention_gives_conflicts_and_loses_nothing() {
    let bench = Arc::new(Bench::new().await);
    let mut tasks = Vec::new();
    for worker in 0..8 {
        let bench = Arc::clone(&bench);
        tasks.push(tokio::spawn(async move {
            let (mut done, mut conflicts) = (0, 0);
            for attempt in 0..200 {
                match bench
                    .call(
                        "TransactWriteItems",
                        increment(&format!("{worker}-{attempt}")),
                    )
                    .await
                {
                    Ok(_) => done += 1,
                    Err(error) => {
                        assert_eq!(
                            error["CancellationReasons"][0]["Code"], "TransactionConflict",
                            "{error}"
                        );
                        conflicts += 1;
                    }
                }
            }
            (done, conflicts)
        }));
    }
    let (mut done, mut conflicts) = (0, 0);
    for task in tasks {
        let counts = task.await.expect("no panic");
        done += counts.0;
        conflicts += counts.1;
    }
    assert_eq!(bench.item("a").await["n"], json!({"N": done.to_string()}));
    assert!(
        conflicts > 0 && done > 0,
        "{done} done, {conflicts} conflicts"
    );
}

#[tokio::test]
async fn one_after_another_never_conflicts() {
    let bench = Bench::new().await;
    for n in 0..200 {
        bench
            .call(
                "TransactWriteItems",
                json!({"TransactItems": [put("a", n), put("b", n)]}),
            )
            .await
            .expect("free");
        let item = json!({"TableName": "tab", "Item": {"pk": {"S": "a"}}});
        bench.call("PutItem", item).await.expect("free");
        bench
            .call(
                "TransactGetItems",
                json!({"TransactItems": [get("a"), get("b")]}),
            )
            .await
            .expect("free");
    }
}

#[tokio::test]
async fn a_stream_has_one_record_for_each_changed_item() {
    let bench = Bench::new().await;
    bench
        .call(
            "PutItem",
            json!({"TableName": "tab", "Item": {"pk": {"S": "same"}}}),
        )
        .await
        .expect("same");
    bench
        .call(
            "PutItem",
            json!({"TableName": "tab", "Item": {"pk": {"S": "gone"}}}),
        )
        .await
        .expect("gone");
    let before = bench.engine.next_sequence();
    let delete = |key: &str| json!({"Delete": {"TableName": "tab", "Key": {"pk": {"S": key}}}});
    let same = json!({"Put": {"TableName": "tab", "Item": {"pk": {"S": "same"}}}});
    let actions = json!([put("new", 1), same, delete("gone"), delete("never")]);
    bench
        .call("TransactWriteItems", json!({"TransactItems": actions}))
        .await
        .expect("all is done");
    let failing = json!({"ConditionCheck": {
        "TableName": "tab", "Key": {"pk": {"S": "x"}}, "ConditionExpression": "attribute_exists(pk)"
    }});
    let reply = bench
        .call(
            "TransactWriteItems",
            json!({"TransactItems": [put("y", 1), failing]}),
        )
        .await;
    check_kind(&reply, "TransactionCanceledException");
    let stream = bench
        .engine
        .table("", "tab")
        .expect("it is there")
        .stream
        .clone()
        .expect("it has one");
    let page = bench
        .engine
        .records(stream.number, before, 10)
        .await
        .expect("records can be read");
    assert_eq!(page.records.len(), 2);
}

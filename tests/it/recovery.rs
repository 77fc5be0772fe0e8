//! Kills the server with SIGKILL under mixed load, again and again, and looks at what is there when it is back.
//!
//! Six writers own their keys (two share counters) and note for each key what was acknowledged and what was under way. After a
//! restart every key must hold one of these, the indexes must agree with the table, the stream must fold to the table's
//! content with each old image being what the fold had, and the counts must be exact. One data directory lives through all
//! rounds. DYNASLED_RECOVERY_ROUNDS says how many (8 when unset).

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Connection, Server};

const TABLE: &str = "mixed";
const COUNTERS: u64 = 5;
const ROUND: Duration = Duration::from_millis(900);

/// What may be found under a key: the last acknowledged item first, then those whose answer never came.
type Expected = HashMap<String, Vec<Option<Value>>>;
type Content = BTreeMap<(String, String), Value>;

#[derive(Default)]
struct Counts {
    acknowledged: [AtomicU64; COUNTERS as usize],
    under_way: [AtomicU64; COUNTERS as usize],
}

/// A sequence of numbers that looks random and is the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn rounds() -> u64 {
    std::env::var("DYNASLED_RECOVERY_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(8)
}

fn key(name: &str) -> Value {
    json!({"pk": {"S": name}, "sk": {"N": "1"}})
}

/// An item whose index keys move about, come and go.
fn item(name: &str, dice: &mut Dice) -> Value {
    let mut item = key(name);
    item["v"] = json!({"N": dice.roll(1_000_000_000).to_string()});
    if dice.roll(4) > 0 {
        item["g"] = json!({"S": format!("group-{}", dice.roll(5))});
    }
    if dice.roll(3) > 0 {
        item["l"] = json!({"N": dice.roll(50).to_string()});
    }
    item["fill"] = json!({"S": "x".repeat(usize::try_from(dice.roll(400)).unwrap())});
    item
}

async fn put(
    connection: &mut Connection,
    name: &str,
    dice: &mut Dice,
    expected: &Mutex<Expected>,
) -> std::io::Result<()> {
    let item = item(name, dice);
    write(
        connection,
        "PutItem",
        &json!({"TableName": TABLE, "Item": item}),
        &[(name.to_owned(), Some(item))],
        expected,
    )
    .await
}

async fn delete(
    connection: &mut Connection,
    name: &str,
    expected: &Mutex<Expected>,
) -> std::io::Result<()> {
    write(
        connection,
        "DeleteItem",
        &json!({"TableName": TABLE, "Key": key(name)}),
        &[(name.to_owned(), None)],
        expected,
    )
    .await
}

async fn batch(
    connection: &mut Connection,
    names: &[String],
    dice: &mut Dice,
    expected: &Mutex<Expected>,
) -> std::io::Result<()> {
    let mut effects: Vec<(String, Option<Value>)> = Vec::new();
    for name in names {
        let item = (dice.roll(4) > 0).then(|| item(name, dice));
        effects.push((name.clone(), item));
    }
    let requests: Vec<Value> = effects
        .iter()
        .map(|(name, item)| match item {
            Some(item) => json!({"PutRequest": {"Item": item}}),
            None => json!({"DeleteRequest": {"Key": key(name)}}),
        })
        .collect();
    write(
        connection,
        "BatchWriteItem",
        &json!({"RequestItems": {TABLE: requests}}),
        &effects,
        expected,
    )
    .await
}

async fn write(
    connection: &mut Connection,
    operation: &str,
    input: &Value,
    effects: &[(String, Option<Value>)],
    expected: &Mutex<Expected>,
) -> std::io::Result<()> {
    for (name, effect) in effects {
        expected
            .lock()
            .unwrap()
            .entry(name.clone())
            .or_insert_with(|| vec![None])
            .push(effect.clone());
    }
    connection.call(operation, input).await?.expect_ok();
    for (name, effect) in effects {
        expected
            .lock()
            .unwrap()
            .insert(name.clone(), vec![effect.clone()]);
    }
    Ok(())
}

/// Writes until the connection breaks.
async fn writer(
    port: u16,
    number: u64,
    seed: u64,
    expected: Arc<Mutex<Expected>>,
    counts: Arc<Counts>,
) {
    let Ok(mut connection) = Connection::try_open(port).await else {
        return;
    };
    let mut dice = Dice(seed.wrapping_mul(977) + number);
    let own = |dice: &mut Dice| format!("writer-{number}-{}", dice.roll(60));
    loop {
        let done = match number {
            0 | 1 => {
                let name = own(&mut dice);
                put(&mut connection, &name, &mut dice, &expected).await
            }
            2 | 3 => count(&mut connection, dice.roll(COUNTERS), &counts).await,
            4 => {
                let first = dice.roll(60);
                let names: Vec<String> = (0..=dice.roll(24))
                    .map(|step| format!("writer-4-{}", first + step))
                    .collect();
                batch(&mut connection, &names, &mut dice, &expected).await
            }
            _ => {
                let name = own(&mut dice);
                match dice.roll(2) {
                    0 => put(&mut connection, &name, &mut dice, &expected).await,
                    _ => delete(&mut connection, &name, &expected).await,
                }
            }
        };
        if done.is_err() {
            return;
        }
    }
}

async fn count(connection: &mut Connection, counter: u64, counts: &Counts) -> std::io::Result<()> {
    let place = usize::try_from(counter).unwrap();
    counts.under_way[place].fetch_add(1, Ordering::SeqCst);
    let input = json!({"TableName": TABLE, "Key": key(&format!("counter-{counter}")), "UpdateExpression": "ADD n :one SET g = :g, l = :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":g": {"S": "counters"}}});
    connection.call("UpdateItem", &input).await?.expect_ok();
    counts.under_way[place].fetch_sub(1, Ordering::SeqCst);
    counts.acknowledged[place].fetch_add(1, Ordering::SeqCst);
    Ok(())
}

fn place(item: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&item["pk"]["S"]), text(&item["sk"]["N"]))
}

async fn scan(server: &Server, index: Option<&str>) -> Content {
    let (mut connection, mut content) = (server.connect().await, Content::new());
    let mut input = json!({"TableName": TABLE});
    if let Some(index) = index {
        input["IndexName"] = json!(index);
    }
    loop {
        let page = connection.call("Scan", &input).await.unwrap().expect_ok();
        for item in page["Items"].as_array().unwrap() {
            assert!(
                content.insert(place(item), item.clone()).is_none(),
                "one key twice in {index:?}"
            );
        }
        match page.get("LastEvaluatedKey") {
            Some(last) => input["ExclusiveStartKey"] = last.clone(),
            None => return content,
        }
    }
}

/// The bytes DynamoDB counts for these items, which hold strings and small whole numbers.
fn bytes(content: &Content) -> u64 {
    let value = |value: &Value| match (&value["S"], &value["N"]) {
        (Value::String(text), _) => text.len(),
        (_, Value::String(digits)) if digits == "0" => 1,
        (_, Value::String(digits)) => 1 + digits.trim_end_matches('0').len().div_ceil(2),
        _ => panic!("an item with another type: {value}"),
    };
    let item = |item: &Value| {
        item.as_object()
            .unwrap()
            .iter()
            .map(|(name, found)| name.len() + value(found))
            .sum::<usize>()
    };
    content.values().map(|found| item(found) as u64).sum()
}

/// Plays the stream from its beginning; every record has to fit what came before it.
async fn fold(server: &Server, arn: &str) -> Content {
    let mut connection = server.connect().await;
    let described = connection
        .call("DescribeStream", &json!({"StreamArn": arn}))
        .await
        .unwrap()
        .expect_ok();
    let (mut content, mut last) = (Content::new(), None);
    for shard in described["StreamDescription"]["Shards"].as_array().unwrap() {
        let input = json!({"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"});
        let mut iterator = connection
            .call("GetShardIterator", &input)
            .await
            .unwrap()
            .expect_ok()["ShardIterator"]
            .clone();
        while iterator.is_string() {
            let page = connection
                .call("GetRecords", &json!({"ShardIterator": iterator}))
                .await
                .unwrap()
                .expect_ok();
            let records = page["Records"].as_array().unwrap();
            for record in records {
                let change = &record["dynamodb"];
                let number: u128 = change["SequenceNumber"].as_str().unwrap().parse().unwrap();
                assert!(last < Some(number), "sequence numbers rise");
                last = Some(number);
                let key = place(&change["Keys"]);
                assert_eq!(
                    change.get("OldImage"),
                    content.get(&key),
                    "the old image of {key:?} in {record}"
                );
                match change.get("NewImage") {
                    Some(image) => drop(content.insert(key, image.clone())),
                    None => drop(content.remove(&key)),
                }
            }
            if records.is_empty() {
                break;
            }
            iterator = page["NextShardIterator"].clone();
        }
    }
    content
}

async fn create(server: &Server) -> String {
    let schema = |hash: &str, range: &str| json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}]);
    let name = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    let all = json!({"ProjectionType": "ALL"});
    let input = json!({"TableName": TABLE, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema("pk", "sk"),
        "AttributeDefinitions": [name("pk", "S"), name("sk", "N"), name("g", "S"), name("l", "N")],
        "GlobalSecondaryIndexes": [{"IndexName": "by-group", "KeySchema": schema("g", "l"), "Projection": all}],
        "LocalSecondaryIndexes": [{"IndexName": "by-l", "KeySchema": schema("pk", "l"), "Projection": all}],
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}});
    let made = server.call("CreateTable", &input).await.expect_ok();
    made["TableDescription"]["LatestStreamArn"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Everything that has to hold when the server is back; the notes then start again from what was found.
async fn check(server: &Server, stream: &str, expected: &Mutex<Expected>, counts: &Counts) -> u64 {
    let table = scan(server, None).await;
    for (name, possible) in expected.lock().unwrap().iter_mut() {
        let found = table.get(&(name.clone(), "1".into())).cloned();
        assert!(
            possible.contains(&found),
            "{name}: found {found:?}, which is none of {possible:?}"
        );
        *possible = vec![found];
    }
    for counter in 0..COUNTERS {
        let place = usize::try_from(counter).unwrap();
        let found = table
            .get(&(format!("counter-{counter}"), "1".into()))
            .map_or("0", |item| item["n"]["N"].as_str().unwrap());
        let found: u64 = found.parse().unwrap();
        let (acknowledged, under_way) = (
            counts.acknowledged[place].load(Ordering::SeqCst),
            counts.under_way[place].swap(0, Ordering::SeqCst),
        );
        assert!(
            (acknowledged..=acknowledged + under_way).contains(&found),
            "counter {counter}: {found}, acknowledged {acknowledged}, under way {under_way}"
        );
        counts.acknowledged[place].store(found, Ordering::SeqCst);
    }
    let having = |names: &[&str]| -> Content {
        let kept = table
            .iter()
            .filter(|(_, item)| names.iter().all(|name| item.get(*name).is_some()));
        kept.map(|(key, item)| (key.clone(), item.clone()))
            .collect()
    };
    assert!(
        scan(server, Some("by-group")).await == having(&["g", "l"]),
        "the global index disagrees with its table"
    );
    assert!(
        scan(server, Some("by-l")).await == having(&["l"]),
        "the local index disagrees with its table"
    );
    assert!(
        fold(server, stream).await == table,
        "the stream does not fold to the table"
    );
    let described = server
        .call("DescribeTable", &json!({"TableName": TABLE}))
        .await
        .expect_ok();
    assert_eq!(described["Table"]["ItemCount"], json!(table.len()));
    assert_eq!(described["Table"]["TableSizeBytes"], json!(bytes(&table)));
    assert_eq!(
        described["Table"]["GlobalSecondaryIndexes"][0]["ItemCount"],
        json!(having(&["g", "l"]).len())
    );
    assert_eq!(
        described["Table"]["LocalSecondaryIndexes"][0]["ItemCount"],
        json!(having(&["l"]).len())
    );
    counts
        .acknowledged
        .iter()
        .map(|count| count.load(Ordering::SeqCst))
        .sum()
}

async fn play(state: &Path, rounds: u64) {
    let mut server = Server::on_disk(state);
    let stream = create(&server).await;
    let (expected, counts) = (
        Arc::new(Mutex::new(Expected::new())),
        Arc::new(Counts::default()),
    );
    let mut counted = 0;
    for round in 0..rounds {
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..6 {
            writers.spawn(writer(
                server.port,
                number,
                round,
                Arc::clone(&expected),
                Arc::clone(&counts),
            ));
        }
        // Kills at different moments of the load, the first ones early.
        tokio::time::sleep(ROUND.mul_f64(0.2 + 0.8 * (round as f64 / rounds as f64))).await;
        server.kill();
        writers.join_all().await;
        server = Server::on_disk(state);
        let now = check(&server, &stream, &expected, &counts).await;
        assert!(
            now > counted,
            "a round in which nothing was counted proves nothing"
        );
        counted = now;
    }
    assert!(server.stop().success());
    let server = Server::on_disk(state);
    check(&server, &stream, &expected, &counts).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    play(&folder.path().join("state"), rounds()).await;
}

#[tokio::test]
async fn a_table_being_deleted_when_killed_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut server = Server::on_disk(&state);
    create(&server).await;
    let mut connection = server.connect().await;
    for group in 0..40 {
        let puts: Vec<Value> = (0..25)
            .map(|row| json!({"PutRequest": {"Item": key(&format!("{group}-{row}"))}}))
            .collect();
        connection
            .call("BatchWriteItem", &json!({"RequestItems": {TABLE: puts}}))
            .await
            .unwrap()
            .expect_ok();
    }
    connection
        .call("DeleteTable", &json!({"TableName": TABLE}))
        .await
        .unwrap()
        .expect_ok();
    server.kill();
    let mut server = Server::on_disk(&state);
    let reply = server
        .call("DescribeTable", &json!({"TableName": TABLE}))
        .await;
    assert_eq!(reply.kind().as_deref(), Some("ResourceNotFoundException"));
    create(&server).await;
    assert!(
        scan(&server, None).await.is_empty(),
        "rows of the old table"
    );
    server.kill();
    let server = Server::on_disk(&state);
    assert!(
        scan(&server, None).await.is_empty(),
        "rows of the old table"
    );
}

#[tokio::test]
async fn items_expire_once_each_however_often_the_server_is_killed() {
    #[allow(clippy::disallowed_methods)] // the server goes by the system's clock too
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let start = |interval| {
        let place = state.to_str().unwrap();
        Server::with_arguments(&["--data-dir", place, "--ttl-interval", interval])
    };
    let mut server = start("off");
    let stream = create(&server).await;
    let mut connection = server.connect().await;
    let mut kept = BTreeMap::new();
    for group in 0..60 {
        if group == 40 {
            let specification = json!({"Enabled": true, "AttributeName": "exp"});
            let request = json!({"TableName": TABLE, "TimeToLiveSpecification": specification});
            let reply = connection.call("UpdateTimeToLive", &request).await;
            reply.unwrap().expect_ok();
        }
        let mut puts = Vec::new();
        for row in 0..25 {
            let name = format!("{group}-{row}");
            let mut item = key(&name);
            let is_kept = row % 5 == 0;
            let exp = if is_kept { now + 86_400 } else { now - 60 };
            item["exp"] = json!({"N": exp.to_string()});
            item["l"] = json!({"N": "1"});
            if is_kept {
                kept.insert((name, "1".to_owned()), item.clone());
            }
            puts.push(json!({"PutRequest": {"Item": item}}));
        }
        let request = json!({"RequestItems": {TABLE: puts}});
        let reply = connection.call("BatchWriteItem", &request).await;
        reply.unwrap().expect_ok();
    }
    server.kill();
    for pause in [20, 40, 60] {
        let mut server = start("10ms");
        tokio::time::sleep(Duration::from_millis(pause)).await;
        server.kill();
    }
    let server = start("10ms");
    let mut left = scan(&server, None).await;
    for _ in 0..500 {
        if left.len() == kept.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        left = scan(&server, None).await;
    }
    assert!(
        left == kept,
        "{} items instead of {}",
        left.len(),
        kept.len()
    );
    assert!(scan(&server, Some("by-l")).await == kept);
    assert!(
        fold(&server, &stream).await == kept,
        "the stream does not fold to the table"
    );
    let described = server
        .call("DescribeTable", &json!({"TableName": TABLE}))
        .await
        .expect_ok();
    assert_eq!(described["Table"]["ItemCount"], json!(kept.len()));
}

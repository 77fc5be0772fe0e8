//! Random histories of a table with indexes and a stream, against a plain map: indexes, figures and stream agree with it,
//! in memory as on disk, and on disk once more after the store was opened again.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::writes::{Row, Rows, Step, steps};
use super::{sorted, wait};
use crate::ops::tables::testing::Service;
use crate::storage::{Durability, MemoryStore, SledOptions, SledStore};

/// The indexes: name, key attributes, what they copy besides.
const INDEXES: [(&str, &[&str], Copies); 4] = [
    ("local", &["p", "l"], Copies::Also("x")),
    ("keys", &["g"], Copies::Keys),
    ("some", &["g", "h"], Copies::Also("x")),
    ("all", &["h", "l"], Copies::All),
];
#[derive(Clone, Copy)]
enum Copies {
    Keys,
    Also(&'static str),
    All,
}

/// Runs a step here and there. The map decides whether it has to be refused; how many items it changed.
async fn run(service: &Service, step: &Step, rows: &mut Rows) -> usize {
    let (writes, operation, request) = match step {
        Step::One(write) => {
            let (name, mut request) = write.request();
            request["ReturnValues"] = json!("ALL_OLD");
            (std::slice::from_ref(write), format!("{name}Item"), request)
        }
        Step::Batch(writes) => {
            let actions = writes.iter().map(|write| match write.request() {
                ("Put", request) => json!({"PutRequest": {"Item": request["Item"]}}),
                (_, request) => json!({"DeleteRequest": {"Key": request["Key"]}}),
            });
            let request = json!({"RequestItems": {"abc": actions.collect::<Vec<_>>()}});
            (&writes[..], "BatchWriteItem".to_owned(), request)
        }
        Step::Transact(writes) => {
            let actions = writes.iter().map(|write| {
                let (name, request) = write.request();
                json!({ name: request })
            });
            let request = json!({"TransactItems": actions.collect::<Vec<_>>()});
            (&writes[..], "TransactWriteItems".to_owned(), request)
        }
    };
    let reply = service.call(&operation, request).await;
    if !writes.iter().all(|write| write.is_allowed(rows)) {
        let kind = match step {
            Step::Transact(_) => "TransactionCanceledException",
            _ => "ConditionalCheckFailedException",
        };
        let error = reply.unwrap_err();
        assert!(error.starts_with(kind), "{error}");
        return 0;
    }
    let reply = reply.unwrap();
    if let Step::One(write) = step {
        let old = rows.get(&write.key).map(|row| json!(row));
        assert_eq!(reply.get("Attributes").cloned(), old);
    }
    let changed = writes.iter().map(|write| write.apply(rows));
    changed.filter(|differs| *differs).count()
}

/// Bytes of a value: those of names and texts, a number by pairs of digits, 1 for the rest, 3 and 1 an element for documents.
fn size(value: &Value) -> usize {
    let (kind, content) = value.as_object().unwrap().iter().next().unwrap();
    let elements = || content.as_array().unwrap().iter();
    match kind.as_str() {
        "S" => content.as_str().unwrap().len(),
        "N" => {
            let text = content.as_str().unwrap();
            let digits = text.trim_start_matches('-').trim_end_matches('0').len();
            1 + digits.div_ceil(2) + usize::from(text.starts_with('-'))
        }
        "SS" => elements()
            .map(|member| member.as_str().unwrap().len())
            .sum(),
        "L" => 3 + elements().map(|element| 1 + size(element)).sum::<usize>(),
        "M" => {
            let entries = content.as_object().unwrap().iter();
            3 + entries
                .map(|(name, value)| 1 + name.len() + size(value))
                .sum::<usize>()
        }
        _ => 1,
    }
}

fn figures(rows: &[Row]) -> (usize, usize) {
    let values = rows.iter().flatten();
    (
        rows.len(),
        values.map(|(name, value)| name.len() + size(value)).sum(),
    )
}

/// What an index holds of the table.
fn copies(rows: &Rows, keys: &[&str], copies: Copies) -> Vec<Row> {
    let indexed = rows
        .values()
        .filter(|row| keys.iter().all(|name| row.contains_key(*name)));
    let rows = indexed.cloned().map(|mut row| {
        row.retain(|name, _| match copies {
            Copies::All => true,
            Copies::Also(other) if name == other => true,
            _ => ["p", "s"].contains(&name.as_str()) || keys.contains(&name.as_str()),
        });
        row
    });
    rows.collect()
}

async fn create(service: &Service) {
    let schema = |names: &[&str]| {
        let parts = names.iter().zip(["HASH", "RANGE"]);
        json!(
            parts
                .map(|(name, kind)| json!({"AttributeName": name, "KeyType": kind}))
                .collect::<Vec<_>>()
        )
    };
    let index = |(name, keys, copies): (&str, &[&str], Copies)| {
        let projection = match copies {
            Copies::Keys => json!({"ProjectionType": "KEYS_ONLY"}),
            Copies::Also(other) => {
                json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": [other]})
            }
            Copies::All => json!({"ProjectionType": "ALL"}),
        };
        json!({"IndexName": name, "KeySchema": schema(keys), "Projection": projection})
    };
    let kinds = [("p", "S"), ("s", "N"), ("g", "S"), ("h", "N"), ("l", "N")];
    let members = json!({
        "KeySchema": schema(&["p", "s"]),
        "AttributeDefinitions": kinds.map(|(name, kind)| json!({"AttributeName": name, "AttributeType": kind})),
        "LocalSecondaryIndexes": [index(INDEXES[0])],
        "GlobalSecondaryIndexes": [index(INDEXES[1]), index(INDEXES[2]), index(INDEXES[3])],
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    });
    service.create("abc", members).await;
}

/// Holds all that can be read against the map, and returns it.
async fn check(service: &Service, rows: &Rows, changes: usize) -> Vec<Value> {
    let mut answers = Vec::new();
    let described = service
        .call("DescribeTable", json!({"TableName": "abc"}))
        .await
        .unwrap();
    let described = described["Table"].clone();
    let described_index = |name: &str| {
        let lists = ["LocalSecondaryIndexes", "GlobalSecondaryIndexes"];
        let mut indexes = lists
            .into_iter()
            .flat_map(|list| described[list].as_array().unwrap());
        indexes
            .find(|index| index["IndexName"] == name)
            .unwrap()
            .clone()
    };
    let all: Vec<Row> = rows.values().cloned().collect();
    let mut views = vec![(
        json!({"TableName": "abc"}),
        all,
        described.clone(),
        "TableSizeBytes",
    )];
    for (name, keys, kept) in INDEXES {
        let request = json!({"TableName": "abc", "IndexName": name});
        views.push((
            request,
            copies(rows, keys, kept),
            described_index(name),
            "IndexSizeBytes",
        ));
    }
    for (request, expected, described, bytes) in views {
        let reply = service.call("Scan", request.clone()).await.unwrap();
        let found = reply["Items"].as_array().unwrap().clone();
        assert_eq!(
            sorted(found),
            sorted(expected.iter().map(|row| json!(row))),
            "{request}"
        );
        let figures = figures(&expected);
        assert_eq!(
            (&described["ItemCount"], &described[bytes]),
            (&json!(figures.0), &json!(figures.1)),
            "{request}"
        );
        answers.push(reply);
    }
    answers.push(check_stream(service, &described["LatestStreamArn"], rows, changes).await);
    answers
}

/// Each record begins where those before it ended, and the last ends where the table is.
async fn check_stream(service: &Service, arn: &Value, rows: &Rows, changes: usize) -> Value {
    let stream = service
        .call("DescribeStream", json!({"StreamArn": arn}))
        .await
        .unwrap();
    let shard = &stream["StreamDescription"]["Shards"][0]["ShardId"];
    let place = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = service.call("GetShardIterator", place).await.unwrap();
    let records = service.call("GetRecords", iterator).await.unwrap()["Records"].clone();
    let mut folded: BTreeMap<String, Value> = BTreeMap::new();
    for record in records.as_array().unwrap() {
        let change = &record["dynamodb"];
        let key = change["Keys"].to_string();
        let (old, new) = (change.get("OldImage"), change.get("NewImage"));
        let kind = match (old, new) {
            (None, Some(_)) => "INSERT",
            (Some(_), Some(_)) => "MODIFY",
            _ => "REMOVE",
        };
        assert_eq!(record["eventName"], kind);
        assert_eq!(folded.remove(&key).as_ref(), old, "{record}");
        folded.extend(new.map(|new| (key, new.clone())));
    }
    assert_eq!(records.as_array().unwrap().len(), changes);
    assert_eq!(
        sorted(folded.into_values()),
        sorted(rows.values().map(|row| json!(row)))
    );
    records
}

async fn play(service: &Service, steps: &[Step]) -> (Rows, usize, Vec<Value>) {
    create(service).await;
    let (mut rows, mut changes) = (Rows::new(), 0);
    for step in steps {
        changes += run(service, step, &mut rows).await;
    }
    let answers = check(service, &rows, changes).await;
    (rows, changes, answers)
}

async fn check_history(steps: &[Step]) {
    let (_, _, in_memory) = play(&Service::over(Arc::new(MemoryStore::new()), 0), steps).await;
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let options = SledOptions {
            durability: Durability::Never,
            ..SledOptions::default()
        };
        Service::over(
            Arc::new(SledStore::open(folder.path(), options).unwrap()),
            0,
        )
    };
    let service = open();
    let (rows, changes, on_disk) = play(&service, steps).await;
    assert_eq!(on_disk, in_memory);
    drop(service);
    assert_eq!(check(&open(), &rows, changes).await, in_memory);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn indexes_figures_and_the_stream_follow_the_table(steps in steps()) {
        wait(check_history(&steps));
    }
}

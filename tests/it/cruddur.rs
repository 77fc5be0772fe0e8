//! The Cruddur fixtures through the Rust SDK: create, seed, access patterns A to E, the stream, a restart in the middle.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, Projection, ProjectionType, ProvisionedThroughput, PutRequest, ReturnConsumedCapacity,
    ScalarAttributeType, StreamSpecification, StreamViewType, TableStatus, WriteRequest,
};
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use serde_json::Value;

use crate::support::Server;

const TABLE: &str = "cruddur-messages";
const INDEX: &str = "message-group-sk-index";

type Row = HashMap<String, AttributeValue>;
type Rows = BTreeMap<(String, String), Row>;

struct App {
    server: Server,
    db: Client,
    streams: aws_sdk_dynamodbstreams::Client,
}

impl App {
    fn over(server: Server) -> Self {
        let http = aws_smithy_http_client::Builder::new().build_http();
        let secret =
            aws_sdk_dynamodb::config::Credentials::new("local", "local", None, None, "tests");
        let db = aws_sdk_dynamodb::Config::builder()
            .endpoint_url(server.url())
            .http_client(http.clone())
            .credentials_provider(secret.clone())
            .region(aws_sdk_dynamodb::config::Region::new("eu-south-1"))
            .build();
        let streams = aws_sdk_dynamodbstreams::Config::builder()
            .endpoint_url(server.url())
            .http_client(http)
            .credentials_provider(secret)
            .region(aws_sdk_dynamodbstreams::config::Region::new("eu-south-1"))
            .build();
        Self {
            server,
            db: Client::from_conf(db),
            streams: aws_sdk_dynamodbstreams::Client::from_conf(streams),
        }
    }

    async fn create(&self) -> String {
        let throughput = || {
            ProvisionedThroughput::builder()
                .read_capacity_units(5)
                .write_capacity_units(5)
                .build()
                .unwrap()
        };
        let name = |name: &str| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap()
        };
        let key = |name: &str, kind: KeyType| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
                .unwrap()
        };
        let index = GlobalSecondaryIndex::builder()
            .index_name(INDEX)
            .key_schema(key("message_group_uuid", KeyType::Hash))
            .key_schema(key("sk", KeyType::Range))
            .projection(
                Projection::builder()
                    .projection_type(ProjectionType::All)
                    .build(),
            )
            .provisioned_throughput(throughput())
            .build()
            .unwrap();
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewImage)
            .build()
            .unwrap();
        let made = self
            .db
            .create_table()
            .table_name(TABLE)
            .set_attribute_definitions(Some(["message_group_uuid", "pk", "sk"].map(name).to_vec()))
            .set_key_schema(Some(vec![
                key("pk", KeyType::Hash),
                key("sk", KeyType::Range),
            ]))
            .billing_mode(BillingMode::Provisioned)
            .provisioned_throughput(throughput())
            .global_secondary_indexes(index)
            .stream_specification(stream)
            .send()
            .await
            .unwrap();
        made.table_description.unwrap().latest_stream_arn.unwrap()
    }

    async fn rows(&self, index: Option<&str>) -> Rows {
        let pages = self
            .db
            .scan()
            .table_name(TABLE)
            .set_index_name(index.map(str::to_owned))
            .into_paginator()
            .items()
            .send();
        let items = pages.try_collect().await.unwrap();
        items
            .into_iter()
            .map(|item| (key_of(&item), item))
            .collect()
    }

    async fn records(&self, arn: &str) -> Vec<Record> {
        let described = self
            .streams
            .describe_stream()
            .stream_arn(arn)
            .send()
            .await
            .unwrap()
            .stream_description
            .unwrap();
        assert_eq!(described.key_schema().len(), 2);
        let mut records = Vec::new();
        for shard in described.shards() {
            let first = self
                .streams
                .get_shard_iterator()
                .stream_arn(arn)
                .shard_id(shard.shard_id().unwrap())
                .shard_iterator_type(ShardIteratorType::TrimHorizon);
            let mut iterator = first.send().await.unwrap().shard_iterator;
            while let Some(place) = iterator {
                let page = self
                    .streams
                    .get_records()
                    .shard_iterator(place)
                    .limit(150)
                    .send()
                    .await
                    .unwrap();
                if page.records().is_empty() {
                    break;
                }
                iterator = page.next_shard_iterator;
                records.extend(page.records.unwrap_or_default());
            }
        }
        records
    }

    /// Runs a Query of the fixtures and compares everything that is expected of it.
    async fn check_query(&self, pattern: &Value) {
        let input = &pattern["input"];
        let answer = self
            .db
            .query()
            .table_name(TABLE)
            .key_condition_expression(text(&input["KeyConditionExpression"]))
            .set_expression_attribute_values(Some(row(&input["ExpressionAttributeValues"])))
            .scan_index_forward(false)
            .limit(20)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .unwrap();
        let expected = &pattern["expected"];
        let items: Vec<Row> = expected["Items"]
            .as_array()
            .unwrap()
            .iter()
            .map(row)
            .collect();
        assert_eq!(answer.items(), items);
        assert_eq!(
            (i64::from(answer.count), i64::from(answer.scanned_count)),
            (
                number(&expected["Count"]),
                number(&expected["ScannedCount"])
            )
        );
        assert_eq!(
            answer.last_evaluated_key,
            expected.get("LastEvaluatedKey").map(row)
        );
        assert_eq!(
            answer.consumed_capacity.unwrap().capacity_units,
            expected["ConsumedCapacity"]["CapacityUnits"].as_f64()
        );
    }

    async fn put(&self, item: Row) -> f64 {
        let put = self.db.put_item().table_name(TABLE).set_item(Some(item));
        put.return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .unwrap()
            .consumed_capacity
            .unwrap()
            .capacity_units
            .unwrap()
    }
}

fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/cruddur")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

/// A row given as attribute values; all of this table's are strings.
fn row(value: &Value) -> Row {
    value
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), AttributeValue::S(text(&value["S"]))))
        .collect()
}

/// A row given as plain strings.
fn plain(value: &Value) -> Row {
    value
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), AttributeValue::S(text(value))))
        .collect()
}

fn member(row: &Row, name: &str) -> String {
    row[name].as_s().unwrap().clone()
}

fn key_of(row: &Row) -> (String, String) {
    (member(row, "pk"), member(row, "sk"))
}

fn folded(records: &[Record]) -> Rows {
    use aws_sdk_dynamodbstreams::types::AttributeValue as Streamed;
    let convert = |image: &HashMap<String, Streamed>| -> Row {
        image
            .iter()
            .map(|(name, value)| {
                (
                    name.clone(),
                    AttributeValue::S(value.as_s().unwrap().clone()),
                )
            })
            .collect()
    };
    let mut rows = Rows::new();
    for record in records {
        assert_eq!(record.aws_region(), Some("eu-south-1"));
        let change = record.dynamodb().unwrap();
        let key = key_of(&convert(change.keys().unwrap()));
        match change.new_image() {
            Some(image) => drop(rows.insert(key, convert(image))),
            None => assert!(
                rows.remove(&key).is_some(),
                "{key:?} is removed but was never there"
            ),
        }
    }
    rows
}

/// Pattern E, with this test as the function: the rows of the group move to the time of the new message.
async fn move_the_group(app: &App, pattern: &Value) {
    let group = text(&pattern["input"]["ExpressionAttributeValues"][":group"]["S"]);
    let by_group = || {
        let query = app
            .db
            .query()
            .table_name(TABLE)
            .index_name(INDEX)
            .key_condition_expression("message_group_uuid = :group");
        query
            .expression_attribute_values(":group", AttributeValue::S(group.clone()))
            .send()
    };
    let found = by_group().await.unwrap();
    assert_eq!(found.count, 2);
    let moved_to = text(&pattern["moves_to"]);
    for item in found.items() {
        let key = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone()));
        app.db
            .delete_item()
            .table_name(TABLE)
            .set_key(Some(key.into()))
            .send()
            .await
            .unwrap();
        let mut moved = item.clone();
        moved.insert("sk".into(), AttributeValue::S(moved_to.clone()));
        moved.insert(
            "message".into(),
            AttributeValue::S(text(&pattern["message"])),
        );
        assert_eq!(app.put(moved).await.to_bits(), 2.0_f64.to_bits());
    }
    let found = by_group().await.unwrap();
    assert_eq!(
        found
            .items()
            .iter()
            .map(|item| member(item, "sk"))
            .collect::<Vec<_>>(),
        [moved_to.clone(), moved_to]
    );
}

async fn play(mut app: App, restart: impl AsyncFn(App) -> App) {
    let (conversation, patterns) = (fixture("conversation.json"), fixture("patterns.json"));
    let stream = app.create().await;
    // The app's scripts write at once, without waiting for the table.
    let mut seeded = Rows::new();
    for value in conversation["items"].as_array().unwrap() {
        let item = plain(value);
        app.put(item.clone()).await;
        seeded.insert(key_of(&item), item);
    }
    let described = app
        .db
        .describe_table()
        .table_name(TABLE)
        .send()
        .await
        .unwrap()
        .table
        .unwrap();
    assert_eq!(described.table_status, Some(TableStatus::Active));
    assert_eq!(
        described.item_count,
        Some(i64::try_from(seeded.len()).unwrap())
    );
    assert_eq!(described.table_size_bytes, conversation["bytes"].as_i64());
    assert_eq!(app.rows(None).await, seeded);

    for pattern in ["A-year", "A-dates", "B"] {
        app.check_query(&patterns[pattern]).await;
    }
    app = restart(app).await;
    for pattern in ["A-year", "A-dates", "B"] {
        app.check_query(&patterns[pattern]).await;
    }

    let units = app.put(row(&patterns["D"]["input"]["Item"])).await;
    assert_eq!(
        Some(units),
        patterns["D"]["expected"]["ConsumedCapacity"]["CapacityUnits"].as_f64()
    );
    let requests = patterns["C"]["input"]["RequestItems"][TABLE]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| {
            let put = PutRequest::builder()
                .set_item(Some(row(&request["PutRequest"]["Item"])))
                .build()
                .unwrap();
            WriteRequest::builder().put_request(put).build()
        });
    let batch = app
        .db
        .batch_write_item()
        .request_items(TABLE, requests.collect())
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let batch = batch.send().await.unwrap();
    assert!(batch.unprocessed_items.unwrap().is_empty());
    assert_eq!(
        batch.consumed_capacity.unwrap()[0].capacity_units,
        patterns["C"]["expected"]["ConsumedCapacity"][0]["CapacityUnits"].as_f64()
    );

    move_the_group(&app, &patterns["E"]).await;

    app = restart(app).await;
    let rows = app.rows(None).await;
    assert_eq!(rows.len(), seeded.len() + 4);
    let indexed: Rows = rows
        .iter()
        .filter(|(_, row)| row.contains_key("message_group_uuid"))
        .map(|(key, row)| (key.clone(), row.clone()))
        .collect();
    assert_eq!(app.rows(Some(INDEX)).await, indexed);
    let records = app.records(&stream).await;
    assert_eq!(
        records.len(),
        seeded.len() + 4 + 4,
        "two rows were removed and put again"
    );
    assert_eq!(folded(&records), rows);
}

#[tokio::test]
async fn the_patterns_hold_in_memory() {
    play(App::over(Server::in_memory()), async |app| app).await;
}

#[tokio::test]
async fn the_patterns_hold_on_disk_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let restart = async |mut app: App| {
        assert!(app.server.stop().success());
        App::over(Server::on_disk(&state))
    };
    play(App::over(Server::on_disk(&state)), restart).await;
}

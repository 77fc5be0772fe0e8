//! Streams as requests meet them: places in time, expiry, trimming, regions.

use serde_json::{Value, json};

use crate::engine::streams::StreamHead;
use crate::limits::ITERATOR_LIFE_MS;
use crate::ops::tables::testing::Service;

/// A table with a stream: the stream's ARN and shard.
async fn streamed(service: &Service) -> (Value, Value) {
    let specification =
        json!({"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"}});
    let arn = service.create("abc", specification).await["LatestStreamArn"].clone();
    let reply = service
        .call("DescribeStream", json!({"StreamArn": arn}))
        .await
        .expect("it is there");
    (
        arn,
        reply["StreamDescription"]["Shards"][0]["ShardId"].clone(),
    )
}

async fn put(service: &Service, value: &str) {
    let request = json!({"TableName": "abc", "Item": {"p": {"S": value}}});
    service.call("PutItem", request).await.expect("it is sound");
}

fn keys(reply: &Value) -> Vec<String> {
    let records = reply["Records"].as_array().expect("there are records");
    records
        .iter()
        .map(|record| {
            record["dynamodb"]["Keys"]["p"]["S"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn iterators_begin_at_a_time() {
    let service = Service::new(0);
    let (arn, shard) = streamed(&service).await;
    for value in ["a", "b", "c"] {
        service.clock.advance(1_000);
        put(&service, value).await;
    }
    for (seconds, expected) in [
        (0.0, "abc"),
        (1.0, "abc"),
        (1.5, "bc"),
        (3.0, "c"),
        (3.001, ""),
        (99.0, ""),
    ] {
        let time = 1_762_000_000.0 + seconds;
        let request = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": time});
        let iterator = service
            .call("GetShardIterator", request)
            .await
            .expect("it is sound");
        let reply = service
            .call("GetRecords", iterator)
            .await
            .expect("it is sound");
        assert_eq!(keys(&reply).concat(), expected, "{seconds}");
    }
}

#[tokio::test]
async fn iterators_expire_and_records_are_trimmed() {
    let service = Service::new(0);
    let (arn, shard) = streamed(&service).await;
    put(&service, "a").await;
    put(&service, "b").await;
    let oldest = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let early = service
        .call("GetShardIterator", oldest.clone())
        .await
        .expect("it is sound");
    let records = service
        .call("GetRecords", early.clone())
        .await
        .expect("it is sound");
    let number = |place: usize| records["Records"][place]["dynamodb"]["SequenceNumber"].clone();

    let trim = |txn: &mut crate::engine::commit::Txn<'_>| {
        let head = txn.last_stream("us-east-1", "abc").expect("it was opened");
        let trimmed_to = head.first + 2;
        txn.put_stream(StreamHead {
            trimmed_to,
            ..(*head).clone()
        })
    };
    service.engine.commit(trim).await.expect("memory takes it");
    let is_trimmed = |reply: Result<Value, String>| {
        assert!(reply.is_err_and(|error| error.starts_with("TrimmedDataAccessException: ")));
    };
    is_trimmed(service.call("GetRecords", early).await);
    let at = |place: usize| json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": number(place)});
    is_trimmed(service.call("GetShardIterator", at(0)).await);
    assert!(service.call("GetShardIterator", at(1)).await.is_ok());

    let late = service
        .call("GetShardIterator", oldest)
        .await
        .expect("it is sound");
    service.clock.advance(ITERATOR_LIFE_MS);
    let reply = service
        .call("GetRecords", late.clone())
        .await
        .expect("it is sound");
    assert_eq!(keys(&reply), ["b"]);
    service.clock.advance(1);
    let expired = service.call("GetRecords", late).await;
    assert!(expired.is_err_and(|error| error.starts_with("ExpiredIteratorException: ")));
}

#[tokio::test]
async fn streams_are_seen_from_their_own_region() {
    let service = Service::new(0);
    let (arn, shard) = streamed(&service).await;
    let foreign = |operation: &'static str, request: Value| {
        service.call_from("eu-south-1", operation, request)
    };
    assert_eq!(
        foreign("ListStreams", json!({})).await,
        Ok(json!({"Streams": []}))
    );
    assert!(
        foreign("DescribeStream", json!({"StreamArn": arn}))
            .await
            .is_err()
    );
    let request = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "LATEST"});
    let iterator = service
        .call("GetShardIterator", request)
        .await
        .expect("it is sound");
    assert!(foreign("GetRecords", iterator).await.is_err());
}

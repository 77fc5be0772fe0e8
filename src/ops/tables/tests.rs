//! Life cycles of tables and indexes, against a clock that is moved by hand.

use std::time::Duration;

use serde_json::{Value, json};

use super::testing::Service;

mod expiry;

async fn status(service: &Service, name: &str) -> String {
    match service
        .call("DescribeTable", json!({"TableName": name}))
        .await
    {
        Ok(reply) => reply["Table"]["TableStatus"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        Err(error) => error,
    }
}

#[tokio::test]
async fn statuses_last_as_long_as_the_delay() {
    let service = Service::new(500);
    let name = json!({"TableName": "abc"});
    let update = |member: &str, value: Value| {
        service.call("UpdateTable", json!({"TableName": "abc", member: value}))
    };
    let in_use = |state: &str| {
        Err(format!(
            "ResourceInUseException: Attempt to change a resource which is still in use: Table is being {state}: abc"
        ))
    };

    service.create("abc", json!({})).await;
    assert_eq!(status(&service, "abc").await, "CREATING");
    assert_eq!(
        update("DeletionProtectionEnabled", json!(true)).await,
        in_use("created")
    );
    assert_eq!(
        service.call("DeleteTable", name.clone()).await,
        in_use("created")
    );
    let missing = "ResourceNotFoundException: Requested resource not found";
    assert_eq!(
        service.call("Scan", name.clone()).await,
        Err(missing.to_owned())
    );
    service.clock.advance(500);
    assert_eq!(status(&service, "abc").await, "ACTIVE");

    let stream = json!({"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"});
    let reply = update("StreamSpecification", stream)
        .await
        .expect("it is sound");
    let arn = reply["TableDescription"]["LatestStreamArn"].clone();
    let describe = || service.call("DescribeStream", json!({"StreamArn": arn}));
    assert_eq!(status(&service, "abc").await, "UPDATING");
    assert_eq!(
        describe().await.expect("it is there")["StreamDescription"]["StreamStatus"],
        "ENABLING"
    );
    assert_eq!(
        update("BillingMode", json!("PAY_PER_REQUEST")).await,
        in_use("updated")
    );
    assert_eq!(
        service.call("DeleteTable", name.clone()).await,
        in_use("updated")
    );
    assert!(
        update("DeletionProtectionEnabled", json!(false))
            .await
            .is_ok()
    );
    service.clock.advance(499);
    assert_eq!(status(&service, "abc").await, "UPDATING");
    service.clock.advance(1);
    assert_eq!(status(&service, "abc").await, "ACTIVE");
    assert_eq!(
        describe().await.expect("it is there")["StreamDescription"]["StreamStatus"],
        "ENABLED"
    );

    assert!(service.call("DeleteTable", name.clone()).await.is_ok());
    assert_eq!(status(&service, "abc").await, "DELETING");
    assert_eq!(
        describe().await.expect("it is there")["StreamDescription"]["StreamStatus"],
        "DISABLING"
    );
    assert_eq!(service.call("DeleteTable", name).await, in_use("deleted"));
    service.clock.advance(500);
    assert_eq!(
        describe().await.expect("it is there")["StreamDescription"]["StreamStatus"],
        "DISABLED"
    );
    let gone = "ResourceNotFoundException: Requested resource not found: Table: abc not found";
    for _ in 0..500 {
        if status(&service, "abc").await == gone {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the table does not go");
}

#[tokio::test]
async fn a_new_index_is_filled() {
    let service = Service::new(0);
    service.create("abc", json!({})).await;
    for (item, g) in [
        ("1", json!({"S": "g"})),
        ("2", json!({"N": "1"})),
        ("3", json!({"S": ""})),
    ] {
        let item = json!({"TableName": "abc", "Item": {"p": {"S": item}, "g": g}});
        assert!(service.call("PutItem", item).await.is_ok());
    }
    let create = json!({"Create": {
        "IndexName": "iii",
        "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }});
    let definitions = json!([{"AttributeName": "g", "AttributeType": "S"}]);
    let request = json!({"TableName": "abc", "AttributeDefinitions": definitions, "GlobalSecondaryIndexUpdates": [create]});
    assert!(service.call("UpdateTable", request).await.is_ok());
    for _ in 0..500 {
        let reply = service
            .call("DescribeTable", json!({"TableName": "abc"}))
            .await
            .expect("it is there");
        let index = &reply["Table"]["GlobalSecondaryIndexes"][0];
        if index["IndexStatus"] == "ACTIVE" {
            assert_eq!(
                (&index["ItemCount"], index.get("Backfilling")),
                (&json!(1), None)
            );
            return;
        }
        assert_eq!(index["Backfilling"], true);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the index is not filled");
}

#[tokio::test]
async fn tags_are_kept_and_regions_are_apart() {
    let service = Service::new(0);
    service
        .create("abc", json!({"Tags": [{"Key": "a", "Value": "1"}]}))
        .await;
    let table = service
        .engine
        .find_table("us-east-1", "abc")
        .expect("it was created");
    assert_eq!(table.settings.tags, [("a".to_owned(), "1".to_owned())]);
    let list = |region: &'static str| service.call_from(region, "ListTables", json!({}));
    assert_eq!(list("us-east-1").await, Ok(json!({"TableNames": ["abc"]})));
    assert_eq!(list("eu-south-1").await, Ok(json!({"TableNames": []})));
}

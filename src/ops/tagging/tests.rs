//! Tags of tables in any status, and replies without a body.

use serde_json::{Value, json};

use crate::ops::tables::testing::Service;

#[tokio::test]
async fn tagging_waits_for_a_table_to_be_made_and_answers_nothing() {
    let service = Service::new(500);
    let arn = service.create("abc", json!({})).await["TableArn"].clone();
    let tag = json!({"ResourceArn": arn, "Tags": [{"Key": "a", "Value": "1"}]});
    let in_use = |state: &str| {
        Err(format!(
            "ResourceInUseException: Attempt to change a resource which is still in use: Table is being {state}: abc"
        ))
    };
    assert_eq!(
        service.call("TagResource", tag.clone()).await,
        in_use("created")
    );
    service.clock.advance(500);
    let table = json!({"TableName": "abc", "BillingMode": "PAY_PER_REQUEST"});
    assert!(service.call("UpdateTable", table).await.is_ok());
    assert_eq!(
        service.call("TagResource", tag.clone()).await,
        Ok(Value::Null),
        "a table that is being changed can be tagged; the body is empty"
    );
    let list = json!({"ResourceArn": arn});
    let tags = json!({"Tags": [{"Key": "a", "Value": "1"}]});
    assert_eq!(service.call("ListTagsOfResource", list).await, Ok(tags));
    let untag = json!({"ResourceArn": arn, "TagKeys": ["a"]});
    assert_eq!(service.call("UntagResource", untag).await, Ok(Value::Null));
    service.clock.advance(500);
    let table = json!({"TableName": "abc"});
    assert!(service.call("DeleteTable", table).await.is_ok());
    assert_eq!(service.call("TagResource", tag).await, in_use("deleted"));
}

#[tokio::test]
async fn an_arn_of_another_region_is_refused_unless_there_is_such_a_table() {
    let service = Service::new(0);
    let arn = service.create("abc", json!({})).await["TableArn"].clone();
    let list =
        |region| service.call_from(region, "ListTagsOfResource", json!({"ResourceArn": arn}));
    assert_eq!(list("us-east-1").await, Ok(json!({"Tags": []})));
    let denied = "AccessDeniedException: Access is denied";
    assert_eq!(list("eu-south-1").await, Err(denied.to_owned()));
}

//! Changes of tables: requests and the table or the refusal that they lead to.

use serde_json::{Value, json};

use super::*;
use crate::engine::settings::OnDemandThroughput;
use crate::engine::table::{TableStream, ViewType};
use crate::ops::tables::changes::tests::read_changes;
use crate::ops::tables::schema::read_table;
use crate::ops::tables::testing::{checked, message};
use crate::ops::tables::throughput::read_new_table;
use crate::storage::keys::Space;

const NOW: Times = Times {
    now_ms: 1_000,
    settled_ms: 1_500,
};

/// A provisioned table with key `p`, `s`, a local index `lll` on `x` and a global one `ggg` on `g`.
fn table() -> Table {
    let element = |name: &str, role: &str| json!({"AttributeName": name, "KeyType": role});
    let define = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    let request = checked(
        "CreateTable",
        &json!({
            "TableName": "abc",
            "KeySchema": [element("p", "HASH"), element("s", "RANGE")],
            "AttributeDefinitions": [define("p", "S"), define("s", "N"), define("x", "B"), define("g", "S")],
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            "LocalSecondaryIndexes": [{"IndexName": "lll", "KeySchema": [element("p", "HASH"), element("x", "RANGE")], "Projection": {"ProjectionType": "ALL"}}],
            "GlobalSecondaryIndexes": [{"IndexName": "ggg", "KeySchema": [element("g", "HASH")], "Projection": {"ProjectionType": "ALL"}}],
        }),
    );
    let schema = read_table(&request).expect("it fits");
    let mut table = Table {
        name: "abc".to_owned(),
        scope: String::new(),
        id: String::new(),
        space: Space(1),
        created_ms: 0,
        region: String::new(),
        key: schema.key,
        indexes: schema.indexes,
        stream: None,
        ttl: None,
        settings: read_new_table(&request, 0).expect("it fits"),
        phase: Phase::Active,
    };
    table.indexes[1].settings.throughput = Units { read: 1, write: 1 }.into();
    table
}

fn on_demand_table() -> Table {
    altered(&table(), &json!({"BillingMode": "PAY_PER_REQUEST"}))
}

fn change(table: &Table, request: &Value) -> Result<Table, Fault> {
    alter(table, &read_changes(request)?, NOW)
}

fn altered(table: &Table, request: &Value) -> Table {
    change(table, request).unwrap_or_else(|fault| panic!("{request}: {}", message(&fault)))
}

fn refused(table: &Table, request: &Value) -> String {
    match change(table, request) {
        Ok(_) => panic!("{request} is accepted"),
        Err(fault) => message(&fault),
    }
}

fn create(name: &str, attribute: &str, kind: &str) -> Value {
    json!({
        "AttributeDefinitions": [{"AttributeName": attribute, "AttributeType": kind}],
        "GlobalSecondaryIndexUpdates": [{"Create": {
            "IndexName": name,
            "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2},
        }}],
    })
}

fn update(name: &str, read: u64) -> Value {
    let units = json!({"ReadCapacityUnits": read, "WriteCapacityUnits": 1});
    json!({"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": name, "ProvisionedThroughput": units}}]})
}

fn delete(name: &str) -> Value {
    json!({"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]})
}

#[test]
fn billing_switches_both_ways() {
    let on_demand = on_demand_table();
    assert_eq!(on_demand.settings.on_demand_since_ms, Some(1_000));
    assert_eq!(on_demand.settings.throughput, Throughput::default());
    assert_eq!(
        on_demand
            .index("ggg")
            .map(|index| index.settings.throughput),
        Some(Throughput::default())
    );
    assert_eq!(on_demand.phase, Phase::Updating { until: 1_500 });
    let mut back = json!({"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}});
    assert_eq!(
        refused(&on_demand, &back),
        "One or more parameter values were invalid: ProvisionedThroughput must be specified for index: ggg"
    );
    back["GlobalSecondaryIndexUpdates"] = update("ggg", 7)["GlobalSecondaryIndexUpdates"].clone();
    let provisioned = altered(&on_demand, &back);
    assert_eq!(
        (
            provisioned.settings.throughput.read,
            provisioned.settings.throughput.write
        ),
        (2, 3)
    );
    assert_eq!(
        provisioned
            .index("ggg")
            .map(|index| index.settings.throughput.read),
        Some(7)
    );
    assert_eq!(provisioned.settings.on_demand_since_ms, Some(1_000));
    altered(&on_demand, &json!({"BillingMode": "PAY_PER_REQUEST"}));
}

#[test]
fn units_change_or_are_refused() {
    let units = |read: u64, write: u64| json!({"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write}});
    let changed = altered(&table(), &units(6, 4));
    assert_eq!(
        changed.settings.throughput,
        Throughput {
            read: 6,
            write: 4,
            increased_ms: Some(1_000),
            decreased_ms: Some(1_000)
        }
    );
    assert_eq!(
        refused(&table(), &units(5, 5)),
        "The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    );
    let on_demand = on_demand_table();
    for (request, expected) in [
        (
            units(1, 1),
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            update("ggg", 3),
            "One or more parameter values were invalid: The only Updates for index: ggg when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput",
        ),
        (
            create("new", "n", "S"),
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: new when BillingMode is PAY_PER_REQUEST",
        ),
        (
            json!({"WarmThroughput": {"ReadUnitsPerSecond": 10}}),
            "One or more parameter values were invalid: Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported",
        ),
    ] {
        assert_eq!(refused(&on_demand, &request), expected);
    }
    let limited = altered(
        &on_demand,
        &json!({"OnDemandThroughput": {"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": 8}}),
    );
    let freed = altered(
        &limited,
        &json!({"OnDemandThroughput": {"MaxReadRequestUnits": -1}}),
    );
    assert_eq!(
        freed.settings.on_demand,
        Some(OnDemandThroughput {
            read: None,
            write: Some(8)
        })
    );
}

#[test]
fn indexes_come_and_go() {
    let created = altered(&table(), &create("new", "n", "N"));
    let index = created.index("new").expect("it was created");
    assert_eq!(
        (index.backfilling, index.phase, index.status(2_000)),
        (true, Phase::Creating { until: 1_500 }, "CREATING")
    );
    assert_eq!(
        refused(&created, &create("two", "n", "N")),
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    );
    let deleted = altered(&table(), &delete("ggg"));
    assert_eq!(
        deleted.index("ggg").map(|index| index.phase),
        Some(Phase::Deleting { until: 1_500 })
    );
    let updated = altered(&table(), &update("ggg", 4));
    assert_eq!(
        updated
            .index("ggg")
            .map(|index| (index.settings.throughput.read, index.status(1_200))),
        Some((4, "UPDATING"))
    );
    let mut keyless = create("new", "n", "S");
    keyless["AttributeDefinitions"] = json!([]);
    let mut free = create("new", "n", "S");
    free["GlobalSecondaryIndexUpdates"][0]["Create"]
        .as_object_mut()
        .map(|create| create.remove("ProvisionedThroughput"));
    for (request, expected) in [
        (
            create("ggg", "g", "S"),
            "Attempting to create an index which already exists",
        ),
        (
            create("lll", "g", "S"),
            "Attempting to create an index which already exists",
        ),
        (
            create("new", "g", "N"),
            "One or more parameter values were invalid: Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. Existing schema: Schema:[SchemaElement: key{g:S:HASH}] New schema: Schema:[SchemaElement: key{g:N:HASH}]",
        ),
        (
            create("new", "x", "S"),
            "One or more parameter values were invalid: Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. Existing schema: Schema:[SchemaElement: key{x:B:RANGE}] New schema: Schema:[SchemaElement: key{x:S:HASH}]",
        ),
        (
            keyless,
            "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [n], AttributeDefinitions: []",
        ),
        (
            free,
            "One or more parameter values were invalid: Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: new",
        ),
        (
            update("ggg", 1),
            "The provisioned throughput for the index ggg will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the index ggg: 1. Requested ReadCapacityUnits: 1. Current WriteCapacityUnits provisioned for the index ggg: 1. Requested WriteCapacityUnits: 1. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
        ),
        (update("nix", 1), "Requested resource not found"),
        (delete("nix"), "Requested resource not found"),
        (
            update("lll", 1),
            "Cannot update an index that is not a GlobalSecondaryIndex: lll",
        ),
        (
            delete("lll"),
            "Cannot delete an index that is not a GlobalSecondaryIndex: lll",
        ),
    ] {
        assert_eq!(refused(&table(), &request), expected);
    }
}

#[test]
fn definitions_keep_the_type_of_keys_only() {
    // `g` is a key elsewhere and said to be of another type, but not a key of the new index.
    let mut request = create("new", "n", "S");
    request["AttributeDefinitions"] = json!([{"AttributeName": "n", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "N"}]);
    let created = altered(&table(), &request);
    assert!(created.index("new").is_some());
}

#[test]
fn streams_are_enabled_and_disabled_once() {
    let enable =
        json!({"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"}});
    let disable = json!({"StreamSpecification": {"StreamEnabled": false}});
    let mut streamed = table();
    streamed.stream = Some(TableStream {
        number: 1,
        label: String::new(),
        view: ViewType::KeysOnly,
        enabled: true,
    });
    assert_eq!(
        refused(&streamed, &enable),
        "Table already has an enabled stream: TableName: abc"
    );
    assert_eq!(
        refused(&table(), &disable),
        "Table has no stream to disable: TableName: abc"
    );
    altered(&table(), &enable);
    altered(&streamed, &disable);
}

#[test]
fn settings_change() {
    let infrequent = json!({"TableClass": "STANDARD_INFREQUENT_ACCESS"});
    let class = |table: &Table| {
        table
            .settings
            .table_class
            .as_ref()
            .map(|class| class.name.clone())
    };
    assert_eq!(
        class(&altered(&table(), &infrequent)).as_deref(),
        Some("STANDARD_INFREQUENT_ACCESS")
    );
    assert_eq!(
        class(&altered(&table(), &json!({"TableClass": "STANDARD"}))),
        None
    );
    let protected = altered(&table(), &json!({"DeletionProtectionEnabled": true}));
    assert!(protected.settings.deletion_protection && protected.phase == Phase::Active);
    let key = json!({"SSESpecification": {"Enabled": true, "SSEType": "KMS", "KMSMasterKeyId": "arn:aws:kms:r:0:key/k"}});
    let encrypted = altered(&table(), &key);
    assert_eq!(
        encrypted.settings.encryption_key.as_deref(),
        Some("arn:aws:kms:r:0:key/k")
    );
    assert_eq!(
        altered(&encrypted, &json!({"SSESpecification": {"Enabled": false}}))
            .settings
            .encryption_key,
        None
    );
    assert_eq!(
        refused(&encrypted, &key),
        "One or more parameter values were invalid: Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key"
    );
    assert_eq!(
        refused(&table(), &json!({"SSESpecification": {}})),
        "One or more parameter values were invalid: Table is already encrypted by default"
    );
}

#[test]
fn replies_show_the_table_in_the_midst_of_a_change() {
    let before = table();
    let changes = read_changes(&update("ggg", 4)).expect("it is sound");
    let after = alter(&before, &changes, NOW).expect("it fits");
    let shown = in_transition(&before, &after, &changes);
    assert_eq!(shown.phase.name(9_000), "UPDATING");
    assert_eq!(
        shown
            .index("ggg")
            .map(|index| (index.settings.throughput.read, index.status(9_000))),
        Some((1, "UPDATING"))
    );
}

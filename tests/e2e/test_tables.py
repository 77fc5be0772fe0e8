"""Tables from boto3: life cycle, UpdateTable, indexes made and removed later, listing, regions in ARNs."""
import re
import time

import pytest

import server as under_test
from expect import VE, refused, table_definition


def wait_for(probe, within=10):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def described(db, name):
    return db.describe_table(TableName=name)["Table"]


def index_of(db, name, index):
    return next((i for i in described(db, name).get("GlobalSecondaryIndexes", []) if i["IndexName"] == index), None)


def until_active(db, name, index):
    wait_for(lambda: (index_of(db, name, index) or {}).get("IndexStatus") == "ACTIVE" and described(db, name)["TableStatus"] == "ACTIVE")


def test_a_new_table_takes_writes_at_once(db):
    name = "at-once"
    for _ in range(5):
        db.create_table(**table_definition(name, "pk:S", gsi={"by-g": ("g:S", None)}))
        db.put_item(TableName=name, Item={"pk": {"S": "a"}, "g": {"S": "b"}})
        found = db.query(TableName=name, IndexName="by-g", KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": {"S": "b"}})
        assert found["Count"] == 1
        db.delete_table(TableName=name)
        db.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def test_listing_pages_through_all_names(db, make_table):
    made = sorted(make_table("pk:S") for _ in range(7))
    found = []
    for page in db.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 3}):
        assert len(page["TableNames"]) <= 3
        found += page["TableNames"]
    assert found == sorted(found, key=str.encode)
    assert [n for n in found if n in made] == made


@pytest.mark.process
def test_arns_carry_the_region_of_the_request(running):
    for region in ("us-east-1", "eu-south-1", "ca-central-1"):
        db = under_test.client(running.url, region)
        db.create_table(**table_definition("regional", "pk:S", stream="KEYS_ONLY"))
        found = described(db, "regional")
        assert found["TableArn"] == f"arn:aws:dynamodb:{region}:000000000000:table/regional"
        assert found["LatestStreamArn"].startswith(found["TableArn"] + "/stream/")
        other = under_test.client(running.url, "sa-east-1")
        assert described(other, "regional")["TableId"] == found["TableId"], "one set of tables serves all regions"
        db.delete_table(TableName="regional")
        db.get_waiter("table_not_exists").wait(TableName="regional", WaiterConfig={"Delay": 1})


def test_operations_take_an_arn_as_the_name(db, make_table):
    if under_test.ENDPOINT:
        pytest.skip("not everywhere")
    name = make_table("pk:S")
    arn = described(db, name)["TableArn"]
    db.put_item(TableName=arn, Item={"pk": {"S": "a"}})
    assert db.get_item(TableName=arn, Key={"pk": {"S": "a"}})["Item"] == {"pk": {"S": "a"}}
    assert db.scan(TableName=arn)["Count"] == 1


def test_throughput_and_billing(db, make_table):
    name = make_table("pk:S", BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 6})
    refused(VE, re.compile("The provisioned throughput for the table will not change"), db.update_table, TableName=name,
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 6})
    db.update_table(TableName=name, ProvisionedThroughput={"ReadCapacityUnits": 7, "WriteCapacityUnits": 6})
    wait_for(lambda: described(db, name)["TableStatus"] == "ACTIVE")
    units = described(db, name)["ProvisionedThroughput"]
    assert (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) == (7, 6)
    assert "LastIncreaseDateTime" in units
    db.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    wait_for(lambda: described(db, name)["TableStatus"] == "ACTIVE")
    assert described(db, name)["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_deletion_protection(db, make_table):
    name = make_table("pk:S", DeletionProtectionEnabled=True)
    refused(VE, re.compile("protected against deletion"), db.delete_table, TableName=name)
    db.update_table(TableName=name, DeletionProtectionEnabled=False)
    db.delete_table(TableName=name)


def test_an_index_is_filled_from_the_rows_there_are(db, make_table):
    name = make_table("pk:S", "sk:N")
    for n in range(300):
        item = {"pk": {"S": f"p{n % 7}"}, "sk": {"N": str(n)}}
        if n % 3 == 0:
            item["g"] = {"S": f"g{n % 2}"}
        if n % 3 == 1:
            item["g"] = {"N": "1"}  # of the wrong type, so left out without a word
        db.put_item(TableName=name, Item=item)
    create = {"IndexName": "later", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
              "Projection": {"ProjectionType": "KEYS_ONLY"}}
    definitions = [{"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}]
    answer = db.update_table(TableName=name, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=[{"Create": create}])
    assert any(i["IndexName"] == "later" for i in answer["TableDescription"]["GlobalSecondaryIndexes"])
    db.put_item(TableName=name, Item={"pk": {"S": "meanwhile"}, "sk": {"N": "1000"}, "g": {"S": "g0"}})
    until_active(db, name, "later")
    assert "Backfilling" not in index_of(db, name, "later")
    found = db.query(TableName=name, IndexName="later", KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": {"S": "g0"}})
    assert [int(i["sk"]["N"]) for i in found["Items"]] == [n for n in range(0, 300, 3) if n % 2 == 0] + [1000]
    assert all(set(i) == {"pk", "sk", "g"} for i in found["Items"])
    if not under_test.ENDPOINT:
        assert index_of(db, name, "later")["ItemCount"] == 101
    refused(VE, None, db.put_item, TableName=name, Item={"pk": {"S": "x"}, "sk": {"N": "1"}, "g": {"N": "1"}})
    refused(VE, None, db.update_table, TableName=name, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=[{"Create": create}])
    db.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "later"}}])
    wait_for(lambda: index_of(db, name, "later") is None)
    refused(VE, "The table does not have the specified index: later", db.query, TableName=name, IndexName="later",
            KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": {"S": "g0"}})
    db.put_item(TableName=name, Item={"pk": {"S": "x"}, "sk": {"N": "1"}, "g": {"N": "1"}})
    assert sorted(a["AttributeName"] for a in described(db, name)["AttributeDefinitions"]) == ["pk", "sk"]
    # The same name again holds what is there now, none of the old entries.
    db.delete_item(TableName=name, Key={"pk": {"S": "meanwhile"}, "sk": {"N": "1000"}})
    db.update_table(TableName=name, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=[{"Create": create}])
    until_active(db, name, "later")
    assert db.scan(TableName=name, IndexName="later", Select="COUNT")["Count"] == 100


def test_one_index_change_at_a_time(db, make_table):
    name = make_table("pk:S", gsi={"one": ("g:S", None)})
    create = lambda n: {"Create": {"IndexName": n, "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}}
    definitions = [{"AttributeName": "h", "AttributeType": "S"}]
    limit = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    for updates in ([create("two"), create("three")], [create("two"), {"Delete": {"IndexName": "one"}}]):
        refused("LimitExceededException", limit, db.update_table, TableName=name, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=updates)
    refused("ResourceNotFoundException", "Requested resource not found", db.update_table, TableName=name,
            GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "nope"}}])
    refused(VE, None, db.update_table, TableName=name, GlobalSecondaryIndexUpdates=[{}])


def test_counts_follow_every_write(db, make_table):
    name = make_table("pk:S", gsi={"by-g": ("g:S", None, "KEYS_ONLY")})
    for n in range(10):
        item = {"pk": {"S": str(n)}, "text": {"S": "x" * 100}}
        if n < 4:
            item["g"] = {"S": "G"}
        db.put_item(TableName=name, Item=item)
    found = described(db, name)
    assert (found["ItemCount"], found["TableSizeBytes"]) == (10, 10 * (2 + 1 + 4 + 100) + 4 * 2)
    if not under_test.ENDPOINT:
        index = found["GlobalSecondaryIndexes"][0]
        assert (index["ItemCount"], index["IndexSizeBytes"]) == (4, 4 * (2 + 1 + 1 + 1))
    db.update_item(TableName=name, Key={"pk": {"S": "0"}}, UpdateExpression="REMOVE g, #t", ExpressionAttributeNames={"#t": "text"})
    db.delete_item(TableName=name, Key={"pk": {"S": "1"}})
    found = described(db, name)
    assert (found["ItemCount"], found["TableSizeBytes"]) == (9, 8 * 107 + 3 + 2 * 2)


def test_a_large_table_is_gone_at_once(db):
    name = "large-and-gone"
    definition = table_definition(name, "pk:S", gsi={"by-g": ("g:S", None)})
    db.create_table(**definition)
    for start in range(0, 2000, 25):
        puts = [{"PutRequest": {"Item": {"pk": {"S": str(n)}, "g": {"S": str(n % 5)}, "t": {"S": "x" * 300}}}} for n in range(start, start + 25)]
        assert db.batch_write_item(RequestItems={name: puts})["UnprocessedItems"] == {}
    began = time.monotonic()
    db.delete_table(TableName=name)
    db.create_table(**definition)
    assert time.monotonic() - began < 1
    assert db.scan(TableName=name)["Count"] == 0
    assert db.scan(TableName=name, IndexName="by-g")["Count"] == 0
    assert described(db, name)["ItemCount"] == 0
    db.delete_table(TableName=name)


@pytest.mark.process
def test_states_last_as_long_as_asked():
    with under_test.Server.in_memory("--status-delay", "1s") as server:
        db = under_test.client(server.url)
        definition = table_definition("slow", "pk:S")
        assert db.create_table(**definition)["TableDescription"]["TableStatus"] == "CREATING"
        assert described(db, "slow")["TableStatus"] == "CREATING"
        refused("ResourceNotFoundException", "Requested resource not found", db.put_item, TableName="slow", Item={"pk": {"S": "a"}})
        refused("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being created: slow", db.delete_table, TableName="slow")
        refused("ResourceInUseException", "Table already exists: slow", db.create_table, **definition)
        wait_for(lambda: described(db, "slow")["TableStatus"] == "ACTIVE")
        db.put_item(TableName="slow", Item={"pk": {"S": "a"}})
        assert db.delete_table(TableName="slow")["TableDescription"]["TableStatus"] == "DELETING"
        assert described(db, "slow")["TableStatus"] == "DELETING"
        db.get_waiter("table_not_exists").wait(TableName="slow", WaiterConfig={"Delay": 1})

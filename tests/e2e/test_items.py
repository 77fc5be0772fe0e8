"""Items from boto3: types through the resource, updates, conditions, batches, capacity."""
import decimal
import re

import pytest
from boto3.dynamodb.conditions import Attr
from boto3.dynamodb.types import Binary

import server as under_test
from expect import ENV, VE, refused

D = decimal.Decimal


@pytest.fixture
def table(make_table, running):
    return under_test.resource(running.url).Table(make_table("pk:S", "sk:N"))


def test_every_type_comes_back_as_it_was(table):
    item = {"pk": "types", "sk": D(1), "text": "żółw 🐢", "empty": "", "number": D("123.456"), "small": D("1E-100"),
            "exact": D("12345678901234567890123456789012345678"), "bytes": b"\x00\xff", "yes": True, "no": False, "nothing": None,
            "list": ["a", D(1), [True, None]], "map": {"a": {"b": {"c": [D("0.5")]}}}, "strings": {"b", "a"}, "numbers": {D(1), D("2.5")}, "binaries": {Binary(b"a"), Binary(b"b")}}
    table.put_item(Item=item)
    found = table.get_item(Key={"pk": "types", "sk": 1}, ConsistentRead=True)["Item"]
    assert found == item
    assert str(found["exact"]) == "12345678901234567890123456789012345678"


def test_conditions_of_the_resource(table):
    table.put_item(Item={"pk": "c", "sk": 1, "n": 5, "tags": {"x", "y"}, "doc": {"list": [1, 2]}})
    key = {"pk": "c", "sk": 1}
    holds = [Attr("n").eq(5), Attr("n").ne(6), Attr("n").lt(6), Attr("n").between(4, 6), Attr("n").is_in([1, 5]), Attr("tags").contains("x"),
             Attr("doc.list[1]").eq(2), Attr("doc").exists(), Attr("nix").not_exists(), Attr("pk").begins_with("c"), Attr("tags").size().eq(2),
             Attr("doc").attribute_type("M"), Attr("n").gt(1) & ~Attr("n").gt(7), Attr("n").eq(1) | Attr("n").eq(5)]
    for condition in holds:
        table.update_item(Key=key, UpdateExpression="SET touched = :t", ExpressionAttributeValues={":t": 1}, ConditionExpression=condition)
    for condition in [Attr("n").eq(6), Attr("nix").exists(), Attr("tags").contains("z"), ~Attr("n").eq(5)]:
        refused("ConditionalCheckFailedException", "The conditional request failed", table.delete_item, Key=key, ConditionExpression=condition)
    found = refused("ConditionalCheckFailedException", None, table.put_item, Item=key, ConditionExpression=Attr("n").eq(1), ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert found.response["Item"]["n"] == {"N": "5"}
    answer = table.delete_item(Key=key, ConditionExpression=Attr("n").eq(5), ReturnValues="ALL_OLD")
    assert answer["Attributes"]["n"] == 5


def test_counters_and_lists(table):
    key = {"pk": "u", "sk": 1}
    update = lambda expression, **values: table.update_item(Key=key, UpdateExpression=expression, ReturnValues="ALL_NEW",
                                                            ExpressionAttributeValues={f":{k}": v for k, v in values.items()})["Attributes"]
    assert update("ADD hits :one", one=1)["hits"] == 1
    assert update("SET hits = hits + :two, log1 = list_append(if_not_exists(log1, :none), :entry)", two=2, none=[], entry=["first"])["hits"] == 3
    assert update("SET log1 = list_append(log1, :entry) ADD tags :t", entry=["second"], t={"a", "b"})["log1"] == ["first", "second"]
    found = update("DELETE tags :t SET log1[0] = :x", t={"a"}, x="changed")
    assert found["tags"] == {"b"} and found["log1"] == ["changed", "second"]
    assert "tags" not in update("DELETE tags :t", t={"b"})
    assert update("SET rest = :a - :b", a=D("0.3"), b=D("0.1"))["rest"] == D("0.2")


def test_sizes_at_the_limit(db, make_table):
    name = make_table("pk:S")
    item = lambda size: {"pk": {"S": "k"}, "a": {"S": "x" * (size - 4)}}
    db.put_item(TableName=name, Item=item(409_600))
    refused(VE, re.compile("Item size has exceeded the maximum allowed size$"), db.put_item, TableName=name, Item=item(409_601))
    found = db.get_item(TableName=name, Key={"pk": {"S": "k"}}, ReturnConsumedCapacity="TOTAL", ConsistentRead=True)
    assert len(found["Item"]["a"]["S"]) == 409_596
    assert found["ConsumedCapacity"]["CapacityUnits"] == 100.0


def test_batches_of_the_resource(table):
    with table.batch_writer() as batch:
        for n in range(130):
            batch.put_item(Item={"pk": "batch", "sk": n, "even": n % 2 == 0})
        for n in range(100, 130):
            batch.delete_item(Key={"pk": "batch", "sk": n})
    found = table.query(KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": "batch"})
    assert [int(i["sk"]) for i in found["Items"]] == list(range(100))
    keys = [{"pk": "batch", "sk": n} for n in range(50, 100)]
    answer = table.meta.client.batch_get_item(RequestItems={table.name: {"Keys": keys, "ProjectionExpression": "sk", "ConsistentRead": True}},
                                              ReturnConsumedCapacity="TOTAL")
    assert sorted(int(i["sk"]) for i in answer["Responses"][table.name]) == list(range(50, 100))
    assert answer["UnprocessedKeys"] == {}
    assert float(answer["ConsumedCapacity"][0]["CapacityUnits"]) == 50.0


def test_index_arms_of_capacity(db, make_table):
    name = make_table("pk:S", "sk:S", gsi={"by-g1": ("a:S", None), "by-g2": ("b:S", None, "KEYS_ONLY")}, lsi={"by-l1": ("pk:S", "c:N")})
    item = {"pk": {"S": "1"}, "sk": {"S": "1"}, "a": {"S": "a"}, "b": {"S": "b"}, "c": {"N": "1"}}
    answer = db.put_item(TableName=name, Item=item, ReturnConsumedCapacity="INDEXES", ReturnItemCollectionMetrics="SIZE")
    arm = {"CapacityUnits": 1.0}
    assert answer["ConsumedCapacity"] == {"TableName": name, "CapacityUnits": 4.0, "Table": arm, "GlobalSecondaryIndexes": {"by-g1": arm, "by-g2": arm},
                                          "LocalSecondaryIndexes": {"by-l1": arm}}
    if not under_test.ENDPOINT:
        assert answer["ItemCollectionMetrics"] == {"ItemCollectionKey": {"pk": {"S": "1"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
    again = db.put_item(TableName=name, Item=item, ReturnConsumedCapacity="INDEXES")
    assert again["ConsumedCapacity"] == {"TableName": name, "CapacityUnits": 1.0, "Table": arm}


def test_nothing_of_a_refused_write_remains(db, make_table):
    name = make_table("pk:S", gsi={"by-g": ("g:S", None)}, stream="KEYS_ONLY")
    refused(VE, None, db.put_item, TableName=name, Item={"pk": {"S": "a"}, "g": {"N": "1"}})
    refused(VE, None, db.update_item, TableName=name, Key={"pk": {"S": "a"}}, UpdateExpression="SET x.y = :v", ExpressionAttributeValues={":v": {"N": "1"}})
    refused(VE, None, db.batch_write_item, RequestItems={name: [{"PutRequest": {"Item": {"pk": {"S": "b"}}}}, {"PutRequest": {"Item": {"pk": {"N": "1"}}}}]})
    refused("ConditionalCheckFailedException", None, db.put_item, TableName=name, Item={"pk": {"S": "a"}}, ConditionExpression="attribute_exists(pk)")
    assert db.scan(TableName=name)["Count"] == 0
    assert db.describe_table(TableName=name)["Table"]["ItemCount"] == 0


def test_wrapped_messages(db, make_table):
    if under_test.ENDPOINT:
        pytest.skip("wording of one server")
    name = make_table("pk:S", "sk:N")
    key = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    bad = {":v": {"N": "x"}}
    text = "The parameter cannot be converted to a numeric value: x"
    refused(VE, ENV + text, db.put_item, TableName=name, Item={**key, "n": {"N": "x"}})
    refused(VE, ENV + text, db.update_item, TableName=name, Key=key, UpdateExpression="SET a = :v", ExpressionAttributeValues=bad)
    refused(VE, ENV + text, db.delete_item, TableName=name, Key={"pk": {"S": "a"}, "sk": {"N": "x"}})
    refused(VE, text, db.get_item, TableName=name, Key={"pk": {"S": "a"}, "sk": {"N": "x"}})
    refused(VE, text, db.query, TableName=name, KeyConditionExpression="pk = :v", ExpressionAttributeValues=bad)
    refused(VE, f"ExpressionAttributeValues contains invalid value: {text} for key :v", db.scan, TableName=name, FilterExpression="a = :v", ExpressionAttributeValues=bad)
    refused(VE, text, db.batch_write_item, RequestItems={name: [{"PutRequest": {"Item": {**key, "n": {"N": "x"}}}}]})
    refused(VE, text, db.batch_get_item, RequestItems={name: {"Keys": [{"pk": {"S": "a"}, "sk": {"N": "x"}}]}})


def test_other_operations_wait_for_their_turn(db):
    if under_test.ENDPOINT:
        pytest.skip("other servers have them")
    refused("UnknownOperationException", None, db.describe_export,
            ExportArn="arn:aws:dynamodb:us-east-1:000000000000:table/t/export/01234567890123-01234567")

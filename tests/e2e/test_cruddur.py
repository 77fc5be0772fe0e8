"""What Cruddur does, from boto3: seed, access patterns A to E, the stream, a table made again, a restart in the middle."""
import datetime

import pytest
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

import server as under_test
from expect import refused, wire

TABLE = "cruddur-messages"
INDEX = "message-group-sk-index"


class App:
    """The clients the app would have, and its server."""

    def __init__(self, start):
        self.start, self.server = start, start()
        self.connect()

    def connect(self, region="us-east-1"):
        self.db = under_test.client(self.server.url, region)
        self.resource = under_test.resource(self.server.url, region)
        self.streams = under_test.client(self.server.url, region, service="dynamodbstreams")

    def restart(self):
        assert self.server.stop() == 0, self.server.stderr
        self.server = self.start()
        self.connect()


@pytest.fixture(params=["memory", pytest.param("disk", marks=pytest.mark.process)])
def app(request, tmp_path):
    """A server of its own for each test, so that the table may have its real name."""
    if request.param == "disk":
        start = lambda: under_test.Server.on_disk(tmp_path / "state")
    elif under_test.ENDPOINT:
        start = lambda: Elsewhere()
    else:
        start = under_test.Server.in_memory
    app = App(start)
    app.on_disk = request.param == "disk"
    yield app
    app.server.kill()


class Elsewhere:
    """Another server, left as it was found."""

    url = under_test.ENDPOINT

    def kill(self):
        try:
            under_test.client(self.url).delete_table(TableName=TABLE)
        except ClientError:
            pass  # the test ended without the table


def seed(db, cruddur):
    """Creates the table and writes at once, as the app's scripts do: no waiter in between."""
    described = db.create_table(**cruddur.table)["TableDescription"]
    for row in cruddur.conversation["items"]:
        db.put_item(TableName=TABLE, Item=wire(row))
    return described


def check_pattern(db, pattern):
    answer = getattr(db, {"Query": "query", "PutItem": "put_item", "BatchWriteItem": "batch_write_item"}[pattern["operation"]])(**pattern["input"])
    answer.pop("ResponseMetadata")
    assert answer == pattern["expected"]
    return answer


def follow(streams, arn, view="NEW_IMAGE"):
    """All records of a stream in order, through paged calls."""
    records = []
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamViewType"] == view
    assert description["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    for shard in description["Shards"]:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=100)
            records += page["Records"]
            if not page["Records"]:
                break
            iterator = page.get("NextShardIterator")
    return records


def folded(records):
    """The rows that remain when a NEW_IMAGE stream is played from its beginning."""
    rows = {}
    for record in records:
        change = record["dynamodb"]
        key = (change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"])
        if record["eventName"] == "REMOVE":
            assert "NewImage" not in change
            del rows[key]
        else:
            assert (record["eventName"] == "INSERT") == (key not in rows)
            rows[key] = change["NewImage"]
    return rows


def everything(db, **options):
    rows = {}
    for page in db.get_paginator("scan").paginate(TableName=TABLE, **options):
        for item in page["Items"]:
            rows[item["pk"]["S"], item["sk"]["S"]] = item
    return rows


def test_create_table_describes_what_was_asked(app, cruddur):
    created = app.db.create_table(**cruddur.table)["TableDescription"]
    app.db.get_waiter("table_exists").wait(TableName=TABLE)
    found = app.db.describe_table(TableName=TABLE)["Table"]
    assert found["TableStatus"] == "ACTIVE"
    assert found["TableName"] == TABLE
    assert found["KeySchema"] == cruddur.table["KeySchema"]
    assert sorted(a["AttributeName"] for a in found["AttributeDefinitions"]) == ["message_group_uuid", "pk", "sk"]
    assert found["TableArn"] == f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}"
    assert found["TableId"] == created["TableId"]
    assert found["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert found["ProvisionedThroughput"]["WriteCapacityUnits"] == 5
    assert found["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
    assert "BillingModeSummary" not in found
    assert found["ItemCount"] == 0 and found["TableSizeBytes"] == 0
    assert found["DeletionProtectionEnabled"] is False
    assert isinstance(found["CreationDateTime"], datetime.datetime)
    [index] = found["GlobalSecondaryIndexes"]
    assert index["IndexName"] == INDEX and index["IndexStatus"] == "ACTIVE"
    assert index["KeySchema"] == cruddur.table["GlobalSecondaryIndexes"][0]["KeySchema"]
    assert index["Projection"] == {"ProjectionType": "ALL"}
    assert index["ProvisionedThroughput"]["WriteCapacityUnits"] == 5
    assert index["IndexArn"] == f"{found['TableArn']}/index/{INDEX}"
    assert "Backfilling" not in index
    assert found["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert found["LatestStreamArn"] == f"{found['TableArn']}/stream/{found['LatestStreamLabel']}"
    assert app.db.list_tables()["TableNames"] == [TABLE]


def test_creating_it_twice_is_refused(app, cruddur):
    app.db.create_table(**cruddur.table)
    refused("ResourceInUseException", f"Table already exists: {TABLE}", app.db.create_table, **cruddur.table)


def test_patterns_across_a_restart(app, cruddur):
    patterns, conversation = cruddur.patterns, cruddur.conversation
    described = seed(app.db, cruddur)
    rows = {(r["pk"], r["sk"]): wire(r) for r in conversation["items"]}
    table = app.db.describe_table(TableName=TABLE)["Table"]
    assert table["ItemCount"] == len(rows)
    assert table["TableSizeBytes"] == conversation["bytes"]
    groups = [r for r in conversation["items"] if "message_group_uuid" in r]
    assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == len(groups)

    for name in ("A-year", "A-dates", "B"):
        check_pattern(app.db, patterns[name])
    for name in ("A-year", "A-dates"):
        found = []
        for page in app.db.get_paginator("query").paginate(**patterns[name]["input"]):
            found += [i["sk"]["S"] for i in page["Items"]]
        assert len(found) == patterns[name]["all"] and found == sorted(found, reverse=True)

    if app.on_disk:
        app.restart()
        assert everything(app.db) == rows
        for name in ("A-year", "A-dates", "B"):
            check_pattern(app.db, patterns[name])

    check_pattern(app.db, patterns["D"])
    check_pattern(app.db, patterns["C"])
    sent = patterns["D"]["input"]["Item"]
    newest = app.db.query(**patterns["A-year"]["input"])["Items"][0]
    assert newest == sent
    started = app.db.query(**patterns["B"]["input"])
    assert started["Count"] == patterns["B"]["all"] + 1
    assert started["Items"][0] == patterns["C"]["input"]["RequestItems"][TABLE][0]["PutRequest"]["Item"]

    if app.on_disk:
        app.restart()
        again = app.db.describe_table(TableName=TABLE)["Table"]
        assert again["LatestStreamArn"] == table["LatestStreamArn"]
        assert again["TableId"] == described["TableId"]
        assert again["CreationDateTime"] == table["CreationDateTime"]
        assert again["ItemCount"] == len(rows) + 4

    records = follow(app.streams, table["LatestStreamArn"])
    assert len(records) == len(rows) + 4
    assert folded(records) == everything(app.db)


def test_scan_through_the_resource(app, cruddur):
    seed(app.db, cruddur)
    table = app.resource.Table(TABLE)
    answer = table.scan(ReturnConsumedCapacity="TOTAL")
    items = cruddur.conversation["items"]
    assert answer["Count"] == answer["ScannedCount"] == len(items)
    ordered = lambda rows: sorted(rows, key=lambda r: (r["pk"], r["sk"]))
    assert ordered(answer["Items"]) == ordered(items)
    units = -(-cruddur.conversation["bytes"] // 4096) * 0.5
    assert answer["ConsumedCapacity"]["TableName"] == TABLE
    assert float(answer["ConsumedCapacity"]["CapacityUnits"]) == units
    assert "LastEvaluatedKey" not in answer
    assert table.item_count == len(items)


def test_the_stream_function_moves_the_group_rows(app, cruddur):
    """Pattern E, with this test in the place of the function: a new message moves the rows of its group."""
    pattern, started = cruddur.patterns["E"], cruddur.patterns["D"]["input"]["Item"]
    seed(app.db, cruddur)
    arn = app.db.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    shard = app.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][-1]["ShardId"]
    latest = app.streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST")["ShardIterator"]
    check_pattern(app.db, cruddur.patterns["D"])
    page = app.streams.get_records(ShardIterator=latest)
    [record] = page["Records"]
    assert record["eventName"] == "INSERT" and record["awsRegion"] == "us-east-1"
    assert record["eventSource"] == "aws:dynamodb" and record["eventVersion"] == "1.1"
    assert record["dynamodb"]["Keys"] == {"pk": started["pk"], "sk": started["sk"]}
    assert record["dynamodb"]["NewImage"] == started
    assert record["dynamodb"]["StreamViewType"] == "NEW_IMAGE"
    pk, sk = record["dynamodb"]["Keys"]["pk"]["S"], record["dynamodb"]["Keys"]["sk"]["S"]
    assert pk.startswith("MSG#")
    group = pk.replace("MSG#", "")

    # The function names its own region; one set of tables serves all of them.
    app.connect("eu-south-1")
    table = app.resource.Table(TABLE)
    found = table.query(IndexName=INDEX, KeyConditionExpression=Key("message_group_uuid").eq(group))
    assert found["Count"] == 2
    raw = app.db.query(**pattern["input"])
    by_pk = lambda rows: sorted(rows, key=lambda r: r["pk"]["S"])
    assert by_pk(raw["Items"]) == by_pk(pattern["expected_unordered"])
    assert raw["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {INDEX: {"CapacityUnits": 0.5}}
    assert raw["ConsumedCapacity"]["CapacityUnits"] == 0.5
    for item in found["Items"]:
        removed = table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]}, ReturnConsumedCapacity="TOTAL")
        assert float(removed["ConsumedCapacity"]["CapacityUnits"]) == 2.0
        moved = {**item, "sk": sk, "message": record["dynamodb"]["NewImage"]["message"]["S"]}
        assert float(table.put_item(Item=moved, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]["CapacityUnits"]) == 2.0

    if app.on_disk:
        app.restart()
        app.connect("eu-south-1")
    after = app.resource.Table(TABLE).query(IndexName=INDEX, KeyConditionExpression=Key("message_group_uuid").eq(group))
    assert {(r["sk"], r["message"]) for r in after["Items"]} == {(pattern["moves_to"], pattern["message"])}
    assert after["Count"] == 2
    newest = app.db.query(**cruddur.patterns["B"]["input"])["Items"][0]
    assert newest["sk"]["S"] == pattern["moves_to"]
    assert everything(app.db, IndexName=INDEX) == {k: v for k, v in everything(app.db).items() if "message_group_uuid" in v}
    assert folded(follow(app.streams, arn)) == everything(app.db)


def test_records_carry_the_region_of_their_request(app, cruddur):
    app.db.create_table(**cruddur.table)
    arn = app.db.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    app.connect("eu-south-1")
    app.db.put_item(TableName=TABLE, Item={"pk": {"S": "GRP#x"}, "sk": {"S": "1"}})
    [record] = follow(app.streams, arn)
    assert record["awsRegion"] == "eu-south-1"


def test_a_table_made_again_has_a_new_stream_and_no_rows(app, cruddur):
    seed(app.db, cruddur)
    old = app.db.describe_table(TableName=TABLE)["Table"]
    gone = app.db.delete_table(TableName=TABLE)["TableDescription"]
    assert gone["TableStatus"] == "DELETING"
    app.db.get_waiter("table_not_exists").wait(TableName=TABLE)
    refused("ResourceNotFoundException", f"Requested resource not found: Table: {TABLE} not found", app.db.describe_table, TableName=TABLE)
    app.db.create_table(**cruddur.table)
    new = app.db.describe_table(TableName=TABLE)["Table"]
    assert new["LatestStreamArn"] != old["LatestStreamArn"]
    assert new["TableId"] != old["TableId"]
    assert new["ItemCount"] == 0
    assert everything(app.db) == {} and everything(app.db, IndexName=INDEX) == {}
    assert follow(app.streams, new["LatestStreamArn"]) == []
    app.db.put_item(TableName=TABLE, Item=wire(cruddur.conversation["items"][0]))
    assert len(follow(app.streams, new["LatestStreamArn"])) == 1
    if app.on_disk:
        app.restart()
        assert len(everything(app.db)) == 1
        assert len(follow(app.streams, new["LatestStreamArn"])) == 1


def test_stream_iterators_keep_their_place_over_a_restart(app, cruddur):
    if not app.on_disk:
        pytest.skip("a server in memory starts empty")
    app.db.create_table(**cruddur.table)
    arn = app.db.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    put = lambda n: app.db.put_item(TableName=TABLE, Item={"pk": {"S": "MSG#1"}, "sk": {"S": f"{n:03}"}})
    for n in range(10):
        put(n)
    first = follow(app.streams, arn)
    app.restart()
    for n in range(10, 15):
        put(n)
    again = follow(app.streams, arn)
    assert again[:10] == first
    numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in again]
    assert len(again) == 15 and numbers == sorted(set(numbers))
    assert len({r["eventID"] for r in again}) == 15
    shards = app.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    found = []
    for shard in shards:
        try:
            at = app.streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="AFTER_SEQUENCE_NUMBER",
                                                SequenceNumber=again[9]["dynamodb"]["SequenceNumber"])["ShardIterator"]
        except ClientError:
            continue  # the record lies in another shard
        found += app.streams.get_records(ShardIterator=at)["Records"]
    assert found == again[10:]

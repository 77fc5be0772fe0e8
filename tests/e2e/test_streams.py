"""Streams from boto3: listing, shards, the four kinds of iterator, images, a stream switched off and on."""
import pytest

import server as under_test
from expect import VE, refused


def arn_of(db, name):
    return db.describe_table(TableName=name)["Table"]["LatestStreamArn"]


def shards_of(streams, arn):
    return streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]


def read(streams, arn, kind="TRIM_HORIZON", limit=1000, **more):
    records = []
    for shard in shards_of(streams, arn):
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType=kind, **more)["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=limit)
            records += page["Records"]
            if not page["Records"]:
                break
            iterator = page.get("NextShardIterator")
    return records


def test_lengths_satisfy_the_api_model(db, streams, make_table):
    name = make_table("pk:S", stream="NEW_IMAGE")
    arn = arn_of(db, name)
    assert 37 <= len(arn) <= 1024
    db.put_item(TableName=name, Item={"pk": {"S": "a"}})
    for shard in shards_of(streams, arn):
        assert 28 <= len(shard["ShardId"]) <= 65
        assert shard["ShardId"].startswith("shardId-")
        start = shard["SequenceNumberRange"]["StartingSequenceNumber"]
        assert 21 <= len(start) <= 40 and start.isdigit()
    for record in read(streams, arn):
        number = record["dynamodb"]["SequenceNumber"]
        assert 21 <= len(number) <= 40 and number.isdigit()
        if not under_test.ENDPOINT:
            assert len(record["eventID"]) == 32 and set(record["eventID"]) <= set("0123456789abcdef")


def test_listing(db, streams, make_table):
    names = [make_table("pk:S", stream="KEYS_ONLY") for _ in range(5)]
    wanted = {arn_of(db, name) for name in names}
    for limit in (1, 2, 100):
        found, start = [], {}
        while True:
            page = streams.list_streams(Limit=limit, **start)
            found += [s["StreamArn"] for s in page["Streams"]]
            assert len(page["Streams"]) <= limit
            if "LastEvaluatedStreamArn" not in page:
                break
            assert page["LastEvaluatedStreamArn"] == page["Streams"][-1]["StreamArn"]
            start = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
        assert wanted <= set(found) and len(found) == len(set(found))
    [only] = streams.list_streams(TableName=names[0])["Streams"]
    assert only["TableName"] == names[0] and only["StreamArn"].endswith("/stream/" + only["StreamLabel"])
    assert not any("stream" in name and name.startswith("arn") for name in db.list_tables()["TableNames"])


def test_order_and_places(db, streams, make_table):
    name = make_table("pk:S", "sk:N", stream="NEW_AND_OLD_IMAGES")
    arn = arn_of(db, name)
    for n in range(250):
        db.update_item(TableName=name, Key={"pk": {"S": "p"}, "sk": {"N": str(n % 3)}}, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": str(n)}})
    records = read(streams, arn, limit=40)
    assert [int(r["dynamodb"]["NewImage"]["n"]["N"]) for r in records] == list(range(250))
    for n, record in enumerate(records[3:], 3):
        assert int(record["dynamodb"]["OldImage"]["n"]["N"]) == n - 3 and record["eventName"] == "MODIFY"
    if not under_test.ENDPOINT:
        size = records[10]["dynamodb"]["SizeBytes"]
        keys, old, new = 2 + 1 + 2 + 2, 2 + 1 + 2 + 2 + 1 + 2, 2 + 1 + 2 + 2 + 1 + 2
        assert size == keys + old + new
    hundredth = records[100]["dynamodb"]["SequenceNumber"]
    at = read(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=hundredth)
    after = read(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=hundredth)
    assert [r["eventID"] for r in at] == [r["eventID"] for r in records[100:]]
    assert after == at[1:]
    start = shards_of(streams, arn)[0]["SequenceNumberRange"]["StartingSequenceNumber"]
    assert len(read(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=start)) == 250


def test_a_poll_sees_only_what_is_new(db, streams, make_table):
    name = make_table("pk:S", stream="KEYS_ONLY")
    arn = arn_of(db, name)
    put = lambda key: db.put_item(TableName=name, Item={"pk": {"S": key}})
    put("before")
    shard = shards_of(streams, arn)[-1]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST")["ShardIterator"]
    seen = []
    for step in range(6):
        if step % 2:
            put(f"step-{step}")
        page = streams.get_records(ShardIterator=iterator)
        seen.append([r["dynamodb"]["Keys"]["pk"]["S"] for r in page["Records"]])
        iterator = page["NextShardIterator"]
    assert seen == [[], ["step-1"], [], ["step-3"], [], ["step-5"]]


def test_no_record_for_no_change(db, streams, make_table):
    name = make_table("pk:S", stream="NEW_IMAGE")
    arn = arn_of(db, name)
    item = {"pk": {"S": "a"}, "m": {"M": {"x": {"N": "1"}, "y": {"SS": ["a", "b"]}}}}
    db.put_item(TableName=name, Item=item)
    db.put_item(TableName=name, Item={"m": {"M": {"y": {"SS": ["b", "a"]}, "x": {"N": "1.0"}}}, "pk": {"S": "a"}})
    db.update_item(TableName=name, Key={"pk": {"S": "a"}}, UpdateExpression="SET m.x = :one", ExpressionAttributeValues={":one": {"N": "1e0"}})
    db.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item}}, {"DeleteRequest": {"Key": {"pk": {"S": "absent"}}}}]})
    assert [r["eventName"] for r in read(streams, arn)] == ["INSERT"]


def test_off_and_on_again(db, streams, make_table):
    name = make_table("pk:S", stream="NEW_IMAGE")
    old = arn_of(db, name)
    db.put_item(TableName=name, Item={"pk": {"S": "a"}})
    db.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    table = db.describe_table(TableName=name)["Table"]
    assert "StreamSpecification" not in table
    db.put_item(TableName=name, Item={"pk": {"S": "unseen"}})
    described = streams.describe_stream(StreamArn=old)["StreamDescription"]
    assert described["StreamStatus"] == "DISABLED"
    assert all("EndingSequenceNumber" in s["SequenceNumberRange"] for s in described["Shards"])
    assert len(read(streams, old)) == 1
    db.update_table(TableName=name, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    new = arn_of(db, name)
    assert new != old and read(streams, new) == []
    db.put_item(TableName=name, Item={"pk": {"S": "seen"}})
    assert len(read(streams, new)) == 1 and len(read(streams, old)) == 1
    assert {s["StreamArn"] for s in streams.list_streams(TableName=name)["Streams"]} == {old, new}


def test_refusals(db, streams, make_table):
    name = make_table("pk:S", stream="NEW_IMAGE")
    arn = arn_of(db, name)
    shard = shards_of(streams, arn)[0]["ShardId"]
    ask = {"StreamArn": arn, "ShardId": shard}
    refused(VE, None, streams.get_shard_iterator, **ask, ShardIteratorType="AT_SEQUENCE_NUMBER")
    refused(VE, None, streams.get_shard_iterator, **ask, ShardIteratorType="NO_SUCH_TYPE")
    refused(VE, None, streams.get_records, ShardIterator="nonsense")
    for limit in (0, -1, 1001):
        iterator = streams.get_shard_iterator(**ask, ShardIteratorType="LATEST")["ShardIterator"]
        refused(VE, None, streams.get_records, ShardIterator=iterator, Limit=limit)
    unknown = arn.rsplit("/", 1)[0] + "/2020-01-01T00:00:00.000"
    refused("ResourceNotFoundException", None, streams.describe_stream, StreamArn=unknown)


@pytest.mark.process
def test_the_stream_of_a_deleted_table_stays_listed_or_goes_but_never_breaks(db, streams, make_table):
    name = make_table("pk:S", stream="NEW_IMAGE")
    arn = arn_of(db, name)
    db.put_item(TableName=name, Item={"pk": {"S": "a"}})
    db.delete_table(TableName=name)
    listed = [s["StreamArn"] for s in streams.list_streams(TableName=name)["Streams"]]
    if arn in listed:
        described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
        assert described["StreamStatus"] == "DISABLED"
        read(streams, arn)
    else:
        refused("ResourceNotFoundException", None, streams.describe_stream, StreamArn=arn)

"""The AWS CLI against the server: what Cruddur's shell scripts call. Skipped where no `aws` is installed."""
import json
import shutil
import subprocess

import pytest

import server as under_test

AWS = shutil.which("aws")
pytestmark = [pytest.mark.skipif(not AWS, reason="no AWS CLI here"), pytest.mark.process]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with under_test.Server.in_memory() as server:
        yield server, tmp_path_factory.mktemp("aws")


def aws(site, *arguments, code=0, region="us-east-1", service="dynamodb"):
    server, home = site
    environment = under_test.clean_environment(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y", AWS_DEFAULT_REGION=region, AWS_PAGER="",
                                               AWS_ENDPOINT_URL=server.url, HOME=str(home), AWS_MAX_ATTEMPTS="1")
    done = subprocess.run([AWS, service, *arguments], env=environment, capture_output=True, text=True, timeout=120)
    if code is None:
        assert done.returncode != 0, done.stdout
        return done.stderr
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout


def test_the_scripts_of_the_app(site, cruddur, tmp_path):
    table = json.dumps(cruddur.table)
    made = json.loads(aws(site, "create-table", "--cli-input-json", table))
    assert made["TableDescription"]["TableName"] == "cruddur-messages"
    aws(site, "wait", "table-exists", "--table-name", "cruddur-messages")
    shown = aws(site, "list-tables", "--query", "TableNames", "--output", "table")
    assert "cruddur-messages" in shown and shown.startswith("-")
    assert aws(site, "list-tables", "--query", "TableNames", "--output", "text").split() == ["cruddur-messages"]
    described = json.loads(aws(site, "describe-table", "--table-name", "cruddur-messages"))["Table"]
    assert described["TableStatus"] == "ACTIVE"
    assert "ResourceInUseException" in aws(site, "create-table", "--cli-input-json", table, code=None)

    item = tmp_path / "item.json"
    item.write_text(json.dumps(cruddur.patterns["D"]["input"]["Item"]))
    aws(site, "put-item", "--table-name", "cruddur-messages", "--item", f"file://{item}")
    batch = tmp_path / "batch.json"
    batch.write_text(json.dumps(cruddur.patterns["C"]["input"]["RequestItems"]))
    assert json.loads(aws(site, "batch-write-item", "--request-items", f"file://{batch}"))["UnprocessedItems"] == {}
    pattern = cruddur.patterns["A-year"]["input"]
    found = json.loads(aws(site, "query", "--table-name", "cruddur-messages", "--key-condition-expression", pattern["KeyConditionExpression"],
                           "--expression-attribute-values", json.dumps(pattern["ExpressionAttributeValues"]), "--no-scan-index-forward",
                           "--return-consumed-capacity", "TOTAL"))
    assert found["Items"] == [cruddur.patterns["D"]["input"]["Item"]]
    assert found["ConsumedCapacity"] == {"TableName": "cruddur-messages", "CapacityUnits": 0.5}
    scanned = json.loads(aws(site, "scan", "--table-name", "cruddur-messages", "--page-size", "2", region="eu-south-1"))
    assert scanned["Count"] == 4

    listed = json.loads(aws(site, "list-streams", "--table-name", "cruddur-messages", service="dynamodbstreams"))
    arn = listed["Streams"][0]["StreamArn"]
    stream = json.loads(aws(site, "describe-stream", "--stream-arn", arn, service="dynamodbstreams"))["StreamDescription"]
    iterator = json.loads(aws(site, "get-shard-iterator", "--stream-arn", arn, "--shard-id", stream["Shards"][0]["ShardId"], "--shard-iterator-type",
                              "TRIM_HORIZON", service="dynamodbstreams"))["ShardIterator"]
    records = json.loads(aws(site, "get-records", "--shard-iterator", iterator, service="dynamodbstreams"))["Records"]
    assert len(records) == 4

    aws(site, "delete-table", "--table-name", "cruddur-messages")
    aws(site, "wait", "table-not-exists", "--table-name", "cruddur-messages")
    assert json.loads(aws(site, "list-tables"))["TableNames"] == []


def test_errors_reach_the_person(site):
    text = aws(site, "describe-table", "--table-name", "not-there", code=None)
    assert "ResourceNotFoundException" in text and "Requested resource not found: Table: not-there not found" in text

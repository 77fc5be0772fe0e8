"""HTTP from the outside: a proxy setting, the host of the service, health paths, origins, clock skew of signatures."""
import json
import os
import subprocess
import sys
import textwrap

import pytest

import server as under_test
from server import Server, call, clean_environment, headers_for, send

pytestmark = pytest.mark.process


def test_http_proxy_points_at_us(running):
    """What the Lambda of Cruddur does: the service's own address in the code, HTTP_PROXY in the environment."""
    code = textwrap.dedent("""
        import boto3
        db = boto3.client("dynamodb", endpoint_url="http://dynamodb.eu-south-1.amazonaws.com", region_name="eu-south-1")
        db.create_table(TableName="through-proxy", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
        db.put_item(TableName="through-proxy", Item={"pk": {"S": "a"}})
        table = db.describe_table(TableName="through-proxy")["Table"]
        assert table["TableArn"].startswith("arn:aws:dynamodb:eu-south-1:"), table
        assert db.scan(TableName="through-proxy")["Count"] == 1
        db.delete_table(TableName="through-proxy")
    """)
    environment = clean_environment(HTTP_PROXY=running.url, http_proxy=running.url, AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y")
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_absolute_targets_and_hosts(running):
    for path, host in (("http://dynamodb.eu-south-1.amazonaws.com/", "dynamodb.eu-south-1.amazonaws.com"), ("/", "dynamodb.us-west-2.amazonaws.com"),
                       ("/", "anything"), ("/", "streams.dynamodb.eu-south-1.amazonaws.com")):
        assert send(running.port, path=path, host=host, headers=headers_for("ListTables"), body="{}").status == 200, (path, host)


def test_health_paths(running):
    for path in ("/health", "/healthz", "/livez", "/_dynasled/health"):
        answer = send(running.port, "GET", path)
        assert answer.status == 200 and answer.json["status"] == "ok" and {"version", "uptime_ms"} <= set(answer.json)
        assert "access-control-allow-origin" not in send(running.port, "GET", path, {"Origin": "http://localhost:3000"}).headers
    for path in ("/readyz", "/_dynasled/ready"):
        assert send(running.port, "GET", path).status == 200
    assert send(running.port, "GET", "/_localstack/health").json == {"services": {"dynamodb": "available", "dynamodbstreams": "available"}}
    answer = send(running.port, "GET", "/")
    assert answer.status == 400 and answer.kind == "MissingAuthenticationToken"
    assert send(running.port, "HEAD", "/").status == 400
    assert 400 <= send(running.port, "GET", "/nothing/here").status < 500


def test_curl_as_a_health_check(running):
    """Compose files call curl in their health checks; -f fails on 400 and the plain form does not."""
    plain = subprocess.run(["curl", "-s", "-o", os.devnull, running.url], timeout=10)
    assert plain.returncode == 0
    assert subprocess.run(["curl", "-sf", "-o", os.devnull, running.url + "/health"], timeout=10).returncode == 0


def test_origins(running):
    for origin in ("http://localhost:3000", "http://127.0.0.1", "http://[::1]:5173"):
        answer = call(running.port, "ListTables", {}, Origin=origin)
        assert answer.status == 200 and answer.headers["access-control-allow-origin"] == "*"
        assert "x-amzn-RequestId" in answer.headers["access-control-expose-headers"]
        error = call(running.port, "DescribeTable", {"TableName": "not-there"}, Origin=origin)
        assert error.status == 400 and error.headers["access-control-allow-origin"] == "*"
    for origin in ("http://attacker.example", "https://localhost.attacker.example", "null", "http://localhost:3000.attacker.example"):
        answer = call(running.port, "ListTables", {}, Origin=origin)
        assert answer.status == 403 and "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in call(running.port, "ListTables", {}).headers


def test_preflight(running):
    ask = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,x-amz-target"}
    answer = send(running.port, "OPTIONS", "/", ask)
    assert answer.status == 200 and answer.body == b""
    assert answer.headers["access-control-max-age"] == "172800"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "authorization,x-amz-target"
    assert send(running.port, "OPTIONS", "/", {**ask, "Origin": "http://attacker.example"}).status == 403


def test_allowed_origins_can_be_named():
    with Server.in_memory("--cors", "https://app.example,https://other.example") as server:
        assert call(server.port, "ListTables", {}, Origin="https://app.example").status == 200
        assert call(server.port, "ListTables", {}, Origin="https://other.example").status == 200
        assert call(server.port, "ListTables", {}, Origin="https://third.example").status == 403
        assert server.stop() == 0
        assert any("cors" in line.lower() and "third.example" in line for line in server.stderr)
    with Server.in_memory("--cors", "*") as server:
        assert call(server.port, "ListTables", {}, Origin="https://anything.example").status == 200
    with Server("-jar", "DynamoDBLocal.jar", "-inMemory", "-port", str(under_test.free_port())) as server:
        assert call(server.port, "ListTables", {}, Origin="https://anything.example").status == 403


def test_errors_of_the_protocol(running):
    plain = send(running.port, headers={**headers_for("ListTables"), "Content-Type": "text/html"}, body="{}")
    assert (plain.status, plain.body) == (404, b"<UnknownOperationException/>\n")
    assert call(running.port, "NoSuchOperation", {}).kind == "UnknownOperationException"
    assert call(running.port, "ListTables", "").kind == "SerializationException"
    assert call(running.port, "ListTables", "[1,2").kind == "SerializationException"
    assert json.loads(call(running.port, "ListTables", "{").body) == {"__type": "com.amazon.coral.service#SerializationException"}
    unsigned = headers_for("ListTables")
    del unsigned["Authorization"]
    answer = send(running.port, headers=unsigned, body="{}")
    assert answer.kind == "MissingAuthenticationTokenException" and answer.json["message"] == "Request is missing Authentication Token"
    lowered = {k.lower(): v for k, v in headers_for("ListTables").items()}
    assert send(running.port, headers=lowered, body="{}").status == 200
    json_type = {**headers_for("ListTables"), "Content-Type": "application/json"}
    assert send(running.port, headers=json_type, body="{}").status == 200
    for name, part in (("PutItem", "NUMBER_VALUE cannot be converted to String"),):
        answer = call(running.port, name, {"TableName": "t-1", "Item": {"pk": {"N": 1}}})
        assert answer.kind == "SerializationException"
        assert answer.json.get("Message", answer.json.get("message")) == part

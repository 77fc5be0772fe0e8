"""The Cruddur stack as a whole: a message is put, the stream invokes the function, the function moves the two rows of its group.

The function is fixtures/cruddur/function, run by the real awslambdaric or behind an invoke URL, and told of its endpoint in
each of the ways that work: AWS_ENDPOINT_URL, HTTP_PROXY, and HTTP_PROXY with the host of AWS in its code.
"""
import contextlib
import importlib.util
import json
import os
import types
from unittest import mock

import pytest

from expect import wire
from function_server import FUNCTION, HAS_RUNTIME, FunctionServer, Runtime, Site, wait_until
from server import free_port

pytestmark = pytest.mark.process
TABLE = "cruddur-messages"
NAME = "cruddur-messaging-stream"
needs_runtime = pytest.mark.skipif(not HAS_RUNTIME, reason="awslambdaric is not installed")

ENDPOINTS = {
    "AWS_ENDPOINT_URL": lambda url: {"AWS_ENDPOINT_URL": url},
    "HTTP_PROXY": lambda url: {"HTTP_PROXY": url, "AWS_ENDPOINT_URL": "http://dynamodb.us-east-1.amazonaws.com"},
    "HTTP_PROXY and a hard-coded host": lambda url: {"HTTP_PROXY": url, "HARD_CODED_ENDPOINT": "1"},
}


@contextlib.contextmanager
def by_runtime(site, endpoint, witness):
    address = site.ask("GET", f"/_dynasled/functions/{NAME}")["runtime_api"]
    environment = {"RECORD_FILE": str(witness), "AWS_LAMBDA_FUNCTION_NAME": NAME, **ENDPOINTS[endpoint](site.server.url)}
    with Runtime(address, "recording_handler.lambda_handler", **environment) as runtime:
        yield runtime


@contextlib.contextmanager
def by_url(site, endpoint, witness):
    """The function in this process, behind a URL: loaded anew under the environment that it would have."""
    settings = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-1", **ENDPOINTS[endpoint](site.server.url)}
    with mock.patch.dict(os.environ, settings):
        spec = importlib.util.spec_from_file_location("cruddur_function_by_url", FUNCTION / "cruddur_messaging_stream.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)

        def behave(event, number):
            with open(witness, "a") as out:
                records = [[record["eventName"], record["dynamodb"]["SequenceNumber"]] for record in event["Records"]]
                out.write(json.dumps({"records": records}) + "\n")
            return module.lambda_handler(event, types.SimpleNamespace())

        with FunctionServer(behave) as server:
            site.put_function(NAME, url=server.url)
            yield server


def witnessed(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return lines, [tuple(record) for line in lines for record in line["records"]]


def check(site, path):
    """Each record of the stream came once, in order, alone; nothing was ever a MODIFY. The records, from GetRecords."""
    lines, seen = witnessed(path)
    records = site.stream_records(TABLE)
    assert seen == [(record["eventName"], record["dynamodb"]["SequenceNumber"]) for record in records]
    assert all(len(line["records"]) == 1 for line in lines)
    assert "MODIFY" not in {record["eventName"] for record in records}
    return records


def groups_of(site, group):
    found = site.db.query(TableName=TABLE, IndexName="message-group-sk-index", KeyConditionExpression="message_group_uuid = :g",
                          ExpressionAttributeValues={":g": {"S": group}})["Items"]
    return sorted(found, key=lambda row: row["pk"]["S"])


@needs_runtime
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_message_moves_both_rows_by_runtime(endpoint, cruddur, tmp_path):
    with Site("--function", f"{NAME}=runtime", "--trigger", f"{TABLE}={NAME},BatchSize=1") as site:
        with by_runtime(site, endpoint, tmp_path / "seen"):
            a_message_moves_both_rows(site, cruddur, tmp_path / "seen")
        [line] = witnessed(tmp_path / "seen")[0][-1:]
        assert line["arn"] == f"arn:aws:lambda:us-east-1:000000000000:function:{NAME}" and len(line["request"]) == 36
        assert 0 < line["left_ms"] <= 60_000


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_message_moves_both_rows_by_url(endpoint, cruddur, tmp_path):
    with Site("--trigger", f"{TABLE}={NAME},BatchSize=1") as site, by_url(site, endpoint, tmp_path / "seen"):
        a_message_moves_both_rows(site, cruddur, tmp_path / "seen")


def a_message_moves_both_rows(site, cruddur, seen):
    site.db.create_table(**cruddur.table)
    # Pattern C opens a group: its two rows, and its first message, which finds them where it would move them.
    site.db.batch_write_item(**cruddur.patterns["C"]["input"])
    site.settle()
    assert len(check(site, seen)) == 3
    opened = cruddur.patterns["C"]["input"]["RequestItems"][TABLE]
    group = next(r["PutRequest"]["Item"]["message_group_uuid"]["S"] for r in opened if "message_group_uuid" in r["PutRequest"]["Item"])
    before = groups_of(site, group)
    assert len(before) == 2
    for number in range(1, 4):
        sent_at, text = f"2026-03-02T09:00:0{number}.000000+00:00", f"message {number} ☕"
        message = {"pk": f"MSG#{group}", "sk": sent_at, "message": text, "message_uuid": f"m{number}", "user_uuid": "u", "user_handle": "h",
                   "user_display_name": "n"}
        site.db.put_item(TableName=TABLE, Item=wire(message))
        site.settle()
        assert groups_of(site, group) == [{**row, "sk": {"S": sent_at}, "message": {"S": text}} for row in before]
        records = check(site, seen)
        # The message, then two rows moved, and nothing more: the loop ended.
        assert len(records) == 3 + 5 * number
        assert records[-5]["dynamodb"]["Keys"]["pk"]["S"] == f"MSG#{group}"
        moved = [(record["eventName"], record["dynamodb"]["Keys"]["pk"]["S"]) for record in records[-4:]]
        assert sorted(moved) == sorted((name, row["pk"]["S"]) for row in before for name in ("INSERT", "REMOVE"))
        assert [name for name, _ in moved] == ["REMOVE", "INSERT"] * 2


def seed_a_hundred(site, cruddur):
    """The rows of the groups, then a hundred messages, while the trigger is at work. The last message of each group."""
    rows = cruddur.conversation["items"]
    groups = [row for row in rows if row["pk"].startswith("GRP#")]
    messages = [row for row in rows if row["pk"].startswith("MSG#")][:100 - len(groups)]
    for row in groups + messages:
        site.db.put_item(TableName=TABLE, Item=wire(row))
    last = {}
    for row in messages:
        last[row["pk"].removeprefix("MSG#")] = row
    return last


def a_hundred_writes(site, cruddur, seen):
    site.db.create_table(**cruddur.table)
    last = seed_a_hundred(site, cruddur)
    site.settle(240)
    records = check(site, seen)
    assert 200 < len(records) < 600, len(records)
    names = [record["eventName"] for record in records]
    assert names.count("INSERT") == 100 + names.count("REMOVE")
    for group, row in last.items():
        assert [(found["sk"]["S"], found["message"]["S"]) for found in groups_of(site, group)] == [(row["sk"], row["message"])] * 2
    [shown] = site.triggers()
    assert shown["delivered"] == len(records) and shown["failures"] == 0 and shown["pending"] == 0


@needs_runtime
def test_a_hundred_writes_by_runtime(cruddur, tmp_path):
    with Site("--function", f"{NAME}=runtime", "--trigger", f"{TABLE}={NAME},BatchSize=1") as site:
        with by_runtime(site, "AWS_ENDPOINT_URL", tmp_path / "seen"):
            a_hundred_writes(site, cruddur, tmp_path / "seen")


def test_a_hundred_writes_by_url(cruddur, tmp_path):
    with Site("--trigger", f"{TABLE}={NAME},BatchSize=1") as site, by_url(site, "AWS_ENDPOINT_URL", tmp_path / "seen"):
        a_hundred_writes(site, cruddur, tmp_path / "seen")


@needs_runtime
def test_the_table_made_again_and_the_server_restarted(cruddur, tmp_path):
    """What a person does in an afternoon: schema down, schema up, a conversation, stop, start, another message."""
    seen = tmp_path / "seen"
    with Site("--function", f"{NAME}=runtime:{free_port()}", "--trigger", f"{TABLE}={NAME},BatchSize=1", directory=tmp_path / "d") as site:
        with by_runtime(site, "AWS_ENDPOINT_URL", seen):
            for _ in range(2):
                a_message_moves_both_rows(site, cruddur, seen)
                site.db.delete_table(TableName=TABLE)
                seen.unlink()
            a_message_moves_both_rows(site, cruddur, seen)
            assert site.server.stop() == 0
        seen.unlink()
        site.start()
        with by_runtime(site, "AWS_ENDPOINT_URL", seen):
            site.db.put_item(TableName=TABLE, Item=wire({"pk": "MSG#other", "sk": "2027", "message": "after the restart"}))
            site.settle()
            _, came = witnessed(seen)
            assert [name for name, _ in came] == ["INSERT"], "the new message only, which has no group here"


@needs_runtime
def test_a_handler_that_raises_is_tried_again(cruddur, tmp_path):
    """awslambdaric reports the exception; the record comes again until the table is there for the function."""
    with Site("--function", f"{NAME}=runtime", "--trigger", f"{TABLE}={NAME},BatchSize=1,MaximumRetryAttempts=1") as site:
        address = site.ask("GET", f"/_dynasled/functions/{NAME}")["runtime_api"]
        with Runtime(address, "recording_handler.lambda_handler", RECORD_FILE=str(tmp_path / "seen"), TABLE_NAME="not-there", AWS_ENDPOINT_URL=site.server.url):
            site.db.create_table(**cruddur.table)
            site.db.put_item(TableName=TABLE, Item=wire({"pk": "MSG#g", "sk": "2026", "message": "m"}))
            site.drain(30)
        [shown] = site.triggers()
        assert (shown["given_up"], shown["failures"]) == (1, 2) and "ResourceNotFoundException" in shown["last_error"]
        assert len(witnessed(tmp_path / "seen")[1]) == 2


@needs_runtime
def test_a_runtime_client_that_comes_late_or_dies(cruddur, tmp_path):
    with Site("--function", f"{NAME}=runtime", "--trigger", f"{TABLE}={NAME},BatchSize=1") as site:
        site.db.create_table(**cruddur.table)
        site.db.put_item(TableName=TABLE, Item=wire({"pk": "MSG#g", "sk": "2026-1", "message": "before anyone polls"}))
        assert site.left()
        seen = tmp_path / "seen"
        for number in range(2, 4):
            with by_runtime(site, "AWS_ENDPOINT_URL", seen) as runtime:
                site.drain(30)
                runtime.process.kill()
            site.db.put_item(TableName=TABLE, Item=wire({"pk": "MSG#g", "sk": f"2026-{number}", "message": "while nobody polls"}))
        with by_runtime(site, "AWS_ENDPOINT_URL", seen):
            site.drain(30)
        assert len(check(site, seen)) == 3


@needs_runtime
def test_a_handler_that_cannot_be_loaded(tmp_path):
    """init/error reaches the person: in the trigger's last error or in the log."""
    with Site("--function", f"{NAME}=runtime", "--trigger", f"{TABLE}={NAME}") as site:
        site.make_table(TABLE)
        site.put("a", TABLE)
        address = site.ask("GET", f"/_dynasled/functions/{NAME}")["runtime_api"]
        with Runtime(address, "no_such_module.lambda_handler"):
            said = lambda: "no_such_module" in f"{site.trigger()['last_error']} {site.server.stderr}"
            wait_until(said)

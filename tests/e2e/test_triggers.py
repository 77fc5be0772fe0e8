"""What a trigger delivers: the shape of events, order, batches, filters, windows, positions, restarts."""
import base64
import json
import signal
import threading
import time

import pytest

import server as under_test
from expect import table_definition
from function_server import Failure, FunctionServer, Site, key_of, keys, numbers, wait_until

pytestmark = pytest.mark.process


def check_all_once_in_order(site, function, table="events"):
    """Every record of the stream was delivered, once and in the stream's order."""
    wanted = [record["dynamodb"]["SequenceNumber"] for record in site.stream_records(table)]
    assert [record["dynamodb"]["SequenceNumber"] for record in function.records] == wanted
    return wanted


def test_an_event_has_the_members_of_lambda_s(site, function):
    site.map(BatchSize=1)
    item = {"pk": {"S": "é\"\n"}, "n": {"N": "1.50"}, "b": {"B": b"\x00\xff"}, "bs": {"BS": [b"a", b"b"]}, "ns": {"NS": ["1", "-2"]}, "ss": {"SS": ["x"]},
            "l": {"L": [{"NULL": True}, {"BOOL": False}]}, "m": {"M": {"inner": {"B": b"deep"}}}, "empty": {"S": ""}}
    site.db.put_item(TableName="events", Item=item)
    site.db.update_item(TableName="events", Key={"pk": item["pk"]}, UpdateExpression="REMOVE l, m, ns")
    site.db.delete_item(TableName="events", Key={"pk": item["pk"]})
    site.drain()
    records = function.records
    assert [r["eventName"] for r in records] == ["INSERT", "MODIFY", "REMOVE"]
    for call, seen in zip(function.calls, site.stream_records()):
        [record] = call.event["Records"]
        assert set(call.event) == {"Records"}
        assert set(record) == {"eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb", "eventSourceARN"}
        assert record["eventSourceARN"] == site.stream_of() and record["eventSource"] == "aws:dynamodb" and record["eventVersion"] == "1.1"
        assert record["awsRegion"] == "us-east-1" and record["eventID"] == seen["eventID"]
        change, wanted = record["dynamodb"], seen["dynamodb"]
        assert set(change) == set(wanted)
        created = change["ApproximateCreationDateTime"]
        assert isinstance(created, (int, float)) and created == wanted["ApproximateCreationDateTime"].timestamp()
        assert (change["SizeBytes"], change["StreamViewType"], change["SequenceNumber"]) == (wanted["SizeBytes"], "NEW_AND_OLD_IMAGES", wanted["SequenceNumber"])
        for image in ("Keys", "NewImage", "OldImage"):
            assert change.get(image) == as_json(wanted.get(image)), image
    assert records[0]["dynamodb"]["NewImage"]["b"] == {"B": "AP8="}
    assert "OldImage" not in records[0]["dynamodb"] and "NewImage" not in records[2]["dynamodb"]


def as_json(value):
    """What botocore parsed, as it was on the wire."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: as_json(inner) for name, inner in value.items()}
    return [as_json(inner) for inner in value] if isinstance(value, list) else value


def test_the_region_of_an_event_is_that_of_its_table(function):
    with Site("--function", f"f={function.url}", "--trigger", "regional=f", "--account", "123456789012") as site:
        db = under_test.client(site.server.url, "eu-south-1")
        db.create_table(**table_definition("regional", "pk:S", stream="KEYS_ONLY"))
        db.put_item(TableName="regional", Item={"pk": {"S": "a"}})
        site.drain()
        [record] = function.records
        assert record["awsRegion"] == "eu-south-1"
        assert record["eventSourceARN"].startswith("arn:aws:dynamodb:eu-south-1:123456789012:table/regional/stream/")
        assert record["eventSourceARN"] == db.describe_table(TableName="regional")["Table"]["LatestStreamArn"]
        assert set(record["dynamodb"]) >= {"Keys", "SequenceNumber"} and "NewImage" not in record["dynamodb"]


def test_expired_items_carry_who_deleted_them(function):
    with Site("--function", f"f={function.url}", "--ttl-interval", "50ms") as site:
        site.make_table()
        site.db.update_time_to_live(TableName="events", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
        site.map(BatchSize=1)
        site.put("gone", until={"N": str(int(time.time()) - 60)})
        function.wait_calls(2)
        site.put("by hand")
        site.db.delete_item(TableName="events", Key={"pk": {"S": "by hand"}})
        site.drain()
        expired, by_hand = [record for record in function.records if record["eventName"] == "REMOVE"]
        assert expired["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
        assert "userIdentity" not in by_hand and key_of(expired) == "gone"


def test_delivery_is_prompt(site, function):
    site.map(BatchSize=1)
    site.put("warm")
    site.drain()
    delays = []
    for n in range(30):
        began = time.time()
        site.put(n)
        function.wait_calls(n + 2)
        delays.append(function.calls[-1].at - began)
    delays.sort()
    assert delays[len(delays) // 2] < 0.1, delays


def test_hundreds_of_events_in_order(site, function):
    site.map()
    site.put_many(range(150))
    for n in range(0, 150, 3):
        site.db.delete_item(TableName="events", Key={"pk": {"S": str(n)}})
    site.db.transact_write_items(TransactItems=[{"Put": {"TableName": "events", "Item": {"pk": {"S": f"t{n}"}}}} for n in range(20)])
    site.drain()
    assert len(check_all_once_in_order(site, function)) == 220
    assert all(len(call.event["Records"]) <= 100 for call in function.calls)
    assert function.most_in_flight == 1


def test_batches_fill_while_the_function_is_busy(function):
    release = threading.Event()
    function.behaviour = lambda event, number: release.wait(10) and None
    with Site("--function", f"f={function.url}") as site:
        site.make_table()
        site.map(BatchSize=7)
        site.put("first")
        function.wait_calls(1)
        site.put_many(range(20))
        assert site.left()
        release.set()
        site.drain()
        assert [len(call.event["Records"]) for call in function.calls] == [1, 7, 7, 6]
        check_all_once_in_order(site, function)


def test_starting_positions(site, function):
    site.put_many(["a", "b"])
    site.functions.create_event_source_mapping(FunctionName="f", EventSourceArn=site.stream_of(), StartingPosition="LATEST", BatchSize=1)
    site.put("c")
    site.drain()
    assert keys(function.records) == ["c"]
    site.put_function("g", url=function.url)
    site.map("g", BatchSize=10)
    site.drain()
    assert sorted(keys(function.records)) == ["a", "b", "c", "c"]


def test_each_mapping_is_a_cursor_of_its_own(site, function):
    """A function that fails holds up its own mapping only."""
    def fails(event, number):
        raise Failure()

    with FunctionServer(fails) as broken:
        site.put_function("broken", url=broken.url)
        site.map("broken")
        site.map("f")
        site.put_many("abc")
        function.wait(lambda f: len(f.records) == 3)
        [left] = site.left()
        assert left["function"] == "broken" and left["table"] == "events" and left["pending"] == 3 and left["last_error"]


def test_the_payload_stays_under_six_megabytes(site, function):
    site.map(BatchSize=10000, MaximumBatchingWindowInSeconds=2)
    text = "x" * 300_000
    for n in range(45):
        site.put(n, text={"S": text})
    site.drain(60)
    assert max(call.size for call in function.calls) <= 6 * 1024 * 1024
    assert len(function.calls) < 45
    assert keys(function.records) == [str(n) for n in range(45)]


def test_filters_drop_without_invoking(site, function):
    patterns = [{"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "MSG#"}]}}}},
                {"dynamodb": {"NewImage": {"n": {"N": [{"numeric": [">", 10]}]}}}}]
    mapping = site.map(BatchSize=1, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]})
    site.put_many(["GRP#1", "MSG#1", "other"])
    site.put("MSG#1", changed={"S": "a MODIFY"})
    site.put("small", n={"N": "9"})
    site.drain()
    assert keys(function.records) == ["MSG#1"] and len(function.calls) == 1
    shown = site.functions.get_event_source_mapping(UUID=mapping)["FilterCriteria"]["Filters"]
    assert [json.loads(each["Pattern"]) for each in shown] == patterns
    site.functions.update_event_source_mapping(UUID=mapping, FilterCriteria={"Filters": []})
    wait_until(lambda: site.functions.get_event_source_mapping(UUID=mapping)["State"] == "Enabled")
    site.put("anything")
    site.drain()
    assert keys(function.records) == ["MSG#1", "anything"]


FILTERS = [
    ({"dynamodb": {"NewImage": {"a": {"S": ["x", "y"]}}}}, {"S": "y"}, {"S": "z"}),
    ({"dynamodb": {"NewImage": {"a": {"S": [{"suffix": ".png"}]}}}}, {"S": "a.png"}, {"S": "a.jpg"}),
    ({"dynamodb": {"NewImage": {"a": {"S": [{"anything-but": ["x"]}]}}}}, {"S": "y"}, {"S": "x"}),
    ({"dynamodb": {"NewImage": {"a": {"S": [{"anything-but": {"prefix": "x"}}]}}}}, {"S": "yx"}, {"S": "xy"}),
    ({"dynamodb": {"NewImage": {"a": {"N": [{"numeric": [">=", 1, "<", 2]}]}}}}, {"N": "1.5"}, {"N": "2"}),
    ({"dynamodb": {"NewImage": {"a": {"S": [{"exists": True}]}}}}, {"S": "any"}, {"N": "1"}),
    ({"dynamodb": {"NewImage": {"b": {"S": [{"exists": False}]}}}}, {"S": "no b"}, None),
    ({"dynamodb": {"NewImage": {"a": {"S": [{"equals-ignore-case": "HeLLo"}]}}}}, {"S": "hEllO"}, {"S": "hell"}),
    ({"dynamodb": {"NewImage": {"$or": [{"a": {"S": ["x"]}}, {"a": {"N": ["1"]}}]}}}, {"N": "1"}, {"N": "2"}),
    ({"dynamodb": {"NewImage": {"a": {"M": {"inner": {"S": ["deep"]}}}}}}, {"M": {"inner": {"S": "deep"}}}, {"M": {"inner": {"S": "shallow"}}}),
    ({"dynamodb": {"NewImage": {"a": {"BOOL": [True]}}}}, {"BOOL": True}, {"BOOL": False}),
]


def test_the_language_of_filters(site, function):
    """One trigger for each pattern, all on one stream: each function gets what its pattern takes."""
    servers = [FunctionServer() for _ in FILTERS]
    try:
        for n, (pattern, _, _) in enumerate(FILTERS):
            site.put_function(f"f{n}", url=servers[n].url)
            site.map(f"f{n}", FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
        for n, (_, taken, dropped) in enumerate(FILTERS):
            site.put(f"taken-{n}", a=taken)
            site.put(f"dropped-{n}", **({"a": dropped} if dropped else {"b": {"S": "a b"}}))
        site.drain()
        for n, server in enumerate(servers):
            got = keys(server.records)
            assert f"taken-{n}" in got and f"dropped-{n}" not in got, (FILTERS[n][0], got)
    finally:
        for server in servers:
            server.close()


def test_a_batching_window_gathers(site, function):
    site.map(BatchSize=100, MaximumBatchingWindowInSeconds=1)
    began = time.time()
    for n in range(5):
        site.put(n)
        time.sleep(0.05)
    site.drain()
    assert [keys(call.event["Records"]) for call in function.calls] == [list("01234")]
    assert function.calls[0].at - began >= 0.8
    # A full batch does not wait.
    site.functions.update_event_source_mapping(UUID=site.trigger()["id"], BatchSize=2, MaximumBatchingWindowInSeconds=60)
    wait_until(lambda: site.functions.get_event_source_mapping(UUID=site.trigger()["id"])["State"] == "Enabled")
    site.put_many(["x", "y"])
    site.drain(10)
    assert keys(function.calls[-1].event["Records"]) == ["x", "y"]


def test_parallelization_keeps_the_order_of_each_partition_key(function):
    function.behaviour = lambda event, number: time.sleep(0.02)
    with Site() as site:
        site.put_function("f", url=function.url, concurrency=10)
        site.make_table("events", "pk:S", "sk:N")
        site.map(BatchSize=5, ParallelizationFactor=4)
        for n in range(300):
            site.db.put_item(TableName="events", Item={"pk": {"S": f"p{n % 12}"}, "sk": {"N": str(n)}})
        site.drain(60)
        assert 2 <= function.most_in_flight <= 4
        assert sorted(int(key_of(record, "sk")) for record in function.records) == list(range(300))
        by_key = {}
        for call in function.calls:
            for record in call.event["Records"]:
                by_key.setdefault(key_of(record), []).append((int(key_of(record, "sk")), call))
        for seen in by_key.values():
            assert [n for n, _ in seen] == sorted(n for n, _ in seen)
            for (_, earlier), (_, later) in zip(seen, seen[1:]):
                assert earlier is later or earlier.ended <= later.at + 0.005, "two batches of one key at once"


def test_one_invocation_at_a_time_for_a_function(function):
    """Three tables feed one function: it still gets one event at a time, since the Runtime Interface Emulator breaks on two."""
    function.behaviour = lambda event, number: time.sleep(0.01)
    tables = ["one", "two", "three"]
    with Site("--function", f"f={function.url}", *[a for table in tables for a in ("--trigger", f"{table}=f,BatchSize=3")]) as site:
        for table in tables:
            site.make_table(table)
        for n in range(30):
            for table in tables:
                site.put(n, table)
        site.drain()
        assert function.most_in_flight == 1
        assert len(function.records) == 90


def test_tumbling_windows_carry_state(function):
    def count(event, number):
        state = {"seen": event["state"].get("seen", 0) + len(event["Records"])}
        return {"state": state}

    function.behaviour = count
    with Site("--function", f"f={function.url}") as site:
        site.make_table()
        site.map(TumblingWindowInSeconds=2, BatchSize=4)
        for n in range(10):
            site.put(n)
        function.wait(lambda f: any(call.event["isFinalInvokeForWindow"] for call in f.calls) and len(f.records) == 10, 30)
        wait_until(lambda: sum(call.event["state"].get("seen", 0) for call in function.calls if call.event["isFinalInvokeForWindow"]) == 10)
        assert keys(function.records) == [str(n) for n in range(10)]
        state = {}
        for call in function.calls:
            event = call.event
            assert set(event) == {"Records", "window", "state", "shardId", "eventSourceARN", "isFinalInvokeForWindow", "isWindowTerminatedEarly"}
            assert event["eventSourceARN"] == site.stream_of() and event["shardId"].startswith("shardId-") and event["isWindowTerminatedEarly"] is False
            window = event["window"]["start"]
            assert event["state"] == state.get(window, {}), "the state that the last invocation of this window returned"
            state[window] = {"seen": event["state"].get("seen", 0) + len(event["Records"])}
            if event["isFinalInvokeForWindow"]:
                assert event["Records"] == []
            else:
                assert len(event["Records"]) <= 4


def test_a_trigger_before_its_table(function):
    """Named at start, made later, deleted, made again: it follows the name and starts each stream at its beginning."""
    with Site("--function", f"f={function.url}", "--trigger", "later=f,BatchSize=2") as site:
        assert site.drain()["drained"]
        for round_ in range(3):
            site.make_table("later")
            site.put_many([f"{round_}-{n}" for n in range(5)], "later")
            if round_ == 1:
                site.db.delete_table(TableName="later")
                continue
            site.drain()
            got = [key for key in keys(function.records) if key.startswith(f"{round_}-")]
            assert got == [f"{round_}-{n}" for n in range(5)]
            site.db.delete_table(TableName="later")
        site.drain()
        assert len(keys(function.records)) == len(set(keys(function.records)))


def test_a_stream_switched_on_later(function):
    with Site("--function", f"f={function.url}", "--trigger", "events=f") as site:
        site.make_table(stream=None)
        site.put("unseen")
        site.drain()
        site.db.update_table(TableName="events", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
        site.put("seen")
        site.drain()
        assert keys(function.records) == ["seen"]
        site.db.update_table(TableName="events", StreamSpecification={"StreamEnabled": False})
        site.db.update_table(TableName="events", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
        site.put("again")
        site.drain()
        assert keys(function.records) == ["seen", "again"] and "NewImage" not in function.records[-1]["dynamodb"]


@pytest.mark.parametrize("by", ["argument", "api"])
def test_a_clean_restart_goes_on_where_it_was(by, function, tmp_path):
    """Stopped while records wait: after the start each of them comes once."""
    release = threading.Event()
    release.set()
    function.behaviour = lambda event, number: release.wait(10) and None
    arguments = ["--function", f"f={function.url}"] + (["--trigger", "events=f,BatchSize=10"] if by == "argument" else [])
    with Site(*arguments, directory=tmp_path / "d") as site:
        site.make_table()
        mapping = site.map(BatchSize=10) if by == "api" else site.trigger()["id"]
        site.put_many(range(100))
        site.drain()
        release.clear()
        site.put_many(range(100, 150))
        function.wait(lambda f: len(f.calls) and f.calls[-1].ended is None)
        release.set()
        assert site.server.stop() == 0
        site.start()
        assert site.trigger()["id"] == mapping
        site.put_many(range(150, 160))
        site.drain()
        wanted = [record["dynamodb"]["SequenceNumber"] for record in site.stream_records()]
        got = [record["dynamodb"]["SequenceNumber"] for record in function.records]
        assert sorted(set(got)) == sorted(wanted)
        # Only the batch that was out when the server stopped may have come again.
        assert len(got) - len(set(got)) <= 10
        assert list(dict.fromkeys(got)) == wanted


def test_sigkill_loses_nothing_and_repeats_only_the_last_moment(function, tmp_path):
    with Site("--function", f"f={function.url}", directory=tmp_path / "d") as site:
        site.make_table()
        site.map(BatchSize=5)
        written = 0
        for _ in range(3):
            site.put_many(range(written, written + 60))
            written += 60
            site.drain()
            wait_until(lambda: site.trigger()["pending"] == 0)
            time.sleep(0.3)
            done = len(function.calls)
            site.put_many(range(written, written + 20))
            written += 20
            site.server.stop(signal.SIGKILL)
            site.start()
            site.drain()
            after = {number for call in function.calls[done:] for number in numbers(call.event)}
            before = {number for call in function.calls[:done] for number in numbers(call.event)}
            assert not after & before, "a record that was checkpointed came again"
        wanted = [record["dynamodb"]["SequenceNumber"] for record in site.stream_records()]
        got = [record["dynamodb"]["SequenceNumber"] for record in function.records]
        assert sorted(set(got)) == sorted(wanted) and list(dict.fromkeys(got)) == wanted


def test_what_the_pages_say(site, function):
    mapping = site.map(BatchSize=2)
    shown = site.trigger()
    assert {"id", "function", "table", "stream_arn", "state", "last_result", "last_error", "position", "pending", "lag_ms", "delivered", "filtered", "given_up", "failures"} <= set(shown)
    assert (shown["id"], shown["function"], shown["table"], shown["state"], shown["stream_arn"]) == (mapping, "f", "events", "Enabled", site.stream_of())
    site.put_many("abcd")
    site.drain()
    shown = site.trigger()
    assert (shown["delivered"], shown["failures"], shown["pending"], shown["last_error"], shown["last_result"]) == (4, 0, 0, None, "OK")
    deliveries = site.deliveries(mapping)
    assert sum(each["records"] for each in deliveries) == 4
    for each in deliveries:
        assert {"at", "records", "first", "last", "attempt", "outcome", "duration_ms", "error"} <= set(each)
    all_numbers = [record["dynamodb"]["SequenceNumber"] for record in function.records]
    assert {each["first"] for each in deliveries} | {each["last"] for each in deliveries} <= set(all_numbers)
    site.ask("GET", "/_dynasled/triggers/no-such-id/deliveries", status=404)
    assert site.ask("GET", "/_dynasled/info")["options"]["functions"][0]["name"] == "f"


def test_writes_go_on_while_a_function_is_down(site, function):
    """The function answers nothing for a while: writes do not wait for it, and all arrives afterwards."""
    release = threading.Event()
    function.behaviour = lambda event, number: release.wait(30) and None
    site.map()
    site.put("first")
    function.wait_calls(1)
    began = time.monotonic()
    site.put_many(range(300))
    assert time.monotonic() - began < 15
    [left] = site.left()
    assert left["pending"] >= 300
    release.set()
    site.drain(30)
    check_all_once_in_order(site, function)

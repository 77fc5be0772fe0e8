"""Triggers over the life of a server: what is configured changes, functions of all kinds of manners, stops, windows."""
import contextlib
import json
import socket
import threading
import time

import pytest

import server as under_test
from expect import table_definition
from function_server import INVOKE, Failure, FunctionServer, Reply, Site, key_of, keys, numbers, wait_until
from server import free_port

pytestmark = pytest.mark.process


def test_what_is_put_outlives_the_process(function, tmp_path):
    """A function that was put and a mapping that was created go on; what arguments say is what they say at each start."""
    with Site(directory=tmp_path / "d") as site:
        site.put_function("f", url=function.url, timeout="7s")
        site.put_function("gone", url=function.url)
        site.ask("DELETE", "/_dynasled/functions/gone", status=204)
        site.make_table()
        site.map(BatchSize=1)
        assert site.server.stop() == 0
        site.start()
        assert site.ask("GET", "/_dynasled/functions")["functions"] == [{"name": "f", "url": function.url}]
        site.put("a")
        site.drain()
        assert keys(function.records) == ["a"]


def test_arguments_that_change_between_starts(function, tmp_path):
    """The same trigger with other options goes on from its position; without its argument it is no more."""
    with Site("--function", f"f={function.url}", directory=tmp_path / "d") as site:
        site.make_table()
        assert site.triggers() == [] and site.server.stop() == 0
        site.start("--trigger", "events=f,BatchSize=1,StartingPosition=TRIM_HORIZON")
        site.put_many("abc")
        site.drain()
        assert len(function.calls) == 3
        assert site.server.stop() == 0
        site.start("--trigger", "events=f,BatchSize=10,MaximumBatchingWindowInSeconds=1")
        assert len(site.triggers()) == 1
        site.put_many("def")
        site.drain()
        assert keys(function.records) == list("abcdef") and len(function.calls) == 4
        assert site.server.stop() == 0
        site.start()
        assert site.triggers() == []
        site.put("g")
        time.sleep(0.3)
        assert len(function.records) == 6


def test_stopping_takes_under_a_second_whatever_functions_do(function, tmp_path):
    """One function hangs, one fails and waits, a runtime client polls, one is not there: SIGTERM still ends it at once."""
    function.behaviour = lambda event, number: time.sleep(5)
    tables = {"hangs": f"f={function.url}", "polls": "p=runtime", "idle": "i=runtime", "absent": f"a=http://127.0.0.1:{free_port()}/"}
    arguments = [part for table, setting in tables.items() for part in ("--function", setting, "--trigger", f"{table}={setting[0]}")]
    with Site(*arguments, "--trigger", "nobody=nobody", directory=tmp_path / "d") as site:
        for table in (*tables, "nobody"):
            site.make_table(table)
            if table != "polls":
                site.put("a", table)
        address = site.ask("GET", "/_dynasled/functions/p")["runtime_api"]
        poll = socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])))
        poll.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
        function.wait_calls(1)
        drain = threading.Thread(target=lambda: site.ask("POST", "/_dynasled/triggers/drain?timeout=20s", status=None), daemon=True)
        drain.start()
        time.sleep(0.3)
        began = time.monotonic()
        assert site.server.stop() == 0
        assert time.monotonic() - began < 1.5
        poll.close()
        site.start()
        assert {t["table"]: t["pending"] for t in site.triggers()} == {"hangs": 1, "polls": 0, "idle": 1, "absent": 1, "nobody": 1}


class Manners:
    """A function server that answers with raw bytes."""

    def __init__(self, answers):
        self.answers, self.bodies = list(answers), []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                data = b""
                while b"\r\n\r\n" not in data:
                    data += connection.recv(65536)
                head, body = data.split(b"\r\n\r\n", 1)
                length = int(next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")))
                while len(body) < length:
                    body += connection.recv(65536)
                self.bodies.append(json.loads(body))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                with contextlib.suppress(OSError):
                    connection.sendall(answer)

    def close(self):
        self._listener.close()


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull"
BAD_MANNERS = {"nothing": b"", "no http": b"hello\r\n\r\n", "half a head": b"HTTP/1.1 200 OK\r\nContent-", "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnu",
               "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "a redirect": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
               "204": b"HTTP/1.1 204 No Content\r\n\r\n", "too much": b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b'"' + b"x" * 8_999_998 + b'"'}
GOOD_MANNERS = {"HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\nnull", "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nnu\r\n2\r\nll\r\n0\r\n\r\n",
                "100 first": b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD, "close": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nnull"}


def test_functions_of_all_manners():
    """What is no answer is a failure that is tried again; what is unusual but whole is a success."""
    with Site() as site:
        site.make_table()
        servers = {}
        for kind, manners in (("bad", BAD_MANNERS), ("good", GOOD_MANNERS)):
            for number, (what, answer) in enumerate(manners.items()):
                servers[what] = Manners([answer, GOOD])
                site.put_function(f"{kind}{number}", url=servers[what].url, timeout="5s")
                site.map(f"{kind}{number}")
        site.put("a")
        site.drain()
        for what in BAD_MANNERS:
            assert len(servers[what].bodies) == 2, what
        for what in GOOD_MANNERS:
            assert len(servers[what].bodies) == 1, what
        for server in servers.values():
            server.close()


def test_expired_items_alone(function):
    """The filter that people write to archive what TTL deletes."""
    pattern = {"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}
    with Site("--function", f"f={function.url}", "--ttl-interval", "50ms",
              "--trigger", "events=f,FilterCriteria=" + json.dumps({"Filters": [{"Pattern": json.dumps(pattern)}]})) as site:
        site.make_table()
        site.db.update_time_to_live(TableName="events", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
        site.put("by hand")
        site.db.delete_item(TableName="events", Key={"pk": {"S": "by hand"}})
        site.put("expired", until={"N": str(int(time.time()) - 60)})
        function.wait_calls(1)
        site.drain()
        assert [(key_of(r), r["eventName"]) for r in function.records] == [("expired", "REMOVE")]
        assert site.trigger()["filtered"] == 3


def test_tables_of_one_name_in_two_regions(function):
    with Site("--namespace", "region", "--function", f"f={function.url}", "--trigger", "events=f") as site:
        regions = ("us-east-1", "eu-south-1")
        for region in regions:
            db = under_test.client(site.server.url, region)
            db.create_table(**table_definition("events", "pk:S", stream="NEW_IMAGE"))
        for n in range(3):
            for region in regions:
                under_test.client(site.server.url, region).put_item(TableName="events", Item={"pk": {"S": f"{region}-{n}"}})
        function.wait(lambda f: len(f.records) == 6, 5)
        for record in function.records:
            region = record["awsRegion"]
            assert key_of(record).startswith(region) and f":{region}:" in record["eventSourceARN"]


def test_a_window_that_fails_and_one_whose_state_grows(function):
    """A failed invocation comes again with the same state; a state over 1 MB ends its window early."""
    failed = []

    def behave(event, number):
        if not event["isFinalInvokeForWindow"] and not failed and len(event["Records"]) > 0 and key_of(event["Records"][0]) == "2":
            failed.append(event)
            raise Failure()
        big = any(key_of(record) == "big" for record in event["Records"])
        return {"state": {"keys": event["state"].get("keys", []) + keys(event["Records"]), **({"text": "x" * 1_100_000} if big else {})}}

    function.behaviour = behave
    with Site("--function", f"f={function.url}") as site:
        site.make_table()
        site.map(TumblingWindowInSeconds=3, BatchSize=1)
        # Begin near the start of a window, so that all fall into one.
        time.sleep(3 - time.time() % 3 + 0.05)
        site.put_many(["1", "2", "3"])
        function.wait(lambda f: len(f.records) >= 4)
        again = next(call.event for call in function.calls if numbers(call.event) == numbers(failed[0]) and call.event is not failed[0])
        assert again["state"] == failed[0]["state"] == {"keys": ["1"]}
        function.wait(lambda f: any(call.event["isFinalInvokeForWindow"] for call in f.calls))
        final = next(call.event for call in function.calls if call.event["isFinalInvokeForWindow"])
        assert final["state"] == {"keys": ["1", "2", "3"]} and final["Records"] == []
        site.put("big")
        function.wait(lambda f: any(call.event["isWindowTerminatedEarly"] for call in f.calls))
        early = next(call.event for call in function.calls if call.event["isWindowTerminatedEarly"])
        assert early["state"]["keys"] == ["big"]
        site.put("after")
        site.drain()
        assert function.calls[-1].event["state"].get("keys", []) == [] or "big" not in function.calls[-1].event["state"]["keys"]


def test_a_window_goes_on_after_a_restart(function, tmp_path):
    function.behaviour = lambda event, number: {"state": {"seen": event["state"].get("seen", 0) + len(event["Records"])}}
    with Site("--function", f"f={function.url}", directory=tmp_path / "d") as site:
        site.make_table()
        site.map(TumblingWindowInSeconds=6)
        time.sleep(max(0, 6 - time.time() % 6 + 0.05) if time.time() % 6 > 2 else 0)
        site.put_many("ab")
        site.drain()
        assert site.server.stop() == 0
        site.start()
        site.put("c")
        site.drain()
        function.wait(lambda f: sum(c.event["state"].get("seen", 0) for c in f.calls if c.event["isFinalInvokeForWindow"]) == 3)
        assert keys(function.records) == list("abc")


def test_a_table_deleted_while_its_function_fails(function):
    """What was written before the deletion is still delivered, as on AWS, and drains end."""
    fails = [True]

    def behave(event, number):
        if fails[0]:
            raise Failure()

    function.behaviour = behave
    with Site("--function", f"f={function.url}", "--trigger", "events=f") as site:
        site.make_table()
        site.put_many("ab")
        function.wait_calls(2)
        site.db.delete_table(TableName="events")
        assert site.left()
        site.make_table()
        site.put("c")
        fails[0] = False
        site.drain()
        assert list(dict.fromkeys(keys(function.records))) == list("abc")


def test_a_mapping_of_a_deleted_table(function):
    """By AWS's API a mapping is of one stream: the new table's is another one."""
    with Site("--function", f"f={function.url}") as site:
        site.make_table()
        first = site.map()
        site.put("a")
        site.drain()
        site.db.delete_table(TableName="events")
        site.make_table()
        site.put("b")
        site.drain()
        assert keys(function.records) == ["a"]
        second = site.map()
        assert second != first
        site.drain()
        assert keys(function.records) == ["a", "b"]
        site.functions.delete_event_source_mapping(UUID=first)
        wait_until(lambda: [t["id"] for t in site.triggers()] == [second])


def test_many_drains_at_once(function):
    function.behaviour = lambda event, number: time.sleep(0.05)
    with Site("--function", f"f={function.url}", "--trigger", "events=f,BatchSize=1") as site:
        site.make_table()
        site.put_many(range(20))
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(site.ask("POST", "/_dynasled/triggers/drain?timeout=20s", status=None).status)) for _ in range(30)]
        for thread in threads:
            thread.start()
        for _ in range(20):
            impatient = socket.create_connection(("127.0.0.1", site.server.port))
            impatient.sendall(b"POST /_dynasled/triggers/drain?timeout=20s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            impatient.close()
        for thread in threads:
            thread.join(30)
        assert answers == [200] * 30 and len(function.records) == 20


def test_changes_while_a_batch_is_out(function):
    """A function in the middle of its batch when options change: the batch counts, nothing comes twice."""
    gate = threading.Semaphore(0)
    function.behaviour = lambda event, number: gate.acquire(timeout=10) and None
    with Site("--function", f"f={function.url}") as site:
        site.make_table()
        mapping = site.map(BatchSize=1)
        site.put_many(range(6))
        for n in range(6):
            function.wait_calls(n + 1)
            site.functions.update_event_source_mapping(UUID=mapping, MaximumRetryAttempts=n)
            gate.release()
        site.drain()
        wanted = [record["dynamodb"]["SequenceNumber"] for record in site.stream_records()]
        assert [n for call in function.calls for n in numbers(call.event)] == wanted


def test_an_empty_reply_to_a_retry_after_a_lost_connection(function):
    """Connections that the function closes while they are idle are replaced without a failure."""
    function.behaviour = lambda event, number: None
    with Site("--function", f"f={function.url}", "--trigger", "events=f,BatchSize=1") as site:
        site.make_table()
        site.put("a")
        site.drain()
        port = function.port
        function.close()
        with FunctionServer(port=port) as again:
            site.put("b")
            site.drain()
            assert keys(again.records) == ["b"] or keys(function.records) == ["a", "b"]
            assert site.trigger()["failures"] <= 1


def test_a_reply_whose_header_says_error(function):
    def behave(event, number):
        if number == 0:
            raise Reply(200, b"", X_Amz_Function_Error="Unhandled")

    function.behaviour = behave
    with Site("--function", f"f={function.url}", "--trigger", "events=f") as site:
        site.make_table()
        site.put("a")
        site.drain()
        assert len(function.calls) == 2 and function.calls[0].path == INVOKE

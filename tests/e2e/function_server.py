"""Functions for the tests of triggers: behind an invoke URL, behind the Lambda Runtime API, and what keeps track of them.

`FunctionServer` answers as the Runtime Interface Emulator does and records each call. `Runtime` is the real awslambdaric in a
process of its own. `Site` is a server with its clients and the few calls that every test of triggers makes.
"""
import http.server
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
import types

import server as under_test
from expect import table_definition

INVOKE = "/2015-03-31/functions/function/invocations"
HAS_RUNTIME = importlib.util.find_spec("awslambdaric") is not None
FUNCTION = under_test.ROOT / "fixtures" / "cruddur" / "function"
HERE = under_test.ROOT / "tests" / "e2e"


class Failure(Exception):
    """Raised by a behaviour: the function fails with this type and message."""

    def __init__(self, message="as the test wants it", kind="Deliberate", header=True):
        super().__init__(message)
        self.kind, self.header = kind, header


class Reply(Exception):
    """Raised by a behaviour: exactly this answer."""

    def __init__(self, status=200, body=b"null", **headers):
        super().__init__(status)
        self.status, self.body = status, body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class FunctionServer:
    """A function behind a URL. `behaviour(event, number)` is called with each event and how many came before it; what it
    returns is the function's response. It may raise `Failure` or `Reply`, or take its time."""

    def __init__(self, behaviour=lambda event, number: None, port=0):
        self.behaviour, self.calls, self.most_in_flight = behaviour, [], 0
        self._in_flight, self._changed = 0, threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                outer._answer(self)

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass  # the caller went away

        self._http = Listener(("127.0.0.1", port), Handler)
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}{INVOKE}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _answer(self, request):
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(length)
        event = json.loads(body) if body else None
        with self._changed:
            number = len(self.calls)
            call = types.SimpleNamespace(event=event, size=length, path=request.path, headers={name.lower(): value for name, value in request.headers.items()}, at=time.time(), ended=None)
            self.calls.append(call)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            self._changed.notify_all()
        status, headers = 200, {}
        try:
            answer = json.dumps(self.behaviour(event, number)).encode()
        except Failure as failure:
            answer = json.dumps({"errorMessage": str(failure), "errorType": failure.kind, "stackTrace": []}).encode()
            if failure.header:
                headers["X-Amz-Function-Error"] = "Unhandled"
        except Reply as reply:
            status, headers, answer = reply.status, reply.headers, reply.body
        with self._changed:
            self._in_flight -= 1
            call.ended = time.time()
            self._changed.notify_all()
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers, "Content-Length": str(len(answer))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(answer)

    def wait(self, condition, within=20):
        """Waits until `condition(self)` holds."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), within), (len(self.calls), [numbers(call.event) for call in self.calls[-3:]])

    def wait_calls(self, count, within=20):
        self.wait(lambda server: len(server.calls) >= count, within)
        return self.calls

    @property
    def records(self):
        """All records of all calls, in the order they came."""
        return [record for call in list(self.calls) for record in (call.event or {}).get("Records", [])]

    def close(self):
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def numbers(event):
    """The sequence numbers of an event's records."""
    return [record["dynamodb"]["SequenceNumber"] for record in (event or {}).get("Records", [])]


def key_of(record, name="pk"):
    return next(iter(record["dynamodb"]["Keys"][name].values()))


def keys(records, name="pk"):
    return [key_of(record, name) for record in records]


class Runtime:
    """awslambdaric, running a handler for the Runtime API at `address`. Its output lands in `output`."""

    def __init__(self, address, handler="cruddur_messaging_stream.lambda_handler", **environment):
        self.output = []
        paths = os.pathsep.join([str(FUNCTION), str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
        settings = {"AWS_LAMBDA_RUNTIME_API": address, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-1",
                    "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **environment}
        self.process = subprocess.Popen([sys.executable, "-m", "awslambdaric", handler], env=under_test.clean_environment(**settings), text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._reader = threading.Thread(target=lambda: self.output.extend(self.process.stdout), daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)
        self._reader.join(5)


class Site:
    """A server with clients for it."""

    def __init__(self, *arguments, directory=None, environment=None):
        self.arguments, self.directory, self.environment = arguments, directory, environment
        self.start()

    def start(self, *more):
        arguments = (*self.arguments, *more)
        if self.directory:
            self.server = under_test.Server.on_disk(self.directory, *arguments, environment=self.environment)
        else:
            self.server = under_test.Server.in_memory(*arguments, environment=self.environment)
        self.db = under_test.client(self.server.url)
        self.streams = under_test.client(self.server.url, service="dynamodbstreams")
        self.functions = under_test.client(self.server.url, service="lambda")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        alive = self.server.alive()
        self.server.kill()
        panics = [line for line in self.server.stderr if "panicked" in line]
        if kind is None:
            assert not panics, panics
            assert alive or self.server.process.returncode in (0, -9), self.server.stderr[-20:]

    def ask(self, method, path, body=None, status=200):
        """A call of our own paths: the JSON of the answer, whose status is `status` (None: the answer itself)."""
        text = b"" if body is None else json.dumps(body).encode()
        answer = under_test.send(self.server.port, method, path, {"Content-Type": "application/json"}, text, timeout=60)
        if status is None:
            return answer
        assert answer.status == status, (method, path, answer.status, answer.body[:500])
        return answer.json if answer.body else None

    def put_function(self, name="f", **setting):
        return self.ask("PUT", f"/_dynasled/functions/{name}", setting)

    def triggers(self):
        return self.ask("GET", "/_dynasled/triggers")["triggers"]

    def trigger(self, table=None):
        [only] = [found for found in self.triggers() if table in (None, found["table"])]
        return only

    def deliveries(self, trigger_id):
        return self.ask("GET", f"/_dynasled/triggers/{trigger_id}/deliveries")["deliveries"]

    def drain(self, timeout=20):
        answer = self.ask("POST", f"/_dynasled/triggers/drain?timeout={timeout}s", status=None)
        assert answer.status == 200, (answer.status, answer.body, self.server.stderr[-10:])
        assert answer.json["drained"] is True
        return answer.json

    def settle(self, timeout=60):
        """Drains until nothing is left, what functions wrote meanwhile included."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.drain(timeout)
            if all(trigger["pending"] == 0 for trigger in self.triggers()):
                return
        raise AssertionError(self.triggers())

    def left(self, timeout="100ms"):
        """What a drain that does not succeed says."""
        answer = self.ask("POST", f"/_dynasled/triggers/drain?timeout={timeout}", status=504)
        assert answer["drained"] is False
        return answer["left"]

    def make_table(self, name="events", hash_key="pk:S", range_key=None, stream="NEW_AND_OLD_IMAGES", **more):
        self.db.create_table(**table_definition(name, hash_key, range_key, stream=stream, **more))
        return self.stream_of(name)

    def stream_of(self, name="events"):
        return self.db.describe_table(TableName=name)["Table"].get("LatestStreamArn")

    def put(self, key, table="events", **more):
        self.db.put_item(TableName=table, Item={"pk": {"S": str(key)}, **more})

    def put_many(self, wanted, table="events", **more):
        """Puts in the order given, so that the stream has that order."""
        for key in wanted:
            self.put(key, table, **more)

    def map(self, function="f", table="events", start="TRIM_HORIZON", **more):
        """An event source mapping by AWS's API."""
        mapping = self.functions.create_event_source_mapping(FunctionName=function, EventSourceArn=self.stream_of(table), StartingPosition=start, **more)
        return mapping["UUID"]

    def stream_records(self, table="events"):
        """Everything in the stream, by GetRecords."""
        arn, records = self.stream_of(table), []
        for shard in self.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            iterator = self.streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
            while iterator:
                page = self.streams.get_records(ShardIterator=iterator)
                records += page["Records"]
                iterator = page.get("NextShardIterator") if page["Records"] else None
        return records


def wait_until(condition, within=20, every=0.02):
    """For what no answer tells: asks until `condition()` is true."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(every)
    raise AssertionError("it did not happen in time")

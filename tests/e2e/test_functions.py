"""Functions configured while the server runs, by file and by argument, and the Lambda Runtime API spoken by hand."""
import contextlib
import json
import socket
import threading
import time

import pytest
from botocore.exceptions import ClientError

import server as under_test
from function_server import FunctionServer, Site, keys, wait_until
from server import call, free_port, headers_for, run_to_exit, send

pytestmark = pytest.mark.process
NEXT = "/2018-06-01/runtime/invocation/next"


@pytest.fixture
def site():
    with Site() as site:
        site.make_table()
        yield site


def port_of(address):
    return int(address.rsplit(":", 1)[1])


class Poll:
    """A poll for the next invocation, on a connection of its own."""

    def __init__(self, port):
        self.answer = None
        self._thread = threading.Thread(target=lambda: setattr(self, "answer", send(port, "GET", NEXT, timeout=30)), daemon=True)
        self._thread.start()

    def wait(self, within=20):
        self._thread.join(within)
        assert self.answer is not None, "no invocation came"
        return self.answer


def finish(port, invocation, body, what="response", **headers):
    path = f"/2018-06-01/runtime/invocation/{invocation.headers['lambda-runtime-aws-request-id']}/{what}"
    return send(port, "POST", path, headers, json.dumps(body))


def test_put_get_delete(site):
    assert site.put_function("u", url="http://127.0.0.1:1/x") == {"name": "u", "url": "http://127.0.0.1:1/x"}
    made = site.put_function("r", runtime_api=True)
    assert made["name"] == "r" and made["runtime_api"].startswith("127.0.0.1:")
    assert site.ask("GET", "/_dynasled/functions/u") == {"name": "u", "url": "http://127.0.0.1:1/x"}
    assert site.ask("GET", "/_dynasled/functions/r") == made
    port = free_port()
    assert site.put_function("fixed", runtime_api=True, port=port)["runtime_api"] == f"127.0.0.1:{port}"
    assert site.ask("PUT", "/_dynasled/functions/other", {"runtime_api": True, "port": port}, status=409)["error"]
    assert {f["name"] for f in site.ask("GET", "/_dynasled/functions")["functions"]} == {"u", "r", "fixed"}
    for name in ("u", "fixed"):
        site.ask("DELETE", f"/_dynasled/functions/{name}", status=204)
        site.ask("DELETE", f"/_dynasled/functions/{name}", status=404)
        site.ask("GET", f"/_dynasled/functions/{name}", status=404)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_a_put_that_makes_no_sense(site):
    for name, body in (("f", {}), ("f", []), ("f", "x"), ("f", {"url": 1}), ("f", {"url": ""}), ("f", {"url": "ftp://x/"}), ("f", {"url": "https://x/"}),
                       ("f", {"runtime_api": False}), ("f", {"runtime_api": True, "port": 65536}), ("f", {"runtime_api": True, "url": "http://x/"}),
                       ("f", {"runtime_api": True, "concurrency": 0}), ("f", {"url": "http://x/", "timeout": "0s"}), ("f", {"url": "http://x/", "port": 1}),
                       ("a" * 65, {"runtime_api": True}), ("a%20b", {"runtime_api": True})):
        assert site.ask("PUT", f"/_dynasled/functions/{name}", body, status=400)["error"], body
    assert site.ask("GET", "/_dynasled/functions")["functions"] == []


def test_the_runtime_api_by_hand(site):
    site.put_function("f", runtime_api=True, timeout="30s")
    port = port_of(site.ask("GET", "/_dynasled/functions/f")["runtime_api"])
    site.map(BatchSize=1)
    poll = Poll(port)
    time.sleep(0.2)
    assert poll.answer is None, "a poll waits"
    site.put("a")
    invocation = poll.wait()
    assert invocation.status == 200 and keys(invocation.json["Records"]) == ["a"]
    headers = invocation.headers
    assert headers["lambda-runtime-invoked-function-arn"] == "arn:aws:lambda:us-east-1:000000000000:function:f"
    assert 25_000 < int(headers["lambda-runtime-deadline-ms"]) - time.time() * 1000 < 31_000
    assert headers["lambda-runtime-trace-id"].startswith("Root=1-") and len(headers["lambda-runtime-aws-request-id"]) == 36
    assert site.left()
    assert finish(port, invocation, {"done": True}).status == 202
    assert finish(port, invocation, {"done": True}).status == 400, "once only"
    site.drain()
    poll = Poll(port)
    site.put("b")
    first = poll.wait()
    answer = finish(port, first, {"errorType": "Oops", "errorMessage": "as it happens", "stackTrace": []}, "error", **{"Lambda-Runtime-Function-Error-Type": "Oops"})
    assert answer.status == 202
    second = Poll(port).wait()
    assert second.body == first.body and second.headers["lambda-runtime-aws-request-id"] != first.headers["lambda-runtime-aws-request-id"]
    assert "as it happens" in site.trigger()["last_error"]
    assert finish(port, second, None).status == 202
    site.drain()
    poll = Poll(port)
    result = []
    invoker = threading.Thread(target=lambda: result.append(site.functions.invoke(FunctionName="f", Payload=b'{"plain": 1}')))
    invoker.start()
    invocation = poll.wait()
    assert invocation.json == {"plain": 1}
    finish(port, invocation, {"answer": 2})
    invoker.join(10)
    assert json.loads(result[0]["Payload"].read()) == {"answer": 2}


def test_an_invocation_that_is_never_answered_times_out(site):
    site.put_function("f", runtime_api=True, timeout="1s")
    port = port_of(site.ask("GET", "/_dynasled/functions/f")["runtime_api"])
    site.map()
    site.put("a")
    first = Poll(port).wait()
    second = Poll(port).wait()
    assert second.body == first.body
    assert finish(port, first, None).status == 400, "too late"
    assert finish(port, second, None).status == 202
    site.drain()
    outcomes = [each["outcome"] for each in site.deliveries(site.trigger()["id"])]
    assert outcomes == ["failure", "success"]


def test_an_invoke_without_a_runtime_client_is_answered(site):
    """Records wait for a client for as long as it takes; a caller does not."""
    site.put_function("f", runtime_api=True, timeout="500ms")
    with pytest.raises(ClientError) as failure:
        site.functions.invoke(FunctionName="f", Payload=b"{}")
    assert failure.value.response["ResponseMetadata"]["HTTPStatusCode"] == 502
    assert "runtime client" in failure.value.response["Error"]["Message"]


def test_a_function_that_is_put_again_is_tried_at_once(site):
    """Nothing waits out its pause when the function it waits for changes."""
    site.put_function("f", url=f"http://127.0.0.1:{free_port()}/")
    site.map()
    site.put("a")
    wait_until(lambda: len(site.deliveries(site.trigger()["id"])) >= 6)  # the next pause is 6.4 s
    with contextlib.closing(FunctionServer()) as function:
        site.put_function("f", url=function.url)
        function.wait_calls(1, within=5)
        site.drain()


def test_a_function_that_moves(site):
    """PUT of the same name: from a URL to the runtime and back; what waits goes to the new place."""
    with FunctionServer() as function:
        site.put_function("f", url=f"http://127.0.0.1:{free_port()}/")
        site.map()
        site.put("a")
        assert site.left("200ms")
        port = port_of(site.put_function("f", runtime_api=True)["runtime_api"])
        invocation = Poll(port).wait()
        assert keys(invocation.json["Records"]) == ["a"]
        finish(port, invocation, None)
        site.drain()
        site.put_function("f", url=function.url)
        site.put("b")
        site.drain()
        assert keys(function.records) == ["b"]


def test_a_file_and_arguments(tmp_path):
    with FunctionServer() as function:
        file = tmp_path / "dynasled.toml"
        file.write_text(f"""
[functions.by-runtime]
runtime_api = true
timeout = "5s"

[functions.by-url]
url = "http://127.0.0.1:1/"

[[triggers]]
table = "events"
function = "by-url"
BatchSize = 1
FilterCriteria = {{ Filters = [ {{ Pattern = '{{"eventName":["INSERT"]}}' }} ] }}
""")
        with Site("--config", file, "--function", f"by-url={function.url}") as site:
            assert {f["name"] for f in site.ask("GET", "/_dynasled/functions")["functions"]} == {"by-runtime", "by-url"}
            site.make_table()
            site.put("a")
            site.put("a", changed={"S": "x"})
            site.drain()
            assert [len(call.event["Records"]) for call in function.calls] == [1]
            shown = site.ask("GET", "/_dynasled/info")["options"]
            assert shown["triggers"] == [{"table": "events", "function": "by-url"}]
        pattern = '{"Filters": [{"Pattern": "{\\"eventName\\": [\\"REMOVE\\"]}"}]}'
        variables = {"DYNASLED_FUNCTION": f"f={function.url}\n g=runtime", "DYNASLED_TRIGGER": f"one=f,BatchSize=2,FilterCriteria={pattern} two=f"}
        with Site(environment=variables) as site:
            assert {(t["table"], t["function"]) for t in site.triggers()} == {("one", "f"), ("two", "f")}


@pytest.mark.parametrize("arguments", [["--function", "f"], ["--function", "f=https://x/"], ["--function", "f=runtime:x"], ["--trigger", "events"],
                                       ["--trigger", "events=f,BatchSize=0"], ["--trigger", "events=f,Sized=1"], ["--trigger", "events=f", "--trigger", "events=f"],
                                       ["--trigger", 'events=f,FilterCriteria={"Filters":[{"Pattern":"{"}]}'], ["--trigger", "events=f,OnFailure=somewhere"],
                                       ["--config", "/no/such/file"]])
def test_bad_settings_exit_with_2(arguments):
    code, out, err = run_to_exit("--in-memory", "--port", "0", *arguments)
    assert code == 2, (out, err)
    assert err.strip() and "panicked" not in err and "ready" not in out


@pytest.mark.parametrize("text, said", [("functions = 1", "functions"), ("[functions.f]\nurl = 1", "functions.f: url"), ("[[triggers]]\ntable = 'x'", "triggers"),
                                        ("[functions.f]\nport = 1\nx = 2", "x: no such key"), ("not toml", "line 1")])
def test_a_bad_file_exits_with_2_and_says_where(text, said, tmp_path):
    file = tmp_path / "d.toml"
    file.write_text(text)
    code, _, err = run_to_exit("--in-memory", "--port", "0", "--config", file)
    assert code == 2 and str(file) in err and said in err, err


def test_a_port_of_a_function_in_use_exits_with_4():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run_to_exit("--in-memory", "--port", "0", "--function", f"f=runtime:{port}")
    assert code == 4 and str(port) in err


BODIES = [b"", b"{", b"null", b"[]", b'"x"', b"{}" * 1000, b"[" * 200_000, b'{"a":' * 100_000, b"\xff\xfe\x00", b'{"url":' + b'"x' * 100_000,
          b'{"FunctionName":{},"EventSourceArn":[],"StartingPosition":1}', b'{"FunctionName":"f","EventSourceArn":"arn:aws:dynamodb","StartingPosition":"LATEST","BatchSize":1e400}',
          b'{"BatchSize":"x","Enabled":"maybe","FilterCriteria":[],"DestinationConfig":5,"FunctionResponseTypes":{}}', b"x" * (17 << 20)]
PATHS = ["/2015-03-31/event-source-mappings/", "/2015-03-31/event-source-mappings", "/2015-03-31/event-source-mappings/x", "/2015-03-31/event-source-mappings/%00%ff",
         "/2015-03-31/functions/f/invocations", "/2015-03-31/functions/" + "x" * 5000 + "/invocations", "/2015-03-31/functions//invocations", "/2015-03-31/nothing",
         "/2015-03-31/functions/%2e%2e%2f/invocations?Qualifier=%ff", "/2015-03-31/event-source-mappings/?MaxItems=x&Marker=%00&FunctionName=%ff",
         "/_dynasled/functions/f", "/_dynasled/functions", "/_dynasled/functions/%2f", "/_dynasled/functions/" + "y" * 5000, "/_dynasled/triggers",
         "/_dynasled/triggers/drain?timeout=-1", "/_dynasled/triggers/drain?timeout=99999999999999999999h", "/_dynasled/triggers/drain?timeout=%ff&x",
         "/_dynasled/triggers/x/deliveries", "/_dynasled/triggers/%00/deliveries/y"]


def lambda_headers(**more):
    """What an SDK sends with a call of Lambda."""
    signed = headers_for("ListTables")["Authorization"].replace("/dynamodb/aws4_request", "/lambda/aws4_request")
    return {"Content-Type": "application/json", "X-Amz-Date": "20260101T000000Z", "Authorization": signed, **more}


def test_hostile_requests_leave_the_server_alive(site):
    with FunctionServer() as function:
        site.put_function("f", url=function.url)
        for path in PATHS:
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
                for body in BODIES[:6] if method not in ("POST", "PUT") else BODIES:
                    answer = send(site.server.port, method, path, lambda_headers(), body)
                    assert answer is None or 200 <= answer.status < 500, (method, path[:80], body[:60], answer.status, answer.body[:300])
            assert site.server.alive()
        # A PUT above may have left a function; what matters is that all goes on.
        site.put_function("f", url=function.url)
        function.calls.clear()
        site.map()
        site.put("a")
        site.drain()
        assert keys(function.records)[-1:] == ["a"]


RUNTIME_PATHS = [NEXT, "/2018-06-01/runtime/init/error", "/2018-06-01/runtime/invocation/x/response", "/2018-06-01/runtime/invocation/%00/error",
                 "/2018-06-01/runtime/invocation//response", "/", "/2018-06-01/runtime/" + "z" * 5000]


def test_hostile_runtime_clients_leave_the_server_alive(site):
    port = port_of(site.put_function("f", runtime_api=True)["runtime_api"])
    for path in RUNTIME_PATHS:
        for method in ("GET", "POST", "PUT"):
            if (method, path) == ("GET", NEXT):
                continue
            for body in BODIES:
                answer = send(port, method, path, {"Lambda-Runtime-Function-Error-Type": "x\x7f"}, body)
                assert answer is None or 200 <= answer.status < 500, (method, path[:80], body[:60], answer.status)
    polls = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    for poll in polls:
        poll.sendall(f"GET {NEXT} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    for poll in polls:
        poll.close()
    site.map()
    site.put("a")
    wait_until(lambda: site.trigger()["pending"] == 1)
    invocation = Poll(port).wait()
    assert keys(invocation.json["Records"]) == ["a"]
    finish(port, invocation, None)
    site.drain()
    assert call(site.server.port, "ListTables", {}).status == 200


def test_a_web_page_cannot_configure_functions(site):
    foreign = {"Origin": "http://attacker.example", "Content-Type": "application/json"}
    body = json.dumps({"url": "http://127.0.0.1:1/"})
    assert send(site.server.port, "PUT", "/_dynasled/functions/f", foreign, body).status == 403
    assert send(site.server.port, "POST", "/_dynasled/triggers/drain", foreign).status == 403
    near = under_test.send(site.server.port, "PUT", "/_dynasled/functions/f", {"Origin": "http://localhost:3000"}, body)
    assert near.status == 200 and "access-control-allow-origin" not in near.headers

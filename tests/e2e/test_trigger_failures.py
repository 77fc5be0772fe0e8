"""Functions that fail: tried again in order, split, given up to a destination, or resumed at the record they name."""
import datetime
import json
import threading
import time

import pytest

from function_server import INVOKE, Failure, FunctionServer, Reply, Site, key_of, keys, numbers, wait_until
from server import free_port

pytestmark = pytest.mark.process


@pytest.fixture
def site(function):
    with Site() as site:
        site.put_function("f", url=function.url, timeout="5s")
        site.make_table()
        yield site


def failing_first(times, how):
    """A behaviour that fails some times, then succeeds."""
    def behave(event, number):
        if number < times:
            how()
    return behave


def fail(**options):
    raise Failure(**options)


def reply(*arguments, **options):
    raise Reply(*arguments, **options)


FAILURES = {
    "header": lambda: fail(),
    "errorType body without a header": lambda: fail(header=False),
    "header with any body": lambda: reply(200, b"not json", X_Amz_Function_Error="Handled"),
    "500": lambda: reply(500, {"message": "broken"}),
    "502": lambda: reply(502, b"<html>bad gateway</html>"),
    "404": lambda: reply(404, {"Message": "Function not found"}),
    "429": lambda: reply(429, {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}),
}


@pytest.mark.parametrize("how", FAILURES)
def test_two_failures_then_success(how, site, function):
    """Every record is delivered once more, in order, and none again after the success."""
    function.behaviour = failing_first(2, FAILURES[how])
    site.put_many("abcde")
    mapping = site.map(BatchSize=3)
    site.drain()
    wanted = [record["dynamodb"]["SequenceNumber"] for record in site.stream_records()]
    assert [numbers(call.event) for call in function.calls] == [wanted[:3], wanted[:3], wanted[:3], wanted[3:]]
    shown = site.trigger()
    assert shown["delivered"] == 5 and shown["pending"] == 0 and shown["last_result"] == "OK" and shown["last_error"]
    deliveries = site.deliveries(mapping)
    assert [(each["records"], each["attempt"], each["outcome"]) for each in deliveries] == [(3, 1, "failure"), (3, 2, "failure"), (3, 3, "success"), (2, 1, "success")]
    assert deliveries[0]["error"] and deliveries[3]["error"] is None


def test_each_attempt_is_a_plain_post_of_json(site, function):
    function.behaviour = failing_first(1, fail)
    site.put("a")
    site.map()
    site.drain()
    assert [call.path for call in function.calls] == [INVOKE] * 2
    assert {call.headers.get("content-type") for call in function.calls} == {"application/json"}


def test_a_function_that_is_not_there_yet(site, function):
    """A refused connection is a failure like others; the first call after the function is up succeeds."""
    port = free_port()
    site.put_function("late", url=f"http://127.0.0.1:{port}{INVOKE}")
    site.map("late")
    site.put_many("abc")
    [left] = site.left("300ms")
    assert left["pending"] == 3 and str(port) in left["last_error"]
    with FunctionServer(port=port) as late:
        site.drain()
        assert keys(late.records) == list("abc")
        assert site.trigger()["last_result"] == "OK"


def test_a_function_that_nobody_configured(function):
    """A trigger may name a function that is put later: it waits and says so."""
    with Site("--trigger", "events=unknown") as site:
        wait_until(lambda: any("unknown" in line for line in site.server.stderr))
        site.make_table()
        site.put("a")
        [left] = site.left("300ms")
        assert left["function"] == "unknown" and "unknown" in left["last_error"]
        site.put_function("unknown", url=function.url)
        site.drain()
        assert keys(function.records) == ["a"]
        site.ask("DELETE", "/_dynasled/functions/unknown", status=204)
        site.put("b")
        assert site.left("200ms")
        site.put_function("unknown", url=function.url)
        site.drain()
        assert keys(function.records) == ["a", "b"]


def test_a_function_that_takes_too_long(site, function):
    release = threading.Event()
    function.behaviour = lambda event, number: release.wait(8) and None if number == 0 else None
    site.put_function("f", url=function.url, timeout="1s")
    site.put("a")
    mapping = site.map(BisectBatchOnFunctionError=True)
    began = time.monotonic()
    site.drain()
    assert 0.9 < time.monotonic() - began < 5
    release.set()
    first, second = site.deliveries(mapping)
    assert first["outcome"] == "failure" and first["duration_ms"] >= 900 and second["outcome"] == "success"
    assert keys(function.records) == ["a", "a"]


def test_responses_that_are_none_of_our_business(site, function):
    """Without ReportBatchItemFailures what a function returns does not matter, whatever it is."""
    answers = [b"", b"null", b"not json", b"[]", b'{"batchItemFailures":[{"itemIdentifier":"1"}]}', b'"text"', b"1", b"\xff\xfe", b'{"errorMessage":5}']
    function.behaviour = lambda event, number: reply(200, answers[number % len(answers)])
    site.map(BatchSize=1)
    site.put_many(range(len(answers)))
    site.drain()
    assert keys(function.records) == [str(n) for n in range(len(answers))]


def test_the_log_says_it_once(site, function):
    function.behaviour = failing_first(6, fail)
    site.map()
    site.put("a")
    site.drain(60)
    wait_until(lambda: any("works again" in line for line in site.server.stderr))
    said = [line for line in site.server.stderr if "WARN" in line and "events" in line]
    assert len(said) == 1, said


def test_given_up_records_go_to_a_file(site, function, tmp_path):
    function.behaviour = lambda event, number: fail() if key_of(event["Records"][0]) == "poison" else None
    told = tmp_path / "failed.jsonl"
    site.map(BatchSize=1, MaximumRetryAttempts=2, DestinationConfig={"OnFailure": {"Destination": str(told)}})
    before = time.time()
    site.put_many(["a", "poison", "b"])
    site.drain()
    assert keys(function.records) == ["a", "poison", "poison", "poison", "b"]
    [line] = told.read_text().splitlines()
    record = json.loads(line)
    poison = function.records[1]
    assert set(record) == {"requestContext", "responseContext", "version", "timestamp", "DDBStreamBatchInfo"} and record["version"] == "1.0"
    context = record["requestContext"]
    assert context["condition"] == "RetryAttemptsExhausted" and context["approximateInvokeCount"] == 3
    assert context["functionArn"] == "arn:aws:lambda:us-east-1:000000000000:function:f" and len(context["requestId"]) == 36
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    batch = record["DDBStreamBatchInfo"]
    assert batch["startSequenceNumber"] == batch["endSequenceNumber"] == poison["dynamodb"]["SequenceNumber"]
    assert batch["batchSize"] == 1 and batch["streamArn"] == site.stream_of() and batch["shardId"].startswith("shardId-")
    for moment in (record["timestamp"], batch["approximateArrivalOfFirstRecord"], batch["approximateArrivalOfLastRecord"]):
        parsed = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
        assert before - 2 < parsed < time.time() + 2
    shown = site.trigger()
    assert (shown["delivered"], shown["given_up"], shown["failures"], shown["pending"]) == (2, 1, 3, 0)


def test_given_up_records_go_to_a_url_and_a_queue(site, function):
    """Both get AWS's record; the queue by the protocol of SQS. One that is down at first is tried again."""
    function.behaviour = lambda event, number: fail()
    sent = []

    def sink(event, number):
        if number == 0:
            raise Reply(503, b"")

    with FunctionServer(sink) as url_sink, Raw(sent) as queue:
        site.put_function("g", url=function.url)
        site.map("f", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": f"http://127.0.0.1:{url_sink.port}/told"}})
        site.map("g", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": f"http://127.0.0.1:{queue.port}/000000000000/failed"}})
        site.put_many("ab")
        site.drain()
        wait_until(lambda: sent)
        assert url_sink.calls[0].path == "/told" and url_sink.calls[0].event == url_sink.calls[1].event
        told = [call.event["DDBStreamBatchInfo"] for call in url_sink.calls[1:]]
        assert sum(batch["batchSize"] for batch in told) == 2
        import urllib.parse
        form = dict(urllib.parse.parse_qsl(sent[0].decode()))
        assert form["Action"] == "SendMessage" and form["QueueUrl"].endswith("/000000000000/failed")
        assert json.loads(form["MessageBody"])["requestContext"]["condition"] == "RetryAttemptsExhausted"


class Raw(FunctionServer):
    """Keeps the bodies it gets and answers as a queue does."""

    def __init__(self, bodies):
        super().__init__()
        self.bodies = bodies

    def _answer(self, request):
        self.bodies.append(request.rfile.read(int(request.headers["Content-Length"])))
        text = b"<SendMessageResponse><SendMessageResult><MessageId>1</MessageId></SendMessageResult></SendMessageResponse>"
        request.send_response(200)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)


@pytest.mark.parametrize("where", ["file", "url"])
@pytest.mark.parametrize("poison", [0, 37, 99])
def test_bisect_isolates_one_record_of_a_hundred(poison, where, site, function, tmp_path):
    def behave(event, number):
        if str(poison) in keys(event["Records"]):
            raise Failure()

    function.behaviour = behave
    told = tmp_path / "failed.jsonl"
    with FunctionServer() as sink:
        destination = f"file://{told}" if where == "file" else f"http://127.0.0.1:{sink.port}/"
        site.put_many(range(100))
        site.map(BatchSize=100, BisectBatchOnFunctionError=True, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": destination}})
        site.drain(60)
        records = [json.loads(line) for line in told.read_text().splitlines()] if where == "file" else [call.event for call in sink.calls]
    [batch] = [record["DDBStreamBatchInfo"] for record in records]
    wanted = [record["dynamodb"]["SequenceNumber"] for record in site.stream_records()]
    assert (batch["startSequenceNumber"], batch["endSequenceNumber"], batch["batchSize"]) == (wanted[poison], wanted[poison], 1)
    good = [record for call in function.calls if str(poison) not in keys(call.event["Records"]) for record in call.event["Records"]]
    assert keys(good) == [str(n) for n in range(100) if n != poison], "the others, once and in order"
    shown = site.trigger()
    assert (shown["delivered"], shown["given_up"]) == (99, 1)


def test_without_bisect_the_whole_batch_is_given_up(site, function, tmp_path):
    function.behaviour = lambda event, number: fail() if "poison" in keys(event["Records"]) else None
    told = tmp_path / "failed.jsonl"
    site.put_many(["a", "poison", "b", "c"])
    site.map(BatchSize=3, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": f"file://{told}"}})
    site.drain()
    assert [keys(call.event["Records"]) for call in function.calls] == [["a", "poison", "b"]] * 2 + [["c"]]
    assert json.loads(told.read_text())["DDBStreamBatchInfo"]["batchSize"] == 3


def test_partial_batch_responses_resume_at_the_reported_record(site, function):
    seen = []

    def behave(event, number):
        batch = numbers(event)
        for record in event["Records"]:
            key = key_of(record)
            seen.append(key)
            if key in ("3", "6") and seen.count(key) < 3:
                return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}, {"itemIdentifier": batch[-1]}]}
        return {"batchItemFailures": []}

    function.behaviour = behave
    site.put_many(range(10))
    site.map(BatchSize=8, FunctionResponseTypes=["ReportBatchItemFailures"])
    site.drain()
    batches = [keys(call.event["Records"]) for call in function.calls]
    eight = [str(n) for n in range(8)]
    assert batches == [eight, eight[3:], eight[3:], eight[6:], eight[6:], ["8", "9"]]
    assert site.trigger()["delivered"] == 10


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}, b""])
def test_an_empty_report_means_success(answer, site, function):
    function.behaviour = (lambda event, number: reply(200, answer)) if isinstance(answer, bytes) else (lambda event, number: answer)
    site.put_many("abc")
    site.map(BatchSize=2, FunctionResponseTypes=["ReportBatchItemFailures"])
    site.drain()
    assert [keys(call.event["Records"]) for call in function.calls] == [["a", "b"], ["c"]]


@pytest.mark.parametrize("answer", [{"batchItemFailures": [{"itemIdentifier": ""}]}, {"batchItemFailures": [{"itemIdentifier": None}]},
                                    {"batchItemFailures": [{}]}, {"batchItemFailures": [{"itemIdentifier": "no such record"}]}, {"batchItemFailures": [{"wrong": "1"}]}])
def test_a_report_that_makes_no_sense_is_a_failure_of_the_batch(answer, site, function):
    function.behaviour = lambda event, number: answer if number == 0 else None
    site.put_many("abc")
    site.map(BatchSize=3, FunctionResponseTypes=["ReportBatchItemFailures"])
    site.drain()
    assert [keys(call.event["Records"]) for call in function.calls] == [list("abc")] * 2


def test_reports_and_bisect_together(site, function):
    """The batch is split at the record that was reported: what came before it does not come again."""
    def behave(event, number):
        for record in event["Records"]:
            if key_of(record) == "5":
                return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}

    function.behaviour = behave
    site.put_many(range(8))
    site.map(BatchSize=8, FunctionResponseTypes=["ReportBatchItemFailures"], BisectBatchOnFunctionError=True, MaximumRetryAttempts=1)
    site.drain()
    before = [key for call in function.calls for key in keys(call.event["Records"]) if int(key) < 5]
    assert before == list("01234")
    assert site.trigger()["pending"] == 0


def test_a_disabled_trigger_waits(site, function):
    mapping = site.map(Enabled=False)
    site.put_many("ab")
    site.drain()
    assert function.calls == [] and site.trigger()["state"] == "Disabled"
    site.functions.update_event_source_mapping(UUID=mapping, Enabled=True)
    site.drain()
    assert keys(function.records) == ["a", "b"]
    site.functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    wait_until(lambda: site.trigger()["state"] == "Disabled")
    site.put("c")
    time.sleep(0.2)
    assert len(function.records) == 2


def test_deleting_a_trigger_ends_its_retries(site, function):
    function.behaviour = lambda event, number: fail()
    mapping = site.map()
    site.put("a")
    function.wait_calls(2)
    site.functions.delete_event_source_mapping(UUID=mapping)
    wait_until(lambda: site.triggers() == [])
    count = len(function.calls)
    time.sleep(0.7)
    assert len(function.calls) <= count + 1
    site.drain()


def test_failing_goes_on_after_a_restart(function, tmp_path):
    function.behaviour = lambda event, number: fail()
    with Site("--function", f"f={function.url}", "--trigger", "events=f", directory=tmp_path / "d") as site:
        site.make_table()
        site.put_many("abc")
        function.wait_calls(2)
        assert site.server.stop() == 0
        function.behaviour = lambda event, number: None
        done = len(function.calls)
        site.start()
        site.drain()
        assert keys([record for call in function.calls[done:] for record in call.event["Records"]]) == list("abc")

"""Lambda's REST API as its SDKs and the AWS CLI call it: event source mappings and Invoke, and how they refuse."""
import datetime
import json
import re
import shutil
import subprocess
import time
import uuid

import pytest
from botocore.exceptions import ClientError

import server as under_test
from expect import Refused, refused
from function_server import Failure, FunctionServer, Site, keys, wait_until

pytestmark = pytest.mark.process
AWS = shutil.which("aws")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"


@pytest.fixture
def api(site):
    return site.functions


def create(site, **more):
    arguments = {"FunctionName": "f", "EventSourceArn": site.stream_of(), "StartingPosition": "LATEST", **more}
    return site.functions.create_event_source_mapping(**{name: value for name, value in arguments.items() if value is not None})


def test_a_mapping_from_creation_to_deletion(site, api, function):
    created = create(site)
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert UUID.fullmatch(created["UUID"])
    assert (created["FunctionArn"], created["EventSourceArn"], created["StartingPosition"]) == (FUNCTION_ARN, site.stream_of(), "LATEST")
    assert created["State"] in ("Creating", "Enabled") and created["StateTransitionReason"] == "User action"
    assert created["LastProcessingResult"] == "No records processed"
    defaults = {"BatchSize": 100, "MaximumBatchingWindowInSeconds": 0, "ParallelizationFactor": 1, "MaximumRecordAgeInSeconds": -1,
                "BisectBatchOnFunctionError": False, "MaximumRetryAttempts": -1, "TumblingWindowInSeconds": 0, "FunctionResponseTypes": [],
                "DestinationConfig": {"OnFailure": {}}}
    assert {name: created[name] for name in defaults} == defaults
    assert abs(created["LastModified"].timestamp() - time.time()) < 30
    assert created["EventSourceMappingArn"] == f"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{created['UUID']}"
    wait_until(lambda: api.get_event_source_mapping(UUID=created["UUID"])["State"] == "Enabled")
    site.put("a")
    site.drain()
    assert keys(function.records) == ["a"]
    shown = api.get_event_source_mapping(UUID=created["UUID"])
    assert shown["ResponseMetadata"]["HTTPStatusCode"] == 200 and shown["LastProcessingResult"] == "OK"
    deleted = api.delete_event_source_mapping(UUID=created["UUID"])
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 202 and deleted["State"] == "Deleting" and deleted["LastProcessingResult"] == "OK"
    refused("ResourceNotFoundException", "The resource you requested does not exist.", api.get_event_source_mapping, UUID=created["UUID"])
    site.put("b")
    time.sleep(0.2)
    assert keys(function.records) == ["a"]


OPTIONS = {"BatchSize": 10_000, "MaximumBatchingWindowInSeconds": 300, "ParallelizationFactor": 10, "MaximumRecordAgeInSeconds": 604_800,
           "BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 10_000, "TumblingWindowInSeconds": 900,
           "FunctionResponseTypes": ["ReportBatchItemFailures"], "DestinationConfig": {"OnFailure": {"Destination": "http://127.0.0.1:1/told"}},
           "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}, {"Pattern": "{}"}]}}


def test_all_options_come_back(site, api):
    options = {**OPTIONS, "FilterCriteria": {"Filters": OPTIONS["FilterCriteria"]["Filters"][:1]}}
    created = create(site, Enabled=False, **options)
    assert {name: created[name] for name in options} == options and created["State"] in ("Creating", "Disabled")
    wait_until(lambda: api.get_event_source_mapping(UUID=created["UUID"])["State"] == "Disabled")
    updated = api.update_event_source_mapping(UUID=created["UUID"], BatchSize=5, MaximumRetryAttempts=-1, TumblingWindowInSeconds=0)
    assert updated["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert updated["BatchSize"] == 5 and updated["MaximumRetryAttempts"] == -1 and updated["ParallelizationFactor"] == 10
    updated = api.update_event_source_mapping(UUID=created["UUID"], Enabled=True, FilterCriteria={"Filters": []}, FunctionResponseTypes=[],
                                              DestinationConfig={"OnFailure": {}})
    assert "FilterCriteria" not in updated or updated["FilterCriteria"].get("Filters", []) == []
    assert updated["FunctionResponseTypes"] == [] and updated["DestinationConfig"] == {"OnFailure": {}}
    wait_until(lambda: api.get_event_source_mapping(UUID=created["UUID"])["State"] == "Enabled")


def test_an_update_may_name_another_function(site, api, function):
    with FunctionServer() as other:
        site.put_function("g", url=other.url)
        mapping = create(site)["UUID"]
        site.put("a")
        site.drain()
        assert api.update_event_source_mapping(UUID=mapping, FunctionName="g")["FunctionArn"] == FUNCTION_ARN[:-1] + "g"
        site.put("b")
        site.drain()
        assert (keys(function.records), keys(other.records)) == (["a"], ["b"])


@pytest.mark.parametrize("name", ["f", FUNCTION_ARN, "000000000000:function:f", FUNCTION_ARN + ":live", "f:live"])
def test_the_ways_to_name_a_function(name, site, function):
    created = create(site, FunctionName=name)
    assert created["FunctionArn"] == FUNCTION_ARN + (":live" if name.endswith(":live") else "")
    site.put("a")
    site.drain()
    assert keys(function.records) == ["a"]


def test_lists_and_their_pages(site, api):
    wanted = {}
    for table in ("one", "two", "three"):
        site.make_table(table)
        for name in ("f", "g", "h"):
            site.put_function(name, url="http://127.0.0.1:1/")
            wanted[site.map(name, table)] = (table, name)
    every = [m["UUID"] for page in api.get_paginator("list_event_source_mappings").paginate(PaginationConfig={"PageSize": 2}) for m in page["EventSourceMappings"]]
    assert len(every) == 9 and set(every) == set(wanted)
    page = api.list_event_source_mappings(MaxItems=5)
    assert len(page["EventSourceMappings"]) == 5 and page["NextMarker"]
    rest = api.list_event_source_mappings(MaxItems=5, Marker=page["NextMarker"])
    assert len(rest["EventSourceMappings"]) == 4 and not rest.get("NextMarker")
    by_function = api.list_event_source_mappings(FunctionName="g")["EventSourceMappings"]
    assert {wanted[m["UUID"]] for m in by_function} == {(table, "g") for table in ("one", "two", "three")}
    by_stream = api.list_event_source_mappings(EventSourceArn=site.stream_of("two"))["EventSourceMappings"]
    assert {wanted[m["UUID"]] for m in by_stream} == {("two", name) for name in "fgh"}
    both = api.list_event_source_mappings(EventSourceArn=site.stream_of("two"), FunctionName=FUNCTION_ARN)["EventSourceMappings"]
    assert [wanted[m["UUID"]] for m in both] == [("two", "f")]
    assert api.list_event_source_mappings(EventSourceArn=site.stream_of("events"))["EventSourceMappings"] == []


def test_a_second_mapping_of_one_pair_is_refused(site, api):
    first = create(site)["UUID"]
    found = refused("ResourceConflictException", re.compile(first), create, site=site)
    assert found.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    api.delete_event_source_mapping(UUID=first)
    assert wait_until(lambda: create(site)["UUID"]) != first


def test_refusals(site, api):
    invalid = "InvalidParameterValueException"
    for wrong in ({"StartingPosition": None}, {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": datetime.datetime(2026, 1, 1)},
                  {"StartingPosition": "SOMEWHERE"}, {"EventSourceArn": None}, {"EventSourceArn": "no arn"},
                  {"EventSourceArn": site.stream_of().rsplit("/", 1)[0] + "/2020-01-01T00:00:00.000"},
                  {"EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:queue"}, {"BatchSize": 0}, {"BatchSize": 10_001},
                  {"MaximumBatchingWindowInSeconds": 301}, {"MaximumBatchingWindowInSeconds": -1}, {"ParallelizationFactor": 0}, {"ParallelizationFactor": 11},
                  {"MaximumRetryAttempts": -2}, {"MaximumRetryAttempts": 10_001}, {"MaximumRecordAgeInSeconds": 604_801}, {"MaximumRecordAgeInSeconds": 59},
                  {"TumblingWindowInSeconds": 901}, {"FunctionResponseTypes": ["Something"]}, {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}},
                  {"FilterCriteria": {"Filters": [{"Pattern": '{"eventName": "INSERT"}'}]}}, {"FilterCriteria": {"Filters": [{"Pattern": "{}"}] * 6}},
                  {"FunctionName": "no/name"}):
        found = refused_any(create, site=site, **wrong)
        assert found.kind in (invalid, "ValidationException", "ResourceNotFoundException") and found.message, (wrong, found.kind, found.message)
        assert found.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404), wrong
    gone = str(uuid.uuid4())
    for call in (api.get_event_source_mapping, api.update_event_source_mapping, api.delete_event_source_mapping):
        found = refused("ResourceNotFoundException", "The resource you requested does not exist.", call, UUID=gone)
        assert found.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert api.list_event_source_mappings()["EventSourceMappings"] == []


def refused_any(function, /, **arguments):
    """A refusal of any kind."""
    with pytest.raises(ClientError) as caught:
        function(**arguments)
    return Refused(caught.value)


def test_mappings_outlive_the_process(function, tmp_path):
    with Site("--function", f"f={function.url}", directory=tmp_path / "d") as site:
        site.make_table()
        options = {**OPTIONS, "TumblingWindowInSeconds": 0, "MaximumBatchingWindowInSeconds": 0, "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}}
        created = create(site, **options)
        gone = create(site, FunctionName="g") if site.put_function("g", url=function.url) else None
        site.functions.delete_event_source_mapping(UUID=gone["UUID"])
        wait_until(lambda: len(site.functions.list_event_source_mappings()["EventSourceMappings"]) == 1)
        shown = site.functions.get_event_source_mapping(UUID=created["UUID"])
        assert site.server.stop() == 0
        site.start()
        [again] = site.functions.list_event_source_mappings()["EventSourceMappings"]
        for volatile in ("ResponseMetadata", "LastProcessingResult"):
            shown.pop(volatile, None), again.pop(volatile, None)
        assert again == shown
        site.put("a")
        site.drain()
        assert keys(function.records) == ["a"]


def test_states_last_as_long_as_asked(function):
    with Site("--function", f"f={function.url}", "--status-delay", "600ms") as site:
        site.make_table()
        site.db.get_waiter("table_exists").wait(TableName="events", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        mapping = create(site)
        states = [mapping["State"]]
        for change, words in ((site.functions.update_event_source_mapping, "Cannot update the event source mapping because it is not in use."),
                              (site.functions.delete_event_source_mapping, "Cannot delete the event source mapping because it is in use.")):
            refused("ResourceInUseException", words, change, UUID=mapping["UUID"])

        def state():
            states.append(site.functions.get_event_source_mapping(UUID=mapping["UUID"])["State"])
            return states[-1]

        wait_until(lambda: state() == "Enabled")
        states.append(site.functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)["State"])
        wait_until(lambda: state() == "Disabled")
        states.append(site.functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)["State"])
        wait_until(lambda: state() == "Enabled")
        assert list(dict.fromkeys(states)) == ["Creating", "Enabled", "Disabling", "Disabled", "Enabling"], states
        assert site.functions.delete_event_source_mapping(UUID=mapping["UUID"])["State"] == "Deleting"
        assert state() == "Deleting"
        refused("ResourceInUseException", "Cannot delete the event source mapping because it is in use.",
                site.functions.delete_event_source_mapping, UUID=mapping["UUID"])
        again = create(site)
        assert again["UUID"] != mapping["UUID"]
        wait_until(lambda: [shown["UUID"] for shown in site.functions.list_event_source_mappings()["EventSourceMappings"]]
                   == [again["UUID"]])
        refused("ResourceNotFoundException", "The resource you requested does not exist.", state)


def test_invoke(site, api, function):
    function.behaviour = lambda event, number: {"got": event}
    for payload, event in ((b'{"a": [1, "\xc3\xa9"]}', {"a": [1, "é"]}), (b"null", None), (b'"x"', "x"), (b"3", 3)):
        answer = api.invoke(FunctionName="f", Payload=payload)
        assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST" and "FunctionError" not in answer
        assert json.loads(answer["Payload"].read()) == {"got": event}
    answer = api.invoke(FunctionName=FUNCTION_ARN)
    assert json.loads(answer["Payload"].read())["got"] in ({}, None)
    assert json.loads(api.invoke(FunctionName="f", Payload=b"1", LogType="Tail")["Payload"].read()) == {"got": 1}
    before = len(function.calls)
    dry = api.invoke(FunctionName="f", InvocationType="DryRun", Payload=b"{}")
    assert dry["StatusCode"] == 204 and dry["Payload"].read() == b"" and len(function.calls) == before
    event = api.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"later": true}')
    assert event["StatusCode"] == 202 and event["Payload"].read() == b""
    function.wait(lambda f: f.calls[-1].event == {"later": True})


def test_invoke_of_functions_that_fail(site, api, function):
    def behave(event, number):
        raise Failure("broken", kind="ValueError")

    function.behaviour = behave
    answer = api.invoke(FunctionName="f", Payload=b"{}")
    assert answer["StatusCode"] == 200 and answer["FunctionError"] == "Unhandled"
    error = json.loads(answer["Payload"].read())
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "broken")
    # An asynchronous invocation is tried twice more.
    count = len(function.calls)
    api.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
    function.wait_calls(count + 1)

    found = refused("ResourceNotFoundException", re.compile("Function not found: .*:function:nobody"), api.invoke, FunctionName="nobody", Payload=b"{}")
    assert found.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    refused("InvalidRequestContentException", None, api.invoke, FunctionName="f", Payload=b"{not json")
    assert refused_any(api.invoke, FunctionName="f", InvocationType="Sometimes", Payload=b"{}").response["ResponseMetadata"]["HTTPStatusCode"] == 400
    large = refused_any(api.invoke, FunctionName="f", Payload=json.dumps("x" * (7 << 20)).encode())
    assert large.kind == "RequestTooLargeException" and large.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    larger = refused_any(api.invoke, FunctionName="f", Payload=json.dumps("x" * (17 << 20)).encode())
    assert larger.kind == "RequestTooLargeException" and larger.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_operations_that_are_not_served(api):
    for call, arguments in ((api.get_function, {"FunctionName": "f"}), (api.list_functions, {}), (api.get_account_settings, {}),
                            (api.list_tags, {"Resource": FUNCTION_ARN}), (api.get_function_concurrency, {"FunctionName": "f"})):
        found = refused_any(call, **arguments)
        assert found.kind == "UnknownOperationException" and "no operation that is served here" in found.message


@pytest.mark.skipif(not AWS, reason="no AWS CLI here")
def test_the_aws_cli(site, function, tmp_path):
    environment = under_test.clean_environment(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y", AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="",
                                               AWS_ENDPOINT_URL=site.server.url, HOME=str(tmp_path), AWS_MAX_ATTEMPTS="1")

    def aws(*arguments, code=0):
        done = subprocess.run([AWS, "lambda", *arguments], env=environment, capture_output=True, text=True, timeout=120)
        assert (done.returncode == 0) == (code == 0), (done.stdout, done.stderr)
        return json.loads(done.stdout) if code == 0 and done.stdout.strip() else done.stderr

    created = aws("create-event-source-mapping", "--function-name", "f", "--event-source-arn", site.stream_of(), "--starting-position", "LATEST",
                  "--batch-size", "1", "--filter-criteria", '{"Filters": [{"Pattern": "{\\"eventName\\": [\\"INSERT\\"]}"}]}')
    assert created["BatchSize"] == 1
    wait_until(lambda: aws("get-event-source-mapping", "--uuid", created["UUID"])["State"] == "Enabled", every=0.2)
    site.put("a")
    site.drain()
    assert keys(function.records) == ["a"]
    assert [m["UUID"] for m in aws("list-event-source-mappings", "--function-name", "f")["EventSourceMappings"]] == [created["UUID"]]
    assert aws("update-event-source-mapping", "--uuid", created["UUID"], "--no-enabled")["State"] in ("Disabling", "Disabled")
    assert aws("delete-event-source-mapping", "--uuid", created["UUID"])["State"] == "Deleting"
    assert "ResourceNotFoundException" in aws("get-event-source-mapping", "--uuid", created["UUID"], code=1)
    function.behaviour = lambda event, number: {"got": event}
    out = tmp_path / "out.json"
    assert aws("invoke", "--function-name", "f", "--payload", '{"a": 1}', str(out))["StatusCode"] == 200
    assert json.loads(out.read_text()) == {"got": {"a": 1}}
    assert aws("invoke", "--function-name", "f", "--invocation-type", "Event", "--payload", "{}", str(out))["StatusCode"] == 202
    assert "ResourceNotFoundException" in aws("invoke", "--function-name", "nobody", str(out), code=1)

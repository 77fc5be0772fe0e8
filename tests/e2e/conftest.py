"""Fixtures shared by the end-to-end tests: one server in memory for all tests of the API, tables that go away again."""
import itertools
import json
import re
import types

import pytest
from botocore.exceptions import ClientError

pytest.register_assert_rewrite("expect")

import server as under_test
from function_server import FunctionServer, Site
from expect import table_definition

CRUDDUR = under_test.ROOT / "fixtures" / "cruddur"


def pytest_configure(config):
    config.addinivalue_line("markers", "process: starts processes of its own; skipped against another server")


def pytest_collection_modifyitems(items):
    if under_test.ENDPOINT:
        for item in items:
            if item.get_closest_marker("process"):
                item.add_marker(pytest.mark.skip(reason="runs against another server"))


@pytest.fixture(scope="session")
def running():
    """The shared server: an object with `url` and `port`."""
    if under_test.ENDPOINT:
        yield types.SimpleNamespace(url=under_test.ENDPOINT, port=int(under_test.ENDPOINT.rsplit(":", 1)[1]))
        return
    with under_test.Server.in_memory() as server:
        yield server
        assert server.alive(), server.stderr[-20:]


@pytest.fixture(scope="session")
def db(running):
    return under_test.client(running.url)


@pytest.fixture(scope="session")
def streams(running):
    return under_test.client(running.url, service="dynamodbstreams")


COUNTER = itertools.count(1)


@pytest.fixture
def make_table(db, request):
    """Creates tables with names of their own: make_table("pk:S", "sk:N", gsi=..., lsi=..., stream=...)."""
    made = []

    def make(hash_key, range_key=None, **options):
        base = re.sub(r"[^A-Za-z0-9]", "-", request.node.name)[:60]
        name = options.pop("name", f"{base}-{next(COUNTER)}")
        definition = table_definition(name, hash_key, range_key, **options)
        made.append(name)
        db.create_table(**definition)
        db.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        return name

    yield make
    for name in made:
        try:
            db.delete_table(TableName=name)
        except ClientError:
            pass  # the test deleted it, or never got to create it


@pytest.fixture(scope="session")
def cruddur():
    """The Cruddur fixtures: table, conversation, patterns."""
    read = lambda name: json.loads((CRUDDUR / name).read_text())
    return types.SimpleNamespace(table=read("table.json"), conversation=read("conversation.json"), patterns=read("patterns.json"))


@pytest.fixture
def function():
    """A function behind a URL."""
    with FunctionServer() as function:
        yield function


@pytest.fixture
def site(function):
    """A server of its own that knows the function as `f`, with the table `events`."""
    with Site("--function", f"f={function.url}") as site:
        site.make_table()
        yield site
